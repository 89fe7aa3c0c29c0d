/* compare.c — one value against another, whatever their types: docs/semantics.md, Comparison.
 *
 *      v \ k     string                         number                     boolean
 *      string    as text                        == its text, < as numbers  == "true", "false"
 *      number    as numbers, if k is one        as numbers                 no
 *      boolean   == "true", "false"             no                         false < true
 *
 * Times and addresses meet their own kind only. Folding makes == of anything with a string a matter of text. */
#include "base/utf8.h"
#include "plan/expr.h"
#include "plan/text.h"

enum { UNORDERED = 2 };

static bool holds(enum eq_compare op, int order)
{
    switch (op) {
    case EQ_CMP_EQ: return order == 0;
    case EQ_CMP_NE: return order != 0;
    case EQ_CMP_LT: return order < 0;
    case EQ_CMP_LE: return order <= 0;
    case EQ_CMP_GT: return order > 0 && order != UNORDERED;
    case EQ_CMP_GE: return order >= 0 && order != UNORDERED;
    }
    return false;
}

static int order_sign(int c)
{
    return (c > 0) - (c < 0);
}

static int order_of_times(const struct eq_value *v, const struct eq_value *k)
{
    if (v->i != k->i)
        return v->i < k->i ? -1 : 1;
    return (v->len > k->len) - (v->len < k->len);
}

/* Order of two values of one kind: -1, 0, 1 or UNORDERED. */
static int order_alike(const struct eq_value *v, const struct eq_value *k, bool fold)
{
    switch (v->type) {
    case EQ_BOOL: return (v->b > k->b) - (v->b < k->b);
    case EQ_TIME: return order_of_times(v, k);
    case EQ_IP: return order_sign(memcmp(v->s, k->s, 16));
    case EQ_STRING:
        return order_sign(fold ? eq_text_fold_cmp(eq_value_slice(v), eq_value_slice(k))
                               : eq_slice_cmp(eq_value_slice(v), eq_value_slice(k)));
    default: return UNORDERED;
    }
}

static bool equal_as_text(const struct eq_value *v, const struct eq_value *k, bool fold)
{
    char v_room[EQ_SHORT_TEXT], k_room[EQ_SHORT_TEXT];
    struct eq_slice a = eq_text_of(v, v_room), b = eq_text_of(k, k_room);
    return fold ? eq_fold_eq(a, b) : eq_slice_eq(a, b);
}

/* A number, or a string that is one as a whole. */
static struct eq_number as_number(const struct eq_value *v)
{
    return v->type == EQ_STRING ? eq_number_parse(eq_value_slice(v)) : eq_value_number(v);
}

static int order_as_numbers(const struct eq_value *v, const struct eq_value *k)
{
    struct eq_number a = as_number(v), b = as_number(k);
    if (a.kind == EQ_NOT_NUMBER || b.kind == EQ_NOT_NUMBER)
        return UNORDERED;
    return eq_number_cmp(a, b);
}

/* Order of a string and a number or boolean, either way round. */
static int order_with_string(bool equality, const struct eq_value *v, const struct eq_value *k, bool fold)
{
    bool boolean = v->type == EQ_BOOL || k->type == EQ_BOOL;
    if (equality && (boolean || fold || v->type == EQ_STRING))
        return equal_as_text(v, k, fold) ? 0 : UNORDERED;
    return boolean ? UNORDERED : order_as_numbers(v, k);
}

static bool is_plain(const struct eq_value *v)
{
    return v->type == EQ_BOOL || eq_value_is_number(v);
}

int eq_value_compare(enum eq_compare op, const struct eq_value *v, const struct eq_value *k, bool fold,
                     struct eq_arena *scratch)
{
    (void)scratch; /* every text that is compared is there already, or short */
    if (v->type == EQ_NULL || k->type == EQ_NULL)
        return -1;
    if (eq_value_is_number(v) && eq_value_is_number(k))
        return holds(op, eq_number_cmp(eq_value_number(v), eq_value_number(k)));
    if (v->type == k->type)
        return holds(op, order_alike(v, k, fold));
    if ((v->type == EQ_STRING && is_plain(k)) || (k->type == EQ_STRING && is_plain(v)))
        return holds(op, order_with_string(op == EQ_CMP_EQ || op == EQ_CMP_NE, v, k, fold));
    return holds(op, UNORDERED);
}
