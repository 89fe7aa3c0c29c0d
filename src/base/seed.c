/* seed.c — drawn on first use; when two threads draw at once, the first one to store wins. */
#include "base/seed.h"

#include <stdbool.h>
#include <sys/random.h>
#include <unistd.h>

uint64_t eq_seed_drawn;

static uint64_t random_number(void)
{
    uint64_t x = 0;
    if (getrandom(&x, sizeof x, GRND_NONBLOCK) != (ssize_t)sizeof x)
        x = (uint64_t)(uintptr_t)&x * 0x9E3779B97F4A7C15u ^ (uint64_t)getpid() << 32;
    return x ? x : 1;
}

uint64_t eq_seed_draw(void)
{
    uint64_t mine = random_number(), drawn = 0;
    bool first = __atomic_compare_exchange_n(&eq_seed_drawn, &drawn, mine, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    return first ? mine : drawn;
}
