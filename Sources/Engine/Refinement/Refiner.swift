/// Refines latents against the teacher without leaving the prior.
///
/// Each latent is minimised alone, by Adam, over
///
///     T²·KL(q ‖ p_T(x)) + λ_prox·‖z − z₀‖²/d + λ_prior·R(z)/d
///
/// with x = decode(z), p_T the teacher's softened output averaged over views, R the prior's
/// residual (`PriorResidual`) and d the latent's size, inside ‖z − z₀‖ ≤ δ√d. The new latent is
/// accepted only if the judge, which had no part in it, sees an improvement.
///
/// Terms and weights are psrdb's own choice; the sources of the parts: classifier guidance in
/// latent space, trust regions, and the denoising residual as a prior (Poole et al., 2022).
public struct Refiner {
  /// Defaults were chosen with the judge on Fashion-MNIST's training split (docs/EXPERIMENTS.md).
  public struct Settings: Codable, Equatable, Sendable {
    public var steps = 16
    /// Adam's rate, in standard deviations of the latent.
    public var rate: Float = 0.02
    /// At 1 q is met as it is; a higher one sharpens outputs past q (docs/EXPERIMENTS.md).
    public var temperature: Float = 1
    public var views = 2
    /// Weight of ‖z − z₀‖²/d.
    public var proximity: Float = 0.5
    /// Weight of the residual.
    public var prior: Float = 4
    /// Radius of the trust region over √d.
    public var radius: Float = 0.5
    /// The largest accepted growth of the residual.
    public var growth: Float = 0.1
    /// Share of the class's mean teacher output in the label distribution; the rest is one-hot.
    public var softness: Float = 0.5

    public init() {}
  }

  /// Timesteps at which the prior is asked, of 1,000: low noise, where it knows details.
  static let timesteps = [50, 150, 300, 450]

  public enum Verdict: String, Sendable {
    case accepted
    /// The judge's loss did not fall.
    case judge
    /// The prior's residual rose too far.
    case prior
    /// The teacher's or judge's argmax left the class.
    case label
    /// A number was not finite.
    case nan
  }

  public struct Outcome: Sendable {
    public var verdict: Verdict
    public var judgeLossBefore, judgeLossAfter: Float
    public var teacherLossBefore, teacherLossAfter: Float
    public var residualBefore, residualAfter: Float
    /// ‖z − z₀‖/√d.
    public var distance: Float
    /// How much of the image is fine pattern (`highFrequency`).
    public var highFrequencyBefore, highFrequencyAfter: Float
  }

  private let autoencoder: Autoencoder
  private let prior: DiffusionTransformer
  private let teacher: Classifier
  private let judge: Classifier
  private let scaling: ImageScaling
  private let settings: Settings
  private let views: [View]
  private let residual: PriorResidual

  public init(
    autoencoder: Autoencoder, prior: DiffusionTransformer, teacher: Classifier,
    judge: Classifier, scaling: ImageScaling, settings: Settings, flips: Bool, seed: UInt64
  ) {
    self.autoencoder = autoencoder
    self.prior = prior
    self.teacher = teacher
    self.judge = judge
    self.scaling = scaling
    self.settings = settings
    views = View.list(max(1, settings.views), seed: seed, flips: flips)
    residual = PriorResidual(
      schedule: NoiseSchedule(.cosine), prediction: .v, timesteps: Refiner.timesteps,
      shape: autoencoder.configuration.latent, seed: seed)
  }

  /// The prior's residual of each latent, over its size.
  public func residuals(_ latents: Tensor, label: Int) -> [Float] {
    residual.values(
      prior, latents: latents, labels: [Int](repeating: label, count: latents.rows)
    ).map { Float($0 / Double(latents.rowSize)) }
  }

  /// Refines latents [n, h, w, c] of one class.
  /// - Parameters:
  ///   - target: the label distribution q of the class [K].
  ///   - rounded: what storing does to a latent; outcomes are of what is stored.
  ///   - progress: called after every step; throwing stops.
  /// - Returns: the new latents, images in −1...1 and an outcome each.
  public func refine(
    _ latents: Tensor, label: Int, target: [Float], rounded: (Tensor) -> Tensor,
    progress: (Int) throws -> Void = { _ in }
  ) rethrows -> (latents: Tensor, images: Tensor, outcomes: [Outcome]) {
    let n = latents.rows
    let start = latents.copy()
    let current = latents.copy()
    let parameter = Parameter("latents", current)
    let optimizer = AdamW([parameter], beta1: 0.9, beta2: 0.99, decay: 0)
    let targets = Tensor((0..<n).flatMap { _ in target }, shape: [n, target.count])
    for step in 0..<settings.steps {
      parameter.gradient.fill(0)
      parameter.gradient.add(teacherGradient(current, targets))
      let size = Float(latents.rowSize)
      let (_, byPrior) = residual.gradient(
        prior, latents: current, labels: [Int](repeating: label, count: n))
      parameter.gradient.add(byPrior, scale: settings.prior / size)
      parameter.gradient.add(current, scale: 2 * settings.proximity / size)
      parameter.gradient.add(start, scale: -2 * settings.proximity / size)
      optimizer.step(rate: settings.rate)
      project(current, around: start)
      try progress(step + 1)
    }
    let final = rounded(current)
    let before = autoencoder.decode(start)
    let after = autoencoder.decode(final)
    let outcomes = judged(
      start, final, before: before, after: after, label: label, targets: targets)
    return (final, after, outcomes)
  }

  /// The gradient of T²·KL, summed over latents, averaged over views.
  private func teacherGradient(_ latents: Tensor, _ targets: Tensor) -> Tensor {
    let images = autoencoder.decode(latents, .frozen)
    let seen = scaling.standardised(symmetric: images)
    let byImages = Tensor(zeros: images.shape)
    for view in views {
      let (_, logits) = teacher.forward(view.apply(seen), .frozen)
      let (_, gradient) = softmaxLoss(
        logits, targets: targets, temperature: settings.temperature)
      byImages.add(
        view.backward(teacher.backward(gradient)),
        scale: Float(latents.rows) / Float(views.count))
    }
    scaling.backward(byImages)
    return autoencoder.backwardDecode(byImages)
  }

  private func distances(_ latents: Tensor, _ start: Tensor) -> [Float] {
    (0..<latents.rows).map { row in
      var sum = 0.0
      for i in row * latents.rowSize..<(row + 1) * latents.rowSize {
        let d = Double(latents.pointer[i] - start.pointer[i])
        sum += d * d
      }
      return Float((sum / Double(latents.rowSize)).squareRoot())
    }
  }

  private func project(_ latents: Tensor, around start: Tensor) {
    for (row, distance) in distances(latents, start).enumerated() where distance > settings.radius {
      let factor = settings.radius / distance
      for i in row * latents.rowSize..<(row + 1) * latents.rowSize {
        latents.pointer[i] = start.pointer[i] + (latents.pointer[i] - start.pointer[i]) * factor
      }
    }
  }

  /// Mean loss over the views against `targets`, and whether the mean output's argmax is `label`.
  private func verdicts(_ network: Classifier, _ images: Tensor, _ targets: Tensor, label: Int)
    -> (losses: [Float], correct: [Bool])
  {
    let seen = scaling.standardised(symmetric: images)
    var losses = [Float](repeating: 0, count: images.rows)
    let mean = Tensor(zeros: targets.shape)
    for view in views {
      let (_, logits) = network.forward(view.apply(seen), .inference)
      for (row, loss) in softmaxLoss(logits, targets: targets).losses.enumerated() {
        losses[row] += loss / Float(views.count)
      }
      mean.add(softmax(logits))
    }
    return (losses, mean.argmaxRows().map { $0 == label })
  }

  private func judged(
    _ start: Tensor, _ final: Tensor, before: Tensor, after: Tensor, label: Int, targets: Tensor
  ) -> [Outcome] {
    let judgeBefore = verdicts(judge, before, targets, label: label)
    let judgeAfter = verdicts(judge, after, targets, label: label)
    let teacherBefore = verdicts(teacher, before, targets, label: label)
    let teacherAfter = verdicts(teacher, after, targets, label: label)
    let residualBefore = residuals(start, label: label)
    let residualAfter = residuals(final, label: label)
    let moved = distances(final, start)
    return (0..<start.rows).map { row in
      var outcome = Outcome(
        verdict: .accepted, judgeLossBefore: judgeBefore.losses[row],
        judgeLossAfter: judgeAfter.losses[row], teacherLossBefore: teacherBefore.losses[row],
        teacherLossAfter: teacherAfter.losses[row], residualBefore: residualBefore[row],
        residualAfter: residualAfter[row], distance: moved[row],
        highFrequencyBefore: highFrequency(before, row: row),
        highFrequencyAfter: highFrequency(after, row: row))
      let numbers = [outcome.judgeLossAfter, outcome.teacherLossAfter, outcome.residualAfter]
      if !numbers.allSatisfy(\.isFinite) || !final.rows(row..<row + 1).isFinite {
        outcome.verdict = .nan
      } else if !judgeAfter.correct[row] || !teacherAfter.correct[row] {
        outcome.verdict = .label
      } else if outcome.judgeLossAfter >= outcome.judgeLossBefore {
        outcome.verdict = .judge
      } else if outcome.residualAfter > (1 + settings.growth) * outcome.residualBefore {
        outcome.verdict = .prior
      }
      return outcome
    }
  }
}

/// The energy of an image's differences between neighbouring pixels of sign-changing direction
/// (the second difference along rows and columns), over the energy of its deviations from the
/// mean: small for natural images, large for noise and adversarial patterns.
public func highFrequency(_ images: Tensor, row: Int) -> Float {
  let (h, w, c) = (images.shape[1], images.shape[2], images.shape[3])
  let x = images.pointer + row * images.rowSize
  func at(_ i: Int, _ j: Int, _ k: Int) -> Double { Double(x[(i * w + j) * c + k]) }
  var (second, sum, squares) = (0.0, 0.0, 0.0)
  for i in 0..<h {
    for j in 0..<w {
      for k in 0..<c {
        let value = at(i, j, k)
        sum += value
        squares += value * value
        if j > 0 && j < w - 1 {
          let d = at(i, j - 1, k) - 2 * value + at(i, j + 1, k)
          second += d * d
        }
        if i > 0 && i < h - 1 {
          let d = at(i - 1, j, k) - 2 * value + at(i + 1, j, k)
          second += d * d
        }
      }
    }
  }
  let count = Double(h * w * c)
  let energy = squares - sum * sum / count
  // White noise has second differences of 6σ² in each direction.
  return Float(energy > 0 ? second / (12 * energy) : 0)
}
