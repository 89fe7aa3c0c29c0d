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

#endif
