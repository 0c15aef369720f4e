import ArgumentParser
import Stages

struct QualityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quality",
    abstract: "Say what the models are worth and how real the candidates look.",
    discussion: """
      Accuracies are on the test split, which is read to report and steers nothing. The \
      reconstruction error is the mean squared one of pixels from 0 to 1. Fréchet distances, \
      squared, are of the judge's features from real training images; those of other training \
      images and of the test split show what new real images have: candidates with much less \
      repeat training images. What the pool has no models or candidates for yet is left out.
      """)

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    try session.requirePresent()
    try session.show(session.reading { pool in try session.perform(on: pool, Quality().run) })
  }
}
