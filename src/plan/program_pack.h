/* program_pack.h — what was compiled of a program, in an image of its plans, and back.
 *
 *      leaves    2 3 7 …                                       nodes that are predicates, in their final order
 *      clauses   jumps (0 REJECT ACCEPT) (1 ACCEPT 0) …        of each stage of each rule, then of its until
 *                witnesses 1 …
 *
 * Conditions inside a leaf are compiled again with it; they are few. What is read is checked so far that it can be run: a
 * jump leads backwards, a predicate reads what its stage may, a witness can be one. That a clause asks what its plan says
 * is not: whoever writes a pack decides what its rules find. */
#ifndef EQ_PLAN_PROGRAM_PACK_H
#define EQ_PLAN_PROGRAM_PACK_H

#include "plan/plan_pack.h"
#include "plan/program.h"

/* Writing: number the nodes of all leaves, before the nodes are written. */
void eq_program_pack_number(struct eq_plan_pack *x, const struct eq_program *p);
void eq_program_pack(struct eq_plan_pack *x, const struct eq_program *p);

struct eq_packed_program {
    struct eq_known_nodes known;
    struct eq_ready_clause *clauses; /* of all rules, one after the other */
};

/* Reading: after the nodes, and the `n` plans whose clauses follow. Lives in the image and its arena. */
void eq_program_unpack(struct eq_packed_program *out, struct eq_plan_pack *x, const struct eq_plan *plans, size_t n);

#endif
