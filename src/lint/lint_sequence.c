/* lint_sequence.c — stages that can never follow each other.
 *
 *      sequence by user.id  [a where …]  [b where user.id == null]            a key that the stage excludes
 *      sequence by user.id  [a where user.id == "1"]  [b where user.id == "2"]  keys that are never equal
 *      sequence  [a where x]  [b where y]  until [any where x or z]            until ends what just began
 *
 * until comes last (docs/semantics.md, Sequences): it also removes what the same event has just begun. */
#include "lint/lint_priv.h"

static struct eq_span span_of(const struct eq_plan_stage *s)
{
    return s->span.end ? s->span : s->filter->span;
}

/* The stage asks for events without one of its required keys. */
static void check_key(struct eq_lint *l, const struct eq_plan_stage *s)
{
    for (uint32_t i = 0; i < s->n_keys; i++) {
        struct eq_node field = {.kind = EQ_N_FIELD, .path = s->keys[i].path}, *kid = &field;
        const struct eq_node exists = {.kind = EQ_N_EXISTS, .kids = &kid, .n_kids = 1};
        if (s->keys[i].optional || !eq_excludes(&l->prover, s->filter, &exists))
            continue;
        struct eq_diag *d = eq_lint_report(l, EQ_W0508, span_of(s),
                                           "no event gets here: the stage asks for events without "
                                           "the join key %.*s",
                                           (int)field.path.len, field.path.ptr);
        eq_diag_help(l->diags, d, "by ?%.*s lets it be missing", (int)field.path.len, field.path.ptr);
    }
}

/* A part of the stage's `and` that lists values of a field. */
static const struct eq_node *list_of(const struct eq_plan_stage *s, struct eq_slice path, uint32_t i)
{
    const struct eq_node *n = s->filter->kind == EQ_N_AND ? s->filter->kids[i] : s->filter;
    if (n->kind != EQ_N_ANY || !eq_is_list(n->kids[0]))
        return NULL;
    const struct eq_node *field = n->kids[0]->kids[0];
    return eq_holds_one_value(field) && eq_slice_eq(field->path, path) ? n->kids[0] : NULL;
}

static uint32_t count_parts(const struct eq_plan_stage *s)
{
    return s->filter->kind == EQ_N_AND ? s->filter->n_kids : 1;
}

static bool keys_differ(struct eq_lint *l, const struct eq_plan_stage *a, const struct eq_plan_stage *b, uint32_t key)
{
    for (uint32_t i = 0; i < count_parts(a); i++) {
        const struct eq_node *x = list_of(a, a->keys[key].path, i);
        for (uint32_t j = 0; x && j < count_parts(b); j++) {
            const struct eq_node *y = list_of(b, b->keys[key].path, j);
            if (y && eq_lists_exclude(&l->prover, x, y))
                return true;
        }
    }
    return false;
}

static void check_keys(struct eq_lint *l, const struct eq_plan_stage *a, const struct eq_plan_stage *b)
{
    for (uint32_t k = 0; k < b->n_keys; k++)
        if (!a->missing && !b->missing && keys_differ(l, a, b, k)) {
            struct eq_slice path = b->keys[k].path;
            eq_lint_report(l, EQ_W0508, span_of(b),
                           "never joins the stage before it: they ask for different values of the "
                           "join key %.*s",
                           (int)path.len, path.ptr);
        }
}

/* What stage i begins is ended at once. The last event of all completes before until is asked. */
static void check_until(struct eq_lint *l, uint32_t i)
{
    const struct eq_plan_stage *s = &l->plan->stages[i], *until = l->plan->until;
    bool last = i + 1 == l->plan->n_stages && s->runs == 1;
    if (last || s->missing || !eq_keys_equal(s, until) || !eq_implies(&l->prover, s->filter, until->filter))
        return;
    eq_lint_report(l, EQ_W0508, span_of(s), "nothing gets beyond this stage: each of its events also meets \"until\"");
}

void eq_lint_sequence(struct eq_lint *l)
{
    const struct eq_plan *plan = l->plan;
    if (plan->kind == EQ_PLAN_EVENT)
        return;
    for (uint32_t i = 0; i < plan->n_stages; i++) {
        if (!plan->stages[i].missing)
            check_key(l, &plan->stages[i]);
        if (i > 0)
            check_keys(l, &plan->stages[i - 1], &plan->stages[i]);
        if (plan->until)
            check_until(l, i);
    }
}
