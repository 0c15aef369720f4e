import Foundation

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

  static func out(_ text: String) { write(text, to: .standardOutput) }

  static func error(_ text: String) { write(text, to: .standardError) }

  private static func columns(_ descriptor: Int32) -> Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  // A reader that went away, or a full disk behind stdout, is no reason to trap.
  private static func write(_ text: String, to handle: FileHandle) {
    try? handle.write(contentsOf: Data(text.utf8))
  }
}
