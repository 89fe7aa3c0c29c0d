/* join_key.c — see join_key.h.
 *
 * A value is a tag byte and its content; a string is preceded by its length, so no two tuples share bytes by accident. */
#include "match/join_key.h"

#include <stdlib.h>

enum tag { TAG_NULL, TAG_INT, TAG_UINT, TAG_DOUBLE, TAG_STRING, TAG_BOOL };

void eq_join_keys_init(struct eq_join_keys *k, const struct eq_alloc *alloc)
{
    *k = (struct eq_join_keys){.alloc = alloc};
    eq_arena_init(&k->arena, alloc);
    eq_buf_init(&k->tuple, alloc);
}

void eq_join_keys_free(struct eq_join_keys *k)
{
    eq_arena_free(&k->arena);
    eq_buf_free(&k->tuple);
}

/* ── One tuple ── */

static void encode(struct eq_buf *out, const struct eq_value *v)
{
    struct eq_value n = *v;
    if (n.type == EQ_DOUBLE && n.d >= -9223372036854775808.0 && n.d < 9223372036854775808.0 &&
        (double)(int64_t)n.d == n.d)
        n = eq_value_int((int64_t)n.d);
    else if (n.type == EQ_DOUBLE && n.d >= 9223372036854775808.0 && n.d < 18446744073709551616.0)
        n = (struct eq_value){.type = EQ_UINT, .u = (uint64_t)n.d}; /* whole, as all of this size */
    switch (n.type) {
    case EQ_BOOL:
        eq_buf_putc(out, TAG_BOOL);
        eq_buf_putc(out, n.b);
        break;
    case EQ_INT:
    case EQ_UINT:
    case EQ_DOUBLE:
        eq_buf_putc(out, n.type == EQ_INT ? TAG_INT : n.type == EQ_UINT ? TAG_UINT : TAG_DOUBLE);
        eq_buf_add(out, eq_slice((const char *)&n.u, sizeof n.u));
        break;
    case EQ_STRING:
        eq_buf_putc(out, TAG_STRING);
        eq_buf_add(out, eq_slice((const char *)&n.len, sizeof n.len));
        eq_buf_add(out, eq_value_slice(&n));
        break;
    default: eq_buf_putc(out, TAG_NULL); break;
    }
}

static struct eq_value decode(struct eq_slice *rest)
{
    struct eq_value v = EQ_VALUE_NULL;
    enum tag tag = (enum tag)rest->ptr[0];
    const char *p = rest->ptr + 1;
    size_t used = 1;
    switch (tag) {
    case TAG_NULL: break;
    case TAG_BOOL:
        v = eq_value_bool(p[0] != 0);
        used += 1;
        break;
    case TAG_INT:
    case TAG_UINT:
    case TAG_DOUBLE:
        v.type = tag == TAG_INT ? EQ_INT : tag == TAG_UINT ? EQ_UINT : EQ_DOUBLE;
        memcpy(&v.u, p, sizeof v.u);
        used += sizeof v.u;
        break;
    case TAG_STRING:
        v.type = EQ_STRING;
        memcpy(&v.len, p, sizeof v.len);
        v.s = p + sizeof v.len;
        used += sizeof v.len + v.len;
        break;
    }
    rest->ptr += used;
    rest->len -= used;
    return v;
}

void eq_join_key_values(struct eq_value *out, size_t n, struct eq_slice tuple)
{
    for (size_t i = 0; i < n; i++)
        out[i] = decode(&tuple);
}

void eq_join_key_encode(struct eq_buf *out, const struct eq_value *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        encode(out, &values[i]);
}

void eq_join_key_project(struct eq_buf *out, struct eq_slice tuple, size_t n, const uint32_t *positions,
                         size_t n_positions)
{
    for (size_t p = 0; p < n_positions; p++) {
        struct eq_slice rest = tuple;
        for (size_t i = 0; i < n; i++) {
            const char *value = rest.ptr;
            decode(&rest);
            if (i == positions[p])
                eq_buf_add(out, eq_slice(value, (size_t)(rest.ptr - value)));
        }
    }
}

static int rank(const struct eq_value *v)
{
    return v->type == EQ_NULL ? 0 : eq_value_is_number(v) ? 1 : v->type == EQ_STRING ? 2 : 3;
}

static int compare_values(const struct eq_value *a, const struct eq_value *b)
{
    if (rank(a) != rank(b))
        return rank(a) < rank(b) ? -1 : 1;
    if (a->type == EQ_STRING)
        return eq_slice_cmp(eq_value_slice(a), eq_value_slice(b));
    if (eq_value_is_number(a))
        return eq_number_cmp(eq_value_number(a), eq_value_number(b));
    return a->type == EQ_BOOL ? (a->b > b->b) - (a->b < b->b) : 0;
}

int eq_join_key_cmp(struct eq_slice a, struct eq_slice b)
{
    while (a.len && b.len) {
        struct eq_value x = decode(&a), y = decode(&b);
        int c = compare_values(&x, &y);
        if (c)
            return c;
    }
    return (a.len > 0) - (b.len > 0);
}

/* ── All tuples of an event ── */

struct maker {
    struct eq_join_keys *out;
    const struct eq_frame *frame;
    const uint32_t *fields;
    size_t n;
    enum eq_status st;
};

static void add_tuple(struct maker *m)
{
    struct eq_join_keys *k = m->out;
    if (k->n == EQ_JOIN_KEYS_MAX) {
        k->cut++;
        return;
    }
    k->items[k->n] = eq_arena_copy(&k->arena, eq_buf_slice(&k->tuple));
    if (eq_buf_status(&k->tuple) != EQ_OK || !k->items[k->n].ptr)
        m->st = EQ_NOMEM;
    else
        k->n++;
}

/* The first value of a chain from `v` on that can be a key: objects cannot. */
static uint32_t usable(const struct eq_frame *frame, uint32_t v)
{
    while (v != EQ_END_OF_CHAIN && frame->values[v].type == EQ_NULL)
        v = frame->next[v];
    return v;
}

/* Odometer over the values of key `at` and those behind it; stops once the limit is passed. */
static void add_from(struct maker *m, size_t at)
{
    static const struct eq_value null = {.type = EQ_NULL};
    if (at == m->n) {
        add_tuple(m);
        return;
    }
    struct eq_buf *tuple = &m->out->tuple;
    size_t before = tuple->len;
    uint32_t v = usable(m->frame, m->frame->slots[m->fields[at]].head);
    if (v == EQ_END_OF_CHAIN) {
        encode(tuple, &null);
        add_from(m, at + 1);
    }
    for (; v != EQ_END_OF_CHAIN && m->st == EQ_OK; v = usable(m->frame, m->frame->next[v])) {
        if (m->out->n == EQ_JOIN_KEYS_MAX) {
            m->out->cut++;
            break;
        }
        tuple->len = before;
        encode(tuple, &m->frame->values[v]);
        add_from(m, at + 1);
    }
    tuple->len = before;
}

static int by_tuple(const void *a, const void *b)
{
    return eq_join_key_cmp(*(const struct eq_slice *)a, *(const struct eq_slice *)b);
}

static void sort_and_merge(struct eq_join_keys *k)
{
    size_t kept = 0;
    if (k->n < 2)
        return;
    qsort(k->items, k->n, sizeof *k->items, by_tuple);
    for (size_t i = 0; i < k->n; i++)
        if (kept == 0 || !eq_slice_eq(k->items[kept - 1], k->items[i]))
            k->items[kept++] = k->items[i];
    k->n = kept;
}

/* Tuples the keys would give, at most limit + 1. */
static size_t count_tuples(const struct eq_frame *frame, const uint32_t *fields, size_t n)
{
    size_t total = 1;
    for (size_t i = 0; i < n && total <= EQ_JOIN_KEYS_MAX; i++) {
        size_t values = 0;
        for (uint32_t v = frame->slots[fields[i]].head; v != EQ_END_OF_CHAIN && values <= EQ_JOIN_KEYS_MAX;
             v = frame->next[v])
            values++;
        total *= values ? values : 1;
    }
    return total < EQ_JOIN_KEYS_MAX ? total : EQ_JOIN_KEYS_MAX;
}

enum eq_status eq_join_keys_of(struct eq_join_keys *k, const struct eq_frame *frame, const struct eq_plan_key *keys,
                               const uint32_t *fields, size_t n)
{
    k->n = 0;
    eq_arena_reset(&k->arena);
    for (size_t i = 0; i < n; i++)
        if (!keys[i].optional && usable(frame, frame->slots[fields[i]].head) == EQ_END_OF_CHAIN)
            return EQ_OK;
    struct maker m = {.out = k, .frame = frame, .fields = fields, .n = n};
    k->items = eq_arena_alloc(&k->arena, count_tuples(frame, fields, n) * sizeof *k->items);
    if (!k->items)
        return EQ_NOMEM;
    eq_buf_clear(&k->tuple);
    add_from(&m, 0);
    sort_and_merge(k);
    return m.st;
}
