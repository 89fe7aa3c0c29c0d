/* matcher.h — events in, alerts out: the engine's hits become results of rules.
 *
 *      event ─▶ (reorder.h) ─▶ engine ─▶ hits ─┬─ event rules ────────────────────────┐
 *                  engines of a crew.h ─▶──────┴─ stages ─▶ sequence.h, sample.h ─────┴─▶ results.h ─▶ on_alert
 *
 * The only place that remembers the past. Its functions and callbacks run in the caller's thread; with several threads
 * only the engines' work is dealt out. */
#ifndef EQ_MATCH_MATCHER_H
#define EQ_MATCH_MATCHER_H

#include "base/pack.h"
#include "match/alert.h"
#include "match/crew.h"
#include "match/reorder.h"
#include "match/results.h"
#include "match/trace.h"

struct eq_matcher;

/* Told of an event that is none: where it came from and why. */
typedef void eq_on_bad_event(const struct eq_origin *origin, const struct eq_decode_error *error, void *ctx);

struct eq_matcher_options {
    eq_result_out *on_alert;
    eq_on_bad_event *on_bad_event; /* NULL: only counted */
    void *ctx;
    uint64_t limit;           /* per rule; 0: none */
    uint32_t samples_per_key; /* 0: 1 */
    bool unwrap;
    size_t memory_bytes;      /* for what is remembered; 0: EQ_BUDGET_DEFAULT */
    struct eq_reorder_options order; /* used if rules depend on the order of events, and there is a lateness or a
                                        tiebreaker */
    eq_on_trace *on_trace;    /* of sequences in progress, with `ctx`; NULL: nobody listens */
    unsigned threads;         /* that look at events; 0 and 1: the caller's alone */
    size_t block_bytes;       /* of events that a thread takes at a time; 0: EQ_CREW_BLOCK_BYTES */
    bool profile;
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
/* What is no event is counted, and on_bad_event told. EQ_END: on_alert asked to stop. With several threads, results may
 * come with a later call, and once nothing can change them (eq_matcher_done) events are not counted any more. */
enum eq_status eq_matcher_feed(struct eq_matcher *m, struct eq_slice text, const struct eq_origin *origin);
/* Have everything done that was fed, but for what is held back for order. */
enum eq_status eq_matcher_settle(struct eq_matcher *m);
/* Match what is held back for order, though earlier events may still come. */
enum eq_status eq_matcher_flush(struct eq_matcher *m);
/* Nothing older than `now` will come. */
enum eq_status eq_matcher_advance(struct eq_matcher *m, struct eq_time now);
enum eq_status eq_matcher_finish(struct eq_matcher *m);
bool eq_matcher_done(const struct eq_matcher *m);

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
/* Does the process of the event fed last stand in the relation of a tracker (match/lineage.h)? */
bool eq_matcher_lineage_holds(const struct eq_matcher *m, uint32_t tracker);
/* With options.profile, settled: of all engines and what follows, but for the parts; of one rule. False: there is none. */
bool eq_matcher_profile(const struct eq_matcher *m, struct eq_profile *out);
bool eq_matcher_rule_profile(const struct eq_matcher *m, size_t rule, struct eq_profile_counts *out);
/* Bytes of memory_used that a rule holds; events that wait with several of its sequences count for each. */
size_t eq_matcher_rule_bytes(const struct eq_matcher *m, size_t rule);
const struct eq_rule_stats *eq_matcher_rule_stats(const struct eq_matcher *m, size_t rule); /* its own, live */

#endif
