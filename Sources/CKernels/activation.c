#include "CKernels.h"
#include "clones.h"
#include "expf.h"

// Input and output may be the same array: each element depends on its own index alone.
#define ELEMENTWISE _Pragma("clang loop vectorize(assume_safety)")

CLONES void psr_silu(size_t n, const float *x, float *y) {
  ELEMENTWISE for (size_t i = 0; i < n; i++) y[i] = x[i] / (1.0f + psr_expf(-x[i]));
}

CLONES void psr_silu_backward(size_t n, const float *x, const float *dy, float *dx) {
  ELEMENTWISE for (size_t i = 0; i < n; i++) {
    const float s = 1.0f / (1.0f + psr_expf(-x[i]));
    dx[i] = dy[i] * s * (1.0f + x[i] * (1.0f - s));
  }
}

// ½(1 + tanh u) = σ(2u), so GELU's tanh form is x·σ(2√(2/π)(x + 0.044715x³)).
static const float a = 1.5957691216f;
static const float b = 0.044715f;

CLONES void psr_gelu(size_t n, const float *x, float *y) {
  ELEMENTWISE for (size_t i = 0; i < n; i++) {
    const float u = a * (x[i] + b * x[i] * x[i] * x[i]);
    y[i] = x[i] / (1.0f + psr_expf(-u));
  }
}

CLONES void psr_gelu_backward(size_t n, const float *x, const float *dy, float *dx) {
  ELEMENTWISE for (size_t i = 0; i < n; i++) {
    const float u = a * (x[i] + b * x[i] * x[i] * x[i]);
    const float s = 1.0f / (1.0f + psr_expf(-u));
    const float slope = a * (1.0f + 3.0f * b * x[i] * x[i]);
    dx[i] = dy[i] * s * (1.0f + x[i] * (1.0f - s) * slope);
  }
}
