#include <stddef.h>
#include <stdint.h>

/// y = x, IEEE half (binary16 bits) to float. Exact.
void psr_half_to_float(size_t n, const uint16_t *x, float *y);
/// y = x, float to IEEE half, rounded to nearest even; beyond ±65504 becomes infinite.
void psr_float_to_half(size_t n, const float *x, uint16_t *y);
