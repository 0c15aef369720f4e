import Testing

@testable import Engine

struct SoftViewsTests {
  private static let images: Tensor = {
    var random = Philox(seed: 3, .test)
    return random.normal([9, 12, 10, 2])
  }()
  private static let all = Array(0..<9)

  @Test(arguments: [false, true]) func theFirstViewShowsImagesAsTheyAre(mixes: Bool) {
    let views = SoftViews(20, seed: 4, flips: true, mixes: mixes)
    #expect(views.count == 20)
    #expect(views.show(Self.images, Self.all, view: 0).values == Self.images.values)
    #expect(views.show(Self.images, Self.all, view: 1).values != Self.images.values)
  }

  /// Labels are made of blocks in order, students see batches in any order.
  @Test(arguments: [false, true]) func anImageLooksTheSameInEveryBatch(mixes: Bool) {
    let views = SoftViews(20, seed: 4, flips: true, mixes: mixes)
    let some = [7, 0, 4]
    for view in 0..<views.count {
      let whole = views.show(Self.images, Self.all, view: view)
      #expect(views.show(Self.images, some, view: view).values == whole.gather(some).values)
    }
  }

  /// Images of one colour each look the same however they are moved: what differs is the box.
  @Test func mixingReplacesOneBoxByThatOfAnotherImage() {
    let colours = Tensor(uninitialized: [9, 12, 10, 1])
    for i in 0..<colours.count { colours.pointer[i] = Float(i / colours.rowSize) }
    let views = SoftViews(300, seed: 5, flips: true, mixes: true)
    var shares: [Float] = []
    for view in 1..<views.count {
      let shown = views.show(colours, Self.all, view: view)
      var boxes = Set<[Int]>()
      for image in 0..<9 {
        let pixels = shown.rows(image..<image + 1).values
        let box = pixels.indices.filter { pixels[$0] != Float(image) }
        #expect(Set(box.map { pixels[$0] }).count <= 1)
        if !box.isEmpty { boxes.insert(box) }
      }
      guard let box = boxes.first else { continue }
      #expect(boxes.count == 1)
      let (rows, columns) = (Set(box.map { $0 / 10 }), Set(box.map { $0 % 10 }))
      #expect(box.count == rows.count * columns.count)
      #expect([rows, columns].allSatisfy { $0.max()! - $0.min()! == $0.count - 1 })
      shares.append(Float(box.count) / 120)
    }
    // Uniform, but for what rounding a side down takes, and boxes of nothing.
    #expect(shares.count > 280)
    #expect(abs(shares.reduce(0, +) / Float(shares.count) - 0.43) < 0.05)
    #expect(shares.max()! > 0.8 && shares.min()! < 0.1)
  }

  @Test func withoutFlipsNoViewIsMirrored() {
    let views = SoftViews(40, seed: 6, flips: false, mixes: true)
    #expect(views.views.allSatisfy { !$0.mirrored })
  }
}
