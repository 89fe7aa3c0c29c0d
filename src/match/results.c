/* results.c — see results.h. */
#include "match/results_priv.h"

#include "match/kept.h"

enum eq_status eq_results_new(struct eq_results **out, const struct eq_plan *plan, uint64_t limit, eq_result_out *sink,
                              void *ctx, struct eq_budget *budget, struct eq_rule_stats *stats)
{
    const struct eq_alloc *alloc = budget->alloc;
    size_t n = plan->n_pipes + (limit ? 1 : 0), k = 0;
    struct eq_results *r = eq_new(alloc, sizeof *r + n * sizeof *r->stages);
    if (!r)
        return EQ_NOMEM;
    *r = (struct eq_results){.alloc = alloc, .budget = budget, .stats = stats, .sink = sink, .ctx = ctx, .n = n};
    enum eq_pipe_kind side = plan->n_pipes                  ? plan->pipes[0].kind
                             : plan->kind == EQ_PLAN_SAMPLE ? EQ_PIPE_HEAD
                                                            : EQ_PIPE_TAIL;
    if (limit)
        r->stages[k++] = (struct eq_results_stage){.kind = side, .count = limit};
    for (uint32_t i = 0; i < plan->n_pipes; i++)
        r->stages[k++] = (struct eq_results_stage){.kind = plan->pipes[i].kind, .count = plan->pipes[i].count};
    *out = r;
    return EQ_OK;
}

/* A result in a ring, and its place there. */
static size_t held_bytes(const struct eq_alert *alert)
{
    return eq_alert_kept_bytes(alert) + 2 * sizeof alert;
}

static void drop_first(struct eq_results *r, struct eq_results_stage *s)
{
    struct eq_alert **place = &s->ring[s->first++ % s->cap];
    eq_budget_unkeep(r->budget, held_bytes(*place));
    eq_free(r->alloc, *place);
    *place = NULL;
}

static void drop_all(struct eq_results *r, struct eq_results_stage *s)
{
    while (s->first < s->seen && s->ring)
        drop_first(r, s);
}

void eq_results_free(struct eq_results *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->n; i++) {
        drop_all(r, &r->stages[i]);
        eq_free(r->alloc, r->stages[i].ring);
    }
    eq_free(r->alloc, r);
}

/* Room for one more: the ring grows up to its count, so a large tail over few results stays small. */
static enum eq_status ring_grow(struct eq_results *r, struct eq_results_stage *s)
{
    if (s->seen - s->first < s->cap)
        return EQ_OK;
    uint64_t want = s->cap ? s->cap * 2 : 8;
    if (want > s->count)
        want = s->count;
    struct eq_alert **ring = want <= SIZE_MAX / sizeof *ring ? eq_new(r->alloc, (size_t)want * sizeof *ring) : NULL;
    if (!ring)
        return EQ_NOMEM;
    for (uint64_t i = s->first; i < s->seen; i++)
        ring[i % want] = s->ring[i % s->cap];
    eq_free(r->alloc, s->ring);
    s->ring = ring;
    s->cap = (size_t)want;
    return EQ_OK;
}

enum eq_status eq_results_keep(struct eq_results *r, struct eq_results_stage *s, const struct eq_alert *alert)
{
    if (s->count == 0)
        return EQ_OK;
    size_t bytes = held_bytes(alert);
    if (s->seen - s->first == s->count)
        drop_first(r, s);
    while (!eq_budget_keep(r->budget, bytes)) {
        r->stats->not_kept++;
        if (s->first == s->seen)
            return EQ_OK; /* others hold all there is, or it is too large by itself */
        drop_first(r, s);
    }
    struct eq_alert *copy = ring_grow(r, s) == EQ_OK ? eq_alert_keep(alert, r->alloc) : NULL;
    if (!copy) {
        eq_budget_unkeep(r->budget, bytes);
        return EQ_NOMEM;
    }
    s->ring[s->seen++ % s->cap] = copy;
    return EQ_OK;
}

static enum eq_status put_from(struct eq_results *r, size_t stage, const struct eq_alert *alert)
{
    for (size_t i = stage; i < r->n; i++) {
        struct eq_results_stage *s = &r->stages[i];
        if (s->kind == EQ_PIPE_TAIL)
            return eq_results_keep(r, s, alert);
        if (s->seen == s->count)
            return EQ_OK;
        s->seen++;
    }
    return r->sink(alert, r->ctx);
}

enum eq_status eq_results_put(struct eq_results *r, const struct eq_alert *alert)
{
    return put_from(r, 0, alert);
}

enum eq_status eq_results_finish(struct eq_results *r)
{
    for (size_t i = 0; i < r->n; i++) {
        struct eq_results_stage *s = &r->stages[i];
        if (s->kind != EQ_PIPE_TAIL)
            continue;
        for (uint64_t k = s->first; k < s->seen; k++) {
            enum eq_status st = put_from(r, i + 1, s->ring[k % s->cap]);
            if (st != EQ_OK)
                return st;
        }
    }
    return EQ_OK;
}

bool eq_results_done(const struct eq_results *r)
{
    for (size_t i = 0; i < r->n && r->stages[i].kind == EQ_PIPE_HEAD; i++)
        if (r->stages[i].seen == r->stages[i].count)
            return true;
    return false;
}

size_t eq_results_bytes(const struct eq_results *r)
{
    size_t sum = 0;
    for (size_t i = 0; i < r->n; i++)
        for (uint64_t k = r->stages[i].first; r->stages[i].ring && k < r->stages[i].seen; k++)
            sum += held_bytes(r->stages[i].ring[k % r->stages[i].cap]);
    return sum;
}
