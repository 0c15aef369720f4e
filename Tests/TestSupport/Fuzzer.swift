import Foundation

/// Feeds a reader damaged inputs: each must end in a value or in an error of the reader's kind.
public enum Fuzzer {
  public static let executions = LongRun.isAsked ? 1_000_000 : 20_000

  /// How many inputs were taken, and how many refused.
  public struct Outcome {
    public var taken = 0
    public var refused = 0
  }

  /// Damages `seeds`, which the reader takes, again and again.
  ///
  /// - Parameter refusal: the error by which the reader refuses; any other is thrown on.
  public static func run<Refusal: Error>(
    _ name: String, seeds: [[UInt8]], refusal: Refusal.Type, _ read: ([UInt8]) throws -> Void
  ) throws -> Outcome {
    for seed in seeds { try read(seed) }
    var mutator = Mutator(seeds: seeds, seed: 1)
    // A trap ends the process: what was being read is then in this file.
    let current = try CurrentInput(name)
    var outcome = Outcome()
    for _ in 0..<executions {
      let input = mutator.next()
      current.keep(input)
      do {
        try read(input)
        outcome.taken += 1
      } catch is Refusal {
        outcome.refused += 1
      }
    }
    current.remove()
    print("fuzz \(name): \(outcome.taken) taken, \(outcome.refused) refused")
    return outcome
  }
}

/// A file with the input that is being read.
private struct CurrentInput {
  private let path: String
  private let descriptor: Int32

  init(_ name: String) throws {
    path = NSTemporaryDirectory() + "psrdb-fuzz-\(name)-\(getpid())"
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    FileHandle.standardError.write(Data("fuzz \(name): a crash leaves its input in \(path)\n".utf8))
  }

  func keep(_ input: [UInt8]) {
    ftruncate(descriptor, 0)
    pwrite(descriptor, input, input.count, 0)
  }

  func remove() {
    close(descriptor)
    unlink(path)
  }
}
