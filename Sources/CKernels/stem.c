#include "CKernels.h"
#include "clones.h"
#include "lanes.h"

#define INLINE static inline __attribute__((always_inline))

CLONES void psr_stem_moments(size_t H, size_t W, size_t C, const float *x, double *sums,
                             double *products) {
// A row's sums may run in vector lanes; rows are added in double precision, in order.
#pragma clang fp reassociate(on)
  size_t K = 9 * C, width = W + 2, plane = (H + 2) * width;
  for (size_t k = 0; k < K; k++) {
    const float *a = x + k / 9 * plane + k % 9 / 3 * width + k % 3;
    double sum = 0;
    for (size_t y = 0; y < H; y++) {
      float row = 0;
      for (size_t i = 0; i < W; i++) row += a[y * width + i];
      sum += row;
    }
    sums[k] = sum;
    for (size_t l = 0; l <= k; l++) {
      const float *b = x + l / 9 * plane + l % 9 / 3 * width + l % 3;
      sum = 0;
      for (size_t y = 0; y < H; y++) {
        float row = 0;
        for (size_t i = 0; i < W; i++) row += a[y * width + i] * b[y * width + i];
        sum += row;
      }
      products[k * K + l] = products[l * K + k] = sum;
    }
  }
}

// The four values of a pooling cell, whose windows begin at p.
INLINE void cell(size_t width, size_t plane, size_t C, size_t O, const float *p, const float *w,
                 size_t n, lanes shift, lanes z[4]) {
  for (size_t v = 0; v < 4; v++) z[v] = shift;
  for (size_t c = 0; c < C; c++)
    for (size_t i = 0; i < 3; i++)
      for (size_t j = 0; j < 3; j++) {
        lanes tap = load_some(w + (c * 9 + i * 3 + j) * O, n);
        const float *at = p + c * plane + i * width + j;
        z[0] += at[0] * tap;
        z[1] += at[1] * tap;
        z[2] += at[width] * tap;
        z[3] += at[width + 1] * tap;
      }
}

typedef int masks __attribute__((vector_size(64)));

/// `v` where z is positive, else 0.
INLINE lanes where_positive(lanes z, lanes v) { return (lanes)((masks)v & (z > (lanes){0})); }

// C and whether all 16 lanes are there are constants where this is inlined.
INLINE void forward(size_t H, size_t W, size_t C, size_t O, size_t n, const float *x,
                    const float *w, lanes shift, float *y) {
  size_t width = W + 2, plane = (H + 2) * width;
  for (size_t i = 0; i < H / 2; i++)
    for (size_t j = 0; j < W / 2; j++) {
      lanes z[4];
      cell(width, plane, C, O, x + 2 * i * width + 2 * j, w, n, shift, z);
      for (size_t v = 0; v < 4; v++) z[v] = where_positive(z[v], z[v]);
      lanes sum = (z[0] + z[1]) + (z[2] + z[3]);
      store_some(y + (i * (W / 2) + j) * O, 0.25f * sum, n);
    }
}

CLONES void psr_stem_forward(size_t H, size_t W, size_t C, size_t O, const float *x,
                             const float *weights, const float *shifts, float *y) {
  for (size_t o = 0; o < O; o += LANES) {
    size_t n = O - o;
    lanes shift = load_some(shifts + o, n);
    if (C == 1 && n >= LANES) forward(H, W, 1, O, LANES, x, weights + o, shift, y + o);
    else if (n >= LANES) forward(H, W, C, O, LANES, x, weights + o, shift, y + o);
    else forward(H, W, C, O, n, x, weights + o, shift, y + o);
  }
}

// `C` channels' taps are summed in registers where there is one, else in memory.
INLINE lanes backward(size_t H, size_t W, size_t C, size_t O, size_t n, const float *x,
                      const float *w, lanes shift, const float *dy, lanes *taps) {
  size_t width = W + 2, plane = (H + 2) * width;
  lanes total = {0};
  for (size_t i = 0; i < H / 2; i++)
    for (size_t j = 0; j < W / 2; j++) {
      const float *p = x + 2 * i * width + 2 * j;
      lanes z[4], g = 0.25f * load_some(dy + (i * (W / 2) + j) * O, n);
      cell(width, plane, C, O, p, w, n, shift, z);
      for (size_t v = 0; v < 4; v++) z[v] = where_positive(z[v], g);
      total += (z[0] + z[1]) + (z[2] + z[3]);
      for (size_t c = 0; c < C; c++)
        for (size_t a = 0; a < 3; a++)
          for (size_t b = 0; b < 3; b++) {
            const float *at = p + c * plane + a * width + b;
            taps[c * 9 + a * 3 + b] += (at[0] * z[0] + at[1] * z[1]) +
                                       (at[width] * z[2] + at[width + 1] * z[3]);
          }
    }
  return total;
}

CLONES void psr_stem_backward(size_t H, size_t W, size_t C, size_t O, const float *x,
                              const float *weights, const float *shifts, const float *dy,
                              float *sum, float *taps) {
  for (size_t o = 0; o < O; o += LANES) {
    size_t n = O - o;
    lanes shift = load_some(shifts + o, n), total, one[9] = {{0}}, many[PSR_STEM_TAPS] = {{0}};
    lanes *found = C == 1 ? one : many;
    if (C == 1 && n >= LANES)
      total = backward(H, W, 1, O, LANES, x, weights + o, shift, dy + o, one);
    else total = backward(H, W, C, O, n, x, weights + o, shift, dy + o, found);
    store_some(sum + o, total, n);
    for (size_t k = 0; k < 9 * C; k++) store_some(taps + k * O + o, found[k], n);
  }
}

CLONES void psr_stem_statistics(size_t K, size_t O, size_t count, const double *sums,
                                const double *products, const float *weights,
                                double *RESTRICT mean, double *RESTRICT variance) {
  memset(mean, 0, O * sizeof(double));
  memset(variance, 0, O * sizeof(double));
  for (size_t k = 0; k < K; k++) {
    const float *a = weights + k * O;
    for (size_t o = 0; o < O; o++) mean[o] += a[o] * (sums[k] / (double)count);
    for (size_t l = 0; l <= k; l++) {
      const float *b = weights + l * O;
      double covariance = products[k * K + l] / (double)count -
                          sums[k] / (double)count * (sums[l] / (double)count);
      if (l < k) covariance *= 2;
      for (size_t o = 0; o < O; o++) variance[o] += covariance * ((double)a[o] * b[o]);
    }
  }
}

CLONES void psr_stem_weight_gradient(size_t K, size_t O, const double *sums,
                                     const double *products, const float *weights,
                                     const float *a, const float *p, const float *q,
                                     const float *taps, float *RESTRICT dw) {
  for (size_t k = 0; k < K; k++, taps += O, dw += O) {
    for (size_t o = 0; o < O; o++) dw[o] += a[o] * taps[o] + q[o] * (float)sums[k];
    for (size_t l = 0; l < K; l++) {
      float product = (float)products[k * K + l];
      const float *w = weights + l * O;
      for (size_t o = 0; o < O; o++) dw[o] += p[o] * (product * w[o]);
    }
  }
}
