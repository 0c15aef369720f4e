extension Refiner {
  /// The share of real images whose residual an accepted latent may not pass.
  private static let quantile = 0.95
  /// How often what is refused goes halfway back, where no check held it on the way.
  private static let retreats = 3
  /// Steps whose draws are kept for the check of the whole set.
  private static let checks = 8
  /// Held-out images of each of those draws.
  static let heldImages = 500

  /// What outcomes are measured against.
  struct Origin {
    /// In −1...1.
    var images: Tensor
    var opinions: [Critics.Opinion]
    var setLoss: Float
    var residuals: [Float]
    /// The residual that a latent of each class may not pass.
    var limits: [Float]
  }

  /// - Parameter pause: called now and then; throwing stops.
  func origin(of members: Members, pause: () throws -> Void) rethrows -> Origin {
    let images = decoded(members.latents)
    try pause()
    return Origin(
      images: images, opinions: critics.opinions(images, labels: members.labels),
      setLoss: heldLoss(members, images),
      residuals: residuals(members.latents, labels: members.labels),
      limits: try realLimits(pause))
  }

  /// Whether each member has its class, to teacher and judge, and the prior.
  /// - Parameter latents: as they would be stored.
  func keeps(_ latents: Tensor, _ members: Members, _ origin: Origin) -> [Bool] {
    zip(seen(latents, decoded(latents), members, origin), members.labels).map {
      $0.keepsClass && $0.keepsPrior(limit: origin.limits[$1])
    }
  }

  /// What is seen of latents and their images, one by one: outcomes without distance, the set's loss
  /// and verdict.
  private func seen(
    _ latents: Tensor, _ images: Tensor, _ members: Members, _ origin: Origin
  ) -> [Outcome] {
    var outcomes = zip(origin.opinions, critics.opinions(images, labels: members.labels)).map {
      Outcome(before: $0, after: $1)
    }
    for (row, residual) in residuals(latents, labels: members.labels).enumerated() {
      outcomes[row].residualBefore = origin.residuals[row]
      outcomes[row].residualAfter = residual
    }
    return outcomes
  }

  /// What is accepted of new latents of the members: the whole way, a part of it, or nothing.
  /// - Parameter pause: called now and then; throwing stops.
  func outcome(
    of current: Tensor, _ members: Members, _ region: TrustRegion, _ origin: Origin,
    _ rounded: (Tensor) -> Tensor, _ pause: () throws -> Void
  ) rethrows -> (latents: Tensor, images: Tensor, outcomes: [Outcome]) {
    var result = judged(rounded(current), members, region, origin)
    for _ in 0..<(check == 0 ? Refiner.retreats : 0) {
      try pause()
      let refused = result.outcomes.indices.filter {
        [.label, .prior].contains(result.outcomes[$0].verdict)
      }
      if refused.isEmpty { break }
      for row in refused { current.goHalfway(to: region.center, row: row) }
      result = judged(rounded(current), members, region, origin)
    }
    judgeKept(&result.outcomes, result.images, members, origin)
    // What is no number is no latent: such a member is left as it was, and its verdict says why.
    for row in result.outcomes.indices where result.outcomes[row].verdict == .nan {
      result.latents.setRows(at: row, members.latents.rows(row..<row + 1))
      result.images.setRows(at: row, origin.images.rows(row..<row + 1))
    }
    return result
  }

  /// Latents as they would be stored, with their images and outcomes.
  private func judged(
    _ latents: Tensor, _ members: Members, _ region: TrustRegion, _ origin: Origin
  ) -> (latents: Tensor, images: Tensor, outcomes: [Outcome]) {
    let images = decoded(latents)
    var outcomes = seen(latents, images, members, origin)
    let setLoss = heldLoss(members, images)
    for (row, distance) in region.distances(latents).enumerated() {
      outcomes[row].distance = distance
      outcomes[row].setLossBefore = origin.setLoss
      outcomes[row].setLossAfter = setLoss
      outcomes[row].decide(
        limit: origin.limits[members.labels[row]],
        isFinite: latents.rows(row..<row + 1).isFinite)
    }
    return (latents, images, outcomes)
  }

  /// The set that is kept holds the members that were refused as they were before: what is accepted
  /// has to be better in that one.
  private func judgeKept(
    _ outcomes: inout [Outcome], _ images: Tensor, _ members: Members, _ origin: Origin
  ) {
    let refused = outcomes.indices.filter { outcomes[$0].verdict != .accepted }
    guard !refused.isEmpty, refused.count < outcomes.count else { return }
    let kept = images.copy()
    for row in refused { kept.setRows(at: row, origin.images.rows(row..<row + 1)) }
    let setLoss = heldLoss(members, kept)
    for row in outcomes.indices { outcomes[row].setLossAfter = setLoss }
    if setLoss < origin.setLoss { return }
    for row in outcomes.indices where outcomes[row].verdict == .accepted {
      outcomes[row].verdict = .students
    }
  }

  /// For each class, the residual that held-out real images of it may not pass.
  private func realLimits(_ pause: () throws -> Void) rethrows -> [Float] {
    var residuals: [Float] = []
    for first in stride(from: 0, to: held.real.count, by: 64) {
      try pause()
      let places = Array(first..<min(first + 64, held.real.count))
      let labels = places.map { held.real.labels[$0] }
      let latents = autoencoder.encode(held.real.batch(places, .symmetric))
      residuals += self.residuals(latents, labels: labels)
    }
    return Refiner.limits(residuals, labels: held.real.labels, classes: held.real.classes)
  }

  /// For each class, the residual that one in twenty of its images passes; of all classes' images
  /// where it has fewer than twenty.
  static func limits(_ residuals: [Float], labels: [Int], classes: Int) -> [Float] {
    var byClass = [[Float]](repeating: [], count: classes)
    for (residual, label) in zip(residuals, labels) { byClass[label].append(residual) }
    return byClass.map { values in
      let sorted = (values.count < 20 ? residuals : values).sorted()
      return sorted.isEmpty ? 0 : sorted[Int(Double(sorted.count - 1) * quantile)]
    }
  }

  /// The mean loss over draws that no step has seen, with held-out real images.
  private func heldLoss(_ members: Members, _ symmetric: Tensor) -> Float {
    let images = formation.seen(scaling.standardised(symmetric: symmetric))
    let n = members.labels.count
    let losses = (0..<Refiner.checks).map { check -> Float in
      let draw = held.draw(
        step: settings.steps + check, members: n + (members.settled?.labels.count ?? 0))
      let own = draw.members.filter { $0 < n }
      let (shown, labels) = join(images.gather(own), own, members, draw)
      return held.gradient(draw, shown, labels: labels)?.loss ?? .nan
    }
    return losses.reduce(0, +) / Float(losses.count)
  }
}
