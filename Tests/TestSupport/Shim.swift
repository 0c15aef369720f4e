import Foundation

/// Libraries that come between a process and the kernel (LD_PRELOAD), compiled once.
public enum Shim {
  /// Makes calls fail.
  public static let faults = Result { try compile("iofaults") }
  /// Writes calls down.
  public static let record = Result { try compile("record") }
  /// Sends a Ctrl-C.
  public static let interruption = Result { try compile("interrupt") }
  /// Calls every file system NFS.
  public static let nfs = Result { try compile("nfs") }

  private static func compile(_ name: String) throws -> String {
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("shim/\(name).c").path
    // The next run replaces it. Not beside the tests: LD_PRELOAD ends a path at a blank or colon.
    let library = "/tmp/psrdb-shim-\(getuid())-\(name).so"
    let made = "\(library).\(getpid())"
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = ["clang", "-O1", "-shared", "-fPIC", "-o", made, source, "-ldl"]
    try compiler.run()
    compiler.waitUntilExit()
    guard compiler.terminationStatus == 0, rename(made, library) == 0 else {
      throw CocoaError(.executableLoad)
    }
    return library
  }
}
