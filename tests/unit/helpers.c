/* helpers.c — what several suites need. */
#include "unit/helpers.h"

#include <stdlib.h>

void *faulty_resize(void *ptr, size_t size, void *ctx)
{
    struct faulty *f = ctx;
    if (size == 0) {
        f->live -= ptr != NULL;
        free(ptr);
        return NULL;
    }
    f->calls++;
    if (f->fail_at && (f->calls == f->fail_at || (f->forever && f->calls > f->fail_at))) {
        f->failed = true;
        return NULL;
    }
    void *out = realloc(ptr, size);
    f->live += !ptr && out;
    return out;
}

void faulty_allow(struct faulty *f, size_t n)
{
    f->fail_at = f->calls + n + 1;
    f->forever = true;
}
