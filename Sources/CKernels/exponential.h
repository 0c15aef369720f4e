#ifndef PSRDB_EXPONENTIAL_H
#define PSRDB_EXPONENTIAL_H

// eˣ to about two units in the last place (Cephes' polynomial), in plain arithmetic so that the
// loops around it vectorise. Arguments are clamped to ±87, where float32 still holds the result.
static inline __attribute__((always_inline)) float exponential(float x) {
  x = x < -87.0f ? -87.0f : x > 87.0f ? 87.0f : x;
  float shifted = x * 1.44269504f + 12582912.0f;  // 1.5·2²³: rounds to a whole number
  float n = shifted - 12582912.0f;
  float r = x - n * 0.693359375f + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  union {
    float f;
    int i;
  } power;
  power.f = shifted;
  power.i = (power.i - 0x4B400000 + 127) << 23;
  return p * power.f;
}

static inline __attribute__((always_inline)) float sigmoid(float x) {
  return 1.0f / (1.0f + exponential(-x));
}

#endif
