/* lint.h — what is right, but hardly meant: findings about the query itself.
 *
 *      plan as written ─▶ checks (lint.def) ─┬─▶ diagnostics W05xx, warnings and notes
 *                                            └─▶ edits that mend without changing what the query means
 *
 * Works on plans that were not simplified, since what is repeated or needless is gone afterwards. Nothing here runs
 * when rules are run. Where a finding says "never", "always" or "covered", it was proven (implies.h). */
#ifndef EQ_LINT_LINT_H
#define EQ_LINT_LINT_H

#include "plan/plan.h"

struct eq_edit {
    struct eq_span span; /* of the source: goes */
    const char *text;    /* comes; static, without quotes and backslashes */
};

struct eq_edits {
    const struct eq_alloc *alloc;
    struct eq_edit *items;
    size_t n, cap;
    bool failed; /* memory ran out */
};

void eq_edits_free(struct eq_edits *edits);
/* Sort by place and drop those that overlap an earlier one. */
void eq_edits_settle(struct eq_edits *edits);

/* Findings of at least the severity `least` (EQ_WARNING, or EQ_NOTE for all) about one query, into `diags`; `edits` may
 * be NULL. The plan is as it was built and lives in `arena`; afterwards it is simplified. EQ_NOMEM or EQ_OK. Time is
 * bounded, whatever the query. */
enum eq_status eq_lint_plan(struct eq_plan *plan, struct eq_arena *arena, const struct eq_source *source,
                            enum eq_severity least, struct eq_diags *diags, struct eq_edits *edits);

/* One of many rules, for eq_lint_set. */
struct eq_lint_rule {
    const struct eq_plan *plan; /* simplified */
    const struct eq_source *source;
    struct eq_slice id;
};

/* Findings about rules beside each other: the same, or one within another. About linear in n. */
enum eq_status eq_lint_set(const struct eq_lint_rule *rules, size_t n, enum eq_severity least, struct eq_diags *diags);

#endif
