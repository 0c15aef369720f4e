/// What went wrong with a pool, or with something asked of it.
public struct PoolError: Error, CustomStringConvertible, Sendable {
  /// The kind of failure, by the exit code of a command that fails so.
  public enum Code: Int32, Sendable {
    case failure = 1
    case usage = 2
    case notFound = 4
    case damage = 5
    case differences = 6
    case noPool = 10
    case locked = 11
    case newerFormat = 12
    case noSpace = 13
    case interrupted = 130
  }

  public let code: Code
  /// What failed, where and why: a sentence.
  public let message: String
  /// What to do about it: mostly the next command to type.
  public let remedy: String
  public let cause: (any Error)?

  public init(
    _ code: Code, _ message: String, remedy: String = "", cause: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.cause = cause
  }

  /// The message with its cause.
  public var reason: String { message + (cause.map { " (\($0))" } ?? "") }

  public var description: String { remedy.isEmpty ? reason : reason + "\n" + remedy }

  static func damage(_ message: String, cause: (any Error)? = nil) -> PoolError {
    PoolError(
      .damage, message, remedy: "psrdb verify --deep says what is hurt and what to do.",
      cause: cause)
  }

  /// Damage of what follows from the journal.
  static func brokenIndex(_ message: String, cause: (any Error)? = nil) -> PoolError {
    PoolError(
      .damage, message, remedy: "psrdb reindex makes it anew from the journal.", cause: cause)
  }
}
