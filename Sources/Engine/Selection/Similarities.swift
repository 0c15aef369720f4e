import CKernels

/// Similarities (1 + cos)/2 of candidates with targets, one row per candidate.
///
/// They are computed in tiles of a fixed grid, so a value is the same bits however many threads
/// there are and whether all rows are kept or, when memory is short, only the blocks of rows last
/// used. Candidates against themselves cost half: one triangle is computed and mirrored.
final class Similarities {
  static let edge = 128

  let targets: Int
  private let candidates: Int
  private let a: Tensor
  private let b: Tensor
  private let isSymmetric: Bool
  /// All rows, when they fit; else room for some blocks of `edge` rows.
  private let storage: Tensor
  private let base: UnsafeMutablePointer<Float>
  let isComplete: Bool
  /// Where in `storage` each block is, or -1, and the use of each place: the oldest goes first.
  private var place: [Int] = []
  private var held: [Int] = []
  private var lastUse: [Int] = []
  private var clock = 0

  /// - Parameters:
  ///   - candidates: [n, d], unit rows.
  ///   - targets: [v, d], unit rows; the same storage as `candidates` for self-similarity.
  ///   - memory: bytes to keep to; one block of rows at least.
  init(_ candidates: Tensor, _ targets: Tensor, memory: Int) {
    a = candidates
    b = targets
    self.candidates = candidates.rows
    self.targets = targets.rows
    isSymmetric = candidates.pointer == targets.pointer && candidates.rows == targets.rows
    let blocks = Similarities.blocks(candidates.rows)
    let blockBytes = Similarities.edge * targets.rows * 4
    let kept = min(blocks, max(1, memory / max(blockBytes, 1)))
    isComplete = kept == blocks
    storage = Tensor(
      uninitialized: [
        isComplete ? candidates.rows : kept * Similarities.edge, targets.rows,
      ])
    base = storage.pointer
    if isComplete {
      computeAll()
    } else {
      place = Array(repeating: -1, count: blocks)
      held = Array(repeating: -1, count: kept)
      lastUse = Array(repeating: 0, count: kept)
    }
  }

  /// Bytes that all similarities of n candidates with v targets take.
  static func bytes(candidates n: Int, targets v: Int) -> Int { n * v * 4 }

  private static func blocks(_ count: Int) -> Int { (count + edge - 1) / edge }

  /// The similarities of a candidate with every target, valid until the next call.
  func row(_ row: Int) -> UnsafePointer<Float> {
    if isComplete { return UnsafePointer(base + row * targets) }
    let block = row / Similarities.edge
    clock += 1
    if place[block] < 0 {
      var slot = 0
      for i in 1..<max(1, held.count) where lastUse[i] < lastUse[slot] { slot = i }
      if held[slot] >= 0 { place[held[slot]] = -1 }
      held[slot] = block
      place[block] = slot
      compute(block, into: base + slot * Similarities.edge * targets)
    }
    lastUse[place[block]] = clock
    let first = place[block] * Similarities.edge + row % Similarities.edge
    return UnsafePointer(base + first * targets)
  }

  private func range(_ block: Int, of count: Int) -> Range<Int> {
    block * Similarities.edge..<min(count, (block + 1) * Similarities.edge)
  }

  /// The tile of candidates `rows` and targets `columns`, into a matrix of stride `stride`.
  private func tile(
    _ rows: Range<Int>, _ columns: Range<Int>, into c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    for i in 0..<rows.count { (c + i * stride).update(repeating: 0.5, count: columns.count) }
    let d = a.rowSize
    gemm(
      rows.count, columns.count, d, alpha: 0.5, a.pointer + rows.lowerBound * d, lda: d,
      b.pointer + columns.lowerBound * d, ldb: d, transposeB: true, beta: 1, c, ldc: stride)
  }

  private func computeAll() {
    let rowBlocks = Similarities.blocks(candidates)
    let columnBlocks = Similarities.blocks(targets)
    if !isSymmetric {
      parallel(rowBlocks) { block in
        let rows = range(block, of: candidates)
        tile(rows, 0..<targets, into: base + rows.lowerBound * targets, stride: targets)
      }
      return
    }
    parallel(rowBlocks * columnBlocks) { item in
      let (i, j) = (item / columnBlocks, item % columnBlocks)
      guard i >= j else { return }
      let (rows, columns) = (range(i, of: candidates), range(j, of: targets))
      let corner = base + rows.lowerBound * targets + columns.lowerBound
      tile(rows, columns, into: corner, stride: targets)
      if i > j {
        psr_transpose(
          rows.count, columns.count, corner, targets,
          base + columns.lowerBound * targets + rows.lowerBound, targets)
      }
    }
  }

  /// One block of rows, the same bits as `computeAll` gives.
  private func compute(_ block: Int, into c: UnsafeMutablePointer<Float>) {
    let rows = range(block, of: candidates)
    if !isSymmetric {
      tile(rows, 0..<targets, into: c, stride: targets)
      return
    }
    parallel(Similarities.blocks(targets)) { j in
      let columns = range(j, of: targets)
      if j <= block {
        tile(rows, columns, into: c + columns.lowerBound, stride: targets)
      } else {
        let mirrored = Tensor(uninitialized: [columns.count, rows.count])
        tile(columns, rows, into: mirrored.pointer, stride: rows.count)
        psr_transpose(
          columns.count, rows.count, mirrored.pointer, rows.count, c + columns.lowerBound, targets)
      }
    }
  }
}
