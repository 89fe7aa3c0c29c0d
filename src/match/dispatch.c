/* dispatch.c — see dispatch.h: a table of lists, filled by counting first. */
#include "match/dispatch.h"

/* Filters of rules and of trackers; inner clauses of searches are asked by their predicate only. */
static bool is_filter(const struct eq_clause *c)
{
    return (c->rule != EQ_NONE || c->tracker != EQ_NONE) && c->entry != EQ_REJECT;
}

enum eq_status eq_dispatch_build(struct eq_dispatch *out, const struct eq_program *p, struct eq_arena *arena)
{
    size_t total = 0;
    out->starts = eq_arena_alloc(arena, (p->n_witnesses + 2) * sizeof *out->starts);
    out->always = eq_arena_alloc(arena, (p->n_clauses + 1) * sizeof *out->always);
    if (!out->starts || !out->always)
        return EQ_NOMEM;
    out->n_always = 0;
    for (size_t c = 0; c < p->n_clauses; c++) {
        const struct eq_clause *clause = &p->clauses[c];
        if (!is_filter(clause))
            continue;
        if (clause->n_witnesses == 0)
            out->always[out->n_always++] = (uint32_t)c;
        for (uint32_t w = 0; w < clause->n_witnesses; w++)
            out->starts[clause->witnesses[w] + 2]++;
        total += clause->n_witnesses;
    }
    if (total > UINT32_MAX)
        return EQ_LIMIT;
    out->clauses = eq_arena_alloc(arena, (total + 1) * sizeof *out->clauses);
    if (!out->clauses)
        return EQ_NOMEM;
    for (size_t i = 2; i < p->n_witnesses + 2; i++)
        out->starts[i] += out->starts[i - 1];
    /* starts[p + 1] is where list p begins now, and where it ends when all are filed */
    for (size_t c = 0; c < p->n_clauses; c++)
        for (uint32_t w = 0; is_filter(&p->clauses[c]) && w < p->clauses[c].n_witnesses; w++)
            out->clauses[out->starts[p->clauses[c].witnesses[w] + 1]++] = (uint32_t)c;
    return EQ_OK;
}
