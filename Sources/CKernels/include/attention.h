#include <stddef.h>

/// The length of one row of attention probabilities: `tokens` rounded up to whole vectors.
size_t psr_attention_row(size_t tokens);
/// Floats of scratch that the two functions below need.
size_t psr_attention_scratch(size_t tokens, size_t head);
/// Softmax attention within one sample: o = softmax(q·kᵀ/√head)·v for every head.
/// qkv is [tokens][3][heads][head], o [tokens][heads][head]; probabilities, kept for the backward
/// pass, [heads][tokens][psr_attention_row(tokens)].
void psr_attention(size_t tokens, size_t heads, size_t head, const float *qkv,
                   float *probabilities, float *o, float *scratch);
/// The gradient by qkv, from that by o. Overwrites dqkv.
void psr_attention_backward(size_t tokens, size_t heads, size_t head, const float *qkv,
                            const float *probabilities, const float *dO, float *dqkv,
                            float *scratch);
