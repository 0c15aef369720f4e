import Foundation
import Store

/// Appends classes to a new pool, `rows` candidates an entry, in turns with a plain write of the same
/// bytes, synchronised where the pool synchronises, and with their digest alone.
enum AppendMeasure {
  static func run(at path: String, classes: Int, candidates: Int, rows: Int) throws
    -> [String: Double]
  {
    let synthetic = try SyntheticPool(at: path)
    defer { synthetic.pool.close() }
    let plain = path + ".plain"
    let descriptor = Foundation.open(plain, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw POSIXError(.EIO) }
    defer {
      Foundation.close(descriptor)
      unlink(plain)
    }
    var figures = ["payload": 0.0, "append": 0, "plain": 0, "digest": 0]
    let blocks = (0..<classes).flatMap { label in
      stride(from: 0, to: candidates, by: rows).map { (label, $0) }
    }
    for (label, first) in blocks {
      let batch = SyntheticClass(label: label, first: first, count: min(rows, candidates - first))
      figures["append"]! += try seconds { try synthetic.append(batch) }
      for tensors in [batch.generated, batch.scored] {
        figures["plain"]! += try seconds {
          for tensor in tensors {
            try tensor.bytes.withUnsafeBytes {
              guard write(descriptor, $0.baseAddress, $0.count) == $0.count else {
                throw POSIXError(.ENOSPC)
              }
            }
          }
          guard fsync(descriptor) == 0 else { throw POSIXError(.EIO) }
        }
        figures["digest"]! += seconds { for tensor in tensors { _ = tensor.sha256 } }
        figures["payload"]! += tensors.reduce(0) { $0 + Double($1.bytes.count) }
      }
    }
    return figures
  }
}
