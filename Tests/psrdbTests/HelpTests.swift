import ArgumentParser
import Foundation
import Testing

@testable import psrdb

/// Every help text is what its snapshot says. After a change: PSRDB_RENEW_SNAPSHOTS=1 make test,
/// which fails for what it renews, and read the difference.
@Suite struct HelpTests {
  static let all: [[any ParsableCommand.Type]] = paths(from: [PSRDB.self])

  private static func paths(
    from path: [any ParsableCommand.Type]
  ) -> [[any ParsableCommand.Type]] {
    let below = path.last?.configuration.subcommands ?? []
    return [path] + below.flatMap { paths(from: path + [$0]) }
  }

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Snapshots")

  private static func name(_ path: [any ParsableCommand.Type]) -> String {
    path.map { $0.configuration.commandName ?? "\($0)" }.joined(separator: "-")
  }

  @Test(arguments: all.indices)
  func helpIsItsSnapshot(_ index: Int) throws {
    let path = Self.all[index]
    let command = try #require(path.last)
    let help = PSRDB.helpMessage(for: command, columns: 80) + "\n"
    let file = Self.folder.appendingPathComponent(Self.name(path) + ".txt")
    let before = try? String(contentsOf: file, encoding: .utf8)
    if ProcessInfo.processInfo.environment["PSRDB_RENEW_SNAPSHOTS"] != nil {
      try help.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(help == before)
  }

  @Test func everySnapshotHasItsCommand() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(files) == Set(Self.all.map { Self.name($0) + ".txt" }))
  }

  @Test func everyCommandSaysWhatItDoesInALine() {
    for command in Self.all.compactMap(\.last) {
      let abstract = command.configuration.abstract
      #expect(abstract.hasSuffix(".") && abstract.count <= 80, "\(command)")
    }
  }
}
