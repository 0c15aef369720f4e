/// A linear map of images that treats rows and columns alike and channels apart: each pixel of the
/// outcome is a weighted sum of a few pixels.
struct Resize: Sendable {
  /// For every place along a side of the outcome, the places it takes and their weights.
  private typealias Taps = [[(source: Int, weight: Float)]]

  private let rows, columns: Taps
  private let source: (height: Int, width: Int)

  private init(rows: Taps, columns: Taps, source: (height: Int, width: Int)) {
    self.rows = rows
    self.columns = columns
    self.source = source
  }

  /// To images `factor` times as small: means of factor × factor pixels.
  static func shrinking(height: Int, width: Int, by factor: Int) -> Resize {
    func taps(_ length: Int) -> Taps {
      (0..<length / factor).map { place in
        (0..<factor).map { (place * factor + $0, 1 / Float(factor)) }
      }
    }
    return Resize(rows: taps(height), columns: taps(width), source: (height, width))
  }

  /// To images `factor` times as large, bilinearly. Pixels are squares of which the corners of
  /// images are corners: PyTorch's `interpolate(mode="bilinear", align_corners=False)`.
  static func growing(height: Int, width: Int, by factor: Int) -> Resize {
    func taps(_ length: Int) -> Taps {
      (0..<length * factor).map { place in
        let position = max(0, (Float(place) + 0.5) / Float(factor) - 0.5)
        let first = min(Int(position), length - 1)
        let share = position - Float(first)
        return [(first, 1 - share), (min(first + 1, length - 1), share)]
      }
    }
    return Resize(rows: taps(height), columns: taps(width), source: (height, width))
  }

  /// The map of gradients by the outcome to gradients by the images.
  var transposed: Resize {
    func turned(_ taps: Taps, _ length: Int) -> Taps {
      var result = Taps(repeating: [], count: length)
      for (place, taken) in taps.enumerated() {
        for tap in taken { result[tap.source].append((place, tap.weight)) }
      }
      return result
    }
    return Resize(
      rows: turned(rows, source.height), columns: turned(columns, source.width),
      source: (rows.count, columns.count))
  }

  /// - Parameter images: [N, H, W, C]
  func callAsFunction(_ images: Tensor) -> Tensor {
    let (height, width, channels) = (source.height, source.width, images.shape[3])
    precondition(images.shape[1] == height && images.shape[2] == width)
    let result = Tensor(zeros: [images.rows, rows.count, columns.count, channels])
    let (from, to, size) = (images.pointer, result.pointer, result.rowSize)
    parallel(images.rows, grain: 16) { range in
      var row = [Float](repeating: 0, count: width * channels)
      for image in range {
        for (y, taken) in rows.enumerated() {
          for i in row.indices { row[i] = 0 }
          for tap in taken {
            let line = from + (image * height + tap.source) * width * channels
            for i in row.indices { row[i] += tap.weight * line[i] }
          }
          let line = to + image * size + y * columns.count * channels
          for (x, taken) in columns.enumerated() {
            for tap in taken {
              for k in 0..<channels {
                line[x * channels + k] += tap.weight * row[tap.source * channels + k]
              }
            }
          }
        }
      }
    }
    return result
  }
}
