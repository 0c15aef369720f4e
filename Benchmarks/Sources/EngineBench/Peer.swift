import Foundation

struct BenchError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// PyTorch in a process of its own, asked one workload at a time over its standard input: it waits
/// idle while psrdb is measured.
final class Peer {
  private let process = Process()
  private let questions = Pipe()
  private let answers = Pipe()
  private var rest = Data()
  private(set) var version = ""

  /// Nil if this Python has no torch.
  init?(python: String, script: String, models: String) throws {
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [python, script, models]
    process.standardInput = questions
    process.standardOutput = answers
    do { try process.run() } catch { return nil }
    guard let first = try? readAnswer(), let version = first["version"] as? String else {
      return nil
    }
    self.version = version
  }

  deinit { try? questions.fileHandleForWriting.close() }

  /// Seconds of a call: the best of the peer's ways to do this workload, each the median of its
  /// calls. The first question of a workload also builds and warms up.
  func time(_ id: String) throws -> (seconds: Double, way: String, weights: Int) {
    try questions.fileHandleForWriting.write(contentsOf: Data((id + "\n").utf8))
    let answer = try readAnswer()
    guard let seconds = answer["seconds"] as? Double, let way = answer["way"] as? String,
      let weights = answer["weights"] as? Int
    else { throw BenchError("The peer answered \(answer) to \(id).") }
    return (seconds, way, weights)
  }

  private func readAnswer() throws -> [String: Any] {
    while true {
      if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = rest[..<end]
        rest = Data(rest[(end + 1)...])
        guard let answer = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
        else { throw BenchError("The peer wrote no object.") }
        return answer
      }
      let more = answers.fileHandleForReading.availableData
      if more.isEmpty { throw BenchError("The peer ended; its words are above.") }
      rest += more
    }
  }
}
