import Testing

@testable import Engine

struct ImageSetTests {
  private func set(
    _ image: [Int], classes: [String] = ["a", "b"], labels: [Int32] = [0, 1]
  ) throws -> ImageSet {
    try ImageSet(
      image: image, classes: classes,
      images: [UInt8](repeating: 9, count: labels.count * image.reduce(1, *)), labels: labels,
      sources: [], name: "x")
  }

  @Test(arguments: [[15, 15, 1], [65, 65, 1], [16, 18, 1], [16, 16, 2], [16, 16]])
  func refusesShapes(_ image: [Int]) {
    #expect(Fixture.code { _ = try set(image) } == .unsupported)
  }

  @Test func refusesClasses() throws {
    #expect(Fixture.code { _ = try set([16, 16, 1], classes: ["a"]) } == .unsupported)
    let many = (0...1000).map(String.init)
    #expect(Fixture.code { _ = try set([16, 16, 1], classes: many) } == .unsupported)
    #expect(try set([16, 16, 1], classes: many.dropLast()).classes.count == 1000)
    #expect(Fixture.code { _ = try set([16, 16, 1], classes: ["a", "a"]) } == .inconsistent)
    #expect(Fixture.code { _ = try set([16, 16, 1], labels: [0, 2]) } == .inconsistent)
    #expect(Fixture.code { _ = try set([16, 16, 1], labels: []) } == .inconsistent)
  }

  @Test func statisticsByChannel() throws {
    var images = [UInt8](repeating: 0, count: 2 * 16 * 16 * 3)
    for i in stride(from: 0, to: images.count, by: 3) {
      images[i] = 255
      images[i + 1] = i < images.count / 2 ? 0 : 255
    }
    let set = try ImageSet(
      image: [16, 16, 3], classes: ["a", "b"], images: images, labels: [0, 1], sources: [],
      name: "x")
    let (mean, sd) = set.channelStatistics()
    #expect(mean == [1, 0.5, 0])
    #expect(sd == [0, 0.5, 0])
  }
}
