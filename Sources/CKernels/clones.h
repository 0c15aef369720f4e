#ifndef PSRDB_CLONES_H
#define PSRDB_CLONES_H

// CLONES compiles a function for AVX-512, AVX2 and the baseline and picks one at load time by
// the CPU, so one binary runs everywhere. Other architectures, and a build with
// -DPSRDB_BASELINE, use the plain version.
#if defined(__x86_64__) && defined(__linux__) && !defined(PSRDB_BASELINE)
#define CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define CLONES
#endif

#define RESTRICT __restrict__

#endif
