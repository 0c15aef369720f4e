import Synchronization

/// What is computed from a parameter (packed or transformed weights), computed again only after
/// the parameter has changed. Any thread may ask; the first computes and the others wait.
final class Derived<Value: Sendable>: Sendable {
  private let kept = Mutex<(version: Int, value: Value)?>(nil)

  func value(of parameter: Parameter, _ compute: (Tensor) -> Value) -> Value {
    kept.withLock { kept in
      if let kept, kept.version == parameter.version { return kept.value }
      let value = compute(parameter.value)
      kept = (parameter.version, value)
      return value
    }
  }
}
