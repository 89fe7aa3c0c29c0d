/* seed.h — one random number per process, so that nobody can choose keys that collide in our tables. */
#ifndef EQ_BASE_SEED_H
#define EQ_BASE_SEED_H

#include <stdint.h>

extern uint64_t eq_seed_drawn; /* 0: not drawn yet; read and written atomically */
uint64_t eq_seed_draw(void);   /* draws it, or takes what another thread drew meanwhile */

/* The same number from the first call to the end of the process; never 0. Any thread may call. */
static inline uint64_t eq_seed(void)
{
    uint64_t seed = __atomic_load_n(&eq_seed_drawn, __ATOMIC_RELAXED);
    return seed ? seed : eq_seed_draw();
}

#endif
