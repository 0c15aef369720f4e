import CKernels

/// Convolution as one matrix product an image: the general path, and the yardstick of the others.
enum Im2col {
  /// The column matrix of some images, one below the other.
  private static func columns(
    _ s: ConvolutionShape, _ x: Tensor, _ images: Range<Int>, _ out: UnsafeMutablePointer<Float>
  ) {
    for (i, image) in images.enumerated() {
      psr_im2col(
        s.height, s.width, s.channels, s.kernel, s.stride, s.padding, s.outputHeight,
        s.outputWidth, x.pointer + image * x.rowSize, out + i * s.positions * s.taps)
    }
  }

  /// Images that go together: about 128 rows of columns, so that small images do not read all the
  /// weights for a few rows each.
  private static func group(_ s: ConvolutionShape) -> Int { max(1, 128 / s.positions) }

  /// x [N, H, W, C] → y [N, Ho, Wo, O]; weight [k·k·C, O].
  static func convolve(_ x: Tensor, _ s: ConvolutionShape, _ weight: PackedMatrix, bias: Tensor?)
    -> Tensor
  {
    let o = weight.columns
    let y = Tensor(uninitialized: [x.rows, s.outputHeight, s.outputWidth, o])
    parallel(x.rows, grain: group(s)) { images in
      let rows = images.count * s.positions
      let scratch = Storage(count: rows * s.taps)
      columns(s, x, images, scratch.pointer)
      weight.product(
        rows, scratch.pointer, bias: bias?.pointer, y.pointer + images.lowerBound * y.rowSize)
    }
    return y
  }

  /// `turned` is the weight's transpose [O, k·k·C].
  static func inputGradient(_ dy: Tensor, _ s: ConvolutionShape, turned: PackedMatrix) -> Tensor {
    let dx = Tensor(uninitialized: [dy.rows, s.height, s.width, s.channels])
    parallel(dy.rows, grain: group(s)) { images in
      let rows = images.count * s.positions
      let scratch = Storage(count: rows * s.taps)
      turned.product(rows, dy.pointer + images.lowerBound * dy.rowSize, scratch.pointer)
      for (i, image) in images.enumerated() {
        psr_col2im(
          s.height, s.width, s.channels, s.kernel, s.stride, s.padding, s.outputHeight,
          s.outputWidth, scratch.pointer + i * s.positions * s.taps,
          dx.pointer + image * dx.rowSize)
      }
    }
    return dx
  }

  /// Adds to `gradient` [k, k, C, O]: a partial sum for each of at most 16 fixed runs of images,
  /// then their sum in order.
  static func weightGradient(
    _ x: Tensor, _ dy: Tensor, _ s: ConvolutionShape, into gradient: Tensor
  ) {
    let o = gradient.shape[3]
    let grain = (x.rows + 15) / 16
    let runs = (x.rows + grain - 1) / grain
    let partial = Tensor(zeros: [runs, s.taps * o])
    let group = group(s)
    parallel(x.rows, grain: grain) { run in
      let scratch = Storage(count: min(group, run.count) * s.positions * s.taps)
      let sum = partial.pointer + run.lowerBound / grain * s.taps * o
      for first in stride(from: run.lowerBound, to: run.upperBound, by: group) {
        let images = first..<min(first + group, run.upperBound)
        columns(s, x, images, scratch.pointer)
        gemm(
          s.taps, o, images.count * s.positions, scratch.pointer, lda: s.taps, transposeA: true,
          dy.pointer + first * dy.rowSize, ldb: o, beta: 1, sum, ldc: o)
      }
    }
    parallel(s.taps * o, grain: 1 << 15) { part in
      for run in 0..<runs {
        psr_axpy(
          part.count, 1, partial.pointer + run * s.taps * o + part.lowerBound,
          gradient.pointer + part.lowerBound)
      }
    }
  }
}
