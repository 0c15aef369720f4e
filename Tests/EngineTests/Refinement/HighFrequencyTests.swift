import Testing

@testable import Engine

struct HighFrequencyTests {
  @Test func highFrequencyTellsNoiseFromShapes() {
    var random = Philox(seed: 1, .test)
    let noise = random.normal([2, 64, 64, 3])
    let ramp = Tensor(uninitialized: [1, 32, 32, 1])
    let checkered = Tensor(uninitialized: [1, 32, 32, 1])
    for i in 0..<1024 {
      ramp[i] = Float(i / 32) / 16 + Float(i % 32) / 32
      checkered[i] = (i / 32 + i % 32) % 2 == 0 ? 1 : -1
    }
    #expect(abs(highFrequency(noise, row: 1) - 1) < 0.1)
    #expect(highFrequency(ramp, row: 0) < 1e-6)
    #expect(highFrequency(checkered, row: 0) > 2)
    #expect(highFrequency(Tensor(zeros: [1, 8, 8, 1]), row: 0) == 0)
  }
}
