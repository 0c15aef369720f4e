/// The learning rate along a training.
public enum Schedule: Sendable {
  /// Linear warm-up over the first `warmup` steps, then half a cosine down to zero.
  case cosine(peak: Float, warmup: Int)

  /// The rate of a step, counted from 0, of all.
  public func rate(step: Int, of total: Int) -> Float {
    switch self {
    case .cosine(let peak, let warmup):
      if step < warmup { return peak * Float(step + 1) / Float(warmup) }
      let done = Double(step - warmup) / Double(max(total - warmup, 1))
      return peak * Float(0.5 + 0.5 * (done / 2).turnSineCosine.1)
    }
  }
}
