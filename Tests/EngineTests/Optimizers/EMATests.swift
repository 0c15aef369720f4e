import Testing

@testable import Engine

struct EMATests {
  /// The average after each update is d·average + (1 − d)·value, d = min(decay, (1 + s)/(10 + s)).
  @Test func followsItsFormula() {
    let parameter = Parameter("w", Tensor([1, -2, 8], shape: [3]))
    let buffer = Parameter("m", Tensor([5], shape: [1]), isTrainable: false)
    let ema = EMA([parameter, buffer], decay: 0.6)
    #expect(ema.averages.map(\.values) == [[1, -2, 8]])
    var expected: [Double] = [1, -2, 8]
    for step in 0..<30 {
      for i in 0..<3 { parameter.value[i] += Float(i + 1) }
      ema.update(step: step)
      let decay = min(0.6, Double(1 + step) / Double(10 + step))
      for i in 0..<3 {
        expected[i] = decay * expected[i] + (1 - decay) * Double(parameter.value[i])
        #expect(abs(Double(ema.averages[0][i]) - expected[i]) < 1e-4)
      }
    }
  }

  @Test func swappingTwiceChangesNothing() {
    let parameter = Parameter("w", Tensor([1, 2], shape: [2]))
    let ema = EMA([parameter], decay: 0.9)
    parameter.value[0] = 7
    let derived = Derived<Int>(of: parameter)
    #expect(derived.value { 1 } == 1)
    ema.swap()
    #expect(parameter.value.values == [1, 2] && ema.averages[0].values == [7, 2])
    #expect(derived.value { 2 } == 2, "a change is told")
    ema.swap()
    #expect(parameter.value.values == [7, 2] && ema.averages[0].values == [1, 2])
  }
}
