/* lower_expression.c — what has a value, or null.
 *
 * Inside a value nothing is simply false for want of a field: null goes through, and `and`, `or` and `not` have three
 * values (docs/semantics.md, Values). `a != b` is the negation of `a == b`; `x == null` alone is never null. */
#include "lang/eql/lower.h"

#include <stdarg.h>
#include <stdio.h>

struct eq_diag *eql_lower_error(struct eql_lower *lo, enum eq_code code, struct eq_span span, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return eq_diag_add(lo->b.diags, code, lo->b.source, span, "%s", text);
}

void eql_lower_help(struct eql_lower *lo, struct eq_diag *d, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    eq_diag_help(lo->b.diags, d, "%s", text);
}

void *eql_lower_room(struct eql_lower *lo, size_t n, size_t size)
{
    void *room = n <= SIZE_MAX / size - 1 ? eq_arena_alloc(lo->scratch, (n + 1) * size) : NULL;
    if (!room)
        lo->b.nomem = true;
    return room;
}

bool eql_is_boolean(const struct eql_node *n)
{
    switch (n->kind) {
    case EQL_TRUE:
    case EQL_FALSE:
    case EQL_COMPARE:
    case EQL_IN:
    case EQL_MATCH:
    case EQL_NOT:
    case EQL_AND:
    case EQL_OR:
    case EQL_LINEAGE: return true;
    case EQL_CALL: break;
    default: return false;
    }
    enum eq_function_id f = eq_function_find(n->text);
    return eql_is_search(n) || (f != EQ_FUNCTION_COUNT && eq_functions[f].result == EQ_FR_BOOL);
}

void eql_warn_fields(struct eql_lower *lo, const struct eql_node *at)
{
    if (lo->dialect != EQ_DIALECT_ELASTIC)
        return;
    eql_lower_error(lo, EQ_W0201, at->name, "Elasticsearch does not compare fields with fields; eqlite does");
}

struct eq_node **eql_lower_list(struct eql_lower *lo, const struct eql_node *first, bool drop_nulls, size_t *count)
{
    size_t n = 0;
    for (const struct eql_node *k = first; k; k = k->next)
        n++;
    struct eq_node **list = eql_lower_room(lo, n, sizeof *list);
    *count = 0;
    for (const struct eql_node *k = first; k && list; k = k->next)
        if (!drop_nulls || k->kind != EQL_NULL)
            list[(*count)++] = eql_lower_value(lo, k);
    return list;
}

static struct eq_node *lower_null(struct eql_lower *lo, const struct eql_node *n)
{
    return eq_build_const(&lo->b, EQ_VALUE_NULL, n->span);
}

/* A number's operand; `side` tells which one. NULL after reporting that it cannot be a number. */
static struct eq_node *lower_operand(struct eql_lower *lo, const struct eql_node *n, const char *side,
                                     const struct eql_node *kid)
{
    struct eq_node *v = eql_lower_value(lo, kid);
    enum eq_static_type t = v ? eq_static_type(v) : EQ_ST_ANY;
    if (t != EQ_ST_STRING && t != EQ_ST_BOOL)
        return v;
    char op = n->kind == EQL_ARITHMETIC ? n->op : n->kind == EQL_MINUS ? '-' : '+';
    eql_lower_error(lo, EQ_E0202, kid->span, "%s of \"%c\" must be a number, found %s", side, op,
                    eq_static_type_name(t));
    return NULL;
}

static struct eq_node *lower_arithmetic(struct eql_lower *lo, const struct eql_node *n)
{
    enum eq_function_id f = n->op == '+'   ? EQ_FN_add
                            : n->op == '-' ? EQ_FN_subtract
                            : n->op == '*' ? EQ_FN_multiply
                            : n->op == '/' ? EQ_FN_divide
                                           : EQ_FN_modulo;
    struct eq_node *kids[] = {lower_operand(lo, n, "left side", n->first), lower_operand(lo, n, "right side", n->last)};
    return kids[0] && kids[1] ? eq_build_call(&lo->b, f, false, kids, 2, n->span) : NULL;
}

/* The sign belongs to the number: -9223372036854775808 is an integer. */
static bool negate_number(struct eq_value *v)
{
    switch (v->type) {
    case EQ_INT:
        if (v->i == INT64_MIN)
            *v = (struct eq_value){.type = EQ_UINT, .u = (uint64_t)INT64_MAX + 1};
        else
            *v = eq_value_int(-v->i);
        return true;
    case EQ_UINT:
        *v = v->u == (uint64_t)INT64_MAX + 1 ? eq_value_int(INT64_MIN) : eq_value_double(-(double)v->u);
        return true;
    case EQ_DOUBLE: *v = eq_value_double(-v->d); return true;
    default: return false;
    }
}

static struct eq_node *lower_sign(struct eql_lower *lo, const struct eql_node *n)
{
    struct eq_node *v = lower_operand(lo, n, "operand", n->first);
    if (!v || n->kind == EQL_PLUS)
        return v;
    if (v->kind == EQ_N_CONST) {
        struct eq_value number = v->value;
        if (negate_number(&number))
            return eq_build_const(&lo->b, number, n->span);
    }
    return eq_build_call(&lo->b, EQ_FN_negate, false, &v, 1, n->span);
}

static struct eq_node *lower_call(struct eql_lower *lo, const struct eql_node *n)
{
    size_t count;
    bool broken = false;
    enum eq_function_id f = eql_lower_function(lo, n);
    struct eq_node **args = eql_lower_list(lo, n->first, false, &count);
    for (const struct eql_node *k = n->first; k; k = k->next)
        broken |= k->kind == EQL_ERROR; /* then their number means little */
    return args && !broken && f != EQ_FUNCTION_COUNT ? eq_build_call(&lo->b, f, n->fold, args, count, n->span) : NULL;
}

static struct eq_node *negated(struct eql_lower *lo, struct eq_node *n, bool yes, struct eq_span span)
{
    return yes ? eq_build_logic(&lo->b, EQ_N_KNOT, &n, 1, span) : n;
}

static struct eq_node *lower_compare(struct eql_lower *lo, const struct eql_node *n)
{
    const struct eql_node *left = n->first, *right = n->last;
    struct eq_node *a = eql_lower_value(lo, left), *b = eql_lower_value(lo, right);
    bool equality = n->op == EQ_CMP_EQ || n->op == EQ_CMP_NE;
    if (left->kind == EQL_NULL || right->kind == EQL_NULL) {
        struct eq_node *x = left->kind == EQL_NULL ? b : a;
        if (!x)
            return NULL;
        if (!equality)
            return lower_null(lo, n);
        return negated(lo, eq_build_is_null(&lo->b, x, n->span), n->op == EQ_CMP_NE, n->span);
    }
    if (!left->constant && !right->constant)
        eql_warn_fields(lo, n);
    return eq_build_compare(&lo->b, (enum eq_compare)n->op, a, b, n->span);
}

static struct eq_node *lower_listed(struct eql_lower *lo, const struct eql_node *n)
{
    size_t count;
    struct eq_node *x = eql_lower_value(lo, n->first);
    struct eq_node **list = eql_lower_list(lo, n->first->next, true, &count);
    if (!x || !list)
        return NULL;
    if (count == 0 || n->first->kind == EQL_NULL)
        return lower_null(lo, n);
    if (n->kind == EQL_IN)
        return negated(lo, eq_build_in(&lo->b, n->fold, x, list, count, n->span), n->flag, n->span);
    if (n->op == 'r')
        return eq_build_regex(&lo->b, n->fold, x, list, count, n->span);
    return eq_build_like(&lo->b, n->fold, x, list, count, n->span);
}

static struct eq_node *lower_logic(struct eql_lower *lo, const struct eql_node *n)
{
    size_t count;
    struct eq_node **kids = eql_lower_list(lo, n->first, false, &count);
    enum eq_node_kind kind = n->kind == EQL_AND ? EQ_N_KAND : n->kind == EQL_OR ? EQ_N_KOR : EQ_N_KNOT;
    return kids ? eq_build_logic(&lo->b, kind, kids, count, n->span) : NULL;
}

static struct eq_node *not_a_value(struct eql_lower *lo, const struct eql_node *n, const char *what)
{
    struct eq_diag *d = eql_lower_error(lo, EQ_E0207, n->span, "%s is a condition, not a value", what);
    eql_lower_help(lo, d, "it can stand alone, under \"and\", \"or\" and \"not\", or before == true");
    return NULL;
}

struct eq_node *eql_lower_value(struct eql_lower *lo, const struct eql_node *n)
{
    switch ((enum eql_kind)n->kind) {
    case EQL_NULL: return lower_null(lo, n);
    case EQL_TRUE: return eq_build_const(&lo->b, eq_value_bool(true), n->span);
    case EQL_FALSE: return eq_build_const(&lo->b, eq_value_bool(false), n->span);
    case EQL_NUMBER: return eq_build_const(&lo->b, eq_value_of_number(n->number), n->span);
    case EQL_STRING: return eq_build_const(&lo->b, eq_value_string(n->text), n->span);
    case EQL_FIELD:
    case EQL_VARIABLE: return eql_lower_field(lo, n);
    case EQL_CALL: return eql_is_search(n) ? not_a_value(lo, n, "_arraysearch") : lower_call(lo, n);
    case EQL_LINEAGE: return not_a_value(lo, n, "a relation between processes");
    case EQL_PLUS:
    case EQL_MINUS: return lower_sign(lo, n);
    case EQL_ARITHMETIC: return lower_arithmetic(lo, n);
    case EQL_COMPARE: return lower_compare(lo, n);
    case EQL_IN:
    case EQL_MATCH: return lower_listed(lo, n);
    case EQL_NOT:
    case EQL_AND:
    case EQL_OR: return lower_logic(lo, n);
    default: return NULL; /* ERROR: told already */
    }
}
