/// How many images each class gets.
public enum AllocationRule: String, Codable, CaseIterable, Sendable {
  /// The IPC each.
  case uniform
  /// As many in all, more where the next pick gains more.
  case adaptive
}
