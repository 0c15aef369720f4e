import Synchronization

/// What is computed from a parameter (packed or transformed weights): computed when it is first
/// asked for, let go of when the parameter changes. Any thread may ask; the first computes and the
/// others wait.
final class Derived<Value: Sendable>: Forgettable, Sendable {
  private let kept = Mutex<(variant: Int, value: Value)?>(nil)

  init(of parameter: Parameter) { parameter.addDerived(self) }

  /// Computed again where it is of another variant.
  func value(variant: Int = 0, _ compute: () -> Value) -> Value {
    kept.withLock { kept in
      if let kept, kept.variant == variant { return kept.value }
      kept = nil  // its memory serves the new value
      let value = compute()
      kept = (variant, value)
      return value
    }
  }

  func forget() { kept.withLock { $0 = nil } }
}

/// What a parameter tells that it has changed.
protocol Forgettable: AnyObject {
  func forget()
}
