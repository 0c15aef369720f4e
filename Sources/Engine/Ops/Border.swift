// Square images are brought to a larger side by repeating their border, and back.

/// Where the image begins in the larger square.
private func offset(_ small: Int, _ large: Int) -> Int { (large - small) / 2 }

/// [N, s, s, C] → [N, side, side, C], the border repeated.
func padBorder(_ images: Tensor, to side: Int) -> Tensor {
  let (s, c) = (images.shape[1], images.shape[3])
  if s == side { return images }
  let first = offset(s, side)
  let result = Tensor(uninitialized: [images.rows, side, side, c])
  parallel(images.rows, grain: 16) { range in
    for image in range {
      for y in 0..<side {
        for x in 0..<side {
          let (sy, sx) = (min(max(y - first, 0), s - 1), min(max(x - first, 0), s - 1))
          for k in 0..<c {
            result.pointer[((image * side + y) * side + x) * c + k] =
              images.pointer[((image * s + sy) * s + sx) * c + k]
          }
        }
      }
    }
  }
  return result
}

/// [N, side, side, C] → the middle [N, s, s, C].
func cropBorder(_ images: Tensor, to s: Int) -> Tensor {
  let (side, c) = (images.shape[1], images.shape[3])
  if s == side { return images }
  let first = offset(s, side)
  let result = Tensor(uninitialized: [images.rows, s, s, c])
  for image in 0..<images.rows {
    for y in 0..<s {
      (result.pointer + (image * s + y) * s * c).update(
        from: images.pointer + ((image * side + y + first) * side + first) * c, count: s * c)
    }
  }
  return result
}

/// The gradient of `cropBorder`: zeros around.
func spreadBorder(_ gradient: Tensor, to side: Int) -> Tensor {
  let (s, c) = (gradient.shape[1], gradient.shape[3])
  if s == side { return gradient }
  let first = offset(s, side)
  let result = Tensor(zeros: [gradient.rows, side, side, c])
  for image in 0..<gradient.rows {
    for y in 0..<s {
      (result.pointer + ((image * side + y + first) * side + first) * c).update(
        from: gradient.pointer + (image * s + y) * s * c, count: s * c)
    }
  }
  return result
}
