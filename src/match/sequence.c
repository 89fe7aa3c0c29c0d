/* sequence.c — see sequence.h: the positive stages, expiry, and the table of keys.
 *
 * Always true: a partial is in `waiting` exactly while a slot of `pending` holds it; `waiting` is in order of first
 * events, because events come in order of time and a partial keeps its place while it moves from stage to stage. */
#include "match/sequence_priv.h"

#define FIRST_SWEEP 1024

/* ── Partials ── */

void eq_partial_push(struct eq_partial_queue *q, struct eq_partial *p)
{
    p->previous = q->last;
    p->next = NULL;
    if (q->last)
        q->last->next = p;
    else
        q->first = p;
    q->last = p;
}

void eq_partial_remove(struct eq_partial_queue *q, struct eq_partial *p)
{
    if (p->previous)
        p->previous->next = p->next;
    else
        q->first = p->next;
    if (p->next)
        p->next->previous = p->previous;
    else
        q->last = p->previous;
    p->previous = p->next = NULL;
}

void eq_partial_drop(struct eq_sequence *s, struct eq_partial *p)
{
    for (uint32_t i = 0; i < p->n; i++)
        eq_past_release(p->events[i], s->context->alloc);
    p->n = 0;
    p->next = s->spare;
    s->spare = p;
}

static struct eq_partial *partial_new(struct eq_sequence *s)
{
    struct eq_partial *p = s->spare;
    size_t size = sizeof *p + s->n_steps * sizeof p->events[0];
    if (!p)
        return eq_new(s->context->alloc, size);
    s->spare = p->next;
    memset(p, 0, size);
    return p;
}

static struct eq_partial **slot_of(struct eq_sequence *s, uint32_t key, uint32_t step)
{
    return &s->pending[(size_t)key * s->n_waits + step];
}

static void take_out(struct eq_sequence *s, struct eq_partial **slot)
{
    eq_partial_remove(&s->waiting, *slot);
    *slot = NULL;
}

static void discard(struct eq_sequence *s, struct eq_partial **slot)
{
    struct eq_partial *p = *slot;
    if (!p)
        return;
    take_out(s, slot);
    eq_partial_drop(s, p);
}

/* ── Keys ── */

static bool key_used(const struct eq_sequence *s, uint32_t key, struct eq_time now)
{
    for (uint32_t i = 0; i < s->n_waits; i++)
        if (s->pending[(size_t)key * s->n_waits + i])
            return true;
    return eq_absence_matters(s, key, now);
}

static void move_key(struct eq_sequence *s, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < s->n_waits; i++) {
        struct eq_partial *p = *slot_of(s, to, i) = *slot_of(s, from, i);
        if (p)
            p->key = to;
    }
    for (uint32_t g = 0; g < s->n_gaps; g++)
        s->absences[(size_t)to * s->n_gaps + g] = s->absences[(size_t)from * s->n_gaps + g];
    if (s->trails)
        s->complete[to] = s->complete[from];
}

/* Number the keys that something refers to anew, in `kept`; map[old] is the new number. On entry map[old] is 0 for keys of
 * complete partials and EQ_NONE for others. */
static enum eq_status renumber_keys(struct eq_sequence *s, struct eq_intern *kept, uint32_t *map, struct eq_time now)
{
    for (uint32_t key = 0; key < s->keys.n; key++) {
        bool added;
        if (map[key] == EQ_NONE && !key_used(s, key, now))
            continue;
        enum eq_status st = eq_intern_put(&map[key], kept, s->keys.items[key], &added);
        if (st != EQ_OK)
            return st;
    }
    return EQ_OK;
}

/* Drop keys that nothing refers to. Done when the table has doubled since the last time, so it costs a constant share of
 * adding keys. */
static enum eq_status sweep_keys(struct eq_sequence *s, struct eq_time now)
{
    const struct eq_alloc *alloc = s->context->alloc;
    struct eq_intern kept;
    uint32_t *map = eq_new(alloc, s->keys.n * sizeof *map);
    if (!map)
        return EQ_NOMEM;
    memset(map, 0xff, s->keys.n * sizeof *map); /* EQ_NONE */
    for (struct eq_partial *p = s->done.first; p; p = p->next)
        map[p->key] = 0;
    eq_intern_init(&kept, alloc);
    enum eq_status st = renumber_keys(s, &kept, map, now);
    if (st != EQ_OK) {
        eq_intern_free(&kept);
        goto done;
    }
    for (uint32_t key = 0; key < s->keys.n; key++)
        if (map[key] != EQ_NONE && map[key] != key)
            move_key(s, key, map[key]);
    for (struct eq_partial *p = s->done.first; p; p = p->next)
        p->key = map[p->key];
    eq_intern_free(&s->keys);
    s->keys = kept;
    s->sweep_at = kept.n * 2 > FIRST_SWEEP ? kept.n * 2 : FIRST_SWEEP;
done:
    eq_free(alloc, map);
    return st;
}

static enum eq_status grow_state(struct eq_sequence *s)
{
    const struct eq_alloc *alloc = s->context->alloc;
    size_t n = s->keys.n;
    if (!eq_grow(alloc, &s->pending, &s->cap_pending, n * s->n_waits + 1, sizeof(struct eq_partial *)) ||
        !eq_grow(alloc, &s->absences, &s->cap_absences, n * s->n_gaps + 1, sizeof *s->absences) ||
        (s->trails && !eq_grow(alloc, &s->complete, &s->cap_complete, n, sizeof(struct eq_partial *))))
        return EQ_NOMEM;
    return EQ_OK;
}

enum eq_status eq_sequence_key(uint32_t *out, struct eq_sequence *s, struct eq_slice tuple)
{
    bool added;
    enum eq_status st = eq_intern_put(out, &s->keys, tuple, &added);
    if (st != EQ_OK || !added)
        return st;
    if ((st = grow_state(s)) != EQ_OK)
        return st;
    for (uint32_t i = 0; i < s->n_waits; i++)
        *slot_of(s, *out, i) = NULL;
    for (uint32_t g = 0; g < s->n_gaps; g++)
        s->absences[(size_t)*out * s->n_gaps + g] = (struct eq_absence){0};
    if (s->trails)
        s->complete[*out] = NULL;
    return EQ_OK;
}

/* ── Alerts ── */

enum eq_status eq_sequence_give(struct eq_sequence *s, const struct eq_partial *p)
{
    size_t n = 0;
    uint32_t step = 0, n_keys = s->plan->stages[0].n_keys;
    for (uint32_t i = 0; i < s->plan->n_stages; i++)
        for (uint32_t run = 0; run < s->plan->stages[i].runs; run++)
            s->alert_events[n++] = s->plan->stages[i].missing ? (struct eq_alert_event){.missing = true}
                                                              : p->events[step++]->event;
    eq_join_key_values(s->alert_keys, n_keys, s->keys.items[p->key]);
    struct eq_alert alert = {.rule = s->number,
                             .events = s->alert_events,
                             .n_events = n,
                             .keys = s->alert_keys,
                             .n_keys = n_keys};
    return eq_results_put(s->results, &alert);
}

/* ── Aliases ── */

/* Let the frames of aliases show the events of `p`. */
static enum eq_status show_aliases(struct eq_sequence *s, const struct eq_partial *p)
{
    for (uint32_t i = 0; i < s->n_frames; i++) {
        const struct eq_plan_stage *stage = &s->plan->stages[i];
        uint32_t last = stage->missing ? UINT32_MAX : s->first_step[i] + stage->runs - 1;
        enum eq_status st = eq_past_frame_show(&s->frames[i], last < p->n ? p->events[last] : NULL, s->context->alloc);
        if (st != EQ_OK)
            return st;
        s->frame_pointers[i] = last < p->n ? &s->frames[i].frame : NULL;
    }
    return EQ_OK;
}

/* Show nothing: what was shown may be released before the next question. */
static void hide_aliases(struct eq_sequence *s)
{
    for (uint32_t i = 0; i < s->n_frames; i++)
        (void)eq_past_frame_show(&s->frames[i], NULL, s->context->alloc); /* showing nothing cannot fail */
}

/* Is the clause, which the engine could not decide alone, true given what `p` has matched? */
static enum eq_status agrees(bool *out, struct eq_sequence *s, uint32_t clause, const struct eq_partial *p)
{
    *out = true;
    if (!(s->context->program->clauses[clause].reads & EQ_READS_ALIAS))
        return EQ_OK;
    enum eq_status st = show_aliases(s, p);
    if (st == EQ_OK)
        st = eq_engine_ask(out, s->context->engine, clause, s->frame_pointers, s->n_frames);
    hide_aliases(s);
    return st;
}

/* ── Stages ── */

static void wait_at(struct eq_sequence *s, struct eq_partial *p, uint32_t step)
{
    struct eq_partial **slot = slot_of(s, p->key, step);
    discard(s, slot);
    *slot = p;
}

/* A partial whose first event is the moment's: to the end of the queue. */
static enum eq_status start(struct eq_sequence *s, struct eq_moment *m, uint32_t key)
{
    struct eq_partial *p = partial_new(s);
    if (!p)
        return EQ_NOMEM;
    p->key = key;
    p->events[0] = eq_moment_keep(m);
    if (!p->events[0]) {
        eq_partial_drop(s, p);
        return EQ_NOMEM;
    }
    p->n = 1;
    eq_absence_start(s, p);
    if (s->n_steps == 1)
        return eq_absence_complete(s, p);
    wait_at(s, p, 0);
    eq_partial_push(&s->waiting, p);
    return EQ_OK;
}

static bool too_late(const struct eq_sequence *s, const struct eq_partial *p, struct eq_time now)
{
    return s->plan->maxspan_ns >= 0 && eq_time_diff_ns(p->events[0]->time, now) > s->plan->maxspan_ns;
}

static enum eq_status extend(struct eq_sequence *s, struct eq_moment *m, uint32_t clause, uint32_t step, uint32_t key)
{
    struct eq_partial **slot = slot_of(s, key, step - 1), *p = *slot;
    bool yes;
    if (!p)
        return EQ_OK;
    enum eq_status st = agrees(&yes, s, clause, p);
    if (st != EQ_OK || !yes)
        return st;
    if (too_late(s, p, m->time)) {
        discard(s, slot);
        return EQ_OK;
    }
    struct eq_past *event = eq_moment_keep(m);
    if (!event)
        return EQ_NOMEM;
    p->events[p->n++] = event;
    eq_absence_extended(s, p);
    if (step == s->n_steps - 1) {
        take_out(s, slot);
        return eq_absence_complete(s, p);
    }
    *slot = NULL; /* it keeps its place in the queue: its first event is the same */
    wait_at(s, p, step);
    return EQ_OK;
}

static enum eq_status feed_key(struct eq_sequence *s, struct eq_moment *m, uint32_t clause, uint32_t step,
                               struct eq_slice tuple)
{
    uint32_t key;
    if (step > 0) {
        key = eq_intern_find(&s->keys, tuple);
        return key == EQ_NONE ? EQ_OK : extend(s, m, clause, step, key);
    }
    enum eq_status st = eq_sequence_key(&key, s, tuple);
    return st == EQ_OK ? start(s, m, key) : st;
}

static enum eq_status keys_of_stage(struct eq_sequence *s, const struct eq_moment *m, const struct eq_plan_stage *stage,
                                    uint32_t number)
{
    return eq_join_keys_of(&s->context->keys, &m->event->frame, stage->keys, s->rule->keys + number * stage->n_keys,
                           stage->n_keys);
}

static enum eq_status feed_positive(struct eq_sequence *s, struct eq_moment *m, uint32_t clause, uint32_t number)
{
    const struct eq_plan_stage *stage = &s->plan->stages[number];
    const struct eq_join_keys *keys = &s->context->keys;
    if (s->first_step[number] > 0 && !s->waiting.first) /* nothing waits: most events end here */
        return EQ_OK;
    enum eq_status st = keys_of_stage(s, m, stage, number);
    for (uint32_t run = stage->runs; run-- > 0 && st == EQ_OK;)
        for (size_t k = 0; k < keys->n && st == EQ_OK; k++)
            st = feed_key(s, m, clause, s->first_step[number] + run, keys->items[k]);
    return st;
}

static enum eq_status feed_missing(struct eq_sequence *s, struct eq_moment *m, uint32_t number)
{
    const struct eq_join_keys *keys = &s->context->keys;
    enum eq_status st = keys_of_stage(s, m, &s->plan->stages[number], number);
    for (size_t k = 0; k < keys->n && st == EQ_OK; k++) {
        uint32_t key;
        st = eq_sequence_key(&key, s, keys->items[k]);
        for (uint32_t g = 0; g < s->n_gaps && st == EQ_OK; g++)
            if (s->gaps[g].stage == number)
                eq_absence_seen(s, g, key, m->time);
    }
    return st;
}

static enum eq_status feed_until(struct eq_sequence *s, struct eq_moment *m, uint32_t clause)
{
    const struct eq_join_keys *keys = &s->context->keys;
    if (!s->waiting.first)
        return EQ_OK;
    enum eq_status st = keys_of_stage(s, m, s->plan->until, s->plan->n_stages);
    for (size_t k = 0; k < keys->n && st == EQ_OK; k++) {
        uint32_t key = eq_intern_find(&s->keys, keys->items[k]);
        for (uint32_t i = 0; key != EQ_NONE && i < s->n_waits && st == EQ_OK; i++) {
            struct eq_partial **slot = slot_of(s, key, i);
            bool yes = *slot != NULL;
            if (yes)
                st = agrees(&yes, s, clause, *slot);
            if (st == EQ_OK && yes)
                discard(s, slot);
        }
    }
    return st;
}

enum eq_status eq_sequence_feed(struct eq_sequence *s, struct eq_moment *m, const uint32_t *clauses, size_t n)
{
    const struct eq_clause *all = s->context->program->clauses;
    bool until = n && all[clauses[n - 1]].stage == s->plan->n_stages;
    enum eq_status st = eq_sequence_advance(s, m->time);
    if (st == EQ_OK && s->keys.n >= s->sweep_at)
        st = sweep_keys(s, m->time);
    for (size_t i = n - until; i-- > 0 && st == EQ_OK;) {
        uint32_t stage = all[clauses[i]].stage;
        st = s->plan->stages[stage].missing ? feed_missing(s, m, stage) : feed_positive(s, m, clauses[i], stage);
    }
    if (until && st == EQ_OK)
        st = feed_until(s, m, clauses[n - 1]);
    return st;
}

/* A waiting partial's slot: that of the step it has reached. */
static struct eq_partial **slot_holding(struct eq_sequence *s, const struct eq_partial *p)
{
    return slot_of(s, p->key, p->n - 1);
}

enum eq_status eq_sequence_advance(struct eq_sequence *s, struct eq_time now)
{
    while (s->waiting.first && too_late(s, s->waiting.first, now))
        discard(s, slot_holding(s, s->waiting.first));
    return eq_absence_release(s, &now);
}

enum eq_status eq_sequence_finish(struct eq_sequence *s)
{
    return eq_absence_release(s, NULL);
}

/* ── Life ── */

/* Which stages are positive, which missing, and where. */
static enum eq_status lay_out(struct eq_sequence *s)
{
    const struct eq_alloc *alloc = s->context->alloc;
    size_t total = 0;
    for (uint32_t i = 0; i < s->plan->n_stages; i++)
        total += s->plan->stages[i].runs;
    s->steps = eq_new(alloc, (total + 1) * sizeof *s->steps);
    s->first_step = eq_new(alloc, (s->plan->n_stages + 1u) * sizeof *s->first_step);
    s->gaps = eq_new(alloc, (s->plan->n_stages + 1u) * sizeof *s->gaps);
    s->alert_events = eq_new(alloc, (total + 1) * sizeof *s->alert_events);
    s->alert_keys = eq_new(alloc, (s->plan->stages[0].n_keys + 1u) * sizeof *s->alert_keys);
    if (!s->steps || !s->first_step || !s->gaps || !s->alert_events || !s->alert_keys)
        return EQ_NOMEM;
    for (uint32_t i = 0; i < s->plan->n_stages; i++) {
        s->first_step[i] = s->n_steps;
        if (s->plan->stages[i].missing)
            s->gaps[s->n_gaps++] = (struct eq_gap){EQ_GAP_MIDDLE, i, s->n_steps - 1};
        for (uint32_t run = 0; !s->plan->stages[i].missing && run < s->plan->stages[i].runs; run++)
            s->steps[s->n_steps++] = i;
    }
    for (uint32_t g = 0; g < s->n_gaps; g++) {
        if (s->gaps[g].stage < s->steps[0])
            s->gaps[g].kind = EQ_GAP_LEADING;
        else if (s->gaps[g].stage > s->steps[s->n_steps - 1])
            s->gaps[g].kind = EQ_GAP_TRAILING;
        s->leads |= s->gaps[g].kind == EQ_GAP_LEADING;
        s->trails |= s->gaps[g].kind == EQ_GAP_TRAILING;
    }
    s->n_waits = s->n_steps - 1;
    return EQ_OK;
}

/* How many stages, from the first, a condition reads through aliases. */
static uint32_t alias_reach(const struct eq_node *n)
{
    uint32_t reach = n->kind == EQ_N_FIELD && n->frame >= EQ_FRAME_ALIAS ? n->frame - EQ_FRAME_ALIAS + 1u : 0;
    for (uint32_t i = 0; i < n->n_kids; i++) {
        uint32_t kid = alias_reach(n->kids[i]);
        reach = kid > reach ? kid : reach;
    }
    return reach;
}

static enum eq_status make_frames(struct eq_sequence *s)
{
    const struct eq_alloc *alloc = s->context->alloc;
    uint32_t n = s->plan->until ? alias_reach(s->plan->until->filter) : 0;
    for (uint32_t i = 0; i < s->plan->n_stages; i++) {
        uint32_t reach = alias_reach(s->plan->stages[i].filter);
        n = reach > n ? reach : n;
    }
    if (n == 0)
        return EQ_OK;
    s->frames = eq_new(alloc, n * sizeof *s->frames);
    s->frame_pointers = eq_new(alloc, n * sizeof(const struct eq_frame *));
    if (!s->frames || !s->frame_pointers)
        return EQ_NOMEM;
    for (s->n_frames = 0; s->n_frames < n; s->n_frames++) {
        enum eq_status st =
            eq_past_frame_init(&s->frames[s->n_frames], eq_fields_count(s->context->program->fields), alloc);
        if (st != EQ_OK)
            return st;
    }
    return EQ_OK;
}

enum eq_status eq_sequence_new(struct eq_sequence **out, struct eq_sequence_context *context, uint32_t rule,
                               struct eq_results *results)
{
    struct eq_sequence *s = eq_new(context->alloc, sizeof *s);
    if (!s)
        return EQ_NOMEM;
    s->context = context;
    s->results = results;
    s->rule = &context->program->rules[rule];
    s->plan = s->rule->plan;
    s->number = rule;
    s->sweep_at = FIRST_SWEEP;
    eq_intern_init(&s->keys, context->alloc);
    enum eq_status st = lay_out(s);
    if (st == EQ_OK)
        st = make_frames(s);
    if (st != EQ_OK) {
        eq_sequence_free(s);
        return st;
    }
    *out = s;
    return EQ_OK;
}

static void free_queue(struct eq_sequence *s, struct eq_partial_queue *q)
{
    struct eq_partial *next;
    for (struct eq_partial *p = q->first; p; p = next) {
        next = p->next;
        eq_partial_drop(s, p);
    }
}

void eq_sequence_free(struct eq_sequence *s)
{
    if (!s)
        return;
    const struct eq_alloc *alloc = s->context->alloc;
    free_queue(s, &s->waiting);
    free_queue(s, &s->done);
    while (s->spare) {
        struct eq_partial *next = s->spare->next;
        eq_free(alloc, s->spare);
        s->spare = next;
    }
    for (uint32_t i = 0; i < s->n_frames; i++)
        eq_past_frame_free(&s->frames[i], alloc);
    eq_free(alloc, s->frames);
    eq_free(alloc, s->frame_pointers);
    eq_free(alloc, s->pending);
    eq_free(alloc, s->absences);
    eq_free(alloc, s->complete);
    eq_free(alloc, s->steps);
    eq_free(alloc, s->first_step);
    eq_free(alloc, s->gaps);
    eq_free(alloc, s->alert_events);
    eq_free(alloc, s->alert_keys);
    eq_intern_free(&s->keys);
    eq_free(alloc, s);
}
