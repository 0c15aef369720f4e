import Testing

@testable import Engine

struct CosineScheduleTests {
  @Test func cosineWarmsUpAndFalls() {
    let schedule = CosineSchedule(peak: 0.4, warmup: 4)
    let rates = (0...12).map { schedule.rate(step: $0, of: 12) }
    let expected: [Float] = [0.1, 0.2, 0.3, 0.4, 0.4]
    for (rate, value) in zip(rates, expected) { #expect(abs(rate - value) < 1e-6) }
    #expect(abs(rates[8] - 0.2) < 1e-6)
    #expect(abs(rates[6] - 0.2 * (1 + Float(0.5).squareRoot())) < 1e-6)
    #expect(abs(rates[12]) < 1e-7)
    for i in 4..<12 { #expect(rates[i] > rates[i + 1]) }
  }

  @Test func trainingsShorterThanTheWarmUpGetARate() {
    let schedule = CosineSchedule(peak: 1, warmup: 10)
    #expect((0..<3).map { schedule.rate(step: $0, of: 3) } == [0.1, 0.2, 0.3])
  }
}
