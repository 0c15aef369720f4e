#include <stddef.h>

// A network's first block in one pass over an image: 3×3 convolution of stride 1 of an image with
// few channels, instance normalisation, ReLU and 2×2 average pooling. The convolution's output, the
// largest tensor of such a network, is never stored: its statistics follow from the moments of the
// image's windows, and its values from nine taps a channel, as often as they are needed.
//
// `x` [C][H + 2][W + 2] is the image, a plane a channel, with the convolution's zeros around it, so
// that the output before pooling is H×W. Taps are numbered channel·9 + i·3 + j, K = 9·C of them.

/// The most taps there may be.
#define PSR_STEM_TAPS 36

/// sums[K] of every tap over the H·W windows, and products[K·K] of every two.
void psr_stem_moments(size_t H, size_t W, size_t C, const float *x, double *sums,
                      double *products);
/// Mean and variance [O] of the convolution's `count` values a channel, without its bias, from the
/// moments and the weights [K][O].
void psr_stem_statistics(size_t K, size_t O, size_t count, const double *sums,
                         const double *products, const float *weights, double *mean,
                         double *variance);
/// y [H/2][W/2][O] from weights [K][O] and shifts [O] that hold the normalisation already.
void psr_stem_forward(size_t H, size_t W, size_t C, size_t O, const float *x, const float *weights,
                      const float *shifts, float *y);
/// With g the gradient by the normalised values: sum [O] of g, and taps [K][O] of g times tap.
void psr_stem_backward(size_t H, size_t W, size_t C, size_t O, const float *x,
                       const float *weights, const float *shifts, const float *dy, float *sum,
                       float *taps);
/// dw [K][O] += Σ tap·(a·g + p·c + q) over the windows, c being the convolution's value there.
void psr_stem_weight_gradient(size_t K, size_t O, const double *sums, const double *products,
                              const float *weights, const float *a, const float *p,
                              const float *q, const float *taps, float *dw);
