#include <stddef.h>

// The output may be the input or dy.

/// y = x·σ(x)
void psr_silu(size_t n, const float *x, float *y);
/// dx = dy·(x·σ(x))′
void psr_silu_backward(size_t n, const float *x, const float *dy, float *dx);
/// y = x·Φ(x) with Φ by tanh: ½x(1 + tanh(√(2/π)(x + 0.044715x³)))
void psr_gelu(size_t n, const float *x, float *y);
/// dx = dy·gelu′(x)
void psr_gelu_backward(size_t n, const float *x, const float *dy, float *dx);
