/* selectivity.h — how often a condition on a field is likely to hold, guessed before any event is seen.
 *
 * Only speed depends on these guesses: they choose which condition of a rule stands guard before the others. */
#ifndef EQ_PLAN_SELECTIVITY_H
#define EQ_PLAN_SELECTIVITY_H

#include "plan/plan.h"

/* Share of events, 0..1, for which the predicate `leaf` (ANY of COMPARE, IN, LIKE on a field; or EXISTS) is true. */
double eq_selectivity(const struct eq_node *leaf);

#endif
