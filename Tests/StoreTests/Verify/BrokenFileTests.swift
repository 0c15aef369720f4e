import Foundation
import Testing

@testable import Store

/// Files that are cut, exchanged, gone, or none at all.
@Suite struct BrokenFileTests {
  let broken: BrokenPool
  init() throws { broken = try BrokenPool() }

  @Test(arguments: [4096, 20000, 0.5])
  func truncated(_ size: Double) throws {
    try broken.make()
    try broken.edit("data.mdb") { data in
      data = data.prefix(size < 1 ? Int(Double(data.count) * size) : Int(size))
    }
    #expect(try broken.findings() == ["data"])
    for access in [Access.reading, .writing] { #expect(broken.openError(access)?.code == .damage) }
  }

  /// Pages that one transaction allocates and frees again liblmdb never writes: where they are the
  /// last, as a refused merge may leave it, the file ends before them, and nothing is lost.
  @Test func lastPagesThatWereNeverWritten() throws {
    try broken.make()
    let pages = try MetaPages(broken.fixture.path + "/data.mdb")
    let place = (pages.newest.transaction & 1) * pages.pageSize + 136
    try broken.edit("data.mdb") { data in
      var last = UInt64(pages.filePages).littleEndian
      data.replaceSubrange(place..<place + 8, with: withUnsafeBytes(of: &last) { Data($0) })
    }
    let short = try MetaPages(broken.fixture.path + "/data.mdb")
    try #require(short.filePages == short.newest.lastPage)
    #expect(try broken.findings(deep: true) == [])
    try broken.fixture.open(.reading).close()
    let writer = try broken.fixture.open(.writing)
    for label in 20..<40 { try writer.append(Fixture.generate(class: label, count: 40)) }
    #expect(try writer.verify(deep: true) == [])
  }

  @Test func noLMDBAtAll() throws {
    try broken.make()
    try broken.edit("data.mdb") { $0 = Data(repeating: 7, count: 50000) }
    #expect(try broken.findings() == ["data"])
    #expect(broken.openError()?.code == .damage)
  }

  @Test func laterLMDB() throws {
    try broken.make()
    try broken.edit("data.mdb") { $0[20] = 2 }
    #expect(broken.openError()?.code == .newerFormat)
  }

  @Test func swappedData() throws {
    try broken.make()
    try broken.make("b.psr")
    try FileManager.default.removeItem(atPath: broken.fixture.path + "/data.mdb")
    try FileManager.default.copyItem(
      atPath: broken.fixture.directory + "/b.psr/data.mdb",
      toPath: broken.fixture.path + "/data.mdb")
    #expect(broken.openError()?.code == .damage)
    #expect(broken.openError(.reading)?.message.contains("do not belong together") == true)
    #expect(try broken.findings() == ["index-foreign"])
    try Pool.reindex(at: broken.fixture.path, provenance: Fixture.provenance).close()
    #expect(try broken.findings(deep: true) == [])
  }

  @Test func olderData() throws {
    try broken.make()
    try FileManager.default.copyItem(
      atPath: broken.fixture.path + "/data.mdb", toPath: broken.fixture.directory + "/old")
    let writer = try broken.fixture.open(.writing)
    try writer.append(Fixture.evaluate("s2"))
    writer.close()
    try FileManager.default.removeItem(atPath: broken.fixture.path + "/data.mdb")
    try FileManager.default.copyItem(
      atPath: broken.fixture.directory + "/old", toPath: broken.fixture.path + "/data.mdb")
    let error = broken.openError()
    #expect(error?.code == .damage)
    #expect(error?.remedy.contains("psrdb reindex") == true)
    #expect(try broken.findings() == ["index-foreign"])
  }

  @Test func missingIndex() throws {
    try broken.make()
    try FileManager.default.removeItem(atPath: broken.fixture.path + "/index.sqlite")
    #expect(try broken.findings() == ["index-missing"])
  }

  /// A pool from a stranger must not make psrdb write elsewhere, or wait for ever.
  @Test(arguments: [
    "data.mdb", "lock.mdb", "writer.lock", "index.sqlite", "index.sqlite-wal", "index.sqlite-shm",
    "index.sqlite.new", "index.sqlite.new-journal",
  ])
  func aFileThatIsALinkOrAPipe(_ name: String) throws {
    try broken.make()
    let (path, elsewhere) = (
      broken.fixture.path + "/" + name, broken.fixture.directory + "/elsewhere"
    )
    if FileManager.default.fileExists(atPath: path) {
      try FileManager.default.moveItem(atPath: path, toPath: elsewhere)
    } else {
      try Data("precious".utf8).write(to: URL(fileURLWithPath: elsewhere))
    }
    let before = try Data(contentsOf: URL(fileURLWithPath: elsewhere))
    for isPipe in [false, true] {
      unlink(path)
      #expect(isPipe ? mkfifo(path, 0o644) == 0 : symlink(elsewhere, path) == 0)
      for access in [Access.reading, .writing] {
        let error = broken.openError(access)
        #expect(error?.code == .damage)
        #expect(error?.message.contains(name) == true)
      }
      #expect(try broken.findings() == [name == "data.mdb" ? "data" : "file"])
      #expect(throws: PoolError.self) {
        try Pool.reindex(at: broken.fixture.path, provenance: Fixture.provenance)
      }
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: elsewhere)) == before)
  }

  @Test func aDirectoryThatIsNoPool() throws {
    try FileManager.default.createDirectory(
      atPath: broken.fixture.path, withIntermediateDirectories: true)
    #expect(broken.openError()?.code == .noPool)
    let error = #expect(throws: PoolError.self) { try Pool.verify(at: broken.fixture.path) }
    #expect(error?.code == .noPool)
  }
}
