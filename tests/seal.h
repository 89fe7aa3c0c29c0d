/* seal.h — a right length and checksum for a state that was made or changed by hand (src/api/state.c). */
#ifndef EQ_TESTS_SEAL_H
#define EQ_TESTS_SEAL_H

#include <stdint.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { SEAL_HEAD = 12, SEAL_BYTES = 24 };

/* The last SEAL_BYTES of `len` are set to what those before ask for. */
static inline void seal(char *state, size_t len)
{
    XXH128_canonical_t hash;
    for (unsigned i = 0; i < 8; i++)
        state[len - SEAL_BYTES + i] = (char)((uint64_t)(len - SEAL_BYTES) >> (8 * i));
    XXH128_canonicalFromHash(&hash, XXH3_128bits(state, len - sizeof hash.digest));
    memcpy(state + len - sizeof hash.digest, hash.digest, sizeof hash.digest);
}

#endif
