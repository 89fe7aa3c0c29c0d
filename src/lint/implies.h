/* implies.h — what follows from what: proofs about conditions, before any event is seen.
 *
 *      process.name : "cmd*"           implies     process.name : ("c*", "x")
 *      not x : "a*"                    implies     not x : "ab*"
 *      user.id == "5"                  implies     user.id != null
 *      x == null                       excludes    x : "a"
 *
 * Yes is a proof: it holds for every event, arrays and missing fields included. No means only that none was found. Work
 * is bounded: beyond `steps_left` nothing is proven any more. */
#ifndef EQ_LINT_IMPLIES_H
#define EQ_LINT_IMPLIES_H

#include "plan/plan.h"

struct eq_prover {
    struct eq_arena *scratch; /* folded text; grows while it proves */
    uint64_t steps_left;      /* about one comparison each; 0 may also mean that memory ran out (nomem) */
    bool one_value;           /* take for granted that fields which hold one value by ECS do so */
    bool nomem;
};

/* Whenever a is true, so is b. Both are conditions of the same event. */
bool eq_implies(struct eq_prover *p, const struct eq_node *a, const struct eq_node *b);
/* a and b are never both true. */
bool eq_excludes(struct eq_prover *p, const struct eq_node *a, const struct eq_node *b);
/* Built alike, spans aside. */
bool eq_same(struct eq_prover *p, const struct eq_node *a, const struct eq_node *b);

/* Element i of a list (COMPARE ==, IN, LIKE or REGEX; elements are its kids from 1 on) covers only what element j of
 * another list, about the same value, covers too. */
bool eq_element_implies(struct eq_prover *p, const struct eq_node *a, uint32_t i, const struct eq_node *b, uint32_t j);
/* No single value fits both lists, whatever they are about. */
bool eq_lists_exclude(struct eq_prover *p, const struct eq_node *a, const struct eq_node *b);
/* Is this a COMPARE ==, IN, LIKE or REGEX whose elements are all constants? */
bool eq_is_list(const struct eq_node *n);
/* A pattern of nothing but stars. */
bool eq_is_stars(const struct eq_node *list, uint32_t i);

/* By ECS the field holds one value (one_value.def). What else might be an array is left alone. */
bool eq_holds_one_value(const struct eq_node *field);

/* The stages are joined by the same fields. */
bool eq_keys_equal(const struct eq_plan_stage *a, const struct eq_plan_stage *b);
/* The plans give the same results for all events. */
bool eq_plans_equal(struct eq_prover *p, const struct eq_plan *a, const struct eq_plan *b);

#endif
