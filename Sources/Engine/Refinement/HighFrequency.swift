/// The energy of an image's second differences along rows and columns, over what white noise of the
/// same variance has: about 1 for noise, 0.1 or less for natural images, up to 2.7 for a
/// checkerboard; adversarial patterns raise it.
/// - Parameter images: [n, H, W, C]
func highFrequency(_ images: Tensor, row: Int) -> Float {
  let (h, w, c) = (images.shape[1], images.shape[2], images.shape[3])
  let x = images.pointer + row * images.rowSize
  func at(_ i: Int, _ j: Int, _ k: Int) -> Double { Double(x[(i * w + j) * c + k]) }
  var (second, sum, squares) = (0.0, 0.0, 0.0)
  for i in 0..<h {
    for j in 0..<w {
      for k in 0..<c {
        let value = at(i, j, k)
        sum += value
        squares += value * value
        if j > 0 && j < w - 1 {
          let d = at(i, j - 1, k) - 2 * value + at(i, j + 1, k)
          second += d * d
        }
        if i > 0 && i < h - 1 {
          let d = at(i - 1, j, k) - 2 * value + at(i + 1, j, k)
          second += d * d
        }
      }
    }
  }
  let count = Double(h * w * c)
  let energy = squares - sum * sum / count
  // White noise has second differences of 6σ² in each direction.
  return Float(energy > 0 ? second / (12 * energy) : 0)
}
