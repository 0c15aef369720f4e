import Testing

@testable import Engine

struct ModulatedLayerNormTests {
  @Test func agreesWithPyTorch() throws {
    let fixture = try TorchFixture("diffusion/layernorm")
    let (samples, tokens, width) = (3, 5, 20)
    let norm = ModulatedLayerNorm(
      tokens: tokens, width: width, stride: 2 * width, shift: width, scale: 0)
    let input = try fixture.tensor("x")
    let (shift, scale) = (try fixture.tensor("shift"), try fixture.tensor("scale"))
    let modulation = Tensor(
      (0..<samples).flatMap { scale.rows($0..<$0 + 1).values + shift.rows($0..<$0 + 1).values },
      shape: [samples, 2 * width])
    let statistics = Tensor(uninitialized: [samples * tokens, 2])
    let output = Tensor(uninitialized: input.shape)
    norm.apply(
      input.pointer, samples: samples, modulation: modulation.pointer,
      statistics: statistics.pointer, output.pointer)
    #expect(relativeDifference(output, try fixture.tensor("output")) < 2e-6)

    let gradient = Tensor(zeros: input.shape)
    gradient.fill(1)
    let modulationGradient = Tensor(uninitialized: modulation.shape)
    norm.applyBackward(
      input.pointer, samples: samples, modulation: modulation.pointer,
      statistics: statistics.pointer, try fixture.tensor("gradient").pointer,
      addingTo: gradient.pointer, modulationGradient: modulationGradient.pointer)
    let added = Tensor(gradient.values.map { $0 - 1 }, shape: gradient.shape)
    #expect(relativeDifference(added, try fixture.tensor("xGradient")) < 2e-6)
    let (shiftGradient, scaleGradient) = (
      try fixture.tensor("shiftGradient"), try fixture.tensor("scaleGradient")
    )
    for sample in 0..<samples {
      let row = modulationGradient.rows(sample..<sample + 1).values
      for i in 0..<width {
        #expect(abs(row[i] - scaleGradient[sample * width + i]) < 1e-5)
        #expect(abs(row[width + i] - shiftGradient[sample * width + i]) < 1e-5)
      }
    }
  }
}
