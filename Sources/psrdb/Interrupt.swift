import Foundation

/// Ctrl-C: the first asks the stage to stop after what it is at, the second kills.
enum Interrupt {
  // Set by a signal handler, which may do little else.
  nonisolated(unsafe) private static var requested: sig_atomic_t = 0

  static var isRequested: Bool { requested != 0 }

  static func watch() {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in Interrupt.request() }
    // One shot: after it, the system's own handling, which ends the process.
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | Int32(SA_RESTART)
    sigaction(SIGINT, &action, nil)
    // Who started this process may have blocked it: threads of a Swift program's pool do.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  private static func request() { requested = 1 }
}
