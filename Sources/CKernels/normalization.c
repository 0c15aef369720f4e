#include "CKernels.h"
#include "clones.h"
#include "expf.h"

#include <string.h>

// Plain loops over the channels: the compiler vectorises them, and `act` is a constant in each
// of the copies that the switches make.

#define INLINE static inline __attribute__((always_inline))

INLINE float sigmoid(float z) { return 1.0f / (1.0f + psr_expf(-z)); }

INLINE float activate(int act, float z) {
  if (act == PSR_RELU) return z > 0 ? z : 0;
  if (act == PSR_SILU) return z * sigmoid(z);
  return z;
}

INLINE float slope(int act, float z) {
  if (act == PSR_RELU) return z > 0 ? 1.0f : 0.0f;
  if (act == PSR_SILU) {
    float s = sigmoid(z);
    return s * (1.0f + z * (1.0f - s));
  }
  return 1.0f;
}

CLONES void psr_channel_sums(size_t pixels, size_t C, const float *x, float *RESTRICT sum) {
  memset(sum, 0, C * sizeof(float));
  for (size_t i = 0; i < pixels; i++)
    for (size_t c = 0; c < C; c++) sum[c] += x[i * C + c];
}

CLONES void psr_channel_squares(size_t pixels, size_t C, const float *x, const float *mean,
                                float *RESTRICT sum) {
  memset(sum, 0, C * sizeof(float));
  for (size_t i = 0; i < pixels; i++)
    for (size_t c = 0; c < C; c++) {
      float d = x[i * C + c] - mean[c];
      sum[c] += d * d;
    }
}

INLINE void forward(size_t pixels, size_t C, int act, const float *RESTRICT a,
                    const float *RESTRICT b, const float *RESTRICT x, float *RESTRICT y) {
  for (size_t i = 0; i < pixels; i++)
    for (size_t c = 0; c < C; c++) y[i * C + c] = activate(act, a[c] * x[i * C + c] + b[c]);
}

CLONES void psr_affine_forward(size_t pixels, size_t C, int act, const float *a, const float *b,
                               const float *x, float *y) {
  if (act == PSR_RELU) forward(pixels, C, PSR_RELU, a, b, x, y);
  else if (act == PSR_SILU) forward(pixels, C, PSR_SILU, a, b, x, y);
  else forward(pixels, C, PSR_IDENTITY, a, b, x, y);
}

CLONES void psr_affine_add_relu(size_t pixels, size_t C, const float *RESTRICT a,
                                const float *RESTRICT b, const float *RESTRICT x,
                                const float *RESTRICT added, float *RESTRICT y) {
  for (size_t i = 0; i < pixels; i++)
    for (size_t c = 0; c < C; c++) {
      float z = a[c] * x[i * C + c] + b[c] + added[i * C + c];
      y[i * C + c] = z > 0 ? z : 0;
    }
}

INLINE void pool_forward(size_t H, size_t W, size_t C, int act, const float *RESTRICT a,
                         const float *RESTRICT b, const float *RESTRICT x, float *RESTRICT y) {
  for (size_t i = 0; i < H / 2; i++)
    for (size_t j = 0; j < W / 2; j++) {
      const float *p = x + (2 * i * W + 2 * j) * C, *q = p + W * C;
      float *to = y + (i * (W / 2) + j) * C;
      for (size_t c = 0; c < C; c++)
        to[c] = 0.25f * ((activate(act, a[c] * p[c] + b[c]) + activate(act, a[c] * p[C + c] + b[c])) +
                         (activate(act, a[c] * q[c] + b[c]) + activate(act, a[c] * q[C + c] + b[c])));
    }
}

CLONES void psr_affine_pool_forward(size_t H, size_t W, size_t C, int act, const float *a,
                                    const float *b, const float *x, float *y) {
  if (act == PSR_RELU) pool_forward(H, W, C, PSR_RELU, a, b, x, y);
  else if (act == PSR_SILU) pool_forward(H, W, C, PSR_SILU, a, b, x, y);
  else pool_forward(H, W, C, PSR_IDENTITY, a, b, x, y);
}

INLINE void backward(size_t pixels, size_t C, int act, const float *RESTRICT a,
                     const float *RESTRICT b, const float *RESTRICT x, const float *RESTRICT dy,
                     float *RESTRICT dx, float *RESTRICT sum_g, float *RESTRICT sum_gx) {
  memset(sum_g, 0, C * sizeof(float));
  memset(sum_gx, 0, C * sizeof(float));
  for (size_t i = 0; i < pixels; i++)
    for (size_t c = 0; c < C; c++) {
      float v = x[i * C + c];
      float g = dy[i * C + c] * slope(act, a[c] * v + b[c]);
      dx[i * C + c] = g;
      sum_g[c] += g;
      sum_gx[c] += g * v;
    }
}

CLONES void psr_affine_backward(size_t pixels, size_t C, int act, const float *a, const float *b,
                                const float *x, const float *dy, float *dx, float *sum_g,
                                float *sum_gx) {
  if (act == PSR_RELU) backward(pixels, C, PSR_RELU, a, b, x, dy, dx, sum_g, sum_gx);
  else if (act == PSR_SILU) backward(pixels, C, PSR_SILU, a, b, x, dy, dx, sum_g, sum_gx);
  else backward(pixels, C, PSR_IDENTITY, a, b, x, dy, dx, sum_g, sum_gx);
}

INLINE void pool_backward(size_t H, size_t W, size_t C, int act, const float *RESTRICT a,
                          const float *RESTRICT b, const float *RESTRICT x,
                          const float *RESTRICT dy, float *RESTRICT dx, float *RESTRICT sum_g,
                          float *RESTRICT sum_gx) {
  memset(sum_g, 0, C * sizeof(float));
  memset(sum_gx, 0, C * sizeof(float));
  if (H % 2 || W % 2) memset(dx, 0, H * W * C * sizeof(float));
  for (size_t i = 0; i < H / 2 * 2; i++)
    for (size_t j = 0; j < W / 2 * 2; j++) {
      const float *p = x + (i * W + j) * C;
      const float *from = dy + (i / 2 * (W / 2) + j / 2) * C;
      float *to = dx + (i * W + j) * C;
      for (size_t c = 0; c < C; c++) {
        float v = p[c];
        float g = 0.25f * from[c] * slope(act, a[c] * v + b[c]);
        to[c] = g;
        sum_g[c] += g;
        sum_gx[c] += g * v;
      }
    }
}

CLONES void psr_affine_pool_backward(size_t H, size_t W, size_t C, int act, const float *a,
                                     const float *b, const float *x, const float *dy, float *dx,
                                     float *sum_g, float *sum_gx) {
  if (act == PSR_RELU) pool_backward(H, W, C, PSR_RELU, a, b, x, dy, dx, sum_g, sum_gx);
  else if (act == PSR_SILU) pool_backward(H, W, C, PSR_SILU, a, b, x, dy, dx, sum_g, sum_gx);
  else pool_backward(H, W, C, PSR_IDENTITY, a, b, x, dy, dx, sum_g, sum_gx);
}

CLONES void psr_affine_backward_apply(size_t pixels, size_t C, const float *RESTRICT s,
                                      const float *RESTRICT p, const float *RESTRICT q,
                                      const float *RESTRICT x, float *RESTRICT dx) {
  for (size_t i = 0; i < pixels; i++)
    for (size_t c = 0; c < C; c++)
      dx[i * C + c] = dx[i * C + c] * s[c] + (x[i * C + c] * p[c] + q[c]);
}
