/* program.h — many rules as one shared structure: what a matcher runs.
 *
 *      rules          "p and (q or not r)"                   "q and s"
 *      clauses        one per event filter: jumps over predicates
 *                         0: p ? 1 : REJECT                  0: q ? 1 : REJECT
 *                         1: q ? ACCEPT : 2                  1: s ? ACCEPT : REJECT
 *                         2: r ? REJECT : ACCEPT
 *      predicates     p  q  r  s      each distinct one once, whoever asks
 *      fields         the only parts of an event that are ever read
 *
 * Predicates come in two classes. Those that compare one field of the event with constant text are *eager*: found for
 * all rules at once from the value (match/index.h); they have the numbers below n_eager, witnesses those below
 * n_witnesses. All others are *lazy*: computed when a clause asks, and at most once per event unless they read more than
 * the event. Most cannot be true without some field; whether that is there is eager, and asked before them (presence.h).
 *
 * A clause also knows its *witnesses*: eager predicates of which at least one is true whenever the clause is. Rules
 * whose witnesses are all false are never looked at. */
#ifndef EQ_PLAN_PROGRAM_H
#define EQ_PLAN_PROGRAM_H

#include "event/fields.h"
#include "plan/expr.h"
#include "plan/plan.h"

enum eq_predicate_kind {
    EQ_P_TEXT,   /* a field of the event equals, or is like, one of some constants */
    EQ_P_EXISTS, /* a field has a value */
    EQ_P_EXPR,   /* any other expression: run by the machine */
    EQ_P_SEARCH, /* some element of an array meets a clause */
    EQ_P_LINEAGE /* the event's process is related to one that met a clause */
};

/* What a predicate reads besides the event; if nothing, its answer is kept for the event. */
#define EQ_READS_ELEMENT 1u
#define EQ_READS_ALIAS 2u
#define EQ_READS_PAST 4u

/* What looking up a value for a TEXT predicate takes (match/index.h): its own text or number, its text without case, patterns. */
#define EQ_LOOKS_TYPED 1u
#define EQ_LOOKS_FOLDED 2u
#define EQ_LOOKS_PATTERNS 4u

struct eq_predicate {
    uint8_t kind;  /* enum eq_predicate_kind */
    uint8_t reads; /* EQ_READS_… */
    uint8_t looks; /* TEXT: EQ_LOOKS_… */
    uint16_t frame; /* EXISTS */
    uint32_t field; /* TEXT, EXISTS, SEARCH */
    uint32_t clause; /* SEARCH, LINEAGE: the inner condition */
    uint32_t tracker; /* LINEAGE: counted from 0 in the program */
    const struct eq_node *node; /* the condition it stands for */
    struct eq_expr expr;        /* EXPR */
    double weight;              /* eager ones: as a witness, as plan/selectivity.h guesses; or EQ_NOT_WEIGHED */
};

#define EQ_NOT_WEIGHED (-1.0)

#define EQ_ACCEPT UINT32_MAX
#define EQ_REJECT (UINT32_MAX - 1)

struct eq_jump {
    uint32_t predicate;
    uint32_t on_true, on_false; /* jump numbers, EQ_ACCEPT or EQ_REJECT */
};

struct eq_clause {
    uint32_t entry; /* first jump, or EQ_ACCEPT or EQ_REJECT */
    uint32_t reads; /* EQ_READS_… of all its predicates */
    uint32_t n_witnesses; /* 0: it could be true for any event */
    uint32_t *witnesses;
    uint32_t rule, stage; /* whose filter it is; stage n_stages is until; rule EQ_NONE: an inner clause */
    uint32_t tracker;     /* of the LINEAGE predicate whose inner clause it is; EQ_NONE for others */
};

struct eq_program_rule {
    const struct eq_plan *plan;
    uint32_t *clauses;  /* one per stage, then until if there is one */
    uint32_t *keys;     /* field numbers: n_keys for each of those */
    uint32_t n_clauses;
    bool has_aliases;  /* a later stage reads the event of an earlier one */
};

/* Fields that lineage reads: a process, its parent, and when it ends. */
enum eq_lineage_field {
    EQ_LF_ENTITY,
    EQ_LF_PARENT_ENTITY,
    EQ_LF_ANCESTRY,
    EQ_LF_PID,
    EQ_LF_PARENT_PID,
    EQ_LF_HOST_ID,
    EQ_LF_EVENT_CATEGORY,
    EQ_LF_EVENT_TYPE,
    EQ_LF_EVENT_ACTION,
    EQ_LF_COUNT
};

struct eq_program_regex {
    struct eq_slice pattern;
    bool fold;
};

/* A node that is a predicate of clauses that were compiled before. */
struct eq_known_leaf {
    uint32_t node;
    uint32_t field; /* TEXT: the node of its field; EQ_NONE: it is another kind */
    uint8_t looks;  /* TEXT: EQ_LOOKS_… */
};

/* Nodes of which no two are equal, so that they need not be compared by their text, and the leaves among them. */
struct eq_known_nodes {
    const struct eq_node *nodes;
    const struct eq_known_leaf *leaves;
    size_t n_nodes, n_leaves;
};

/* A clause that was compiled before. Predicates are numbers of known leaves; jumps lead to ones before them, counted in the
 * clause, and the last is where it begins. */
struct eq_ready_clause {
    const struct eq_jump *jumps;
    const uint32_t *witnesses;
    uint32_t n_jumps, n_witnesses;
    uint32_t entry; /* if there are no jumps */
};

struct eq_program {
    const struct eq_alloc *alloc;
    bool plain; /* for comparing: every leaf is lazy, so that the machine decides alone and no rule sleeps */
    struct eq_arena arena;
    struct eq_fields *fields;
    struct eq_intern leaves;     /* canonical texts of predicates ... */
    uint32_t *leaf_predicates;   /* ... and the number that each has while rules are added */
    struct eq_known_nodes known;       /* nodes that are told apart by where they are ... */
    uint32_t *known_numbers;     /* ... the predicate or field of each, or EQ_NONE ... */
    uint32_t *ready_predicates;  /* ... and the predicate of each leaf */
    struct eq_predicate *predicates;
    struct eq_clause *clauses;
    struct eq_jump *jumps;
    struct eq_program_rule *rules;
    struct eq_program_regex *regexes;
    size_t n_predicates, n_witnesses, n_eager, n_clauses, n_jumps, n_rules, n_regexes;
    size_t cap_predicates, cap_clauses, cap_jumps, cap_rules, cap_regexes, cap_leaves;
    uint32_t timestamp_field, tiebreaker_field; /* field numbers; EQ_NONE if not asked for */
    uint32_t partition_fields[EQ_PLAN_KEYS_MAX]; /* field numbers: each value of them has a time of its own */
    uint32_t n_partition_fields;                /* keys of every sequence then (plan/partition.h); 0: one time for all */
    uint32_t n_trackers;                        /* LINEAGE predicates */
    uint32_t lineage_fields[EQ_LF_COUNT];       /* field numbers, if there are trackers */
};

enum eq_status eq_program_new(struct eq_program **out, bool plain, const struct eq_alloc *alloc);
void eq_program_free(struct eq_program *p);
/* The plans added from now on until the next call are made of these nodes, which live until then. EQ_NOMEM, or another
 * failure of compiling a leaf. */
enum eq_status eq_program_know(struct eq_program *p, const struct eq_known_nodes *known);
/* Add a rule; the plan must outlive the program. `ready`: the clauses of its stages, then of until, if they are known and
 * nothing needs compiling; or NULL. Its number is the count of rules before. */
enum eq_status eq_program_add(struct eq_program *p, const struct eq_plan *plan, const struct eq_ready_clause *ready);
/* No more rules: number the predicates for good and freeze the fields. Read-only from here on. */
enum eq_status eq_program_finish(struct eq_program *p);

/* `explain --stage program`. */
void eq_program_print(struct eq_buf *out, const struct eq_program *p);

#endif
