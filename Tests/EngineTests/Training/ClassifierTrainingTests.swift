import Testing

@testable import Engine

struct ClassifierTrainingTests {
  @Test(arguments: ["convnet2-16", "mlp-64"]) func fitsRealImages(_ architecture: String) throws {
    let images = try RealImages.first(64)
    let training = ClassifierTraining(
      architecture: architecture, epochs: 60, batch: 32, decay: 0, flips: false, seed: 1)
    let network = try training.run(images, checkpoint: nil) { _, _, _ in }
    let (_, logits) = network.forward(images.batch(Array(0..<64), .standard), .inference)
    let losses = softmaxLoss(logits, targets: oneHot(images.labels, classes: 10)).losses
    #expect(losses.reduce(0, +) / 64 < 0.1)
    #expect(logits.argmaxRows() == images.labels)
  }

  @Test func unknownArchitecturesAreRefused() throws {
    let images = try RealImages.first(4)
    let error = #expect(throws: FormatError.self) {
      _ = try ClassifierTraining(architecture: "vgg", epochs: 1).run(images, checkpoint: nil) {
        _, _, _ in
      }
    }
    #expect(error?.message.contains("vgg") == true)
  }
}
