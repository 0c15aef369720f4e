#include <stdbool.h>
#include <stddef.h>

// Matrix products with weights, and Winograd's many middle-sized ones, where a library spends up to
// a third of its time packing operands that here are packed once a step or need no packing.

/// Floats of a packed B of K rows and N columns.
size_t psr_packed_size(size_t K, size_t N);
/// Packs B [K, N] into panels of 32 columns, the last filled up with zeros.
void psr_pack(size_t K, size_t N, const float *b, float *packed);
/// The same from B's transpose [N, K].
void psr_pack_transposed(size_t K, size_t N, const float *b, float *packed);
/// C [M, N] = A [M, K] · packed B + bias [N], which may be null; rows of A and C lie K and N apart.
/// Every element is a sum in order of K, begun with the bias, whatever M.
void psr_product_packed(size_t M, size_t N, size_t K, const float *a, const float *packed,
                        const float *bias, float *c);
/// C [M, N] = Aᵀ · B with A [K, M] and B [K, N], as a sum of outer products in order of K; or it
/// `adds` that to C.
void psr_product_outer(size_t M, size_t N, size_t K, const float *a, const float *b, float *c,
                       bool adds);
