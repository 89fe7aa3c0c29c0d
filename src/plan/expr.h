/* expr.h — expressions as a flat array of stack steps, and the machine that runs them.
 *
 *      length(process.name) > 3        FIELD 0 · CALL length 1 · CONST 3 · COMPARE > · DONE
 *
 * Fields are numbers of an eq_fields, constants live in the pool beside the steps; no name is looked up at run time.
 * The machine is pure: it reads frames, never the clock, and its only memory is the scratch arena. */
#ifndef EQ_PLAN_EXPR_H
#define EQ_PLAN_EXPR_H

#include "event/event.h"
#include "plan/glob.h"
#include "plan/plan.h"

enum eq_op {
#define STEP(id, text) EQ_OP_##id,
#include "plan/steps.def"
#undef STEP
    EQ_OP_COUNT
};

struct eq_step {
    uint8_t op;    /* enum eq_op */
    uint8_t arg;   /* COMPARE: enum eq_compare; CALL: fold */
    uint16_t n;    /* CALL, KAND, KOR: values taken from the stack */
    uint32_t index; /* CONST: constants[]; FIELD: choices[]; CALL: function; IN LIKE REGEX: sets[] */
};

/* A field that the expression reads; during ANY it stands for one of its values at a time. The same field twice is
 * one choice (docs/semantics.md, Arrays). */
struct eq_choice {
    uint16_t frame;
    uint32_t field;
};

/* The right side of IN, LIKE or REGEX when it is constant. */
struct eq_set {
    bool fold;
    size_t n;
    struct eq_value *values; /* IN: sorted, for binary search by expr.c */
    struct eq_glob *globs;   /* LIKE */
    struct eq_slice *patterns; /* REGEX: as written; `regex` numbers them for whoever matches */
    uint32_t regex;          /* REGEX: first number in the program's table of regexes */
};

struct eq_expr {
    struct eq_step *steps;
    struct eq_value *constants;
    struct eq_choice *choices;
    struct eq_set *sets;
    uint32_t n_steps, n_constants, n_choices, n_sets;
    uint32_t max_stack;
};

/* What the machine needs from outside. */
struct eq_machine {
    struct eq_arena *scratch;          /* reset by the owner after each event */
    const struct eq_frame *frames[2];  /* EVENT and ELEMENT */
    const struct eq_frame *const *aliases; /* by stage; NULL entries read as missing */
    size_t n_aliases;
    /* Does any regex first .. first+n-1 of the program match? NULL: REGEX steps are null (constant folding). */
    enum eq_status (*regex)(bool *out, uint32_t first, size_t n, struct eq_slice text, void *ctx);
    void *ctx;
    uint64_t choices_left;             /* combinations that may still be tried for this event; at 0 ANY gives up */
    uint64_t gave_up;                  /* how often it did */
};

/* The value of the code when choice i stands for picks[i]. */
enum eq_status eq_expr_value(struct eq_value *out, const struct eq_expr *e, const struct eq_value *picks,
                             struct eq_machine *m);
/* ANY: does some combination of field values make it true? */
enum eq_status eq_expr_any(bool *out, const struct eq_expr *e, struct eq_machine *m);

/* Compile an expression. Field numbers come from `resolve`, memory from `arena`; *n_regexes grows by the patterns
 * found. */
struct eq_expr_resolver {
    enum eq_status (*field)(uint32_t *out, const struct eq_node *field, void *ctx);
    void *ctx;
};
enum eq_status eq_expr_compile(struct eq_expr *out, const struct eq_node *expression, struct eq_arena *arena,
                               const struct eq_expr_resolver *resolve, uint32_t *n_regexes);
void eq_expr_print(struct eq_buf *out, const struct eq_expr *e);

/* v op k by docs/semantics.md (Comparison): -1 unknown (null), 0 false, 1 true. `fold` compares strings folded. */
int eq_value_compare(enum eq_compare op, const struct eq_value *v, const struct eq_value *k, bool fold,
                     struct eq_arena *scratch);

#endif
