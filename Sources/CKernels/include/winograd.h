#include <stddef.h>

// Transforms of Winograd's F(m×m, 3×3) convolution (Lavin and Gray, 2016) for tiles of `size` m = 4
// (points 0, ±1, ±2, ∞) or 8 (0, ±1/2, ±3/4, ±5/4, ±5/2, ∞), NHWC, stride 1, padding 1. An image of
// H×W has ceil(H/m)·ceil(W/m) tiles. Transformed data is (m + 2)² planes of [tiles of the
// group][channels], `stride` floats apart; `tile` is the first tile's place. Planes that lie a
// multiple of 4 KiB apart fall on each other in the first-level cache.

/// V = Bᵀ d B of every tile of one image x [H, W, C].
void psr_winograd_input(size_t size, size_t H, size_t W, size_t C, const float *x, float *v,
                        size_t stride, size_t tile);
/// y [H, W, O] = Aᵀ M A + bias of every tile; bias may be null.
void psr_winograd_output(size_t size, size_t H, size_t W, size_t O, const float *m, size_t stride,
                         size_t tile, const float *bias, float *y);
/// A dy Aᵀ of every tile of one image dy [H, W, O]: the gradient by M.
void psr_winograd_output_gradient(size_t size, size_t H, size_t W, size_t O, const float *dy,
                                  float *m, size_t stride, size_t tile);
/// Rows `first`..<`end` of U = G w Gᵀ of w [3][3][C][O]: planes [C][O], packed as `psr_pack` does.
void psr_winograd_weight(size_t size, size_t C, size_t O, const float *w, float *u, size_t stride,
                         size_t first, size_t end);
/// The same of the weights turned by 180° and with channels exchanged: planes [O][C].
void psr_winograd_weight_turned(size_t size, size_t C, size_t O, const float *w, float *u,
                                size_t stride, size_t first, size_t end);
/// dw [3][3][C][O] += Gᵀ dU G of dU, planes [C][O] as they are, for channels `first`..<`end`.
void psr_winograd_weight_gradient(size_t size, size_t C, size_t O, const float *du, size_t stride,
                                  float *dw, size_t first, size_t end);
