/* dispatch.h — which clauses could be true, given the eager predicates that are.
 *
 *      predicate  ─▶ clauses that have it as a witness          all other clauses stay asleep
 *      (none)     ─▶ clauses without witnesses: always asked
 *
 * Built once per program, read-only. */
#ifndef EQ_MATCH_DISPATCH_H
#define EQ_MATCH_DISPATCH_H

#include "plan/program.h"

struct eq_dispatch {
    uint32_t *starts;  /* by witness; clauses[starts[p] .. starts[p + 1]) */
    uint32_t *clauses;
    uint32_t *always;
    size_t n_always;
};

/* Memory from `arena`. */
enum eq_status eq_dispatch_build(struct eq_dispatch *out, const struct eq_program *program, struct eq_arena *arena);

#endif
