/* results.c — see results.h. */
#include "match/results.h"

#include "match/kept.h"

struct stage {
    enum eq_pipe_kind kind;
    uint64_t count;
    uint64_t seen;          /* HEAD: passed on; TAIL: put in */
    struct eq_alert **ring; /* TAIL: the last ones; result i is at i % cap */
    size_t cap;
};

struct eq_results {
    const struct eq_alloc *alloc;
    eq_result_out *sink;
    void *ctx;
    size_t n;
    struct stage stages[];
};

enum eq_status eq_results_new(struct eq_results **out, const struct eq_plan *plan, uint64_t limit, eq_result_out *sink,
                              void *ctx, const struct eq_alloc *alloc)
{
    size_t n = plan->n_pipes + (limit ? 1 : 0), k = 0;
    struct eq_results *r = eq_new(alloc, sizeof *r + n * sizeof *r->stages);
    if (!r)
        return EQ_NOMEM;
    *r = (struct eq_results){.alloc = alloc, .sink = sink, .ctx = ctx, .n = n};
    enum eq_pipe_kind side = plan->n_pipes ? plan->pipes[0].kind : plan->kind == EQ_PLAN_SAMPLE ? EQ_PIPE_HEAD : EQ_PIPE_TAIL;
    if (limit)
        r->stages[k++] = (struct stage){.kind = side, .count = limit};
    for (uint32_t i = 0; i < plan->n_pipes; i++)
        r->stages[k++] = (struct stage){.kind = plan->pipes[i].kind, .count = plan->pipes[i].count};
    *out = r;
    return EQ_OK;
}

void eq_results_free(struct eq_results *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->n; i++) {
        for (size_t k = 0; k < r->stages[i].cap; k++)
            eq_free(r->alloc, r->stages[i].ring[k]);
        eq_free(r->alloc, r->stages[i].ring);
    }
    eq_free(r->alloc, r);
}

/* Room for one more: the ring grows up to its count, so a large tail over few results stays small. */
static enum eq_status ring_grow(struct eq_results *r, struct stage *s)
{
    size_t old = s->cap;
    if (s->seen < old || old == s->count)
        return EQ_OK;
    if (!eq_grow(r->alloc, &s->ring, &s->cap, old + 1, sizeof *s->ring))
        return EQ_NOMEM;
    if (s->cap > s->count)
        s->cap = (size_t)s->count;
    memset(s->ring + old, 0, (s->cap - old) * sizeof *s->ring);
    return EQ_OK;
}

static enum eq_status keep(struct eq_results *r, struct stage *s, const struct eq_alert *alert)
{
    if (s->count == 0)
        return EQ_OK;
    if (ring_grow(r, s) != EQ_OK)
        return EQ_NOMEM;
    struct eq_alert *copy = eq_alert_keep(alert, r->alloc);
    if (!copy)
        return EQ_NOMEM;
    struct eq_alert **place = &s->ring[s->seen++ % s->cap];
    eq_free(r->alloc, *place);
    *place = copy;
    return EQ_OK;
}

static enum eq_status put_from(struct eq_results *r, size_t stage, const struct eq_alert *alert)
{
    for (size_t i = stage; i < r->n; i++) {
        struct stage *s = &r->stages[i];
        if (s->kind == EQ_PIPE_TAIL)
            return keep(r, s, alert);
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
        struct stage *s = &r->stages[i];
        if (s->kind != EQ_PIPE_TAIL)
            continue;
        for (uint64_t k = s->seen < s->cap ? 0 : s->seen - s->cap; k < s->seen; k++) {
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
