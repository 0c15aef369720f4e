#include <stddef.h>

/// One step of SGD with momentum: v = m·v + g + decay·w; w −= rate·v (PyTorch's rule).
void psr_sgd(size_t n, float rate, float momentum, float decay, float *w, const float *g,
             float *v);
/// One step of AdamW: decoupled decay, moments m and v, bias corrections c1 = 1 − β1ᵗ and
/// c2 = 1 − β2ᵗ (PyTorch's rule).
void psr_adamw(size_t n, float rate, float beta1, float beta2, float epsilon, float decay,
               float c1, float c2, float *w, const float *g, float *m, float *v);
/// e = d·e + (1 − d)·w
void psr_ema(size_t n, float d, const float *w, float *e);
/// Σ g², in double precision with eight interleaved sums.
double psr_squares(size_t n, const float *g);
