import CKernels

/// IEEE binary16, as arrays of bits: how latents, logits and weights are stored.
public enum Half {
  /// Rounded to nearest even; beyond ±65504 becomes infinite.
  public static func from(_ floats: [Float]) -> [UInt16] {
    [UInt16](unsafeUninitializedCapacity: floats.count) { bits, count in
      psr_float_to_half(floats.count, floats, bits.baseAddress)
      count = floats.count
    }
  }

  /// Exact.
  public static func floats(_ bits: [UInt16]) -> [Float] {
    [Float](unsafeUninitializedCapacity: bits.count) { floats, count in
      psr_half_to_float(bits.count, bits, floats.baseAddress)
      count = bits.count
    }
  }

  /// Exact: from stored bytes, two to a number, to `floats`, which has room for them.
  public static func convert(
    _ bits: UnsafeRawBufferPointer, to floats: UnsafeMutablePointer<Float>
  ) {
    guard let base = bits.baseAddress else { return }
    psr_half_to_float(bits.count / 2, base.assumingMemoryBound(to: UInt16.self), floats)
  }

  /// What is left of a tensor after it was stored.
  public static func rounded(_ tensor: Tensor) -> Tensor {
    Tensor(floats(from(tensor.values)), shape: tensor.shape)
  }
}
