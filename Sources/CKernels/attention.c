#include "CKernels.h"
#include "clones.h"
#include "expf.h"

#include <math.h>

// Heads are small (16 tokens by 32 is typical), too small for a BLAS call to pay. Everything here
// is one product of a strided matrix with a packed one whose rows are whole vectors.

#define INLINE static inline __attribute__((always_inline))

enum { lanes = 16 };
typedef float vector __attribute__((vector_size(4 * lanes), aligned(4), may_alias));

static size_t padded(size_t n) { return (n + lanes - 1) / lanes * lanes; }

size_t psr_attention_row(size_t tokens) { return padded(tokens); }

size_t psr_attention_scratch(size_t tokens, size_t head) {
  // The scores' gradient, and one packed operand: [head][tokens] or [tokens][head].
  return padded(tokens) * (tokens + padded(head));
}

/// to[r][c] = from[r·rowStride + c·columnStride], rows padded with zeros.
INLINE void pack(size_t rows, size_t columns, const float *from, size_t rowStride,
                 size_t columnStride, float *RESTRICT to) {
  const size_t width = padded(columns);
  for (size_t r = 0; r < rows; r++) {
    for (size_t c = 0; c < columns; c++)
      to[r * width + c] = from[r * rowStride + c * columnStride];
    for (size_t c = columns; c < width; c++) to[r * width + c] = 0;
  }
}

INLINE void store(const vector *v, float *to, size_t count) {
  if (count >= lanes) {
    *(vector *)to = *v;
  } else {
    for (size_t i = 0; i < count; i++) to[i] = (*v)[i];
  }
}

/// c = a·b: a is m×k with any strides, b is packed k×n, c has rows of n floats at cStride.
INLINE void multiply(size_t m, size_t n, size_t k, const float *a, size_t aRow, size_t aColumn,
                     const float *b, float *c, size_t cStride) {
  const size_t width = padded(n);
  for (size_t j = 0; j < n; j += lanes) {
    size_t i = 0;
    for (; i + 4 <= m; i += 4) {
      vector s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
      const float *row = a + i * aRow;
      for (size_t p = 0; p < k; p++) {
        const vector x = *(const vector *)(b + p * width + j);
        s0 += row[p * aColumn] * x;
        s1 += row[p * aColumn + aRow] * x;
        s2 += row[p * aColumn + 2 * aRow] * x;
        s3 += row[p * aColumn + 3 * aRow] * x;
      }
      store(&s0, c + i * cStride + j, n - j);
      store(&s1, c + (i + 1) * cStride + j, n - j);
      store(&s2, c + (i + 2) * cStride + j, n - j);
      store(&s3, c + (i + 3) * cStride + j, n - j);
    }
    for (; i < m; i++) {
      vector s = {0};
      for (size_t p = 0; p < k; p++)
        s += a[i * aRow + p * aColumn] * *(const vector *)(b + p * width + j);
      store(&s, c + i * cStride + j, n - j);
    }
  }
}

/// Sum of a whole-vector row, lane by lane first.
INLINE float sum(const float *x, size_t width) {
  vector s = {0};
  for (size_t j = 0; j < width; j += lanes) s += *(const vector *)(x + j);
  float pairs[8];
  for (int i = 0; i < 8; i++) pairs[i] = s[i] + s[i + 8];
  return ((pairs[0] + pairs[4]) + (pairs[1] + pairs[5])) +
         ((pairs[2] + pairs[6]) + (pairs[3] + pairs[7]));
}

/// Softmax of each row of `tokens` scores, times `scale`; the padding becomes 0.
INLINE void softmax(size_t tokens, float scale, float *p) {
  const size_t width = padded(tokens);
  for (size_t i = 0; i < tokens; i++) {
    float *row = p + i * width;
    float most = row[0];
    for (size_t j = 1; j < tokens; j++) most = row[j] > most ? row[j] : most;
    for (size_t j = 0; j < width; j++) row[j] = (row[j] - most) * scale;
  }
  for (size_t j = 0; j < tokens * width; j++) p[j] = psr_expf(p[j]);
  for (size_t i = 0; i < tokens; i++) {
    float *row = p + i * width;
    for (size_t j = tokens; j < width; j++) row[j] = 0;
    const float inverse = 1.0f / sum(row, width);
    for (size_t j = 0; j < width; j++) row[j] *= inverse;
  }
}

CLONES void psr_attention(size_t tokens, size_t heads, size_t head, const float *qkv,
                          float *probabilities, float *o, float *scratch) {
  const size_t width = padded(tokens), row = 3 * heads * head;
  const float scale = 1.0f / sqrtf((float)head);
  for (size_t h = 0; h < heads; h++) {
    const float *q = qkv + h * head, *k = q + heads * head, *v = k + heads * head;
    float *p = probabilities + h * tokens * width;
    pack(head, tokens, k, 1, row, scratch);
    multiply(tokens, width, head, q, row, 1, scratch, p, width);
    softmax(tokens, scale, p);
    pack(tokens, head, v, row, 1, scratch);
    multiply(tokens, head, tokens, p, width, 1, scratch, o + h * head, heads * head);
  }
}

CLONES void psr_attention_backward(size_t tokens, size_t heads, size_t head, const float *qkv,
                                   const float *probabilities, const float *dO, float *dqkv,
                                   float *scratch) {
  const size_t width = padded(tokens), inner = heads * head, row = 3 * inner;
  const float scale = 1.0f / sqrtf((float)head);
  float *ds = scratch, *packed = scratch + tokens * width;
  for (size_t h = 0; h < heads; h++) {
    const float *q = qkv + h * head, *k = q + inner, *v = k + inner, *d = dO + h * head;
    const float *p = probabilities + h * tokens * width;
    float *dq = dqkv + h * head, *dk = dq + inner, *dv = dk + inner;
    // dS = P∘(dP − Σⱼ P∘dP), dP = dO·Vᵀ.
    pack(head, tokens, v, 1, row, packed);
    multiply(tokens, width, head, d, inner, 1, packed, ds, width);
    for (size_t i = 0; i < tokens; i++) {
      vector dots = {0};
      for (size_t j = i * width; j < (i + 1) * width; j += lanes)
        dots += *(const vector *)(p + j) * *(const vector *)(ds + j);
      const float dot = sum((const float *)&dots, lanes);
      for (size_t j = i * width; j < (i + 1) * width; j++)
        ds[j] = p[j] * (ds[j] - dot) * scale;
    }
    pack(tokens, head, k, row, 1, packed);
    multiply(tokens, head, tokens, ds, width, 1, packed, dq, row);
    pack(tokens, head, q, row, 1, packed);
    multiply(tokens, head, tokens, ds, 1, width, packed, dk, row);
    pack(tokens, head, d, inner, 1, packed);
    multiply(tokens, head, tokens, p, 1, width, packed, dv, row);
  }
}
