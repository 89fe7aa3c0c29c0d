/* seed.h — one random number per process, so that nobody can choose keys that collide in our tables. */
#ifndef EQ_BASE_SEED_H
#define EQ_BASE_SEED_H

#include <stdint.h>

/* The same number from the first call to the end of the process; never 0. Any thread may call. */
uint64_t eq_seed(void);

#endif
