/// Where each member of a set last had its class and the prior.
struct Foothold {
  /// [n, h, w, c]; where a member began that has not had both yet.
  let latents: Tensor
  private var isFirm: [Bool]

  /// - Parameter keeps: whether each of some latents has both.
  init(_ latents: Tensor, keeps: (Tensor) -> [Bool]) {
    self.latents = latents
    isFirm = keeps(latents)
  }

  /// Takes members that lost one halfway back to their foothold, and where that does not help all the
  /// way; those that never had both go on as they are. What has both is the foothold from then on.
  mutating func hold(_ current: Tensor, keeps: (Tensor) -> [Bool]) {
    var kept = keeps(current)
    let lost = kept.indices.filter { !kept[$0] && isFirm[$0] }
    if !lost.isEmpty {
      for row in lost { current.goHalfway(to: latents, row: row) }
      kept = keeps(current)
      for row in lost where !kept[row] { current.setRows(at: row, latents.rows(row..<row + 1)) }
    }
    for row in kept.indices where kept[row] {
      latents.setRows(at: row, current.rows(row..<row + 1))
      isFirm[row] = true
    }
  }
}
