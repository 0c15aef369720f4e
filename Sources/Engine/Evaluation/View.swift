/// A geometric view of images: mirrored, then moved by whole pixels, the border repeated.
///
/// Teachers look at several views so that neither a score nor a refinement hangs on one
/// alignment of pixels.
public struct View: Equatable, Sendable {
  public var mirrored: Bool
  public var down: Int
  public var right: Int

  public static let identity = View(mirrored: false, down: 0, right: 0)

  /// The identity first, then views of (seed, `.views`, place): mirrored in turn, if mirror images
  /// belong to the class, and moved by up to two pixels.
  public static func list(_ count: Int, seed: UInt64, flips: Bool) -> [View] {
    (0..<count).map { place in
      if place == 0 { return .identity }
      var random = Philox(seed: seed, .views, index: place)
      return View(
        mirrored: flips && place % 2 == 1, down: random.integer(below: 5) - 2,
        right: random.integer(below: 5) - 2)
    }
  }

  /// For each place of the view, the place of the image it shows.
  private func sources(_ height: Int, _ width: Int) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(height * width)
    for y in 0..<height {
      for x in 0..<width {
        let sy = min(max(y - down, 0), height - 1)
        let shifted = min(max(x - right, 0), width - 1)
        result.append(sy * width + (mirrored ? width - 1 - shifted : shifted))
      }
    }
    return result
  }

  /// Images [N, H, W, C] as this view shows them.
  public func apply(_ images: Tensor) -> Tensor {
    if self == .identity { return images }
    let c = images.shape[3]
    let sources = sources(images.shape[1], images.shape[2])
    let result = Tensor(uninitialized: images.shape)
    for image in 0..<images.rows {
      let (from, to) = (
        images.pointer + image * images.rowSize, result.pointer + image * images.rowSize
      )
      for (place, source) in sources.enumerated() {
        for k in 0..<c { to[place * c + k] = from[source * c + k] }
      }
    }
    return result
  }

  /// The gradient by the images, from the one by the view.
  public func backward(_ gradient: Tensor) -> Tensor {
    if self == .identity { return gradient }
    let c = gradient.shape[3]
    let sources = sources(gradient.shape[1], gradient.shape[2])
    let result = Tensor(zeros: gradient.shape)
    for image in 0..<gradient.rows {
      let (from, to) = (
        gradient.pointer + image * gradient.rowSize, result.pointer + image * gradient.rowSize
      )
      for (place, source) in sources.enumerated() {
        for k in 0..<c { to[source * c + k] += from[place * c + k] }
      }
    }
    return result
  }
}
