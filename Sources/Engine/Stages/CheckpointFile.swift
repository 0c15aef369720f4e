import Engine
import Foundation
import Store

/// A file beside a pool that a stopped stage goes on from, to the same bits:
/// NAME.psr.ID.checkpoint, with an id of the work, so that no other takes its place.
struct CheckpointFile {
  private let identity: String
  private let path: String
  /// A pool may lie in a folder that is not to be written to: then there is none.
  private let isPossible: Bool

  /// - Parameter work: names all that the outcome's bits come of, beside the type of CPU.
  init(of work: String, beside pool: Pool) {
    identity = SHA256.hex(of: "\(work) \(blasCoreName)")
    path = "\(pool.path).\(identity.prefix(8)).checkpoint"
    isPossible = (try? Files.requireFolder(of: path)) != nil
  }

  var exists: Bool { Files.exists(path) }

  var training: TrainingCheckpoint? {
    isPossible ? TrainingCheckpoint(path: path, identity: identity) : nil
  }

  /// To be called when the pool has the outcome.
  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
