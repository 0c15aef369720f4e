extension Bitmap {
  /// The largest square in the middle, scaled to `side` pixels a side.
  ///
  /// Bilinear with antialiasing, as Pillow's `resize(…, BILINEAR)` and PyTorch's
  /// `interpolate(…, mode="bilinear", antialias=True)` do it: each pixel is a mean of those around
  /// its place, weighted by a triangle two pixels wide, of the coarser of both grids.
  func middleSquare(side: Int) -> Bitmap {
    let from = min(width, height)
    let (left, top) = ((width - from) / 2, (height - from) / 2)
    let taps = Taps.along(from: from, to: side)
    // First along each row, from·side·C, then down each column, side·side·C.
    var rows = [Float](repeating: 0, count: from * side * channels)
    for y in 0..<from {
      let start = ((top + y) * width + left) * channels
      for (x, tap) in taps.enumerated() {
        for c in 0..<channels {
          rows[(y * side + x) * channels + c] = tap.mean(every: channels, from: start + c) {
            Float(pixels[$0])
          }
        }
      }
    }
    let stride = side * channels
    var result = [UInt8](repeating: 0, count: side * stride)
    for (y, tap) in taps.enumerated() {
      for i in 0..<stride {
        let value = tap.mean(every: stride, from: i) { rows[$0] }
        result[y * stride + i] = UInt8(max(0, min(255, value.rounded())))
      }
    }
    return Bitmap(width: side, height: side, channels: channels, pixels: result)
  }
}

/// What a scaled pixel is a mean of, along one axis.
private struct Taps {
  /// The place of the first pixel, and the weight of it and of each that follows; they sum to 1.
  var first: Int
  var weights: [Float]

  static func along(from: Int, to: Int) -> [Taps] {
    let scale = Float(from) / Float(to)
    let reach = max(1, scale)
    return (0..<to).map { i in
      let centre = (Float(i) + 0.5) * scale
      let first = max(0, Int(centre - reach + 0.5))
      let last = min(from, Int(centre + reach + 0.5))
      let weights: [Float] = (first..<last).map {
        max(0, 1 - abs(Float($0) + 0.5 - centre) / reach)
      }
      let total = weights.reduce(0, +)
      return Taps(first: first, weights: weights.map { $0 / total })
    }
  }

  @inline(__always)
  func mean(every stride: Int, from start: Int, _ value: (Int) -> Float) -> Float {
    var sum: Float = 0
    for k in weights.indices { sum += weights[k] * value(start + (first + k) * stride) }
    return sum
  }
}
