/* sequence.c — see sequence.h: the positive stages and until, over the state of sequence_state.c. */
#include "match/sequence_priv.h"

/* ── Alerts ── */

enum eq_status eq_sequence_give(struct eq_sequence *s, const struct eq_partial *p)
{
    eq_state_trace(s, EQ_TRACE_COMPLETED, p);
    size_t n = 0;
    uint32_t step = 0, n_keys = s->plan->stages[0].n_keys;
    for (uint32_t i = 0; i < s->plan->n_stages; i++)
        for (uint32_t run = 0; run < s->plan->stages[i].runs; run++)
            s->alert_events[n++] = s->plan->stages[i].missing ? (struct eq_alert_event){.missing = true}
                                                              : p->events[step++]->event;
    eq_join_key_values(s->alert_keys, n_keys, eq_key_slice(&s->keys, eq_key_at(s, p->key)));
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

enum eq_status eq_sequence_agrees(bool *out, struct eq_sequence *s, uint32_t clause, const struct eq_partial *p)
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

/* A partial is dropped from its slot; true if there was one. */
static bool end(struct eq_sequence *s, enum eq_trace_what why, eq_ref *slot)
{
    if (*slot)
        eq_state_trace(s, why, eq_partial_at(s, *slot));
    return eq_slot_clear(s, slot);
}

static void wait_at(struct eq_sequence *s, eq_ref p, uint32_t step)
{
    eq_ref *slot = eq_key_slot(s, eq_partial_at(s, p)->key, step);
    s->stats->overwritten += end(s, EQ_TRACE_REPLACED, slot);
    *slot = p;
}

/* A partial whose first event is the moment's: to the end of the queue. */
static enum eq_status start(struct eq_sequence *s, struct eq_moment *m, eq_ref key)
{
    eq_ref p = eq_partial_new(s, key, m);
    if (!p)
        return EQ_NOMEM;
    eq_absence_start(s, eq_partial_at(s, p));
    eq_state_trace(s, EQ_TRACE_STARTED, eq_partial_at(s, p));
    if (s->n_steps == 1)
        return eq_absence_complete(s, p);
    wait_at(s, p, 0);
    eq_partial_wait(s, eq_lane_of(s, key), p);
    return EQ_OK;
}

static bool too_late(const struct eq_sequence *s, struct eq_time first, struct eq_time now)
{
    return s->maxspan_ns >= 0 && eq_time_diff_ns(first, now) > s->maxspan_ns;
}

static enum eq_status extend(struct eq_sequence *s, struct eq_moment *m, uint32_t clause, uint32_t step, eq_ref key)
{
    eq_ref *slot = eq_key_slot(s, key, step - 1), r = *slot;
    bool yes;
    if (!r)
        return EQ_OK;
    struct eq_partial *p = eq_partial_at(s, r);
    enum eq_status st = eq_sequence_agrees(&yes, s, clause, p);
    if (st != EQ_OK || !yes)
        return st;
    if (too_late(s, p->events[0]->time, m->time)) {
        s->stats->expired += end(s, EQ_TRACE_EXPIRED, slot);
        return EQ_OK;
    }
    if (!eq_partial_add(s, p, m))
        return EQ_NOMEM;
    eq_absence_extended(s, p);
    *slot = 0;
    if (step == s->n_steps - 1) {
        eq_partial_remove(s, &eq_lane_of(s, key)->waiting, r);
        return eq_absence_complete(s, r);
    }
    eq_state_trace(s, EQ_TRACE_EXTENDED, p);
    wait_at(s, r, step); /* it keeps its place in the queue: its first event is the same */
    return EQ_OK;
}

/* Offer the event to all runs of a stage with one key, the last first. */
static enum eq_status feed_key(struct eq_sequence *s, struct eq_moment *m, uint32_t clause, uint32_t number,
                               struct eq_slice tuple)
{
    uint32_t first = s->first_step[number], step = first + s->plan->stages[number].runs;
    enum eq_status st = EQ_OK;
    eq_ref key;
    if (first == 0)
        st = eq_state_enter(&key, s, tuple);
    else
        key = eq_state_find(s, tuple);
    if (st != EQ_OK || !key)
        return st;
    while (step-- > first && st == EQ_OK)
        st = step > 0 ? extend(s, m, clause, step, key) : start(s, m, key);
    eq_state_leave(s, key);
    return st;
}

static enum eq_status keys_of_stage(struct eq_sequence *s, const struct eq_moment *m, const struct eq_plan_stage *stage,
                                    uint32_t number)
{
    struct eq_join_keys *keys = &s->context->keys;
    enum eq_status st = eq_join_keys_of(keys, &m->event->frame, stage->keys, s->rule->keys + number * stage->n_keys,
                                        stage->n_keys);
    return st == EQ_OK && s->clocks && s->clocks->n_now > 1 ? eq_lanes_filter(s, keys) : st;
}

static bool nothing_waits(const struct eq_sequence *s)
{
    return s->clocks ? s->lanes.n == 0 : !s->lane.waiting.first;
}

static enum eq_status feed_positive(struct eq_sequence *s, struct eq_moment *m, uint32_t clause, uint32_t number)
{
    const struct eq_plan_stage *stage = &s->plan->stages[number];
    const struct eq_join_keys *keys = &s->context->keys;
    if (s->first_step[number] > 0 && nothing_waits(s)) /* most events end here */
        return EQ_OK;
    enum eq_status st = keys_of_stage(s, m, stage, number);
    for (size_t k = 0; k < keys->n && st == EQ_OK; k++)
        st = feed_key(s, m, clause, number, keys->items[k]);
    return st;
}

/* An event that must be missing. Behind a sequence, or if partials are asked, it matters only to keys that are there
 * already. */
static enum eq_status feed_missing(struct eq_sequence *s, struct eq_moment *m, uint32_t clause, uint32_t number)
{
    const struct eq_join_keys *keys = &s->context->keys;
    enum eq_status st = keys_of_stage(s, m, &s->plan->stages[number], number);
    uint32_t gap = 0;
    while (s->gaps[gap].stage != number)
        gap++;
    for (size_t k = 0; k < keys->n && st == EQ_OK; k++) {
        eq_ref key;
        if (s->gaps[gap].kind == EQ_GAP_TRAILING || s->gaps[gap].asks)
            key = eq_state_find(s, keys->items[k]);
        else
            st = eq_state_enter(&key, s, keys->items[k]);
        if (st != EQ_OK || !key)
            continue;
        if (s->gaps[gap].asks)
            st = eq_absence_ask(s, gap, clause, key, m->time);
        else
            eq_absence_seen(s, gap, key, m->time);
        eq_state_leave(s, key);
    }
    return st;
}

static enum eq_status kill_key(struct eq_sequence *s, uint32_t clause, eq_ref key)
{
    for (uint32_t i = 0; i < s->n_waits; i++) {
        eq_ref *slot = eq_key_slot(s, key, i);
        bool yes;
        if (!*slot)
            continue;
        enum eq_status st = eq_sequence_agrees(&yes, s, clause, eq_partial_at(s, *slot));
        if (st != EQ_OK)
            return st;
        if (yes)
            s->stats->killed += end(s, EQ_TRACE_ENDED, slot);
    }
    return EQ_OK;
}

static enum eq_status feed_until(struct eq_sequence *s, struct eq_moment *m, uint32_t clause)
{
    const struct eq_join_keys *keys = &s->context->keys;
    if (nothing_waits(s))
        return EQ_OK;
    enum eq_status st = keys_of_stage(s, m, s->plan->until, s->plan->n_stages);
    for (size_t k = 0; k < keys->n && st == EQ_OK; k++) {
        eq_ref key = eq_state_find(s, keys->items[k]);
        if (!key)
            continue;
        st = kill_key(s, clause, key);
        eq_state_leave(s, key);
    }
    return st;
}

enum eq_status eq_sequence_feed(struct eq_sequence *s, struct eq_moment *m, const uint32_t *clauses, size_t n)
{
    const struct eq_clause *all = s->context->program->clauses;
    bool until = n && all[clauses[n - 1]].stage == s->n_stages;
    enum eq_status st = s->clocks ? eq_lanes_advance(s) : eq_sequence_advance(s, m->time);
    for (size_t i = n - until; i-- > 0 && st == EQ_OK;) {
        uint32_t stage = all[clauses[i]].stage;
        st = s->plan->stages[stage].missing ? feed_missing(s, m, clauses[i], stage)
                                            : feed_positive(s, m, clauses[i], stage);
    }
    if (until && st == EQ_OK)
        st = feed_until(s, m, clauses[n - 1]);
    return st;
}

static void expire(struct eq_sequence *s, struct eq_lane *lane, struct eq_time now)
{
    while (lane->waiting.first && too_late(s, lane->since, now)) {
        const struct eq_partial *p = eq_partial_at(s, lane->waiting.first);
        lane->since = p->events[0]->time;
        if (too_late(s, lane->since, now))
            s->stats->expired += end(s, EQ_TRACE_EXPIRED, eq_key_slot(s, p->key, p->n - 1u));
    }
    if (s->n_gaps)
        eq_absence_expire(s, lane, now);
}

enum eq_status eq_sequence_advance_lane(struct eq_sequence *s, struct eq_lane *lane, struct eq_time now)
{
    expire(s, lane, now);
    return s->trails ? eq_absence_release(s, lane, &now) : EQ_OK;
}

enum eq_status eq_sequence_finish_lane(struct eq_sequence *s, struct eq_lane *lane)
{
    enum eq_status st = eq_absence_release(s, lane, NULL);
    for (eq_ref r = lane->waiting.first; r && s->context->on_trace; r = eq_partial_at(s, r)->next)
        eq_state_trace(s, EQ_TRACE_WAITING, eq_partial_at(s, r));
    return st;
}

enum eq_status eq_sequence_advance(struct eq_sequence *s, struct eq_time now)
{
    return eq_sequence_advance_lane(s, &s->lane, now);
}

enum eq_status eq_sequence_pass(struct eq_sequence *s)
{
    return s->clocks ? eq_lanes_pass(s) : eq_sequence_advance(s, s->context->clocks.newest);
}

enum eq_status eq_sequence_finish(struct eq_sequence *s)
{
    enum eq_status st = EQ_OK;
    /* What is over is forgotten now and then only; who is told of it is not told that it waits. */
    if (s->context->on_trace && (s->clocks || s->context->clocks.has_newest))
        st = eq_sequence_pass(s);
    if (st != EQ_OK)
        return st;
    return s->clocks ? eq_lanes_finish(s) : eq_sequence_finish_lane(s, &s->lane);
}

/* ── Life ── */

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
            s->gaps[s->n_gaps++] = (struct eq_gap){
                EQ_GAP_MIDDLE, alias_reach(s->plan->stages[i].filter) > 0, i, s->n_steps - 1};
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
        s->asks_between |= s->gaps[g].asks && s->gaps[g].kind == EQ_GAP_MIDDLE;
        s->asks_after |= s->gaps[g].asks && s->gaps[g].kind == EQ_GAP_TRAILING;
    }
    s->n_waits = s->n_steps - 1;
    return EQ_OK;
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
    s->n_stages = s->plan->n_stages;
    s->maxspan_ns = s->plan->maxspan_ns;
    s->stats = &context->stats[rule];
    enum eq_status st = lay_out(s);
    if (st == EQ_OK)
        st = make_frames(s);
    if (st == EQ_OK)
        st = eq_lanes_init(s);
    if (st != EQ_OK) {
        eq_sequence_free(s);
        return st;
    }
    eq_state_init(s);
    *out = s;
    return EQ_OK;
}

void eq_sequence_free(struct eq_sequence *s)
{
    if (!s)
        return;
    const struct eq_alloc *alloc = s->context->alloc;
    eq_state_free(s);
    eq_lanes_free(s);
    for (uint32_t i = 0; i < s->n_frames; i++)
        eq_past_frame_free(&s->frames[i], alloc);
    eq_free(alloc, s->frames);
    eq_free(alloc, s->frame_pointers);
    eq_free(alloc, s->steps);
    eq_free(alloc, s->first_step);
    eq_free(alloc, s->gaps);
    eq_free(alloc, s->alert_events);
    eq_free(alloc, s->alert_keys);
    eq_free(alloc, s);
}
