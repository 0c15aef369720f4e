#include "CKernels.h"
#include "clones.h"

#include <math.h>
#include <string.h>

CLONES void psr_layernorm(size_t rows, size_t width, float epsilon, const float *RESTRICT x,
                          const float *RESTRICT shift, const float *RESTRICT scale,
                          float *RESTRICT statistics, float *RESTRICT y) {
// Lets sums run in vector lanes; their order then depends on the width alone.
#pragma clang fp reassociate(on)
  for (size_t r = 0; r < rows; r++, x += width, y += width) {
    float sum = 0;
    for (size_t i = 0; i < width; i++) sum += x[i];
    const float mean = sum / (float)width;
    float squares = 0;
    for (size_t i = 0; i < width; i++) squares += (x[i] - mean) * (x[i] - mean);
    const float inverse = 1.0f / sqrtf(squares / (float)width + epsilon);
    statistics[2 * r] = mean;
    statistics[2 * r + 1] = inverse;
    for (size_t i = 0; i < width; i++)
      y[i] = (x[i] - mean) * inverse * (1.0f + scale[i]) + shift[i];
  }
}

CLONES void psr_layernorm_backward(size_t rows, size_t width, const float *RESTRICT x,
                                   const float *RESTRICT scale,
                                   const float *RESTRICT statistics, const float *RESTRICT dy,
                                   float *RESTRICT dx, float *RESTRICT dshift,
                                   float *RESTRICT dscale) {
#pragma clang fp reassociate(on)
  memset(dshift, 0, width * sizeof(float));
  memset(dscale, 0, width * sizeof(float));
  for (size_t r = 0; r < rows; r++, x += width, dy += width, dx += width) {
    const float mean = statistics[2 * r], inverse = statistics[2 * r + 1];
    float sum = 0, dot = 0;
    for (size_t i = 0; i < width; i++) {
      const float normal = (x[i] - mean) * inverse;
      const float g = dy[i] * (1.0f + scale[i]);
      sum += g;
      dot += g * normal;
      dshift[i] += dy[i];
      dscale[i] += dy[i] * normal;
    }
    sum /= (float)width;
    dot /= (float)width;
    for (size_t i = 0; i < width; i++) {
      const float normal = (x[i] - mean) * inverse;
      dx[i] += inverse * (dy[i] * (1.0f + scale[i]) - sum - normal * dot);
    }
  }
}

CLONES void psr_gate(size_t rows, size_t width, const float *RESTRICT x,
                     const float *RESTRICT gate, const float *RESTRICT a, float *RESTRICT y) {
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < width; i++)
      y[r * width + i] = x[r * width + i] + gate[i] * a[r * width + i];
}

CLONES void psr_gate_backward(size_t rows, size_t width, const float *RESTRICT gate,
                              const float *RESTRICT a, const float *RESTRICT dy,
                              float *RESTRICT da, float *RESTRICT dgate) {
  memset(dgate, 0, width * sizeof(float));
  for (size_t r = 0; r < rows; r++, a += width, dy += width, da += width)
    for (size_t i = 0; i < width; i++) {
      dgate[i] += dy[i] * a[i];
      da[i] = gate[i] * dy[i];
    }
}

CLONES void psr_column_sums(size_t rows, size_t width, size_t stride, const float *RESTRICT x,
                            float *RESTRICT sums) {
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < width; i++) sums[i] += x[r * stride + i];
}
