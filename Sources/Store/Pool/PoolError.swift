/// What went wrong with a pool, or with something asked of it.
public struct PoolError: Error, CustomStringConvertible, Sendable {
  /// The kind of failure. Each has an exit code of its own.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The exit code of a command that fails so.
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let failure = Code(rawValue: 1)
    public static let usage = Code(rawValue: 2)
    public static let notFound = Code(rawValue: 4)
    public static let damage = Code(rawValue: 5)
    public static let differences = Code(rawValue: 6)
    public static let noPool = Code(rawValue: 10)
    public static let locked = Code(rawValue: 11)
    public static let newerFormat = Code(rawValue: 12)
    public static let noSpace = Code(rawValue: 13)
    public static let interrupted = Code(rawValue: 130)
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
