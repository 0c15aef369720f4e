import Testing

@testable import Engine

struct HalfTests {
  @Test func everyHalfBecomesItsFloatAndComesBack() {
    let bits = (0...UInt16.max).map { $0 }
    let floats = Half.floats(bits)
    let back = Half.from(floats)
    for (pattern, (float, again)) in zip(bits, zip(floats, back)) {
      let exact = Float(Float16(bitPattern: pattern))
      if exact.isNaN {
        #expect(float.isNaN && Float16(bitPattern: again).isNaN)
      } else {
        #expect(float.bitPattern == exact.bitPattern && again == pattern)
      }
    }
  }

  @Test func roundsToNearestEven() {
    var random = Philox(seed: 1, .test)
    var floats: [Float] = [65504, 65519, 65520, 1e9, -1e9, 5.96e-8, 2.98e-8, 1 + 1 / 2048, 0, -0.0]
    for _ in 0..<20_000 {
      // Exponents around the halves' own, all mantissas.
      let exponent = UInt32(95 + random.next32() % 55)
      floats.append(Float(bitPattern: random.next32() & 0x807f_ffff | exponent << 23))
    }
    #expect(Half.from(floats) == floats.map { Float16($0).bitPattern })
  }

  @Test func lengthsAroundVectors() {
    for count in 0..<40 {
      let floats = (0..<count).map { Float($0) * 0.25 }
      #expect(Half.floats(Half.from(floats)) == floats)
    }
  }
}
