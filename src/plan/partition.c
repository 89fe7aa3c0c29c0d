/* partition.c — see partition.h. Keys are compared by position, so a field partitions a plan when it is the key at the
 * same position of every stage. */
#include "plan/partition.h"

static bool asks_lineage(const struct eq_node *n)
{
    if (n->kind == EQ_N_LINEAGE)
        return true;
    for (uint32_t i = 0; i < n->n_kids; i++)
        if (asks_lineage(n->kids[i]))
            return true;
    return false;
}

static bool plan_asks_lineage(const struct eq_plan *plan)
{
    for (uint32_t i = 0; i < eq_plan_filters(plan); i++)
        if (asks_lineage(eq_plan_filter(plan, i)->filter))
            return true;
    return false;
}

static bool is_key_of(const struct eq_plan_stage *stage, uint32_t position, struct eq_slice field)
{
    return position < stage->n_keys && eq_slice_eq(stage->keys[position].path, field);
}

/* The first filter that does not have `field` as its key at this position; n_filters if all have. */
static uint32_t first_without_at(const struct eq_plan *plan, struct eq_slice field, uint32_t position)
{
    uint32_t i = 0;
    while (i < eq_plan_filters(plan) && is_key_of(eq_plan_filter(plan, i), position, field))
        i++;
    return i;
}

/* The same for the position that most filters have it at. */
static uint32_t first_without(const struct eq_plan *plan, struct eq_slice field)
{
    uint32_t best = 0;
    for (uint32_t position = 0; position < plan->stages[0].n_keys; position++) {
        uint32_t i = first_without_at(plan, field, position);
        best = i > best ? i : best;
    }
    return best;
}

uint32_t eq_partition_position(const struct eq_plan *plan, struct eq_slice field)
{
    for (uint32_t position = 0; position < plan->stages[0].n_keys; position++)
        if (first_without_at(plan, field, position) == eq_plan_filters(plan))
            return position;
    return EQ_PARTITION_NO_KEY;
}

/* Related processes run on one host. */
static bool names_host(struct eq_slice field)
{
    return eq_slice_starts(field, EQ_LIT("host.")) || eq_slice_starts(field, EQ_LIT("agent."));
}

static void say(struct eq_buf *why, const char *before, struct eq_slice field, const char *after)
{
    eq_buf_puts(why, before);
    eq_buf_add(why, field);
    eq_buf_puts(why, after);
}

enum eq_partition_class eq_partition_class(const struct eq_plan *plan, const struct eq_slice *fields, size_t n,
                                           struct eq_buf *why)
{
    bool lineage = plan_asks_lineage(plan);
    if (plan->kind == EQ_PLAN_EVENT && !lineage) {
        eq_buf_puts(why, "it judges each event alone");
        return EQ_PARTITION_STATELESS;
    }
    for (size_t i = 0; i < n; i++) {
        if (lineage && !names_host(fields[i])) {
            say(why, "it asks for the ancestors of processes, which share a host but perhaps not ", fields[i], "");
            return EQ_PARTITION_GLOBAL;
        }
        uint32_t missing = plan->kind == EQ_PLAN_EVENT ? eq_plan_filters(plan) : first_without(plan, fields[i]);
        if (missing == eq_plan_filters(plan))
            continue;
        if (missing == plan->n_stages)
            eq_buf_puts(why, "until");
        else
            eq_buf_printf(why, "stage %u", missing + 1);
        say(why, " is not joined by ", fields[i], "");
        return EQ_PARTITION_GLOBAL;
    }
    eq_buf_puts(why, lineage ? "processes and their ancestors share a host" : "every stage is joined by it");
    return EQ_PARTITION_KEYED;
}

/* Which of the fields have to be added: 1 in `add`. */
static size_t choose(bool *add, const struct eq_plan *plan, const struct eq_slice *fields, size_t n)
{
    size_t chosen = 0;
    for (size_t i = 0; i < n; i++) {
        add[i] = first_without(plan, fields[i]) < eq_plan_filters(plan);
        chosen += add[i];
    }
    return chosen;
}

static enum eq_status extend(struct eq_plan_stage *stage, const struct eq_slice *fields, const bool *add, size_t n,
                             size_t chosen, struct eq_arena *arena)
{
    struct eq_plan_key *keys = eq_arena_alloc(arena, (chosen + stage->n_keys) * sizeof *keys);
    size_t k = 0;
    if (!keys)
        return EQ_NOMEM;
    for (size_t i = 0; i < n; i++) {
        if (!add[i])
            continue;
        keys[k].path = eq_arena_copy(arena, fields[i]);
        keys[k].optional = true;
        if (!keys[k++].path.ptr)
            return EQ_NOMEM;
    }
    for (uint32_t i = 0; i < stage->n_keys; i++)
        keys[k++] = stage->keys[i];
    stage->keys = keys;
    stage->n_keys = (uint32_t)k;
    return EQ_OK;
}

enum eq_status eq_plan_partition(struct eq_plan *plan, const struct eq_slice *fields, size_t n, struct eq_arena *arena)
{
    bool add[EQ_PLAN_KEYS_MAX];
    enum eq_status st = EQ_OK;
    if (plan->kind == EQ_PLAN_EVENT || n == 0)
        return EQ_OK;
    if (n > EQ_PLAN_KEYS_MAX - plan->stages[0].n_keys)
        return EQ_LIMIT;
    size_t chosen = choose(add, plan, fields, n);
    for (uint32_t i = 0; chosen && i < plan->n_stages && st == EQ_OK; i++)
        st = extend(&plan->stages[i], fields, add, n, chosen, arena);
    if (chosen && plan->until && st == EQ_OK)
        st = extend(plan->until, fields, add, n, chosen, arena);
    return st;
}
