/* reference_json.c — random numbers, and documents as trees. */
#include "unit/reference.h"

#include <stdio.h>
#include <stdlib.h>

uint64_t ref_next(struct ref_random *r)
{
    uint64_t z = r->state += 0x9E3779B97F4A7C15u; /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

unsigned ref_below(struct ref_random *r, unsigned n)
{
    return (unsigned)(ref_next(r) % n);
}

bool ref_chance(struct ref_random *r, unsigned percent)
{
    return ref_below(r, 100) < percent;
}

uint64_t ref_number(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

static void *room(struct eq_arena *a, size_t size)
{
    void *p = eq_arena_alloc(a, size);
    if (!p) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return p;
}

struct ref_json *ref_make(struct eq_arena *a, enum ref_kind kind, struct eq_slice text)
{
    struct ref_json *j = room(a, sizeof *j);
    j->kind = kind;
    j->text = text;
    return j;
}

struct ref_json *ref_literal(struct eq_arena *a, const char *text)
{
    struct eq_slice s = eq_slice_of(text);
    if (!strcmp(text, "null"))
        return ref_make(a, REF_NULL, s);
    if (!strcmp(text, "true") || !strcmp(text, "false")) {
        struct ref_json *j = ref_make(a, REF_BOOL, s);
        j->truth = *text == 't';
        return j;
    }
    if (*text == '-' || (*text >= '0' && *text <= '9'))
        return ref_make(a, REF_NUMBER, s);
    return ref_make(a, REF_STRING, s);
}

static void **grown(struct eq_arena *a, void *items, size_t n, size_t *cap)
{
    if (n < *cap)
        return items;
    *cap = n ? n * 2 : 4;
    void **more = room(a, *cap * sizeof *more);
    if (n)
        memcpy(more, items, n * sizeof *more);
    return more;
}

void ref_add(struct eq_arena *a, struct ref_json *parent, const char *key, struct ref_json *kid)
{
    parent->kids = (struct ref_json **)grown(a, (void *)parent->kids, parent->n, &parent->cap);
    kid->key = eq_slice_of(key ? key : "");
    parent->kids[parent->n++] = kid;
}

void ref_print(struct eq_buf *out, const struct ref_json *j)
{
    bool object = j->kind == REF_OBJECT;
    switch (j->kind) {
    case REF_NULL: eq_buf_puts(out, "null"); return;
    case REF_BOOL: eq_buf_puts(out, j->truth ? "true" : "false"); return;
    case REF_NUMBER: eq_buf_add(out, j->text); return;
    case REF_STRING: eq_buf_json(out, j->text); return;
    case REF_ARRAY:
    case REF_OBJECT: break;
    }
    eq_buf_putc(out, object ? '{' : '[');
    for (size_t i = 0; i < j->n; i++) {
        if (i)
            eq_buf_putc(out, ',');
        if (object) {
            eq_buf_json(out, j->kids[i]->key);
            eq_buf_putc(out, ':');
        }
        ref_print(out, j->kids[i]);
    }
    eq_buf_putc(out, object ? '}' : ']');
}

static void list_add(struct ref_list *l, struct eq_arena *a, const struct ref_json *j)
{
    l->items = (const struct ref_json **)grown(a, (void *)l->items, l->n, &l->cap);
    l->items[l->n++] = j;
}

/* Everything at the path, objects and nulls too; arrays are walked through. */
static void walk(struct ref_list *out, struct eq_arena *a, const struct ref_json *j, struct eq_slice path, bool whole)
{
    if (j->kind == REF_ARRAY) {
        for (size_t i = 0; i < j->n; i++)
            walk(out, a, j->kids[i], path, whole);
        return;
    }
    if (whole) {
        list_add(out, a, j);
        return;
    }
    for (size_t i = 0; j->kind == REF_OBJECT && i < j->n; i++) {
        struct eq_slice key = j->kids[i]->key;
        if (eq_slice_eq(key, path))
            walk(out, a, j->kids[i], path, true);
        else if (path.len > key.len && path.ptr[key.len] == '.' && eq_slice_starts(path, key))
            walk(out, a, j->kids[i], eq_slice(path.ptr + key.len + 1, path.len - key.len - 1), false);
    }
}

void ref_all(struct ref_list *out, struct eq_arena *a, const struct ref_json *doc, struct eq_slice path)
{
    *out = (struct ref_list){0};
    walk(out, a, doc, path, path.len == 0);
}

void ref_values(struct ref_list *out, struct eq_arena *a, const struct ref_json *doc, struct eq_slice path)
{
    ref_all(out, a, doc, path);
    size_t n = 0;
    for (size_t i = 0; i < out->n; i++)
        if (out->items[i]->kind != REF_NULL && out->items[i]->kind != REF_OBJECT)
            out->items[n++] = out->items[i];
    out->n = n;
}

/* A number keeps its text, as those of events do. */
struct eq_value ref_value_of(const struct ref_json *j)
{
    struct eq_value v = EQ_VALUE_NULL;
    switch (j->kind) {
    case REF_BOOL: return eq_value_bool(j->truth);
    case REF_STRING: return eq_value_string(j->text);
    case REF_NUMBER:
        v = eq_value_of_number(eq_number_parse(j->text));
        v.s = j->text.ptr;
        v.len = (uint32_t)j->text.len;
        return v;
    default: return v;
    }
}
