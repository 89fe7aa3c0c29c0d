/* why.h — why a rule's condition is true of an event, or is not: its tree, part by part.
 *
 *      false  and
 *        true   process                          event.category is "process"
 *        false  process.name : "pwsh.exe"        process.name is "pwsh", wanted "pwsh.exe"
 *        false  not                              this, too, removed the event
 *          true   user.name == "root"            user.name is "root"
 *
 * Beside the matcher, not inside it: it walks the plan as it was written, before anything is simplified or shared, asks
 * every part and remembers the answers. Slow is fine here, wrong is not: the root of the tree says what the engine says
 * (tests/unit/test_engine.c, and each case with ids).
 *
 * Parts are numbered in the order of the text, all stages of a rule and then until. The numbers depend on the text of
 * the query alone, so that answers about many events can be gathered by them. */
#ifndef EQ_MATCH_WHY_H
#define EQ_MATCH_WHY_H

#include "event/event.h"
#include "match/alert.h"
#include "plan/plan.h"

enum eq_why_value {
    EQ_WHY_FALSE,
    EQ_WHY_TRUE,
    EQ_WHY_NULL,    /* neither: something it reads has no value. As part of a condition that is not true */
    EQ_WHY_UNKNOWN, /* it reads events that are not at hand */
    EQ_WHY_NONE     /* not asked: the array has no elements */
};
extern const char *const eq_why_value_names[]; /* "false", "true", "null", "unknown", "none" */

struct eq_why;

struct eq_why_options {
    struct eq_slice source;          /* text of the query, which spans are of */
    struct eq_slice timestamp_field; /* empty: "@timestamp" */
    bool unwrap;
    bool alone; /* events come one by one, without those before them: what the past decides is unknown */
};

/* `plan` as a language made it, not simplified; plan and source must outlive it. */
enum eq_status eq_why_new(struct eq_why **out, const struct eq_plan *plan, const struct eq_why_options *options,
                          const struct eq_alloc *alloc);
void eq_why_free(struct eq_why *w); /* NULL is fine */

/* Ask all parts about an event, padded as for eq_decode. EQ_INVALID: not an event (*error). What is asked for below is
 * about this event until the next one. */
enum eq_status eq_why_feed(struct eq_why *w, struct eq_slice text, const struct eq_origin *origin,
                           struct eq_decode_error *error);
/* The event that an earlier stage matched, for parts that read it; text.ptr NULL: none. The text is copied. */
enum eq_status eq_why_bind(struct eq_why *w, uint32_t stage, struct eq_slice text);

struct eq_why_part {
    uint32_t number, parent;  /* EQ_NONE: the condition of a stage */
    uint32_t stage;           /* as written, from 0; until is the last */
    uint32_t next;            /* behind all parts below it: kids are number + 1, the next of that, … */
    enum eq_why_value value;  /* inside _arraysearch: of the element that is nearest to true */
    bool was_true, was_false; /* of this event; of different elements both can be */
    struct eq_slice kind;     /* "and", "like", …; static */
    struct eq_span span;
};
uint32_t eq_why_count(const struct eq_why *w);
struct eq_why_part eq_why_part(const struct eq_why *w, uint32_t number);
/* The part that is the condition of a stage; EQ_NONE beyond until. */
uint32_t eq_why_root(const struct eq_why *w, uint32_t stage);
/* The stage of event `index` of an alert, with runs counted. */
uint32_t eq_why_stage_of(const struct eq_why *w, size_t index);

/* What a part saw and what it wanted, one clause or more; may be empty. Event values are in it as they are. */
void eq_why_note(struct eq_buf *out, struct eq_why *w, uint32_t number);
/* The tree of a stage for people, indented by `indent`; safe for terminals. */
void eq_why_tree(struct eq_buf *out, struct eq_why *w, uint32_t stage, unsigned indent);
/* The same as one JSON object on one line. */
void eq_why_json(struct eq_buf *out, struct eq_why *w, uint32_t stage);
/* What would have to be otherwise for the stage to be true, as `text: note` lines below each other; at most a few. */
void eq_why_blame(struct eq_buf *out, struct eq_why *w, uint32_t stage, unsigned indent);

/* Of all events so far, those that came nearest to a stage without meeting it: where each was and what it lacked. First
 * those with these join keys, a JSON array; empty: any. `n_events`: how many of a sequence's events there are already.
 */
void eq_why_nearest(struct eq_buf *out, struct eq_why *w, uint32_t n_events, struct eq_slice keys, unsigned indent);

#endif
