/* outline.c — what stands where in a rule file, seen from outside. */
#include "api/handles.h"

#include "rule/outline.h"

struct eqlite_outline {
    struct eq_alloc alloc;
    struct eq_outline inner;
};

eqlite_status eqlite_outline_new(eqlite_outline **out, const eqlite_allocator *allocator, const char *name,
                                 const char *text, size_t len)
{
    struct eq_alloc alloc = eq_api_alloc(allocator);
    struct eqlite_outline *o = eq_new(&alloc, sizeof *o);
    if (!o)
        return EQLITE_NOMEM;
    o->alloc = alloc;
    enum eq_status st = eq_outline_read(&o->inner, eq_api_slice(name), eq_slice(text, len), &o->alloc);
    if (st != EQ_OK) {
        eqlite_outline_free(o);
        return eq_api_status(st);
    }
    *out = o;
    return EQLITE_OK;
}

void eqlite_outline_free(eqlite_outline *o)
{
    if (!o)
        return;
    struct eq_alloc alloc = o->alloc;
    eq_outline_free(&o->inner);
    eq_free(&alloc, o);
}

size_t eqlite_outline_count(const eqlite_outline *o)
{
    return o->inner.n;
}

eqlite_outline_part eqlite_outline_get(const eqlite_outline *o, size_t index)
{
    if (index >= o->inner.n)
        return (eqlite_outline_part){0};
    const struct eq_outline_part *part = &o->inner.parts[index];
    return (eqlite_outline_part){part->kind, eq_api_string(part->text), part->start, part->end};
}

size_t eqlite_outline_to_file(const eqlite_outline *o, size_t at)
{
    return eq_outline_to_file(&o->inner, at);
}

size_t eqlite_outline_to_query(const eqlite_outline *o, size_t at)
{
    return eq_outline_to_query(&o->inner, at);
}
