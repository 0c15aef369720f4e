import CKernels

/// 3×3 convolution of stride 1 and padding 1 by Winograd's F(4×4, 3×3) and F(8×8, 3×3).
///
/// 4 and 5.8 times fewer multiplications than the direct sum; errors are in docs/PERFORMANCE.md.
/// Groups of a few images go through all three steps while their transformed data is in a cache.
enum Winograd {
  /// How an image is cut: into squares of `size` outputs, each (size + 2)² products.
  struct Tiling {
    let size: Int
    /// Of an image.
    let tiles: Int

    var points: Int { (size + 2) * (size + 2) }

    init(size: Int, _ height: Int, _ width: Int) {
      self.size = size
      tiles = (height + size - 1) / size * ((width + size - 1) / size)
    }

    /// The one of fewer products, and of two with as many that with the smaller error.
    init(_ height: Int, _ width: Int) {
      let (small, large) = (Tiling(size: 4, height, width), Tiling(size: 8, height, width))
      self = large.tiles * large.points < small.tiles * small.points ? large : small
    }
  }

  /// A matrix for each product of a tile, 64 bytes more than their size apart: at a power of two
  /// they would fall on each other in the first-level cache.
  struct Planes {
    let stride: Int
    private let storage: Storage

    init(_ count: Int, _ size: Int) {
      stride = size + 16
      storage = Storage(count: count * stride)
    }

    var pointer: UnsafeMutablePointer<Float> { storage.pointer }
    subscript(k: Int) -> UnsafeMutablePointer<Float> { storage.pointer + k * stride }
  }

  /// Transformed weights U: matrices [inputs, outputs], packed.
  struct Weights {
    let size: Int
    let inputs: Int
    let outputs: Int
    let planes: Planes

    /// For such tiles, of weights [3, 3, C, O]; `turned` by 180° and with channels exchanged, for
    /// the input's gradient.
    init(_ weight: Tensor, _ tiling: Tiling, turned: Bool) {
      let size = tiling.size
      let (c, o) = (weight.shape[2], weight.shape[3])
      (inputs, outputs) = turned ? (o, c) : (c, o)
      let planes = Planes(tiling.points, psr_packed_size(inputs, outputs))
      let transform = turned ? psr_winograd_weight_turned : psr_winograd_weight
      parallel(inputs, grain: 32) { rows in
        transform(
          size, c, o, weight.pointer, planes.pointer, planes.stride, rows.lowerBound,
          rows.upperBound)
      }
      self.planes = planes
      self.size = size
    }
  }

  /// Images that go together at most: V and M should stay in the second-level cache, but U is read
  /// for each group, so 32 tiles at least; 64 where it is too large for any cache.
  static func group(_ tiling: Tiling, _ u: Weights) -> Int {
    let fitting = 150 * 1024 / (tiling.points * (u.inputs + u.outputs))
    let least = tiling.points * u.inputs * u.outputs > 4 << 20 ? 64 : 32
    return max(least, fitting) / tiling.tiles
  }

  /// x [N, H, W, C] → y [N, H, W, O].
  static func convolve(_ x: Tensor, _ u: Weights, bias: Tensor?) -> Tensor {
    let (n, h, w, c) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let (o, size) = (u.outputs, u.size)
    let tiling = Tiling(size: size, h, w)
    let y = Tensor(uninitialized: [n, h, w, o])
    parallel(n, evenly: group(tiling, u)) { images in
      let total = images.count * tiling.tiles
      let (v, m) = (Planes(tiling.points, total * c), Planes(tiling.points, total * o))
      for (i, image) in images.enumerated() {
        psr_winograd_input(
          size, h, w, c, x.pointer + image * x.rowSize, v.pointer, v.stride, i * tiling.tiles)
      }
      for k in 0..<tiling.points {
        psr_product_packed(total, o, c, v[k], u.planes[k], nil, m[k])
      }
      for (i, image) in images.enumerated() {
        psr_winograd_output(
          size, h, w, o, m.pointer, m.stride, i * tiling.tiles, bias?.pointer,
          y.pointer + image * y.rowSize)
      }
    }
    return y
  }

  /// Adds the weights' gradient of x [N, H, W, C] and dy [N, H, W, O] to `gradient` [3, 3, C, O].
  ///
  /// Sums over the images in chunks, in order: transforms in parallel over images, then the
  /// products in parallel, so the bits do not depend on the number of threads.
  static func weightGradient(_ x: Tensor, _ dy: Tensor, into gradient: Tensor) {
    let (n, h, w, c) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let tiling = Tiling(h, w)
    let (o, size, tiles, points) = (dy.shape[3], tiling.size, tiling.tiles, tiling.points)
    let chunk = max(1, min(n, 256 / tiles))
    let du = Planes(points, c * o)
    let (v, m) = (Planes(points, chunk * tiles * c), Planes(points, chunk * tiles * o))
    for first in stride(from: 0, to: n, by: chunk) {
      let count = min(chunk, n - first)
      parallel(count) { i in
        psr_winograd_input(
          size, h, w, c, x.pointer + (first + i) * x.rowSize, v.pointer, v.stride, i * tiles)
        psr_winograd_output_gradient(
          size, h, w, o, dy.pointer + (first + i) * dy.rowSize, m.pointer, m.stride, i * tiles)
      }
      parallel(points) { k in
        psr_product_outer(c, o, count * tiles, v[k], m[k], du[k], first > 0)
      }
    }
    parallel(c, grain: 32) { rows in
      psr_winograd_weight_gradient(
        size, c, o, du.pointer, du.stride, gradient.pointer, rows.lowerBound, rows.upperBound)
    }
  }
}
