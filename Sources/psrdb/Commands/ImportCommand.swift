import ArgumentParser

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Bring real images, models, candidates or evaluations into the pool.",
    subcommands: [
      ImportDatasetCommand.self, ImportModelCommand.self, ImportCandidatesCommand.self,
      ImportEvaluationsCommand.self,
    ])
}
