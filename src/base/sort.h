/* sort.h — numbers put in order by what they stand for: in place, without memory, n log n whatever they are. */
#ifndef EQ_BASE_SORT_H
#define EQ_BASE_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Does the thing with number `a` come before that with number `b`? */
typedef bool eq_comes_before(uint32_t a, uint32_t b, const void *ctx);

void eq_sort(uint32_t *numbers, size_t n, eq_comes_before *before, const void *ctx);

/* The numbers themselves, ascending; fastest for few. */
void eq_sort_numbers(uint32_t *numbers, size_t n);

#endif
