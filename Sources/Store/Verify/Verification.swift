/// What looking for damage found.
public struct Verification: Equatable, Sendable {
  /// Empty where the pool is whole.
  public var findings: [Finding]
  /// The digest of the last entry that was looked at: whoever writes meanwhile appends others. Nil
  /// where something was found.
  public var fingerprint: String?
}
