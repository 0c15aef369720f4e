import ArgumentParser
import Foundation
import Store

@main
struct PSRDB: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "psrdb",
    abstract: "Distils image sets by Pool–Select–Refine, and keeps the pool as a database.",
    discussion: """
      A pool is a directory NAME.psr. Generate candidates into it, score them, select a few of \
      every class, refine and evaluate them; then ask it again: another IPC is a query, and every \
      image can be traced to the seed and weights that made it.

      Start with a whole run: psrdb run recipes/fashion-mnist.yaml --pool quickstart.psr

      Data goes to stdout, everything else to stderr. Exit codes: 0 ok, 1 failure, 2 usage, 4 no \
      such thing, 5 verify found damage, 6 differences found, 10 no pool, 11 locked by another \
      writer, 12 format too new, 13 out of space, 130 interrupted. PSRDB_THREADS=N is for N threads \
      in place of one a core; PSRDB_POOL names the pool.
      """,
    version: Version.text,
    groupedSubcommands: [
      CommandGroup(
        name: "Make",
        subcommands: [
          InitCommand.self, ImportCommand.self, TrainCommand.self, GenerateCommand.self,
          ScoreCommand.self,
        ]),
      CommandGroup(
        name: "Choose",
        subcommands: [
          SelectCommand.self, RefineCommand.self, EvaluateCommand.self, RunCommand.self,
        ]),
      CommandGroup(
        name: "Ask",
        subcommands: [
          QueryCommand.self, ListCommand.self, ShowCommand.self, LineageCommand.self,
          ExplainCommand.self, DiffCommand.self, QualityCommand.self, SimilarCommand.self,
          DuplicatesCommand.self,
          LogCommand.self, InfoCommand.self,
          SheetCommand.self,
        ]),
      CommandGroup(
        name: "Keep",
        subcommands: [
          VerifyCommand.self, ReindexCommand.self, DropCommand.self, CollectCommand.self,
          CompactCommand.self, BackupCommand.self, MergeCommand.self, ReproduceCommand.self,
        ]),
      CommandGroup(name: "Hand over", subcommands: [ExportCommand.self]),
    ])

  // Taken here so that they may stand before the command's name as well as after it.
  @OptionGroup var global: GlobalOptions

  static func main() {
    OpenFiles.occupyStandardStreams()
    // A file that may not grow further (ulimit -f) is an error like a full disk, not an end.
    signal(SIGXFSZ, SIG_IGN)
    do {
      try OpenFiles.reserve()
      var command = try parseAsRoot()
      try checkThreads()
      try command.run()
    } catch {
      Foundation.exit(Failure.report(error))
    }
  }

  private static func checkThreads() throws {
    guard let text = ProcessInfo.processInfo.environment["PSRDB_THREADS"], !text.isEmpty,
      Int(text).map({ $0 < 1 }) ?? true
    else { return }
    throw PoolError(
      .usage, "PSRDB_THREADS is '\(text)', which is no number of threads.",
      remedy: "PSRDB_THREADS=2 psrdb …, or unset PSRDB_THREADS for all cores.")
  }
}
