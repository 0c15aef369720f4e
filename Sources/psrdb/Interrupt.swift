import Foundation

/// Ctrl-C, or being asked to end (SIGTERM, as batch systems do) or left alone (SIGHUP): the first
/// asks the stage to stop after what it is at, the second ends the process.
enum Interrupt {
  // Set by a signal handler, which may do little else.
  nonisolated(unsafe) private static var requested: sig_atomic_t = 0

  static var isRequested: Bool { requested != 0 }

  static func watch() {
    // Who started this process may have blocked them: threads of a Swift program's pool do.
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(signal) {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { _ in Interrupt.request() }
      // One shot: after it, the system's own handling, which ends the process.
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | Int32(SA_RESTART)
      sigaction(signal, &action, nil)
      sigaddset(&signals, signal)
    }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Whether who started this process wants it to ignore a signal, as nohup does.
  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    sigaction(signal, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func request() {
    requested = 1
    guard isatty(STDERR_FILENO) == 1 else { return }
    let text: StaticString = "\nStopping after this step; once more ends at once.\n"
    _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }
}
