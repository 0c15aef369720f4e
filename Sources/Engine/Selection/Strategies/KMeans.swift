import CKernels

/// As many clusters as picks, and from each the candidate nearest to its centroid, the largest
/// cluster first.
///
/// Lloyd's iteration on unit features from the k-center picks. Not nested: another count means
/// other clusters, so a longer ranking is made anew. Source: Lloyd, "Least squares quantization
/// in PCM", 1982. Guide: docs/selection/k-means.md.
public struct KMeans: Strategy {
  public static let name = "k-means"
  public static let summary = "the candidate nearest to each of IPC centroids (not nested)"
  public static let isNested = false
  public static let parameters = [
    StrategyParameter("iterations", 50, in: 1...10_000, "the most rounds of Lloyd's iteration")
  ]

  let iterations: Int

  public init(_ values: [String: Double], seed: UInt64) {
    iterations = Int(values["iterations"]!)
  }

  /// The share of the candidates in the pick's cluster.
  public var terms: [String] { ["share"] }

  public func extend(
    _ known: Ranking, to count: Int, over candidates: ClassCandidates, memory: Int
  ) throws(SelectionError) -> Ranking {
    let rows = candidates.eligible
    let clusters = min(count, rows.count)
    var share = Array(repeating: Float(0), count: candidates.count)
    var picks: [Int] = []
    if clusters > 0 {
      let start = try KCenter([:], seed: 0).rank(candidates, count: clusters).picks
      let (centroids, sizes) = lloyd(candidates, rows, from: candidates.features.gather(start))
      let order = (0..<clusters).sorted { (sizes[$1], $0) < (sizes[$0], $1) }
      var free = rows
      for cluster in order {
        let products = candidates.products(with: centroids, row: cluster)
        // Rows are unit, so the nearest to a centroid is that of the largest product with it.
        var best = 0
        for i in free.indices where products.pointer[free[i]] > products.pointer[free[best]] {
          best = i
        }
        let row = free.remove(at: best)
        share[row] = Float(sizes[cluster]) / Float(rows.count)
        picks.append(row)
      }
    }
    return ranking(picks + candidates.backfill, eligible: clusters, count: count) { [share[$0]] }
  }

  /// Centroids and the number of rows nearest to each; a cluster left empty keeps its centroid.
  private func lloyd(
    _ candidates: ClassCandidates, _ rows: [Int], from start: Tensor
  ) -> (Tensor, [Int]) {
    let (k, d) = (start.rows, start.rowSize)
    let points = candidates.features.gather(rows)
    let centroids = start.copy()
    let products = Tensor(uninitialized: [rows.count, k])
    var owner = Array(repeating: -1, count: rows.count)
    var sizes = Array(repeating: 0, count: k)
    for _ in 0..<iterations {
      parallelGEMM(
        rows.count, k, d, points.pointer, lda: d, centroids.pointer, ldb: d, transposeB: true,
        products.pointer, ldc: k)
      let offsets = (0..<k).map { cluster -> Float in
        var square: Float = 0
        for i in 0..<d {
          let x = centroids.pointer[cluster * d + i]
          square += x * x
        }
        return square / 2
      }
      var changed = false
      for i in 0..<rows.count {
        let row = products.pointer + i * k
        var best = 0
        for j in 1..<max(k, 1) where row[j] - offsets[j] > row[best] - offsets[best] { best = j }
        if owner[i] != best { changed = true }
        owner[i] = best
      }
      if !changed { break }
      let sums = Tensor(zeros: [k, d])
      sizes = Array(repeating: 0, count: k)
      for i in 0..<rows.count {
        sizes[owner[i]] += 1
        psr_axpy(d, 1, points.pointer + i * d, sums.pointer + owner[i] * d)
      }
      for cluster in 0..<k where sizes[cluster] > 0 {
        for i in cluster * d..<(cluster + 1) * d {
          centroids.pointer[i] = sums.pointer[i] / Float(sizes[cluster])
        }
      }
    }
    return (centroids, sizes)
  }
}
