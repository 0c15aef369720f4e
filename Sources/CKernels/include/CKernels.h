#ifndef PSRDB_CKERNELS_H
#define PSRDB_CKERNELS_H

// The few loops that Swift cannot make fast by itself: transcendental functions, fused
// elementwise passes, half floats and Winograd transforms. Every function is single-threaded,
// touches only the ranges its arguments describe, and gives the same bits at every call.

#include "activation.h"
#include "attention.h"
#include "elementwise.h"
#include "half.h"
#include "im2col.h"
#include "layernorm.h"
#include "normalization.h"
#include "optimizer.h"
#include "product.h"
#include "selection.h"
#include "stem.h"
#include "winograd.h"

#endif
