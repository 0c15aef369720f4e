import Testing

@testable import Engine

struct FootholdTests {
  /// Latents of one number each, which have class and prior up to 1.
  private func keeps(_ latents: Tensor) -> [Bool] { latents.values.map { $0 <= 1 } }

  @Test func whatIsLostGoesBackAsFarAsItMust() {
    var foothold = Foothold(Tensor([0, 0, 0, 2], shape: [4, 1]), keeps: keeps)
    let current = Tensor([0.5, 1.5, 3, 3], shape: [4, 1])
    foothold.hold(current, keeps: keeps)
    // Kept; halfway back; all the way; never had them.
    #expect(current.values == [0.5, 0.75, 0, 3])
    #expect(foothold.latents.values == [0.5, 0.75, 0, 2])
    let next = Tensor([1.25, 3, 0.25, 1], shape: [4, 1])
    foothold.hold(next, keeps: keeps)
    // From the foothold, not from where it began; the last has them now, and does not lose them again.
    #expect(next.values == [0.875, 0.75, 0.25, 1])
    let last = Tensor([0, 0, 0, 9], shape: [4, 1])
    foothold.hold(last, keeps: keeps)
    #expect(last.values == [0, 0, 0, 1])
  }

  @Test func whatIsNotFiniteGoesBack() {
    var foothold = Foothold(Tensor([0.5], shape: [1, 1]), keeps: keeps)
    let current = Tensor([.nan], shape: [1, 1])
    foothold.hold(current, keeps: keeps)
    #expect(current.values == [0.5])
  }
}
