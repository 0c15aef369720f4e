#include <stddef.h>
#include <stdint.h>

/// y += a·x
void psr_axpy(size_t n, float a, const float *x, float *y);
/// dx = dy where y > 0, else 0
void psr_relu_backward(size_t n, const float *y, const float *dy, float *dx);
