/* compile.c — plans into the shared program: conditions become jumps over predicates.
 *
 * A condition is compiled from its end: each part is told where to go when it is true and when it is false, and returns
 * where it begins. `not` swaps the two, so it costs nothing at run time:
 *
 *      compile(a and b, T, F)  =  compile(a, compile(b, T, F), F)
 *      compile(not a,   T, F)  =  compile(a, F, T)
 *
 * Parts of an `and` or `or` are put in order of cost first; two-valued conditions may be asked in any order. */
#include "plan/compile_priv.h"

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
/* One jump; an eager predicate is its own witness. */
static enum eq_status compile_leaf_jump(struct piece *out, struct eq_compile *c, const struct eq_node *leaf, uint32_t t,
                                        uint32_t f)
{
    struct eq_jump jump = {0, t, f};
    enum eq_status st = eq_leaf_predicate(&jump.predicate, c, leaf);
    if (st != EQ_OK)
        return st;
    struct eq_predicate *q = &c->p->predicates[jump.predicate];
    c->reads |= q->reads;
    *out = (struct piece){.weight = 1};
    if (!c->p->plain && !c->element_fields && eq_leaf_is_eager(leaf)) {
        if (q->weight == EQ_NOT_WEIGHED)
            q->weight = eq_witness_weight(leaf);
        out->witnesses = eq_arena_alloc(c->scratch, sizeof *out->witnesses);
        if (!out->witnesses)
            return EQ_NOMEM;
        out->witnesses[0] = jump.predicate;
        out->n_witnesses = 1;
        out->weight = q->weight;
    }
    return eq_jump_put(&out->entry, c->p, jump);
}

/* "field != null", for a field of some leaf. */
static struct eq_node *make_exists(struct eq_compile *c, const struct eq_node *field)
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
static enum eq_status compile_predicate(struct piece *out, struct eq_compile *c, const struct eq_node *leaf, uint32_t t,
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
    case EQ_N_ANY: return eq_leaf_is_text(n) ? 1 : n->kids[0]->kind == EQ_N_REGEX ? 300 : 50;
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

static struct ordered *in_order(struct eq_compile *c, const struct eq_node *n)
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

static enum eq_status compile_condition(struct piece *out, struct eq_compile *c, const struct eq_node *n, uint32_t t,
                                        uint32_t f);

static enum eq_status compile_and(struct piece *out, struct eq_compile *c, const struct eq_node *n, uint32_t t,
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

static enum eq_status compile_or(struct piece *out, struct eq_compile *c, const struct eq_node *n, uint32_t t, uint32_t f)
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

static enum eq_status compile_condition(struct piece *out, struct eq_compile *c, const struct eq_node *n, uint32_t t,
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

enum eq_status eq_compile_clause(uint32_t *out, struct eq_compile *c, const struct eq_node *condition, uint32_t rule,
                                 uint32_t stage)
{
    struct piece piece = {0};
    enum eq_status st = compile_condition(&piece, c, condition, EQ_ACCEPT, EQ_REJECT);
    struct eq_clause clause = {.entry = piece.entry, .reads = c->reads, .rule = rule, .stage = stage, .tracker = EQ_NONE};
    clause.n_witnesses = c->element_fields ? 0 : piece.n_witnesses;
    return st == EQ_OK ? eq_clause_put(out, c->p, clause, piece.witnesses) : st;
}
