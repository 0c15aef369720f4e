import CLMDB
import Foundation

/// A return code of liblmdb, or an errno it passed on.
struct LMDBError: Error, CustomStringConvertible {
  let code: Int32
  let operation: String

  var description: String { "\(operation): \(String(cString: mdb_strerror(code)))" }

  /// Whether it says that this user may not.
  var isRefusal: Bool { [EACCES, EPERM, EROFS].contains(code) }

  /// Throws unless `code` says success.
  @inline(__always)
  static func check(_ code: Int32, _ operation: StaticString) throws {
    if code != MDB_SUCCESS { throw LMDBError(code: code, operation: "\(operation)") }
  }
}
