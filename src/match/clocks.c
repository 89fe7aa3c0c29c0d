/* clocks.c — see clocks.h. */
#include "match/clocks.h"

enum { IDLE_SHARE = 16 };

enum eq_status eq_clocks_init(struct eq_clocks *c, const struct eq_program *program, struct eq_budget *budget)
{
    *c = (struct eq_clocks){.budget = budget, .program = program};
    eq_join_keys_init(&c->tuples, budget->alloc);
    eq_key_table_init(&c->table, sizeof(struct eq_clock), budget);
    if (!program->n_partition_fields)
        return EQ_OK;
    c->keys = eq_new(budget->alloc, program->n_partition_fields * sizeof *c->keys);
    if (!c->keys)
        return EQ_NOMEM;
    c->n_keys = program->n_partition_fields;
    for (size_t i = 0; i < c->n_keys; i++)
        c->keys[i] = (struct eq_plan_key){.path = program->fields->items[program->partition_fields[i]].path,
                                          .optional = true};
    return EQ_OK;
}

void eq_clocks_free(struct eq_clocks *c)
{
    if (!c->budget)
        return;
    eq_key_table_free(&c->table);
    eq_join_keys_free(&c->tuples);
    eq_free(c->budget->alloc, c->keys);
    eq_free(c->budget->alloc, c->now);
}

/* ── Idle ones ── */

static void enter_idle(struct eq_clocks *c, eq_ref r)
{
    struct eq_clock *k = eq_clock_at(c, r);
    k->previous = c->idle.last;
    k->next = 0;
    if (c->idle.last)
        eq_clock_at(c, c->idle.last)->next = r;
    else
        c->idle.first = r;
    c->idle.last = r;
    c->idle_bytes += eq_key_bytes(&c->table, &k->key);
}

static void leave_idle(struct eq_clocks *c, eq_ref r)
{
    struct eq_clock *k = eq_clock_at(c, r);
    if (k->previous)
        eq_clock_at(c, k->previous)->next = k->next;
    else
        c->idle.first = k->next;
    if (k->next)
        eq_clock_at(c, k->next)->previous = k->previous;
    else
        c->idle.last = k->previous;
    c->idle_bytes -= eq_key_bytes(&c->table, &k->key);
}

void eq_clocks_use(struct eq_clocks *c, eq_ref r)
{
    struct eq_clock *k = eq_clock_at(c, r);
    if (k->key.uses++ == 0)
        leave_idle(c, r);
}

void eq_clocks_leave(struct eq_clocks *c, eq_ref r)
{
    struct eq_clock *k = eq_clock_at(c, r);
    if (--k->key.uses == 0)
        enter_idle(c, r);
}

void eq_clocks_pass(struct eq_clocks *c, struct eq_time now)
{
    if (!c->keys && (!c->has_newest || eq_time_cmp(c->newest, now) < 0)) {
        c->newest = now;
        c->has_newest = true;
    }
    for (uint32_t i = 0; i < c->table.size; i++) {
        struct eq_clock *k = c->table.places[i].key ? eq_clock_at(c, c->table.places[i].key) : NULL;
        if (k && eq_time_cmp(k->newest, now) < 0)
            k->newest = now;
    }
}

void eq_clocks_relieve(struct eq_clocks *c)
{
    while (c->idle_bytes > c->budget->limit / IDLE_SHARE) {
        eq_ref r = c->idle.first;
        leave_idle(c, r);
        eq_key_remove(&c->table, r);
        c->forgotten++;
    }
}

/* ── Moving ── */

eq_ref eq_clocks_find(const struct eq_clocks *c, struct eq_slice tuple)
{
    return eq_key_find(&c->table, tuple);
}

enum eq_status eq_clocks_point(struct eq_clocks *c, eq_ref clock)
{
    if (!eq_grow(c->budget->alloc, &c->now, &c->cap_now, 1, sizeof *c->now))
        return EQ_NOMEM;
    c->now[0] = clock;
    c->n_now = 1;
    return EQ_OK;
}

bool eq_clocks_moved(const struct eq_clocks *c, eq_ref r)
{
    return eq_clock_at(c, r)->turn == c->turn;
}

/* Is the event older than one of its clocks shows? */
static bool is_late(const struct eq_clocks *c, struct eq_time time)
{
    for (size_t i = 0; i < c->tuples.n; i++) {
        eq_ref r = eq_key_find(&c->table, c->tuples.items[i]);
        if (r && eq_time_cmp(time, eq_clock_at(c, r)->newest) < 0)
            return true;
    }
    return false;
}

enum eq_status eq_clocks_enter(eq_ref *out, struct eq_clocks *c, struct eq_slice tuple)
{
    bool added;
    enum eq_status st = eq_key_put(out, &c->table, tuple, &added);
    if (st == EQ_OK && added)
        enter_idle(c, *out);
    return st;
}

/* The clocks of the event at hand, adding those that are new. */
static enum eq_status find_clocks(struct eq_clocks *c)
{
    if (!eq_grow(c->budget->alloc, &c->now, &c->cap_now, c->tuples.n, sizeof *c->now))
        return EQ_NOMEM;
    for (; c->n_now < c->tuples.n; c->n_now++) {
        enum eq_status st = eq_clocks_enter(&c->now[c->n_now], c, c->tuples.items[c->n_now]);
        if (st != EQ_OK)
            return st;
    }
    return EQ_OK;
}

enum eq_status eq_clocks_move_partitions(bool *late, struct eq_clocks *c, const struct eq_frame *frame,
                                         struct eq_time time)
{
    c->n_now = 0;
    c->turn++;
    enum eq_status st = eq_join_keys_of(&c->tuples, frame, c->keys, c->program->partition_fields, c->n_keys);
    if (st != EQ_OK)
        return st;
    *late = is_late(c, time);
    if (*late)
        return EQ_OK;
    st = find_clocks(c);
    for (size_t i = 0; i < c->n_now; i++) {
        struct eq_clock *k = eq_clock_at(c, c->now[i]);
        k->newest = time;
        k->turn = c->turn;
        k->steps++;
        if (k->key.uses == 0) { /* to the end */
            leave_idle(c, c->now[i]);
            enter_idle(c, c->now[i]);
        }
    }
    return st;
}
