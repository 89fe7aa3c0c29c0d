/* fields.c — field paths to dense numbers; the trie that finds them is in fields_trie.c. */
#include "event/fields.h"

#include <assert.h>

#include "event/fields_trie.h"

enum eq_status eq_fields_new(struct eq_fields **out, const struct eq_alloc *alloc)
{
    struct eq_fields *f = eq_new(alloc, sizeof *f);
    if (!f)
        return EQ_NOMEM;
    f->alloc = alloc;
    eq_intern_init(&f->paths, alloc);
    *out = f;
    return EQ_OK;
}

void eq_fields_free(struct eq_fields *f)
{
    if (!f)
        return;
    for (uint32_t i = 0; i < eq_fields_count(f); i++)
        eq_fields_free(f->items[i].elements); /* one level: element fields have no elements of their own */
    eq_trie_free(f->trie);
    eq_free(f->alloc, f->items);
    eq_intern_free(&f->paths);
    eq_free(f->alloc, f);
}

uint32_t eq_fields_count(const struct eq_fields *f)
{
    return (uint32_t)f->paths.n;
}

uint32_t eq_fields_find(const struct eq_fields *f, struct eq_slice path)
{
    return eq_intern_find(&f->paths, path);
}

enum eq_status eq_fields_add(uint32_t *out, struct eq_fields *f, struct eq_slice path)
{
    assert(!f->trie);
    uint32_t known = eq_intern_find(&f->paths, path);
    if (known != EQ_NONE) {
        *out = known;
        return EQ_OK;
    }
    /* Room first: once a path is interned its item exists. */
    if (!eq_grow(f->alloc, &f->items, &f->cap, f->paths.n + 1, sizeof *f->items))
        return EQ_NOMEM;
    uint32_t number;
    enum eq_status st = eq_intern_put(&number, &f->paths, path, NULL);
    if (st != EQ_OK)
        return st;
    f->items[number] = (struct eq_field){.path = f->paths.items[number]};
    *out = number;
    return EQ_OK;
}

enum eq_status eq_fields_add_array(uint32_t *out, struct eq_fields *f, struct eq_slice path)
{
    uint32_t number;
    enum eq_status st = eq_fields_add(&number, f, path);
    if (st == EQ_OK && !f->items[number].elements)
        st = eq_fields_new(&f->items[number].elements, f->alloc);
    if (st == EQ_OK)
        *out = number;
    return st;
}

enum eq_status eq_fields_freeze(struct eq_fields *f)
{
    if (f->trie)
        return EQ_OK;
    for (uint32_t i = 0; i < eq_fields_count(f); i++) {
        struct eq_fields *elements = f->items[i].elements;
        enum eq_status st = elements ? eq_fields_freeze(elements) : EQ_OK;
        if (st != EQ_OK)
            return st;
    }
    return eq_trie_new(&f->trie, f);
}
