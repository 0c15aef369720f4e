/// Refines the latents of a set so that students learn the teacher's soft labels from it, without
/// leaving the prior.
///
/// Adam minimises, over the latents z of all new members together,
///
///     L(S) + λ_prox·Σ‖z − z₀‖²/(n·d) + λ_prior·Σ R(z)/(n·d)
///
/// with L the `SetLoss` of the decoded set S, R the prior's residual (`PriorResidual`) and d the
/// latent's size, inside ‖z − z₀‖ ≤ δ√d. Members of S that were refined before take part as they
/// are. A part of the way may be accepted where the whole is not: what is refused goes halfway back
/// to z₀, three times at most, or, where members are checked on the way, to where it was last
/// accepted (`Foothold`). All this is psrdb's own choice (docs/EXPERIMENTS.md); the sources of the
/// parts: neural feature regression (`RidgeRegression`), distillation into latents (GLaD:
/// Cazenavette et al., 2023), and the denoising residual as a prior (Poole et al., 2022).
public struct Refiner {
  /// Defaults were chosen on Fashion-MNIST (docs/EXPERIMENTS.md).
  public struct Settings: Equatable, Sendable {
    public var steps = 600
    /// Adam's rate, in standard deviations of the latent; a fifth of it in the last third.
    public var rate: Float = 0.05
    /// Weight of the squared distance.
    public var proximity: Float = 0
    /// Weight of the residual.
    public var prior: Float = 1
    /// Radius of the trust region over √d.
    public var radius: Float = 1
    /// Width of the networks (ConvNet-3) that stand for students.
    public var width = 64
    /// Networks a step, whose features are put beside each other.
    public var networks = 8
    /// Real images of each class that steer, at most. A step draws 20 of all classes for each member
    /// of the set, at least 500 and at most as many as this.
    public var real = 2000
    /// Steps from one check of every member to the next, which takes it back to where it last had
    /// its class, to the teacher and the judge, and the prior; 0 for one at the end alone; nil for 20
    /// where an image has several members, which lose their class more often, and 0 elsewhere, where
    /// it brings nothing.
    public var check: Int?

    public init() {}

    /// `check`, of a set of this formation.
    public func check(_ formation: Formation) -> Int { check ?? (formation.factor > 1 ? 20 : 0) }
  }

  /// A set to refine. Images are normalised, [n, H, W, C].
  public struct Members {
    /// [n, h, w, c]
    public var latents: Tensor
    public var labels: [Int]
    /// Refined before: they take part and stay.
    public var settled: (images: Tensor, labels: [Int])?

    public init(latents: Tensor, labels: [Int], settled: (images: Tensor, labels: [Int])?) {
      self.latents = latents
      self.labels = labels
      self.settled = settled
    }
  }

  /// Timesteps at which the prior is asked, of 1,000: low noise, where it knows details. Not tuned.
  static let timesteps = [50, 150, 300, 450]
  /// Latents that go through the prior or the decoder at a time: what backward passes keep of one
  /// takes about a megabyte.
  static let slice = 512

  let autoencoder: Autoencoder
  let prior: DiffusionTransformer
  let scaling: ImageScaling
  let formation: Formation
  let settings: Settings
  /// Steps from one check of the members to the next, or 0.
  let check: Int
  let loss: SetLoss
  let held: SetLoss
  private let residual: PriorResidual
  /// One for each timestep: a step asks one, in turn. Each is a list of its own, so all have the
  /// first noise of `residual`, which has another at each timestep.
  private let parts: [PriorResidual]
  let critics: Critics

  /// - Parameters:
  ///   - real: training images that steer, with the teacher's soft labels of them [N, K].
  ///   - held: training images that only check the outcome, likewise.
  ///   - formation: how the set will hold its images; its loss is of what students see of them.
  ///   - studentWidth: of the network that checks the outcome. By default that of the field's
  ///     ConvNet-3, so that outcomes of all settings can be compared.
  public init(
    autoencoder: Autoencoder, prior: DiffusionTransformer, teacher: Classifier,
    judge: Classifier, real: (images: TrainingImages, targets: Tensor),
    held: (images: TrainingImages, targets: Tensor), formation: Formation, settings: Settings,
    flips: Bool, seed: UInt64, studentWidth: Int = 128
  ) {
    self.autoencoder = autoencoder
    self.prior = prior
    self.formation = formation
    self.settings = settings
    check = settings.check(formation)
    let images = real.images
    scaling = ImageScaling(mean: images.mean, sd: images.sd)
    func setLoss(
      _ real: (images: TrainingImages, targets: Tensor), width: Int, networks: Int, most: Int
    ) -> SetLoss {
      SetLoss(
        ClassifierArchitecture(
          .convnet, depth: 3, width: width, image: images.image, classes: images.classes),
        real: real.images, targets: real.targets, flips: flips, seed: seed, networks: networks,
        most: most)
    }
    loss = setLoss(
      real, width: settings.width, networks: settings.networks, most: settings.real)
    self.held = setLoss(held, width: studentWidth, networks: 1, most: Refiner.heldImages)
    func residual(_ timesteps: [Int]) -> PriorResidual {
      PriorResidual(
        schedule: NoiseSchedule(.cosine), prediction: .v, timesteps: timesteps,
        shape: autoencoder.configuration.latent, seed: seed)
    }
    self.residual = residual(Refiner.timesteps)
    parts = Refiner.timesteps.map { residual([$0]) }
    critics = Critics(
      teacher: teacher, judge: judge, scaling: scaling,
      views: View.list(2, seed: seed, flips: flips))
  }

  /// - Parameters:
  ///   - rounded: what storing does to a latent; outcomes are of latents as they are stored, and of
  ///     their images before these become bytes.
  ///   - checkpoint: where a stopped refinement goes on; one that is damaged or of another is not
  ///     used.
  ///   - progress: called after every step, and now and then before the first and while the
  ///     outcome is judged, with the steps done; throwing stops.
  /// - Returns: the new latents, images in −1...1 and an outcome each.
  /// - Throws: what `progress` throws; `FormatError` where the checkpoint cannot be written.
  public func refine(
    _ members: Members, rounded: (Tensor) -> Tensor, checkpoint: TrainingCheckpoint? = nil,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> (latents: Tensor, images: Tensor, outcomes: [Outcome]) {
    var members = members
    if let settled = members.settled {
      members.settled = (formation.seen(settled.images), settled.labels)
    }
    let start = members.latents
    let region = TrustRegion(center: start, radius: settings.radius)
    let current = start.copy()
    let parameter = Parameter("latents", current)
    let optimizer = AdamW([parameter], beta2: 0.99, decay: 0)
    let footholds = check > 0 ? [start.copy()] : []
    var checkpoint = checkpoint
    try checkpoint.resume([parameter], optimizer, footholds, total: settings.steps)
    let origin = try origin(of: members) { try progress(optimizer.steps) }
    func keeps(_ latents: Tensor) -> [Bool] { self.keeps(rounded(latents), members, origin) }
    var foothold = footholds.first.map { Foothold($0, keeps: keeps) }
    while optimizer.steps < settings.steps {
      let step = optimizer.steps
      parameter.gradient.fill(0)
      addGradient(to: parameter.gradient, members, current, step: step)
      optimizer.step(rate: settings.rate * (3 * step >= 2 * settings.steps ? 0.2 : 1))
      region.project(current)
      if isCheck(step + 1) { foothold?.hold(current, keeps: keeps) }
      try checkpoint.step([parameter], optimizer, footholds) { try progress(step + 1) }
    }
    // Now, for what is refused moves on while it is judged.
    try checkpoint?.save([parameter], optimizer, footholds)
    return try outcome(of: current, members, region, origin, rounded) {
      try progress(settings.steps)
    }
  }

  private func isCheck(_ step: Int) -> Bool {
    check > 0 && (step % check == 0 || step == settings.steps)
  }

  /// The prior's residual of each latent, over its size.
  func residuals(_ latents: Tensor, labels: [Int]) -> [Float] {
    slices(latents.rows).flatMap { rows in
      residual.values(prior, latents: latents.rows(rows), labels: Array(labels[rows]))
    }.map { Float($0 / Double(latents.rowSize)) }
  }

  /// Images in −1...1.
  func decoded(_ latents: Tensor) -> Tensor {
    let images = Tensor(uninitialized: [latents.rows] + autoencoder.configuration.image)
    for rows in slices(latents.rows) {
      images.setRows(at: rows.lowerBound, autoencoder.decode(latents.rows(rows)))
    }
    return images
  }

  private func slices(_ count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: Refiner.slice).map { $0..<min($0 + Refiner.slice, count) }
  }

  /// The gradient by the latents of what a step minimises; `gradient` is zero before.
  func addGradient(to gradient: Tensor, _ members: Members, _ latents: Tensor, step: Int) {
    addSetGradient(to: gradient, members, latents, step: step)
    addPriorGradient(to: gradient, members.labels, latents, step: step)
    let proximity = 2 * settings.proximity / Float(latents.count)
    gradient.add(latents, scale: proximity)
    gradient.add(members.latents, scale: -proximity)
  }

  private func addSetGradient(
    to gradient: Tensor, _ members: Members, _ latents: Tensor, step: Int
  ) {
    let n = members.labels.count
    let draw = loss.draw(step: step, members: n + (members.settled?.labels.count ?? 0))
    let own = draw.members.filter { $0 < n }
    guard !own.isEmpty else { return }
    let images = autoencoder.decode(own.count == n ? latents : latents.gather(own), .frozen)
    let (shown, labels) = join(
      formation.seen(scaling.standardised(symmetric: images)), own, members, draw)
    // A regression that cannot be solved has no gradient; the check at the end sees to the rest.
    guard let (_, byShown) = loss.gradient(draw, shown, labels: labels) else { return }
    let byImages = formation.backward(byShown.rows(0..<own.count))
    scaling.backward(byImages)
    let byLatents = autoencoder.backwardDecode(byImages)
    for (row, member) in own.enumerated() {
      gradient.setRows(at: member, byLatents.rows(row..<row + 1))
    }
  }

  /// The drawn members as students see them: new ones, then settled ones.
  func join(
    _ images: Tensor, _ own: [Int], _ members: Members, _ draw: SetLoss.Draw
  ) -> (Tensor, [Int]) {
    let labels = own.map { members.labels[$0] }
    guard let settled = members.settled else { return (images, labels) }
    let others = draw.members.dropFirst(own.count).map { $0 - members.labels.count }
    let shown = Tensor(uninitialized: [draw.members.count] + images.shape.dropFirst())
    shown.setRows(at: 0, images)
    if !others.isEmpty { shown.setRows(at: own.count, settled.images.gather(others)) }
    return (shown, labels + others.map { settled.labels[$0] })
  }

  private func addPriorGradient(
    to gradient: Tensor, _ labels: [Int], _ latents: Tensor, step: Int
  ) {
    guard settings.prior > 0 else { return }
    let byPrior = Tensor(uninitialized: latents.shape)
    for rows in slices(latents.rows) {
      let (_, part) = parts[step % parts.count].gradient(
        prior, latents: latents.rows(rows), labels: Array(labels[rows]))
      byPrior.setRows(at: rows.lowerBound, part)
    }
    gradient.add(byPrior, scale: settings.prior / Float(latents.count))
  }
}
