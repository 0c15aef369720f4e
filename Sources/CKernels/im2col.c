#include "CKernels.h"
#include "clones.h"

#include <string.h>

void psr_im2col(size_t H, size_t W, size_t C, size_t k, size_t step, size_t pad, size_t Ho,
                size_t Wo, const float *x, float *columns) {
  float *to = columns;
  for (size_t oy = 0; oy < Ho; oy++) {
    for (size_t ox = 0; ox < Wo; ox++) {
      for (size_t i = 0; i < k; i++) {
        ptrdiff_t y = (ptrdiff_t)(oy * step + i) - (ptrdiff_t)pad;
        ptrdiff_t left = (ptrdiff_t)(ox * step) - (ptrdiff_t)pad;
        if (y < 0 || y >= (ptrdiff_t)H) {
          memset(to, 0, k * C * sizeof(float));
        } else if (left >= 0 && left + (ptrdiff_t)k <= (ptrdiff_t)W) {
          memcpy(to, x + ((size_t)y * W + (size_t)left) * C, k * C * sizeof(float));
        } else {
          for (size_t j = 0; j < k; j++) {
            ptrdiff_t px = left + (ptrdiff_t)j;
            if (px < 0 || px >= (ptrdiff_t)W) memset(to + j * C, 0, C * sizeof(float));
            else memcpy(to + j * C, x + ((size_t)y * W + (size_t)px) * C, C * sizeof(float));
          }
        }
        to += k * C;
      }
    }
  }
}

CLONES void psr_col2im(size_t H, size_t W, size_t C, size_t k, size_t step, size_t pad, size_t Ho,
                       size_t Wo, const float *columns, float *dx) {
  memset(dx, 0, H * W * C * sizeof(float));
  for (size_t oy = 0; oy < Ho; oy++) {
    for (size_t ox = 0; ox < Wo; ox++) {
      const float *row = columns + (oy * Wo + ox) * k * k * C;
      for (size_t i = 0; i < k; i++) {
        ptrdiff_t y = (ptrdiff_t)(oy * step + i) - (ptrdiff_t)pad;
        if (y < 0 || y >= (ptrdiff_t)H) continue;
        for (size_t j = 0; j < k; j++) {
          ptrdiff_t px = (ptrdiff_t)(ox * step + j) - (ptrdiff_t)pad;
          if (px < 0 || px >= (ptrdiff_t)W) continue;
          const float *RESTRICT from = row + (i * k + j) * C;
          float *RESTRICT to = dx + ((size_t)y * W + (size_t)px) * C;
          for (size_t c = 0; c < C; c++) to[c] += from[c];
        }
      }
    }
  }
}
