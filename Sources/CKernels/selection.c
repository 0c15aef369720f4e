#include "selection.h"
#include "clones.h"
#include <math.h>

#define LANES 32

static inline float total(float *lane) {
  for (size_t width = LANES / 2; width > 0; width /= 2)
    for (size_t l = 0; l < width; l++) lane[l] += lane[l + width];
  return lane[0];
}

CLONES void psr_unit_rows(
    size_t n, size_t d, const float *RESTRICT x, float *RESTRICT y, double *RESTRICT squares) {
#pragma clang fp contract(off)
  for (size_t i = 0; i < n; i++) {
    const float *row = x + i * d;
    double lane[8] = {0};
    size_t k = 0;
    for (; k + 8 <= d; k += 8)
      for (size_t l = 0; l < 8; l++) lane[l] += (double)row[k + l] * (double)row[k + l];
    for (size_t l = 0; k < d; k++, l++) lane[l] += (double)row[k] * (double)row[k];
    double square = ((lane[0] + lane[1]) + (lane[2] + lane[3]))
        + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
    squares[i] = square;
    float scale = square > 0 ? (float)(1 / sqrt(square)) : 0;
    for (k = 0; k < d; k++) y[i * d + k] = row[k] * scale;
  }
}

CLONES float psr_coverage_gain(size_t n, const float *RESTRICT s, const float *RESTRICT best) {
  float lane[LANES] = {0};
  size_t v = 0;
  for (; v + LANES <= n; v += LANES)
    for (size_t l = 0; l < LANES; l++) {
      float more = s[v + l] - best[v + l];
      lane[l] += more > 0 ? more : 0;
    }
  for (size_t l = 0; v < n; v++, l++) {
    float more = s[v] - best[v];
    lane[l] += more > 0 ? more : 0;
  }
  return total(lane);
}

CLONES void psr_coverage_add(size_t n, const float *RESTRICT s, float *RESTRICT best) {
  for (size_t v = 0; v < n; v++) best[v] = s[v] > best[v] ? s[v] : best[v];
}

CLONES float psr_saturated_gain(size_t n, const float *RESTRICT s, const float *RESTRICT rest) {
  float lane[LANES] = {0};
  size_t v = 0;
  for (; v + LANES <= n; v += LANES)
    for (size_t l = 0; l < LANES; l++)
      lane[l] += s[v + l] < rest[v + l] ? s[v + l] : rest[v + l];
  for (size_t l = 0; v < n; v++, l++) lane[l] += s[v] < rest[v] ? s[v] : rest[v];
  return total(lane);
}

CLONES void psr_saturated_add(size_t n, const float *RESTRICT s, float *RESTRICT rest) {
  for (size_t v = 0; v < n; v++) {
    float left = rest[v] - s[v];
    rest[v] = left > 0 ? left : 0;
  }
}

CLONES void psr_transpose(
    size_t rows, size_t columns, const float *RESTRICT x, size_t ldx, float *RESTRICT y,
    size_t ldy) {
  // Squares of 16 keep both sides' cache lines in the first-level cache.
  for (size_t i = 0; i < rows; i += 16) {
    size_t end = i + 16 < rows ? i + 16 : rows;
    for (size_t j = 0; j < columns; j += 16) {
      size_t last = j + 16 < columns ? j + 16 : columns;
      for (size_t c = j; c < last; c++)
        for (size_t r = i; r < end; r++) y[c * ldy + r] = x[r * ldx + c];
    }
  }
}
