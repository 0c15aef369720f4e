import Synchronization

/// What is computed from a parameter (packed or transformed weights), computed again only after
/// the parameter has changed or another variant is asked for. Any thread may ask; the first
/// computes and the others wait.
final class Derived<Value: Sendable>: Sendable {
  private struct Kept {
    let version, variant: Int
    let value: Value
  }
  private let kept = Mutex<Kept?>(nil)

  func value(of parameter: Parameter, variant: Int = 0, _ compute: (Tensor) -> Value) -> Value {
    kept.withLock { kept in
      if let kept, kept.version == parameter.version, kept.variant == variant { return kept.value }
      kept = nil  // its memory serves the new value
      let value = compute(parameter.value)
      kept = Kept(version: parameter.version, variant: variant, value: value)
      return value
    }
  }
}
