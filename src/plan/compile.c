/* compile.c — plans into the shared program: conditions become jumps, leaves become predicates.
 *
 * A condition is compiled from its end: each part is told where to go when it is true and when it is false, and returns
 * where it begins. `not` swaps the two, so it costs nothing at run time:
 *
 *      compile(a and b, T, F)  =  compile(a, compile(b, T, F), F)
 *      compile(not a,   T, F)  =  compile(a, F, T)
 *
 * Parts of an `and` or `or` are put in order of cost first; two-valued conditions may be asked in any order. */
#include "plan/program.h"

#include <stdlib.h>

#include "plan/presence.h"
#include "plan/selectivity.h"

/* A condition compiled so far, and what must be true for it to be true. */
struct piece {
    uint32_t entry;
    uint32_t *witnesses;
    uint32_t n_witnesses; /* 0: nothing known */
    double weight;        /* of the witnesses together, as plan/selectivity.h says; 1 without */
};

struct compiler {
    struct eq_program *p;
    struct eq_arena *scratch;
    struct eq_buf *text;
    struct eq_fields *element_fields; /* inside a SEARCH */
    uint32_t reads;                   /* of the clause at hand */
};

static enum eq_status compile_clause(uint32_t *out, struct compiler *c, const struct eq_node *condition, uint32_t rule,
                                     uint32_t stage);

/* ── Leaves ── */

static enum eq_status resolve_field(uint32_t *out, const struct eq_node *field, void *ctx)
{
    struct compiler *c = ctx;
    if (field->frame == EQ_FRAME_ELEMENT)
        return eq_fields_add(out, c->element_fields, field->path);
    return eq_fields_add(out, c->p->fields, field->path);
}

static bool reads_event_field(const struct eq_node *n)
{
    return n->kind == EQ_N_FIELD && n->frame == EQ_FRAME_EVENT;
}

/* One field of the event against constant strings, numbers or booleans. */
static bool is_text(const struct eq_node *leaf)
{
    if (leaf->kind != EQ_N_ANY)
        return false;
    const struct eq_node *e = leaf->kids[0];
    bool listed = e->kind == EQ_N_LIKE || e->kind == EQ_N_IN || (e->kind == EQ_N_COMPARE && e->op == EQ_CMP_EQ);
    if (!listed || !reads_event_field(e->kids[0]))
        return false;
    for (uint32_t i = 1; i < e->n_kids; i++)
        if (e->kids[i]->kind != EQ_N_CONST || e->kids[i]->value.type == EQ_NULL || e->kids[i]->value.type > EQ_STRING)
            return false;
    return true;
}

static uint8_t reads_of(const struct eq_node *n)
{
    uint8_t reads = 0;
    if (n->kind == EQ_N_FIELD && n->frame == EQ_FRAME_ELEMENT)
        reads = EQ_READS_ELEMENT;
    else if (n->kind == EQ_N_FIELD && n->frame >= EQ_FRAME_ALIAS)
        reads = EQ_READS_ALIAS;
    for (uint32_t i = 0; i < n->n_kids; i++)
        reads |= reads_of(n->kids[i]);
    return reads;
}

static enum eq_status note_regexes(struct eq_program *p, const struct eq_expr *e)
{
    for (uint32_t i = 0; i < e->n_sets; i++)
        for (size_t k = 0; e->sets[i].patterns && k < e->sets[i].n; k++) {
            if (!eq_grow(p->alloc, &p->regexes, &p->cap_regexes, p->n_regexes + 1, sizeof *p->regexes))
                return EQ_NOMEM;
            p->regexes[p->n_regexes++] = (struct eq_program_regex){e->sets[i].patterns[k], e->sets[i].fold};
        }
    return EQ_OK;
}

static enum eq_status compile_expr(struct eq_predicate *q, struct compiler *c, const struct eq_node *e)
{
    struct eq_expr_resolver resolve = {resolve_field, c};
    uint32_t n_regexes = (uint32_t)c->p->n_regexes;
    enum eq_status st = eq_expr_compile(&q->expr, e, &c->p->arena, &resolve, &n_regexes);
    return st == EQ_OK ? note_regexes(c->p, &q->expr) : st;
}

static enum eq_status compile_search(struct eq_predicate *q, struct compiler *c, const struct eq_node *leaf)
{
    struct compiler inner = {.p = c->p, .scratch = c->scratch, .text = c->text};
    enum eq_status st = eq_fields_add_array(&q->field, c->p->fields, leaf->kids[0]->path);
    if (st != EQ_OK)
        return st;
    inner.element_fields = c->p->fields->items[q->field].elements;
    st = compile_clause(&q->clause, &inner, leaf->kids[1], EQ_NONE, 0);
    q->reads = (uint8_t)(inner.reads & ~EQ_READS_ELEMENT);
    return st;
}

static enum eq_status compile_leaf(struct eq_predicate *q, struct compiler *c, const struct eq_node *leaf)
{
    struct compiler inner = {.p = c->p, .scratch = c->scratch, .text = c->text};
    enum eq_status st;
    q->node = leaf;
    q->reads = reads_of(leaf);
    switch (leaf->kind) {
    case EQ_N_EXISTS:
        q->kind = EQ_P_EXISTS;
        q->frame = leaf->kids[0]->frame;
        return resolve_field(&q->field, leaf->kids[0], c);
    case EQ_N_SEARCH: q->kind = EQ_P_SEARCH; return compile_search(q, c, leaf);
    case EQ_N_LINEAGE:
        q->kind = EQ_P_LINEAGE;
        st = compile_clause(&q->clause, &inner, leaf->kids[0], EQ_NONE, 0);
        q->reads = EQ_READS_PAST;
        return st;
    default: break;
    }
    q->kind = is_text(leaf) && !c->p->plain ? EQ_P_TEXT : EQ_P_EXPR;
    if (q->kind == EQ_P_TEXT)
        return resolve_field(&q->field, leaf->kids[0]->kids[0], c);
    return compile_expr(q, c, leaf->kids[0]);
}

static bool is_eager(const struct eq_program *p, const struct eq_predicate *q)
{
    return !p->plain && (q->kind == EQ_P_TEXT || (q->kind == EQ_P_EXISTS && q->frame == EQ_FRAME_EVENT));
}

/* Where the number of a leaf's predicate is kept among those of known nodes; NULL if it is not one of them. */
static uint32_t *known_place(struct eq_program *p, const struct eq_node *leaf)
{
    uintptr_t first = (uintptr_t)p->known, at = (uintptr_t)leaf;
    bool known = p->n_known && at >= first && at < first + p->n_known * sizeof *leaf;
    return known ? &p->known_predicates[leaf - p->known] : NULL;
}

/* The same among canonical texts; EQ_NONE stands there if no equal leaf was seen. Element fields are numbered per
 * array, so the array is part of what makes leaves equal that read its elements. */
static enum eq_status text_place(uint32_t **out, struct compiler *c, const struct eq_node *leaf, bool element)
{
    struct eq_program *p = c->p;
    uint32_t number;
    bool added;
    eq_buf_clear(c->text);
    if (element)
        eq_buf_printf(c->text, "%p ", (void *)c->element_fields);
    eq_node_print(c->text, leaf);
    enum eq_status st = eq_buf_status(c->text);
    if (st == EQ_OK)
        st = eq_intern_put(&number, &p->leaves, eq_buf_slice(c->text), &added);
    if (st != EQ_OK)
        return st;
    if (!eq_grow(p->alloc, &p->leaf_predicates, &p->cap_leaves, number + 1u, sizeof *p->leaf_predicates))
        return EQ_NOMEM;
    *out = &p->leaf_predicates[number];
    if (added)
        **out = EQ_NONE;
    return EQ_OK;
}

/* The predicate for a leaf: an equal one that exists already, or a new one. */
static enum eq_status predicate_of(uint32_t *out, struct compiler *c, const struct eq_node *leaf)
{
    struct eq_program *p = c->p;
    bool element = c->element_fields && reads_of(leaf) & EQ_READS_ELEMENT;
    bool made = leaf->kind == EQ_N_EXISTS; /* by make_exists, perhaps: an equal one may be known */
    uint32_t *place = element || made ? NULL : known_place(p, leaf);
    enum eq_status st = place ? EQ_OK : text_place(&place, c, leaf, element);
    if (st != EQ_OK)
        return st;
    *out = *place;
    if (*out != EQ_NONE)
        return EQ_OK;
    *out = *place = (uint32_t)p->n_predicates;
    if (!eq_grow(p->alloc, &p->predicates, &p->cap_predicates, *out + 1u, sizeof *p->predicates))
        return EQ_NOMEM;
    p->n_predicates = *out + 1u;
    p->predicates[*out] = (struct eq_predicate){0};
    struct eq_predicate q = {0};
    st = compile_leaf(&q, c, leaf);
    q.weight = st == EQ_OK && is_eager(p, &q) ? eq_witness_weight(leaf) : 1;
    p->predicates[*out] = q; /* the array may have moved: a search adds predicates of its own */
    return st;
}

static enum eq_status emit(uint32_t *out, struct eq_program *p, struct eq_jump jump)
{
    if (p->n_jumps >= EQ_REJECT || !eq_grow(p->alloc, &p->jumps, &p->cap_jumps, p->n_jumps + 1, sizeof *p->jumps))
        return EQ_NOMEM;
    *out = (uint32_t)p->n_jumps;
    p->jumps[p->n_jumps++] = jump;
    return EQ_OK;
}

/* One jump; an eager predicate is its own witness. */
static enum eq_status compile_leaf_jump(struct piece *out, struct compiler *c, const struct eq_node *leaf, uint32_t t,
                                        uint32_t f)
{
    struct eq_jump jump = {0, t, f};
    enum eq_status st = predicate_of(&jump.predicate, c, leaf);
    if (st != EQ_OK)
        return st;
    const struct eq_predicate *q = &c->p->predicates[jump.predicate];
    c->reads |= q->reads;
    *out = (struct piece){.weight = 1};
    if (is_eager(c->p, q)) {
        out->witnesses = eq_arena_alloc(c->scratch, sizeof *out->witnesses);
        if (!out->witnesses)
            return EQ_NOMEM;
        out->witnesses[0] = jump.predicate;
        out->n_witnesses = 1;
        out->weight = q->weight;
    }
    return emit(&out->entry, c->p, jump);
}

/* "field != null", for a field of some leaf. */
static struct eq_node *make_exists(struct compiler *c, const struct eq_node *field)
{
    struct eq_node *exists = eq_arena_alloc(&c->p->arena, sizeof *exists);
    struct eq_node **kids = eq_arena_alloc(&c->p->arena, sizeof *kids);
    if (!exists || !kids)
        return NULL;
    kids[0] = (struct eq_node *)(uintptr_t)field; /* nodes of plans are not written to any more */
    *exists = (struct eq_node){.kind = EQ_N_EXISTS, .n_kids = 1, .span = field->span, .kids = kids};
    return exists;
}

/* A lazy leaf stands behind the question whether a field is there that it needs. */
static enum eq_status compile_predicate(struct piece *out, struct compiler *c, const struct eq_node *leaf, uint32_t t,
                                        uint32_t f)
{
    enum eq_status st = compile_leaf_jump(out, c, leaf, t, f);
    if (st != EQ_OK || out->n_witnesses || c->p->plain || c->element_fields)
        return st;
    const struct eq_node *field = eq_presence_needed(leaf);
    struct eq_node *exists = field ? make_exists(c, field) : NULL;
    if (!exists)
        return field ? EQ_NOMEM : EQ_OK;
    return compile_leaf_jump(out, c, exists, out->entry, f);
}

/* ── Connectives ── */

/* What asking costs, roughly, in units of a bit test. */
static unsigned cost_of(const struct eq_node *n)
{
    unsigned sum = 0;
    switch (n->kind) {
    case EQ_N_EXISTS: return 1;
    case EQ_N_SEARCH: return 2000;
    case EQ_N_LINEAGE: return 100;
    case EQ_N_ANY: return is_text(n) ? 1 : n->kids[0]->kind == EQ_N_REGEX ? 300 : 50;
    default: break;
    }
    for (uint32_t i = 0; i < n->n_kids && sum < 1000000; i++)
        sum += cost_of(n->kids[i]);
    return sum;
}

struct ordered {
    const struct eq_node *node;
    unsigned cost;
    uint32_t position;
};

static int by_cost(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    return x->position < y->position ? -1 : 1;
}

static struct ordered *in_order(struct compiler *c, const struct eq_node *n)
{
    struct ordered *kids = eq_arena_alloc(c->scratch, n->n_kids * sizeof *kids);
    bool sorted = true; /* as they nearly always are */
    for (uint32_t i = 0; kids && i < n->n_kids; i++) {
        kids[i] = (struct ordered){n->kids[i], cost_of(n->kids[i]), i};
        sorted &= i == 0 || kids[i - 1].cost <= kids[i].cost;
    }
    if (kids && !sorted)
        qsort(kids, n->n_kids, sizeof *kids, by_cost);
    return kids;
}

static enum eq_status compile_condition(struct piece *out, struct compiler *c, const struct eq_node *n, uint32_t t,
                                        uint32_t f);

static enum eq_status compile_and(struct piece *out, struct compiler *c, const struct eq_node *n, uint32_t t,
                                  uint32_t f)
{
    struct ordered *kids = in_order(c, n);
    struct piece best = {.entry = t, .weight = 2};
    if (!kids)
        return EQ_NOMEM;
    for (uint32_t i = n->n_kids; i-- > 0;) {
        struct piece kid;
        uint32_t next = best.entry;
        enum eq_status st = compile_condition(&kid, c, kids[i].node, next, f);
        if (st != EQ_OK)
            return st;
        if (kid.n_witnesses && (!best.n_witnesses || kid.weight <= best.weight))
            best = kid;
        best.entry = kid.entry;
    }
    if (!best.n_witnesses)
        best.weight = 1;
    *out = best;
    return EQ_OK;
}

static enum eq_status compile_or(struct piece *out, struct compiler *c, const struct eq_node *n, uint32_t t, uint32_t f)
{
    struct ordered *kids = in_order(c, n);
    struct piece *pieces = eq_arena_alloc(c->scratch, n->n_kids * sizeof *pieces);
    size_t total = 0;
    bool known = true;
    if (!kids || !pieces)
        return EQ_NOMEM;
    uint32_t entry = f;
    out->weight = 0;
    for (uint32_t i = n->n_kids; i-- > 0;) {
        enum eq_status st = compile_condition(&pieces[i], c, kids[i].node, t, entry);
        if (st != EQ_OK)
            return st;
        entry = pieces[i].entry;
        known &= pieces[i].n_witnesses > 0;
        total += pieces[i].n_witnesses;
        out->weight += pieces[i].weight;
    }
    *out = (struct piece){.entry = entry, .weight = known && out->weight < 1 ? out->weight : 1};
    if (!known)
        return EQ_OK;
    out->witnesses = eq_arena_alloc(c->scratch, total * sizeof *out->witnesses);
    if (!out->witnesses)
        return EQ_NOMEM;
    for (uint32_t i = 0; i < n->n_kids; i++) {
        memcpy(out->witnesses + out->n_witnesses, pieces[i].witnesses, pieces[i].n_witnesses * sizeof(uint32_t));
        out->n_witnesses += pieces[i].n_witnesses;
    }
    return EQ_OK;
}

static enum eq_status compile_condition(struct piece *out, struct compiler *c, const struct eq_node *n, uint32_t t,
                                        uint32_t f)
{
    enum eq_status st;
    switch (n->kind) {
    case EQ_N_TRUE: *out = (struct piece){.entry = t, .weight = 1}; return EQ_OK;
    case EQ_N_FALSE: *out = (struct piece){.entry = f, .weight = 1}; return EQ_OK;
    case EQ_N_AND: return compile_and(out, c, n, t, f);
    case EQ_N_OR: return compile_or(out, c, n, t, f);
    case EQ_N_NOT:
        st = compile_condition(out, c, n->kids[0], f, t);
        out->n_witnesses = 0; /* that something is false leads to no rule */
        out->weight = 1;
        return st;
    default: return compile_predicate(out, c, n, t, f);
    }
}

static enum eq_status compile_clause(uint32_t *out, struct compiler *c, const struct eq_node *condition, uint32_t rule,
                                     uint32_t stage)
{
    struct eq_program *p = c->p;
    struct piece piece = {0};
    enum eq_status st = compile_condition(&piece, c, condition, EQ_ACCEPT, EQ_REJECT);
    if (st != EQ_OK)
        return st;
    struct eq_clause clause = {
        .entry = piece.entry, .reads = c->reads, .rule = rule, .stage = stage, .tracker = EQ_NONE};
    if (piece.n_witnesses && !c->element_fields) {
        clause.witnesses = eq_arena_alloc(&p->arena, piece.n_witnesses * sizeof *clause.witnesses);
        if (!clause.witnesses)
            return EQ_NOMEM;
        memcpy(clause.witnesses, piece.witnesses, piece.n_witnesses * sizeof *clause.witnesses);
        clause.n_witnesses = piece.n_witnesses;
    }
    if (!eq_grow(p->alloc, &p->clauses, &p->cap_clauses, p->n_clauses + 1, sizeof *p->clauses))
        return EQ_NOMEM;
    *out = (uint32_t)p->n_clauses;
    p->clauses[p->n_clauses++] = clause;
    return EQ_OK;
}

/* ── Rules ── */

static enum eq_status compile_stage(struct eq_program_rule *r, struct compiler *c, const struct eq_plan_stage *stage,
                                    uint32_t rule, uint32_t number)
{
    c->reads = 0;
    enum eq_status st = compile_clause(&r->clauses[number], c, stage->filter, rule, number);
    for (uint32_t k = 0; k < stage->n_keys && st == EQ_OK; k++)
        st = eq_fields_add(&r->keys[number * stage->n_keys + k], c->p->fields, stage->keys[k].path);
    return st;
}

enum eq_status eq_program_add(struct eq_program *p, const struct eq_plan *plan)
{
    struct eq_arena scratch;
    struct eq_buf text;
    struct compiler c = {.p = p, .scratch = &scratch, .text = &text};
    struct eq_program_rule r = {.plan = plan, .n_clauses = plan->n_stages + (plan->until ? 1 : 0)};
    uint32_t number = (uint32_t)p->n_rules;
    enum eq_status st = EQ_NOMEM;
    eq_arena_init(&scratch, p->alloc);
    eq_buf_init(&text, p->alloc);

    r.clauses = eq_arena_alloc(&p->arena, r.n_clauses * sizeof *r.clauses);
    r.keys = eq_arena_alloc(&p->arena, (r.n_clauses * plan->stages[0].n_keys + 1) * sizeof *r.keys);
    if (!r.clauses || !r.keys || !eq_grow(p->alloc, &p->rules, &p->cap_rules, p->n_rules + 1, sizeof *p->rules))
        goto done;
    st = EQ_OK;
    for (uint32_t i = 0; i < plan->n_stages && st == EQ_OK; i++)
        st = compile_stage(&r, &c, &plan->stages[i], number, i);
    if (plan->until && st == EQ_OK)
        st = compile_stage(&r, &c, plan->until, number, plan->n_stages);
    if (st == EQ_OK)
        p->rules[p->n_rules++] = r;
done:
    eq_buf_free(&text);
    eq_arena_free(&scratch);
    return st;
}

enum eq_status eq_program_know(struct eq_program *p, const struct eq_node *nodes, size_t n)
{
    uint32_t *numbers = eq_new(p->alloc, (n + 1) * sizeof *numbers);
    if (!numbers)
        return EQ_NOMEM;
    memset(numbers, 0xFF, n * sizeof *numbers); /* EQ_NONE */
    eq_free(p->alloc, p->known_predicates);
    p->known_predicates = numbers;
    p->known = nodes;
    p->n_known = n;
    return EQ_OK;
}

/* What is needed only while rules are added. */
static void forget_leaves(struct eq_program *p)
{
    eq_intern_free(&p->leaves);
    eq_free(p->alloc, p->leaf_predicates);
    eq_free(p->alloc, p->known_predicates);
    p->leaf_predicates = p->known_predicates = NULL;
    p->n_known = p->cap_leaves = 0;
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

/* Witnesses first, then other eager predicates, then lazy ones; each class in the order it was added. */
static enum eq_status renumber(struct eq_program *p)
{
    struct eq_predicate *sorted = eq_new(p->alloc, (p->n_predicates + 1) * sizeof *sorted);
    uint32_t *map = eq_new(p->alloc, (p->n_predicates + 1) * sizeof *map), next = 0;
    enum order *orders = orders_of(p);
    enum eq_status st = EQ_NOMEM;
    if (!sorted || !map || !orders)
        goto done;
    for (int order = WITNESS; order < ORDERS; order++) {
        for (size_t i = 0; i < p->n_predicates; i++)
            if (orders[i] == (enum order)order) {
                sorted[next] = p->predicates[i];
                map[i] = next++;
            }
        if (order == WITNESS)
            p->n_witnesses = next;
        if (order == EAGER)
            p->n_eager = next;
    }
    if (p->n_predicates)
        memcpy(p->predicates, sorted, p->n_predicates * sizeof *sorted);
    map_predicates(p, map);
    st = EQ_OK;
done:
    eq_free(p->alloc, sorted);
    eq_free(p->alloc, map);
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

enum eq_status eq_program_finish(struct eq_program *p)
{
    enum eq_status st = renumber(p);
    if (st == EQ_OK)
        st = number_trackers(p);
    forget_leaves(p);
    return st == EQ_OK ? eq_fields_freeze(p->fields) : st;
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
