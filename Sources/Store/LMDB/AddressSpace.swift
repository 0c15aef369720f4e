import Foundation

/// What this process may still map (`ulimit -v`).
enum AddressSpace {
  /// Whether so many bytes of it are left.
  static func has(_ count: Int) -> Bool {
    let probe = mmap(nil, count, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let probe, probe != MAP_FAILED else { return false }
    munmap(probe, count)
    return true
  }
}
