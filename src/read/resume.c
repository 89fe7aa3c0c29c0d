/* resume.c — where the reading of each path stands, as bookmarks; and going on there another time. */
#include "read/chain.h"

#include <stdio.h>

/* Pass `n` bytes of the text that nobody wants to see again; false if there are not so many. */
static bool skip(struct eq_block *b, uint64_t n)
{
    struct eq_stream *s = b->stream;
    if (s->seek && s->seek(s, (int64_t)n, SEEK_SET) == (int64_t)n)
        return true;
    while (n > 0) {
        if (b->begin == b->end && !eq_block_fill(b))
            return false;
        uint64_t here = b->end - b->begin;
        eq_block_pass(b, (size_t)(n < here ? n : here));
        n -= n < here ? n : here;
    }
    return true;
}

static void restore_format(struct eq_chain *c, const struct eq_bookmark *m)
{
    c->format = m->how.format == EQ_FORMAT_JSON ? EQ_FORMAT_JSON : EQ_FORMAT_NDJSON;
    c->checked = true;
    c->ndjson.bulk = m->how.bulk;
    c->ndjson.after_action = m->how.after_action;
    if (m->how.where < EQ_JSON_REST || (m->how.where == EQ_JSON_REST && m->how.depth > 0))
        c->json.where = m->how.where;
    if (c->json.where == EQ_JSON_REST)
        c->json.scan = (struct eq_json_scan){.depth = (size_t)m->how.depth,
                                             .in_string = m->how.in_string,
                                             .escaped = m->how.escaped,
                                             .before = m->how.before};
}

bool eq_chain_resume(struct eq_chain *c, struct eq_diags *diags)
{
    struct eq_bookmark *m = &c->mark;
    if (c->texts <= m->text) {
        if (c->nested == 0)
            eq_chain_leave_source(c);
        eq_stream_close(c->stream);
        c->stream = NULL;
        return true;
    }
    bool there = skip(&c->block, m->offset);
    if (!there && eq_reader_stopped(c->block.options))
        return false;
    m->begun = false;
    if (!there)
        eq_reader_report(diags, EQ_W0802, c->name, "it is shorter than what was read of it before");
    c->block.offset = m->offset;
    c->block.line = m->line;
    restore_format(c, m);
    return true;
}

static struct eq_bookmark_format format_of(const struct eq_chain *c)
{
    const struct eq_json_scan *scan = &c->json.scan;
    return (struct eq_bookmark_format){.format = (uint8_t)c->format,
                                       .where = (uint8_t)c->json.where,
                                       .bulk = c->ndjson.bulk,
                                       .after_action = c->ndjson.after_action,
                                       .in_string = scan->in_string,
                                       .escaped = scan->escaped,
                                       .before = scan->before,
                                       .depth = scan->depth};
}

/* In front of an item that is only half there. */
struct eq_bookmark eq_reader_bookmark(const struct eq_reader *r, size_t index)
{
    const struct eq_chain *c = r->chains[index];
    if (!c->begun || c->mark.begun)
        return c->mark.begun ? c->mark : (struct eq_bookmark){.path = c->path};
    struct eq_bookmark m = {.path = c->path,
                            .begun = c->texts > 0 && c->format != EQ_FORMAT_UNKNOWN,
                            .text = c->texts - 1,
                            .offset = c->block.offset,
                            .line = c->block.line,
                            .how = format_of(c)};
    if (c->format == EQ_FORMAT_NDJSON && c->ndjson.too_long) {
        m.offset = c->ndjson.offset;
        m.line = c->ndjson.line;
    } else if (c->format == EQ_FORMAT_JSON && c->json.scanning) {
        m.offset = c->json.offset;
        m.line = c->json.line;
    }
    return m;
}

struct eq_file_id eq_reader_file(const struct eq_reader *r, size_t index)
{
    const struct eq_chain *c = r->chains[index];
    if (!c->begun || c->mark.begun)
        return c->mark.file;
    return c->source ? eq_file_identify(c->source->file(c->source)) : c->file;
}

void eq_reader_save(struct eq_pack *p, const struct eq_reader *r)
{
    struct eq_bookmark *marks = eq_new(r->alloc, (r->n + 1) * sizeof *marks);
    if (!marks) {
        p->status = p->status == EQ_OK ? EQ_NOMEM : p->status;
        return;
    }
    for (size_t i = 0; i < r->n; i++) {
        marks[i] = eq_reader_bookmark(r, i);
        marks[i].file = eq_reader_file(r, i);
    }
    eq_bookmarks_save(p, marks, r->n, &r->marks);
    eq_free(r->alloc, marks);
}

void eq_reader_resume(struct eq_reader *r, struct eq_bookmarks *marks)
{
    for (size_t i = 0; i < r->n; i++) {
        struct eq_chain *c = r->chains[i];
        if (eq_bookmarks_take(&c->mark, marks, c->path))
            c->mark.path = c->path;
    }
}

void eq_reader_restore(struct eq_unpack *u, struct eq_reader *r)
{
    eq_bookmarks_restore(&r->marks, u);
    if (eq_unpack_ok(u))
        eq_reader_resume(r, &r->marks);
}
