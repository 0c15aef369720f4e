import ArgumentParser
import Stages
import Store

struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract: "Make a candidate again from its lineage and compare digests.",
    discussion: """
      A generated one is made again with the batch it came in, a refined one with all that was \
      refined with it; nothing is written. On the CPU type that made it the digests are the same; \
      where they are not, the exit code is 6.
      """)

  @Argument(help: "A version's id, or a candidate's for its newest accepted version.")
  var id: String
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    let report = try session.reading { pool in
      try session.perform(on: pool) { try Reproduce(id).run($0, asOf: global.asOf) }
    }
    try session.show(report, next: ["psrdb \(session.poolOption)lineage \(report.id)"])
    guard report.reproduced else {
      let here = Version.provenance.blas
      guard here == report.madeWith else {
        let kernels = (report.madeWith.split(separator: " ").last ?? "")
          .filter { $0.isLetter || $0.isNumber }
        throw PoolError(
          .differences,
          "\(report.id) did not come out the same. It was made with \(report.madeWith), and this is "
            + "\(here): other kernels give other bits.",
          remedy: "To ask for those, if this CPU has their instructions: "
            + "OPENBLAS_CORETYPE=\(kernels) psrdb \(session.poolOption)reproduce \(report.id)")
      }
      throw PoolError(
        .differences,
        "\(report.id) did not come out the same. The weights, the images or psrdb are not what "
          + "they were.",
        remedy: "What made it: psrdb \(session.poolOption)lineage \(report.id)")
    }
  }
}
