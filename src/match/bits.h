/* bits.h — sets of small numbers as bits. */
#ifndef EQ_MATCH_BITS_H
#define EQ_MATCH_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t eq_bit_words(size_t n)
{
    return n / 64 + 1;
}

static inline bool eq_bit_get(const uint64_t *bits, uint32_t i)
{
    return bits[i >> 6] >> (i & 63) & 1;
}

static inline void eq_bit_set(uint64_t *bits, uint32_t i)
{
    bits[i >> 6] |= (uint64_t)1 << (i & 63);
}

static inline void eq_bit_clear(uint64_t *bits, uint32_t i)
{
    bits[i >> 6] &= ~((uint64_t)1 << (i & 63));
}

/* The nearest bit that is set below `end`, or from `start` on below `end`; UINT32_MAX if none is. */
static inline uint32_t eq_bit_before(const uint64_t *bits, uint32_t end)
{
    uint64_t left = end & 63 ? bits[end >> 6] << (64 - (end & 63)) >> (64 - (end & 63)) : 0;
    uint32_t w = end >> 6;
    while (!left && w > 0)
        left = bits[--w];
    return left ? w * 64 + 63 - (uint32_t)__builtin_clzll(left) : UINT32_MAX;
}

static inline uint32_t eq_bit_from(const uint64_t *bits, uint32_t start, uint32_t end)
{
    if (start >= end)
        return UINT32_MAX;
    uint64_t left = bits[start >> 6] >> (start & 63) << (start & 63);
    uint32_t w = start >> 6;
    while (!left && ++w <= (end - 1) >> 6)
        left = bits[w];
    uint32_t bit = left ? w * 64 + (uint32_t)__builtin_ctzll(left) : UINT32_MAX;
    return bit < end ? bit : UINT32_MAX;
}

#endif
