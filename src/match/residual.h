/* residual.h — a program with the guards filled in: which clauses are true, false or open, and what the open ones read.
 *
 *      jumps   0: d ? ACCEPT : REJECT      guard c is true, others are not known
 *              1: c ? 0 : REJECT           1 goes to 0, 0 can end either way
 *              2: b ? 1 : REJECT           so d and b are needed, and the clause that begins at 2 is open
 *
 * A jump leads only to jumps before it. So one pass downward from where clauses begin finds the jumps that could be come
 * to, past all guards; one pass upward how each of them can end; and one downward from the open clauses what they read.
 * Of the many clauses that their first guard makes false nothing at all is looked at: clauses are dealt out to gates. */
#ifndef EQ_MATCH_RESIDUAL_H
#define EQ_MATCH_RESIDUAL_H

#include "match/decision.h"

/* Filters, one after another in `filters`, that are false unless a guard predicate is true. */
struct eq_residual_gate {
    uint32_t predicate; /* EQ_NONE: those that have none at their beginning */
    uint32_t n;
};

/* Everything is sized for the program, and kept from one time to the next. */
struct eq_residual_maker {
    const struct eq_alloc *alloc;
    const struct eq_program *program;
    const struct eq_guards *guards;
    uint32_t *filters;  /* clauses of rules and trackers, by gates */
    struct eq_residual_gate *gates;
    size_t n_gates;
    uint64_t *alive;    /* bit by filter that its first guards leave possible, and ... */
    uint32_t *entries;  /* ... where it begins behind them */
    uint64_t *possible; /* bit by jump that some filter could come to; no guards */
    uint8_t *ends;      /* by possible jump: how it can end */
    uint64_t *reached;  /* bit by jump that an open clause could come to */
    /* What came out; the bits stand in one piece, so that residuals can be compared and copied. */
    uint64_t *bits, *live, *needed, *fields, *values;
    size_t n_words;    /* of all four */
    uint32_t *always, *certain;
    uint32_t n_always, n_certain;
};

enum eq_status eq_residual_maker_init(struct eq_residual_maker *m, const struct eq_program *program,
                                      const struct eq_guards *guards, const struct eq_alloc *alloc);
void eq_residual_maker_free(struct eq_residual_maker *m);
/* Fill in the guards: bits of `truth`. */
void eq_residual_make(struct eq_residual_maker *m, const uint64_t *truth);

#endif
