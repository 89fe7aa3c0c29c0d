/* sequence_save.c — one rule's sequences in progress, lane by lane, in the order of their queues.
 *
 *      lane   [waiting: key, events …] …  [done: key, events …] …  [seen: key, times] …
 *
 * A partial that waits stands in the slot that the number of its events names; so keys and slots need not be written,
 * they come back with the partials. */
#include "match/save.h"
#include "match/sequence_priv.h"

static uint32_t n_keys(const struct eq_sequence *s)
{
    return s->plan->stages[0].n_keys;
}

/* ── Saving ── */

static void save_tuple(struct eq_saving *out, const struct eq_sequence *s, eq_ref key)
{
    eq_save_key(out, eq_key_slice(&s->keys, eq_key_at(s, key)), n_keys(s));
}

/* When something was seen, if it was. */
static void save_seen(struct eq_pack *p, bool seen, struct eq_time time)
{
    eq_pack_bool(p, seen);
    if (seen)
        eq_save_time(p, time);
}

static void save_partial(struct eq_saving *out, const struct eq_sequence *s, eq_ref r)
{
    struct eq_partial *p = eq_partial_at(s, r);
    save_tuple(out, s, p->key);
    eq_pack_u64(out->out, p->n);
    for (uint32_t i = 0; i < p->n; i++)
        eq_save_past(out, p->events[i]);
    eq_pack_bool(out->out, p->refuted);
    eq_pack_bool(out->out, p->waits);
    if (s->leads || s->trails) {
        const struct eq_partial_gaps *gaps = eq_partial_gaps(s, p);
        save_seen(out->out, gaps->has_leading, gaps->leading);
    }
    if (s->asks_between)
        save_seen(out->out, eq_partial_seen(s, p)->seen, eq_partial_seen(s, p)->time);
}

static void save_partials(struct eq_saving *out, const struct eq_sequence *s, const struct eq_queue *q)
{
    uint64_t n = 0;
    for (eq_ref r = q->first; r; r = eq_partial_at(s, r)->next)
        n++;
    eq_pack_u64(out->out, n);
    for (eq_ref r = q->first; r; r = eq_partial_at(s, r)->next)
        save_partial(out, s, r);
}

static void save_absences(struct eq_saving *out, const struct eq_sequence *s, eq_ref key)
{
    const struct eq_key_gaps *k = eq_key_gaps(s, key);
    save_tuple(out, s, key);
    eq_save_time(out->out, k->latest);
    for (uint32_t g = 0; g < s->n_gaps; g++) {
        const struct eq_absence *a = &k->absences[g];
        eq_pack_u64(out->out, (a->seen ? 1u : 0u) + (a->seen_before ? 1u : 0u));
        if (a->seen)
            eq_save_time(out->out, a->latest);
        if (a->seen_before)
            eq_save_time(out->out, a->before);
    }
}

static void save_lane(struct eq_saving *out, const struct eq_sequence *s, const struct eq_lane *l)
{
    uint64_t n = 0;
    save_partials(out, s, &l->waiting);
    save_partials(out, s, &l->done);
    for (eq_ref key = l->seen.first; key; key = eq_key_gaps(s, key)->next)
        n++;
    eq_pack_u64(out->out, n);
    for (eq_ref key = l->seen.first; key; key = eq_key_gaps(s, key)->next)
        save_absences(out, s, key);
}

void eq_sequence_save(struct eq_saving *out, struct eq_sequence *s)
{
    uint64_t n = 0;
    if (!s->clocks) {
        save_lane(out, s, &s->lane);
        return;
    }
    for (eq_ref r = s->lane_list.first; r; r = eq_lane_at(s, r)->next)
        n++;
    eq_pack_u64(out->out, n);
    for (eq_ref r = s->lane_list.first; r; r = eq_lane_at(s, r)->next)
        save_lane(out, s, eq_lane_at(s, r));
}

/* ── Restoring ── */

/* Let the clock of a tuple's partition be the one that new keys belong to. */
static enum eq_status find_clock(struct eq_sequence *s, struct eq_slice tuple)
{
    struct eq_buf *values = &s->clocks->tuples.tuple;
    eq_buf_clear(values);
    eq_join_key_project(values, tuple, n_keys(s), s->partition_at, s->clocks->n_keys);
    if (eq_buf_status(values) != EQ_OK)
        return EQ_NOMEM;
    eq_ref clock = eq_clocks_find(s->clocks, eq_buf_slice(values));
    return clock ? eq_clocks_point(s->clocks, clock) : EQ_INVALID;
}

/* A key with a use for the caller; 0 if it fails. */
static eq_ref restore_key(struct eq_restoring *r, struct eq_sequence *s)
{
    struct eq_slice tuple = eq_restore_key(r, n_keys(s));
    enum eq_status st = eq_unpack_ok(r->in) && s->clocks ? find_clock(s, tuple) : EQ_OK;
    eq_ref key = 0;
    if (eq_unpack_ok(r->in) && st == EQ_OK)
        st = eq_state_enter(&key, s, tuple);
    if (st != EQ_OK)
        eq_unpack_fail(r->in, st, NULL);
    return eq_unpack_ok(r->in) ? key : 0;
}

static void restore_events(struct eq_restoring *r, struct eq_sequence *s, struct eq_partial *p, uint64_t n)
{
    while (p->n < n && eq_unpack_ok(r->in)) {
        struct eq_past *event = eq_restore_past(r);
        if (!event)
            return;
        p->events[p->n++] = event;
        s->holder.held += event->bytes;
    }
}

static bool restore_time_seen(struct eq_time *out, struct eq_unpack *u)
{
    bool seen = eq_unpack_bool(u);
    if (seen)
        *out = eq_restore_time(u);
    return seen;
}

/* A partial in no queue, of at most `most` events and at least `least`; 0 if it fails. */
static eq_ref restore_partial(struct eq_restoring *r, struct eq_sequence *s, uint32_t least, uint32_t most)
{
    eq_ref key = restore_key(r, s), ref = key ? eq_pool_take(s->pool, s->partial_bytes) : 0;
    if (!ref) {
        eq_unpack_fail(r->in, EQ_NOMEM, NULL);
        if (key)
            eq_state_leave(s, key);
        return 0;
    }
    struct eq_partial *p = eq_partial_at(s, ref);
    p->key = key; /* with our use of it */
    s->holder.held += eq_pool_bytes(s->partial_bytes);
    eq_budget_count(r->budget, eq_pool_bytes(s->partial_bytes));
    s->stats->live++;
    uint64_t n = eq_unpack_most(r->in, most);
    if (n < least)
        eq_unpack_fail(r->in, EQ_INVALID, NULL);
    restore_events(r, s, p, n);
    p->refuted = eq_unpack_bool(r->in);
    p->waits = eq_unpack_bool(r->in);
    if (s->leads || s->trails)
        eq_partial_gaps(s, p)->has_leading = restore_time_seen(&eq_partial_gaps(s, p)->leading, r->in);
    if (s->asks_between)
        eq_partial_seen(s, p)->seen = restore_time_seen(&eq_partial_seen(s, p)->time, r->in);
    eq_restore_check_memory(r);
    if (eq_unpack_ok(r->in))
        return ref;
    eq_partial_drop(s, ref);
    return 0;
}

/* Is the partial of the lane that is being filled? Nothing else is, but what was tampered with. */
static bool in_lane(struct eq_restoring *r, struct eq_sequence *s, eq_ref key, struct eq_lane **lane)
{
    struct eq_lane *own = eq_lane_of(s, key);
    if (!*lane)
        *lane = own;
    if (*lane != own)
        eq_unpack_fail(r->in, EQ_INVALID, NULL);
    return *lane == own;
}

static void restore_waiting(struct eq_restoring *r, struct eq_sequence *s, struct eq_lane **lane)
{
    for (size_t n = eq_unpack_count(r->in); n-- && eq_unpack_ok(r->in);) {
        eq_ref ref = restore_partial(r, s, 1, s->n_waits);
        if (!ref)
            return;
        const struct eq_partial *p = eq_partial_at(s, ref);
        eq_ref *slot = eq_key_slot(s, p->key, p->n - 1u);
        if (!in_lane(r, s, p->key, lane) || *slot || p->waits) {
            eq_unpack_fail(r->in, EQ_INVALID, NULL);
            eq_partial_drop(s, ref);
            return;
        }
        *slot = ref;
        eq_partial_wait(s, *lane, ref);
    }
}

static void restore_done(struct eq_restoring *r, struct eq_sequence *s, struct eq_lane **lane)
{
    for (size_t n = eq_unpack_count(r->in); n-- && eq_unpack_ok(r->in);) {
        eq_ref ref = restore_partial(r, s, s->n_steps, s->n_steps);
        if (!ref)
            return;
        struct eq_partial *p = eq_partial_at(s, ref);
        if (!s->trails || !in_lane(r, s, p->key, lane)) {
            eq_unpack_fail(r->in, EQ_INVALID, NULL);
            eq_partial_drop(s, ref);
            return;
        }
        eq_partial_push(s, &(*lane)->done, ref);
        if (p->waits)
            eq_absence_wait(s, ref);
    }
}

static void restore_absence(struct eq_restoring *r, struct eq_absence *a)
{
    uint64_t n = eq_unpack_most(r->in, 2);
    a->seen = n > 0;
    a->seen_before = n > 1;
    if (a->seen)
        a->latest = eq_restore_time(r->in);
    if (a->seen_before)
        a->before = eq_restore_time(r->in);
}

static void restore_seen(struct eq_restoring *r, struct eq_sequence *s, struct eq_lane **lane)
{
    for (size_t n = eq_unpack_count(r->in); n-- && eq_unpack_ok(r->in);) {
        eq_ref key = restore_key(r, s);
        if (!key)
            return;
        if (!s->n_gaps || eq_key_gaps(s, key)->queued || !in_lane(r, s, key, lane)) {
            eq_unpack_fail(r->in, EQ_INVALID, NULL);
            eq_state_leave(s, key);
            return;
        }
        struct eq_key_gaps *k = eq_key_gaps(s, key);
        k->queued = true; /* with our use of the key */
        k->latest = eq_restore_time(r->in);
        for (uint32_t g = 0; g < s->n_gaps; g++)
            restore_absence(r, &k->absences[g]);
        eq_absence_enter(s, &(*lane)->seen, key);
        eq_restore_check_memory(r);
    }
}

void eq_sequence_restore(struct eq_restoring *r, struct eq_sequence *s)
{
    uint64_t lanes = s->clocks ? eq_unpack_count(r->in) : 1;
    while (lanes-- && eq_unpack_ok(r->in)) {
        struct eq_lane *lane = s->clocks ? NULL : &s->lane;
        restore_waiting(r, s, &lane);
        restore_done(r, s, &lane);
        restore_seen(r, s, &lane);
    }
    if (s->clocks)
        s->clocks->n_now = 0;
}
