/* clocks_save.c — how far time has come, written down and read back.
 *
 *      [names of the partition fields]  [host a 12:05] [host b 11:02]  …  rules  …  [a: lanes of rules 1, 4] [b: 1]
 *                                        in use, then idle by turn
 *
 * Clocks in use are found through the lanes that use them, so their order does not depend on the hash. */
#include "match/save.h"
#include "match/sequence_priv.h"

/* ── Saving ── */

/* Of several lanes that lead to a clock one counts: the first that it lists. */
static bool counts(const struct eq_clocks *c, eq_ref lane, const struct eq_lane *l)
{
    const struct eq_clock *clock = eq_clock_at(c, l->clock);
    return lane == (clock->soon.first ? clock->soon.first : clock->others.first);
}

typedef void on_clock(struct eq_saving *s, const struct eq_clocks *c, const struct eq_clock *clock);

static void each_used(struct eq_saving *s, const struct eq_clocks *c, struct eq_sequence **by_rule, on_clock *on)
{
    for (size_t i = 0; i < c->program->n_rules; i++)
        for (eq_ref r = by_rule[i] ? by_rule[i]->lane_list.first : 0; r; r = eq_lane_at(by_rule[i], r)->next)
            if (counts(c, r, eq_lane_at(by_rule[i], r)))
                on(s, c, eq_clock_at(c, eq_lane_at(by_rule[i], r)->clock));
}

static void save_clock(struct eq_saving *s, const struct eq_clocks *c, const struct eq_clock *clock)
{
    eq_save_key(s, eq_key_slice(&c->table, &clock->key), c->n_keys);
    eq_save_time(s->out, clock->newest);
    eq_pack_u64(s->out, clock->steps);
}

void eq_clocks_save(struct eq_saving *s, const struct eq_clocks *c, struct eq_sequence **by_rule)
{
    eq_pack_bool(s->out, c->has_newest);
    eq_save_time(s->out, c->newest);
    eq_pack_u64(s->out, c->forgotten);
    eq_pack_u64(s->out, c->n_keys);
    for (size_t i = 0; i < c->n_keys; i++)
        eq_pack_bytes(s->out, c->keys[i].path);
    eq_pack_u64(s->out, c->table.n);
    each_used(s, c, by_rule, save_clock);
    for (eq_ref r = c->idle.first; r; r = eq_clock_at(c, r)->next)
        save_clock(s, c, eq_clock_at(c, r));
}

static void save_list(struct eq_saving *s, const struct eq_clocks *c, const struct eq_queue *q)
{
    const struct eq_pool *pool = &c->budget->pool;
    uint64_t n = 0;
    for (eq_ref r = q->first; r; r = ((const struct eq_lane *)eq_pool_at(pool, r))->clock_next)
        n++;
    eq_pack_u64(s->out, n);
    for (eq_ref r = q->first; r; r = ((const struct eq_lane *)eq_pool_at(pool, r))->clock_next)
        eq_pack_u64(s->out, ((const struct eq_lane *)eq_pool_at(pool, r))->rule);
}

static void save_lists(struct eq_saving *s, const struct eq_clocks *c, const struct eq_clock *clock)
{
    eq_pack_bool(s->out, true);
    save_list(s, c, &clock->soon);
    save_list(s, c, &clock->others);
}

void eq_clocks_save_lanes(struct eq_saving *s, const struct eq_clocks *c, struct eq_sequence **by_rule)
{
    each_used(s, c, by_rule, save_lists);
    eq_pack_bool(s->out, false);
}

/* ── Restoring ── */

/* Are the clocks of the same fields as now? Otherwise no rule is either, and nothing waits for them. */
static bool same_fields(struct eq_restoring *r, const struct eq_clocks *c, uint64_t n)
{
    bool same = n == c->n_keys;
    for (uint64_t i = 0; i < n; i++) {
        struct eq_slice path = eq_unpack_bytes(r->in);
        same = same && eq_slice_eq(path, c->keys[i].path);
    }
    return same;
}

static void restore_clock(struct eq_restoring *r, struct eq_clocks *c, size_t n_keys, bool wanted)
{
    eq_ref clock = 0;
    struct eq_slice tuple = eq_restore_key(r, n_keys);
    struct eq_time newest = eq_restore_time(r->in);
    uint64_t steps = eq_unpack_most(r->in, UINT32_MAX);
    if (!eq_unpack_ok(r->in) || !wanted)
        return;
    uint32_t before = c->table.n;
    enum eq_status st = eq_clocks_enter(&clock, c, tuple);
    if (st != EQ_OK || c->table.n == before) {
        eq_unpack_fail(r->in, st == EQ_OK ? EQ_INVALID : st, NULL);
        return;
    }
    eq_clock_at(c, clock)->newest = newest;
    eq_clock_at(c, clock)->steps = (uint32_t)steps;
    r->clocks[r->n_clocks++] = clock;
    eq_restore_check_memory(r);
}

void eq_clocks_restore(struct eq_restoring *r, struct eq_clocks *c)
{
    bool has_newest = eq_unpack_bool(r->in);
    struct eq_time newest = eq_restore_time(r->in);
    uint64_t forgotten = eq_unpack_u64(r->in);
    size_t n_keys = (size_t)eq_unpack_most(r->in, EQ_PLAN_KEYS_MAX);
    bool same = same_fields(r, c, n_keys);
    r->same_partitions = same;
    r->n_partition_fields = n_keys;
    size_t n = eq_unpack_count(r->in);
    r->clocks = eq_unpack_ok(r->in) ? eq_new(c->budget->alloc, (n + 1) * sizeof *r->clocks) : NULL;
    if (!r->clocks)
        eq_unpack_fail(r->in, EQ_NOMEM, NULL);
    if (same) {
        c->has_newest = has_newest;
        c->newest = newest;
        c->forgotten = forgotten;
    }
    while (n-- && eq_unpack_ok(r->in))
        restore_clock(r, c, n_keys, same);
}

static void restore_list(struct eq_restoring *r, struct eq_sequence **by_rule, size_t clock)
{
    for (size_t n = eq_unpack_count(r->in); n-- && eq_unpack_ok(r->in);) {
        uint64_t saved = eq_unpack_u64(r->in);
        uint32_t rule = saved < r->n_rules ? r->rules[saved] : EQ_NONE;
        if (rule != EQ_NONE && by_rule[rule] && clock < r->n_clocks)
            eq_lane_to_end(by_rule[rule], r->clocks[clock]);
    }
}

void eq_clocks_restore_lanes(struct eq_restoring *r, struct eq_sequence **by_rule)
{
    for (size_t clock = 0; eq_unpack_bool(r->in); clock++) {
        restore_list(r, by_rule, clock);
        restore_list(r, by_rule, clock);
    }
}
