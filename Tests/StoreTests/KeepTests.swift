import Foundation
import Testing

@testable import Store

/// Dropping, collecting, compacting, backing up.
@Suite struct KeepTests {
  let fixture: Fixture
  let pool: Pool
  init() throws {
    fixture = try Fixture()
    pool = try Fixture.fill(fixture.create())
  }

  private func ids(_ condition: String) throws -> [String] {
    try pool.query("SELECT id FROM versions WHERE \(condition) ORDER BY id").rows
      .compactMap { $0[0].string }
  }

  @Test func whatIsDroppedIsGoneForQuestionsAboutThePresent() throws {
    let before = pool.head.sequence
    let entry = try pool.drop(["1-00000-0123abcd@0", "0-00001-0123abcd@0"], reason: "ugly")
    #expect(entry.tensors.map(\.class) == [0, 1])
    #expect(try pool.query("SELECT count(*) FROM candidates").rows == [[10]])
    #expect(try pool.query("SELECT count(*) FROM candidates", asOf: before).rows == [[12]])
    #expect(try pool.query("SELECT versions, reason FROM drops").rows == [[2, "ugly"]])
    #expect(try ids("class = 1").contains("1-00000-0123abcd@0") == false)
    let again = #expect(throws: PoolError.self) {
      try pool.drop(["1-00000-0123abcd@0"], reason: "")
    }
    #expect(again?.code == .notFound)
    #expect(try pool.verify(deep: true) == [])
  }

  @Test func aMemberCannotBeDropped() throws {
    for id in ["0-00005-0123abcd@0", "0-00005-0123abcd@1"] {
      let error = #expect(throws: PoolError.self) { try pool.drop([id], reason: "") }
      #expect(error?.code == .usage)
    }
    #expect(throws: PoolError.self) { try pool.drop([], reason: "") }
  }

  @Test func aCandidateLivesWhileAVersionDoes() throws {
    try pool.drop(["0-00004-0123abcd@1"], reason: "")
    #expect(
      try pool.query("SELECT count(*) FROM candidates WHERE id = '0-00004-0123abcd'").rows
        == [[1]])
  }

  @Test func onlyWhatIsSpentIsCollected() throws {
    let batch = try pool.append(Fixture.generate(class: 3, count: 300))
    try pool.append(Fixture.score(target: batch.sequence, class: 3, count: 300))
    let all = try ids("class = 3")
    try pool.drop(Array(all.dropLast()), reason: "")
    #expect(try pool.collect() == Reclaimed(tensors: 0, bytes: 0))
    try pool.drop([all[299]], reason: "")
    let promised = try pool.collect(dryRun: true)
    #expect(promised.tensors == 4)
    #expect(try pool.collect() == promised)
    #expect(try pool.collect() == Reclaimed(tensors: 0, bytes: 0))
    let error = #expect(throws: PoolError.self) { try pool.floats(batch.sequence, 0) }
    #expect(error?.code == .notFound)
    #expect(try pool.verify(deep: true) == [])
    let contents = try IndexTests.contents(pool)
    #expect(try IndexTests.contents(Fixture.reindexed(pool)) == contents)
  }

  @Test(arguments: 1...4)
  func compactingKeepsEverything(_ commits: Int) throws {
    let batch = try pool.append(Fixture.generate(class: 3, count: 9000))
    for number in 0..<commits { try pool.append(Fixture.evaluate("s\(number)")) }
    try pool.drop(ids("class = 3"), reason: "")
    _ = try pool.collect()
    let (head, contents) = (pool.head, try IndexTests.contents(pool))
    pool.close()
    let reader = try fixture.open(.reading)
    let sizes = try Pool.compact(at: fixture.path, provenance: Fixture.provenance)
    #expect(sizes.after < sizes.before)
    #expect(try reader.entries().count == Int(head.sequence))

    let again = try fixture.open(.writing)
    #expect(again.head == head)
    #expect(try IndexTests.contents(again) == contents)
    try again.append(Fixture.evaluate("s2"))
    try again.append(Fixture.evaluate("s2"))
    #expect(try again.verify(deep: true) == [])
    #expect(throws: PoolError.self) { try again.floats(batch.sequence, 0) }
    let left = try FileManager.default.contentsOfDirectory(atPath: fixture.path)
    #expect(!left.contains("compact.new"))
  }

  @Test func aBackupIsThePool() throws {
    let destination = fixture.directory + "/copy.psr"
    let reader = try fixture.open(.reading)
    // What a backup left that was killed: no process has this number.
    try FileManager.default.createDirectory(
      atPath: destination + ".new-99999999-\(UUID().uuidString)",
      withIntermediateDirectories: false)
    try reader.backup(to: destination + "/")
    let copy = try fixture.open(.reading, "copy.psr")
    #expect(copy.head == pool.head)
    #expect(try IndexTests.contents(copy) == IndexTests.contents(pool))
    let inside = #expect(throws: PoolError.self) { try pool.backup(to: fixture.path + "/in.psr") }
    #expect(inside?.code == .usage)
    let error = #expect(throws: PoolError.self) { try pool.backup(to: destination) }
    #expect(error?.code == .usage)
    let files = try FileManager.default.contentsOfDirectory(atPath: fixture.directory)
    #expect(files.sorted() == ["a.psr", "copy.psr"])
  }

  @Test func aLinkThatLeadsNowhereIsNoPlaceForABackup() throws {
    let destination = fixture.directory + "/copy.psr"
    symlink("nowhere", destination)
    let error = #expect(throws: PoolError.self) { try pool.backup(to: destination) }
    #expect(error?.code == .usage)
  }

  @Test func aPathThatIsTooLongForSQLiteIsNamed() throws {
    let folder =
      fixture.directory + "/" + String(repeating: "a", count: 200)
      + "/" + String(repeating: "b", count: 240)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let place = folder + "/copy.psr"
    var error = #expect(throws: PoolError.self) { try pool.backup(to: place) }
    #expect(error?.code == .usage && error?.message.contains("SQLite") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    try FileManager.default.copyItem(atPath: fixture.path, toPath: place)
    error = #expect(throws: PoolError.self) { try Pool.verify(at: place) }
    #expect(error?.code == .usage)
  }

  /// What only looks like something an interrupted backup left is somebody's own.
  @Test func aBackupRemovesNothingElse() throws {
    let manager = FileManager.default
    let destination = fixture.directory + "/copy.psr"
    func id() -> String { UUID().uuidString }
    let own = [
      "99999999-notes", "99999999", "99999999-2026-11", "099999999-\(id())", "99999999-\(id())-1",
      "99999999-\(id())", "99999999-\(id())",
    ]
    .map { destination + ".new-" + $0 }
    for path in own.dropLast(2) {
      try manager.createDirectory(atPath: path, withIntermediateDirectories: false)
    }
    // Rightly named: a file, and a directory with something else in it.
    try Data("mine".utf8).write(to: URL(fileURLWithPath: own[5]))
    try manager.createDirectory(
      atPath: own[6] + "/data.mdb", withIntermediateDirectories: true)
    let left = destination + ".new-99999999-\(id())"
    try manager.createDirectory(atPath: left, withIntermediateDirectories: false)
    try Data().write(to: URL(fileURLWithPath: left + "/data.mdb"))
    try pool.backup(to: destination)
    for path in own { #expect(manager.fileExists(atPath: path), "\(path)") }
    #expect(!manager.fileExists(atPath: left))
  }

  @Test func permissionsStay() throws {
    pool.close()
    let names = ["data.mdb", "index.sqlite", "lock.mdb"].map { fixture.path + "/" + $0 }
    for name in names { #expect(chmod(name, 0o600) == 0) }
    _ = try Pool.compact(at: fixture.path, provenance: Fixture.provenance)
    try Pool.reindex(at: fixture.path, provenance: Fixture.provenance).close()
    for name in names {
      var status = stat()
      #expect(stat(name, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600, "\(name)")
    }
  }

  @Test func aBackupOfAPrivatePoolIsPrivate() throws {
    pool.close()
    for name in try FileManager.default.contentsOfDirectory(atPath: fixture.path) {
      #expect(chmod(fixture.path + "/" + name, 0o600) == 0)
    }
    #expect(chmod(fixture.path, 0o700) == 0)
    let copy = fixture.directory + "/copy.psr"
    try fixture.open(.reading).backup(to: copy)
    #expect(try FileStatus(copy).permissions == 0o700)
    for name in try FileManager.default.contentsOfDirectory(atPath: copy) {
      #expect(try FileStatus(copy + "/" + name).permissions == 0o600, "\(name)")
    }
  }

  @Test func whatAKilledCompactionLeftIsRemoved() throws {
    pool.close()
    let left = fixture.path + "/compact.new"
    try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: false)
    try Data([1]).write(to: URL(fileURLWithPath: left + "/data.mdb"))
    try fixture.open(.writing).close()
    #expect(!FileManager.default.fileExists(atPath: left))
  }
}
