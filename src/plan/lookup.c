/* lookup.c — is a value one of many constants, without looking at all of them?
 *
 *      in ("4624", 4625, true)      texts    "4624" "4625" "true"      for a string: == as text
 *                                   numbers  4624 4625                 for a number: == as number
 *                                   has_bool true                      for a boolean
 *
 * Each part says what eq_value_compare says of that kind of value; tests compare the two. */
#include <stdlib.h>

#include "plan/expr.h"
#include "plan/text.h"

static int cmp_texts(const void *a, const void *b)
{
    return eq_slice_cmp(*(const struct eq_slice *)a, *(const struct eq_slice *)b);
}

static int cmp_numbers(const void *a, const void *b)
{
    return eq_number_cmp(*(const struct eq_number *)a, *(const struct eq_number *)b);
}

static bool is_nan(struct eq_number n)
{
    return n.kind == EQ_NUMBER_DOUBLE && n.d != n.d;
}

static bool add_text(struct eq_lookup *l, const struct eq_value *v, bool fold, struct eq_arena *arena)
{
    char room[EQ_SHORT_TEXT];
    struct eq_slice text = eq_text_of(v, room), kept;
    if (fold && !eq_text_fold(&text, text, arena))
        return false;
    kept = v->type == EQ_STRING && text.ptr == v->s ? text : eq_arena_copy(arena, text);
    l->texts[l->n_texts++] = kept;
    return kept.ptr || !kept.len;
}

static void add_number(struct eq_lookup *l, const struct eq_value *v)
{
    struct eq_number n = v->type == EQ_STRING ? eq_number_parse(eq_value_slice(v)) : eq_value_number(v);
    if (n.kind != EQ_NOT_NUMBER && !is_nan(n))
        l->numbers[l->n_numbers++] = n;
}

static void add_bool(struct eq_lookup *l, const struct eq_value *v)
{
    struct eq_slice s = eq_value_slice(v);
    if (v->type == EQ_BOOL)
        l->has_bool[v->b] = true;
    else if (v->type == EQ_STRING && eq_slice_eq(s, EQ_LIT("true")))
        l->has_bool[1] = true;
    else if (v->type == EQ_STRING && eq_slice_eq(s, EQ_LIT("false")))
        l->has_bool[0] = true;
}

bool eq_lookup_build(struct eq_lookup *out, const struct eq_value *values, size_t n, bool fold, struct eq_arena *arena)
{
    struct eq_lookup l = {0};
    size_t room = n ? n : 1;
    l.texts = eq_arena_alloc(arena, room * sizeof *l.texts);
    l.numbers = eq_arena_alloc(arena, room * sizeof *l.numbers);
    l.others = eq_arena_alloc(arena, room * sizeof *l.others);
    if (!l.texts || !l.numbers || !l.others)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct eq_value *v = &values[i];
        if (v->type == EQ_TIME || v->type == EQ_IP) {
            l.others[l.n_others++] = v;
            continue;
        }
        if (!add_text(&l, v, fold, arena))
            return false;
        if (!fold) {
            add_number(&l, v);
            add_bool(&l, v);
        }
    }
    qsort(l.texts, l.n_texts, sizeof *l.texts, cmp_texts);
    qsort(l.numbers, l.n_numbers, sizeof *l.numbers, cmp_numbers);
    *out = l;
    return true;
}

static bool has_text(const struct eq_lookup *l, struct eq_slice text)
{
    return bsearch(&text, l->texts, l->n_texts, sizeof text, cmp_texts) != NULL;
}

static bool has_number(const struct eq_lookup *l, struct eq_number n)
{
    return !is_nan(n) && bsearch(&n, l->numbers, l->n_numbers, sizeof n, cmp_numbers) != NULL;
}

static bool has_other(const struct eq_lookup *l, const struct eq_value *v)
{
    for (uint32_t i = 0; i < l->n_others; i++)
        if (eq_value_compare(EQ_CMP_EQ, v, l->others[i], false, NULL) == 1)
            return true;
    return false;
}

enum eq_status eq_lookup_find(bool *out, const struct eq_lookup *l, bool fold, const struct eq_value *v,
                              struct eq_arena *scratch)
{
    *out = false;
    if (v->type == EQ_TIME || v->type == EQ_IP) {
        *out = has_other(l, v);
    } else if (fold) {
        char room[EQ_SHORT_TEXT];
        struct eq_slice text = eq_text_of(v, room);
        if (!eq_text_fold(&text, text, scratch))
            return EQ_NOMEM;
        *out = has_text(l, text);
    } else if (v->type == EQ_STRING) {
        *out = has_text(l, eq_value_slice(v));
    } else if (v->type == EQ_BOOL) {
        *out = l->has_bool[v->b];
    } else {
        *out = has_number(l, eq_value_number(v));
    }
    return EQ_OK;
}
