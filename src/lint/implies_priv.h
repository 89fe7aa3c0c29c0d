/* implies_priv.h — what the files of the prover share. */
#ifndef EQ_LINT_IMPLIES_PRIV_H
#define EQ_LINT_IMPLIES_PRIV_H

#include "lint/implies.h"

/* Take a step; false when there are none left. */
static inline bool eq_prover_step(struct eq_prover *p)
{
    p->steps_left -= p->steps_left > 0;
    return p->steps_left > 0;
}

#endif
