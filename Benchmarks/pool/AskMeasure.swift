import Engine
import Foundation
import Stages
import Store

/// Asks a pool of `AppendMeasure` what people ask of one: times of opening it, of lineages and of
/// reading features.
enum AskMeasure {
  static func run(at path: String) throws -> [String: Double] {
    var figures: [String: Double] = [:]
    figures["open"] = try median(21) { _ in
      let pool = try open(path)
      _ = try pool.query("SELECT count(*) FROM generations")
      pool.close()
    }
    let pool = try open(path)
    defer { pool.close() }
    var random = SystemRandomNumberGenerator()
    let batches = try pool.query("SELECT class, candidates FROM generations").rows
    let ids = (0..<1001).compactMap { _ -> String? in
      guard let batch = batches.randomElement(using: &random), let label = batch[0].int,
        let count = batch[1].int
      else { return nil }
      let number = String(Int.random(in: 0..<count, using: &random))
      return
        "\(label)-\(String(repeating: "0", count: max(0, 5 - number.count)))\(number)-00000000@0"
    }
    let times = try (0..<ids.count).map { index in
      try seconds { _ = try Lineage(ids[index]).run(pool) }
    }.sorted()
    figures["lineage"] = times[times.count / 2]
    figures["lineage, 99 of 100"] = times[times.count * 99 / 100]
    try features(pool, &figures)
    return figures
  }

  /// Each class's features as floats, ready for a matrix product, in turns with a copy by memcpy of
  /// the same floats, kept in memory, to the same place: bytes of floats a second. Each once
  /// untimed before, so that both are warm.
  private static func features(_ pool: Pool, _ figures: inout [String: Double]) throws {
    let entries = try pool.entries(.score)
    guard let first = entries.first, first.tensors.count > 1 else { return }
    let matrix = Tensor(zeros: first.tensors[1].shape)
    var took = (features: 0.0, copy: 0.0)
    for entry in entries {
      let kept = try pool.floats(entry.sequence, 1)
      func read() throws {
        try pool.withTensor(entry.sequence, 1) { Half.convert($1, to: matrix.pointer) }
      }
      func copy() {
        kept.withUnsafeBytes {
          UnsafeMutableRawBufferPointer(start: matrix.pointer, count: $0.count).copyMemory(from: $0)
        }
      }
      try read()
      took.features += try seconds(read)
      copy()
      took.copy += seconds(copy)
    }
    let bytes = Double(entries.count * matrix.count * 4)
    figures["features"] = bytes / took.features
    figures["memcpy"] = bytes / took.copy
  }

  private static func open(_ path: String) throws -> Pool {
    try Pool.open(at: path, for: .reading, provenance: SyntheticPool.provenance)
  }

  private static func median(_ count: Int, _ body: (Int) throws -> Void) rethrows -> Double {
    try (0..<count).map { number in try seconds { try body(number) } }.sorted()[count / 2]
  }
}
