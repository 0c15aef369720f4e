import Foundation
import Testing

@testable import Store

/// A pool that one may only read.
@Suite(.enabled(if: Stranger.isPossible)) struct StrangerTests {
  let fixture: Fixture
  let head: Int64
  init() throws {
    fixture = try Fixture()
    let pool = try Fixture.fill(fixture.create())
    head = pool.head.sequence
    pool.close()
  }

  /// Nobody may write to the pool while `body` runs, as somebody who is not its owner.
  private func asStranger(_ body: @escaping () throws -> Void) throws {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: fixture.path)) ?? [] {
      let path = fixture.path + "/" + name
      var status = stat()
      if stat(path, &status) == 0 { chmod(path, status.st_mode & 0o444) }
    }
    var status = stat()
    if stat(fixture.path, &status) == 0 { chmod(fixture.path, status.st_mode & 0o555) }
    defer { chmod(fixture.path, 0o755) }
    try Stranger.run(body)
  }

  private func expectError(
    _ code: PoolError.Code, _ words: String, _ body: () throws -> Void
  ) {
    let error = #expect(throws: PoolError.self) { try body() }
    #expect(error?.code == code)
    #expect(error.map { "\($0)".contains(words) } == true, "\(error.map { "\($0)" } ?? "none")")
  }

  @Test func itIsRead() throws {
    try asStranger { [fixture, head] in
      let pool = try fixture.open(.reading)
      #expect(try pool.entries().count == Int(head))
      #expect(try pool.floats(5, 0).isEmpty == false)
      #expect(try pool.query("SELECT max(sequence) FROM journal").rows == [[.integer(head)]])
      #expect(try pool.verify(deep: true) == [])
    }
  }

  @Test func itIsNotWritten() throws {
    try asStranger { [fixture] in
      expectError(.failure, "no right") { _ = try fixture.open(.writing) }
    }
  }

  /// As where root compacted the pool: its owner may write everything but the table of readers.
  @Test func whoMayNotEnterTheTableOfReadersIsToldSo() throws {
    try letAllWrite(but: "lock.mdb")
    try Stranger.run { [fixture] in
      expectError(.failure, "lock.mdb") { _ = try fixture.open(.writing) }
    }
  }

  @Test func anIndexThatMayNotBeWrittenIsMadeAnew() throws {
    try letAllWrite(but: "index.sqlite")
    try Stranger.run { [fixture, head] in
      let pool = try fixture.open(.writing)
      try pool.append(Fixture.generate(class: 9, count: 3))
      #expect(try pool.query("SELECT max(sequence) FROM journal").rows == [[.integer(head + 1)]])
      pool.close()
      #expect(try Pool.verify(at: fixture.path).findings == [])
    }
  }

  private func letAllWrite(but name: String) throws {
    for other in try FileManager.default.contentsOfDirectory(atPath: fixture.path) {
      chmod(fixture.path + "/" + other, other == name ? 0o444 : 0o666)
    }
    chmod(fixture.path, 0o777)
  }

  /// Without a place in the table of readers only while nobody writes.
  @Test func itWaitsForTheWriter() throws {
    let held = try WriterLock(PoolFiles(directory: fixture.path), wait: 0)
    try asStranger { [fixture] in
      expectError(.locked, "is being written") { _ = try fixture.open(.reading) }
      expectError(.locked, "is being written") { _ = try Pool.verify(at: fixture.path) }
    }
    withExtendedLifetime(held) {}
  }

  @Test func writersWaitForIt() throws {
    try asStranger { [fixture] in
      let pool = try fixture.open(.reading)
      // Within this process it is as good as another's.
      let files = PoolFiles(directory: fixture.path)
      let descriptor = open(files.lock, O_RDONLY | O_CLOEXEC)
      try #require(descriptor >= 0)
      #expect(flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
      close(descriptor)
      withExtendedLifetime(pool) {}
    }
  }

  @Test(arguments: ["", "/data.mdb"]) func whatMayNotBeLookedAtIsNotMissing(_ name: String) throws {
    chmod(fixture.path + name, 0)
    try asStranger { [fixture] in
      expectError(.failure, "no right") { _ = try fixture.open(.reading) }
      expectError(.failure, "no right") { _ = try Pool.verify(at: fixture.path) }
    }
  }

  @Test func anIndexThatMayNotBeReadIsNotDamaged() throws {
    chmod(fixture.path + "/index.sqlite", 0)
    try asStranger { [fixture] in
      let pool = try fixture.open(.reading)
      expectError(.failure, "no right") { _ = try pool.query("SELECT 1") }
      expectError(.failure, "no right") { _ = try pool.verify() }
    }
  }
}
