/* sequence_state.c — partials and keys: what is remembered for one rule, what it costs, and what goes when that is too
 * much.
 *
 * Always true: a partial is in `waiting` of its lane exactly while a slot of its key holds it; `waiting` is in order of
 * first events, because events come in order of time and a partial keeps its place while it moves from stage to stage.
 * A key lives as long as somebody uses it: each of its partials, and the queue of absences. */
#include "match/sequence_priv.h"

/* ── Cost ── */

static void hold(struct eq_sequence *s, size_t bytes)
{
    s->holder.held += bytes;
}

static void let_go(struct eq_sequence *s, size_t bytes)
{
    s->holder.held -= bytes;
}

size_t eq_sequence_bytes(const struct eq_sequence *s)
{
    return s->holder.held;
}

/* ── Keys ── */

enum eq_status eq_state_enter(eq_ref *key, struct eq_sequence *s, struct eq_slice tuple)
{
    bool added;
    enum eq_status st = eq_key_put(key, &s->keys, tuple, &added);
    if (st != EQ_OK)
        return st;
    if (added && s->clocks) {
        eq_ref lane;
        st = eq_lane_enter(&lane, s, tuple);
        if (st != EQ_OK) {
            eq_key_remove(&s->keys, *key);
            return st;
        }
        *eq_key_lane(s, *key) = lane;
    }
    if (added)
        hold(s, eq_key_bytes(&s->keys, eq_key_at(s, *key)));
    eq_key_at(s, *key)->uses++;
    return EQ_OK;
}

eq_ref eq_state_find(struct eq_sequence *s, struct eq_slice tuple)
{
    eq_ref key = eq_key_find(&s->keys, tuple);
    if (key)
        eq_key_at(s, key)->uses++;
    return key;
}

static void remove_key(struct eq_sequence *s, eq_ref key)
{
    let_go(s, eq_key_bytes(&s->keys, eq_key_at(s, key)));
    if (s->clocks)
        eq_lane_leave(s, *eq_key_lane(s, key));
    eq_key_remove(&s->keys, key);
}

void eq_state_leave(struct eq_sequence *s, eq_ref key)
{
    if (--eq_key_at(s, key)->uses == 0)
        remove_key(s, key);
}

/* ── Partials ── */

void eq_partial_push(struct eq_sequence *s, struct eq_queue *q, eq_ref r)
{
    struct eq_partial *p = eq_partial_at(s, r);
    p->previous = q->last;
    p->next = 0;
    if (q->last)
        eq_partial_at(s, q->last)->next = r;
    else
        q->first = r;
    q->last = r;
}

void eq_partial_remove(struct eq_sequence *s, struct eq_queue *q, eq_ref r)
{
    struct eq_partial *p = eq_partial_at(s, r);
    if (p->previous)
        eq_partial_at(s, p->previous)->next = p->next;
    else
        q->first = p->next;
    if (p->next)
        eq_partial_at(s, p->next)->previous = p->previous;
    else
        q->last = p->previous;
    p->previous = p->next = 0;
}

void eq_partial_wait(struct eq_sequence *s, struct eq_lane *lane, eq_ref r)
{
    if (!lane->waiting.first)
        lane->since = eq_partial_at(s, r)->events[0]->time;
    eq_partial_push(s, &lane->waiting, r);
}

bool eq_partial_add(struct eq_sequence *s, struct eq_partial *p, struct eq_moment *m)
{
    struct eq_past *event = eq_moment_keep(m);
    if (!event)
        return false;
    p->events[p->n++] = event;
    hold(s, event->bytes);
    return true;
}

eq_ref eq_partial_new(struct eq_sequence *s, eq_ref key, struct eq_moment *m)
{
    eq_ref r = eq_pool_take(s->pool, s->partial_bytes);
    if (!r)
        return 0;
    struct eq_partial *p = eq_partial_at(s, r);
    if (!eq_partial_add(s, p, m)) {
        eq_pool_give(s->pool, r);
        return 0;
    }
    p->key = key;
    eq_key_at(s, key)->uses++;
    hold(s, eq_pool_bytes(s->partial_bytes));
    eq_budget_count(s->context->budget, eq_pool_bytes(s->partial_bytes));
    s->stats->started++;
    if (++s->stats->live > s->stats->peak)
        s->stats->peak = s->stats->live;
    return r;
}

void eq_partial_drop(struct eq_sequence *s, eq_ref r)
{
    struct eq_partial *p = eq_partial_at(s, r);
    for (uint32_t i = 0; i < p->n; i++) {
        let_go(s, p->events[i]->bytes);
        eq_past_release(p->events[i], s->context->budget);
    }
    eq_state_leave(s, p->key);
    let_go(s, eq_pool_bytes(s->partial_bytes));
    eq_budget_uncount(s->context->budget, eq_pool_bytes(s->partial_bytes));
    eq_pool_give(s->pool, r);
    s->stats->live--;
}

bool eq_slot_clear(struct eq_sequence *s, eq_ref *slot)
{
    eq_ref p = *slot;
    if (!p)
        return false;
    *slot = 0; /* first: with its last partial the key goes, and the slot with it */
    eq_partial_remove(s, &eq_lane_of(s, eq_partial_at(s, p)->key)->waiting, p);
    eq_partial_drop(s, p);
    return true;
}

void eq_state_trace(struct eq_sequence *s, enum eq_trace_what what, const struct eq_partial *p)
{
    uint32_t n_keys = s->plan->stages[0].n_keys;
    if (!s->context->on_trace)
        return;
    eq_join_key_values(s->alert_keys, n_keys, eq_key_slice(&s->keys, eq_key_at(s, p->key)));
    struct eq_trace trace = {.what = what,
                             .rule = s->number,
                             .n_events = p->n,
                             .n_needed = s->n_steps,
                             .keys = s->alert_keys,
                             .n_keys = n_keys,
                             .first = &p->events[0]->event.origin,
                             .last = &p->events[p->n - 1]->event.origin};
    s->context->on_trace(&trace, s->context->trace_ctx);
}

/* ── When memory is needed ── */

static bool older(const struct eq_time *a, const struct eq_time *b)
{
    return a && (!b || eq_time_cmp(*a, *b) <= 0);
}

static const struct eq_time *first_event(const struct eq_sequence *s, const struct eq_queue *q)
{
    return q->first ? &eq_partial_at(s, q->first)->events[0]->time : NULL;
}

/* Give up the oldest: of partials by their first event, of what must be missing by when it was seen. */
static void shed_lane(struct eq_sequence *s, struct eq_lane *lane)
{
    const struct eq_time *waiting = first_event(s, &lane->waiting), *done = first_event(s, &lane->done);
    const struct eq_time *seen = lane->seen.first ? &eq_key_gaps(s, lane->seen.first)->latest : NULL;
    if (older(waiting, done) && older(waiting, seen)) {
        const struct eq_partial *p = eq_partial_at(s, lane->waiting.first);
        eq_state_trace(s, EQ_TRACE_GIVEN_UP, p);
        eq_slot_clear(s, eq_key_slot(s, p->key, p->n - 1u));
        s->stats->evicted++;
    } else if (older(done, seen)) {
        eq_ref r = eq_absence_take_done(s, lane);
        eq_state_trace(s, EQ_TRACE_GIVEN_UP, eq_partial_at(s, r));
        eq_partial_drop(s, r);
        s->stats->evicted++;
    } else {
        eq_absence_forget(s, lane);
        s->stats->forgotten++;
    }
}

static void shed(void *owner)
{
    eq_lanes_shed(owner, shed_lane);
}

/* ── Life ── */

static size_t align(size_t n)
{
    return (n + 7) & ~(size_t)7;
}

void eq_state_init(struct eq_sequence *s)
{
    size_t key_bytes = sizeof(struct eq_key) + s->n_waits * sizeof(eq_ref);
    s->pool = &s->context->budget->pool;
    s->at_partial_gaps = sizeof(struct eq_partial) + s->n_steps * sizeof(struct eq_past *);
    s->at_partial_seen = s->at_partial_gaps + (s->leads || s->trails ? sizeof(struct eq_partial_gaps) : 0);
    s->partial_bytes = s->at_partial_seen + (s->asks_between ? sizeof(struct eq_partial_seen) : 0);
    s->at_key_lane = key_bytes;
    key_bytes += s->clocks ? sizeof(eq_ref) : 0;
    s->at_key_gaps = align(key_bytes);
    if (s->n_gaps)
        key_bytes = s->at_key_gaps + sizeof(struct eq_key_gaps) + s->n_gaps * sizeof(struct eq_absence);
    eq_key_table_init(&s->keys, key_bytes, s->context->budget);
    s->holder.shed = shed;
    s->holder.owner = s;
    eq_budget_add_holder(s->context->budget, &s->holder);
}

/* Cells are freed with the pool; only events are not in it. */
static void release_events(struct eq_sequence *s, const struct eq_queue *q)
{
    for (eq_ref r = q->first; r; r = eq_partial_at(s, r)->next) {
        const struct eq_partial *p = eq_partial_at(s, r);
        for (uint32_t i = 0; i < p->n; i++)
            eq_past_release(p->events[i], s->context->budget);
    }
}

void eq_state_free(struct eq_sequence *s)
{
    if (!s->pool)
        return;
    release_events(s, &s->lane.waiting);
    release_events(s, &s->lane.done);
    for (eq_ref r = s->lane_list.first; r; r = eq_lane_at(s, r)->next) {
        release_events(s, &eq_lane_at(s, r)->waiting);
        release_events(s, &eq_lane_at(s, r)->done);
    }
    eq_key_table_free(&s->keys);
}
