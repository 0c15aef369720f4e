import Testing

@testable import Engine

/// The fused block against its plain layers.
struct StemTests {
  struct Case: Sendable {
    var h, w, c, o, padding: Int
    /// Added to the image: statistics must not lose their digits to it.
    var mean: Float = 0
  }

  static let cases = [
    Case(h: 28, w: 28, c: 1, o: 128, padding: 3), Case(h: 32, w: 32, c: 3, o: 128, padding: 1),
    Case(h: 8, w: 6, c: 4, o: 16, padding: 1), Case(h: 7, w: 9, c: 1, o: 19, padding: 1),
    Case(h: 5, w: 5, c: 3, o: 37, padding: 3), Case(h: 4, w: 4, c: 1, o: 1, padding: 1),
    Case(h: 16, w: 16, c: 1, o: 32, padding: 1, mean: 10),
  ]

  private func stem(_ s: Case) -> Stem {
    var initializer = Initializer(seed: 1)
    let stem = Stem(
      convolution: "c", norm: "n", s.c, s.o, padding: s.padding, &initializer)
    var random = Philox(seed: 2, .test)
    for parameter in stem.parameters where parameter.name.hasPrefix("n.") {
      parameter.value.add(random.normal(parameter.value.shape), scale: 0.3)
    }
    return stem
  }

  private func images(_ s: Case, _ count: Int) -> Tensor {
    var random = Philox(seed: 3, .test)
    let x = random.normal([count, s.h, s.w, s.c])
    for i in 0..<x.count { x[i] += s.mean }
    return x
  }

  @Test(arguments: cases) func agreesWithThePlainLayers(_ s: Case) {
    let stem = stem(s)
    let x = images(s, 18)
    var random = Philox(seed: 4, .test)
    let dy = random.normal(stem.forward(x, .inference).shape)
    func run(fused: Bool) -> [Tensor] {
      stem.fuses = fused
      stem.parameters.zeroGradients()
      let inferred = stem.forward(x, .inference)
      let y = stem.forward(x, .training)
      stem.backwardParameters(dy)
      return [inferred, y] + stem.parameters.map { $0.gradient.copy() }
    }
    let names = ["inference", "training"] + stem.parameters.map(\.name)
    for (name, (fused, plain)) in zip(names, zip(run(fused: true), run(fused: false))) {
      if name == "c.bias" {
        // What normalisation takes away again: rounding is all that is left of it.
        #expect(fused.values.allSatisfy { abs($0) < 2e-2 }, "\(name)")
      } else {
        #expect(relativeDifference(fused, plain) < 1e-4, "\(name)")
      }
    }
  }

  @Test func gradients() {
    let s = Case(h: 6, w: 6, c: 2, o: 3, padding: 1)
    let stem = stem(s)
    let x = images(s, 3)
    var random = Philox(seed: 5, .test)
    let weights = random.normal(stem.forward(x, .inference).shape)
    stem.parameters.zeroGradients()
    _ = stem.forward(x, .training)
    stem.backwardParameters(weights)
    for parameter in stem.parameters where parameter.name != "c.bias" {
      let error = gradientError(of: parameter.gradient, by: parameter, step: 1e-3) {
        projection(stem.forward(x, .inference), on: weights)
      }
      #expect(error < 2e-2, "\(parameter.name)")
    }
  }

  /// Whoever wants the images' gradient gets it, also after a fused pass.
  @Test func theImagesGradientIsThePlainLayers() {
    let s = Case(h: 8, w: 8, c: 1, o: 16, padding: 3)
    let stem = stem(s)
    let x = images(s, 4)
    var random = Philox(seed: 6, .test)
    let dy = random.normal(stem.forward(x, .training).shape)
    let trained = stem.backward(dy)
    _ = stem.forward(x, .frozen)
    #expect(stem.backward(dy).values == trained.values)
    stem.fuses = false
    _ = stem.forward(x, .training)
    #expect(stem.backward(dy).values == trained.values)
  }

  @Test func sameBitsForAnyNumberOfThreads() {
    let s = Case(h: 28, w: 28, c: 1, o: 24, padding: 3)
    let x = images(s, 37)
    let results = [1, 2, 3].map { threads in
      Threads.$count.withValue(threads) {
        let stem = stem(s)
        let y = stem.forward(x, .training)
        stem.backwardParameters(y)
        return y.values + stem.parameters.flatMap(\.gradient.values)
      }
    }
    #expect(results[0] == results[1] && results[1] == results[2])
  }
}
