#include <stddef.h>

// Passes of a normalisation fused with the activation (and 2×2 average pooling) behind it, over
// one image x [H, W, C]. Normalised and scaled, a channel is z = a·x + b with per-channel a, b.

enum { PSR_IDENTITY = 0, PSR_RELU = 1, PSR_SILU = 2 };

/// sum[c] = Σ x over the pixels.
void psr_channel_sums(size_t pixels, size_t C, const float *x, float *sum);
/// sum[c] = Σ (x − mean[c])² over the pixels.
void psr_channel_squares(size_t pixels, size_t C, const float *x, const float *mean, float *sum);
/// y = act(a·x + b)
void psr_affine_forward(size_t pixels, size_t C, int act, const float *a, const float *b,
                        const float *x, float *y);
/// y = relu(a·x + b + added), a and b per channel: the end of a residual block.
void psr_affine_add_relu(size_t pixels, size_t C, const float *a, const float *b, const float *x,
                         const float *added, float *y);
/// y [H/2, W/2, C] = the 2×2 means of act(a·x + b); an odd last row or column is left out.
void psr_affine_pool_forward(size_t H, size_t W, size_t C, int act, const float *a,
                             const float *b, const float *x, float *y);
/// With g = dy·act'(a·x + b): sum_g[c] = Σ g, sum_gx[c] = Σ g·x; g is also written to dx.
void psr_affine_backward(size_t pixels, size_t C, int act, const float *a, const float *b,
                         const float *x, const float *dy, float *dx, float *sum_g, float *sum_gx);
/// The same behind a pooling: dy is [H/2, W/2, C].
void psr_affine_pool_backward(size_t H, size_t W, size_t C, int act, const float *a,
                              const float *b, const float *x, const float *dy, float *dx,
                              float *sum_g, float *sum_gx);
/// dx = dx·s + x·p + q, per channel.
void psr_affine_backward_apply(size_t pixels, size_t C, const float *s, const float *p,
                               const float *q, const float *x, float *dx);
