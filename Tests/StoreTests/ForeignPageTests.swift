import Foundation
import Testing

@testable import Store

/// Pools of machines whose pages have another size.
@Suite struct ForeignPageTests {
  let fixture: Fixture
  let entry: [UInt8]
  init() throws {
    fixture = try Fixture()
    let pool = try fixture.create()
    entry = try pool.environment.read { [UInt8](try pool.environment.entryBytes(1, $0)) }
  }

  /// A pool of that one entry, in a place of its own.
  private func make(_ pageSize: Int) throws -> String {
    let path = fixture.directory + "/foreign-\(pageSize).psr"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    try Data(ForeignPages.data(entry: entry, pageSize: pageSize))
      .write(to: URL(fileURLWithPath: path + "/data.mdb"))
    return path
  }

  @Test(arguments: [1024, 2048, 4096, 8192, 16384, 32768])
  func itsMapIsLetGoOf(_ pageSize: Int) throws {
    let environment = try Environment(
      directory: make(pageSize), create: false, mapSize: 1 << 30)
    try environment.read { transaction in
      let start = environment.start(transaction)
      #expect((start == nil) == (pageSize > sysconf(Int32(_SC_PAGESIZE))))
      if let start { #expect(start.load(fromByteOffset: 16, as: UInt32.self) == 0xBEEF_C0DE) }
      environment.release(transaction)
      let found = [UInt8](try environment.entryBytes(1, transaction))
      #expect(found == entry)
    }
  }

  @Test(arguments: [1024, 16384]) func itIsReadAndWritten(_ pageSize: Int) throws {
    let path = try make(pageSize)
    #expect(try Pool.verify(at: path).findings.map(\.id) == ["index-missing"])
    let pool = try Fixture.fill(
      Pool.open(at: path, for: .writing, provenance: Fixture.provenance))
    #expect(try pool.verify(deep: true) == [])
  }

  /// So many pages that their bytes cannot be counted.
  @Test(arguments: [UInt64(1) << 49, 1 << 51, 1 << 62, .max])
  func moreLastPagesThanBytes(_ last: UInt64) throws {
    var data = ForeignPages.data(entry: entry, pageSize: 32768)
    for place in [136, 32768 + 136] {
      withUnsafeBytes(of: last.littleEndian) { data.replaceSubrange(place..<place + 8, with: $0) }
    }
    let path = fixture.directory + "/data.mdb"
    try Data(data).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: PoolError.self) { try MetaPages.check(path) }
    #expect(error?.code == .damage)
  }

  /// liblmdb cannot write them.
  @Test func pagesThatAreTooLarge() throws {
    let error = #expect(throws: PoolError.self) {
      try MetaPages.check(make(65536) + "/data.mdb")
    }
    #expect(error?.code == .damage)
  }
}
