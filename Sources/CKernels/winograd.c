#include "CKernels.h"
#include "clones.h"
#include "lanes.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

#define MOST_PAIRS 4
#define MOST_SIZE (2 * MOST_PAIRS)
#define MOST_POINTS (MOST_SIZE + 2)

// F(m, 3) at the points 0, ∞ and pairs ±p: m = 2·pairs outputs of m + 2 products. Rows of Bᵀ are,
// in powers of x, Π(x² − q²) over all pairs for 0, x times that for ∞, and x(x + p)·Π(x² − q²) over
// the other pairs for p; rows of G are (1, p, p²)/f with f = 2p²·Π(p² − q²), those of 0 and ∞
// (1, 0, 0)/Π(−q²) and (0, 0, 1); Aᵀ holds the points' powers.
typedef struct {
  size_t pairs;
  float p[MOST_PAIRS];
  float f[MOST_PAIRS];
  float others[MOST_PAIRS][MOST_PAIRS];  // Π(x² − q²) over q ≠ p, in powers of x²
  float all[MOST_PAIRS + 1];             // Π(x² − q²)
} points;

static const points four = {2, {1, 2}, {-6, 24}, {{-4, 1}, {-1, 1}}, {4, -5, 1}};

// Bᵀ and Aᵀ are exact in single precision. The choice has 12 times the error of F(4, 3) with the
// points above, where ±1/2, ±1, ±3/4, ±2 have 27 times and ±1/2, ±1, ±2, ±3 more than 100 times.
static const points eight = {
    4,
    {0.5f, 0.75f, 1.25f, 2.5f},
    {-315.0f / 256, 4095.0f / 2048, -39375.0f / 2048, 511875.0f / 256},
    {{-5625.0f / 1024, 3625.0f / 256, -67.0f / 8, 1},
     {-625.0f / 256, 375.0f / 32, -129.0f / 16, 1},
     {-225.0f / 256, 167.0f / 32, -113.0f / 16, 1},
     {-225.0f / 1024, 361.0f / 256, -19.0f / 8, 1}},
    {5625.0f / 4096, -4625.0f / 512, 4161.0f / 256, -69.0f / 8, 1}};

INLINE float power(float p, size_t exponent) {
  float product = 1;
  UNROLL for (size_t i = 0; i < exponent; i++) product *= p;
  return product;
}

// One-dimensional transforms, in place of the matrix products with Bᵀ, Aᵀ, A, G and Gᵀ. A pair's two
// rows are the sum and the difference of an even and an odd part.

INLINE void transform_input(const points *f, const lanes *d, lanes *v) {
  size_t last = 2 * f->pairs + 1;
  v[0] = d[last - 1];
  v[last] = d[last];
  UNROLL for (size_t k = 0; k < f->pairs; k++) {
    v[0] += f->all[k] * d[2 * k];
    v[last] += f->all[k] * d[2 * k + 1];
  }
  UNROLL for (size_t i = 0; i < f->pairs; i++) {
    lanes even = d[last - 1], odd = f->p[i] * d[last - 2];
    UNROLL for (size_t k = 0; k + 1 < f->pairs; k++) {
      even += f->others[i][k] * d[2 * k + 2];
      odd += (f->p[i] * f->others[i][k]) * d[2 * k + 1];
    }
    v[2 * i + 1] = even + odd;
    v[2 * i + 2] = even - odd;
  }
}

INLINE void transform_output(const points *f, const lanes *m, lanes *y) {
  size_t size = 2 * f->pairs;
  lanes sum[MOST_PAIRS], difference[MOST_PAIRS];
  UNROLL for (size_t i = 0; i < f->pairs; i++) {
    sum[i] = m[2 * i + 1] + m[2 * i + 2];
    difference[i] = m[2 * i + 1] - m[2 * i + 2];
  }
  UNROLL for (size_t j = 0; j < size; j++) {
    lanes total = {0};
    if (j == 0) total = m[0];
    if (j == size - 1) total = m[size + 1];
    UNROLL for (size_t i = 0; i < f->pairs; i++)
      total += power(f->p[i], j) * (j % 2 ? difference[i] : sum[i]);
    y[j] = total;
  }
}

INLINE void transform_output_gradient(const points *f, const lanes *y, lanes *m) {
  size_t size = 2 * f->pairs;
  m[0] = y[0];
  m[size + 1] = y[size - 1];
  UNROLL for (size_t i = 0; i < f->pairs; i++) {
    lanes even = y[0], odd = f->p[i] * y[1];
    UNROLL for (size_t j = 2; j < size; j += 2) {
      even += power(f->p[i], j) * y[j];
      odd += power(f->p[i], j + 1) * y[j + 1];
    }
    m[2 * i + 1] = even + odd;
    m[2 * i + 2] = even - odd;
  }
}

INLINE void transform_weight(const points *f, const lanes *g, lanes *u) {
  u[0] = (1 / f->all[0]) * g[0];
  u[2 * f->pairs + 1] = g[2];
  UNROLL for (size_t i = 0; i < f->pairs; i++) {
    lanes even = (1 / f->f[i]) * g[0] + (f->p[i] * f->p[i] / f->f[i]) * g[2];
    lanes odd = (f->p[i] / f->f[i]) * g[1];
    u[2 * i + 1] = even + odd;
    u[2 * i + 2] = even - odd;
  }
}

INLINE void transform_weight_gradient(const points *f, const lanes *u, lanes *g) {
  g[0] = (1 / f->all[0]) * u[0];
  g[1] = (lanes){0};
  g[2] = u[2 * f->pairs + 1];
  UNROLL for (size_t i = 0; i < f->pairs; i++) {
    lanes sum = u[2 * i + 1] + u[2 * i + 2], difference = u[2 * i + 1] - u[2 * i + 2];
    g[0] += (1 / f->f[i]) * sum;
    g[1] += (f->p[i] / f->f[i]) * difference;
    g[2] += (f->p[i] * f->p[i] / f->f[i]) * sum;
  }
}

INLINE void input(const points *f, size_t H, size_t W, size_t C, const float *x, float *v,
                  size_t stride, size_t tile) {
  size_t size = 2 * f->pairs, n = size + 2;
  for (size_t ty = 0; ty < H; ty += size)
    for (size_t tx = 0; tx < W; tx += size, tile++)
      for (size_t c = 0; c < C; c += LANES) {
        lanes rows[MOST_POINTS][MOST_POINTS], column[MOST_POINTS], out[MOST_POINTS];
        for (size_t j = 0; j < n; j++) {
          ptrdiff_t px = (ptrdiff_t)(tx + j) - 1;
          UNROLL for (size_t i = 0; i < n; i++) {
            ptrdiff_t py = (ptrdiff_t)(ty + i) - 1;
            if (px < 0 || py < 0 || px >= (ptrdiff_t)W || py >= (ptrdiff_t)H)
              column[i] = (lanes){0};
            else
              column[i] = load_some(x + ((size_t)py * W + (size_t)px) * C + c, C - c);
          }
          transform_input(f, column, out);
          UNROLL for (size_t i = 0; i < n; i++) rows[i][j] = out[i];
        }
        float *to = v + tile * C + c;
        for (size_t i = 0; i < n; i++) {
          transform_input(f, rows[i], out);
          UNROLL for (size_t j = 0; j < n; j++)
            store_some(to + (i * n + j) * stride, out[j], C - c);
        }
      }
}

INLINE void output(const points *f, size_t H, size_t W, size_t O, const float *m, size_t stride,
                   size_t tile, const float *bias, float *y) {
  size_t size = 2 * f->pairs, n = size + 2;
  for (size_t ty = 0; ty < H; ty += size)
    for (size_t tx = 0; tx < W; tx += size, tile++) {
      size_t height = H - ty < size ? H - ty : size, width = W - tx < size ? W - tx : size;
      for (size_t c = 0; c < O; c += LANES) {
        lanes rows[MOST_SIZE][MOST_POINTS], column[MOST_POINTS], out[MOST_SIZE], b = {0};
        if (bias) b = load_some(bias + c, O - c);
        const float *from = m + tile * O + c;
        for (size_t j = 0; j < n; j++) {
          UNROLL for (size_t i = 0; i < n; i++)
            column[i] = load_some(from + (i * n + j) * stride, O - c);
          transform_output(f, column, out);
          UNROLL for (size_t i = 0; i < size; i++) rows[i][j] = out[i];
        }
        for (size_t i = 0; i < height; i++) {
          transform_output(f, rows[i], out);
          float *to = y + ((ty + i) * W + tx) * O + c;
          for (size_t j = 0; j < width; j++) store_some(to + j * O, out[j] + b, O - c);
        }
      }
    }
}

INLINE void output_gradient(const points *f, size_t H, size_t W, size_t O, const float *dy,
                            float *m, size_t stride, size_t tile) {
  size_t size = 2 * f->pairs, n = size + 2;
  for (size_t ty = 0; ty < H; ty += size)
    for (size_t tx = 0; tx < W; tx += size, tile++) {
      size_t height = H - ty < size ? H - ty : size, width = W - tx < size ? W - tx : size;
      for (size_t c = 0; c < O; c += LANES) {
        lanes rows[MOST_POINTS][MOST_SIZE], column[MOST_SIZE], out[MOST_POINTS];
        for (size_t j = 0; j < size; j++) {
          UNROLL for (size_t i = 0; i < size; i++) {
            column[i] = (lanes){0};
            if (i < height && j < width)
              column[i] = load_some(dy + ((ty + i) * W + tx + j) * O + c, O - c);
          }
          transform_output_gradient(f, column, out);
          UNROLL for (size_t i = 0; i < n; i++) rows[i][j] = out[i];
        }
        float *to = m + tile * O + c;
        for (size_t i = 0; i < n; i++) {
          transform_output_gradient(f, rows[i], out);
          UNROLL for (size_t j = 0; j < n; j++)
            store_some(to + (i * n + j) * stride, out[j], O - c);
        }
      }
    }
}

// Rows of U go straight into the panels that products read: `k` is the row, `first` the first of 16
// columns of a panel of 32.
INLINE void weight_tile(const points *f, const lanes g[3][3], size_t K, size_t k, size_t first,
                        float *u, size_t stride) {
  size_t n = 2 * f->pairs + 2;
  lanes rows[MOST_POINTS][3], out[MOST_POINTS];
  UNROLL for (size_t j = 0; j < 3; j++) {
    transform_weight(f, g[j], out);
    UNROLL for (size_t i = 0; i < n; i++) rows[i][j] = out[i];
  }
  float *to =
      u + first / PRODUCT_PANEL * PRODUCT_PANEL * K + k * PRODUCT_PANEL + first % PRODUCT_PANEL;
  for (size_t i = 0; i < n; i++) {
    transform_weight(f, rows[i], out);
    UNROLL for (size_t j = 0; j < n; j++) store_lanes(to + (i * n + j) * stride, out[j]);
  }
}

INLINE size_t whole_panels(size_t n) {
  return (n + PRODUCT_PANEL - 1) / PRODUCT_PANEL * PRODUCT_PANEL;
}

INLINE void weight(const points *f, size_t C, size_t O, const float *w, float *u, size_t stride,
                   size_t first, size_t end) {
  for (size_t c = first; c < end; c++)
    for (size_t o = 0; o < whole_panels(O); o += LANES) {
      lanes g[3][3];
      for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
          g[j][i] = load_some(w + ((i * 3 + j) * C + c) * O + o, o < O ? O - o : 0);
      weight_tile(f, g, C, c, o, u, stride);
    }
}

INLINE void weight_turned(const points *f, size_t C, size_t O, const float *w, float *u,
                          size_t stride, size_t first, size_t end) {
  for (size_t c = 0; c < whole_panels(C); c += LANES) {
    size_t n = c >= C ? 0 : C - c < LANES ? C - c : LANES;
    for (size_t o = first; o < end; o++) {
      lanes g[3][3];
      for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
          const float *from = w + (((2 - i) * 3 + (2 - j)) * C + c) * O + o;
          g[j][i] = (lanes){0};
          for (size_t l = 0; l < n; l++) g[j][i][l] = from[l * O];
        }
      weight_tile(f, g, O, o, c, u, stride);
    }
  }
}

INLINE void weight_gradient(const points *f, size_t C, size_t O, const float *du, size_t stride,
                            float *dw, size_t first, size_t end) {
  size_t plane = C * O, points = 2 * f->pairs + 2;
  for (size_t k = first * O; k < end * O; k += LANES) {
    lanes rows[3][MOST_POINTS], column[MOST_POINTS], out[3];
    size_t n = end * O - k;
    for (size_t j = 0; j < points; j++) {
      UNROLL for (size_t i = 0; i < points; i++)
        column[i] = load_some(du + (i * points + j) * stride + k, n);
      transform_weight_gradient(f, column, out);
      UNROLL for (size_t i = 0; i < 3; i++) rows[i][j] = out[i];
    }
    for (size_t i = 0; i < 3; i++) {
      transform_weight_gradient(f, rows[i], out);
      for (size_t j = 0; j < 3; j++) {
        float *to = dw + (i * 3 + j) * plane + k;
        store_some(to, load_some(to, n) + out[j], n);
      }
    }
  }
}

// The points are constants in each of the two copies.

CLONES void psr_winograd_input(size_t size, size_t H, size_t W, size_t C, const float *x, float *v,
                               size_t stride, size_t tile) {
  if (size == 8) input(&eight, H, W, C, x, v, stride, tile);
  else input(&four, H, W, C, x, v, stride, tile);
}

CLONES void psr_winograd_output(size_t size, size_t H, size_t W, size_t O, const float *m,
                                size_t stride, size_t tile, const float *bias, float *y) {
  if (size == 8) output(&eight, H, W, O, m, stride, tile, bias, y);
  else output(&four, H, W, O, m, stride, tile, bias, y);
}

CLONES void psr_winograd_output_gradient(size_t size, size_t H, size_t W, size_t O,
                                         const float *dy, float *m, size_t stride, size_t tile) {
  if (size == 8) output_gradient(&eight, H, W, O, dy, m, stride, tile);
  else output_gradient(&four, H, W, O, dy, m, stride, tile);
}

CLONES void psr_winograd_weight(size_t size, size_t C, size_t O, const float *w, float *u,
                                size_t stride, size_t first, size_t end) {
  if (size == 8) weight(&eight, C, O, w, u, stride, first, end);
  else weight(&four, C, O, w, u, stride, first, end);
}

CLONES void psr_winograd_weight_turned(size_t size, size_t C, size_t O, const float *w, float *u,
                                       size_t stride, size_t first, size_t end) {
  if (size == 8) weight_turned(&eight, C, O, w, u, stride, first, end);
  else weight_turned(&four, C, O, w, u, stride, first, end);
}

CLONES void psr_winograd_weight_gradient(size_t size, size_t C, size_t O, const float *du,
                                         size_t stride, float *dw, size_t first, size_t end) {
  if (size == 8) weight_gradient(&eight, C, O, du, stride, dw, first, end);
  else weight_gradient(&four, C, O, du, stride, dw, first, end);
}
