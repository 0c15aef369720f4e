import CKernels

/// 3×3 convolution of stride 1 and padding 1 by Winograd's F(4×4, 3×3).
///
/// Four times fewer multiplications than the direct sum, at a relative error of about 1e-5 where
/// im2col has 1e-6 (docs/PERFORMANCE.md). Groups of a few images go through all three steps
/// while their transformed data is in the second-level cache.
enum Winograd {
  static func tiles(_ height: Int, _ width: Int) -> Int { (height + 3) / 4 * ((width + 3) / 4) }

  /// 36 matrices, one for each frequency, 64 bytes more than their size apart: at a power of two
  /// they would fall on each other in the first-level cache.
  struct Planes {
    let stride: Int
    private let storage: Storage

    init(_ size: Int) {
      stride = size + 16
      storage = Storage(count: 36 * stride)
    }

    var pointer: UnsafeMutablePointer<Float> { storage.pointer }
    subscript(k: Int) -> UnsafeMutablePointer<Float> { storage.pointer + k * stride }
  }

  /// Transformed weights U: 36 matrices [inputs, outputs], packed.
  struct Weights {
    let inputs: Int
    let outputs: Int
    let planes: Planes

    /// Of weights [3, 3, C, O]; `turned` by 180° and with channels exchanged, for the input's
    /// gradient.
    init(_ weight: Tensor, turned: Bool) {
      let (c, o) = (weight.shape[2], weight.shape[3])
      (inputs, outputs) = turned ? (o, c) : (c, o)
      let planes = Planes(psr_packed_size(inputs, outputs))
      let transform = turned ? psr_winograd_weight_turned : psr_winograd_weight
      parallel(inputs, grain: 32) { rows in
        transform(
          c, o, weight.pointer, planes.pointer, planes.stride, rows.lowerBound, rows.upperBound)
      }
      self.planes = planes
    }
  }

  /// Images that go through together: few enough that V and M (36·tiles·(C+O) floats, 600 KB)
  /// stay in the second-level cache, but 16 tiles for the products' sake; 64 where U is too large
  /// for any cache and is read from memory for each group.
  static func group(tiles: Int, _ u: Weights, images: Int) -> Int {
    let fitting = 150 * 1024 / (36 * (u.inputs + u.outputs))
    let least = 36 * u.inputs * u.outputs > 4 << 20 ? 64 : 16
    return max(1, min(images, max(least, fitting) / tiles))
  }

  /// x [N, H, W, C] → y [N, H, W, O].
  static func convolve(_ x: Tensor, _ u: Weights, bias: Tensor?) -> Tensor {
    let (n, h, w, c) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let o = u.outputs
    let y = Tensor(uninitialized: [n, h, w, o])
    let tiles = tiles(h, w)
    let group = group(tiles: tiles, u, images: n)
    parallel(n, grain: group) { images in
      let total = images.count * tiles
      let (v, m) = (Planes(total * c), Planes(total * o))
      for (i, image) in images.enumerated() {
        psr_winograd_input(
          h, w, c, x.pointer + image * h * w * c, v.pointer, v.stride, i * tiles)
      }
      for k in 0..<36 { psr_product_packed(total, o, c, v[k], u.planes[k], nil, m[k]) }
      for (i, image) in images.enumerated() {
        psr_winograd_output(
          h, w, o, m.pointer, m.stride, i * tiles, bias?.pointer, y.pointer + image * h * w * o)
      }
    }
    return y
  }

  /// Adds the weights' gradient of x [N, H, W, C] and dy [N, H, W, O] to `gradient` [3, 3, C, O].
  ///
  /// Sums over the images in chunks, in order: transforms in parallel over images, then the 36
  /// products in parallel, so the bits do not depend on the number of threads.
  static func weightGradient(_ x: Tensor, _ dy: Tensor, into gradient: Tensor) {
    let (n, h, w, c) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let o = dy.shape[3]
    let tiles = tiles(h, w)
    let chunk = max(1, min(n, 256 / tiles))
    let du = Planes(c * o)
    let (v, m) = (Planes(chunk * tiles * c), Planes(chunk * tiles * o))
    for first in stride(from: 0, to: n, by: chunk) {
      let count = min(chunk, n - first)
      parallel(count) { i in
        psr_winograd_input(
          h, w, c, x.pointer + (first + i) * h * w * c, v.pointer, v.stride, i * tiles)
        psr_winograd_output_gradient(
          h, w, o, dy.pointer + (first + i) * h * w * o, m.pointer, m.stride, i * tiles)
      }
      parallel(36) { k in
        psr_product_outer(c, o, count * tiles, v[k], m[k], du[k], first > 0)
      }
    }
    parallel(c, grain: 32) { rows in
      psr_winograd_weight_gradient(
        c, o, du.pointer, du.stride, gradient.pointer, rows.lowerBound, rows.upperBound)
    }
  }
}
