#include <stddef.h>

// Reductions sum 32 interleaved lanes in a fixed order: the same bits on every CPU, and, since
// rounding is monotone, a sum never grows when one of its terms shrinks (lazy greedy needs that).

/// Writes the rows of x (n×d) scaled to unit length to y, and their squared lengths. A zero row
/// stays zero.
void psr_unit_rows(size_t n, size_t d, const float *x, float *y, double *squares);
/// Σ max(0, s − best): what a candidate adds to the sum of best similarities.
float psr_coverage_gain(size_t n, const float *s, const float *best);
/// best = max(best, s)
void psr_coverage_add(size_t n, const float *s, float *best);
/// Σ min(s, rest): what a candidate adds to the sum of saturating similarities.
float psr_saturated_gain(size_t n, const float *s, const float *rest);
/// rest = max(0, rest − s)
void psr_saturated_add(size_t n, const float *s, float *rest);
/// y (columns×rows, stride ldy) = transpose of x (rows×columns, stride ldx)
void psr_transpose(
    size_t rows, size_t columns, const float *x, size_t ldx, float *y, size_t ldy);
