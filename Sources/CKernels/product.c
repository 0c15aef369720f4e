#include "CKernels.h"
#include "clones.h"
#include "lanes.h"

#define PANEL PRODUCT_PANEL
#define ROWS 96
#define INLINE static inline __attribute__((always_inline))

// A block of `rows` × `wide`·16 sums is held in registers: 8×32 where there are 32 registers of
// 16 floats (AVX-512), 6×16 where there are 16 of eight. `rows` and `wide` are constants wherever
// this is inlined. `as` and `ak` are A's strides by row and by k, `bk` is B's by k.
INLINE void block(size_t rows, size_t wide, size_t K, const float *a, size_t as, size_t ak,
                  const float *b, size_t bk, const float *bias, float *c, size_t ldc, size_t n,
                  int adds) {
  lanes sums[8][2], start[2] = {{0}, {0}};
  if (bias)
    for (size_t w = 0; w < wide && w * LANES < n; w++)
      start[w] = load_some(bias + w * LANES, n - w * LANES);
  for (size_t r = 0; r < rows; r++)
    for (size_t w = 0; w < wide; w++) sums[r][w] = start[w];
  for (size_t k = 0; k < K; k++) {
    lanes row[2];
    for (size_t w = 0; w < wide; w++) row[w] = load_lanes(b + k * bk + w * LANES);
    for (size_t r = 0; r < rows; r++) {
      float x = a[r * as + k * ak];
      for (size_t w = 0; w < wide; w++) sums[r][w] += x * row[w];
    }
  }
  for (size_t r = 0; r < rows; r++)
    for (size_t w = 0; w < wide; w++) {
      if (w * LANES >= n) break;
      float *to = c + r * ldc + w * LANES;
      lanes v = sums[r][w];
      if (adds) v += load_some(to, n - w * LANES);
      store_some(to, v, n - w * LANES);
    }
}

// All rows of one panel of columns: full blocks, then what is left in smaller ones.
INLINE void panel(size_t most, size_t wide, size_t M, size_t K, const float *a, size_t as,
                  size_t ak, const float *b, size_t bk, const float *bias, float *c, size_t ldc,
                  size_t n, int adds) {
  size_t r = 0;
  for (; r + most <= M; r += most)
    block(most, wide, K, a + r * as, as, ak, b, bk, bias, c + r * ldc, ldc, n, adds);
  if (r + 4 <= M) {
    block(4, wide, K, a + r * as, as, ak, b, bk, bias, c + r * ldc, ldc, n, adds);
    r += 4;
  }
  if (r + 2 <= M) {
    block(2, wide, K, a + r * as, as, ak, b, bk, bias, c + r * ldc, ldc, n, adds);
    r += 2;
  }
  for (; r < M; r++) block(1, wide, K, a + r * as, as, ak, b, bk, bias, c + r * ldc, ldc, n, adds);
}

// Some rows of A at a time, so that they stay in the second-level cache over all panels.
INLINE void packed_rows(size_t most, size_t wide, size_t M, size_t N, size_t K, const float *a,
                        const float *packed, const float *bias, float *c) {
  for (size_t m = 0; m < M; m += ROWS)
    for (size_t n = 0; n < N; n += wide * LANES)
      panel(most, wide, M - m < ROWS ? M - m : ROWS, K, a + m * K, K, 1,
            packed + n / PANEL * PANEL * K + n % PANEL, PANEL, bias ? bias + n : NULL,
            c + m * N + n, N, N - n, 0);
}

// B's rows are read where they lie; the last columns, which would be read past the end, from a
// copy.
INLINE void outer_rows(size_t most, size_t wide, size_t M, size_t N, size_t K, const float *a,
                       const float *b, float *c, int adds) {
  size_t n = 0;
  for (; n + wide * LANES <= N; n += wide * LANES)
    panel(most, wide, M, K, a, 1, M, b + n, N, NULL, c + n, N, wide * LANES, adds);
  float edge[64 * LANES];
  for (; n < N; n += LANES)
    for (size_t k = 0; k < K; k += 64) {
      size_t count = K - k < 64 ? K - k : 64;
      for (size_t i = 0; i < count; i++)
        store_lanes(edge + i * LANES, load_some(b + (k + i) * N + n, N - n));
      panel(most, 1, M, count, a + k * M, 1, M, edge, LANES, NULL, c + n, N, N - n,
            adds || k > 0);
    }
}

#if defined(__x86_64__) && defined(__linux__) && !defined(PSRDB_BASELINE)
#define WIDE __attribute__((target("arch=x86-64-v4")))
#define NARROW __attribute__((target_clones("default", "arch=x86-64-v3")))
#define HAS_WIDE __builtin_cpu_supports("x86-64-v4")
#else
#define WIDE
#define NARROW
#define HAS_WIDE 0
#endif

WIDE static void packed_wide(size_t M, size_t N, size_t K, const float *a, const float *packed,
                             const float *bias, float *c) {
  packed_rows(8, 2, M, N, K, a, packed, bias, c);
}

NARROW static void packed_narrow(size_t M, size_t N, size_t K, const float *a,
                                 const float *packed, const float *bias, float *c) {
  packed_rows(6, 1, M, N, K, a, packed, bias, c);
}

WIDE static void outer_wide(size_t M, size_t N, size_t K, const float *a, const float *b,
                            float *c, int adds) {
  outer_rows(8, 2, M, N, K, a, b, c, adds);
}

NARROW static void outer_narrow(size_t M, size_t N, size_t K, const float *a, const float *b,
                                float *c, int adds) {
  outer_rows(6, 1, M, N, K, a, b, c, adds);
}

size_t psr_packed_size(size_t K, size_t N) { return (N + PANEL - 1) / PANEL * PANEL * K; }

void psr_pack(size_t K, size_t N, const float *b, float *packed) {
  for (size_t n = 0; n < N; n += PANEL) {
    size_t count = N - n < PANEL ? N - n : PANEL;
    for (size_t k = 0; k < K; k++) {
      float *to = packed + n * K + k * PANEL;
      memcpy(to, b + k * N + n, count * sizeof(float));
      memset(to + count, 0, (PANEL - count) * sizeof(float));
    }
  }
}

void psr_pack_transposed(size_t K, size_t N, const float *b, float *packed) {
  for (size_t n = 0; n < N; n += PANEL) {
    size_t count = N - n < PANEL ? N - n : PANEL;
    for (size_t k = 0; k < K; k++) {
      float *to = packed + n * K + k * PANEL;
      for (size_t i = 0; i < count; i++) to[i] = b[(n + i) * K + k];
      memset(to + count, 0, (PANEL - count) * sizeof(float));
    }
  }
}

void psr_product_packed(size_t M, size_t N, size_t K, const float *a, const float *packed,
                        const float *bias, float *c) {
  if (HAS_WIDE) packed_wide(M, N, K, a, packed, bias, c);
  else packed_narrow(M, N, K, a, packed, bias, c);
}

void psr_product_outer(size_t M, size_t N, size_t K, const float *a, const float *b, float *c,
                       bool adds) {
  if (HAS_WIDE) outer_wide(M, N, K, a, b, c, adds);
  else outer_narrow(M, N, K, a, b, c, adds);
}
