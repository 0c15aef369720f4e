import Foundation
import Testing

/// The built program, run in a folder of its own that goes when this does.
final class Program {
  struct Outcome {
    /// The exit code, or the negative number of the signal that ended it.
    var code: Int32
    var out: String
    var error: String
  }

  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("psrdb-cli-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func callAsFunction(_ arguments: String...) throws -> Outcome { try self(arguments) }

  func callAsFunction(_ arguments: [String]) throws -> Outcome { try start(arguments).finish() }

  /// Runs it with files of at most `bytes`: what a full disk looks like to a process.
  func limited(to bytes: Int, _ arguments: [String]) throws -> Outcome {
    let run = Run(folder)
    run.process.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
    run.process.arguments = ["--fsize=\(bytes)", Self.executable.path] + arguments
    try run.process.run()
    return try run.finish()
  }

  /// Runs it with a Ctrl-C as soon as it listens for one.
  func interrupted(_ arguments: [String]) throws -> Outcome {
    try start(arguments, preloading: Self.interruption.get()).finish()
  }

  /// Runs it where every file system is NFS.
  func onNFS(_ arguments: String...) throws -> Outcome { try onNFS(arguments) }

  func onNFS(_ arguments: [String]) throws -> Outcome {
    try start(arguments, preloading: Self.nfs.get()).finish()
  }

  /// - Parameters:
  ///   - output: where stdout goes instead of the outcome.
  ///   - library: what comes between the program and the kernel.
  func start(
    _ arguments: [String], output: String? = nil, preloading library: String? = nil
  ) throws -> Run {
    let run = Run(folder, output: output.flatMap(FileHandle.init(forWritingAtPath:)))
    run.process.environment?["LD_PRELOAD"] = library
    run.process.executableURL = Self.executable
    run.process.arguments = arguments
    try run.process.run()
    return run
  }

  // Tests are built into the program's own folder.
  private static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("psrdb")

  /// A library that sends the Ctrl-C, and one that calls every file system NFS; compiled once.
  private static let interruption = Result { try compile("interrupt") }
  private static let nfs = Result { try compile("nfs") }

  private static func compile(_ name: String) throws -> String {
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("shim/\(name).c").path
    let library = NSTemporaryDirectory() + "psrdb-\(name)-\(getpid()).so"
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = ["clang", "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
    return library
  }

  /// A run under way.
  final class Run {
    let process = Process()
    private let out: Pipe?
    private let error = Pipe()

    init(_ folder: URL, output: FileHandle? = nil) {
      out = output == nil ? Pipe() : nil
      process.currentDirectoryURL = folder
      process.environment = ProcessInfo.processInfo.environment
        .filter { $0.key != "PSRDB_POOL" }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = out ?? output
      process.standardError = error
    }

    func finish() throws -> Outcome {
      let text = out?.fileHandleForReading.readDataToEndOfFile() ?? Data()
      let complaint = error.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      let status = process.terminationStatus
      return Outcome(
        code: process.terminationReason == .exit ? status : -status,
        out: String(decoding: text, as: UTF8.self),
        error: String(decoding: complaint, as: UTF8.self))
    }
  }
}

extension Program.Outcome {
  /// Checks that it failed as every failure does: with this code, and one paragraph that says all
  /// of `words` and what to type next.
  func expectFailure(
    _ code: Int32, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(self.code == code, "\(error)", sourceLocation: sourceLocation)
    let lines = error.split(separator: "\n")
    let start = lines.lastIndex { $0.hasPrefix("psrdb: ") }
    guard let start else {
      Issue.record("no error: \(error)", sourceLocation: sourceLocation)
      return
    }
    let paragraph = lines[start...].joined(separator: "\n")
    #expect(lines.count - start <= 3, "\(paragraph)", sourceLocation: sourceLocation)
    for word in words {
      #expect(paragraph.contains(word), "\(paragraph)", sourceLocation: sourceLocation)
    }
    #expect(
      lines[(start + 1)...].contains { $0.contains("psrdb ") || $0.contains("--") },
      "\(paragraph)", sourceLocation: sourceLocation)
  }
}
