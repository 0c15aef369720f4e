import Foundation
import Store

/// What stdout and stderr are, and how to write to them.
enum Terminal {
  /// Columns of stdout, or nil when it is not a terminal.
  static var width: Int? { isatty(STDOUT_FILENO) == 1 ? columns(STDOUT_FILENO) : nil }

  /// Columns of stderr, or nil when nothing should move there.
  static var progressWidth: Int? {
    guard isatty(STDERR_FILENO) == 1,
      ProcessInfo.processInfo.environment["TERM"] != "dumb"
    else { return nil }
    return columns(STDERR_FILENO)
  }

  /// - Throws: `PoolError` where not all of it could be written: what was asked for is then lost.
  static func out(_ text: String) throws {
    guard let code = write(text, to: STDOUT_FILENO) else { return }
    throw PoolError(
      [ENOSPC, EDQUOT, EFBIG].contains(code) ? .noSpace : .failure,
      "The output could not be written: \(String(cString: strerror(code))).",
      remedy: "See to where stdout goes.", cause: LostOutput())
  }

  /// What a command had to say did not arrive; what it was to change is changed.
  struct LostOutput: Error, CustomStringConvertible {
    var description: String { "what was to be done is done" }
  }

  /// Where even an error cannot be written, the exit code has to do.
  static func error(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  private static func columns(_ descriptor: Int32) -> Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// - Returns: the error number of a write that failed, or nil.
  private static func write(_ text: String, to descriptor: Int32) -> Int32? {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
        if count < 0 && errno != EINTR { return errno }
        rest = UnsafeRawBufferPointer(rebasing: rest[max(0, count)...])
      }
      return nil
    }
  }
}
