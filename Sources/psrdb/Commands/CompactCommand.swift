import ArgumentParser
import Store

struct CompactCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact", abstract: "Write data.mdb anew without its free pages.",
    discussion: """
      Needs room for the new file beside the old one. Who reads meanwhile goes on reading the old \
      one.
      """)

  @OptionGroup var global: GlobalOptions

  private struct Report: Encodable {
    var path: String
    var beforeBytes: Int
    var afterBytes: Int
  }

  func run() throws {
    let session = Session(options: global)
    let path = try session.writablePath()
    let (before, after) = try Pool.compact(at: path, provenance: Version.provenance)
    try session.show(Report(path: path, beforeBytes: before, afterBytes: after))
  }
}
