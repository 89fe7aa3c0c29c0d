/* lint.c — findings about queries, for a compiler that was filled and is not finished yet; and mending them.
 *
 *      each rule's text ─▶ plan as written ─▶ its findings          lint/lint.h, notes of rule/rule.h
 *      all simplified plans ─▶ findings about rules beside each other
 *
 * Rules are compiled once more for it, so that those who only run them pay nothing. */
#include <stdlib.h>

#include "api/compiler_priv.h"

#include "lint/lint.h"

/* Findings can be many more than the mistakes that a compiler keeps. */
#define FINDINGS_MAX 100000u

static int by_place(const void *a, const void *b)
{
    const struct eq_diag *x = a, *y = b;
    if (x->span.start != y->span.start)
        return x->span.start < y->span.start ? -1 : 1;
    if (x->span.end != y->span.end)
        return x->span.end < y->span.end ? -1 : 1;
    return x->code != y->code ? (x->code < y->code ? -1 : 1) : eq_slice_cmp(x->message, y->message);
}

static enum eq_status lint_rule(eqlite_compiler *c, const struct eq_rule *rule, enum eq_severity least)
{
    struct eq_diags *diags = eq_compiler_diags(c), again;
    size_t told = diags->n;
    struct eq_arena arena;
    struct eq_plan *plan = NULL;
    eq_arena_init(&arena, eq_compiler_alloc(c));
    eq_diags_init(&again, eq_compiler_alloc(c)); /* what compiling says was said */
    enum eq_status st = eq_compiler_build(&plan, c, rule, &arena, &again);
    if (st == EQ_OK && least >= EQ_NOTE && eq_compiler_rule_options(c)->metadata)
        eq_rule_note_plan(rule, plan, diags);
    if (st == EQ_OK)
        st = eq_lint_plan(plan, &arena, &rule->source, least, diags, NULL);
    for (size_t i = told; i < diags->n; i++)
        diags->items[i].rule = rule->id;
    if (diags->n > told)
        qsort(diags->items + told, diags->n - told, sizeof *diags->items, by_place);
    eq_diags_free(&again);
    eq_arena_free(&arena);
    return st;
}

static enum eq_status lint_set(eqlite_compiler *c, const struct eqlite_rules *r, enum eq_severity least)
{
    struct eq_lint_rule *rules = eq_new(eq_compiler_alloc(c), (r->set.n + 1) * sizeof *rules);
    if (!rules)
        return EQ_NOMEM;
    for (size_t i = 0; i < r->set.n; i++)
        rules[i] = (struct eq_lint_rule){r->program->rules[i].plan, &r->set.items[i]->source, r->set.items[i]->id};
    enum eq_status st = eq_lint_set(rules, r->set.n, least, eq_compiler_diags(c));
    eq_free(eq_compiler_alloc(c), rules);
    return st;
}

eqlite_status eqlite_compiler_lint(eqlite_compiler *c, eqlite_severity least)
{
    const struct eqlite_rules *r = eq_compiler_making(c);
    enum eq_status st = EQ_OK;
    if (!r)
        return EQLITE_OK;
    if (r->poisoned)
        return EQLITE_NOMEM;
    if (eq_compiler_diags(c)->max < FINDINGS_MAX)
        eq_compiler_diags(c)->max = FINDINGS_MAX;
    for (size_t i = 0; i < r->n_compiled && st == EQ_OK; i++)
        st = lint_rule(c, r->set.items[i], (enum eq_severity)least);
    if (st == EQ_OK)
        st = lint_set(c, r, (enum eq_severity)least);
    return eq_api_status(st);
}
