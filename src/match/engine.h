/* engine.h — one event against all clauses of a program.
 *
 *      event ─▶ guards ─▶ decision: what is still open ┐
 *         └───▶ values ─▶ index: eager predicates ─────┴▶ dispatch: clauses that could be true ─▶ jumps ─▶ hits
 *                                                                                     lazy predicates ┘
 *
 * A ruleset is what matchers share: the program, its index, dispatch and regexes. An engine is one thread's scratch. */
#ifndef EQ_MATCH_ENGINE_H
#define EQ_MATCH_ENGINE_H

#include "event/event.h"
#include "event/time.h"
#include "match/decision.h"
#include "match/lineage.h"
#include "match/memo.h"
#include "match/profile.h"
#include "match/regex.h"
#include "plan/program.h"

struct eq_ruleset;

/* What is switched on; less only for comparing. */
enum eq_engine_stages {
    EQ_ENGINE_PLAIN,     /* tables and witnesses alone */
    EQ_ENGINE_MEMO,      /* and remember shapes of events, and what repeated values make true: memo.h */
    EQ_ENGINE_DECISIONS  /* and what kinds of events leave open: decision.h */
};

/* Take over a finished program and its regexes; both are freed with the ruleset, and on failure. */
enum eq_status eq_ruleset_new(struct eq_ruleset **out, struct eq_program *program, struct eq_regexes *regexes,
                              enum eq_engine_stages stages, const struct eq_alloc *alloc);
void eq_ruleset_free(struct eq_ruleset *r);
const struct eq_program *eq_ruleset_program(const struct eq_ruleset *r);

struct eq_engine;

struct eq_engine_stats {
    uint64_t regex_fallbacks, regex_failures; /* see match/regex.h */
    uint64_t choices_cut;                     /* conditions that gave up after too many combinations */
    uint64_t broken_elements;                 /* searches of arrays that could not be read: read as no match */
    struct eq_shape_stats shapes;             /* these three are all 0 if switched off, or too early */
    struct eq_memo_stats memo;
    struct eq_decision_stats decisions;
    uint64_t candidates;                      /* clauses that were asked, or listed without asking */
};

enum eq_status eq_engine_new(struct eq_engine **out, const struct eq_ruleset *rules,
                             const struct eq_decode_options *decode, const struct eq_alloc *alloc);
void eq_engine_free(struct eq_engine *e);

/* Decode one event and find the clauses of rules and trackers that are true for it, ascending. Clauses that read aliases
 * or the past are not decided here but listed among the hits if they could be true, with what is left to
 * ask. Valid until the next call. EQ_INVALID: not an event (*error). */
struct eq_hits {
    const struct eq_event *event;
    uint32_t *clauses; /* the caller may strike some out */
    size_t n;
    const uint32_t *questions; /* by clause, of those in the list: what is left to ask. EQ_QUESTION_…, or a tracker << 1 |
                                  the answer with which the clause is true */
};
enum {
    EQ_QUESTION_ALL = INT32_MAX,     /* ask eq_engine_ask */
    EQ_QUESTION_NONE = INT32_MAX - 1, /* it is true in any case */
    EQ_QUESTION_NO_HIT = INT32_MAX - 2,
    EQ_QUESTION_ANY = INT32_MAX - 3   /* it is false unless some tracker holds; then ask eq_engine_ask */
};
enum eq_status eq_engine_feed(struct eq_hits *out, struct eq_engine *e, struct eq_slice text,
                              struct eq_decode_error *error);

/* The same, with what else matters of an event once it is gone: what a thread can find out and another go on with. */
struct eq_finding {
    enum eq_status status;        /* EQ_INVALID: not an event, `error` says why; else nothing below is set unless EQ_OK */
    struct eq_decode_error error;
    const struct eq_event *event; /* NULL: it is gone */
    bool repaired;
    bool has_time;                /* it has a time that can be read */
    struct eq_time time;
    uint32_t *clauses;            /* these three as in eq_hits */
    size_t n;
    const uint32_t *questions;
};
void eq_engine_find(struct eq_finding *out, struct eq_engine *e, struct eq_slice text);
/* Does an event leave anything open that eq_engine_ask will be asked? */
bool eq_engine_leaves_open(const struct eq_engine *e, const struct eq_finding *found);

/* What can be known of the predicates that open clauses may still come to. */
struct eq_known {
    const uint32_t *answers; /* predicate << 1 | answer: of eager ones those that are true, of lazy ones all */
    size_t n;
    bool all;                /* false: the event must be looked at again */
    uint64_t choices_left;
};
/* Tell about the event that was fed last; valid until the next call. */
enum eq_status eq_engine_tell(struct eq_known *out, struct eq_engine *e, const struct eq_finding *found);
/* The event at hand is one that another engine of the same rules was fed, and has told about; `event` has the values that
 * are carried (carry.h). Everything is borrowed until the next one is at hand. What is counted when eq_engine_ask must
 * look at it again, was counted there. */
void eq_engine_fed_elsewhere(struct eq_engine *e, struct eq_slice text, const struct eq_frame *event,
                             const struct eq_known *known);

/* What LINEAGE predicates ask; NULL: they are false. */
void eq_engine_set_lineage(struct eq_engine *e, const struct eq_lineage *lineage);

/* Is a clause true for the event fed last, when aliases[n] are the events of earlier stages (NULL: missing)? */
enum eq_status eq_engine_ask(bool *out, struct eq_engine *e, uint32_t clause, const struct eq_frame *const *aliases,
                             size_t n_aliases);

/* From now on note what is done for which clause: profile.h. */
enum eq_status eq_engine_open_profile(struct eq_engine *e);
const struct eq_profile *eq_engine_profile(const struct eq_engine *e); /* by clause; NULL: not opened */

/* Add what was counted to *sum. */
void eq_engine_add_stats(const struct eq_engine *e, struct eq_engine_stats *sum);

#endif
