import CKernels

/// The sizes of a convolution of one image.
struct ConvolutionShape {
  var height: Int
  var width: Int
  var channels: Int
  var kernel: Int
  var stride: Int
  /// Zeros above and on the left, and below and on the right.
  var padding: Int
  var trailing: Int

  var outputHeight: Int { (height + padding + trailing - kernel) / stride + 1 }
  var outputWidth: Int { (width + padding + trailing - kernel) / stride + 1 }
  /// Rows and columns of the column matrix.
  var positions: Int { outputHeight * outputWidth }
  var taps: Int { kernel * kernel * channels }
}

/// Convolution as one matrix product an image: the general path, and the yardstick of the others.
enum Im2col {
  private static func columns(
    _ s: ConvolutionShape, _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>
  ) {
    psr_im2col(
      s.height, s.width, s.channels, s.kernel, s.stride, s.padding, s.outputHeight, s.outputWidth,
      x, out)
  }

  /// x [N, H, W, C] → y [N, Ho, Wo, O]; weight [k·k·C, O].
  static func convolve(_ x: Tensor, _ s: ConvolutionShape, _ weight: PackedMatrix, bias: Tensor?)
    -> Tensor
  {
    let o = weight.columns
    let y = Tensor(uninitialized: [x.rows, s.outputHeight, s.outputWidth, o])
    parallel(x.rows) { image in
      let scratch = Storage(count: s.positions * s.taps)
      columns(s, x.pointer + image * x.rowSize, scratch.pointer)
      weight.product(
        s.positions, scratch.pointer, bias: bias?.pointer, y.pointer + image * y.rowSize)
    }
    return y
  }

  /// `turned` is the weight's transpose [O, k·k·C].
  static func inputGradient(_ dy: Tensor, _ s: ConvolutionShape, turned: PackedMatrix) -> Tensor {
    let dx = Tensor(uninitialized: [dy.rows, s.height, s.width, s.channels])
    parallel(dy.rows) { image in
      let scratch = Storage(count: s.positions * s.taps)
      turned.product(s.positions, dy.pointer + image * dy.rowSize, scratch.pointer)
      psr_col2im(
        s.height, s.width, s.channels, s.kernel, s.stride, s.padding, s.outputHeight,
        s.outputWidth, scratch.pointer, dx.pointer + image * dx.rowSize)
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
    parallel(x.rows, grain: grain) { images in
      let scratch = Storage(count: s.positions * s.taps)
      let sum = partial.pointer + images.lowerBound / grain * s.taps * o
      for image in images {
        columns(s, x.pointer + image * x.rowSize, scratch.pointer)
        gemm(
          s.taps, o, s.positions, scratch.pointer, lda: s.taps, transposeA: true,
          dy.pointer + image * dy.rowSize, ldb: o, beta: 1, sum, ldc: o)
      }
    }
    for run in 0..<runs {
      psr_axpy(s.taps * o, 1, partial.pointer + run * s.taps * o, gradient.pointer)
    }
  }
}
