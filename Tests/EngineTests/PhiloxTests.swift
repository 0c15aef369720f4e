import Testing

@testable import Engine

struct PhiloxTests {
  /// Known answers of the Random123 distribution (kat_vectors, philox4x32 10).
  @Test func knownAnswers() {
    #expect(
      Philox.block([0, 0, 0, 0], key: [0, 0])
        == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    #expect(
      Philox.block(
        [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], key: [0xffff_ffff, 0xffff_ffff])
        == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    #expect(
      Philox.block(
        [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], key: [0xa409_3822, 0x299f_31d0])
        == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
  }

  @Test func streamsDiffer() {
    var streams = [
      Philox(seed: 1, .latent), Philox(seed: 2, .latent), Philox(seed: 1, .shuffle),
      Philox(seed: 1, .latent, class: 1), Philox(seed: 1, .latent, index: 1),
      Philox(seed: 1, .latent, step: 1),
    ]
    var first: [UInt64] = []
    for i in streams.indices { first.append(streams[i].next()) }
    #expect(Set(first).count == streams.count)
  }

  @Test func normalMoments() {
    var random = Philox(seed: 7, .test)
    let values = random.normal([100_000]).values.map(Double.init)
    let mean = values.reduce(0, +) / 1e5
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1e5
    #expect(abs(mean) < 0.015)
    #expect(abs(variance - 1) < 0.02)
  }

  @Test func permutationIsOne() {
    var random = Philox(seed: 3, .shuffle)
    #expect(random.permutation(257).sorted() == Array(0..<257))
  }
}
