import Foundation
import Testing

@testable import Engine

/// Agreement with submodlib, apricot and the published algorithm for determinantal point
/// processes, on the instances of Fixtures/selection/generate.py.
@Suite struct PeersTests {
  struct Fixture: Decodable {
    let count, dimensions: Int
    let instances: [Instance]
  }
  struct Instance: Decodable {
    let features: [Float]
    let facilityLocation, facilityLocationApricot, graphCut, saturatedCoverage, dpp: Answer
  }
  struct Answer: Decodable {
    let picks: [Int]
    let gains: [Float]
  }

  static let fixture: Fixture = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/selection/peers.json")
    do {
      return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
    } catch {
      Issue.record("\(file.path): \(error)")
      return Fixture(count: 0, dimensions: 0, instances: [])
    }
  }()

  /// After each prefix of the peer's picks, the next gain must be the peer's. The picks may differ
  /// where gains tie: peers break ties by rounding.
  private func agree(
    _ name: String, _ parameters: [String: Double] = [:], scale: Float, answer: (Instance) -> Answer
  ) throws {
    let fixture = PeersTests.fixture
    #expect(fixture.instances.count == 50)
    let strategy = try Strategies.make(name, parameters)
    for instance in fixture.instances {
      let candidates = try ClassCandidates(
        label: 0, ids: (0..<fixture.count).map { Int64($0) },
        features: Tensor(instance.features, shape: [fixture.count, fixture.dimensions]))
      let peer = answer(instance)
      var known = Ranking()
      for (position, pick) in peer.picks.enumerated() {
        let next = try strategy.rank(candidates, count: position + 1, extending: known)
        let gain = next.gains[position].reduce(0, +) * scale
        #expect(abs(gain - peer.gains[position]) < 2e-5 * max(1, scale))
        known.append(pick, gains: next.gains[position])
        known.bounds = next.bounds
      }
    }
  }

  @Test func facilityLocation() throws {
    try agree("facility-location", scale: 24) { $0.facilityLocation }
    try agree("facility-location", scale: 24) { $0.facilityLocationApricot }
  }

  @Test func graphCut() throws {
    try agree("graph-cut", ["penalty": 0.4], scale: 24) { $0.graphCut }
  }

  @Test func saturatedCoverage() throws {
    // apricot saturates at a share of all similarity: 0.2 of 24 candidates.
    try agree("saturated-coverage", ["saturation": 4.8], scale: 24) { $0.saturatedCoverage }
  }

  @Test func dpp() throws {
    try agree("dpp", scale: 1) { $0.dpp }
  }
}
