/* lint_priv.h — what the checks share. */
#ifndef EQ_LINT_LINT_PRIV_H
#define EQ_LINT_LINT_PRIV_H

#include "lint/implies.h"
#include "lint/lint.h"

/* Conditions that are true whenever the one at hand is asked: the other parts of each `and` around it. */
struct eq_facts {
    const struct eq_facts *outer;
    struct eq_node *const *kids;
    uint32_t n, skip; /* all but number `skip` */
};

struct eq_lint {
    struct eq_prover prover;
    struct eq_arena scratch;
    const struct eq_plan *plan;
    const struct eq_source *source;
    struct eq_diags *diags;
    struct eq_edits *edits; /* may be NULL */
    enum eq_severity least;
    unsigned n_findings;
    bool nomem;
};

/* Is a finding with this code wanted? */
bool eq_lint_wants(const struct eq_lint *l, enum eq_code code);
/* Report, if it is wanted; NULL if not. */
struct eq_diag *eq_lint_report(struct eq_lint *l, enum eq_code code, struct eq_span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void eq_lint_edit(struct eq_lint *l, struct eq_span span, const char *text);
/* The source at a span, on one line and not too long, to be quoted in a message; in the lint's scratch. */
struct eq_slice eq_lint_quote(struct eq_lint *l, struct eq_span span);
/* What is left between two spans when the blanks around it are cut. */
struct eq_slice eq_lint_between(const struct eq_lint *l, struct eq_span a, struct eq_span b);

/* lint_logic.c: what stands where in a condition; calls the checks of its leaves and lists. */
void eq_lint_condition(struct eq_lint *l, const struct eq_node *filter);

#define LINT_LEAF(id) void eq_lint_##id(struct eq_lint *l, const struct eq_node *leaf, const struct eq_facts *facts);
#define LINT_LIST(id) void eq_lint_##id(struct eq_lint *l, const struct eq_node *list);
#define LINT_PLAN(id) void eq_lint_##id(struct eq_lint *l);
#include "lint/lint.def"

#endif
