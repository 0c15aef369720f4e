import Testing

@testable import Engine

struct TrainingImagesTests {
  private static let images = TrainingImages(
    image: [2, 3, 1], classes: 2, bytes: [0, 51, 102, 153, 204, 255, 255, 0, 255, 0, 255, 0],
    labels: [1, 0], mean: [0.4], sd: [0.2])

  private func isNear(_ tensor: Tensor, _ values: [Float]) -> Bool {
    tensor.count == values.count && zip(tensor.values, values).allSatisfy { abs($0 - $1) < 1e-5 }
  }

  @Test func scales() {
    let standard = Self.images.batch([1, 0], .standard)
    #expect(standard.shape == [2, 2, 3, 1])
    #expect(isNear(standard, [3, -2, 3, -2, 3, -2, -2, -1, 0, 1, 2, 3]))
    let symmetric = Self.images.batch([0], .symmetric)
    #expect(isNear(symmetric, [-1, -0.6, -0.2, 0.2, 0.6, 1]))
  }

  /// Mirrored first, then moved; the darkest value comes in.
  @Test func moves() {
    func batch(_ mirrored: Bool, _ down: Int, _ right: Int) -> Tensor {
      Self.images.batch([0], .symmetric) { _ in
        var move = TrainingImages.Move()
        (move.mirrored, move.down, move.right) = (mirrored, down, right)
        return move
      }
    }
    #expect(isNear(batch(true, 0, 0), [-0.2, -0.6, -1, 1, 0.6, 0.2]))
    #expect(isNear(batch(false, 1, 0), [-1, -1, -1, -1, -0.6, -0.2]))
    #expect(isNear(batch(false, 0, -1), [-0.6, -0.2, -1, 0.6, 1, -1]))
    #expect(isNear(batch(true, 0, 1), [-1, -0.2, -0.6, -1, 1, 0.6]))
  }

  @Test func randomMovesCoverTheirRange() {
    var random = Philox(seed: 1, .test)
    let moves = (0..<500).map { _ in TrainingImages.Move.random(flips: true, shift: 2, &random) }
    #expect(Set(moves.map(\.down)) == Set(-2...2) && Set(moves.map(\.right)) == Set(-2...2))
    #expect((200...300).contains(moves.filter(\.mirrored).count))
    let still = (0..<50).map { _ in TrainingImages.Move.random(flips: false, shift: 0, &random) }
    #expect(still.allSatisfy { !$0.mirrored && $0.down == 0 && $0.right == 0 })
  }
}
