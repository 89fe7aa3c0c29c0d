/* absence.c — missing events: what must not have happened around a sequence.
 *
 *      ![L]  [A] ![M] [B]  ![T]
 *        │    │   │    │     └ trailing: a complete match waits until none can come any more
 *        │    │   └────┴ middle: asked when B extends A: was M seen strictly between?
 *        └────┴ leading: noted when A starts: when was L last seen before?
 *
 * A stage that reads an alias means other events for each match in progress, so those of the key are asked when an event
 * comes: between two stages the one that waits there, which remembers when it was first seen; at the end each complete
 * one, MOST_ASKED at most.
 *
 * Only times count, strictly. With both a leading and a trailing stage the match is refuted only when both were seen
 * and lie within maxspan of each other (docs/semantics.md, Missing events). Complete matches leave in the order in
 * which they were completed, so one that waits holds back those behind it.
 *
 * Always true: a key is in `seen` of its lane exactly while it has absences; `seen` is in order of the latest ones, so
 * those that refute nothing any more are in front. */
#include "match/sequence_priv.h"

enum { MOST_ASKED = 1024 }; /* complete ones of a key that an event can refute one by one */

/* The latest time before `t` at which the gap's event was seen; false if there is none that we know of. */
static bool seen_before(struct eq_time *out, const struct eq_absence *a, struct eq_time t)
{
    if (a->seen && eq_time_cmp(a->latest, t) < 0)
        *out = a->latest;
    else if (a->seen_before && eq_time_cmp(a->before, t) < 0)
        *out = a->before;
    else
        return false;
    return true;
}

static bool within(const struct eq_sequence *s, struct eq_time from, struct eq_time to)
{
    return eq_time_diff_ns(from, to) <= s->maxspan_ns;
}

void eq_absence_start(struct eq_sequence *s, struct eq_partial *p)
{
    for (uint32_t g = 0; s->leads && g < s->n_gaps; g++) {
        struct eq_partial_gaps *own = eq_partial_gaps(s, p);
        struct eq_time t;
        if (s->gaps[g].kind != EQ_GAP_LEADING ||
            !seen_before(&t, &eq_key_gaps(s, p->key)->absences[g], p->events[0]->time))
            continue;
        if (!own->has_leading || eq_time_cmp(own->leading, t) < 0)
            own->leading = t;
        own->has_leading = true;
    }
}

void eq_absence_extended(struct eq_sequence *s, struct eq_partial *p)
{
    if (s->asks_between) {
        struct eq_partial_seen *own = eq_partial_seen(s, p);
        p->refuted |= own->seen && eq_time_cmp(own->time, p->events[p->n - 1]->time) < 0;
        own->seen = false;
    }
    for (uint32_t g = 0; g < s->n_gaps; g++) {
        struct eq_time t;
        if (s->gaps[g].kind != EQ_GAP_MIDDLE || s->gaps[g].asks || s->gaps[g].after + 2 != p->n)
            continue;
        if (seen_before(&t, &eq_key_gaps(s, p->key)->absences[g], p->events[p->n - 1]->time) &&
            eq_time_cmp(t, p->events[p->n - 2]->time) > 0)
            p->refuted = true;
    }
}

/* ── Keys with absences ── */

static void leave_seen(struct eq_sequence *s, struct eq_queue *seen, eq_ref key)
{
    struct eq_key_gaps *k = eq_key_gaps(s, key);
    if (k->previous)
        eq_key_gaps(s, k->previous)->next = k->next;
    else
        seen->first = k->next;
    if (k->next)
        eq_key_gaps(s, k->next)->previous = k->previous;
    else
        seen->last = k->previous;
    k->previous = k->next = 0;
}

void eq_absence_enter(struct eq_sequence *s, struct eq_queue *seen, eq_ref key)
{
    struct eq_key_gaps *k = eq_key_gaps(s, key);
    k->previous = seen->last;
    if (seen->last)
        eq_key_gaps(s, seen->last)->next = key;
    else
        seen->first = key;
    seen->last = key;
}

void eq_absence_forget(struct eq_sequence *s, struct eq_lane *lane)
{
    eq_ref key = lane->seen.first;
    struct eq_key_gaps *k = eq_key_gaps(s, key);
    leave_seen(s, &lane->seen, key);
    k->queued = false;
    memset(k->absences, 0, s->n_gaps * sizeof *k->absences);
    eq_state_leave(s, key);
}

void eq_absence_expire(struct eq_sequence *s, struct eq_lane *lane, struct eq_time now)
{
    while (lane->seen.first && !within(s, eq_key_gaps(s, lane->seen.first)->latest, now))
        eq_absence_forget(s, lane);
}

/* ── Complete ones ── */

/* The time from which maxspan counts for a trailing event. */
static struct eq_time trailing_base(const struct eq_sequence *s, struct eq_partial *p)
{
    return s->leads ? eq_partial_gaps(s, p)->leading : p->events[0]->time;
}

/* The one behind `previous` (0: the first) waits with the key no longer. */
static void leave_key(struct eq_sequence *s, eq_ref key, eq_ref previous)
{
    struct eq_key_gaps *k = eq_key_gaps(s, key);
    eq_ref *link = previous ? &eq_partial_gaps(s, eq_partial_at(s, previous))->key_next : &k->complete.first;
    struct eq_partial *p = eq_partial_at(s, *link);
    *link = eq_partial_gaps(s, p)->key_next;
    if (!*link)
        k->complete.last = previous;
    k->n_complete--;
    p->waits = false;
}

/* More wait with the key than can be asked: the oldest is given up. */
static void give_up_first(struct eq_sequence *s, eq_ref key)
{
    eq_ref r = eq_key_gaps(s, key)->complete.first;
    leave_key(s, key, 0);
    eq_partial_remove(s, &eq_lane_of(s, key)->done, r);
    eq_state_trace(s, EQ_TRACE_GIVEN_UP, eq_partial_at(s, r));
    eq_partial_drop(s, r);
    s->stats->evicted++;
}

void eq_absence_wait(struct eq_sequence *s, eq_ref r)
{
    struct eq_partial *p = eq_partial_at(s, r);
    struct eq_key_gaps *k = eq_key_gaps(s, p->key);
    p->waits = true;
    if (k->complete.last)
        eq_partial_gaps(s, eq_partial_at(s, k->complete.last))->key_next = r;
    else
        k->complete.first = r;
    k->complete.last = r;
    if (++k->n_complete > MOST_ASKED && s->asks_after)
        give_up_first(s, p->key);
}

/* What completed before `time` is decided by this event. */
static void refute_complete(struct eq_sequence *s, eq_ref key, struct eq_time time)
{
    const struct eq_queue *q = &eq_key_gaps(s, key)->complete;
    while (q->first) {
        struct eq_partial *p = eq_partial_at(s, q->first);
        if (eq_time_cmp(p->events[p->n - 1]->time, time) >= 0)
            return;
        if (within(s, trailing_base(s, p), time))
            p->refuted = true;
        leave_key(s, key, 0);
    }
}

/* The same one by one, of those that mean this event. */
static enum eq_status ask_complete(struct eq_sequence *s, uint32_t clause, eq_ref key, struct eq_time time)
{
    const struct eq_queue *q = &eq_key_gaps(s, key)->complete;
    for (eq_ref r = q->first, previous = 0, next; r; r = next) {
        struct eq_partial *p = eq_partial_at(s, r);
        next = eq_partial_gaps(s, p)->key_next;
        if (eq_time_cmp(p->events[p->n - 1]->time, time) >= 0)
            return EQ_OK;
        bool yes;
        enum eq_status st = eq_sequence_agrees(&yes, s, clause, p);
        if (st != EQ_OK)
            return st;
        if (yes) {
            p->refuted |= within(s, trailing_base(s, p), time);
            leave_key(s, key, previous);
        } else {
            previous = r;
        }
    }
    return EQ_OK;
}

enum eq_status eq_absence_ask(struct eq_sequence *s, uint32_t gap, uint32_t clause, eq_ref key, struct eq_time time)
{
    if (s->gaps[gap].kind == EQ_GAP_TRAILING)
        return ask_complete(s, clause, key, time);
    eq_ref waiting = *eq_key_slot(s, key, s->gaps[gap].after);
    if (!waiting)
        return EQ_OK;
    struct eq_partial *p = eq_partial_at(s, waiting);
    struct eq_partial_seen *own = eq_partial_seen(s, p);
    bool yes = false;
    if (own->seen || eq_time_cmp(p->events[p->n - 1]->time, time) >= 0)
        return EQ_OK;
    enum eq_status st = eq_sequence_agrees(&yes, s, clause, p);
    if (st == EQ_OK && yes)
        *own = (struct eq_partial_seen){time, true};
    return st;
}

void eq_absence_seen(struct eq_sequence *s, uint32_t gap, eq_ref key, struct eq_time time)
{
    struct eq_key_gaps *k = eq_key_gaps(s, key);
    struct eq_absence *a = &k->absences[gap];
    if (s->gaps[gap].kind == EQ_GAP_TRAILING) {
        refute_complete(s, key, time);
        return;
    }
    if (a->seen && eq_time_cmp(a->latest, time) < 0) {
        a->before = a->latest;
        a->seen_before = true;
    }
    a->latest = k->latest = time;
    a->seen = true;
    struct eq_queue *seen = &eq_lane_of(s, key)->seen;
    if (k->queued)
        leave_seen(s, seen, key);
    else
        eq_key_at(s, key)->uses++;
    k->queued = true;
    eq_absence_enter(s, seen, key);
}

/* Its fate is decided: it is in no queue. */
static enum eq_status decide(struct eq_sequence *s, eq_ref r)
{
    const struct eq_partial *p = eq_partial_at(s, r);
    enum eq_status st = EQ_OK;
    s->stats->refuted += p->refuted;
    s->stats->completed += !p->refuted;
    if (p->refuted)
        eq_state_trace(s, EQ_TRACE_REFUTED, p);
    else
        st = eq_sequence_give(s, p);
    eq_partial_drop(s, r);
    return st;
}

enum eq_status eq_absence_complete(struct eq_sequence *s, eq_ref r)
{
    struct eq_partial *p = eq_partial_at(s, r);
    struct eq_time end = p->events[p->n - 1]->time;
    bool leading_near =
        s->leads && eq_partial_gaps(s, p)->has_leading && within(s, eq_partial_gaps(s, p)->leading, end);
    if (leading_near && !s->trails)
        p->refuted = true;
    if (!s->trails)
        return decide(s, r);
    eq_partial_push(s, &eq_lane_of(s, p->key)->done, r);
    if (!p->refuted && (s->leads ? leading_near : within(s, p->events[0]->time, end)))
        eq_absence_wait(s, r);
    return EQ_OK;
}

/* The queue of all complete ones and that of each key have the same order, so the first of one is the first of its own.
 */
eq_ref eq_absence_take_done(struct eq_sequence *s, struct eq_lane *lane)
{
    eq_ref r = lane->done.first;
    const struct eq_partial *p = eq_partial_at(s, r);
    if (p->waits)
        leave_key(s, p->key, 0);
    eq_partial_remove(s, &lane->done, r);
    return r;
}

enum eq_status eq_absence_release(struct eq_sequence *s, struct eq_lane *lane, const struct eq_time *now)
{
    while (lane->done.first) {
        struct eq_partial *p = eq_partial_at(s, lane->done.first);
        if (p->waits && now && within(s, trailing_base(s, p), *now))
            return EQ_OK;
        enum eq_status st = decide(s, eq_absence_take_done(s, lane));
        if (st != EQ_OK)
            return st;
    }
    return EQ_OK;
}
