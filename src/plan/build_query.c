/* build_query.c — whole queries: stages, keys and pipes, and the rules about their numbers (docs/errors.md, E04). */
#include "plan/build_priv.h"

/* Stages with their repetitions; missing ones do not count as queries of their own twice. */
static uint64_t expanded(const struct eq_plan *p)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < p->n_stages; i++)
        n += p->stages[i].runs;
    return n;
}

static bool check_keys(struct eq_builder *b, const struct eq_plan *p)
{
    bool ok = true;
    uint32_t n = p->stages[0].n_keys;
    if (n > EQ_PLAN_KEYS_MAX) {
        eq_diag_add(b->diags, EQ_E0903, b->source, p->stages[0].span, "a query cannot have more than %d join keys, found %u",
                    EQ_PLAN_KEYS_MAX, n);
        ok = false;
    }
    for (uint32_t i = 1; i < p->n_stages; i++)
        if (p->stages[i].n_keys != n) {
            eq_diag_add(b->diags, EQ_E0402, b->source, p->stages[i].span,
                        "inconsistent number of join keys: the first stage has %u, this one has %u", n,
                        p->stages[i].n_keys);
            ok = false;
        }
    if (p->until && p->until->n_keys != n) {
        eq_diag_add(b->diags, EQ_E0402, b->source, p->until->span,
                    "inconsistent number of join keys: the stages have %u, until has %u", n, p->until->n_keys);
        ok = false;
    }
    return ok;
}

static bool check_missing(struct eq_builder *b, const struct eq_plan *p)
{
    bool ok = true, positive = false;
    for (uint32_t i = 0; i < p->n_stages; i++)
        positive |= !p->stages[i].missing;
    for (uint32_t i = 0; i < p->n_stages; i++) {
        if (!p->stages[i].missing)
            continue;
        if (p->maxspan_ns < 0) {
            struct eq_diag *d = eq_diag_add(b->diags, EQ_E0407, b->source, p->stages[i].span,
                                            "a missing event needs a maxspan: without one it could never be told");
            eq_diag_help(b->diags, d, "write \"sequence with maxspan=5m …\"");
            ok = false;
        }
        if (!positive) {
            eq_diag_add(b->diags, EQ_E0407, b->source, p->stages[i].span,
                        "a sequence needs at least one stage that is not a missing event");
            return false;
        }
    }
    return ok;
}

static bool check_sequence(struct eq_builder *b, const struct eq_plan *p, struct eq_span span)
{
    bool keys_ok = check_keys(b, p), missing_ok = check_missing(b, p), ok = keys_ok && missing_ok;
    uint64_t n = expanded(p);
    if (n < 2) {
        struct eq_diag *d = eq_diag_add(b->diags, EQ_E0403, b->source, span,
                                        "a sequence needs a minimum of 2 queries, found %u", (unsigned)n);
        eq_diag_help(b->diags, d, "add a stage, or repeat this one: [ … ] with runs=2");
        ok = false;
    }
    if (n > EQ_PLAN_STAGES_MAX) {
        eq_diag_add(b->diags, EQ_E0404, b->source, span, "a sequence cannot have more than %d queries, found %llu",
                    EQ_PLAN_STAGES_MAX, (unsigned long long)n);
        ok = false;
    }
    return ok;
}

static bool check_sample(struct eq_builder *b, const struct eq_plan *p, struct eq_span span)
{
    bool ok = check_keys(b, p);
    if (p->n_stages < 2) {
        eq_diag_add(b->diags, EQ_E0403, b->source, span, "a sample needs a minimum of 2 queries, found %u", p->n_stages);
        ok = false;
    }
    if (p->n_stages > EQ_PLAN_STAGES_MAX) {
        eq_diag_add(b->diags, EQ_E0404, b->source, span, "a sample cannot have more than %d queries", EQ_PLAN_STAGES_MAX);
        ok = false;
    }
    if (p->n_stages && p->stages[0].n_keys == 0) {
        struct eq_diag *d = eq_diag_add(b->diags, EQ_E0402, b->source, span, "a sample needs at least one join key");
        eq_diag_help(b->diags, d, "write \"sample by host.id …\"");
        ok = false;
    }
    if (p->n_pipes) {
        eq_diag_add(b->diags, EQ_E0409, b->source, span, "pipes are not supported for samples");
        ok = false;
    }
    return ok;
}

static void *copy(struct eq_builder *b, const void *from, size_t size)
{
    void *to = eq_arena_alloc(b->arena, size ? size : 1);
    if (!to)
        b->nomem = true;
    else if (size)
        memcpy(to, from, size);
    return to;
}

static bool copy_stage(struct eq_builder *b, struct eq_plan_stage *s)
{
    s->keys = copy(b, s->keys, s->n_keys * sizeof *s->keys);
    if (!s->keys || !s->filter)
        return false;
    for (uint32_t i = 0; i < s->n_keys; i++) {
        s->keys[i].path = eq_arena_copy(b->arena, s->keys[i].path);
        if (!s->keys[i].path.ptr)
            b->nomem = true;
    }
    if (s->alias.len) {
        s->alias = eq_arena_copy(b->arena, s->alias);
        if (!s->alias.ptr)
            b->nomem = true;
    }
    return !b->nomem;
}

struct eq_plan *eq_build_plan(struct eq_builder *b, const struct eq_plan *parts, struct eq_span span)
{
    bool ok = true;
    if (parts->kind == EQ_PLAN_SEQUENCE)
        ok = check_sequence(b, parts, span);
    else if (parts->kind == EQ_PLAN_SAMPLE)
        ok = check_sample(b, parts, span);

    struct eq_plan *plan = copy(b, parts, sizeof *plan);
    if (!plan)
        return NULL;
    plan->stages = copy(b, parts->stages, parts->n_stages * sizeof *parts->stages);
    plan->pipes = copy(b, parts->pipes, parts->n_pipes * sizeof *parts->pipes);
    if (!plan->stages || !plan->pipes)
        return NULL;
    for (uint32_t i = 0; i < plan->n_stages; i++)
        ok &= copy_stage(b, &plan->stages[i]);
    if (parts->until) {
        plan->until = copy(b, parts->until, sizeof *parts->until);
        ok &= plan->until && copy_stage(b, plan->until);
    }
    return ok && !b->nomem ? plan : NULL;
}
