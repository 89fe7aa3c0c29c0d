/* seed.c — drawn on first use; when two threads draw at once, the first one to store wins. */
#include "base/seed.h"

#include <stdatomic.h>
#include <sys/random.h>
#include <unistd.h>

static _Atomic uint64_t seed; /* 0: not drawn yet */

static uint64_t draw(void)
{
    uint64_t x = 0;
    if (getrandom(&x, sizeof x, GRND_NONBLOCK) != (ssize_t)sizeof x)
        x = (uint64_t)(uintptr_t)&x * 0x9E3779B97F4A7C15u ^ (uint64_t)getpid() << 32;
    return x ? x : 1;
}

uint64_t eq_seed(void)
{
    uint64_t now = atomic_load_explicit(&seed, memory_order_relaxed);
    uint64_t mine;
    if (now)
        return now;
    mine = draw();
    return atomic_compare_exchange_strong(&seed, &now, mine) ? mine : now;
}
