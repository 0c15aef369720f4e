import Foundation
import Synchronization
import Testing

@testable import Store

@Suite struct WriterLockTests {
  /// Who finds a pool locked closes no file but its own: a descriptor closed twice is by then
  /// another thread's, and what that one writes goes into a file of somebody else.
  @Test func whoIsRefusedClosesNothingElse() throws {
    let fixture = try Fixture()
    try fixture.create().close()
    let files = PoolFiles(directory: fixture.path)
    let held = try WriterLock(files, wait: 0)
    let isDone = Mutex(false)
    let lost = Mutex(0)
    let directory = fixture.directory
    let opener = Thread {
      while !isDone.withLock({ $0 }) {
        let descriptor = open(directory + "/other", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        usleep(10)
        if close(descriptor) != 0 { lost.withLock { $0 += 1 } }
      }
    }
    opener.start()
    for _ in 0..<2000 {
      let error = #expect(throws: PoolError.self) { try WriterLock(files, wait: 0) }
      #expect(error?.code == .locked)
    }
    isDone.withLock { $0 = true }
    while !opener.isFinished { usleep(100) }
    #expect(lost.withLock { $0 } == 0)
    withExtendedLifetime(held) {}
  }

  @Test func aReaderThatKeepsWritersOffIsNotCalledAWriter() throws {
    let fixture = try Fixture()
    try fixture.create().close()
    let reader = try SharedLock(fixture.path)
    let error = #expect(throws: PoolError.self) { try fixture.open(.writing) }
    #expect(error?.code == .locked)
    #expect(error?.message.contains("is being read") == true)
    withExtendedLifetime(reader) {}
  }

  /// A reader that catches up has the lock for a moment.
  @Test func aWriterWaitsALittle() throws {
    let fixture = try Fixture()
    try fixture.create().close()
    let held = Mutex<WriterLock?>(try WriterLock(PoolFiles(directory: fixture.path), wait: 0))
    let holder = Thread {
      usleep(100_000)
      held.withLock { $0 = nil }
    }
    holder.start()
    try fixture.open(.writing).close()
    while !holder.isFinished { usleep(1000) }
  }
}
