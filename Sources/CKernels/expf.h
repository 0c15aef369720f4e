#ifndef PSRDB_EXPF_H
#define PSRDB_EXPF_H

#include <stdint.h>
#include <string.h>

/// eˣ within 2 units in the last place, written so that compilers vectorise it: libm's expf is a
/// call for every element. Arguments below −87 give e⁻⁸⁷, above 88 e⁸⁸: never 0, never infinite.
static inline float psr_expf(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  // Adding 1.5·2²³ rounds to an integer; the low bits of the sum are that integer.
  const float shifted = x * 1.44269504f + 12582912.0f;
  const float n = shifted - 12582912.0f;
  // ln 2 in two parts, so that r = x − n·ln 2 keeps its digits; |r| ≤ 0.347.
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  // Cephes' minimax polynomial of (eʳ − 1 − r)/r².
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  uint32_t bits;  // unsigned, so that what comes of a NaN is defined too
  memcpy(&bits, &shifted, 4);
  bits = (bits - 0x4B400000u + 127u) << 23;
  float scale;
  memcpy(&scale, &bits, 4);
  return p * scale;
}

#endif
