#include "CKernels.h"
#include "clones.h"

CLONES void psr_axpy(size_t n, float a, const float *RESTRICT x, float *RESTRICT y) {
  for (size_t i = 0; i < n; i++) y[i] += a * x[i];
}

CLONES void psr_relu_backward(size_t n, const float *y, const float *dy, float *RESTRICT dx) {
  for (size_t i = 0; i < n; i++) dx[i] = y[i] > 0 ? dy[i] : 0;
}
