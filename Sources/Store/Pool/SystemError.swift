import Foundation

/// A failed system call.
struct SystemError: Error, CustomStringConvertible {
  let code: Int32
  let call: String
  let path: String

  init(_ call: String, _ path: String, code: Int32 = errno) {
    self.code = code
    self.call = call
    self.path = path
  }

  var description: String { "\(call) \(path): \(String(cString: strerror(code)))" }
}
