/* matcher.h — events in, alerts out: the engine's hits become results of rules.
 *
 *      event ─▶ (reorder.h) ─▶ engine ─▶ hits ─┬─ event rules ────────────────────────┐
 *                                              └─ stages ─▶ sequence.h, sample.h ─────┴─▶ results.h ─▶ on_alert
 *
 * The only place that remembers the past. One per thread or partition. */
#ifndef EQ_MATCH_MATCHER_H
#define EQ_MATCH_MATCHER_H

#include "base/pack.h"
#include "match/alert.h"
#include "match/engine.h"
#include "match/reorder.h"
#include "match/results.h"
#include "match/trace.h"

struct eq_matcher;

struct eq_matcher_options {
    eq_result_out *on_alert;
    void *ctx;
    uint64_t limit;           /* per rule; 0: none */
    uint32_t samples_per_key; /* 0: 1 */
    bool unwrap;
    size_t memory_bytes;      /* for what is remembered; 0: EQ_BUDGET_DEFAULT */
    struct eq_reorder_options order; /* used if rules depend on the order of events, and there is a lateness or a
                                        tiebreaker */
    eq_on_trace *on_trace;    /* of sequences in progress, with `ctx`; NULL: nobody listens */
};

struct eq_matcher_stats {
    uint64_t events, bad_events, repaired_events, bytes, alerts, no_timestamp, late, keys_cut, reordered, reorder_forced;
    uint64_t clocks_forgotten; /* of partitions, see clocks.h */
    size_t memory_limit, memory_used, memory_peak; /* bytes, of what is remembered */
    struct eq_engine_stats engine;
};

enum eq_status eq_matcher_new(struct eq_matcher **out, const struct eq_ruleset *rules,
                              const struct eq_matcher_options *options, const struct eq_alloc *alloc);
void eq_matcher_free(struct eq_matcher *m);
/* EQ_INVALID: not an event (*error says why); it is counted and changes nothing. EQ_END: on_alert asked to stop. */
enum eq_status eq_matcher_feed(struct eq_matcher *m, struct eq_slice text, const struct eq_origin *origin,
                               struct eq_decode_error *error);
/* Match what is held back for order, though earlier events may still come. */
enum eq_status eq_matcher_flush(struct eq_matcher *m);
/* Nothing older than `now` will come. */
enum eq_status eq_matcher_advance(struct eq_matcher *m, struct eq_time now);
enum eq_status eq_matcher_finish(struct eq_matcher *m);
bool eq_matcher_done(const struct eq_matcher *m);
/* Everything fed so far is matched, or held back for order. */
enum eq_status eq_matcher_settle(struct eq_matcher *m);

/* A rule by its content, whatever its number is. */
struct eq_rule_identity {
    char bytes[16];
};
struct eq_restored {
    size_t kept, fresh, dropped; /* rules: with their past; without one; that are no more */
};
/* matcher_save.c: write down all that is remembered (save.h). `identities` are those of the rules, by number. */
void eq_matcher_save(struct eq_pack *p, struct eq_matcher *m, const struct eq_rule_identity *identities);
/* Into a new matcher. Where it fails, the matcher can only be freed. */
void eq_matcher_restore(struct eq_restored *out, struct eq_unpack *u, struct eq_matcher *m,
                        const struct eq_rule_identity *identities);
void eq_matcher_stats(const struct eq_matcher *m, struct eq_matcher_stats *out);
const struct eq_rule_stats *eq_matcher_rule_stats(const struct eq_matcher *m, size_t rule); /* its own, live */

#endif
