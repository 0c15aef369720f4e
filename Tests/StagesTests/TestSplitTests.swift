import Engine
import Store
import Testing

@testable import Stages

struct TestSplitTests {
  /// A pool after all that steers.
  private func steered(_ files: RealPool) throws -> Pool {
    let pool = try files.modelled()
    try RealPool.steer(pool)
    return pool
  }

  @Test func nothingThatSteersSeesIt() throws {
    let (files, others) = try (RealPool(), RealPool())
    for (label, name) in RealPool.classes.enumerated() {
      let other = Bitmap(
        width: 28, height: 28, channels: 1, pixels: try RealPool.images(label, 40..<41))
      try Files.write(PNG.write(other), to: "\(others.dataset)/test/\(name)/20.png")
    }
    let pools = try [steered(files), steered(others)]
    #expect(
      try RealImages(.test, in: pools[0]).digest != RealImages(.test, in: pools[1]).digest)
    let tensors = try pools.map {
      try $0.query(
        """
        SELECT j.kind, t.entry, t.name, t.class, t.sha256 FROM tensors AS t
        JOIN journal AS j ON j.sequence = t.entry
        WHERE j.kind IN ('generate', 'score', 'rank', 'refine') ORDER BY t.entry, t.number
        """
      ).rows
    }
    #expect(tensors[0] == tensors[1])
    let kinds = Set(tensors[0].compactMap { $0[0].string })
    #expect(kinds == ["generate", "score", "rank", "refine"])
  }
}
