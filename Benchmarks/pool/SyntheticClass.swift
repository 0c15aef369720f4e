import Store

/// The tensors of candidates of a class, from number `first` on. Images are single pixels.
struct SyntheticClass {
  static let columns = ["correct", "confidence", "reliability", "entropy", "margin"]

  let label: Int
  let first: Int
  let generated: [TensorDraft]
  let scored: [TensorDraft]

  /// Half-precision rows: the shape of one, and the bytes of `count`.
  typealias Rows = (shape: [Int], bytes: [UInt8])

  init(label: Int, first: Int = 0, count: Int, latent: Rows, logits: Rows, features: Rows) {
    self.label = label
    self.first = first
    func halves(_ name: String, _ rows: Rows) -> TensorDraft {
      TensorDraft(name, label, .f16, [count] + rows.shape, rows.bytes)
    }
    generated = [
      halves("latent", latent),
      TensorDraft(
        "image", class: label, shape: [count, 1, 1, 1], u8: [UInt8](repeating: 0, count: count)),
    ]
    // Numbers that repeat after a prime each: all different in a class, the same in every run.
    let scores = (0..<count).flatMap { row -> [Float] in
      let place = first + row + label * 131
      let confidence = Float(place * 7919 % 10007) / 10007
      let entropy = Float(place * 104_729 % 10009) / 10009
      return [confidence > 0.05 ? 1 : 0, confidence, confidence - 1, entropy, confidence - 0.5]
    }
    scored = [
      halves("logits", logits), halves("features", features),
      TensorDraft("scores", class: label, shape: [count, Self.columns.count], f32: scores),
    ]
  }

  /// Random latents of 4×32×32, 1,000 logits and 512 features, the same in every run.
  init(label: Int, first: Int, count: Int) {
    var generator = HalfGenerator(state: UInt64(label) << 32 | UInt64(first))
    self.init(
      label: label, first: first, count: count,
      latent: ([32, 32, 4], generator.halves(count * 4096)),
      logits: ([1, 1000], generator.halves(count * 1000)),
      features: ([512], generator.halves(count * 512)))
  }
}

/// SplitMix64, four halves a step: bytes that nothing can compress.
private struct HalfGenerator {
  var state: UInt64

  /// Bytes of `count` numbers with a magnitude in 0.5..<1.
  mutating func halves(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: (count + 3) / 4 * 8) { buffer, size in
      let words = UnsafeMutableRawBufferPointer(buffer).bindMemory(to: UInt64.self)
      for index in 0..<(count + 3) / 4 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        words[index] = (z ^ z >> 31) & 0x83FF_83FF_83FF_83FF | 0x3800_3800_3800_3800
      }
      size = count * 2
    }
  }
}
