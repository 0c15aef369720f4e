import Testing

@testable import Engine

struct ViewTests {
  private static let views: [View] =
    [true, false].flatMap { mirrored in
      [(0, 0), (1, -2), (-2, 2), (9, -9)].map {
        View(mirrored: mirrored, down: $0.0, right: $0.1)
      }
    }

  /// ⟨view(x), g⟩ = ⟨x, viewᵀ(g)⟩.
  @Test(arguments: views) func backwardIsTheTranspose(_ view: View) {
    var random = Philox(seed: 1, .test)
    let (x, g) = (random.normal([2, 5, 6, 3]), random.normal([2, 5, 6, 3]))
    let (one, other) = (projection(view.apply(x), on: g), projection(x, on: view.backward(g)))
    #expect(abs(one - other) < 1e-4)
  }

  @Test func byHand() {
    let x = Tensor([1, 2, 3, 4, 5, 6], shape: [1, 2, 3, 1])
    func seen(_ mirrored: Bool, _ down: Int, _ right: Int) -> [Float] {
      View(mirrored: mirrored, down: down, right: right).apply(x).values
    }
    #expect(seen(false, 0, 0) == [1, 2, 3, 4, 5, 6])
    #expect(seen(true, 0, 0) == [3, 2, 1, 6, 5, 4])
    #expect(seen(false, 1, 0) == [1, 2, 3, 1, 2, 3])
    #expect(seen(false, 0, -1) == [2, 3, 3, 5, 6, 6])
    #expect(seen(true, 0, 1) == [3, 3, 2, 6, 6, 5])
  }

  @Test func listsBeginWithTheIdentity() {
    let views = View.list(9, seed: 4, flips: true)
    #expect(views[0] == .identity && views == View.list(9, seed: 4, flips: true))
    #expect(Array(views[..<5]) == View.list(5, seed: 4, flips: true))
    #expect(views != View.list(9, seed: 5, flips: true))
    #expect(views.map(\.mirrored) == (0..<9).map { $0 % 2 == 1 })
    #expect(View.list(9, seed: 4, flips: false).allSatisfy { !$0.mirrored })
    #expect(views.allSatisfy { abs($0.down) <= 2 && abs($0.right) <= 2 })
  }
}
