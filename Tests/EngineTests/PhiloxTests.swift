import Foundation
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

  /// Every stored pool rests on where a stream is, and in which order it is drawn from.
  @Test func drawsAreThoseOfTheFixture() throws {
    struct Stream: Decodable {
      let seed: UInt64
      let purpose: UInt16
      let label, index, step: Int
      let words: [UInt32]
      let uniforms, normals: [Float]
      let integers, permutation: [Int]
    }
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/philox/streams.json")
    let streams = try JSONDecoder().decode([Stream].self, from: Data(contentsOf: file))
    #expect(streams.count == 2)
    for s in streams {
      let start = Philox(
        seed: s.seed, try #require(Purpose(rawValue: s.purpose)), class: s.label, index: s.index,
        step: s.step)
      var random = start
      let words = s.words.map { _ in random.next32() }
      #expect(words == s.words)
      random = start
      let long = [random.next(), random.next()]
      #expect(long[0] == UInt64(words[1]) << 32 | UInt64(words[0]))
      #expect(long[1] == UInt64(words[3]) << 32 | UInt64(words[2]))
      random = start
      let uniforms = s.words.map { _ in random.uniform() }
      #expect(uniforms == s.uniforms)
      random = start
      let moved = s.words.map { _ in random.uniform(-2..<2) }
      #expect(moved == s.uniforms.map { 4 * $0 - 2 })
      random = start
      let integers = s.words.map { _ in random.integer(below: 1000) }
      #expect(integers == s.integers)
      random = start
      let permutation = random.permutation(11)
      #expect(permutation == s.permutation)
      random = start
      let normals = random.normal([2, 5]).values
      for (value, expected) in zip(normals, s.normals) { #expect(abs(value - expected) < 1e-6) }
    }
  }

  @Test func purposesKeepTheirNumbers() {
    let purposes: [Purpose] = [
      .initialization, .shuffle, .augmentation, .latent, .diffusion, .labelDropout, .posterior,
      .views, .selection, .test, .refinement,
    ]
    #expect(purposes.map(\.rawValue) == Array(1...9) + [11, 12])
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
