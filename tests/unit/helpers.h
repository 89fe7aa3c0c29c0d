/* helpers.h — what several suites need: an allocator that fails on purpose. */
#ifndef EQ_TESTS_UNIT_HELPERS_H
#define EQ_TESTS_UNIT_HELPERS_H

#include <stdbool.h>
#include <stddef.h>

struct faulty {
    size_t calls, fail_at; /* the fail_at-th allocation fails, counted from 1; 0: none */
    bool forever;          /* and all after it */
    bool failed;           /* one did */
    long live;             /* blocks not given back */
};
#define FAULTY_AFTER(n) {.fail_at = (n) + 1, .forever = true} /* n allocations, and no more */

/* For struct eq_alloc and eqlite_allocator, with a struct faulty as ctx. */
void *faulty_resize(void *ptr, size_t size, void *ctx);
/* From now on n allocations, and no more. */
void faulty_allow(struct faulty *f, size_t n);

#endif
