/* program.c — see program.h: its life, the rules that are added, and the last step, in which predicates get the numbers that
 * they keep. What a rule asks is compiled (compile.c), or was before (program_pack.h) and is only moved to its place. */
#include "plan/compile_priv.h"

/* What is needed only while rules are added. */
static void forget_leaves(struct eq_program *p)
{
    eq_intern_free(&p->leaves);
    eq_free(p->alloc, p->leaf_predicates);
    eq_free(p->alloc, p->known_numbers);
    eq_free(p->alloc, p->ready_predicates);
    p->leaf_predicates = p->known_numbers = p->ready_predicates = NULL;
    p->known = (struct eq_known_nodes){0};
    p->cap_leaves = 0;
}

enum eq_status eq_program_new(struct eq_program **out, bool plain, const struct eq_alloc *alloc)
{
    struct eq_program *p = eq_new(alloc, sizeof *p);
    if (!p)
        return EQ_NOMEM;
    p->alloc = alloc;
    p->plain = plain;
    p->timestamp_field = p->tiebreaker_field = EQ_NONE;
    eq_arena_init(&p->arena, alloc);
    eq_intern_init(&p->leaves, alloc);
    enum eq_status st = eq_fields_new(&p->fields, alloc);
    if (st != EQ_OK) {
        eq_program_free(p);
        return st;
    }
    *out = p;
    return EQ_OK;
}

void eq_program_free(struct eq_program *p)
{
    if (!p)
        return;
    forget_leaves(p);
    eq_fields_free(p->fields);
    eq_free(p->alloc, p->predicates);
    eq_free(p->alloc, p->clauses);
    eq_free(p->alloc, p->jumps);
    eq_free(p->alloc, p->rules);
    eq_free(p->alloc, p->regexes);
    eq_arena_free(&p->arena);
    eq_free(p->alloc, p);
}

/* ── Rules ── */

enum eq_status eq_jump_put(uint32_t *out, struct eq_program *p, struct eq_jump jump)
{
    if (p->n_jumps >= EQ_REJECT || !eq_grow(p->alloc, &p->jumps, &p->cap_jumps, p->n_jumps + 1, sizeof *p->jumps))
        return EQ_NOMEM;
    *out = (uint32_t)p->n_jumps;
    p->jumps[p->n_jumps++] = jump;
    return EQ_OK;
}

enum eq_status eq_clause_put(uint32_t *out, struct eq_program *p, struct eq_clause clause, const uint32_t *witnesses)
{
    size_t size = clause.n_witnesses * sizeof *witnesses;
    clause.witnesses = size ? eq_arena_alloc(&p->arena, size) : NULL;
    if (size && !clause.witnesses)
        return EQ_NOMEM;
    if (size)
        memcpy(clause.witnesses, witnesses, size);
    if (!eq_grow(p->alloc, &p->clauses, &p->cap_clauses, p->n_clauses + 1, sizeof *p->clauses))
        return EQ_NOMEM;
    *out = (uint32_t)p->n_clauses;
    p->clauses[p->n_clauses++] = clause;
    return EQ_OK;
}

/* Jumps out of the clause stay what they are. */
static uint32_t shifted(uint32_t to, uint32_t by)
{
    return to >= EQ_REJECT ? to : to + by;
}

/* A clause that is ready, at its place among those that are there. */
static enum eq_status put_ready(uint32_t *out, struct eq_compile *c, const struct eq_ready_clause *ready, uint32_t rule,
                                uint32_t stage)
{
    struct eq_program *p = c->p;
    uint32_t first = (uint32_t)p->n_jumps, entry = ready->entry;
    for (uint32_t i = 0; i < ready->n_jumps; i++) {
        struct eq_jump j = ready->jumps[i];
        j = (struct eq_jump){p->ready_predicates[j.predicate], shifted(j.on_true, first), shifted(j.on_false, first)};
        c->reads |= p->predicates[j.predicate].reads;
        enum eq_status st = eq_jump_put(&entry, p, j);
        if (st != EQ_OK)
            return st;
    }
    struct eq_clause clause = {.entry = entry, .reads = c->reads, .n_witnesses = ready->n_witnesses, .rule = rule,
                               .stage = stage, .tracker = EQ_NONE};
    enum eq_status st = eq_clause_put(out, p, clause, ready->witnesses);
    for (uint32_t i = 0; i < ready->n_witnesses && st == EQ_OK; i++)
        p->clauses[*out].witnesses[i] = p->ready_predicates[ready->witnesses[i]];
    return st;
}

/* What adding takes while it lasts. */
struct making {
    struct eq_compile c;
    struct eq_arena scratch;
    struct eq_buf text;
};

static void begin(struct making *m, struct eq_program *p)
{
    m->c = (struct eq_compile){.p = p, .scratch = &m->scratch, .text = &m->text};
    eq_arena_init(&m->scratch, p->alloc);
    eq_buf_init(&m->text, p->alloc);
}

static void end(struct making *m)
{
    eq_buf_free(&m->text);
    eq_arena_free(&m->scratch);
}

static enum eq_status add_stage(struct eq_program_rule *r, struct eq_compile *c, const struct eq_plan_stage *stage,
                                    const struct eq_ready_clause *ready, uint32_t number)
{
    uint32_t rule = (uint32_t)c->p->n_rules;
    c->reads = 0;
    enum eq_status st = ready && !c->p->plain ? put_ready(&r->clauses[number], c, ready, rule, number)
                                              : eq_compile_clause(&r->clauses[number], c, stage->filter, rule, number);
    for (uint32_t k = 0; k < stage->n_keys && st == EQ_OK; k++)
        st = eq_fields_add(&r->keys[number * stage->n_keys + k], c->p->fields, stage->keys[k].path);
    return st;
}

enum eq_status eq_program_add(struct eq_program *p, const struct eq_plan *plan, const struct eq_ready_clause *ready)
{
    struct making m;
    struct eq_program_rule r = {.plan = plan, .n_clauses = eq_plan_filters(plan)};
    r.clauses = eq_arena_alloc(&p->arena, r.n_clauses * sizeof *r.clauses);
    r.keys = eq_arena_alloc(&p->arena, (r.n_clauses * plan->stages[0].n_keys + 1) * sizeof *r.keys);
    if (!r.clauses || !r.keys || !eq_grow(p->alloc, &p->rules, &p->cap_rules, p->n_rules + 1, sizeof *p->rules))
        return EQ_NOMEM;
    enum eq_status st = EQ_OK;
    begin(&m, p);
    for (uint32_t i = 0; i < r.n_clauses && st == EQ_OK; i++)
        st = add_stage(&r, &m.c, eq_plan_filter(plan, i), ready ? &ready[i] : NULL, i);
    end(&m);
    if (st == EQ_OK)
        p->rules[p->n_rules++] = r;
    return st;
}

enum eq_status eq_program_know(struct eq_program *p, const struct eq_known_nodes *known)
{
    struct making m;
    uint32_t *numbers = eq_new(p->alloc, (known->n_nodes + 1) * sizeof *numbers);
    uint32_t *ready = eq_new(p->alloc, (known->n_leaves + 1) * sizeof *ready);
    eq_free(p->alloc, p->known_numbers);
    eq_free(p->alloc, p->ready_predicates);
    p->known = (struct eq_known_nodes){0};
    p->known_numbers = numbers;
    p->ready_predicates = ready;
    if (!numbers || !ready ||
        !eq_grow(p->alloc, &p->predicates, &p->cap_predicates, p->n_predicates + known->n_leaves + 1, sizeof *p->predicates))
        return EQ_NOMEM;
    p->known = *known;
    memset(numbers, 0xFF, known->n_nodes * sizeof *numbers); /* EQ_NONE */
    enum eq_status st = EQ_OK;
    begin(&m, p);
    for (size_t i = 0; i < known->n_leaves && !p->plain && st == EQ_OK; i++)
        st = eq_leaf_known_predicate(&ready[i], &m.c, &known->leaves[i]);
    end(&m);
    return st;
}

/* ── Finishing ── */

static bool is_eager(const struct eq_program *p, const struct eq_predicate *q)
{
    return !p->plain && (q->kind == EQ_P_TEXT || (q->kind == EQ_P_EXISTS && q->frame == EQ_FRAME_EVENT));
}

enum order { WITNESS, EAGER, LAZY, ORDERS };

/* Where each predicate stands in the final order. */
static enum order *orders_of(const struct eq_program *p)
{
    enum order *orders = eq_new(p->alloc, (p->n_predicates + 1) * sizeof *orders);
    for (size_t i = 0; orders && i < p->n_predicates; i++)
        orders[i] = is_eager(p, &p->predicates[i]) ? EAGER : LAZY;
    for (size_t i = 0; orders && i < p->n_clauses; i++)
        for (uint32_t w = 0; w < p->clauses[i].n_witnesses; w++)
            orders[p->clauses[i].witnesses[w]] = WITNESS;
    return orders;
}

static void map_predicates(struct eq_program *p, const uint32_t *map)
{
    for (size_t i = 0; i < p->n_jumps; i++)
        p->jumps[i].predicate = map[p->jumps[i].predicate];
    for (size_t i = 0; i < p->n_clauses; i++)
        for (uint32_t w = 0; w < p->clauses[i].n_witnesses; w++)
            p->clauses[i].witnesses[w] = map[p->clauses[i].witnesses[w]];
}

/* Count the predicates of each class; do they stand in order? */
static bool count_orders(struct eq_program *p, const enum order *orders)
{
    bool sorted = true;
    p->n_witnesses = p->n_eager = 0;
    for (size_t i = 0; i < p->n_predicates; i++) {
        p->n_witnesses += orders[i] == WITNESS;
        p->n_eager += orders[i] != LAZY;
        sorted &= i == 0 || orders[i - 1] <= orders[i];
    }
    return sorted;
}

static enum eq_status put_in_order(struct eq_program *p, const enum order *orders)
{
    struct eq_predicate *sorted = eq_new(p->alloc, p->n_predicates * sizeof *sorted);
    uint32_t *map = eq_new(p->alloc, p->n_predicates * sizeof *map);
    uint32_t next[ORDERS] = {[EAGER] = (uint32_t)p->n_witnesses, [LAZY] = (uint32_t)p->n_eager};
    for (size_t i = 0; sorted && map && i < p->n_predicates; i++) {
        map[i] = next[orders[i]]++;
        sorted[map[i]] = p->predicates[i];
    }
    if (sorted && map) {
        map_predicates(p, map);
        eq_free(p->alloc, p->predicates);
        p->predicates = sorted;
        p->cap_predicates = p->n_predicates;
    }
    enum eq_status st = sorted && map ? EQ_OK : EQ_NOMEM;
    if (st != EQ_OK)
        eq_free(p->alloc, sorted);
    eq_free(p->alloc, map);
    return st;
}

/* Witnesses first, then other eager predicates, then lazy ones; each class in the order it was added. Those of a pack are in
 * order already. */
static enum eq_status renumber(struct eq_program *p)
{
    enum order *orders = orders_of(p);
    if (!orders)
        return EQ_NOMEM;
    enum eq_status st = count_orders(p, orders) ? EQ_OK : put_in_order(p, orders);
    eq_free(p->alloc, orders);
    return st;
}

static enum eq_status add_lineage_fields(struct eq_program *p)
{
    static const char *const paths[EQ_LF_COUNT] = {
        [EQ_LF_ENTITY] = "process.entity_id",      [EQ_LF_PARENT_ENTITY] = "process.parent.entity_id",
        [EQ_LF_ANCESTRY] = "process.Ext.ancestry", [EQ_LF_PID] = "process.pid",
        [EQ_LF_PARENT_PID] = "process.parent.pid", [EQ_LF_HOST_ID] = "host.id",
        [EQ_LF_EVENT_CATEGORY] = "event.category", [EQ_LF_EVENT_TYPE] = "event.type",
        [EQ_LF_EVENT_ACTION] = "event.action",
    };
    for (int i = 0; i < EQ_LF_COUNT; i++) {
        enum eq_status st = eq_fields_add(&p->lineage_fields[i], p->fields, eq_slice_of(paths[i]));
        if (st != EQ_OK)
            return st;
    }
    return EQ_OK;
}

static enum eq_status number_trackers(struct eq_program *p)
{
    for (size_t i = p->n_eager; i < p->n_predicates; i++) {
        struct eq_predicate *q = &p->predicates[i];
        if (q->kind != EQ_P_LINEAGE)
            continue;
        q->tracker = p->n_trackers++;
        p->clauses[q->clause].tracker = q->tracker;
    }
    return p->n_trackers ? add_lineage_fields(p) : EQ_OK;
}

static void note_aliases(struct eq_program *p)
{
    for (size_t i = 0; i < p->n_clauses; i++)
        if (p->clauses[i].rule != EQ_NONE && p->clauses[i].reads & EQ_READS_ALIAS)
            p->rules[p->clauses[i].rule].has_aliases = true;
}

enum eq_status eq_program_finish(struct eq_program *p)
{
    enum eq_status st = renumber(p);
    note_aliases(p);
    if (st == EQ_OK)
        st = number_trackers(p);
    forget_leaves(p);
    return st == EQ_OK ? eq_fields_freeze(p->fields) : st;
}
