/* implies_list.c — lists of constants against each other, element by element.
 *
 *      "abc" in "a*"         a text against a pattern: it matches
 *      "ab*c" in "a*"        a pattern in a pattern: read it as a text whose stars only a star can take
 *      "a" in "A" (fold)     texts without case, if the wider side ignores it
 *
 * == and in look at values ("5" also equals the number 5.0), patterns and in~ at texts; where a constant looks like a
 * number the two are not mixed. */
#include "base/utf8.h"
#include "lint/implies_priv.h"
#include "plan/glob.h"
#include "plan/text.h"

bool eq_is_list(const struct eq_node *n)
{
    bool listed = n->kind == EQ_N_IN || n->kind == EQ_N_LIKE || n->kind == EQ_N_REGEX ||
                  (n->kind == EQ_N_COMPARE && n->op == EQ_CMP_EQ);
    for (uint32_t i = 1; listed && i < n->n_kids; i++)
        listed = n->kids[i]->kind == EQ_N_CONST && n->kids[i]->value.type != EQ_NULL;
    return listed && n->n_kids > 1;
}

bool eq_is_stars(const struct eq_node *list, uint32_t i)
{
    struct eq_slice text = eq_value_slice(&list->kids[i]->value);
    if (list->kind != EQ_N_LIKE)
        return false;
    for (size_t k = 0; k < text.len; k++)
        if (text.ptr[k] != '*')
            return false;
    return text.len > 0;
}

/* Compared as a value, not as text. */
static bool by_value(const struct eq_node *list)
{
    return list->kind != EQ_N_LIKE && !list->fold;
}

static bool is_wild(const struct eq_node *list, struct eq_slice text)
{
    return list->kind == EQ_N_LIKE && eq_glob_is_wild(text);
}

static bool is_numeric(struct eq_slice text)
{
    return eq_number_parse(text).kind != EQ_NOT_NUMBER;
}

static struct eq_slice folded(struct eq_prover *p, bool fold, struct eq_slice text)
{
    struct eq_slice out = text;
    if (fold && !eq_text_fold(&out, text, p->scratch)) {
        p->nomem = true;
        p->steps_left = 0;
        return text;
    }
    return out;
}

/* Does the pattern take all that `text` stands for? If `wild`, a star of the text stands for anything, so only a star
 * can take it, and ? for one character. */
static bool takes(struct eq_prover *p, struct eq_slice pattern, struct eq_slice text, bool wild)
{
    const char *a = text.ptr, *a_end = a + text.len, *b = pattern.ptr, *b_end = b + pattern.len;
    const char *star = NULL, *from = NULL; /* behind the last star, and where the text goes on if it takes one more */
    while (a < a_end) {
        unsigned len;
        if (!eq_prover_step(p))
            return false;
        eq_utf8_decode(a, a_end, &len);
        if (b < b_end && *b == '*') {
            star = ++b;
            from = a;
        } else if (b < b_end && *b == '?' && !(wild && *a == '*')) {
            b++;
            a += len;
        } else if (b < b_end && *b == *a && !(wild && (*a == '*' || *a == '?'))) {
            b++;
            a++;
        } else if (star) {
            eq_utf8_decode(from, a_end, &len);
            a = from += len;
            b = star;
        } else {
            return false;
        }
    }
    while (b < b_end && *b == '*')
        b++;
    return b == b_end;
}

static bool equal_plain(const struct eq_value *x, const struct eq_value *y)
{
    if (x->type != y->type)
        return false;
    if (x->type == EQ_BOOL)
        return x->b == y->b;
    return eq_value_is_number(x) && eq_number_cmp(eq_value_number(x), eq_value_number(y)) == 0;
}

static bool text_implies(struct eq_prover *p, const struct eq_node *a, struct eq_slice x, const struct eq_node *b,
                         struct eq_slice y)
{
    bool wild = is_wild(a, x);
    if (a->fold && !b->fold)
        return false;
    if (a->kind == EQ_N_REGEX || b->kind == EQ_N_REGEX)
        return a->kind == b->kind && a->fold == b->fold && eq_slice_eq(x, y);
    if (by_value(a) && !by_value(b) && is_numeric(x))
        return false;
    x = folded(p, b->fold, x);
    y = folded(p, b->fold, y);
    if (is_wild(b, y))
        return takes(p, y, x, wild);
    return !wild && eq_slice_eq(x, y);
}

bool eq_element_implies(struct eq_prover *p, const struct eq_node *a, uint32_t i, const struct eq_node *b, uint32_t j)
{
    const struct eq_value *x = &a->kids[i]->value, *y = &b->kids[j]->value;
    if (!eq_prover_step(p))
        return false;
    if (eq_is_stars(b, j))
        return true;
    if (x->type == EQ_STRING && y->type == EQ_STRING)
        return text_implies(p, a, eq_value_slice(x), b, eq_value_slice(y));
    return a->fold == b->fold && equal_plain(x, y);
}

/* ── Nothing in common ── */

/* What stands in front of the first wildcard, and behind the last one. */
static struct eq_slice head_of(struct eq_slice s)
{
    size_t n = 0;
    while (n < s.len && s.ptr[n] != '*' && s.ptr[n] != '?')
        n++;
    return eq_slice(s.ptr, n);
}

static struct eq_slice tail_of(struct eq_slice s)
{
    size_t n = s.len;
    while (n > 0 && s.ptr[n - 1] != '*' && s.ptr[n - 1] != '?')
        n--;
    return eq_slice(s.ptr + n, s.len - n);
}

static bool ends_differ(struct eq_slice x, struct eq_slice y)
{
    struct eq_slice a = head_of(x), b = head_of(y);
    size_t n = a.len < b.len ? a.len : b.len;
    if (n && memcmp(a.ptr, b.ptr, n) != 0)
        return true;
    a = tail_of(x);
    b = tail_of(y);
    n = a.len < b.len ? a.len : b.len;
    return n && memcmp(a.ptr + a.len - n, b.ptr + b.len - n, n) != 0;
}

static bool texts_exclude(struct eq_prover *p, const struct eq_node *a, struct eq_slice x, const struct eq_node *b,
                          struct eq_slice y)
{
    bool fold = a->fold || b->fold, x_wild = is_wild(a, x), y_wild = is_wild(b, y);
    if (a->kind == EQ_N_REGEX || b->kind == EQ_N_REGEX)
        return false;
    if ((by_value(a) && is_numeric(x)) || (by_value(b) && is_numeric(y)))
        return false;
    x = folded(p, fold, x);
    y = folded(p, fold, y);
    if (x_wild && y_wild)
        return ends_differ(x, y);
    bool meet = x_wild ? takes(p, x, y, false) : y_wild ? takes(p, y, x, false) : eq_slice_eq(x, y);
    return !meet && p->steps_left > 0;
}

static bool elements_exclude(struct eq_prover *p, const struct eq_node *a, uint32_t i, const struct eq_node *b,
                             uint32_t j)
{
    const struct eq_value *x = &a->kids[i]->value, *y = &b->kids[j]->value;
    if (!eq_prover_step(p))
        return false;
    if (x->type == EQ_STRING && y->type == EQ_STRING)
        return texts_exclude(p, a, eq_value_slice(x), b, eq_value_slice(y));
    if (eq_value_is_number(x) && eq_value_is_number(y) && by_value(a) && by_value(b))
        return eq_number_cmp(eq_value_number(x), eq_value_number(y)) != 0;
    return x->type == EQ_BOOL && y->type == EQ_BOOL && x->b != y->b;
}

bool eq_lists_exclude(struct eq_prover *p, const struct eq_node *a, const struct eq_node *b)
{
    for (uint32_t i = 1; i < a->n_kids; i++)
        for (uint32_t j = 1; j < b->n_kids; j++)
            if (!elements_exclude(p, a, i, b, j))
                return false;
    return true;
}
