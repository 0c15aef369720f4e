import CKernels

/// The activation fused into the normalisation before it.
public enum Activation: Sendable {
  case identity, relu, silu

  var code: Int32 {
    switch self {
    case .identity: Int32(PSR_IDENTITY)
    case .relu: Int32(PSR_RELU)
    case .silu: Int32(PSR_SILU)
    }
  }
}
