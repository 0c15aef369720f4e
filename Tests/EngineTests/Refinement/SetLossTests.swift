import Testing

@testable import Engine

struct SetLossTests {
  private static func loss(networks: Int) -> SetLoss {
    let (real, targets) = RefinerTests.labelled(60, seed: 8)
    return SetLoss(
      ClassifierArchitecture(.convnet, depth: 2, width: 8, image: [16, 16, 1], classes: 3),
      real: real, targets: targets, flips: true, seed: 3, networks: networks, most: 600)
  }

  /// The gradient says how the loss changes, through every network and the view.
  @Test(arguments: [1, 3]) func gradientIsTheLosssChange(_ networks: Int) throws {
    let loss = Self.loss(networks: networks)
    let draw = loss.draw(step: 1, members: 6)
    #expect(draw.networks.count == networks)
    var random = Philox(seed: 4, .test)
    let images = random.normal([6, 16, 16, 1])
    let labels = [0, 1, 2, 0, 1, 2]
    let gradient = try #require(loss.gradient(draw, images, labels: labels)).gradient
    try checkGradient(gradient, at: images, tolerance: 0.05) {
      Double(try #require(loss.gradient(draw, $0, labels: labels)).loss)
    }
  }

  /// Networks whose activations have no room see the members again, and say the same.
  @Test func littleMemoryChangesNothing() throws {
    var loss = Self.loss(networks: 3)
    let draw = loss.draw(step: 2, members: 6)
    var random = Philox(seed: 6, .test)
    let images = random.normal([6, 16, 16, 1])
    let labels = [0, 1, 2, 0, 1, 2]
    let whole = try #require(loss.gradient(draw, images, labels: labels))
    let each = 2 * images.count * 8 * MemoryLayout<Float>.size
    for memory in [0, each, 2 * each] {
      loss.memory = memory
      let part = try #require(loss.gradient(draw, images, labels: labels))
      #expect(part.loss == whole.loss && part.gradient.values == whole.gradient.values)
    }
  }

  /// As many real images of each class as can be, some of them twice where there are fewer.
  @Test(arguments: [(6, 500), (26, 520), (40, 600)])
  func everyClassSteersAlike(_ members: Int, _ images: Int) {
    let loss = Self.loss(networks: 1)
    for step in 0..<4 {
      let labels = loss.draw(step: step, members: members).real.map { loss.real.labels[$0] }
      #expect(labels.count == images)
      let counts = (0..<3).map { label in labels.count { $0 == label } }
      #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    }
  }

  /// Inner products of several networks' features vary less than one network's: so does the loss.
  @Test func severalNetworksVaryLess() throws {
    var random = Philox(seed: 5, .test)
    let images = random.normal([6, 16, 16, 1])
    func spread(_ networks: Int) throws -> Float {
      let loss = Self.loss(networks: networks)
      let losses = try (0..<16).map { step in
        var draw = loss.draw(step: step, members: 6)
        // The same view and real images every time, so that the networks alone differ.
        let first = loss.draw(step: 0, members: 6)
        (draw.view, draw.real) = (first.view, first.real)
        return try #require(loss.gradient(draw, images, labels: [0, 1, 2, 0, 1, 2])).loss
      }
      let mean = losses.reduce(0, +) / 16
      return losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    #expect(try spread(8) < 0.5 * (try spread(1)))
  }
}
