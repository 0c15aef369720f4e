import Foundation
import Testing

@testable import Store

/// A pool that Python made after schema/format.md (Fixtures/format-1/make.py). As long as the format
/// has number 1, it is read as it is, and psrdb writes such entries to the byte.
@Suite struct FormatTests {
  let fixture: Fixture
  let pool: Pool

  init() throws {
    fixture = try Fixture()
    let data = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/format-1/data.mdb").path
    try FileManager.default.createDirectory(
      atPath: fixture.path, withIntermediateDirectories: false)
    try FileManager.default.copyItem(atPath: data, toPath: fixture.path + "/data.mdb")
    pool = try fixture.open(.reading)
  }

  @Test func itIsWhole() throws {
    #expect(try pool.verify(deep: true) == [])
    #expect(pool.head.sequence == 18)
    #expect(
      pool.head.digest == "c60a709b41c80e90d39209f877a97d468db371647c105f48cf4e492a24d5bb14")
  }

  @Test func itsIndexSaysWhatWasWritten() throws {
    let scores: [[Value]] = [
      ["0-00001-0123abcd@0", 1, 0.625, nil, 0.5], ["0-00002-0123abcd@0", 0, 0.125, nil, nil],
      ["0-00003-0123abcd@0", 1, 0.75, nil, 0.875], ["0-00004-0123abcd@0", 1, 0.875, nil, 1.0],
      ["1-00000-0123abcd@0", 1, nil, 0.5, nil], ["1-00001-0123abcd@0", 0, nil, 0.25, nil],
      ["1-00002-0123abcd@0", 1, nil, nil, nil], ["1-00003-0123abcd@0", 1, nil, 0.0, nil],
    ]
    #expect(
      try pool.query(
        """
        SELECT id, correct, confidence, entropy, judge_confidence FROM version_scores
        WHERE version = 0 ORDER BY id
        """
      ).rows == scores)
    let members: [[Value]] = [
      [0, 0, "0-00004-0123abcd@1", 4.5, 6.0, 0], [0, 1, "0-00003-0123abcd@0", 3.5, 4.0, 0],
      [1, 0, "1-00003-0123abcd@0", 4.5, 6.0, 0], [1, 1, "1-00002-0123abcd@0", 3.5, 4.0, 0],
    ]
    #expect(
      try pool.query(
        """
        SELECT class, rank, id, gain, bound, flagged FROM members WHERE selection = 'refined'
        ORDER BY 1, 2
        """
      ).rows == members)
    #expect(
      try pool.query("SELECT selection, ipc, factor FROM selections ORDER BY entry").rows
        == [["two", 2, 1], ["grid", 1, 2], ["refined", 2, 1]])
    #expect(
      try pool.query("SELECT version, verdict, judge_loss_after FROM refinements ORDER BY row").rows
        == [["0-00004-0123abcd@1", "accepted", 1.5], ["0-00003-0123abcd@1", "label", nil]])
    #expect(
      try pool.query("SELECT accuracy, class_accuracy, seconds FROM evaluations").rows
        == [[.real(0.6666666666666666), "[1,0.5]", 0.125]])
    #expect(
      try pool.query("SELECT class, name FROM classes ORDER BY class").rows
        == [[0, "köter"], [1, "cat/\"tom\""]])
    #expect(try pool.query("SELECT count(*) FROM versions", asOf: 17).rows == [[13]])
  }

  @Test func itsTensorsHoldWhatWasWritten() throws {
    #expect(try pool.floats(5, 0, rows: 3..<5) == [1.5, 0.5, 2, 1])
    #expect(try pool.floats(9, 2) == [6, 4, 2, 0.25])
    #expect(try pool.bytes(12, 2, rows: 1..<2) == [5, 6, 7, 8])
    #expect(try pool.integers(2, 3) == [1, 3])
    #expect(try pool.integers(18, 0) == [5, 0, 16, 0, 16, 1])
    #expect(try pool.bytes(4, 0) == (0..<5000).map { UInt8($0 % 251) })
  }

  @Test func itsEntriesWouldBeWrittenAlike() throws {
    var kinds: Set<EntryKind> = []
    for entry in try pool.entries() {
      kinds.insert(entry.kind)
      let stored = try pool.environment.read {
        [UInt8](try pool.environment.entryBytes(entry.sequence, $0))
      }
      let again = try Entry.encode(
        Draft(entry.content, arguments: entry.arguments), tensors: entry.tensors,
        sequence: entry.sequence, previous: entry.previous, time: entry.time,
        provenance: Provenance(version: entry.version, blas: entry.blas, threads: entry.threads))
      #expect(
        String(decoding: again.bytes, as: UTF8.self) == String(decoding: stored, as: UTF8.self))
      #expect(again.entry == entry)
    }
    #expect(kinds == Set(EntryKind.allCases))
  }
}
