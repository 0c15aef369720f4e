import Testing

@testable import Engine

struct InitializerTests {
  /// Uniform in ±1/√fanIn, which is 1/12 and 1/20, and in Xavier's ±√(6/16).
  @Test func weightsFillTheirBounds() throws {
    var initializer = Initializer(seed: 1)
    let convolution = Convolution("convolution", 16, 32, &initializer)
    let linear = Linear("linear", 400, 200, .pytorch, &initializer)
    let xavier = Linear("xavier", 4, 12, .xavier, &initializer)
    expectUniform(convolution.weight, 1.0 / 12)
    expectUniform(try #require(convolution.bias), 1.0 / 12, tolerance: 0.2)
    expectUniform(linear.weight, 1.0 / 20)
    expectUniform(linear.bias, 1.0 / 20, tolerance: 0.2)
    expectUniform(xavier.weight, 0.375.squareRoot(), tolerance: 0.1)
    #expect(xavier.bias.value.values.allSatisfy { $0 == 0 })
  }

  /// Their variance is bound²/3. `tolerance` is of that and of the largest value: few values say
  /// less.
  private func expectUniform(_ parameter: Parameter, _ bound: Double, tolerance: Double = 0.03) {
    let values = parameter.value.values.map(Double.init)
    let largest = values.map(abs).max() ?? 0
    #expect(largest < bound * (1 + 1e-6), "\(parameter.name)")
    #expect(largest > bound * (1 - tolerance), "\(parameter.name)")
    let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
    #expect(abs(3 * variance / (bound * bound) - 1) < tolerance, "\(parameter.name)")
  }
}
