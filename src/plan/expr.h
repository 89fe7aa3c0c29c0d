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
    uint8_t op;     /* enum eq_op */
    uint8_t arg;    /* COMPARE: enum eq_compare; CALL, IN_VALUES: fold */
    uint16_t n;     /* CALL, IN_VALUES, KAND, KOR: values taken from the stack; COMPARE: fold */
    uint32_t index; /* CONST: constants[]; FIELD: choices[]; CALL: function; IN LIKE REGEX: sets[] */
};

/* A field that the expression reads; during ANY it stands for one of its values at a time. The same field twice is
 * one choice (docs/semantics.md, Arrays). */
struct eq_choice {
    uint16_t frame;
    uint32_t field;
};

/* The constants of IN, arranged so that a lookup is a binary search and yet means == with each of them. Folded sets
 * compare text only: then the other three parts are empty. */
struct eq_lookup {
    struct eq_slice *texts;         /* strings, and numbers and booleans as text; sorted, folded when the set is */
    struct eq_number *numbers;      /* numbers, and strings that are numbers; sorted */
    const struct eq_value **others; /* times and addresses */
    uint32_t n_texts, n_numbers, n_others;
    bool has_bool[2]; /* false, true */
};

/* The right side of IN, LIKE or REGEX when it is constant. */
struct eq_set {
    bool fold;
    size_t n;
    struct eq_value *values;   /* IN: as written, without nulls */
    struct eq_lookup lookup;   /* IN */
    struct eq_glob *globs;     /* LIKE */
    struct eq_slice *patterns; /* REGEX: as written; `regex` numbers them for whoever matches */
    uint32_t regex;            /* REGEX: first number in the program's table of regexes */
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
    struct eq_arena *scratch;              /* reset by the owner after each event */
    const struct eq_frame *frames[2];      /* EVENT and ELEMENT */
    const struct eq_frame *const *aliases; /* by stage; NULL entries read as missing */
    size_t n_aliases;
    /* Does any regex first .. first+n-1 of the program match? NULL: REGEX steps are null (constant folding). */
    enum eq_status (*regex)(bool *out, uint32_t first, size_t n, struct eq_slice text, void *ctx);
    void *ctx;
    uint64_t choices_left; /* combinations that may still be tried for this event; at 0 ANY gives up */
    uint64_t gave_up;      /* how often it did */
    uint32_t *picked;      /* ANY that is true writes here, by choice, which value of its frame made it so, EQ_END_OF_CHAIN
                              for none; NULL: nobody asks */
};

/* The value of the code when choice i stands for picks[i]. */
enum eq_status eq_expr_value(struct eq_value *out, const struct eq_expr *e, const struct eq_value *picks,
                             struct eq_machine *m);
/* ANY: does some combination of field values make it true? */
enum eq_status eq_expr_any(bool *out, const struct eq_expr *e, struct eq_machine *m);

#define EQ_EXPR_MAX_DEPTH 1000
#define EQ_EXPR_MAX_CHOICES 1024      /* different fields in one expression */
#define EQ_EXPR_MAX_VALUES UINT16_MAX /* operands of one step */

/* Compile an expression. Field numbers come from `resolve`, memory and the bytes of constants from `arena`;
 * *n_regexes grows by the patterns found. EQ_LIMIT beyond the numbers above; EQ_NOMEM; or what `resolve` says. */
struct eq_expr_resolver {
    enum eq_status (*field)(uint32_t *out, const struct eq_node *field, void *ctx);
    void *ctx;
};
enum eq_status eq_expr_compile(struct eq_expr *out, const struct eq_node *expression, struct eq_arena *arena,
                               const struct eq_expr_resolver *resolve, uint32_t *n_regexes);
/* Would eq_expr_compile find it within its numbers? Some more than EQ_EXPR_MAX_CHOICES fields are counted as too many
 * even if they are the same. */
bool eq_expr_fits(const struct eq_node *expression);
/* The steps on one line: "field 0 · call length 1 · const 3 · compare > · done". */
void eq_expr_print(struct eq_buf *out, const struct eq_expr *e);

/* Arrange the constants of an IN set; memory from `arena`, bytes of `values` are borrowed. */
bool eq_lookup_build(struct eq_lookup *out, const struct eq_value *values, size_t n, bool fold, struct eq_arena *arena);
/* Does v, which is not null, equal one of them? EQ_NOMEM when folding v fails. */
enum eq_status eq_lookup_find(bool *out, const struct eq_lookup *l, bool fold, const struct eq_value *v,
                              struct eq_arena *scratch);

/* v op k by docs/semantics.md (Comparison): -1 unknown (null), 0 false, 1 true. `fold` compares strings folded, and
 * decides == of a string and anything else by their folded texts. */
int eq_value_compare(enum eq_compare op, const struct eq_value *v, const struct eq_value *k, bool fold,
                     struct eq_arena *scratch);

#endif
