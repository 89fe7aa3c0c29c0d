/* lint_cost.c — queries that are asked about too many events.
 *
 * A rule sleeps until one of its witnesses is true (program.h). Where none of its conditions is rare, or none can be
 * found from a value at once, it is asked again and again. How often is a guess (selectivity.h), the same that the
 * program is built by. */
#include "lint/lint_priv.h"
#include "plan/program.h"
#include "plan/selectivity.h"

/* From this share of events on it is told: three of ten is a category and nothing else. */
#define COMMON_SHARE 0.29

static double share_of(const struct eq_program *p, const struct eq_clause *c)
{
    double sum = 0;
    for (uint32_t i = 0; i < c->n_witnesses; i++)
        sum += eq_selectivity(p->predicates[c->witnesses[i]].node);
    return c->n_witnesses == 0 || sum > 1 ? 1 : sum;
}

static unsigned count_leaves(const struct eq_node *n)
{
    unsigned sum = 0;
    if (n->kind != EQ_N_AND && n->kind != EQ_N_OR && n->kind != EQ_N_NOT)
        return 1;
    for (uint32_t i = 0; i < n->n_kids; i++)
        sum += count_leaves(n->kids[i]);
    return sum;
}

static void check_stage(struct eq_lint *l, const struct eq_program *p, uint32_t i)
{
    const struct eq_plan_stage *s = &l->plan->stages[i];
    const struct eq_clause *clause = &p->clauses[p->rules[0].clauses[i]];
    double share = share_of(p, clause);
    unsigned questions = count_leaves(s->filter);
    if (share < COMMON_SHARE || questions < 3) /* a category alone is meant so */
        return;
    struct eq_span span = s->span.end ? s->span : s->filter->span;
    struct eq_diag *d;
    if (!clause->n_witnesses)
        d = eq_lint_report(l, EQ_W0510, span, "asked about every event, with up to %u questions each", questions);
    else
        d = eq_lint_report(l, EQ_W0515, span, "asked about %u of 100 events by estimate, with up to %u questions each",
                           (unsigned)(share * 100 + 0.5), questions);
    eq_diag_help(l->diags, d, "add a condition that few events meet: a name, a path, a code");
}

void eq_lint_cost(struct eq_lint *l)
{
    struct eq_program *p = NULL;
    enum eq_status st = eq_program_new(&p, false, l->scratch.alloc);
    if (st == EQ_OK)
        st = eq_program_add(p, l->plan, NULL);
    if (st == EQ_OK)
        for (uint32_t i = 0; i < l->plan->n_stages; i++)
            check_stage(l, p, i);
    l->nomem |= st != EQ_OK;
    eq_program_free(p);
}
