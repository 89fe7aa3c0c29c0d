/* lower_condition.c — what is true or false for an event, never null (docs/semantics.md, Conditions).
 *
 *      a != b          not any (a == b)              x == null       not exists x
 *      x not in (…)    not any (x in …)              f(x) == null    any (f(x) is null)
 *      flag            any (flag == true)            (…) == false    not …
 *
 * Negation is always the complement of a condition and never moves inward, so a missing field makes `!=` true. */
#include "lang/eql/lower.h"

static struct eq_node *complement(struct eql_lower *lo, struct eq_node *condition, bool yes, struct eq_span span)
{
    return yes ? eq_build_not(&lo->b, condition, span) : condition;
}

/* `x op null`, either way round. */
static struct eq_node *lower_null_test(struct eql_lower *lo, const struct eql_node *n)
{
    const struct eql_node *x = n->first->kind == EQL_NULL ? n->last : n->first;
    bool unequal = n->op == EQ_CMP_NE;
    if (n->op != EQ_CMP_EQ && !unequal)
        return eql_lower_value(lo, x) ? eq_build_truth(&lo->b, false, n->span) : NULL;
    if (x->kind == EQL_NULL)
        return eq_build_truth(&lo->b, !unequal, n->span);
    struct eq_node *v = eql_lower_value(lo, x);
    if (!v)
        return NULL;
    if (v->kind == EQ_N_FIELD)
        return complement(lo, eq_build_exists(&lo->b, v, n->span), !unequal, n->span);
    struct eq_node *leaf = eq_build_any(&lo->b, eq_build_is_null(&lo->b, v, n->span), n->span);
    return complement(lo, leaf, unequal, n->span);
}

static bool is_truth(const struct eql_node *n)
{
    return n->kind == EQL_TRUE || n->kind == EQL_FALSE;
}

static struct eq_node *lower_compare(struct eql_lower *lo, const struct eql_node *n)
{
    const struct eql_node *left = n->first, *right = n->last;
    bool unequal = n->op == EQ_CMP_NE, equality = n->op == EQ_CMP_EQ || unequal;
    if (left->kind == EQL_NULL || right->kind == EQL_NULL)
        return lower_null_test(lo, n);
    if (equality && is_truth(right) && eql_is_boolean(left))
        return complement(lo, eql_lower_condition(lo, left), (right->kind == EQL_FALSE) != unequal, n->span);
    if (equality && is_truth(left) && eql_is_boolean(right))
        return complement(lo, eql_lower_condition(lo, right), (left->kind == EQL_FALSE) != unequal, n->span);
    if (!left->constant && !right->constant)
        eql_warn_fields(lo, n);
    struct eq_node *a = eql_lower_value(lo, left), *b = eql_lower_value(lo, right);
    enum eq_compare op = unequal ? EQ_CMP_EQ : (enum eq_compare)n->op;
    struct eq_node *leaf = eq_build_compare(&lo->b, op, a, b, n->span);
    return leaf ? complement(lo, eq_build_any(&lo->b, leaf, n->span), unequal, n->span) : NULL;
}

/* in, like, regex and ':'. */
static struct eq_node *lower_listed(struct eql_lower *lo, const struct eql_node *n)
{
    size_t count;
    const struct eql_node *x = n->first;
    bool fields = false;
    for (const struct eql_node *k = x->next; k; k = k->next)
        fields |= !k->constant;
    if (fields && !x->constant)
        eql_warn_fields(lo, n);

    struct eq_node *value = eql_lower_value(lo, x), *leaf;
    struct eq_node **list = eql_lower_list(lo, x->next, true, &count);
    if (!value || !list)
        return NULL;
    if (count == 0 || x->kind == EQL_NULL) /* docs/semantics.md, Null in lists */
        return complement(lo, eq_build_truth(&lo->b, false, n->span), n->flag, n->span);
    if (n->kind == EQL_IN)
        leaf = eq_build_in(&lo->b, n->fold, value, list, count, n->span);
    else if (n->op == 'r')
        leaf = eq_build_regex(&lo->b, n->fold, value, list, count, n->span);
    else
        leaf = eq_build_like(&lo->b, n->fold, value, list, count, n->span);
    return leaf ? complement(lo, eq_build_any(&lo->b, leaf, n->span), n->flag, n->span) : NULL;
}

static struct eq_node *lower_junction(struct eql_lower *lo, const struct eql_node *n)
{
    struct eq_node **kids = eql_lower_room(lo, n->n_kids, sizeof *kids);
    size_t count = 0;
    if (!kids)
        return NULL;
    for (const struct eql_node *k = n->first; k; k = k->next)
        kids[count++] = eql_lower_condition(lo, k);
    return n->kind == EQL_AND ? eq_build_and(&lo->b, kids, count, n->span) : eq_build_or(&lo->b, kids, count, n->span);
}

struct eq_node *eql_lower_condition(struct eql_lower *lo, const struct eql_node *n)
{
    switch ((enum eql_kind)n->kind) {
    case EQL_TRUE: return eq_build_truth(&lo->b, true, n->span);
    case EQL_FALSE:
    case EQL_NULL: return eq_build_truth(&lo->b, false, n->span);
    case EQL_AND:
    case EQL_OR: return lower_junction(lo, n);
    case EQL_NOT: return complement(lo, eql_lower_condition(lo, n->first), true, n->span);
    case EQL_COMPARE: return lower_compare(lo, n);
    case EQL_IN:
    case EQL_MATCH: return lower_listed(lo, n);
    case EQL_LINEAGE: return eql_lower_lineage(lo, n);
    case EQL_CALL:
        if (eql_is_search(n))
            return eql_lower_search(lo, n);
        break;
    default: break;
    }
    struct eq_node *value = eql_lower_value(lo, n);
    return value ? eq_build_any(&lo->b, value, n->span) : NULL;
}

struct eq_node *eql_lower_event(struct eql_lower *lo, const struct eql_node *event)
{
    if (event->kind != EQL_EVENT || !event->first)
        return NULL;
    struct eq_node *condition = eql_lower_condition(lo, event->first);
    if (event->flag)
        return condition;
    struct eq_node *field = eq_build_field(&lo->b, lo->category_field, EQ_FRAME_EVENT, event->name);
    struct eq_node *name = eq_build_const(&lo->b, eq_value_string(event->text), event->name);
    struct eq_node *same = eq_build_compare(&lo->b, EQ_CMP_EQ, field, name, event->name);
    struct eq_node *both[] = {same ? eq_build_any(&lo->b, same, event->name) : NULL, condition};
    return eq_build_and(&lo->b, both, 2, event->span);
}
