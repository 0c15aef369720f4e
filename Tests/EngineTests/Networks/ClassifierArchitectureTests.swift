import Testing

@testable import Engine

struct ClassifierArchitectureTests {
  @Test(arguments: [
    ("convnet3", ClassifierArchitecture.Family.convnet, 3, 128, "convnet3"),
    ("ConvNet4-64", .convnet, 4, 64, "convnet4-64"),
    ("convnet1-128", .convnet, 1, 128, "convnet1"),
    ("resnet10", .resnet, 10, 64, "resnet10"),
    ("ResNet18-32", .resnet, 18, 32, "resnet18-32"),
    ("mlp", .mlp, 2, 128, "mlp"),
    ("mlp-4096", .mlp, 2, 4096, "mlp-4096"),
  ])
  func reads(
    _ s: (text: String, family: ClassifierArchitecture.Family, depth: Int, width: Int, name: String)
  ) throws {
    let found = try #require(
      ClassifierArchitecture(named: s.text, image: [28, 28, 1], classes: 10))
    let expected = ClassifierArchitecture(
      s.family, depth: s.depth, width: s.width, image: [28, 28, 1], classes: 10)
    #expect(found == expected && found.isValid && found.name == s.name)
  }

  @Test(arguments: [
    "", "-", "convnet", "convnet0", "convnet5", "convnet-3", "convnet3-", "convnet3-0",
    "convnet3-4097", "convnet3--4", "convnet3-x", "convnet3-4-4", "resnet", "resnet12", "resnet50",
    "resnet10-", "mlp2", "vgg11", "3", "convnet99999999999999999999",
  ])
  func refuses(_ text: String) {
    #expect(ClassifierArchitecture(named: text, image: [28, 28, 1], classes: 10) == nil)
  }

  @Test(arguments: ["convnet3-1025", "resnet10-513"]) func refusesWhatNoMachineHolds(_ text: String)
    throws
  {
    let found = ClassifierArchitecture(named: text, image: [28, 28, 1], classes: 10)
    #expect(try !#require(found).isValid)
  }

  @Test(arguments: [
    ([28, 28, 2], 10), ([28, 32, 1], 10), ([8, 8, 1], 10), ([65, 65, 1], 10), ([28, 28], 10),
    ([28, 28, 1], 1), ([28, 28, 1], 1001), ([-28, -28, 1], 10), ([], 10),
  ])
  func refusesImages(_ s: (image: [Int], classes: Int)) throws {
    let found = ClassifierArchitecture(named: "mlp", image: s.image, classes: s.classes)
    #expect(try !#require(found).isValid)
  }
}
