/* plan.h — what is asked, whatever language asked it.
 *
 * Two kinds of nodes, after docs/semantics.md (Conditions and values):
 *
 *   conditions   true or false for an event, never null; `not` is the complement
 *                    TRUE FALSE AND OR NOT EXISTS ANY SEARCH LINEAGE
 *   expressions  a value or null, inside ANY only; null in, null out
 *                    CONST FIELD CALL COMPARE IN LIKE REGEX IS_NULL and the three-valued KAND KOR KNOT
 *
 *      process where length(process.name) > 3 and not user.name == "root"
 *
 *      AND ─┬─ ANY ── COMPARE == (FIELD event.category, CONST "process")
 *           ├─ ANY ── COMPARE >  (CALL length (FIELD process.name), CONST 3)
 *           └─ NOT ── ANY ── COMPARE == (FIELD user.name, CONST "root")
 *
 * ANY turns an expression into a condition: true when some choice of one value for every field in it
 * makes it true (a field without values offers only null). There is no dialect here: each language
 * spells its meaning out in these nodes. Nodes are made by plan/build.h only; one that exists is valid. */
#ifndef EQ_PLAN_PLAN_H
#define EQ_PLAN_PLAN_H

#include "base/arena.h"
#include "base/diag.h"
#include "event/value.h"

enum eq_node_kind {
    EQ_N_TRUE,
    EQ_N_FALSE,
    EQ_N_AND, /* kids: two or more conditions */
    EQ_N_OR,
    EQ_N_NOT,     /* one condition */
    EQ_N_EXISTS,  /* kids[0] FIELD: it has at least one value */
    EQ_N_ANY,     /* kids[0] expression */
    EQ_N_SEARCH,  /* kids[0] FIELD (the array), kids[1] condition over its element */
    EQ_N_LINEAGE, /* kids[0] condition; `lineage` says how the event's process relates to one that met it */

    EQ_N_CONST,   /* value */
    EQ_N_FIELD,   /* path, frame */
    EQ_N_CALL,    /* function, fold, kids: arguments */
    EQ_N_COMPARE, /* op; kids[0] a value, kids[1] what it is compared with (the literal, if there is one) */
    EQ_N_IN,      /* kids[0] in any of kids[1..] (constants or other expressions); fold: ignore case */
    EQ_N_LIKE,    /* kids[0] matches any of kids[1..]: constant strings with * and ?; fold */
    EQ_N_REGEX,   /* kids[0] matches any of kids[1..]: constant strings, Lucene syntax; fold */
    EQ_N_IS_NULL, /* kids[0]; true or false, never null */
    EQ_N_KAND,    /* three-valued, two or more expressions */
    EQ_N_KOR,
    EQ_N_KNOT
};

enum eq_compare { EQ_CMP_EQ, EQ_CMP_NE, EQ_CMP_LT, EQ_CMP_LE, EQ_CMP_GT, EQ_CMP_GE };
enum eq_relation { EQ_CHILD_OF, EQ_DESCENDANT_OF, EQ_EVENT_OF };

/* Which document a field is read from. */
#define EQ_FRAME_EVENT 0     /* the event at hand */
#define EQ_FRAME_ELEMENT 1   /* the element that the enclosing SEARCH looks at */
#define EQ_FRAME_ALIAS 2     /* 2 + n: the event matched by stage n of the sequence, n counted as written */

struct eq_node {
    uint8_t kind;      /* enum eq_node_kind */
    uint8_t op;        /* enum eq_compare of COMPARE, enum eq_relation of LINEAGE */
    bool fold;         /* ignore case */
    bool optional;     /* FIELD: written so that it may be unknown */
    uint16_t function; /* CALL: enum eq_function_id */
    uint16_t frame;    /* FIELD */
    uint32_t n_kids;
    struct eq_span span; /* in the source */
    union {
        struct eq_slice path;  /* FIELD: dotted; "" is the element itself in frame ELEMENT */
        struct eq_value value; /* CONST */
        struct eq_node **kids; /* of all others: n_kids of them */
    };
};

struct eq_plan_key {
    struct eq_slice path;
    bool optional; /* null is a key value like others */
    struct eq_span span; /* in the source */
};

struct eq_plan_stage {
    struct eq_node *filter; /* category included */
    struct eq_plan_key *keys;
    uint32_t n_keys;
    uint32_t runs;          /* 1 or more: the stage counts as that many in a row */
    bool missing;           /* ![ … ]: no such event */
    struct eq_slice alias;  /* endpoint: later stages read this stage's event; empty if none */
    struct eq_span span;
};

#define EQ_PLAN_KEYS_MAX 64    /* join keys of a stage */
#define EQ_PLAN_STAGES_MAX 256 /* stages of a sequence, runs expanded, or of a sample */

enum eq_plan_kind { EQ_PLAN_EVENT, EQ_PLAN_SEQUENCE, EQ_PLAN_SAMPLE };
enum eq_pipe_kind { EQ_PIPE_HEAD, EQ_PIPE_TAIL };

struct eq_plan_pipe {
    enum eq_pipe_kind kind;
    uint32_t count;
};

struct eq_plan {
    enum eq_plan_kind kind;
    struct eq_plan_stage *stages; /* EVENT: exactly one, without keys */
    uint32_t n_stages;
    struct eq_plan_stage *until; /* NULL if none */
    int64_t maxspan_ns;          /* -1: none */
    struct eq_span maxspan_at;   /* in the source */
    struct eq_plan_pipe *pipes;
    uint32_t n_pipes;
};

/* The filters of a plan: those of its stages, then that of until if there is one. */
static inline uint32_t eq_plan_filters(const struct eq_plan *plan)
{
    return plan->n_stages + (plan->until ? 1u : 0u);
}

static inline const struct eq_plan_stage *eq_plan_filter(const struct eq_plan *plan, uint32_t i)
{
    return i < plan->n_stages ? &plan->stages[i] : plan->until;
}

/* Same meaning, fewer and simpler nodes: constants folded, not-not and nested and/or flattened, duplicates and
 * absorbed branches dropped. In place; new nodes come from `arena`. Reports constant expressions that cannot be
 * computed (1/0) in diags, with spans in `source`. Returns EQ_INVALID then, EQ_NOMEM, or EQ_OK. */
enum eq_status eq_plan_simplify(struct eq_plan *plan, struct eq_arena *arena, const struct eq_source *source,
                                struct eq_diags *diags);

/* `explain --stage plan`: an indented tree. */
void eq_plan_print(struct eq_buf *out, const struct eq_plan *plan);
/* One node on one line in a canonical form: equal text if and only if equal meaning by structure. */
void eq_node_print(struct eq_buf *out, const struct eq_node *node);
/* Nodes that print alike have the same; others rarely. It differs from process to process. */
uint64_t eq_node_hash(const struct eq_node *node);

#endif
