/* expr_compile.c — expression nodes to flat steps, in two walks over the tree: count, then write.
 *
 * Nothing grows while it is written, so a failed compilation has nothing to undo but its arena. */
#include <assert.h>

#include "plan/expr.h"

struct compiler {
    struct eq_expr *e;
    struct eq_arena *arena;
    const struct eq_expr_resolver *resolve;
    uint32_t n_regexes;
    uint32_t height; /* of the stack, after the steps written so far */
};

static bool is_const_list(const struct eq_node *n)
{
    for (uint32_t i = 1; i < n->n_kids; i++)
        if (n->kids[i]->kind != EQ_N_CONST)
            return false;
    return true;
}

/* A node whose right side is a set rather than steps. */
static bool makes_set(const struct eq_node *n)
{
    return n->kind == EQ_N_LIKE || n->kind == EQ_N_REGEX || (n->kind == EQ_N_IN && is_const_list(n));
}

/* Add up what the tree needs at most. */
static enum eq_status count(struct eq_expr *e, const struct eq_node *n, unsigned depth)
{
    bool set = makes_set(n); /* its constants never lie on the stack */
    if (depth > EQ_EXPR_MAX_DEPTH || (n->n_kids > EQ_EXPR_MAX_VALUES && !set))
        return EQ_LIMIT;
    e->n_steps++;
    e->n_constants += n->kind == EQ_N_CONST;
    e->n_choices += n->kind == EQ_N_FIELD;
    e->n_sets += set;
    uint32_t n_kids = set && n->n_kids ? 1 : n->n_kids;
    for (uint32_t i = 0; i < n_kids; i++) {
        enum eq_status st = count(e, n->kids[i], depth + 1);
        if (st != EQ_OK)
            return st;
    }
    return EQ_OK;
}

bool eq_expr_fits(const struct eq_node *expression)
{
    struct eq_expr need = {0};
    return count(&need, expression, 0) == EQ_OK && need.n_choices <= EQ_EXPR_MAX_CHOICES;
}

/* NULL when memory runs out; for no items at all, any pointer will do. */
static void *make_array(struct eq_arena *arena, size_t n, size_t size)
{
    return eq_arena_alloc(arena, (n ? n : 1) * size);
}

/* A step that takes `takes` values and leaves one. */
static void put_step(struct compiler *c, enum eq_op op, uint32_t takes, unsigned arg, unsigned n, uint32_t index)
{
    c->e->steps[c->e->n_steps++] =
        (struct eq_step){.op = (uint8_t)op, .arg = (uint8_t)arg, .n = (uint16_t)n, .index = index};
    assert(c->height >= takes);
    c->height = c->height - takes + 1;
    if (c->height > c->e->max_stack)
        c->e->max_stack = c->height;
}

/* A value whose bytes live in the arena. */
static bool copy_value(struct eq_value *out, const struct eq_value *v, struct eq_arena *arena)
{
    bool number_text = eq_value_is_number(v) && v->len;
    size_t len = v->type == EQ_IP ? 16 : v->type == EQ_STRING || number_text ? v->len : 0;
    *out = *v;
    if (v->type != EQ_IP && v->type != EQ_STRING && !number_text) {
        out->s = NULL;
        return true;
    }
    out->s = eq_arena_copy(arena, eq_slice(v->s, len)).ptr;
    return out->s != NULL;
}

static enum eq_status write_const(struct compiler *c, const struct eq_node *n)
{
    uint32_t index = c->e->n_constants++;
    if (!copy_value(&c->e->constants[index], &n->value, c->arena))
        return EQ_NOMEM;
    put_step(c, EQ_OP_CONST, 0, 0, 0, index);
    return EQ_OK;
}

static enum eq_status write_field(struct compiler *c, const struct eq_node *n)
{
    struct eq_choice choice = {.frame = n->frame};
    enum eq_status st = c->resolve->field(&choice.field, n, c->resolve->ctx);
    if (st != EQ_OK)
        return st;
    uint32_t i = 0;
    while (i < c->e->n_choices && !(c->e->choices[i].frame == choice.frame && c->e->choices[i].field == choice.field))
        i++;
    if (i == EQ_EXPR_MAX_CHOICES)
        return EQ_LIMIT;
    if (i == c->e->n_choices)
        c->e->choices[c->e->n_choices++] = choice;
    put_step(c, EQ_OP_FIELD, 0, 0, 0, i);
    return EQ_OK;
}

static enum eq_status fill_in(struct compiler *c, struct eq_set *set, const struct eq_node *n)
{
    set->values = make_array(c->arena, n->n_kids, sizeof *set->values);
    if (!set->values)
        return EQ_NOMEM;
    for (uint32_t i = 1; i < n->n_kids; i++) {
        const struct eq_value *v = &n->kids[i]->value;
        if (v->type != EQ_NULL && !copy_value(&set->values[set->n++], v, c->arena))
            return EQ_NOMEM;
    }
    return eq_lookup_build(&set->lookup, set->values, set->n, set->fold, c->arena) ? EQ_OK : EQ_NOMEM;
}

static enum eq_status fill_like(struct compiler *c, struct eq_set *set, const struct eq_node *n)
{
    set->globs = make_array(c->arena, n->n_kids, sizeof *set->globs);
    if (!set->globs)
        return EQ_NOMEM;
    for (uint32_t i = 1; i < n->n_kids; i++) {
        struct eq_slice pattern = eq_value_slice(&n->kids[i]->value);
        if (!eq_glob_compile(&set->globs[set->n++], pattern, set->fold, c->arena))
            return EQ_NOMEM;
    }
    return EQ_OK;
}

static enum eq_status fill_regex(struct compiler *c, struct eq_set *set, const struct eq_node *n)
{
    set->patterns = make_array(c->arena, n->n_kids, sizeof *set->patterns);
    if (!set->patterns)
        return EQ_NOMEM;
    set->regex = c->n_regexes;
    for (uint32_t i = 1; i < n->n_kids; i++) {
        struct eq_slice copy = eq_arena_copy(c->arena, eq_value_slice(&n->kids[i]->value));
        if (!copy.ptr)
            return EQ_NOMEM;
        set->patterns[set->n++] = copy;
    }
    c->n_regexes += (uint32_t)set->n;
    return EQ_OK;
}

/* Patterns are constant strings: plan/build.h sees to it. */
static bool is_pattern_list(const struct eq_node *n)
{
    for (uint32_t i = 1; i < n->n_kids; i++)
        if (n->kids[i]->kind != EQ_N_CONST || n->kids[i]->value.type != EQ_STRING)
            return false;
    return true;
}

static enum eq_status write_set(struct compiler *c, const struct eq_node *n)
{
    uint32_t index = c->e->n_sets++;
    struct eq_set *set = &c->e->sets[index];
    set->fold = n->fold;
    if (n->kind == EQ_N_IN) {
        put_step(c, EQ_OP_IN, 1, 0, 0, index);
        return fill_in(c, set, n);
    }
    if (!is_pattern_list(n))
        return EQ_INVALID;
    put_step(c, n->kind == EQ_N_LIKE ? EQ_OP_LIKE : EQ_OP_REGEX, 1, 0, 0, index);
    return n->kind == EQ_N_LIKE ? fill_like(c, set, n) : fill_regex(c, set, n);
}

static enum eq_status write_node(struct compiler *c, const struct eq_node *n);

static enum eq_status write_kids(struct compiler *c, const struct eq_node *n, uint32_t n_kids)
{
    for (uint32_t i = 0; i < n_kids; i++) {
        enum eq_status st = write_node(c, n->kids[i]);
        if (st != EQ_OK)
            return st;
    }
    return EQ_OK;
}

/* The step of a node whose kids have been written. */
static enum eq_status write_operation(struct compiler *c, const struct eq_node *n)
{
    uint32_t kids = n->n_kids;
    switch (n->kind) {
    case EQ_N_CALL: put_step(c, EQ_OP_CALL, kids, n->fold, kids, n->function); return EQ_OK;
    case EQ_N_COMPARE: put_step(c, EQ_OP_COMPARE, 2, n->op, n->fold, 0); return EQ_OK;
    case EQ_N_IN: put_step(c, EQ_OP_IN_VALUES, kids, n->fold, kids, 0); return EQ_OK;
    case EQ_N_IS_NULL: put_step(c, EQ_OP_IS_NULL, 1, 0, 0, 0); return EQ_OK;
    case EQ_N_KAND: put_step(c, EQ_OP_KAND, kids, 0, kids, 0); return EQ_OK;
    case EQ_N_KOR: put_step(c, EQ_OP_KOR, kids, 0, kids, 0); return EQ_OK;
    case EQ_N_KNOT: put_step(c, EQ_OP_KNOT, 1, 0, 0, 0); return EQ_OK;
    default: return EQ_INVALID; /* a condition is no expression */
    }
}

/* Steps that leave the node's value on the stack. The walk that counted has bounded the depth. */
static enum eq_status write_node(struct compiler *c, const struct eq_node *n)
{
    if (n->kind == EQ_N_CONST)
        return write_const(c, n);
    if (n->kind == EQ_N_FIELD)
        return write_field(c, n);
    bool set = makes_set(n);
    enum eq_status st = write_kids(c, n, set ? 1 : n->n_kids);
    if (st != EQ_OK)
        return st;
    return set ? write_set(c, n) : write_operation(c, n);
}

enum eq_status eq_expr_compile(struct eq_expr *out, const struct eq_node *expression, struct eq_arena *arena,
                               const struct eq_expr_resolver *resolve, uint32_t *n_regexes)
{
    struct eq_expr need = {0}, e = {0};
    enum eq_status st = count(&need, expression, 0);
    if (st != EQ_OK)
        return st;
    e.steps = make_array(arena, need.n_steps + 1u, sizeof *e.steps);
    e.constants = make_array(arena, need.n_constants, sizeof *e.constants);
    e.choices = make_array(arena, need.n_choices, sizeof *e.choices);
    e.sets = make_array(arena, need.n_sets, sizeof *e.sets);
    if (!e.steps || !e.constants || !e.choices || !e.sets)
        return EQ_NOMEM;

    struct compiler c = {.e = &e, .arena = arena, .resolve = resolve, .n_regexes = *n_regexes};
    st = write_node(&c, expression);
    if (st != EQ_OK)
        return st;
    assert(c.height == 1);
    e.steps[e.n_steps++] = (struct eq_step){.op = EQ_OP_DONE};
    *n_regexes = c.n_regexes;
    *out = e;
    return EQ_OK;
}
