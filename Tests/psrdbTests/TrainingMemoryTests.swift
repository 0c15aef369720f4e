import Foundation
import Testing

/// Steps of a training after its first take all their tensors from those that were freed.
@Suite struct TrainingMemoryTests {
  private struct Report: Decodable { var tensorBytes: Int }

  @Test(arguments: TinyProject.roles)
  func longerTrainingsHoldNoMore(_ role: String) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let project = try TinyProject()
    try project.importDataset(into: "a.psr")
    if role == "prior" {
      try project.writeUntrainedModels()
      try project.succeed(
        "--pool", "a.psr", "import", "model", "autoencoder", "autoencoder.safetensors")
    }
    // All images are one batch, so an epoch is a step. On two threads the most depends on which of
    // their items happen at the same time.
    let held = try ["1", "5"].map { epochs in
      let training = [
        "--pool", "a.psr", "--json", "train", role, "--dataset", "clothes", "--epochs", epochs,
        "--output", "\(role)-\(epochs).safetensors",
      ]
      let outcome = try project.psrdb.start(training, with: ["PSRDB_THREADS": "1"]).finish()
      try #require(outcome.code == 0, "\(outcome.error)")
      return try decoder.decode(Report.self, from: Data(outcome.out.utf8)).tensorBytes
    }
    #expect(held[0] > 0)
    #expect(held[0] == held[1])
  }
}
