/* engine_priv.h — the insides of a ruleset and an engine, shared by engine*.c.
 *
 * Always true between events: no bit of `truth` or `known` is set, and `found` is empty. */
#ifndef EQ_MATCH_ENGINE_PRIV_H
#define EQ_MATCH_ENGINE_PRIV_H

#include "match/bits.h"
#include "match/dispatch.h"
#include "match/engine.h"
#include "match/index.h"

struct eq_ruleset {
    const struct eq_alloc *alloc;
    struct eq_arena arena;
    struct eq_program *program;
    struct eq_regexes *regexes;
    uint32_t *regex_numbers; /* by the program's regex number: that of the table */
    struct eq_index *index;
    struct eq_dispatch dispatch;
    struct eq_guards guards;
    enum eq_engine_stages stages;
};

/* Numbers, each at most once; has room for all. */
struct eq_number_list {
    uint32_t *items;
    size_t n;
};

/* A value that is about to be looked up in the memo. */
struct eq_pending {
    struct eq_memo_key key;
    const struct eq_value *value;
};
#define EQ_PENDING_MAX 64

struct eq_engine {
    const struct eq_alloc *alloc;
    const struct eq_ruleset *rules;
    struct eq_decoder *decoder;
    struct eq_regex_matcher *regex;
    struct eq_index_scratch look;
    const struct eq_index_field *fields; /* of the index */
    struct eq_memo *memo;            /* NULL: switched off, or too early */
    struct eq_decisions *decisions;  /* the same, or no field is a guard */
    uint32_t n_events;               /* counted until there is a memo */
    struct eq_arena scratch;         /* text made while evaluating */
    struct eq_time_minute minute;    /* of the last event */
    const struct eq_event *event;
    const struct eq_decision *decision; /* about this event; NULL: all clauses are open */
    struct eq_machine machine;
    const struct eq_lineage *lineage;   /* NULL: none is asked */

    uint64_t *truth, *known;         /* bits by predicate; known: of lazy ones that were asked */
    struct eq_number_list found;     /* eager predicates that are true */
    struct eq_number_list asked;     /* lazy predicates that are known */
    struct eq_number_list candidates;
    struct eq_number_list hits;
    uint32_t *questions;             /* by clause that is a candidate: see eq_hits */
    uint32_t *stamps;                /* by clause: the event for which it last became a candidate */
    uint32_t stamp;

    /* What follows from one value, to be remembered. */
    uint32_t *predicates, *clauses;
    size_t n_predicates, cap_predicates, n_clauses, cap_clauses;
    bool nomem;                      /* while collecting them */

    struct eq_pending pending[EQ_PENDING_MAX];
    size_t n_pending;

    uint64_t n_candidates, broken_elements; /* for statistics */
    struct eq_slice elsewhere;     /* text of an event that another engine was fed; ptr NULL: none, or it was looked at */
    const struct eq_frame *elsewhere_event; /* what is carried of it, and ... */
    const struct eq_known *told;            /* ... what that engine told about it */
    struct eq_engine_stats again;  /* counted while looking at such ones, or telling about them */
    uint64_t *visits;              /* while telling: bit by jump; made when first needed */
    uint32_t *answers;             /* what is told */
    size_t n_answers, cap_answers;
    struct eq_profile *profile;    /* NULL: nobody wants one */
};

/* Is a clause true, with what is found about the event, and the aliases that are set in the machine? */
enum eq_status eq_engine_ask_clause(bool *out, struct eq_engine *e, uint32_t clause);
/* A lazy predicate. */
enum eq_status eq_engine_ask_lazy(bool *out, struct eq_engine *e, uint32_t predicate);
/* What is left to ask of a clause that begins at a jump: EQ_QUESTION_…, or one tracker and its answer. */
enum eq_status eq_engine_question(uint32_t *out, struct eq_engine *e, uint32_t entry);
/* The machine's door to regular expressions; ctx is the engine. */
enum eq_status eq_engine_match_regexes(bool *out, uint32_t first, size_t n, struct eq_slice text, void *ctx);
/* Take over what another engine told about the event at hand, of which nothing is known yet. */
void eq_engine_believe(struct eq_engine *e, const struct eq_frame *event, const struct eq_known *known);
struct eq_engine_stats eq_engine_stats_of(const struct eq_engine *e);
/* *sum += plus - minus, of what is counted; sizes are as they are. */
void eq_engine_stats_add(struct eq_engine_stats *sum, struct eq_engine_stats plus, struct eq_engine_stats minus);
/* From the event's values to bits of `truth` and candidates. */
enum eq_status eq_engine_look(struct eq_engine *e);

#endif
