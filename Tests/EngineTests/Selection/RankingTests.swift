import Testing

@testable import Engine

struct RankingTests {
  private static let ranking: Ranking = {
    var ranking = Ranking()
    ranking.append(4, gains: [2, 1])
    ranking.append(2, gains: [1, 0])
    ranking.append(7, gains: [0.5, 0], backfilled: true)
    ranking.bounds = [2, 1, 0]
    return ranking
  }()

  @Test func theCertificateIsTheObjectivesShareOfItsBound() {
    #expect((1...3).map(Self.ranking.objective) == [3, 4, 4.5])
    #expect(Self.ranking.certificate(1) == 0.6)
    #expect(Self.ranking.certificate(2) == 0.8)
    #expect(Self.ranking.prefix(2).certificate(2) == 0.8)
  }

  /// Bounds are of candidates that pass the gate.
  @Test func whatFillsUpHasNoCertificate() {
    for count in [0, 3, 4] { #expect(Self.ranking.certificate(count) == nil) }
    var unbounded = Self.ranking
    unbounded.bounds = []
    #expect(unbounded.certificate(1) == nil)
  }
}
