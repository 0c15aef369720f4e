#include <stddef.h>

/// Columns [Ho·Wo, k·k·C] of one image x [H, W, C]; zeros outside.
void psr_im2col(size_t H, size_t W, size_t C, size_t k, size_t step, size_t pad, size_t Ho,
                size_t Wo, const float *x, float *columns);
/// dx [H, W, C] = the sum of the columns' gradients that fall on each element.
void psr_col2im(size_t H, size_t W, size_t C, size_t k, size_t step, size_t pad, size_t Ho,
                size_t Wo, const float *columns, float *dx);
