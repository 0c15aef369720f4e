import CKernels

/// The facility-location function, weighted.
struct Coverage: Objective {
  private let similarities: Similarities
  /// The similarity of each target with its most similar pick.
  private let best: Tensor
  private let scale: Float

  init(_ candidates: ClassCandidates, weight: Float, memory: Int) {
    similarities = candidates.similarities(memory: memory)
    best = Tensor(zeros: [similarities.targets])
    scale = weight / Float(max(similarities.targets, 1))
  }

  /// Whether no similarity has to be computed twice, so that lazy evaluation pays.
  var keepsAll: Bool { similarities.isComplete }

  func gain(of row: Int) -> Float {
    scale * psr_coverage_gain(similarities.targets, similarities.row(row), best.pointer)
  }
  func terms(of row: Int) -> [Float] { [gain(of: row)] }
  mutating func add(_ row: Int) {
    psr_coverage_add(similarities.targets, similarities.row(row), best.pointer)
  }
}
