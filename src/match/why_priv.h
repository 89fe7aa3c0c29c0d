/* why_priv.h — the insides of why.h, shared by why*.c.
 *
 *      why.c       parts of the plan, numbered; life; feeding
 *      why_ask     a part's answer, and how far it is from the other one
 *      why_note    what a leaf saw and wanted
 *      why_miss    the nearest of what was wanted
 *      why_print   tree, JSON, blame
 *      why_near    the events nearest to each stage */
#ifndef EQ_MATCH_WHY_PRIV_H
#define EQ_MATCH_WHY_PRIV_H

#include "match/matcher.h"
#include "match/why.h"
#include "plan/expr.h"

struct eq_survey;

/* A part of a condition. The upper half is made once, the lower is about the event at hand. */
struct eq_why_entry {
    const struct eq_node *node;
    uint32_t parent, stage, next;
    uint32_t search;     /* the enclosing SEARCH, or EQ_NONE */
    uint32_t field;      /* EXISTS, SEARCH */
    uint32_t tracker;    /* LINEAGE */
    struct eq_expr expr; /* ANY */
    struct eq_expr left; /* ANY over something computed: that; no steps otherwise */
    uint32_t *picked;    /* by choice of expr: what made it true */
    uint8_t weight;      /* of a leaf, when events are compared */
    bool inverted;       /* `x != 1`, `x == null`: the plan has a NOT around the node, which people did not write */
    bool negated;        /* the node is wanted to be false: below an odd number of NOT */

    uint8_t value;
    bool met; /* what the node says, if inverted the opposite of the value */
    bool was_true, was_false;
    bool gave_up;                 /* ANY: there were too many combinations to try */
    uint32_t to_true, to_false;   /* leaves, by weight, that would have to change */
    uint32_t element, n_elements; /* SEARCH: which one the parts below tell of */
};

/* An event that came near to a stage. Strings are owned. */
struct eq_why_near {
    uint64_t distance, line;
    char *text; /* path, keys and blame behind each other */
    size_t path_len, keys_len, blame_len;
};
#define EQ_WHY_NEAR 8 /* kept for each stage */

struct eq_why_bound {
    struct eq_decoder *decoder;
    struct eq_buf text;
};

struct eq_why {
    const struct eq_alloc *alloc;
    struct eq_arena arena; /* as long as this */
    const struct eq_plan *plan;
    struct eq_why_options options;
    struct eq_fields *fields;
    struct eq_regexes *regexes;
    struct eq_regex_matcher *regex;
    struct eq_decoder *decoder;
    struct eq_ruleset *past_rules; /* with LINEAGE: the rule in a matcher of its own, which remembers processes */
    struct eq_matcher *past;

    struct eq_why_entry *parts;
    uint32_t n_parts, n_stages; /* stages: with until */
    uint32_t *roots;            /* by stage */
    uint32_t *keys;             /* field numbers by stage and key; n_keys each */
    uint32_t n_keys;
    struct eq_why_near **near; /* by stage: EQ_WHY_NEAR of them */
    uint32_t *n_near;

    const struct eq_event *event;
    struct eq_frame element;         /* of the SEARCH at hand */
    const struct eq_frame **aliases; /* by stage */
    struct eq_why_bound *bound;      /* by stage */
    struct eq_machine machine;
    struct eq_arena scratch;  /* of the event */
    struct eq_survey *survey; /* fields of the event; NULL until one is missing */
    struct eq_buf padded;     /* what it reads */
    enum eq_status status;    /* of what was asked */
    uint64_t work;            /* bytes and values that may still be looked at for notes about this event */
};

#define EQ_WHY_WORK ((uint64_t)32 << 20)

/* why_ask.c */
void eq_why_ask(struct eq_why *w, uint32_t number);
/* Look at the element that the parts below its SEARCH tell of. */
void eq_why_enter(struct eq_why *w, const struct eq_why_entry *p);
const struct eq_frame *eq_why_frame(const struct eq_why *w, uint16_t frame);
/* The value of an expression for the first values of its fields, or those that made it true. */
struct eq_value eq_why_value_of(struct eq_why *w, const struct eq_expr *e, const struct eq_why_entry *picked_by);

/* why_note.c: a value as EQL would write it, cut when it is long. */
void eq_why_print_value(struct eq_buf *out, const struct eq_value *v);

/* why_miss.c: which of the constants of a list, comparison or pattern are nearest to the values of its field. */
struct eq_why_miss {
    uint32_t value;    /* the value that came nearest, EQ_END_OF_CHAIN if there is none */
    uint32_t kids[3];  /* constants, nearest first */
    unsigned n, total; /* constants given here, and in all */
    unsigned distance; /* of the first, as base/suggest.h counts */
};
/* `values` chained from `head` in `frame`. */
struct eq_why_miss eq_why_misses(struct eq_why *w, const struct eq_why_entry *p, const struct eq_frame *frame,
                                 uint32_t head);
/* What is wrong with a value that is nearly constant `kid`: only the case, a part of a pattern, the type. */
void eq_why_say_miss(struct eq_buf *out, struct eq_why *w, const struct eq_why_entry *p, const struct eq_value *v,
                     uint32_t kid);
/* The constant that a value met, of several; 0 if that is not to be told. */
uint32_t eq_why_met(struct eq_why *w, const struct eq_why_entry *p, const struct eq_value *v);

/* why_print.c: the text of a part, squeezed and cut. */
void eq_why_text(struct eq_buf *out, const struct eq_why *w, const struct eq_why_entry *p);

/* What is to blame for a stage that is not true, as a number: how far away the values are from those that were wanted.
 */
#define EQ_WHY_FAR 255
unsigned eq_why_slips(struct eq_why *w, uint32_t stage);
/* why_note.c: the same of one leaf. */
unsigned eq_why_leaf_slips(struct eq_why *w, uint32_t number);

/* why_near.c */
enum eq_status eq_why_note_near(struct eq_why *w, const struct eq_origin *origin);
void eq_why_free_near(struct eq_why *w);

static inline bool eq_why_is_leaf(const struct eq_why_entry *p)
{
    return p->node->kind >= EQ_N_EXISTS || p->node->kind <= EQ_N_FALSE;
}

#endif
