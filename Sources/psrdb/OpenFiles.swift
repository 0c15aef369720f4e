import Foundation
import Store

/// The files that this process has open, and how many it may have.
///
/// Where there are none left libdispatch traps, and what the Swift runtime then does to describe the
/// trap can write into a file that is open: into a pool's data (seen with `ulimit -n 9`, Swift 6.3).
enum OpenFiles {
  /// Two pools with their indexes are some twenty.
  private static let least: rlim_t = 64

  /// Puts nothing in the place of a standard stream that is closed: a pool's file would be opened
  /// under its number, and what is printed written into it.
  static func occupyStandardStreams() {
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 {
      _ = open("/dev/null", O_RDONLY)
    }
  }

  /// Asks for as many as a command may need.
  /// - Throws: `PoolError` with code `failure` where they are not to be had.
  static func reserve() throws(PoolError) {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < least else { return }
    limit.rlim_cur = min(least, limit.rlim_max)
    guard limit.rlim_cur == least, setrlimit(resource, &limit) == 0 else {
      throw PoolError(
        .failure, "A process may have \(limit.rlim_max) files open here, and psrdb needs \(least).",
        remedy: "ulimit -n 1024")
    }
  }
}
