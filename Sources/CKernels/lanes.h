#ifndef PSRDB_LANES_H
#define PSRDB_LANES_H

#include <string.h>

// Sixteen floats at a time over the channels. The compiler splits them into whatever registers
// the clone's instruction set has. Loads and stores are unaligned and may be partial.
//
// The warning is about passing such vectors between functions of different instruction sets;
// every function that takes or returns one is inlined.
#pragma clang diagnostic ignored "-Wpsabi"
typedef float lanes __attribute__((vector_size(64)));

#define LANES 16

// Columns of a panel of a packed matrix.
#define PRODUCT_PANEL 32

static inline __attribute__((always_inline)) lanes load_lanes(const float *p) {
  lanes v;
  memcpy(&v, p, sizeof v);
  return v;
}

static inline __attribute__((always_inline)) void store_lanes(float *p, lanes v) {
  memcpy(p, &v, sizeof v);
}

static inline __attribute__((always_inline)) lanes load_some(const float *p, size_t n) {
  lanes v = {0};
  if (n >= LANES) return load_lanes(p);
  memcpy(&v, p, n * sizeof(float));
  return v;
}

static inline __attribute__((always_inline)) void store_some(float *p, lanes v, size_t n) {
  if (n >= LANES) store_lanes(p, v);
  else memcpy(p, &v, n * sizeof(float));
}

#endif
