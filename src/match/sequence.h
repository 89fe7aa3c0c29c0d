/* sequence.h — one rule's sequences in progress.
 *
 *      key u   [stage 0: A3]   [stage 1: A1 B2]      at most one waiting partial for each key and stage
 *      key v   [stage 0: A5]
 *
 * An event is offered to later stages first: it takes the partial that waits before its stage, extends it, and lets it
 * wait one stage further, replacing what waited there. docs/semantics.md, Sequences, has the rules in full. Events must
 * come in order of time; with partitions, of the time in each (clocks.h). */
#ifndef EQ_MATCH_SEQUENCE_H
#define EQ_MATCH_SEQUENCE_H

#include "match/budget.h"
#include "match/clocks.h"
#include "match/engine.h"
#include "match/join_key.h"
#include "match/past.h"
#include "match/results.h"
#include "match/rule_stats.h"
#include "match/trace.h"

struct eq_sequence;
struct eq_saving;
struct eq_restoring;

/* What sequences of one matcher share. */
struct eq_sequence_context {
    const struct eq_alloc *alloc;
    const struct eq_program *program;
    struct eq_engine *engine;
    struct eq_budget *budget;
    struct eq_rule_stats *stats; /* by rule */
    struct eq_join_keys keys;
    struct eq_clocks clocks;
    struct eq_past_fields past_fields;
    eq_on_trace *on_trace; /* NULL: nobody listens */
    void *trace_ctx;
};

enum eq_status eq_sequence_new(struct eq_sequence **out, struct eq_sequence_context *context, uint32_t rule,
                               struct eq_results *results);
void eq_sequence_free(struct eq_sequence *s);
/* The event at hand was hit by these clauses of the rule, ascending. */
enum eq_status eq_sequence_feed(struct eq_sequence *s, struct eq_moment *moment, const uint32_t *clauses, size_t n);
/* Event time has reached `now`: forget what can no longer match, and give what no missing event can refute any more.
 * Without partitions. */
enum eq_status eq_sequence_advance(struct eq_sequence *s, struct eq_time now);
/* The same with partitions, for all rules, where the clocks of the event at hand were moved. */
enum eq_status eq_sequences_advance(struct eq_sequence **by_rule, struct eq_clocks *clocks);
/* The same for whatever time its clocks show now. */
enum eq_status eq_sequence_pass(struct eq_sequence *s);
/* The input has ended: nothing more can refute. */
enum eq_status eq_sequence_finish(struct eq_sequence *s);
size_t eq_sequence_bytes(const struct eq_sequence *s); /* held, as the budget counts them for it */
/* sequence_save.c, see save.h. */
void eq_sequence_save(struct eq_saving *out, struct eq_sequence *s);
void eq_sequence_restore(struct eq_restoring *r, struct eq_sequence *s); /* a new one */

#endif
