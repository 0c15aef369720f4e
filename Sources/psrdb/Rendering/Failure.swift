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
      let usage = PoolError(
        .usage, PSRDB.message(for: error), remedy: "psrdb help, or --help after the command")
      Terminal.error(arguments.contains("--json") ? json(usage) : message + "\n")
      return usage.code.rawValue
    }
    Terminal.error(arguments.contains("--json") ? json(failure) : text(failure))
    return failure.code.rawValue
  }

  private static func json(_ failure: PoolError) -> String {
    let fields = [
      "\"code\": \(failure.code.rawValue)", "\"message\": \(JSONText.quoted(failure.reason))",
      "\"next\": \(JSONText.quoted(failure.remedy))",
    ]
    return "{\"error\": {" + fields.joined(separator: ", ") + "}}\n"
  }

  /// What would steer a terminal, as a file or a recipe may hold it, is not printed.
  static func text(_ failure: PoolError) -> String {
    let scalars = "\(failure)".unicodeScalars.map {
      $0 != "\n" && $0.properties.generalCategory == .control ? "\u{FFFD}" : $0
    }
    return "psrdb: \(String(String.UnicodeScalarView(scalars)))\n"
  }

  /// The error as a `PoolError`; nil for those of argument parsing.
  private static func describe(_ error: any Error, _ arguments: [String]) -> PoolError? {
    switch error {
    case let error as PoolError where error.code != .interrupted:
      return naming(poolOf(arguments), repeating(error, arguments))
    case is Interrupted, is PoolError:
      let command = command(of: arguments)
      let goesOn = command.map(resumable.contains) ?? false
      let kept =
        if command == "merge" {
          "Pools that were taken whole are kept."
        } else if goesOn {
          "What was done so far is kept."
        } else {
          "Nothing was changed."
        }
      return PoolError(
        .interrupted, "Interrupted. \(kept)",
        remedy: (goesOn ? "Go on where it stopped: psrdb " : "Once more: psrdb ")
          + arguments.map(shellWord).joined(separator: " "))
    case is ExitCode, is CleanExit, is ValidationError: return nil
    default:
      // Parser errors are private to ArgumentParser, but only they have its usage exit code.
      if PSRDB.exitCode(for: error).isSuccess { return nil }
      if PSRDB.exitCode(for: error) == .validationFailure { return unknownCommand(arguments) }
      return PoolError(.failure, "\(error)")
    }
  }

  /// What is wrong where the first word is none of psrdb's commands: ArgumentParser would speak of
  /// that command's options first.
  private static func unknownCommand(_ arguments: [String]) -> PoolError? {
    let commands = PSRDB.configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let word = command(of: arguments), word != "help", !commands.contains(word) else {
      return nil
    }
    return PoolError(
      .usage, "psrdb has no command '\(word)'.\(guess(word, among: commands))",
      remedy: "psrdb help lists them.")
  }

  /// The first word that is no option of all commands'.
  private static func command(of arguments: [String]) -> String? {
    var words = arguments[...]
    while let word = words.first, word.hasPrefix("-") {
      words = words.dropFirst(["--pool", "--as-of"].contains(word) ? 2 : 1)
    }
    return words.first
  }

  /// Commands that find a second time that there is something already, or nothing any more.
  private static let once: Set = ["init", "drop", "backup", "export"]

  /// Commands that go on where they were stopped.
  private static let resumable: Set = [
    "import", "train", "generate", "score", "select", "refine", "evaluate", "run",
  ]

  /// A remedy that names no command of psrdb's is followed by the one that failed, to be typed
  /// again; not where that command itself was wrong.
  private static func repeating(_ error: PoolError, _ arguments: [String]) -> PoolError {
    guard error.code != .usage, !["psrdb ", "--"].contains(where: error.remedy.contains),
      !(error.cause is Terminal.LostOutput && command(of: arguments).map(once.contains) == true)
    else { return error }
    let command = "Then again: psrdb " + arguments.map(shellWord).joined(separator: " ")
    return PoolError(
      error.code, error.message,
      remedy: error.remedy.isEmpty ? command : error.remedy + "\n" + command, cause: error.cause)
  }

  /// The pool as `--pool` named it, which the commands of a remedy have to name too.
  private static func poolOf(_ arguments: [String]) -> String? {
    for (argument, next) in zip(arguments, arguments.dropFirst() + [""]) {
      if argument == "--pool" { return next }
      if argument.hasPrefix("--pool=") { return String(argument.dropFirst(7)) }
    }
    return nil
  }

  /// The error, the commands of its remedy naming the pool.
  static func naming(_ pool: String?, _ error: PoolError) -> PoolError {
    PoolError(
      error.code, error.message, remedy: naming(pool, error.remedy), cause: error.cause)
  }

  static func naming(_ pool: String?, _ remedy: String) -> String {
    guard let pool, !remedy.contains("--pool") else { return remedy }
    var remedy = remedy
    for command in PSRDB.configuration.subcommands where command != InitCommand.self {
      guard let name = command.configuration.commandName else { continue }
      remedy = remedy.replacing("psrdb \(name)", with: "psrdb --pool \(shellWord(pool)) \(name)")
    }
    return remedy
  }
}
