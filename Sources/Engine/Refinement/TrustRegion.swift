/// How far latents may go from where they began: ‖z − z₀‖ ≤ δ√d, each by itself.
struct TrustRegion {
  /// z₀, [n, h, w, c]
  let center: Tensor
  /// δ, in standard deviations of the latent.
  let radius: Float

  /// ‖z − z₀‖/√d of each latent.
  func distances(_ latents: Tensor) -> [Float] {
    (0..<latents.rows).map { row in
      var sum = 0.0
      for i in row * latents.rowSize..<(row + 1) * latents.rowSize {
        let d = Double(latents.pointer[i] - center.pointer[i])
        sum += d * d
      }
      return Float((sum / Double(latents.rowSize)).squareRoot())
    }
  }

  /// Brings latents that left the region back to its border.
  func project(_ latents: Tensor) {
    for (row, distance) in distances(latents).enumerated() where distance > radius {
      let factor = radius / distance
      for i in row * latents.rowSize..<(row + 1) * latents.rowSize {
        latents.pointer[i] =
          center.pointer[i] + (latents.pointer[i] - center.pointer[i]) * factor
      }
    }
  }
}

extension Tensor {
  /// Brings one row halfway to that of another tensor.
  func goHalfway(to other: Tensor, row: Int) {
    for i in row * rowSize..<(row + 1) * rowSize {
      pointer[i] = (pointer[i] + other.pointer[i]) / 2
    }
  }
}
