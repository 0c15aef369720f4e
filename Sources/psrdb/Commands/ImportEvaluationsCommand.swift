import ArgumentParser
import Stages

struct ImportEvaluationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluations", abstract: "Import results of students trained elsewhere.",
    discussion: """
      A file is what `psrdb --json query "SELECT * FROM evaluations"` printed of another pool. \
      Taken are students of a selection that this pool has under the same name with exactly the \
      same images, tested on the same split; the others are reported. What is taken, `evaluate` \
      does not train again. The journal says which results were imported, and from which file.
      """)

  @Argument(help: "The files.", completion: .file(extensions: ["json"])) var paths: [String]
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let stage = ImportEvaluations(files: try paths.map(EvaluationFile.init))
    let session = Session(options: global)
    try session.stage(stage.run) { _ in
      ["psrdb \(session.poolOption)query \"\(EvaluateCommand.studentsQuery)\""]
    }
  }
}
