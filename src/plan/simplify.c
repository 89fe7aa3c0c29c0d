/* simplify.c — the same meaning with fewer nodes.
 *
 *      (1 + 2 == 3) and (a and (b and a))      ─▶  a and b
 *      not not x                               ─▶  x
 *      x : ("b", "a", "a")                     ─▶  x : ("a", "b")
 *      any (p or3 q)                           ─▶  any p or any q
 *
 * Works bottom-up. What two rules wrote differently ends up the same, so that the program can share it. */
#include "plan/plan.h"

#include <stdlib.h>

#include "plan/expr.h"
#include "plan/functions.h"

struct simplifier {
    struct eq_arena *arena;
    struct eq_arena scratch;
    const struct eq_source *source;
    struct eq_diags *diags;
    struct eq_buf text;
    bool nomem, wrong;
};

static struct eq_node *simplify(struct simplifier *s, struct eq_node *n);

static void become(struct eq_node *n, enum eq_node_kind kind)
{
    struct eq_span span = n->span;
    *n = (struct eq_node){.kind = (uint8_t)kind, .span = span};
}

/* ── Constants ── */

static bool all_const(const struct eq_node *n)
{
    for (uint32_t i = 0; i < n->n_kids; i++)
        if (n->kids[i]->kind != EQ_N_CONST)
            return false;
    return n->n_kids > 0;
}

static bool any_null(const struct eq_node *n)
{
    for (uint32_t i = 0; i < n->n_kids; i++)
        if (n->kids[i]->value.type == EQ_NULL)
            return true;
    return false;
}

static bool is_arithmetic(const struct eq_node *n)
{
    return n->kind == EQ_N_CALL && n->function <= EQ_FN_negate;
}

static enum eq_status no_fields(uint32_t *out, const struct eq_node *field, void *ctx)
{
    (void)out, (void)field, (void)ctx;
    return EQ_INVALID; /* constants have none */
}

/* The value of an expression without fields, copied into the arena. */
static enum eq_status compute(struct simplifier *s, struct eq_value *out, const struct eq_node *n)
{
    struct eq_expr code = {0};
    struct eq_expr_resolver resolve = {no_fields, NULL};
    struct eq_machine machine = {.scratch = &s->scratch, .choices_left = 1};
    uint32_t regexes = 0;
    enum eq_status st = eq_expr_compile(&code, n, &s->scratch, &resolve, &regexes);
    if (st == EQ_OK)
        st = eq_expr_value(out, &code, NULL, &machine);
    size_t owned = out->type == EQ_STRING ? out->len : out->type == EQ_IP ? 16 : 0;
    if (st == EQ_OK && out->type != EQ_STRING && out->type != EQ_IP) {
        out->s = NULL; /* a number's text, if any, was borrowed */
        if (out->type != EQ_TIME)
            out->len = 0;
    } else if (st == EQ_OK) {
        out->s = eq_arena_copy(s->arena, eq_slice(out->s, owned)).ptr;
        if (!out->s)
            st = EQ_NOMEM;
    }
    eq_arena_reset(&s->scratch);
    return st;
}

static struct eq_node *fold_constants(struct simplifier *s, struct eq_node *n)
{
    struct eq_value v = EQ_VALUE_NULL;
    if (n->kind == EQ_N_REGEX || !all_const(n))
        return n;
    bool nulls = any_null(n);
    if (compute(s, &v, n) != EQ_OK) {
        s->nomem = true;
        return n;
    }
    if (v.type == EQ_NULL && !nulls && is_arithmetic(n)) {
        eq_diag_add(s->diags, EQ_E0204, s->source, n->span,
                    "this constant expression cannot be computed: division by zero or a result beyond 64 bits");
        s->wrong = true;
        return n;
    }
    become(n, EQ_N_CONST);
    n->value = v;
    return n;
}

/* ── Lists ── */

static int compare_nodes(const void *a, const void *b)
{
    const struct eq_node *x = *(struct eq_node *const *)a, *y = *(struct eq_node *const *)b;
    if (x->kind != EQ_N_CONST || y->kind != EQ_N_CONST)
        return (x->kind != EQ_N_CONST) - (y->kind != EQ_N_CONST);
    if (x->value.type != y->value.type)
        return x->value.type < y->value.type ? -1 : 1;
    if (x->value.type == EQ_STRING)
        return eq_slice_cmp(eq_value_slice(&x->value), eq_value_slice(&y->value));
    if (eq_value_is_number(&x->value))
        return eq_number_cmp(eq_value_number(&x->value), eq_value_number(&y->value));
    return (x->value.b > y->value.b) - (x->value.b < y->value.b);
}

/* Constant lists in order and without repetition; lists with fields stay as they are. */
static void tidy_list(struct eq_node *n)
{
    for (uint32_t i = 1; i < n->n_kids; i++)
        if (n->kids[i]->kind != EQ_N_CONST)
            return;
    qsort(n->kids + 1, n->n_kids - 1, sizeof *n->kids, compare_nodes);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < n->n_kids; i++)
        if (kept == 1 || compare_nodes(&n->kids[kept - 1], &n->kids[i]) != 0)
            n->kids[kept++] = n->kids[i];
    n->n_kids = kept;
}

static struct eq_node *simplify_expression(struct simplifier *s, struct eq_node *n)
{
    for (uint32_t i = 0; i < n->n_kids; i++)
        n->kids[i] = simplify_expression(s, n->kids[i]);
    if (n->kind == EQ_N_CONST || n->kind == EQ_N_FIELD)
        return n;
    if (n->kind == EQ_N_KNOT && n->kids[0]->kind == EQ_N_KNOT)
        return n->kids[0]->kids[0];
    if (n->kind == EQ_N_IN || n->kind == EQ_N_LIKE || n->kind == EQ_N_REGEX)
        tidy_list(n);
    if (n->kind == EQ_N_IN && n->n_kids == 2 && !n->fold) {
        n->kind = EQ_N_COMPARE;
        n->op = EQ_CMP_EQ;
    }
    return fold_constants(s, n);
}

/* ── Conditions ── */

static struct eq_node *make_any(struct simplifier *s, struct eq_node *expression)
{
    struct eq_node *n = eq_arena_alloc(s->arena, sizeof *n);
    struct eq_node **kids = eq_arena_alloc(s->arena, sizeof *kids);
    if (!n || !kids) {
        s->nomem = true;
        return expression;
    }
    n->kind = EQ_N_ANY;
    n->span = expression->span;
    n->kids = kids;
    n->kids[0] = expression;
    n->n_kids = 1;
    return n;
}

static struct eq_node *simplify_any(struct simplifier *s, struct eq_node *n)
{
    struct eq_node *e = n->kids[0] = simplify_expression(s, n->kids[0]);
    if (e->kind == EQ_N_CONST) {
        become(n, e->value.type == EQ_BOOL && e->value.b ? EQ_N_TRUE : EQ_N_FALSE);
        return n;
    }
    if (e->kind != EQ_N_KOR)
        return n;
    /* some choice makes p or q true: some choice makes p true, or some makes q true */
    for (uint32_t i = 0; i < e->n_kids; i++)
        e->kids[i] = make_any(s, e->kids[i]);
    e->kind = EQ_N_OR;
    return s->nomem ? n : simplify(s, e);
}

static size_t flat_count(const struct eq_node *n, enum eq_node_kind kind)
{
    size_t total = 0;
    for (uint32_t i = 0; i < n->n_kids; i++)
        total += n->kids[i]->kind == kind ? n->kids[i]->n_kids : 1;
    return total;
}

/* Nested AND of AND, OR of OR; kids are simple already, so one level is enough. */
static bool flatten(struct simplifier *s, struct eq_node *n)
{
    size_t total = flat_count(n, (enum eq_node_kind)n->kind);
    if (total == n->n_kids)
        return true;
    struct eq_node **kids = eq_arena_alloc(s->arena, total * sizeof *kids);
    if (!kids || total > UINT32_MAX)
        return false;
    size_t k = 0;
    for (uint32_t i = 0; i < n->n_kids; i++) {
        const struct eq_node *kid = n->kids[i];
        if (kid->kind != n->kind)
            kids[k++] = n->kids[i];
        for (uint32_t j = 0; kid->kind == n->kind && j < kid->n_kids; j++)
            kids[k++] = kid->kids[j];
    }
    n->kids = kids;
    n->n_kids = (uint32_t)total;
    return true;
}

static bool prints_alike(struct simplifier *s, const struct eq_node *a, const struct eq_node *b)
{
    eq_buf_clear(&s->text);
    eq_node_print(&s->text, a);
    size_t middle = s->text.len;
    eq_node_print(&s->text, b);
    s->nomem |= eq_buf_status(&s->text) != EQ_OK;
    struct eq_slice both = eq_buf_slice(&s->text);
    return !s->nomem && eq_slice_eq(eq_slice(both.ptr, middle), eq_slice(both.ptr + middle, both.len - middle));
}

/* A kid that was kept, in an open hash table. */
struct seen {
    uint64_t hash;
    const struct eq_node *kid; /* NULL: a free place */
};

/* Drop kids that print like an earlier one; only those whose hashes are equal are printed to know. */
static bool drop_repeated(struct simplifier *s, struct eq_node *n)
{
    size_t size = 4;
    while (size < n->n_kids * 2u)
        size *= 2;
    struct seen *table = eq_arena_alloc(&s->scratch, size * sizeof *table);
    uint32_t kept = 0;
    if (!table)
        return false;
    for (uint32_t i = 0; i < n->n_kids; i++) {
        uint64_t hash = eq_node_hash(n->kids[i]);
        size_t at = (size_t)hash & (size - 1);
        while (table[at].kid && (table[at].hash != hash || !prints_alike(s, table[at].kid, n->kids[i])))
            at = (at + 1) & (size - 1);
        if (table[at].kid)
            continue;
        table[at] = (struct seen){hash, n->kids[i]};
        n->kids[kept++] = n->kids[i];
    }
    n->n_kids = kept;
    eq_arena_reset(&s->scratch);
    return !s->nomem;
}

static struct eq_node *simplify_connective(struct simplifier *s, struct eq_node *n)
{
    enum eq_node_kind unit = n->kind == EQ_N_AND ? EQ_N_TRUE : EQ_N_FALSE;
    enum eq_node_kind zero = n->kind == EQ_N_AND ? EQ_N_FALSE : EQ_N_TRUE;
    uint32_t kept = 0;
    bool absorbed = false;
    for (uint32_t i = 0; i < n->n_kids; i++) {
        struct eq_node *kid = simplify(s, n->kids[i]);
        absorbed |= kid->kind == zero;
        if (kid->kind != unit)
            n->kids[kept++] = kid;
    }
    n->n_kids = kept;
    if (absorbed || kept == 0) {
        become(n, absorbed ? zero : unit);
        return n;
    }
    if (!flatten(s, n) || (n->n_kids > 1 && !drop_repeated(s, n))) {
        s->nomem = true;
        return n;
    }
    return n->n_kids == 1 ? n->kids[0] : n;
}

static struct eq_node *simplify_not(struct simplifier *s, struct eq_node *n)
{
    struct eq_node *kid = n->kids[0] = simplify(s, n->kids[0]);
    if (kid->kind == EQ_N_NOT)
        return kid->kids[0];
    if (kid->kind == EQ_N_TRUE || kid->kind == EQ_N_FALSE)
        become(n, kid->kind == EQ_N_TRUE ? EQ_N_FALSE : EQ_N_TRUE);
    return n;
}

static struct eq_node *simplify(struct simplifier *s, struct eq_node *n)
{
    switch (n->kind) {
    case EQ_N_AND:
    case EQ_N_OR: return simplify_connective(s, n);
    case EQ_N_NOT: return simplify_not(s, n);
    case EQ_N_ANY: return simplify_any(s, n);
    case EQ_N_SEARCH:
        n->kids[1] = simplify(s, n->kids[1]);
        if (n->kids[1]->kind == EQ_N_FALSE)
            become(n, EQ_N_FALSE);
        return n;
    case EQ_N_LINEAGE:
        n->kids[0] = simplify(s, n->kids[0]);
        return n;
    default: return n;
    }
}

enum eq_status eq_plan_simplify(struct eq_plan *plan, struct eq_arena *arena, const struct eq_source *source,
                                struct eq_diags *diags)
{
    struct simplifier s = {.arena = arena, .source = source, .diags = diags};
    eq_arena_init(&s.scratch, arena->alloc);
    eq_buf_init(&s.text, arena->alloc);
    for (uint32_t i = 0; i < plan->n_stages; i++)
        plan->stages[i].filter = simplify(&s, plan->stages[i].filter);
    if (plan->until)
        plan->until->filter = simplify(&s, plan->until->filter);
    eq_buf_free(&s.text);
    eq_arena_free(&s.scratch);
    if (s.nomem)
        return EQ_NOMEM;
    return s.wrong ? EQ_INVALID : EQ_OK;
}
