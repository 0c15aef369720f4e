#include "CKernels.h"
#include "clones.h"


CLONES void psr_sgd(size_t n, float rate, float momentum, float decay, float *RESTRICT w,
                    const float *RESTRICT g, float *RESTRICT v) {
  for (size_t i = 0; i < n; i++) {
    float u = momentum * v[i] + (g[i] + decay * w[i]);
    v[i] = u;
    w[i] -= rate * u;
  }
}

CLONES void psr_adamw(size_t n, float rate, float beta1, float beta2, float epsilon, float decay,
                      float c1, float c2, float *RESTRICT w, const float *RESTRICT g,
                      float *RESTRICT m, float *RESTRICT v) {
  float step = rate / c1, scale = 1.0f / __builtin_elementwise_sqrt(c2);
  for (size_t i = 0; i < n; i++) {
    float a = beta1 * m[i] + (1.0f - beta1) * g[i];
    float b = beta2 * v[i] + (1.0f - beta2) * g[i] * g[i];
    m[i] = a;
    v[i] = b;
    w[i] = w[i] * (1.0f - rate * decay) - step * a / (__builtin_elementwise_sqrt(b) * scale + epsilon);
  }
}

CLONES void psr_ema(size_t n, float d, const float *RESTRICT w, float *RESTRICT e) {
  for (size_t i = 0; i < n; i++) e[i] = d * e[i] + (1.0f - d) * w[i];
}

CLONES double psr_squares(size_t n, const float *g) {
  double sums[8] = {0};
  size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (size_t k = 0; k < 8; k++) sums[k] += (double)g[i + k] * g[i + k];
  for (; i < n; i++) sums[i % 8] += (double)g[i] * g[i];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}
