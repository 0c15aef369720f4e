import Foundation

/// Fixed sine-cosine codes of the positions in a grid, [rows·columns, width]: the first half of
/// the channels codes the column, the second the row, as in DiT's `get_2d_sincos_pos_embed`.
func positionEmbedding(rows: Int, columns: Int, width: Int) -> Tensor {
  precondition(width % 4 == 0, "a width of \(width) is not a multiple of 4")
  let quarter = width / 4
  let result = Tensor(uninitialized: [rows * columns, width])
  for row in 0..<rows {
    for column in 0..<columns {
      let output = result.pointer + (row * columns + column) * width
      for (half, position) in [column, row].enumerated() {
        for i in 0..<quarter {
          let angle = Double(position) / Foundation.pow(10000, Double(i) / Double(quarter))
          output[half * 2 * quarter + i] = Float(Foundation.sin(angle))
          output[half * 2 * quarter + quarter + i] = Float(Foundation.cos(angle))
        }
      }
    }
  }
  return result
}
