/// Why something from outside, mostly a file, could not be read or written.
public struct FormatError: Error, Equatable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// No such file or folder.
    case missing
    /// It ends before its own header says it does.
    case truncated
    /// Its bytes contradict each other or the format.
    case corrupt
    /// Valid, but of a kind that psrdb does not read.
    case unsupported
    /// Files that are good by themselves do not belong together.
    case inconsistent
    /// Larger than any sensible file of its kind.
    case tooLarge = "too-large"
    /// The disk, or what this process may write of it, is full.
    case noSpace = "no-space"
    /// The system refused.
    case io
  }

  public var code: Code
  /// What failed and where: names the file.
  public var message: String
  /// What to do about it.
  public var remedy: String

  public init(_ code: Code, _ message: String, remedy: String) {
    self.code = code
    self.message = message
    self.remedy = remedy
  }

  public var description: String { "\(message). \(remedy)" }
}
