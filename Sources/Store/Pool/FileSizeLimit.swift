import Foundation

/// How large a file this process may write: `ulimit -f`.
enum FileSizeLimit {
  /// In bytes; `Int.max` where there is none.
  static var current: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { return .max }
    return Int(clamping: limit.rlim_cur)
  }
}
