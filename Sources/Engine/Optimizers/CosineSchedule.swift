/// The learning rate along a training: linear warm-up, then half a cosine down to zero.
struct CosineSchedule {
  let peak: Float
  /// Steps of the warm-up.
  let warmup: Int

  /// The rate of a step, counted from 0, of all.
  func rate(step: Int, of total: Int) -> Float {
    if step < warmup { return peak * Float(step + 1) / Float(warmup) }
    let done = Double(step - warmup) / Double(max(total - warmup, 1))
    return peak * Float(0.5 + 0.5 * (done / 2).turnSineCosine.1)
  }
}
