/* selectivity.h — how often a condition on a field is likely to hold, guessed before any event is seen.
 *
 * Only speed depends on these guesses: they choose which condition of a rule stands guard before the others. */
#ifndef EQ_PLAN_SELECTIVITY_H
#define EQ_PLAN_SELECTIVITY_H

#include "plan/plan.h"

/* Share of events, 0..1, for which the predicate `leaf` (ANY of COMPARE, IN, LIKE on a field; or EXISTS) is true. */
double eq_selectivity(const struct eq_node *leaf);
/* How good a witness the predicate makes, 0 (best) .. 1: its share, but what says which kind of event it is weighs more. That
 * is looked at first in any case (match/decision.h), so among the events of a kind another condition tells more. */
double eq_witness_weight(const struct eq_node *leaf);
/* Share of events that have the field at all. */
double eq_presence_share(struct eq_slice path);

#endif
