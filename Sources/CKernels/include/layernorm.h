#include <stddef.h>

/// y = (x − mean)/deviation·(1 + scale) + shift over each of `rows` rows of `width`; shift and
/// scale, `width` each, are shared by the rows. statistics is [rows][2]: mean, 1/deviation.
void psr_layernorm(size_t rows, size_t width, float epsilon, const float *x, const float *shift,
                   const float *scale, float *statistics, float *y);
/// Adds the gradient by x to dx; writes those by shift and scale.
void psr_layernorm_backward(size_t rows, size_t width, const float *x, const float *scale,
                            const float *statistics, const float *dy, float *dx, float *dshift,
                            float *dscale);
/// y = x + gate·a, gate shared by the rows.
void psr_gate(size_t rows, size_t width, const float *x, const float *gate, const float *a,
              float *y);
/// da = gate·dy, dgate = Σ dy·a over the rows.
void psr_gate_backward(size_t rows, size_t width, const float *gate, const float *a,
                       const float *dy, float *da, float *dgate);
/// sums += the column sums of x, whose rows are `stride` apart.
void psr_column_sums(size_t rows, size_t width, size_t stride, const float *x, float *sums);
