import Foundation
import Synchronization
import Testing

@testable import Store

@Suite struct PoolTests {
  let fixture: Fixture
  init() throws { fixture = try Fixture() }

  @Test func aNewPoolHasOneEntry() throws {
    let pool = try fixture.create()
    #expect(pool.head.sequence == 1)
    let entries = try pool.entries()
    #expect(entries.map(\.kind) == [.`init`])
    #expect(entries[0].previous == String(repeating: "0", count: 64))
    #expect(entries[0].digest == pool.head.digest)
    let files = try FileManager.default.contentsOfDirectory(atPath: fixture.directory)
    #expect(files == ["a.psr"])
  }

  @Test func whatIsAppendedIsReadBack() throws {
    let pool = try fixture.create()
    var draft = Fixture.generate(class: 1, first: 10, count: 3)
    draft.arguments = ["note": "Zürich / \"quoted\""]
    let entry = try pool.append(draft)
    #expect(entry.sequence == 2)
    #expect(entry.content == draft.content)
    #expect(entry.arguments == draft.arguments)
    pool.close()

    let again = try fixture.open(.reading)
    #expect(try again.entry(2) == entry)
    #expect(try again.entries(.generate) == [entry])
    #expect(entry.tensorNumber("image", class: 1) == 1)
    #expect(entry.tensorNumber("image", class: 0) == nil)
    #expect(try again.bytes(2, 1) == draft.tensors[1].bytes)
    #expect(try again.bytes(2, 1, rows: 1..<2) == Array(draft.tensors[1].bytes[4..<8]))
    #expect(try again.floats(2, 0, rows: 2..<3) == [85, 86, 87, 88].map { Float($0) / 8 })
    #expect(throws: PoolError.self) { try again.bytes(2, 1, rows: 2..<4) }
    #expect(throws: PoolError.self) { try again.bytes(2, 0) }
    #expect(throws: PoolError.self) { try again.floats(2, 9) }
    #expect(throws: PoolError.self) { try again.entry(3) }
  }

  @Test func tensorsAreAlignedWhateverTheirSize() throws {
    let pool = try fixture.create()
    for count in [1, 7, 300, 5000] {
      let entry = try pool.append(
        Fixture.generate(class: 0, first: count * 10000, count: count, latent: 5))
      try pool.withTensor(entry.sequence, 0) { description, bytes in
        #expect(description.shape == [count, 5])
        #expect(UInt(bitPattern: bytes.baseAddress) % 16 == 0)
        #expect(SHA256.hex(of: bytes) == description.sha256)
      }
    }
  }

  @Test func entriesFormAChain() throws {
    let pool = try Fixture.fill(fixture.create())
    var previous = Entry.origin
    for entry in try pool.entries() {
      #expect(entry.previous == previous)
      previous = entry.digest
    }
    #expect(pool.head.digest == previous)
  }

  @Test func aDraftThatDoesNotFitItselfIsRefused() throws {
    let pool = try fixture.create()
    let head = pool.head
    var draft = Fixture.generate(class: 0, count: 2)
    draft.tensors[1] = TensorDraft("image", class: 0, shape: [3, 2, 2, 1], u8: [1, 2])
    #expect(throws: PoolError.self) { try pool.append(draft) }
    draft.tensors[1] = TensorDraft("image", class: 0, shape: [1, 2], u8: [1, 2])
    #expect(throws: PoolError.self) { try pool.append(draft) }
    draft.tensors[1] = TensorDraft("image", class: 0, shape: [1 << 20, 1 << 12], u8: [])
    #expect(throws: PoolError.self) { try pool.append(draft) }
    draft.tensors[1] = TensorDraft("image", class: 0, shape: [.max, .max], u8: [])
    #expect(throws: PoolError.self) { try pool.append(draft) }
    #expect(pool.head == head)
    try pool.append(Fixture.generate(class: 0, count: 2))
  }

  @Test(arguments: [
    Draft(.select(SelectContent(selection: "x", ranking: 99, counts: [1]))),
    Draft(.select(SelectContent(selection: "x", counts: [1], base: "y", refinement: "z"))),
    Draft(.`init`(InitContent(format: 1, pool: "x"))),
    Fixture.score(target: 1, class: 0, count: 2),
    Fixture.rank([1], length: 2),
    Fixture.refine(parents: [(1, 0)], class: 0),
    Fixture.dataset(.train, counts: [1, 1, 1]),
  ])
  func aDraftThatContradictsThePoolIsRefused(_ draft: Draft) throws {
    let pool = try fixture.create()
    try pool.append(Fixture.dataset(.test))
    let head = pool.head
    let error = #expect(throws: PoolError.self) { try pool.append(draft) }
    #expect(error?.code == .usage)
    #expect(pool.head == head)
    #expect(try pool.query("SELECT applied FROM state").rows == [[.integer(head.sequence)]])
  }

  @Test func nothingIsOverwritten() throws {
    let pool = try Fixture.fill(fixture.create())
    for draft in [
      Fixture.dataset(.train), Fixture.generate(class: 0, first: 5, count: 2),
      Fixture.score(target: 5, class: 0, count: 6),
      Draft(.select(SelectContent(selection: "s2", ranking: 9, counts: [1, 1]))),
    ] {
      let error = #expect(throws: PoolError.self) { try pool.append(draft) }
      #expect(error?.code == .usage)
    }
  }

  @Test(arguments: [0, 2, 1001, .min]) func imagesAreFilledWithMembers(_ factor: Int) throws {
    let pool = try Fixture.fill(fixture.create())
    let draft = Draft(
      .select(SelectContent(selection: "x", ranking: 9, counts: [2, 2], factor: factor)))
    let error = #expect(throws: PoolError.self) { try pool.append(draft) }
    #expect(error?.code == .usage)
  }

  @Test func aPoolIsNotMadeTwice() throws {
    _ = try fixture.create()
    let error = #expect(throws: PoolError.self) { try fixture.create() }
    #expect(error?.code == .usage)
    let missing = #expect(throws: PoolError.self) { try fixture.open(.reading, "b.psr") }
    #expect(missing?.code == .noPool)
  }

  @Test func aReaderCannotAppend() throws {
    _ = try fixture.create()
    let reader = try fixture.open(.reading)
    #expect(throws: PoolError.self) { try reader.append(Fixture.model()) }
  }

  @Test func onlyOneWrites() throws {
    let writer = try fixture.create()
    let error = #expect(throws: PoolError.self) { try fixture.open(.writing) }
    #expect(error?.code == .locked)
    #expect(error?.message.contains("process \(getpid()) on ") == true)
    writer.close()
    try fixture.open(.writing).append(Fixture.model())
  }

  @Test(
    arguments: [
      (0x6969, "NFS"), (0x0BD0_0BD0, "Lustre"), (0x6573_5546, "FUSE"), (0xFF53_4D42, "CIFS"),
      // As a 32-bit kernel's number comes out where the field is signed.
      (-0xAC_B2BE, "CIFS"), (0xEF53, nil), (0x0102_1994, nil), (0x9123_683E, nil),
    ] as [(Int, String?)]) func sharedFileSystemsAreKnown(_ magic: Int, _ name: String?)
  {
    // NFS, Lustre …; ext4, tmpfs, Btrfs.
    #expect(FileSystem.sharedName(magic) == name)
  }

  @Test func aReaderSeesWhatIsAppendedMeanwhile() throws {
    let writer = try fixture.create()
    let reader = try fixture.open(.reading)
    #expect(reader.head.sequence == 1)
    try writer.append(Fixture.generate(class: 0, count: 2))
    #expect(reader.head == writer.head)
    #expect(try reader.entries().count == 2)
    #expect(try reader.query("SELECT count(*) FROM candidates").rows == [[2]])
  }

  /// Who asks for the head while another thread appends does not set it back.
  @Test func theHeadOnlyMovesForward() throws {
    let pool = try fixture.create()
    let isDone = Mutex(false)
    let problems = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 4) { thread in
      if thread == 0 {
        for _ in 0..<50 {
          do {
            try pool.append(Fixture.evaluate("s"))
          } catch {
            problems.withLock { $0.append("\(error)") }
          }
        }
        isDone.withLock { $0 = true }
      }
      var last: Int64 = 0
      while !isDone.withLock({ $0 }) {
        let next = pool.head.sequence
        if next < last { problems.withLock { $0.append("\(last), then \(next)") } }
        last = next
      }
    }
    #expect(problems.withLock { $0 } == [])
    #expect(pool.head.sequence == 51)
  }
}
