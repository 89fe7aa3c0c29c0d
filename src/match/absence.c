/* absence.c — missing events: what must not have happened around a sequence.
 *
 *      ![L]  [A] ![M] [B]  ![T]
 *        │    │   │    │     └ trailing: a complete match waits until none can come any more
 *        │    │   └────┴ middle: asked when B extends A: was M seen strictly between?
 *        └────┴ leading: noted when A starts: when was L last seen before?
 *
 * Only times count, strictly. With both a leading and a trailing stage the match is refuted only when both were seen and
 * lie within maxspan of each other (docs/semantics.md, Missing events). Complete matches leave in the order in which they
 * were completed, so one that waits holds back those behind it. */
#include "match/sequence_priv.h"

static struct eq_absence *absence_of(const struct eq_sequence *s, uint32_t key, uint32_t gap)
{
    return &s->absences[(size_t)key * s->n_gaps + gap];
}

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
    return eq_time_diff_ns(from, to) <= s->plan->maxspan_ns;
}

void eq_absence_start(struct eq_sequence *s, struct eq_partial *p)
{
    for (uint32_t g = 0; g < s->n_gaps; g++) {
        struct eq_time t;
        if (s->gaps[g].kind != EQ_GAP_LEADING || !seen_before(&t, absence_of(s, p->key, g), p->events[0]->time))
            continue;
        if (!p->has_leading || eq_time_cmp(p->leading, t) < 0)
            p->leading = t;
        p->has_leading = true;
    }
}

void eq_absence_extended(struct eq_sequence *s, struct eq_partial *p)
{
    for (uint32_t g = 0; g < s->n_gaps; g++) {
        struct eq_time t;
        if (s->gaps[g].kind != EQ_GAP_MIDDLE || s->gaps[g].after != p->n - 2)
            continue;
        if (seen_before(&t, absence_of(s, p->key, g), p->events[p->n - 1]->time) &&
            eq_time_cmp(t, p->events[p->n - 2]->time) > 0)
            p->refuted = true;
    }
}

/* The time from which maxspan counts for a trailing event. */
static struct eq_time trailing_base(const struct eq_sequence *s, const struct eq_partial *p)
{
    return s->leads ? p->leading : p->events[0]->time;
}

static void forget_key_link(struct eq_sequence *s, struct eq_partial *p)
{
    if (p->key_previous)
        p->key_previous->key_next = p->key_next;
    else
        s->complete[p->key] = p->key_next;
    if (p->key_next)
        p->key_next->key_previous = p->key_previous;
    p->key_previous = p->key_next = NULL;
    p->waits = false;
}

static void refute_complete(struct eq_sequence *s, uint32_t key, struct eq_time time)
{
    struct eq_partial *next;
    for (struct eq_partial *p = s->complete[key]; p; p = next) {
        next = p->key_next;
        if (eq_time_cmp(p->events[p->n - 1]->time, time) >= 0 || !within(s, trailing_base(s, p), time))
            continue;
        p->refuted = true;
        forget_key_link(s, p);
    }
}

void eq_absence_seen(struct eq_sequence *s, uint32_t gap, uint32_t key, struct eq_time time)
{
    struct eq_absence *a = absence_of(s, key, gap);
    if (s->gaps[gap].kind == EQ_GAP_TRAILING) {
        refute_complete(s, key, time);
        return;
    }
    if (a->seen && eq_time_cmp(a->latest, time) < 0) {
        a->before = a->latest;
        a->seen_before = true;
    }
    a->latest = time;
    a->seen = true;
}

enum eq_status eq_absence_complete(struct eq_sequence *s, struct eq_partial *p)
{
    struct eq_time end = p->events[p->n - 1]->time;
    bool leading_near = p->has_leading && within(s, p->leading, end);
    if (s->leads && !s->trails && leading_near)
        p->refuted = true;
    if (!s->trails) {
        enum eq_status st = p->refuted ? EQ_OK : eq_sequence_give(s, p);
        eq_partial_drop(s, p);
        return st;
    }
    eq_partial_push(&s->done, p);
    p->waits = !p->refuted && (s->leads ? leading_near : within(s, p->events[0]->time, end));
    if (p->waits) {
        p->key_next = s->complete[p->key];
        if (p->key_next)
            p->key_next->key_previous = p;
        s->complete[p->key] = p;
    }
    return EQ_OK;
}

enum eq_status eq_absence_release(struct eq_sequence *s, const struct eq_time *now)
{
    struct eq_partial *p;
    while ((p = s->done.first) != NULL) {
        if (p->waits && now && within(s, trailing_base(s, p), *now))
            return EQ_OK;
        if (p->waits)
            forget_key_link(s, p);
        eq_partial_remove(&s->done, p);
        enum eq_status st = p->refuted ? EQ_OK : eq_sequence_give(s, p);
        eq_partial_drop(s, p);
        if (st != EQ_OK)
            return st;
    }
    return EQ_OK;
}

bool eq_absence_matters(const struct eq_sequence *s, uint32_t key, struct eq_time now)
{
    for (uint32_t g = 0; g < s->n_gaps; g++) {
        const struct eq_absence *a = absence_of(s, key, g);
        if (a->seen && within(s, a->latest, now))
            return true;
    }
    return false;
}
