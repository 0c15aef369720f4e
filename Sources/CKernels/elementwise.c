#include "CKernels.h"
#include "clones.h"

CLONES void psr_axpy(size_t n, float a, const float *RESTRICT x, float *RESTRICT y) {
  for (size_t i = 0; i < n; i++) y[i] += a * x[i];
}

CLONES void psr_axpby(size_t n, float a, const float *RESTRICT x, float b, float *RESTRICT y) {
  for (size_t i = 0; i < n; i++) y[i] = a * x[i] + b * y[i];
}
