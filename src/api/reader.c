/* reader.c — the reader, seen from outside. */
#include "api/handles.h"

#include "api/merge.h"
#include "read/reader.h"

struct eqlite_reader {
    struct eq_alloc alloc;
    struct eqlite_diagnostics diags;
    struct eq_reader *inner; /* one of the two */
    struct eq_merge *merge;
};

static bool parse_input(enum eq_input *out, const char *name)
{
    static const char *const names[] = {"auto", "ndjson", "json"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (!name || strcmp(name, names[i]) == 0) {
            *out = (enum eq_input)i;
            return true;
        }
    return false;
}

eqlite_status eqlite_reader_new(eqlite_reader **out, const eqlite_reader_options *given)
{
    eqlite_reader_options options;
    struct eq_reader_options inner = {0};
    eq_api_options(&options, sizeof options, given);
    if (!parse_input(&inner.input, options.input) || (options.follow && options.merge_field))
        return EQLITE_INVALID;
    inner.follow = options.follow;
    inner.leave_half = options.leave_half;
    inner.max_event = options.max_event;
    inner.stop = options.stop;
    inner.progress = options.progress;
    inner.ctx = options.ctx;
    struct eq_alloc alloc = eq_api_alloc(options.allocator);
    struct eqlite_reader *r = eq_new(&alloc, sizeof *r);
    if (!r)
        return EQLITE_NOMEM;
    r->alloc = alloc;
    eq_diags_init(&r->diags.list, &r->alloc);
    struct eq_slice field = eq_api_slice(options.merge_field);
    enum eq_status st = field.len ? eq_merge_new(&r->merge, &inner, field, options.merge_unwrap, &r->alloc)
                                  : eq_reader_new(&r->inner, &inner, &r->alloc);
    if (st != EQ_OK) {
        eqlite_reader_free(r);
        return eq_api_status(st);
    }
    *out = r;
    return EQLITE_OK;
}

void eqlite_reader_free(eqlite_reader *r)
{
    if (!r)
        return;
    struct eq_alloc alloc = r->alloc;
    eq_reader_free(r->inner);
    eq_merge_free(r->merge);
    eq_diags_free(&r->diags.list);
    eq_free(&alloc, r);
}

eqlite_status eqlite_reader_add(eqlite_reader *r, const char *path)
{
    return eq_api_status(r->merge ? eq_merge_add(r->merge, path) : eq_reader_add(r->inner, path));
}

eqlite_status eqlite_reader_next(eqlite_event *out, const char **problem, eqlite_reader *r)
{
    struct eq_item item;
    enum eq_status st = r->merge ? eq_merge_next(&item, r->merge, &r->diags.list)
                                 : eq_reader_next(&item, r->inner, &r->diags.list);
    if (st != EQ_OK)
        return eq_api_status(st);
    *out = (eqlite_event){item.text.ptr, item.text.len, true, eq_api_string(item.path), item.line, item.offset};
    *problem = item.problem;
    return EQLITE_OK;
}

uint64_t eqlite_reader_total_bytes(const eqlite_reader *r)
{
    return r->merge ? eq_merge_total_bytes(r->merge) : eq_reader_total_bytes(r->inner);
}

const eqlite_diagnostics *eqlite_reader_diagnostics(const eqlite_reader *r)
{
    return &r->diags;
}

/* ── State ── */

const struct eq_alloc *eq_api_reader_alloc(const eqlite_reader *r)
{
    return &r->alloc;
}

void eq_api_reader_save(struct eq_pack *p, const eqlite_reader *r)
{
    if (r->merge)
        eq_merge_save(p, r->merge);
    else
        eq_reader_save(p, r->inner);
}

void eq_api_reader_restore(struct eq_unpack *u, eqlite_reader *r)
{
    if (r->merge)
        eq_merge_restore(u, r->merge);
    else
        eq_reader_restore(u, r->inner);
}
