import Foundation
import TestSupport
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
    // As the kernel spells it, which is how the shims know it.
    folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("psrdb-cli-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func callAsFunction(_ arguments: String...) throws -> Outcome { try self(arguments) }

  func callAsFunction(_ arguments: [String]) throws -> Outcome { try start(arguments).finish() }

  /// Runs it with files of at most `bytes`: what a full disk looks like to a process.
  func limited(to bytes: Int, _ arguments: [String]) throws -> Outcome {
    try limited("--fsize=\(bytes)", arguments)
  }

  /// Runs it with memory of at most `bytes`, of which OpenBLAS takes a part for each of its threads.
  func limited(toMemory bytes: Int, _ arguments: [String]) throws -> Outcome {
    try limited("--data=\(bytes)", arguments, with: ["OPENBLAS_NUM_THREADS": "1"])
  }

  /// Runs it with at most so many open files: SOFT:HARD, or a number for both.
  func limited(toFiles count: String, _ arguments: [String]) throws -> Outcome {
    try limited("--nofile=\(count)", arguments)
  }

  private func limited(
    _ limit: String, _ arguments: [String], with environment: [String: String] = [:]
  ) throws -> Outcome {
    let run = Run(folder)
    run.process.environment?.merge(environment) { _, new in new }
    run.process.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
    run.process.arguments = [limit, Self.executable.path] + arguments
    try run.process.run()
    return try run.finish()
  }

  /// Runs it with standard streams that are closed, as a shell closes them: "<&- 2>&-".
  func closed(_ streams: String, _ arguments: [String]) throws -> Outcome {
    let run = Run(folder)
    run.process.executableURL = URL(fileURLWithPath: "/bin/sh")
    run.process.arguments =
      ["-c", "exec \"$0\" \"$@\" \(streams)", Self.executable.path] + arguments
    try run.process.run()
    return try run.finish()
  }

  /// Runs it with a Ctrl-C as soon as it listens for one.
  func interrupted(_ arguments: [String]) throws -> Outcome {
    try start(arguments, with: ["LD_PRELOAD": Shim.interruption.get()]).finish()
  }

  /// Runs it where every file system is NFS.
  func onNFS(_ arguments: String...) throws -> Outcome { try onNFS(arguments) }

  func onNFS(_ arguments: [String]) throws -> Outcome {
    try start(arguments, with: ["LD_PRELOAD": Shim.nfs.get()]).finish()
  }

  /// Runs it, recording in `file` what it does below `folder`.
  func recorded(_ arguments: [String], below folder: String, in file: String) throws -> Outcome {
    try start(arguments, with: Recording.environment(of: folder, in: file)).finish()
  }

  /// - Parameters:
  ///   - output: where stdout goes instead of the outcome.
  ///   - environment: variables, besides this process's.
  func start(
    _ arguments: [String], output: String? = nil, with environment: [String: String] = [:]
  ) throws -> Run {
    let run = Run(folder, output: output.flatMap(FileHandle.init(forWritingAtPath:)))
    run.process.environment?.merge(environment) { _, new in new }
    run.process.executableURL = Self.executable
    run.process.arguments = arguments
    try run.process.run()
    return run
  }

  // Tests are built into the program's own folder.
  private static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("psrdb")

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
