import ArgumentParser
import Stages

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Train students from scratch on a selection and test them.",
    discussion: """
      The test split is read after the final epoch, and else by quality alone, which measures the \
      models on it. hard: one-hot labels by the protocol of the field; soft: the teacher's stored \
      labels. A checkpoint lies beside the pool, so a student that was stopped goes on.
      """)

  @Argument(help: "The selection.") var selection: String
  @Option(help: "hard or soft.", completion: .list(["hard", "soft"]))
  var `protocol` = Evaluate(selection: "").protocolName
  @Option(
    help: """
      The student's architecture: convnet1 to convnet4, resnet10, resnet18 or mlp, with a width if \
      you like, as convnet3-64.
      """,
    completion: .list(["convnet3", "resnet10", "resnet18", "mlp"]))
  var student = Evaluate(selection: "").student
  @Option(help: "How many students, of seeds 0, 1, 2 …") var seeds = Evaluate(selection: "").seeds
  @Option(help: "Epochs (default: 1000; views: 300).") var epochs: Int?
  @Option(
    help: "hard: dsa, the default, or none; soft: views, the default, or cutmix.",
    completion: .list(["dsa", "none", "views", "cutmix"]))
  var augment: String?
  @Option(help: "Views whose labels soft students learn (default: 8; cutmix: 256).")
  var views: Int?
  @OptionGroup var global: GlobalOptions

  /// What sets are worth: students of one kind together.
  static let studentsQuery = """
    SELECT selection, protocol, student, epochs, \
    json_remove(settings, '$.images', '$.temperature', '$.teacher') AS how, avg(accuracy), count(*) \
    FROM evaluations AS e GROUP BY 1, 2, 3, 4, e.settings
    """

  func run() throws {
    var stage = Evaluate(selection: selection)
    stage.protocolName = `protocol`
    stage.student = student
    stage.seeds = seeds
    stage.epochs = epochs
    stage.augment = augment
    stage.views = views
    let session = Session(options: global)
    try session.stage(stage.run) { _ in
      ["psrdb \(session.poolOption)query \"\(Self.studentsQuery)\""]
    }
  }
}
