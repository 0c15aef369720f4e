/// The views of a distilled set that soft students see: a fixed list, so that the teacher's labels
/// of them can be stored once. View 0 shows images as they are.
public struct SoftViews: Sendable {
  /// How all images are mirrored and moved.
  let views: [View]
  /// Whether a box of each image is then replaced by that of another one: CutMix, after which the
  /// teacher is asked what it sees, as RDED and SRe2L do it, in place of mixing two labels.
  let mixes: Bool
  let seed: UInt64

  /// - Parameter flips: whether mirror images belong to their class.
  public init(_ count: Int, seed: UInt64, flips: Bool, mixes: Bool) {
    views = View.list(count, seed: seed, flips: flips)
    self.mixes = mixes
    self.seed = seed
  }

  public var count: Int { views.count }

  /// - Parameters:
  ///   - images: the whole set, normalised, [n, H, W, C].
  ///   - places: those to show, in 0..<n; each looks the same whatever is shown with it.
  /// - Returns: [places.count, H, W, C]
  public func show(_ images: Tensor, _ places: [Int], view: Int) -> Tensor {
    let shown = views[view].apply(images.gather(places))
    guard mixes, view > 0 else { return shown }
    var random = Philox(seed: seed, .views, class: 1, index: view)
    let box = Box(height: images.shape[1], width: images.shape[2], from: &random)
    let partners = random.permutation(images.rows)
    box.copy(from: views[view].apply(images.gather(places.map { partners[$0] })), to: shown)
    return shown
  }

  /// The part of an image that CutMix replaces: its share of the area is uniform in 0...1, which is
  /// CutMix's α = 1, its shape the image's, its place any inside the image.
  ///
  /// Source: Yun et al., "CutMix", ICCV 2019, whose boxes may reach over the border and are cut
  /// there.
  private struct Box {
    let rows, columns: Range<Int>

    init(height: Int, width: Int, from random: inout Philox) {
      let side = random.uniform().squareRoot()
      func range(_ length: Int) -> Range<Int> {
        let size = Int(Float(length) * side)
        let first = random.integer(below: length - size + 1)
        return first..<first + size
      }
      rows = range(height)
      columns = range(width)
    }

    /// Copies what the box holds of each image over that of the same place in `to`.
    func copy(from: Tensor, to: Tensor) {
      let (width, channels) = (to.shape[2], to.shape[3])
      for image in 0..<to.rows {
        for row in rows {
          let first = image * to.rowSize + (row * width + columns.lowerBound) * channels
          (to.pointer + first).update(from: from.pointer + first, count: columns.count * channels)
        }
      }
    }
  }
}
