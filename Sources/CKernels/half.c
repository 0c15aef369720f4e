#include "CKernels.h"
#include "clones.h"

// The bits travel as uint16_t, which plain C and Swift know; may_alias lets them be read as halves.
typedef _Float16 half __attribute__((may_alias));

CLONES void psr_half_to_float(size_t n, const uint16_t *RESTRICT x, float *RESTRICT y) {
  const half *h = (const half *)x;
  for (size_t i = 0; i < n; i++) y[i] = (float)h[i];
}

CLONES void psr_float_to_half(size_t n, const float *RESTRICT x, uint16_t *RESTRICT y) {
  half *h = (half *)y;
  for (size_t i = 0; i < n; i++) h[i] = (half)x[i];
}
