/* sample.c — see sample.h. Of each key and filter only as many events are kept as any choice could need, and none any more
 * once the memory for that is used up (budget.h). */
#include "match/sample_priv.h"

#include <stdlib.h>

/* Steps of the search for one key; filters that share few events could make it very long. */
#define SEARCH_STEPS 100000

enum eq_status eq_sample_new(struct eq_sample **out, struct eq_sequence_context *context, uint32_t rule,
                             uint32_t per_key, struct eq_results *results)
{
    const struct eq_alloc *alloc = context->alloc;
    struct eq_sample *s = eq_new(alloc, sizeof *s);
    if (!s)
        return EQ_NOMEM;
    s->context = context;
    s->results = results;
    s->rule = &context->program->rules[rule];
    s->plan = s->rule->plan;
    s->stats = &context->stats[rule];
    s->number = rule;
    s->per_key = per_key ? per_key : 1;
    s->enough = (size_t)s->plan->n_stages + s->per_key - 1;
    eq_intern_init(&s->keys, alloc);
    s->chosen = eq_new(alloc, s->plan->n_stages * sizeof(struct eq_past *));
    s->alert_events = eq_new(alloc, s->plan->n_stages * sizeof *s->alert_events);
    s->alert_keys = eq_new(alloc, (s->plan->stages[0].n_keys + 1u) * sizeof *s->alert_keys);
    if (!s->chosen || !s->alert_events || !s->alert_keys) {
        eq_sample_free(s);
        return EQ_NOMEM;
    }
    *out = s;
    return EQ_OK;
}

void eq_sample_free(struct eq_sample *s)
{
    if (!s)
        return;
    const struct eq_alloc *alloc = s->context->alloc;
    for (size_t i = 0; s->lists && i < s->keys.n * s->plan->n_stages && i < s->cap_lists; i++) {
        for (size_t k = 0; k < s->lists[i].n; k++)
            eq_past_release(s->lists[i].items[k], s->context->budget);
        eq_free(alloc, s->lists[i].items);
    }
    eq_free(alloc, s->lists);
    eq_free(alloc, s->chosen);
    eq_free(alloc, s->alert_events);
    eq_free(alloc, s->alert_keys);
    eq_intern_free(&s->keys);
    eq_free(alloc, s);
}

/* ── Gathering ── */

/* What the table of keys needs for one more, about. */
static size_t key_bytes(const struct eq_sample *s, struct eq_slice tuple)
{
    return s->plan->n_stages * sizeof *s->lists + sizeof tuple + 3 * sizeof(uint64_t) + tuple.len;
}

/* Bytes that stay until the end; false if there is no room. */
static bool take(struct eq_sample *s, size_t bytes)
{
    if (!eq_budget_keep(s->context->budget, bytes))
        return false;
    s->held += bytes;
    return true;
}

enum eq_status eq_sample_key(struct eq_sample_list **out, struct eq_sample *s, struct eq_slice tuple)
{
    uint32_t n = s->plan->n_stages, key;
    bool added;
    /* room first, so that every key in the table has its lists */
    if (!eq_grow(s->context->alloc, &s->lists, &s->cap_lists, (s->keys.n + 1) * n, sizeof *s->lists))
        return EQ_NOMEM;
    enum eq_status st = eq_intern_put(&key, &s->keys, tuple, &added);
    if (st != EQ_OK)
        return st;
    *out = &s->lists[(size_t)key * n];
    if (added)
        memset(*out, 0, n * sizeof *s->lists);
    return EQ_OK;
}

/* The lists of a key; NULL in *out if it is new and there is no room for it. */
static enum eq_status lists_of_key(struct eq_sample_list **out, struct eq_sample *s, struct eq_slice tuple)
{
    uint32_t key = eq_intern_find(&s->keys, tuple);
    *out = key == EQ_NONE ? NULL : &s->lists[(size_t)key * s->plan->n_stages];
    if (*out || !take(s, key_bytes(s, tuple)))
        return EQ_OK;
    return eq_sample_key(out, s, tuple);
}

/* May the event be kept? Its own bytes are counted by past.c; here they count toward what stays until the end. */
static bool room(struct eq_sample *s, struct eq_moment *m, const struct eq_sample_list *list, bool *charged)
{
    size_t bytes = list->n < list->cap ? 0 : (list->cap + 1) * sizeof(struct eq_past *);
    if (!*charged)
        bytes += sizeof(struct eq_past) + m->event->raw.len;
    if (!take(s, bytes))
        return false;
    *charged = true;
    return true;
}

static enum eq_status keep(struct eq_sample *s, struct eq_sample_list *list, struct eq_moment *m, bool *charged)
{
    if (list->n == s->enough)
        return EQ_OK;
    if (!room(s, m, list, charged)) {
        s->stats->not_kept++;
        return EQ_OK;
    }
    if (!eq_grow(s->context->alloc, &list->items, &list->cap, list->n + 1, sizeof(struct eq_past *)))
        return EQ_NOMEM;
    struct eq_past *p = eq_moment_keep(m);
    if (!p)
        return EQ_NOMEM;
    list->items[list->n++] = p;
    return EQ_OK;
}

enum eq_status eq_sample_feed(struct eq_sample *s, struct eq_moment *m, const uint32_t *clauses, size_t n)
{
    struct eq_join_keys *keys = &s->context->keys;
    enum eq_status st = EQ_OK;
    bool charged = false;
    for (size_t i = 0; i < n && st == EQ_OK; i++) {
        uint32_t filter = s->context->program->clauses[clauses[i]].stage;
        const struct eq_plan_stage *stage = &s->plan->stages[filter];
        st = eq_join_keys_of(keys, &m->event->frame, stage->keys, s->rule->keys + filter * stage->n_keys,
                             stage->n_keys);
        for (size_t k = 0; k < keys->n && st == EQ_OK; k++) {
            struct eq_sample_list *lists;
            st = lists_of_key(&lists, s, keys->items[k]);
            if (st == EQ_OK && lists)
                st = keep(s, &lists[filter], m, &charged);
            else
                s->stats->not_kept += st == EQ_OK;
        }
    }
    return st;
}

size_t eq_sample_bytes(const struct eq_sample *s)
{
    return s->held;
}

/* ── Choosing ── */

struct search {
    struct eq_sample *s;
    const struct eq_sample_list *lists;
    uint32_t key, found;
    uint64_t steps;
    enum eq_status st;
};

static void give(struct search *x)
{
    struct eq_sample *s = x->s;
    for (uint32_t i = 0; i < s->plan->n_stages; i++)
        s->alert_events[i] = s->chosen[i]->event;
    eq_join_key_values(s->alert_keys, s->plan->stages[0].n_keys, s->keys.items[x->key]);
    struct eq_alert alert = {.rule = s->number,
                             .events = s->alert_events,
                             .n_events = s->plan->n_stages,
                             .keys = s->alert_keys,
                             .n_keys = s->plan->stages[0].n_keys};
    x->found++;
    x->st = eq_results_put(s->results, &alert);
}

static bool used(const struct eq_sample *s, uint32_t filters, const struct eq_past *p)
{
    for (uint32_t i = 0; i < filters; i++)
        if (s->chosen[i] == p)
            return true;
    return false;
}

/* Depth first over the filters (at most 256), each time the first events not used yet. */
static void choose_from(struct search *x, uint32_t filter)
{
    struct eq_sample *s = x->s;
    if (filter == s->plan->n_stages) {
        give(x);
        return;
    }
    for (size_t i = 0; i < x->lists[filter].n && x->found < s->per_key && x->st == EQ_OK; i++) {
        if (x->steps == 0)
            return;
        x->steps--;
        s->chosen[filter] = x->lists[filter].items[i];
        if (!used(s, filter, s->chosen[filter]))
            choose_from(x, filter + 1);
    }
}

struct sorted_key {
    struct eq_slice tuple;
    uint32_t number;
};

static int by_tuple(const void *a, const void *b)
{
    return eq_join_key_cmp(((const struct sorted_key *)a)->tuple, ((const struct sorted_key *)b)->tuple);
}

enum eq_status eq_sample_finish(struct eq_sample *s)
{
    struct sorted_key *sorted = eq_new(s->context->alloc, (s->keys.n + 1) * sizeof *sorted);
    enum eq_status st = EQ_OK;
    if (!sorted)
        return EQ_NOMEM;
    for (uint32_t i = 0; i < s->keys.n; i++)
        sorted[i] = (struct sorted_key){s->keys.items[i], i};
    qsort(sorted, s->keys.n, sizeof *sorted, by_tuple);
    for (size_t i = 0; i < s->keys.n && st == EQ_OK; i++) {
        struct search x = {s, &s->lists[(size_t)sorted[i].number * s->plan->n_stages], sorted[i].number, 0, SEARCH_STEPS,
                           EQ_OK};
        choose_from(&x, 0);
        st = x.st;
    }
    eq_free(s->context->alloc, sorted);
    return st;
}
