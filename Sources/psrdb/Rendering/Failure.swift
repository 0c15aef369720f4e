import ArgumentParser
import Foundation
import Stages
import Store

/// An error as its user sees it: one paragraph that says what failed, where and why, the next
/// command to type, and an exit code.
enum Failure {
  /// Prints the error, or the help that was asked for, and returns the exit code.
  static func report(
    _ error: any Error, arguments: [String] = Array(CommandLine.arguments.dropFirst())
  ) -> Int32 {
    guard let failure = describe(error, arguments) else {
      let code = PSRDB.exitCode(for: error)
      let message = PSRDB.fullMessage(for: error)
      if code.isSuccess {
        do { try Terminal.out(message + "\n") } catch {
          return (error as? PoolError)?.code.rawValue ?? 1
        }
        return 0
      }
      // A command that has said all there is to say ends with a code alone.
      if let code = error as? ExitCode { return code.rawValue }
      Terminal.error(message + "\n")
      return PoolError.Code.usage.rawValue
    }
    if arguments.contains("--json") {
      let fields = [
        "\"code\": \(failure.code.rawValue)", "\"message\": \(JSONText.quoted(failure.message))",
        "\"next\": \(JSONText.quoted(failure.remedy))",
      ]
      Terminal.error("{\"error\": {" + fields.joined(separator: ", ") + "}}\n")
    } else {
      Terminal.error(text(failure))
    }
    return failure.code.rawValue
  }

  static func text(_ failure: PoolError) -> String {
    var text = "psrdb: " + failure.message
    if let cause = failure.cause { text += " (\(cause))" }
    if !failure.remedy.isEmpty { text += "\n" + failure.remedy }
    return text + "\n"
  }

  /// The error as a `PoolError`; nil for those of argument parsing.
  private static func describe(_ error: any Error, _ arguments: [String]) -> PoolError? {
    switch error {
    case let error as PoolError: return repeating(error, arguments)
    case is Interrupted:
      return PoolError(
        .interrupted, "Interrupted. What was done so far is kept in the pool.",
        remedy: "Go on where it stopped: psrdb " + arguments.map(quoted).joined(separator: " "))
    case is ExitCode, is CleanExit, is ValidationError: return nil
    default:
      // Parser errors are private to ArgumentParser, but only they have its usage exit code.
      if PSRDB.exitCode(for: error) == .validationFailure || PSRDB.exitCode(for: error).isSuccess {
        return nil
      }
      return PoolError(.failure, "\(error)")
    }
  }

  /// A remedy that names no command of psrdb's is followed by the one that failed, to be typed
  /// again; not where that command itself was wrong.
  private static func repeating(_ error: PoolError, _ arguments: [String]) -> PoolError {
    guard error.code != .usage, !error.remedy.contains("psrdb ") else { return error }
    let command = "Then again: psrdb " + arguments.map(quoted).joined(separator: " ")
    return PoolError(
      error.code, error.message,
      remedy: error.remedy.isEmpty ? command : error.remedy + "\n" + command, cause: error.cause)
  }

  /// As a shell would take it.
  private static func quoted(_ argument: String) -> String {
    let plain = argument.allSatisfy { $0.isLetter || $0.isNumber || "-_./=:,@%+".contains($0) }
    return plain && !argument.isEmpty
      ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
  }
}
