import CLMDB
import Foundation
import Testing

@testable import Store

/// Tensors that are changed, gone, or where none should be.
@Suite struct BrokenTensorTests {
  let broken: BrokenPool
  init() throws { broken = try BrokenPool() }

  @Test func missingTensor() throws {
    try broken.make()
    try broken.forge { transaction, environment in
      try transaction.remove(environment.tensors, Key(5, 0))
    }
    #expect(try broken.findings() == ["tensor-missing"])
    let pool = try broken.fixture.open(.reading)
    let error = #expect(throws: PoolError.self) { try pool.floats(5, 0) }
    #expect(error?.code == .notFound)
  }

  @Test func strayTensor() throws {
    try broken.make()
    try broken.forge { transaction, environment in
      try broken.put(transaction, environment.tensors, Key(5, 9), [1])
      try broken.put(transaction, environment.tensors, Key(999, 0), [1])
    }
    #expect(try broken.findings() == ["tensor-stray"])
    // What lies behind the last entry was never part of the pool, and is reclaimed.
    try broken.fixture.open(.writing).close()
    try broken.forge { transaction, environment in
      let behind = try transaction.value(environment.tensors, Key(999, 0))
      let inside = try transaction.value(environment.tensors, Key(5, 9))
      #expect(behind == nil)
      #expect(inside != nil)
    }
  }

  /// What comes after a key that is none of psrdb's is not missing.
  @Test(arguments: [3, 9, 15]) func strayKey(_ count: Int) throws {
    try broken.make()
    try broken.forge { transaction, environment in
      var (bytes, value) = (
        [0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 9, 9, 9] as [UInt8], [1] as [UInt8]
      )
      try bytes.withUnsafeMutableBytes { bytes in
        try value.withUnsafeMutableBytes { value in
          var key = MDB_val(mv_size: count, mv_data: bytes.baseAddress)
          var value = MDB_val(mv_size: value.count, mv_data: value.baseAddress)
          try LMDBError.check(
            mdb_put(transaction.handle, environment.tensors, &key, &value, 0), "mdb_put")
        }
      }
    }
    #expect(try broken.findings(deep: true) == ["tensor-stray"])
  }

  @Test func changedTensor() throws {
    try broken.make()
    try broken.flipBit(ofTensor: 0, of: 5)
    #expect(try broken.findings() == [])
    #expect(try broken.findings(deep: true) == ["tensor-digest"])
  }

  @Test func whatIsDamagedIsNeitherBackedUpNorMerged() throws {
    try broken.make()
    try broken.flipBit(ofTensor: 0, of: 5)
    let (folder, path) = (broken.fixture.directory, broken.fixture.path)
    var error = #expect(throws: PoolError.self) {
      try broken.fixture.open(.reading).backup(to: folder + "/copy.psr")
    }
    #expect(error?.code == .damage)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.psr"])
    let other = try broken.fixture.create("b.psr")
    error = #expect(throws: PoolError.self) { try other.merge(path) }
    #expect(error?.code == .damage && other.head.sequence == 1)
    // Which of the two is hurt.
    #expect(error?.remedy.contains("--pool \(path) verify") == true)
  }

  @Test func aFlippedBitIsNotRead() throws {
    try broken.make()
    let last = try broken.fixture.open(.reading).head.sequence
    try broken.flipBit(ofTensor: 0, of: last)
    let pool = try broken.fixture.open(.reading)
    let error = #expect(throws: PoolError.self) { try pool.floats(last, 0) }
    #expect(error?.code == .damage)
    #expect(try !pool.floats(last, 1).isEmpty && !pool.floats(last, 1).isEmpty)
  }

  /// Offsets of the header, and what to put there.
  @Test(arguments: [(0, 0), (4, 9), (6, 0), (6, 200), (7, 7), (8, 255), (16, 255), (23, 255)])
  func lyingTensorHeader(_ offset: Int, _ byte: UInt8) throws {
    try broken.make()
    try broken.forge { transaction, environment in
      var bytes = [UInt8](try #require(try transaction.value(environment.tensors, Key(5, 0))))
      bytes[offset] = byte
      try broken.put(transaction, environment.tensors, Key(5, 0), bytes)
    }
    #expect(try broken.findings() == ["tensor-header"])
    let pool = try broken.fixture.open(.reading)
    let error = #expect(throws: PoolError.self) { try pool.floats(5, 0) }
    #expect(error?.code == .damage)
  }
}
