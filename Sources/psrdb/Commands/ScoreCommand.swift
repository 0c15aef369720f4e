import ArgumentParser
import Stages
import Store

struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Have the teacher and the judge look at candidates and real images.",
    discussion: """
      Stores logits, features and scores of everything that has none yet under this scoring's name.
      """)

  @Option(help: "The scoring's name.") var name = "base"
  @Option(help: "Views the teacher sees of each candidate; real images are seen once, as they are.")
  var views = Score().views
  @Option(
    help: """
      Real training images of each class that selections are to cover; 0 for all (default: as many \
      as the scoring has, or 500).
      """)
  var reference: Int?
  @Option(help: "Seed of the views.") var seed: UInt64 = 0
  @OptionGroup var global: GlobalOptions

  func run() throws {
    var stage = Score()
    stage.scoring = name
    stage.views = views
    stage.reference = reference
    stage.seed = seed
    let session = Session(options: global)
    try session.stage(stage.run) { report in
      let scoring = name == Score().scoring ? "" : " --scoring \(shellWord(name))"
      // Where the teacher sees another class in most, models were hardly trained, or fit badly.
      let doubts = report.candidateAccuracy.map { $0 < 0.5 } ?? false
      let ipc = min(10, report.candidatesPerClass)
      let next =
        (doubts ? ["quality"] : [])
        + [ipc > 0 ? "select --ipc \(ipc) --name selected\(scoring)" : "generate --per-class 128"]
      return next.map { "psrdb \(session.poolOption)\($0)" }
    }
  }
}
