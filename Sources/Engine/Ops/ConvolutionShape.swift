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
