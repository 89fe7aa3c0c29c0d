/* implies.c — proofs about conditions, by their structure.
 *
 *      (a or b)  implies c     if a implies c and b implies c          c implies (a and b)   likewise
 *      (a and b) implies c     if a does, or b does                    c implies (a or b)    likewise
 *      not a     implies not b if b implies a
 *      any p     implies any q if every choice that makes p true makes q true
 *
 * The second line may miss a proof, but never makes a wrong one. */
#include "lint/implies.h"

#include "lint/implies_priv.h"

/* ── Alike ── */

static bool same_value(const struct eq_value *a, const struct eq_value *b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case EQ_NULL: return true;
    case EQ_BOOL: return a->b == b->b;
    case EQ_STRING: return eq_slice_eq(eq_value_slice(a), eq_value_slice(b));
    case EQ_TIME: return a->i == b->i && a->len == b->len;
    case EQ_IP: return a->u == b->u && memcmp(a->s, b->s, 16) == 0;
    default: return eq_number_cmp(eq_value_number(a), eq_value_number(b)) == 0;
    }
}

bool eq_same(struct eq_prover *p, const struct eq_node *a, const struct eq_node *b)
{
    if (a == b)
        return true;
    if (!eq_prover_step(p) || a->kind != b->kind || a->op != b->op || a->fold != b->fold ||
        a->function != b->function || a->n_kids != b->n_kids)
        return false;
    if (a->kind == EQ_N_FIELD)
        return a->frame == b->frame && eq_slice_eq(a->path, b->path);
    if (a->kind == EQ_N_CONST)
        return same_value(&a->value, &b->value);
    for (uint32_t i = 0; i < a->n_kids; i++)
        if (!eq_same(p, a->kids[i], b->kids[i]))
            return false;
    return true;
}

/* ── Expressions ── */

/* Without a value of the field the expression is null. */
static bool is_strict(const struct eq_node *e, const struct eq_node *field)
{
    switch (e->kind) {
    case EQ_N_FIELD: return e->frame == field->frame && eq_slice_eq(e->path, field->path);
    case EQ_N_COMPARE: return is_strict(e->kids[0], field) || is_strict(e->kids[1], field);
    case EQ_N_CALL:
    case EQ_N_IN:
    case EQ_N_LIKE:
    case EQ_N_REGEX:
    case EQ_N_KNOT: return is_strict(e->kids[0], field);
    default: return false;
    }
}

/* The expression is true only if the field has a value. */
static bool needs(const struct eq_node *e, const struct eq_node *field)
{
    if (e->kind != EQ_N_KAND && e->kind != EQ_N_KOR)
        return is_strict(e, field);
    for (uint32_t i = 0; i < e->n_kids; i++)
        if (needs(e->kids[i], field) == (e->kind == EQ_N_KAND))
            return e->kind == EQ_N_KAND;
    return e->kind == EQ_N_KOR;
}

static bool list_implies(struct eq_prover *p, const struct eq_node *a, const struct eq_node *b)
{
    if (!eq_same(p, a->kids[0], b->kids[0]))
        return false;
    for (uint32_t i = 1; i < a->n_kids; i++) {
        uint32_t j = 1;
        while (j < b->n_kids && !eq_element_implies(p, a, i, b, j))
            j++;
        if (j == b->n_kids)
            return false;
    }
    return true;
}

static bool is_bound(const struct eq_node *e)
{
    return e->kind == EQ_N_COMPARE && e->op != EQ_CMP_NE && e->kids[1]->kind == EQ_N_CONST &&
           eq_value_is_number(&e->kids[1]->value);
}

static bool above(unsigned op)
{
    return op == EQ_CMP_GT || op == EQ_CMP_GE;
}

/* Both compare with a number: x > 5 implies x >= 3. */
static bool bound_implies(struct eq_prover *p, const struct eq_node *a, const struct eq_node *b)
{
    int order = eq_number_cmp(eq_value_number(&a->kids[1]->value), eq_value_number(&b->kids[1]->value));
    if (!eq_same(p, a->kids[0], b->kids[0]) || b->op == EQ_CMP_EQ)
        return false;
    if (!above(b->op))
        order = -order;
    if (a->op != EQ_CMP_EQ && above(a->op) != above(b->op))
        return false;
    bool open = a->op == EQ_CMP_GT || a->op == EQ_CMP_LT, wide = b->op == EQ_CMP_GE || b->op == EQ_CMP_LE;
    return order > 0 || (order == 0 && (open || wide));
}

static bool expression_implies(struct eq_prover *p, const struct eq_node *a, const struct eq_node *b)
{
    if (!eq_prover_step(p))
        return false;
    if (eq_same(p, a, b))
        return true;
    if (a->kind == EQ_N_KOR || b->kind == EQ_N_KAND) { /* all parts */
        const struct eq_node *n = a->kind == EQ_N_KOR ? a : b;
        for (uint32_t i = 0; i < n->n_kids; i++)
            if (!(n == a ? expression_implies(p, n->kids[i], b) : expression_implies(p, a, n->kids[i])))
                return false;
        return true;
    }
    for (uint32_t i = 0; a->kind == EQ_N_KAND && i < a->n_kids; i++)
        if (expression_implies(p, a->kids[i], b))
            return true;
    for (uint32_t i = 0; b->kind == EQ_N_KOR && i < b->n_kids; i++)
        if (expression_implies(p, a, b->kids[i]))
            return true;
    if (eq_is_list(a) && eq_is_list(b) && list_implies(p, a, b))
        return true;
    return is_bound(a) && is_bound(b) && bound_implies(p, a, b);
}

/* ── Conditions ── */

static bool leaf_implies(struct eq_prover *p, const struct eq_node *a, const struct eq_node *b)
{
    if (a->kind == EQ_N_ANY && b->kind == EQ_N_ANY)
        return expression_implies(p, a->kids[0], b->kids[0]);
    if (a->kind == EQ_N_ANY && b->kind == EQ_N_EXISTS)
        return needs(a->kids[0], b->kids[0]);
    if (a->kind == EQ_N_SEARCH && b->kind == EQ_N_SEARCH) /* the same element will do */
        return eq_same(p, a->kids[0], b->kids[0]) && eq_implies(p, a->kids[1], b->kids[1]);
    if (a->kind == EQ_N_EXISTS && b->kind == EQ_N_ANY && eq_is_list(b->kids[0]) &&
        eq_same(p, a->kids[0], b->kids[0]->kids[0]))
        for (uint32_t i = 1; i < b->kids[0]->n_kids; i++)
            if (eq_is_stars(b->kids[0], i))
                return true;
    return false;
}

/* x and (y or z): if x excludes y, it is enough that z implies b. `a` is the `and`, its kid i the `or`. */
static bool rest_implies(struct eq_prover *p, const struct eq_node *a, uint32_t i, const struct eq_node *b)
{
    const struct eq_node *parts = a->kids[i];
    for (uint32_t k = 0; k < parts->n_kids; k++) {
        bool gone = false;
        for (uint32_t j = 0; j < a->n_kids && !gone; j++)
            gone = j != i && eq_excludes(p, a->kids[j], parts->kids[k]);
        if (!gone && !eq_implies(p, parts->kids[k], b))
            return false;
    }
    return true;
}

bool eq_implies(struct eq_prover *p, const struct eq_node *a, const struct eq_node *b)
{
    if (!eq_prover_step(p))
        return false;
    if (a->kind == EQ_N_FALSE || b->kind == EQ_N_TRUE || eq_same(p, a, b))
        return true;
    if (a->kind == EQ_N_OR || b->kind == EQ_N_AND) { /* all parts */
        const struct eq_node *n = a->kind == EQ_N_OR ? a : b;
        for (uint32_t i = 0; i < n->n_kids; i++)
            if (!(n == a ? eq_implies(p, n->kids[i], b) : eq_implies(p, a, n->kids[i])))
                return false;
        return true;
    }
    for (uint32_t i = 0; a->kind == EQ_N_AND && i < a->n_kids; i++)
        if (a->kids[i]->kind == EQ_N_OR ? rest_implies(p, a, i, b) : eq_implies(p, a->kids[i], b))
            return true;
    for (uint32_t i = 0; b->kind == EQ_N_OR && i < b->n_kids; i++)
        if (eq_implies(p, a, b->kids[i]))
            return true;
    if (b->kind == EQ_N_NOT)
        return eq_excludes(p, a, b->kids[0]);
    if (a->kind == EQ_N_NOT && a->kids[0]->kind == EQ_N_NOT)
        return eq_implies(p, a->kids[0]->kids[0], b);
    return leaf_implies(p, a, b);
}

bool eq_holds_one_value(const struct eq_node *field)
{
    static const char *const paths[] = {
#define ONE_VALUE(path) path,
#include "lint/one_value.def"
#undef ONE_VALUE
    };
    for (size_t i = 0; field->kind == EQ_N_FIELD && field->frame == EQ_FRAME_EVENT && i < sizeof paths / sizeof *paths;
         i++)
        if (eq_slice_eq(field->path, eq_slice_of(paths[i])))
            return true;
    return false;
}

/* x > 5 and x < 3, or x > 5 and x == 3. */
static bool bounds_exclude(const struct eq_node *a, const struct eq_node *b)
{
    int order = eq_number_cmp(eq_value_number(&a->kids[1]->value), eq_value_number(&b->kids[1]->value));
    if (a->op == EQ_CMP_EQ && b->op == EQ_CMP_EQ)
        return order != 0;
    bool a_up = above(a->op), b_up = above(b->op), exact = a->op == EQ_CMP_EQ || b->op == EQ_CMP_EQ;
    if (!exact && a_up == b_up)
        return false;
    if (a->op == EQ_CMP_EQ ? !b_up : a_up) /* a is the one that must be lower */
        order = -order;
    bool open = a->op == EQ_CMP_GT || a->op == EQ_CMP_LT || b->op == EQ_CMP_GT || b->op == EQ_CMP_LT;
    return order < 0 || (order == 0 && open);
}

static bool leaves_exclude(struct eq_prover *p, const struct eq_node *a, const struct eq_node *b)
{
    if (!p->one_value || a->kind != EQ_N_ANY || b->kind != EQ_N_ANY)
        return false;
    a = a->kids[0];
    b = b->kids[0];
    if (a->n_kids < 2 || b->n_kids < 2 || !eq_holds_one_value(a->kids[0]) || !eq_same(p, a->kids[0], b->kids[0]))
        return false;
    if (is_bound(a) && is_bound(b))
        return bounds_exclude(a, b);
    return eq_is_list(a) && eq_is_list(b) && eq_lists_exclude(p, a, b);
}

bool eq_excludes(struct eq_prover *p, const struct eq_node *a, const struct eq_node *b)
{
    if (!eq_prover_step(p))
        return false;
    if (a->kind == EQ_N_FALSE || b->kind == EQ_N_FALSE)
        return true;
    if (b->kind == EQ_N_NOT && eq_implies(p, a, b->kids[0]))
        return true;
    if (a->kind == EQ_N_NOT && eq_implies(p, b, a->kids[0]))
        return true;
    if (a->kind == EQ_N_OR || b->kind == EQ_N_OR) {
        const struct eq_node *n = a->kind == EQ_N_OR ? a : b, *other = n == a ? b : a;
        for (uint32_t i = 0; i < n->n_kids; i++)
            if (!eq_excludes(p, n->kids[i], other))
                return false;
        return true;
    }
    if (a->kind == EQ_N_AND || b->kind == EQ_N_AND) {
        const struct eq_node *n = a->kind == EQ_N_AND ? a : b, *other = n == a ? b : a;
        for (uint32_t i = 0; i < n->n_kids; i++)
            if (eq_excludes(p, n->kids[i], other))
                return true;
        return false;
    }
    return leaves_exclude(p, a, b);
}

/* ── Plans ── */

bool eq_keys_equal(const struct eq_plan_stage *a, const struct eq_plan_stage *b)
{
    if (a->n_keys != b->n_keys)
        return false;
    for (uint32_t i = 0; i < a->n_keys; i++)
        if (a->keys[i].optional != b->keys[i].optional || !eq_slice_eq(a->keys[i].path, b->keys[i].path))
            return false;
    return true;
}

static bool equal_stages(struct eq_prover *p, const struct eq_plan_stage *a, const struct eq_plan_stage *b)
{
    return a->missing == b->missing && a->runs == b->runs && eq_keys_equal(a, b) && eq_slice_eq(a->alias, b->alias) &&
           (eq_same(p, a->filter, b->filter) ||
            (eq_implies(p, a->filter, b->filter) && eq_implies(p, b->filter, a->filter)));
}

bool eq_plans_equal(struct eq_prover *p, const struct eq_plan *a, const struct eq_plan *b)
{
    if (a->kind != b->kind || a->n_stages != b->n_stages || a->maxspan_ns != b->maxspan_ns ||
        a->n_pipes != b->n_pipes || !a->until != !b->until)
        return false;
    for (uint32_t i = 0; i < a->n_pipes; i++)
        if (a->pipes[i].kind != b->pipes[i].kind || a->pipes[i].count != b->pipes[i].count)
            return false;
    for (uint32_t i = 0; i < a->n_stages; i++)
        if (!equal_stages(p, &a->stages[i], &b->stages[i]))
            return false;
    return !a->until || equal_stages(p, a->until, b->until);
}
