import Engine
import Foundation
import Store

/// A file beside a pool that a stopped stage goes on from, to the same bits.
struct CheckpointFile {
  private let path: String
  /// A pool may lie in a folder that is not to be written to: then there is none.
  private let isPossible: Bool

  init(_ suffix: String, beside pool: Pool) {
    path = pool.path + suffix
    isPossible = (try? Files.requireFolder(of: path)) != nil
  }

  var exists: Bool { Files.exists(path) }

  /// - Parameter work: names all that the outcome's bits come of, beside the type of CPU.
  func of(_ work: String) -> TrainingCheckpoint? {
    isPossible
      ? TrainingCheckpoint(path: path, identity: SHA256.hex(of: "\(work) \(blasCoreName)")) : nil
  }

  /// To be called when the pool has the outcome.
  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
