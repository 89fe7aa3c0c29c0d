/* lane.c — what one rule remembers of one partition.
 *
 *      clock of host a  ─┬─ lane of rule 1   [waiting][done][seen]  ◀── keys of rule 1 seen on host a
 *                        └─ lane of rule 4
 *      clock of host b  ─── lane of rule 1                          ◀── keys of rule 1 seen on host b
 *
 * Time goes its own way in each partition, so what waits is in order of time only within its lane; there expiry looks at
 * the first alone, as without partitions. When a clock moves, its lanes are gone through, and no others.
 *
 * Always true: a lane lives while it has keys, and uses its clock as long. */
#include "match/sequence_priv.h"
#include "plan/partition.h"

enum { SWEEP_EVERY = 64 };

static struct eq_slice name_of(const eq_ref *clock)
{
    return eq_slice((const char *)clock, sizeof *clock);
}

enum eq_status eq_lanes_init(struct eq_sequence *s)
{
    const struct eq_program *p = s->context->program;
    eq_key_table_init(&s->lanes, sizeof(struct eq_lane), s->context->budget);
    if (!p->n_partition_fields)
        return EQ_OK;
    s->clocks = &s->context->clocks;
    s->partition_at = eq_new(s->context->alloc, p->n_partition_fields * sizeof *s->partition_at);
    if (!s->partition_at)
        return EQ_NOMEM;
    for (uint32_t i = 0; i < p->n_partition_fields; i++) {
        s->partition_at[i] = eq_partition_position(s->plan, s->clocks->keys[i].path);
        if (s->partition_at[i] == EQ_PARTITION_NO_KEY)
            return EQ_INVALID; /* cannot be: who names the fields has put them into the plan */
    }
    return EQ_OK;
}

void eq_lanes_free(struct eq_sequence *s)
{
    if (s->lanes.budget)
        eq_key_table_free(&s->lanes);
    eq_free(s->context->alloc, s->partition_at);
}

/* ── Lists ── */

static void enter_rule(struct eq_sequence *s, eq_ref r)
{
    struct eq_lane *l = eq_lane_at(s, r);
    l->previous = s->lane_list.last;
    l->next = 0;
    if (s->lane_list.last)
        eq_lane_at(s, s->lane_list.last)->next = r;
    else
        s->lane_list.first = r;
    s->lane_list.last = r;
}

static void leave_rule(struct eq_sequence *s, const struct eq_lane *l)
{
    if (l->previous)
        eq_lane_at(s, l->previous)->next = l->next;
    else
        s->lane_list.first = l->next;
    if (l->next)
        eq_lane_at(s, l->next)->previous = l->previous;
    else
        s->lane_list.last = l->previous;
}

static struct eq_queue *list_of(struct eq_sequence *s, const struct eq_lane *l)
{
    struct eq_clock *clock = eq_clock_at(s->clocks, l->clock);
    return s->trails ? &clock->soon : &clock->others;
}

static void enter_clock(struct eq_sequence *s, eq_ref r)
{
    struct eq_lane *l = eq_lane_at(s, r);
    struct eq_queue *q = list_of(s, l);
    l->clock_previous = q->last;
    if (q->last)
        eq_lane_at(s, q->last)->clock_next = r;
    else
        q->first = r;
    q->last = r;
}

static void leave_clock(struct eq_sequence *s, const struct eq_lane *l)
{
    struct eq_queue *q = list_of(s, l);
    if (l->clock_previous)
        eq_lane_at(s, l->clock_previous)->clock_next = l->clock_next;
    else
        q->first = l->clock_next;
    if (l->clock_next)
        eq_lane_at(s, l->clock_next)->clock_previous = l->clock_previous;
    else
        q->last = l->clock_previous;
}

/* ── Coming and going ── */

/* The clock of a join tuple; 0 if the event at hand has not moved it. */
static enum eq_status clock_of(eq_ref *clock, struct eq_sequence *s, struct eq_slice tuple)
{
    struct eq_buf *values = &s->clocks->tuples.tuple;
    *clock = s->clocks->now[0];
    if (s->clocks->n_now == 1)
        return EQ_OK;
    eq_buf_clear(values);
    eq_join_key_project(values, tuple, s->plan->stages[0].n_keys, s->partition_at, s->clocks->n_keys);
    if (eq_buf_status(values) != EQ_OK)
        return EQ_NOMEM;
    *clock = eq_clocks_find(s->clocks, eq_buf_slice(values));
    if (*clock && !eq_clocks_moved(s->clocks, *clock))
        *clock = 0;
    return EQ_OK;
}

enum eq_status eq_lanes_filter(struct eq_sequence *s, struct eq_join_keys *keys)
{
    size_t kept = 0;
    for (size_t i = 0; i < keys->n; i++) {
        eq_ref clock;
        enum eq_status st = clock_of(&clock, s, keys->items[i]);
        if (st != EQ_OK)
            return st;
        if (clock)
            keys->items[kept++] = keys->items[i];
    }
    keys->cut += keys->n - kept;
    keys->n = kept;
    return EQ_OK;
}

enum eq_status eq_lane_enter(eq_ref *lane, struct eq_sequence *s, struct eq_slice tuple)
{
    eq_ref clock;
    bool added;
    enum eq_status st = clock_of(&clock, s, tuple);
    if (st == EQ_OK)
        st = eq_key_put(lane, &s->lanes, name_of(&clock), &added);
    if (st != EQ_OK)
        return st;
    struct eq_lane *l = eq_lane_at(s, *lane);
    l->key.uses++;
    if (!added)
        return EQ_OK;
    l->clock = clock;
    l->rule = s->number;
    enter_rule(s, *lane);
    enter_clock(s, *lane);
    eq_clocks_use(s->clocks, clock);
    s->holder.held += eq_key_bytes(&s->lanes, &l->key);
    return EQ_OK;
}

void eq_lane_leave(struct eq_sequence *s, eq_ref lane)
{
    struct eq_lane *l = eq_lane_at(s, lane);
    if (--l->key.uses)
        return;
    leave_rule(s, l);
    leave_clock(s, l);
    eq_clocks_leave(s->clocks, l->clock);
    s->holder.held -= eq_key_bytes(&s->lanes, &l->key);
    eq_key_remove(&s->lanes, lane);
}

void eq_lane_to_end(struct eq_sequence *s, eq_ref clock)
{
    eq_ref r = eq_key_find(&s->lanes, name_of(&clock));
    if (!r)
        return;
    leave_clock(s, eq_lane_at(s, r));
    eq_lane_at(s, r)->clock_next = 0;
    enter_clock(s, r);
}

/* ── All of them ── */

void eq_lanes_shed(struct eq_sequence *s, void (*shed)(struct eq_sequence *s, struct eq_lane *lane))
{
    if (!s->clocks) {
        shed(s, &s->lane);
        return;
    }
    eq_ref r = s->lane_list.first;
    struct eq_lane *l = eq_lane_at(s, r);
    l->key.uses++; /* it stays until its turn is over */
    shed(s, l);
    leave_rule(s, l);
    enter_rule(s, r);
    eq_lane_leave(s, r);
}

/* NULL: the input has ended. The lane may be gone afterwards, and only it. */
static enum eq_status advance(struct eq_sequence *s, eq_ref r, const struct eq_time *now)
{
    struct eq_lane *l = eq_lane_at(s, r);
    l->key.uses++;
    enum eq_status st = now ? eq_sequence_advance_lane(s, l, *now) : eq_sequence_finish_lane(s, l);
    eq_lane_leave(s, r);
    return st;
}

enum eq_status eq_lanes_pass(struct eq_sequence *s)
{
    enum eq_status st = EQ_OK;
    for (eq_ref r = s->lane_list.first, next; r && st == EQ_OK; r = next) {
        const struct eq_lane *l = eq_lane_at(s, r);
        struct eq_time now = eq_clock_at(s->clocks, l->clock)->newest;
        next = l->next;
        st = advance(s, r, &now);
    }
    return st;
}

enum eq_status eq_lanes_finish(struct eq_sequence *s)
{
    enum eq_status st = EQ_OK;
    for (eq_ref r = s->lane_list.first, next; r && st == EQ_OK; r = next) {
        next = eq_lane_at(s, r)->next;
        st = advance(s, r, NULL);
    }
    return st;
}

enum eq_status eq_lanes_advance(struct eq_sequence *s)
{
    enum eq_status st = EQ_OK;
    for (size_t i = 0; i < s->clocks->n_now && st == EQ_OK; i++) {
        eq_ref r = eq_key_find(&s->lanes, name_of(&s->clocks->now[i]));
        if (r)
            st = advance(s, r, &eq_clock_at(s->clocks, s->clocks->now[i])->newest);
    }
    return st;
}

static enum eq_status advance_list(struct eq_sequence **by_rule, struct eq_clocks *c, eq_ref first, struct eq_time now)
{
    enum eq_status st = EQ_OK;
    for (eq_ref r = first, next; r && st == EQ_OK; r = next) {
        const struct eq_lane *l = eq_pool_at(&c->budget->pool, r);
        next = l->clock_next;
        st = advance(by_rule[l->rule], r, &now);
    }
    return st;
}

enum eq_status eq_sequences_advance(struct eq_sequence **by_rule, struct eq_clocks *c)
{
    enum eq_status st = EQ_OK;
    for (size_t i = 0; i < c->n_now && st == EQ_OK; i++) {
        const struct eq_clock *clock = eq_clock_at(c, c->now[i]);
        st = advance_list(by_rule, c, clock->soon.first, clock->newest);
        if (st == EQ_OK && clock->steps % SWEEP_EVERY == 0)
            st = advance_list(by_rule, c, clock->others.first, clock->newest);
    }
    return st;
}
