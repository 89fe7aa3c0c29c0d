/* reference_sequence.c — sequences and samples as docs/semantics.md tells them, over a whole list of events.
 *
 * Everything is looked for from the beginning each time: no expiry, no tables. Missing events are judged at the end,
 * for every candidate and every event. */
#include "unit/reference.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_STEPS = 16, MAX_KEYS = 8, MAX_TUPLES = 512, MAX_STATES = 512, MAX_RESULTS = 400 };

/* ── Keys ── */

struct tuple {
    const struct ref_json *values[MAX_KEYS]; /* NULL: null */
    size_t n;
};

/* null, numbers, strings, false, true. */
static int rank(const struct ref_json *j)
{
    if (!j)
        return 0;
    return j->kind == REF_NUMBER ? 1 : j->kind == REF_STRING ? 2 : 3;
}

static int compare_values(const struct ref_json *a, const struct ref_json *b)
{
    if (rank(a) != rank(b))
        return rank(a) - rank(b);
    if (!a)
        return 0;
    if (a->kind == REF_STRING)
        return eq_slice_cmp(a->text, b->text);
    if (a->kind == REF_BOOL)
        return (int)a->truth - (int)b->truth;
    struct eq_value v = ref_value_of(a), k = ref_value_of(b);
    return ref_compare(EQ_CMP_EQ, &v, &k) == 1 ? 0 : ref_compare(EQ_CMP_LT, &v, &k) == 1 ? -1 : 1;
}

static int compare_tuples(const struct tuple *a, const struct tuple *b)
{
    for (size_t i = 0; i < a->n; i++) {
        int c = compare_values(a->values[i], b->values[i]);
        if (c)
            return c;
    }
    return 0;
}

struct tuples {
    struct tuple items[MAX_TUPLES];
    size_t n;
};

/* In order, each once. */
static void insert_tuple(struct tuples *all, const struct tuple *t)
{
    size_t at = 0;
    while (at < all->n && compare_tuples(&all->items[at], t) < 0)
        at++;
    if (at < all->n && compare_tuples(&all->items[at], t) == 0)
        return;
    if (all->n == MAX_TUPLES)
        abort();
    memmove(&all->items[at + 1], &all->items[at], (all->n - at) * sizeof *t);
    all->items[at] = *t;
    all->n++;
}

static void product(struct tuples *out, struct eq_arena *a, const struct eq_plan_stage *stage,
                    const struct ref_json *doc, struct tuple *t)
{
    struct ref_list values;
    if (t->n == stage->n_keys) {
        insert_tuple(out, t);
        return;
    }
    const struct eq_plan_key *key = &stage->keys[t->n];
    ref_values(&values, a, doc, key->path);
    if (values.n == 0 && key->optional) {
        t->values[t->n++] = NULL;
        product(out, a, stage, doc, t);
        t->n--;
    }
    for (size_t i = 0; i < values.n; i++) {
        t->values[t->n++] = values.items[i];
        product(out, a, stage, doc, t);
        t->n--;
    }
}

static void tuples_of(struct tuples *out, struct eq_arena *a, const struct eq_plan_stage *stage,
                      const struct ref_json *doc)
{
    struct eq_arena_mark mark = eq_arena_mark(a);
    struct tuple t = {.n = 0};
    out->n = 0;
    product(out, a, stage, doc, &t);
    eq_arena_rewind(a, mark);
}

static bool has_tuple(struct eq_arena *a, const struct eq_plan_stage *stage, const struct ref_json *doc,
                      const struct tuple *t)
{
    struct tuples all;
    tuples_of(&all, a, stage, doc);
    for (size_t i = 0; i < all.n; i++)
        if (compare_tuples(&all.items[i], t) == 0)
            return true;
    return false;
}

void ref_print_key(struct eq_buf *out, const struct ref_json *j)
{
    if (!j)
        eq_buf_puts(out, "null");
    else if (j->kind == REF_BOOL)
        eq_buf_puts(out, j->truth ? "true" : "false");
    else if (j->kind == REF_STRING)
        eq_buf_json(out, j->text);
    else
        eq_buf_printf(out, "%Lg", strtold(j->text.ptr, NULL)); /* 1 and 1.0 are the same key */
}

/* ── The run ── */

struct partial {
    size_t events[MAX_STEPS];
    size_t n; /* 0: nothing waits */
};

struct state {
    struct tuple key;
    struct partial *pending; /* by step */
};

struct result {
    struct partial match;
    struct tuple key;
};

struct run {
    struct eq_arena *arena;
    const struct eq_plan *plan;
    const struct ref_event *events;
    size_t n_events;
    uint32_t steps[MAX_STEPS]; /* positive stages, runs written out */
    size_t n_steps;
    struct state *states;
    size_t n_states;
    struct result *results;
    size_t n_results;
};

static bool meets(struct run *r, const struct eq_plan_stage *stage, size_t event, const struct partial *before)
{
    const struct ref_json *aliases[MAX_STEPS] = {NULL};
    for (size_t i = 0; before && i < before->n; i++)
        aliases[r->steps[i]] = r->events[before->events[i]].doc;
    struct eq_arena_mark mark = eq_arena_mark(r->arena);
    struct ref_scene scene = {
        .arena = r->arena, .event = r->events[event].doc, .aliases = aliases, .n_aliases = r->plan->n_stages};
    bool yes = ref_meets(&scene, stage->filter);
    eq_arena_rewind(r->arena, mark);
    return yes;
}

static struct state *state_of(struct run *r, const struct tuple *key)
{
    for (size_t i = 0; i < r->n_states; i++)
        if (compare_tuples(&r->states[i].key, key) == 0)
            return &r->states[i];
    if (r->n_states == MAX_STATES)
        abort();
    struct state *s = &r->states[r->n_states++];
    s->key = *key;
    s->pending = eq_arena_alloc(r->arena, r->n_steps * sizeof *s->pending);
    return s;
}

static void complete(struct run *r, const struct partial *p, const struct tuple *key)
{
    if (r->n_results == MAX_RESULTS)
        abort();
    r->results[r->n_results++] = (struct result){*p, *key};
}

static int64_t time_of(const struct run *r, const struct partial *p, size_t step)
{
    return r->events[p->events[step]].time;
}

/* Event e at step s with one key. */
static void step(struct run *r, size_t e, size_t s, const struct tuple *key)
{
    const struct eq_plan_stage *stage = &r->plan->stages[r->steps[s]];
    struct state *state = state_of(r, key);
    struct partial next = {.n = 0};
    if (s > 0) {
        struct partial *waiting = &state->pending[s - 1];
        if (waiting->n == 0 || !meets(r, stage, e, waiting))
            return;
        next = *waiting;
        waiting->n = 0;
        if (r->plan->maxspan_ns >= 0 && r->events[e].time - time_of(r, &next, 0) > r->plan->maxspan_ns)
            return;
    } else if (!meets(r, stage, e, NULL)) {
        return;
    }
    next.events[next.n++] = e;
    if (s + 1 == r->n_steps)
        complete(r, &next, key);
    else
        state->pending[s] = next;
}

static void match_event(struct run *r, size_t e)
{
    struct tuples keys;
    for (size_t s = r->n_steps; s-- > 0;) {
        tuples_of(&keys, r->arena, &r->plan->stages[r->steps[s]], r->events[e].doc);
        for (size_t k = 0; k < keys.n; k++)
            step(r, e, s, &keys.items[k]);
    }
    if (!r->plan->until || !meets(r, r->plan->until, e, NULL))
        return;
    tuples_of(&keys, r->arena, r->plan->until, r->events[e].doc);
    for (size_t k = 0; k < keys.n; k++)
        for (size_t s = 0; s < r->n_steps; s++)
            state_of(r, &keys.items[k])->pending[s].n = 0;
}

/* ── Missing events ── */

static bool refutes(struct run *r, const struct eq_plan_stage *stage, size_t e, const struct result *result)
{
    return r->events[e].ordered && meets(r, stage, e, &result->match) &&
           has_tuple(r->arena, stage, r->events[e].doc, &result->key);
}

static bool survives(struct run *r, const struct result *result)
{
    const struct eq_plan *plan = r->plan;
    const struct partial *m = &result->match;
    int64_t start = time_of(r, m, 0), end = time_of(r, m, m->n - 1), leading = INT64_MIN, trailing = INT64_MAX;
    size_t before = 0; /* steps before the stage */
    bool leads = false, trails = false;
    for (uint32_t i = 0; i < plan->n_stages; i++) {
        const struct eq_plan_stage *stage = &plan->stages[i];
        if (!stage->missing) {
            before += stage->runs;
            continue;
        }
        leads |= before == 0;
        trails |= before == m->n;
        for (size_t e = 0; e < r->n_events; e++) {
            int64_t t = r->events[e].time;
            if (!refutes(r, stage, e, result))
                continue;
            if (before == 0)
                leading = t < start && t > leading ? t : leading;
            else if (before == m->n)
                trailing = t > end && t < trailing ? t : trailing;
            else if (t > time_of(r, m, before - 1) && t < time_of(r, m, before))
                return false;
        }
    }
    bool has_leading = leading != INT64_MIN, has_trailing = trailing != INT64_MAX;
    if (leads && trails)
        return !(has_leading && has_trailing && trailing - leading <= plan->maxspan_ns);
    if (leads)
        return !(has_leading && end - leading <= plan->maxspan_ns);
    return !(trails && has_trailing && trailing - start <= plan->maxspan_ns);
}

static void run_sequence(struct run *r)
{
    size_t kept = 0;
    for (size_t e = 0; e < r->n_events; e++)
        if (r->events[e].ordered)
            match_event(r, e);
    for (size_t i = 0; i < r->n_results; i++)
        if (survives(r, &r->results[i]))
            r->results[kept++] = r->results[i];
    r->n_results = kept;
}

/* ── Samples ── */

/* Choose for filter `at` and those behind it; false once there are enough. */
static bool choose(struct run *r, size_t (*lists)[MAX_STEPS], const size_t *lengths, struct partial *p,
                   const struct tuple *key, size_t *left)
{
    if (p->n == r->plan->n_stages) {
        complete(r, p, key);
        return --*left > 0;
    }
    for (size_t i = 0; i < lengths[p->n]; i++) {
        size_t e = lists[p->n][i];
        bool used = false;
        for (size_t k = 0; k < p->n; k++)
            used |= p->events[k] == e;
        if (used)
            continue;
        p->events[p->n++] = e;
        bool more = choose(r, lists, lengths, p, key, left);
        p->n--;
        if (!more)
            return false;
    }
    return true;
}

static void run_sample(struct run *r, size_t per_key)
{
    struct tuples keys, *all = eq_arena_alloc(r->arena, sizeof *all);
    for (size_t e = 0; e < r->n_events; e++) {
        tuples_of(&keys, r->arena, &r->plan->stages[0], r->events[e].doc);
        for (size_t k = 0; k < keys.n && meets(r, &r->plan->stages[0], e, NULL); k++)
            insert_tuple(all, &keys.items[k]);
    }
    for (size_t k = 0; k < all->n; k++) {
        size_t lists[8][MAX_STEPS], lengths[8] = {0}, left = per_key;
        for (uint32_t i = 0; i < r->plan->n_stages; i++)
            for (size_t e = 0; e < r->n_events && lengths[i] < r->plan->n_stages + per_key - 1; e++)
                if (meets(r, &r->plan->stages[i], e, NULL) &&
                    has_tuple(r->arena, &r->plan->stages[i], r->events[e].doc, &all->items[k]))
                    lists[i][lengths[i]++] = e;
        struct partial p = {.n = 0};
        choose(r, lists, lengths, &p, &all->items[k], &left);
    }
}

/* ── Results ── */

static void pipe(size_t *from, size_t *to, enum eq_pipe_kind kind, size_t count)
{
    if (*to - *from <= count)
        return;
    if (kind == EQ_PIPE_HEAD)
        *to = *from + count;
    else
        *from = *to - count;
}

static void print_result(struct eq_buf *out, const struct run *r, const struct result *result)
{
    const char *comma = "";
    size_t at = 0;
    for (uint32_t i = 0; i < r->plan->n_stages; i++)
        for (uint32_t run = 0; run < r->plan->stages[i].runs; run++, comma = ",") {
            if (r->plan->stages[i].missing)
                eq_buf_printf(out, "%s_", comma);
            else
                eq_buf_printf(out, "%s%zu", comma, r->events[result->match.events[at++]].number);
        }
    eq_buf_puts(out, " [");
    for (size_t i = 0; i < result->key.n; i++) {
        eq_buf_puts(out, i ? "," : "");
        ref_print_key(out, result->key.values[i]);
    }
    eq_buf_puts(out, "]\n");
}

void ref_run(struct eq_buf *out, struct eq_arena *arena, const struct eq_plan *plan, const struct ref_event *events,
             size_t n, size_t limit, size_t per_key)
{
    struct eq_arena_mark mark = eq_arena_mark(arena);
    struct run r = {.arena = arena, .plan = plan, .events = events, .n_events = n};
    r.states = eq_arena_alloc(arena, MAX_STATES * sizeof *r.states);
    r.results = eq_arena_alloc(arena, MAX_RESULTS * sizeof *r.results);
    for (uint32_t i = 0; i < plan->n_stages; i++)
        for (uint32_t run = 0; !plan->stages[i].missing && run < plan->stages[i].runs; run++)
            r.steps[r.n_steps++] = i;
    if (plan->kind == EQ_PLAN_SEQUENCE)
        run_sequence(&r);
    else
        run_sample(&r, per_key);

    size_t from = 0, to = r.n_results;
    bool first = plan->kind == EQ_PLAN_SAMPLE || (plan->n_pipes && plan->pipes[0].kind == EQ_PIPE_HEAD);
    if (limit)
        pipe(&from, &to, first ? EQ_PIPE_HEAD : EQ_PIPE_TAIL, limit);
    for (uint32_t i = 0; i < plan->n_pipes; i++)
        pipe(&from, &to, plan->pipes[i].kind, plan->pipes[i].count);
    for (size_t i = from; i < to; i++)
        print_result(out, &r, &r.results[i]);
    eq_arena_rewind(arena, mark);
}
