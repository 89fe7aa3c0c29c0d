/* decision.h — what the few fields that say which kind of event this is leave to be asked.
 *
 *      guards      event.category event.type host.os.type …     many clauses ask them, each for few values
 *        │
 *        ▼  which of their predicates are true
 *      [3 17 40] ─▶ decision: clauses that are true by that alone
 *                     │
 *                     └─▶ residual: clauses still open, the predicates and fields that those still read
 *
 * "process where …" is false for every file event, and so are nearly all clauses for any one event. A decision works that
 * out once for each combination of guard predicates; equal residuals are one object. Fields that no open clause reads
 * are not looked at, and predicates that none reads are not noted.
 *
 * Decisions are made at run time, for combinations that were seen before and not more often than a share of the events,
 * so that a stream of ever new combinations costs little. They have a budget of bytes and begin anew when it is used up. */
#ifndef EQ_MATCH_DECISION_H
#define EQ_MATCH_DECISION_H

#include "plan/program.h"

/* ── Which fields are guards; read-only, shared ── */

#define EQ_GUARDS_MAX 8

struct eq_guards {
    uint32_t fields[EQ_GUARDS_MAX];
    size_t n_fields;        /* 0: there are no decisions to make */
    uint64_t *is_field;     /* bit by field */
    uint64_t *is_predicate; /* bit by eager predicate */
};

/* Memory from `arena`. */
enum eq_status eq_guards_build(struct eq_guards *out, const struct eq_program *program, struct eq_arena *arena);

/* ── Decisions; one thread's ── */

struct eq_residual {
    const uint64_t *live;   /* bit by clause: open filters of rules and trackers */
    const uint64_t *needed; /* bit by eager predicate, guards left out */
    const uint64_t *fields; /* bit by field: some needed predicate reads it */
    const uint64_t *values; /* bit by field: and asks for more than whether it exists */
    const uint32_t *always; /* open clauses to ask whatever the other fields hold */
    uint32_t n_always;
};

struct eq_decision {
    const struct eq_residual *residual;
    const uint32_t *certain; /* clauses that are true; ascending */
    uint32_t n_certain;
};

struct eq_decisions;

struct eq_decision_stats {
    uint64_t hits, misses, made, resets;
    size_t residuals, bytes; /* at hand now */
};

/* `program` and `guards` are borrowed; `budget` bytes for decisions and residuals. */
enum eq_status eq_decisions_new(struct eq_decisions **out, const struct eq_program *program,
                                const struct eq_guards *guards, size_t budget, const struct eq_alloc *alloc);
void eq_decisions_free(struct eq_decisions *d); /* NULL is fine */

/* The decision for an event whose true guard predicates are `found`, the same as bits of `truth`; valid until the next
 * call. NULL: there is none yet, ask everything. */
const struct eq_decision *eq_decisions_find(struct eq_decisions *d, const uint32_t *found, size_t n,
                                            const uint64_t *truth);
struct eq_decision_stats eq_decisions_stats(const struct eq_decisions *d);

#endif
