#include "CKernels.h"
#include "clones.h"
#include "lanes.h"

#define INLINE static inline __attribute__((always_inline))

// One-dimensional transforms, in place of the matrix products with Bᵀ, Aᵀ, A and G.

INLINE void transform_input(const lanes d[6], lanes v[6]) {
  lanes p = d[4] - 4.0f * d[2], q = d[3] - 4.0f * d[1];
  lanes r = d[4] - d[2], s = 2.0f * (d[3] - d[1]);
  v[0] = 4.0f * d[0] - 5.0f * d[2] + d[4];
  v[1] = p + q;
  v[2] = p - q;
  v[3] = r + s;
  v[4] = r - s;
  v[5] = 4.0f * d[1] - 5.0f * d[3] + d[5];
}

INLINE void transform_output(const lanes m[6], lanes y[4]) {
  lanes a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4];
  y[0] = m[0] + a + c;
  y[1] = b + 2.0f * d;
  y[2] = a + 4.0f * c;
  y[3] = b + 8.0f * d + m[5];
}

INLINE void transform_output_gradient(const lanes y[4], lanes m[6]) {
  lanes even = y[0] + y[2], odd = y[1] + y[3];
  lanes even4 = y[0] + 4.0f * y[2], odd8 = 2.0f * y[1] + 8.0f * y[3];
  m[0] = y[0];
  m[1] = even + odd;
  m[2] = even - odd;
  m[3] = even4 + odd8;
  m[4] = even4 - odd8;
  m[5] = y[3];
}

INLINE void transform_weight(const lanes g[3], lanes u[6]) {
  lanes a = (g[0] + g[2]) * (-1.0f / 6), b = g[1] * (1.0f / 6);
  lanes c = g[0] * (1.0f / 24) + g[2] * (1.0f / 6), d = g[1] * (1.0f / 12);
  u[0] = 0.25f * g[0];
  u[1] = a - b;
  u[2] = a + b;
  u[3] = c + d;
  u[4] = c - d;
  u[5] = g[2];
}

INLINE void transform_weight_gradient(const lanes u[6], lanes g[3]) {
  lanes a = (u[1] + u[2]) * (-1.0f / 6), b = (u[2] - u[1]) * (1.0f / 6);
  lanes c = u[3] + u[4], d = (u[3] - u[4]) * (1.0f / 12);
  g[0] = 0.25f * u[0] + a + c * (1.0f / 24);
  g[1] = b + d;
  g[2] = a + c * (1.0f / 6) + u[5];
}

CLONES void psr_winograd_input(size_t H, size_t W, size_t C, const float *x, float *v,
                               size_t stride, size_t tile) {
  for (size_t ty = 0; ty < H; ty += 4) {
    for (size_t tx = 0; tx < W; tx += 4, tile++) {
      for (size_t c = 0; c < C; c += LANES) {
        lanes rows[6][6], column[6], out[6];
        for (size_t j = 0; j < 6; j++) {
          ptrdiff_t px = (ptrdiff_t)(tx + j) - 1;
          for (size_t i = 0; i < 6; i++) {
            ptrdiff_t py = (ptrdiff_t)(ty + i) - 1;
            if (px < 0 || py < 0 || px >= (ptrdiff_t)W || py >= (ptrdiff_t)H) {
              column[i] = (lanes){0};
            } else {
              column[i] = load_some(x + ((size_t)py * W + (size_t)px) * C + c, C - c);
            }
          }
          transform_input(column, out);
          for (size_t i = 0; i < 6; i++) rows[i][j] = out[i];
        }
        float *to = v + tile * C + c;
        for (size_t i = 0; i < 6; i++) {
          transform_input(rows[i], out);
          for (size_t j = 0; j < 6; j++) store_some(to + (i * 6 + j) * stride, out[j], C - c);
        }
      }
    }
  }
}

CLONES void psr_winograd_output(size_t H, size_t W, size_t O, const float *m, size_t stride,
                                size_t tile, const float *bias, float *y) {
  for (size_t ty = 0; ty < H; ty += 4) {
    for (size_t tx = 0; tx < W; tx += 4, tile++) {
      size_t height = H - ty < 4 ? H - ty : 4, width = W - tx < 4 ? W - tx : 4;
      for (size_t c = 0; c < O; c += LANES) {
        lanes rows[4][6], column[6], out[4];
        lanes b = {0};
        if (bias) b = load_some(bias + c, O - c);
        const float *from = m + tile * O + c;
        for (size_t j = 0; j < 6; j++) {
          for (size_t i = 0; i < 6; i++)
            column[i] = load_some(from + (i * 6 + j) * stride, O - c);
          transform_output(column, out);
          for (size_t i = 0; i < 4; i++) rows[i][j] = out[i];
        }
        for (size_t i = 0; i < height; i++) {
          transform_output(rows[i], out);
          float *to = y + ((ty + i) * W + tx) * O + c;
          for (size_t j = 0; j < width; j++) store_some(to + j * O, out[j] + b, O - c);
        }
      }
    }
  }
}

CLONES void psr_winograd_output_gradient(size_t H, size_t W, size_t O, const float *dy, float *m,
                                         size_t stride, size_t tile) {
  for (size_t ty = 0; ty < H; ty += 4) {
    for (size_t tx = 0; tx < W; tx += 4, tile++) {
      size_t height = H - ty < 4 ? H - ty : 4, width = W - tx < 4 ? W - tx : 4;
      for (size_t c = 0; c < O; c += LANES) {
        lanes rows[6][4], column[4], out[6];
        for (size_t j = 0; j < 4; j++) {
          for (size_t i = 0; i < 4; i++) {
            column[i] = (lanes){0};
            if (i < height && j < width)
              column[i] = load_some(dy + ((ty + i) * W + tx + j) * O + c, O - c);
          }
          transform_output_gradient(column, out);
          for (size_t i = 0; i < 6; i++) rows[i][j] = out[i];
        }
        float *to = m + tile * O + c;
        for (size_t i = 0; i < 6; i++) {
          transform_output_gradient(rows[i], out);
          for (size_t j = 0; j < 6; j++) store_some(to + (i * 6 + j) * stride, out[j], O - c);
        }
      }
    }
  }
}

// Rows of U go straight into the panels that products read: `k` is the row, `n` the first of 16
// columns of a panel of 32.
INLINE void store_weight(const lanes rows[6][3], size_t K, size_t k, size_t n, float *u,
                         size_t stride) {
  lanes out[6];
  float *to = u + n / PRODUCT_PANEL * PRODUCT_PANEL * K + k * PRODUCT_PANEL + n % PRODUCT_PANEL;
  for (size_t i = 0; i < 6; i++) {
    transform_weight(rows[i], out);
    for (size_t j = 0; j < 6; j++) store_lanes(to + (i * 6 + j) * stride, out[j]);
  }
}

INLINE size_t whole_panels(size_t n) {
  return (n + PRODUCT_PANEL - 1) / PRODUCT_PANEL * PRODUCT_PANEL;
}

CLONES void psr_winograd_weight(size_t C, size_t O, const float *w, float *u, size_t stride,
                                size_t first, size_t end) {
  for (size_t c = first; c < end; c++)
    for (size_t o = 0; o < whole_panels(O); o += LANES) {
      lanes rows[6][3], column[3], out[6];
      for (size_t j = 0; j < 3; j++) {
        for (size_t i = 0; i < 3; i++) {
          const float *from = w + ((i * 3 + j) * C + c) * O + o;
          column[i] = load_some(from, o < O ? O - o : 0);
        }
        transform_weight(column, out);
        for (size_t i = 0; i < 6; i++) rows[i][j] = out[i];
      }
      store_weight(rows, C, c, o, u, stride);
    }
}

CLONES void psr_winograd_weight_turned(size_t C, size_t O, const float *w, float *u,
                                       size_t stride, size_t first, size_t end) {
  for (size_t c = 0; c < whole_panels(C); c += LANES) {
    size_t n = c >= C ? 0 : C - c < LANES ? C - c : LANES;
    for (size_t o = first; o < end; o++) {
      lanes rows[6][3], column[3], out[6];
      for (size_t j = 0; j < 3; j++) {
        for (size_t i = 0; i < 3; i++) {
          const float *from = w + (((2 - i) * 3 + (2 - j)) * C + c) * O + o;
          column[i] = (lanes){0};
          for (size_t l = 0; l < n; l++) column[i][l] = from[l * O];
        }
        transform_weight(column, out);
        for (size_t i = 0; i < 6; i++) rows[i][j] = out[i];
      }
      store_weight(rows, O, o, c, u, stride);
    }
  }
}

CLONES void psr_winograd_weight_gradient(size_t C, size_t O, const float *du, size_t stride,
                                         float *dw, size_t first, size_t end) {
  size_t plane = C * O;
  for (size_t k = first * O; k < end * O; k += LANES) {
    lanes rows[3][6], column[6], out[3];
    size_t n = end * O - k;
    for (size_t j = 0; j < 6; j++) {
      for (size_t i = 0; i < 6; i++) column[i] = load_some(du + (i * 6 + j) * stride + k, n);
      transform_weight_gradient(column, out);
      for (size_t i = 0; i < 3; i++) rows[i][j] = out[i];
    }
    for (size_t i = 0; i < 3; i++) {
      transform_weight_gradient(rows[i], out);
      for (size_t j = 0; j < 3; j++) {
        float *to = dw + (i * 3 + j) * plane + k;
        store_some(to, load_some(to, n) + out[j], n);
      }
    }
  }
}
