import CKernels

/// Similarities (1 + cos)/2 of candidates with targets, one row per candidate.
///
/// They are computed in tiles of a fixed grid, so a value is the same bits however many threads
/// there are and whether all rows are kept or, when memory is short, only the blocks of rows last
/// used. Candidates that are targets too cost half among themselves: one triangle is computed and
/// mirrored.
final class Similarities {
  static let edge = 128

  let targets: Int
  /// Candidates, those that are targets first, and targets.
  private let a: Tensor
  private let b: Tensor
  /// How many candidates are targets, and the place in `a` of every candidate; none where they
  /// are in order.
  private let shared: Int
  private let position: [Int]
  /// Rows of `a` that are computed together; the first of them are of shared rows alone.
  private let blocks: [Range<Int>]
  private let sharedBlocks: Int
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
  ///   - targets: [v, d], unit rows.
  ///   - memory: bytes to keep to; one block of rows at least.
  convenience init(_ candidates: Tensor, _ targets: Tensor, memory: Int) {
    self.init(candidates, targets, targets: targets.rows, shared: 0, position: [], memory: memory)
  }

  /// - Parameters:
  ///   - candidates: [n, d], unit rows.
  ///   - rows: the candidates that are the targets, ascending; nil for all.
  ///   - memory: bytes to keep to; one block of rows at least.
  convenience init(_ candidates: Tensor, among rows: [Int]?, memory: Int) {
    guard let rows, rows.count < candidates.rows else {
      let count = candidates.rows
      self.init(
        candidates, candidates, targets: count, shared: count, position: [], memory: memory)
      return
    }
    var isTarget = Array(repeating: false, count: candidates.rows)
    for row in rows { isTarget[row] = true }
    let order = rows + isTarget.indices.filter { !isTarget[$0] }
    var position = Array(repeating: 0, count: order.count)
    for (place, row) in order.enumerated() { position[row] = place }
    let ordered = candidates.gather(order)
    self.init(
      ordered, ordered, targets: rows.count, shared: rows.count, position: position,
      memory: memory)
  }

  private init(
    _ a: Tensor, _ b: Tensor, targets: Int, shared: Int, position: [Int], memory: Int
  ) {
    self.a = a
    self.b = b
    self.targets = targets
    self.shared = shared
    self.position = position
    let first = Similarities.blocks(0..<shared)
    sharedBlocks = first.count
    blocks = first + Similarities.blocks(shared..<a.rows)
    let blockBytes = Similarities.edge * targets * 4
    let kept = min(blocks.count, max(1, memory / max(blockBytes, 1)))
    isComplete = kept == blocks.count
    storage = Tensor(
      uninitialized: [isComplete ? a.rows : kept * Similarities.edge, targets])
    base = storage.pointer
    if isComplete {
      computeAll()
    } else {
      place = Array(repeating: -1, count: blocks.count)
      held = Array(repeating: -1, count: kept)
      lastUse = Array(repeating: 0, count: kept)
    }
  }

  /// Bytes that all similarities of n candidates with v targets take.
  static func bytes(candidates n: Int, targets v: Int) -> Int { n * v * 4 }

  private static func blocks(_ range: Range<Int>) -> [Range<Int>] {
    stride(from: range.lowerBound, to: range.upperBound, by: edge).map {
      $0..<min(range.upperBound, $0 + edge)
    }
  }

  /// The similarities of a candidate with every target, valid until the next call.
  func row(_ row: Int) -> UnsafePointer<Float> {
    let row = position.isEmpty ? row : position[row]
    if isComplete { return UnsafePointer(base + row * targets) }
    let block =
      row < shared
      ? row / Similarities.edge : sharedBlocks + (row - shared) / Similarities.edge
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
    let first = place[block] * Similarities.edge + row - blocks[block].lowerBound
    return UnsafePointer(base + first * targets)
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
    let tiles = sharedBlocks * sharedBlocks
    parallel(tiles + blocks.count - sharedBlocks) { item in
      guard item < tiles else {
        let rows = blocks[sharedBlocks + item - tiles]
        tile(rows, 0..<targets, into: base + rows.lowerBound * targets, stride: targets)
        return
      }
      let (i, j) = (item / sharedBlocks, item % sharedBlocks)
      guard i >= j else { return }
      let (rows, columns) = (blocks[i], blocks[j])
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
    let rows = blocks[block]
    guard block < sharedBlocks else {
      tile(rows, 0..<targets, into: c, stride: targets)
      return
    }
    parallel(sharedBlocks) { j in
      let columns = blocks[j]
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
