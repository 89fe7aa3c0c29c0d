/* fuzz.h — what the fuzz targets share. A broken promise ends the program, so that the fuzzer keeps the input. */
#ifndef EQ_TESTS_FUZZ_H
#define EQ_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifdef __cplusplus
}
#endif

#define PROMISE(what)                                                                  \
    do {                                                                               \
        if (!(what)) {                                                                 \
            fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #what); \
            abort();                                                                   \
        }                                                                              \
    } while (0)

/* A copy in a block of exactly its size, so that reading one byte too many is seen. Never NULL. */
static inline char *fuzz_copy(const void *data, size_t size)
{
    char *copy = (char *)malloc(size ? size : 1);
    PROMISE(copy);
    if (size)
        memcpy(copy, data, size);
    return copy;
}

#endif
