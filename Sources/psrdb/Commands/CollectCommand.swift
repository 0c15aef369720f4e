import ArgumentParser
import Store

struct CollectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc", abstract: "Free the tensors of batches all of whose rows were dropped.",
    discussion: """
      The pages are used again by what comes next; compact gives them back to the file system. \
      Digests and scores stay.
      """)

  @Flag(help: "Free nothing, only count.") var dryRun = false
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    try session.requirePresent()
    let reclaimed =
      if dryRun {
        try session.reading { try $0.collect(dryRun: true) }
      } else {
        try session.writing { try $0.collect() }
      }
    let next = dryRun ? "gc" : "compact"
    try session.show(
      reclaimed, next: reclaimed.tensors == 0 ? [] : ["psrdb \(session.poolOption)\(next)"])
  }
}
