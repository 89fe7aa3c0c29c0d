/* sample_save.c — what a sample has gathered, key by key. */
#include "match/sample_priv.h"
#include "match/save.h"

void eq_sample_save(struct eq_saving *s, const struct eq_sample *sample)
{
    uint32_t n = sample->plan->n_stages, n_keys = sample->plan->stages[0].n_keys;
    size_t keys = s->ended ? 0 : sample->keys.n;
    eq_pack_u64(s->out, s->ended ? 0 : sample->held);
    eq_pack_u64(s->out, keys);
    for (size_t key = 0; key < keys; key++) {
        eq_save_key(s, sample->keys.items[key], n_keys);
        for (uint32_t filter = 0; filter < n; filter++) {
            const struct eq_sample_list *list = &sample->lists[key * n + filter];
            eq_pack_u64(s->out, list->n);
            for (size_t i = 0; i < list->n; i++)
                eq_save_past(s, list->items[i]);
        }
    }
}

static void restore_list(struct eq_restoring *r, struct eq_sample *sample, struct eq_sample_list *list)
{
    const struct eq_alloc *alloc = sample->context->alloc;
    uint64_t n = eq_unpack_most(r->in, sample->enough);
    while (list->n < n && eq_unpack_ok(r->in)) {
        if (!eq_grow(alloc, &list->items, &list->cap, list->n + 1, sizeof *list->items))
            eq_unpack_fail(r->in, EQ_NOMEM, NULL);
        struct eq_past *p = eq_restore_past(r);
        if (p)
            list->items[list->n++] = p;
    }
}

void eq_sample_restore(struct eq_restoring *r, struct eq_sample *sample)
{
    uint32_t n = sample->plan->n_stages, n_keys = sample->plan->stages[0].n_keys;
    uint64_t held = eq_unpack_u64(r->in);
    size_t keys = eq_unpack_count(r->in);
    if (held > r->budget->limit / 2 || !eq_budget_keep(r->budget, (size_t)held))
        eq_unpack_fail(r->in, EQ_LIMIT, EQ_TOO_MUCH);
    else
        sample->held = (size_t)held;
    for (size_t key = 0; key < keys && eq_unpack_ok(r->in); key++) {
        struct eq_sample_list *lists = NULL;
        struct eq_slice tuple = eq_restore_key(r, n_keys);
        enum eq_status st = eq_unpack_ok(r->in) ? eq_sample_key(&lists, sample, tuple) : EQ_INVALID;
        if (st != EQ_OK || sample->keys.n != key + 1) /* a key twice */
            eq_unpack_fail(r->in, st == EQ_OK ? EQ_INVALID : st, NULL);
        for (uint32_t filter = 0; filter < n && eq_unpack_ok(r->in); filter++)
            restore_list(r, sample, &lists[filter]);
    }
}
