/* reader.c — the chain for each path, one after another, or all in turn when they are followed.
 *
 *      add ─▶ [a.ndjson] [b.zip] [-]
 *                │          └─ open: sniff ─▶ archive ─▶ entry: sniff ─▶ text     (archives inside archives, up to 4)
 *                └─ open: sniff ─▶ text ─▶ which format? ─▶ items */
#include "read/chain.h"

#include <sys/stat.h>
#include <time.h>

enum { UNIT = 1 << 17, NAP_MS = 100 };
#define MAX_EVENT ((size_t)64 << 20)

/* ── The object ────────────────────────────────────────────────────────────────────────────────────────────────── */

enum eq_status eq_reader_new(struct eq_reader **out, const struct eq_reader_options *options,
                             const struct eq_alloc *alloc)
{
    struct eq_reader *r = eq_new(alloc, sizeof *r);
    if (!r)
        return EQ_NOMEM;
    r->alloc = alloc;
    if (options)
        r->options = *options;
    if (r->options.max_event == 0)
        r->options.max_event = MAX_EVENT;
    r->unit = UNIT;
    eq_arena_init(&r->names, alloc);
    eq_bookmarks_init(&r->marks, alloc);
    *out = r;
    return EQ_OK;
}

void eq_reader_set_unit(struct eq_reader *r, size_t size)
{
    r->unit = size;
}

struct eq_diag *eq_reader_report(struct eq_diags *diags, enum eq_code code, struct eq_slice name, const char *why)
{
    return eq_diag_add(diags, code, NULL, (struct eq_span){0, 0}, "%.*s: %s", (int)name.len, name.ptr, why);
}

enum eq_status eq_reader_add(struct eq_reader *r, const char *path)
{
    if (!eq_grow(r->alloc, &r->chains, &r->cap, r->n + 1, sizeof *r->chains))
        return EQ_NOMEM;
    struct eq_chain *c = eq_new(r->alloc, sizeof *c);
    if (!c)
        return EQ_NOMEM;
    c->path = eq_arena_copy(&r->names, eq_slice_of(path));
    if (!c->path.ptr) {
        eq_free(r->alloc, c);
        return EQ_NOMEM;
    }
    c->block.alloc = r->alloc;
    r->chains[r->n++] = c;
    struct stat st;
    if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode))
        r->total_size += (uint64_t)st.st_size;
    return EQ_OK;
}

uint64_t eq_reader_total_bytes(const struct eq_reader *r)
{
    return r->total_size;
}

void eq_chain_leave_source(struct eq_chain *c)
{
    if (c->source)
        c->file = eq_file_identify(c->source->file(c->source));
    c->source = NULL;
}

static void close_chain(struct eq_chain *c)
{
    eq_chain_leave_source(c);
    eq_stream_close(c->stream);
    c->stream = NULL;
    while (c->nested > 0)
        eq_archive_free(c->archives[--c->nested]);
    eq_block_free(&c->block);
    c->done = true;
}

void eq_reader_free(struct eq_reader *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->n; i++) {
        close_chain(r->chains[i]);
        eq_free(r->alloc, r->chains[i]);
    }
    eq_free(r->alloc, r->chains);
    eq_arena_free(&r->names);
    eq_bookmarks_free(&r->marks);
    eq_free(r->alloc, r);
}

/* ── Opening ───────────────────────────────────────────────────────────────────────────────────────────────────── */

static void begin_text(struct eq_reader *r, struct eq_chain *c)
{
    c->block.unit = r->unit;
    eq_block_start(&c->block, c->stream, &r->options);
    c->ndjson = (struct eq_ndjson){.bulk = r->options.bulk, .leave_half = r->options.leave_half};
    c->json = (struct eq_json){0};
    c->first = (struct eq_json_scan){.want_hits = true};
    c->checked = false;
    c->texts++;
    c->format = r->options.input == EQ_INPUT_NDJSON ? EQ_FORMAT_NDJSON
                : r->options.input == EQ_INPUT_JSON ? EQ_FORMAT_JSON
                                                    : EQ_FORMAT_UNKNOWN;
}

static enum eq_status inner_name(struct eq_slice *out, struct eq_reader *r, struct eq_slice outer,
                                 struct eq_slice inner)
{
    *out = outer;
    if (inner.len == 0)
        return EQ_OK;
    char *text = eq_arena_bytes(&r->names, outer.len + 1 + inner.len);
    if (!text)
        return EQ_NOMEM;
    memcpy(text, outer.ptr, outer.len);
    text[outer.len] = '!';
    memcpy(text + outer.len + 1, inner.ptr, inner.len);
    *out = eq_slice(text, outer.len + 1 + inner.len);
    return EQ_OK;
}

/* c->stream is new: is it text, or an archive to take files from? Then there is no stream afterwards, and next_entry
 * finds one; it is not called from here, since archives that hold only empty archives would call it without end. */
static enum eq_status settle(struct eq_reader *r, struct eq_chain *c)
{
    struct eq_slice head;
    if (r->options.follow) {
        begin_text(r, c);
        return EQ_OK;
    }
    enum eq_status st = eq_peek(&c->stream, &head, r->alloc);
    for (int i = 0; i < EQ_MOST_NESTED && st == EQ_OK && eq_codec_is_gzip(head); i++) {
        st = eq_codec_gzip(&c->stream, c->stream, r->alloc);
        if (st == EQ_OK)
            st = eq_peek(&c->stream, &head, r->alloc);
    }
    if (st != EQ_OK)
        return st;
    if (!eq_codec_packed(head) || c->nested == EQ_MOST_NESTED) {
        begin_text(r, c);
        return EQ_OK;
    }
    struct eq_stream *stream = c->stream;
    c->stream = NULL;
    st = eq_archive_new(&c->archives[c->nested], stream, r->alloc);
    if (st != EQ_OK) { /* the stream is closed */
        c->source = c->nested == 0 ? NULL : c->source;
        return st;
    }
    c->names[c->nested++] = c->name;
    return EQ_OK;
}

/* Take the next file out of the innermost archive that still has one. EQ_END: all are through. */
static enum eq_status next_entry(struct eq_reader *r, struct eq_chain *c, struct eq_diags *diags)
{
    while (c->nested > 0) {
        char why[160] = "";
        struct eq_slice name;
        size_t top = c->nested - 1;
        enum eq_status st = eq_archive_next(&c->stream, &name, c->archives[top], why);
        if (st == EQ_OK) {
            st = inner_name(&c->name, r, c->names[top], name);
            return st == EQ_OK ? settle(r, c) : st;
        }
        if (top == 0)
            eq_chain_leave_source(c);
        eq_archive_free(c->archives[top]);
        c->nested--;
        if (st == EQ_IO && eq_reader_stopped(&r->options))
            return EQ_END; /* it is not damaged: its bytes are not wanted any more */
        if (st == EQ_IO)
            eq_reader_report(diags, EQ_E0804, c->names[top], why);
        if (st != EQ_END)
            return st;
    }
    return EQ_END;
}

/* Is this the file that the bookmark is of? */
static void check_mark(struct eq_chain *c, struct eq_diags *diags)
{
    int fd = c->source->file(c->source);
    if (!c->mark.begun || eq_file_is(fd, &c->mark.file))
        return;
    c->mark.begun = false;
    eq_reader_report(diags, EQ_W0802, c->path,
           fd < 0 ? "it is not there any more; what comes under its name is read from the start"
                  : "it is not the file that was read before, or was cut; it is read from the start");
}

static enum eq_status open_chain(struct eq_reader *r, struct eq_chain *c, struct eq_diags *diags)
{
    char why[160] = "";
    bool follow = r->options.follow && strcmp(c->path.ptr, "-") != 0;
    c->begun = true;
    c->name = c->path;
    enum eq_status st = follow ? eq_source_follow(&c->stream, c->path.ptr, &r->options, &r->total_read, why, r->alloc)
                               : eq_source_file(&c->stream, c->path.ptr, &r->options, &r->total_read, why, r->alloc);
    if (st == EQ_IO)
        eq_reader_report(diags, EQ_E0801, c->path, why);
    if (st != EQ_OK)
        return st;
    c->source = c->stream;
    check_mark(c, diags);
    return settle(r, c);
}

/* ── Items ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* The next item of the stream at hand; EQ_END: the block says why. */
static enum eq_status next_of_stream(struct eq_item *out, struct eq_reader *r, struct eq_chain *c, struct eq_diags *diags)
{
    if (!c->checked) {
        enum eq_status st = eq_chain_check_start(c, diags);
        if (st != EQ_OK)
            return st;
    }
    if (c->format == EQ_FORMAT_UNKNOWN && !eq_chain_guess(c, r->options.max_event))
        return EQ_END;
    if (c->format == EQ_FORMAT_JSON)
        return eq_json_next(out, &c->json, &c->block, r->options.max_event);
    return eq_ndjson_next(out, &c->ndjson, &c->block, r->options.max_event);
}

/* The stream has ended: well, or with an error. */
static enum eq_status end_stream(struct eq_chain *c, struct eq_diags *diags)
{
    enum eq_status st = c->block.status;
    if (st == EQ_IO)
        eq_reader_report(diags, c->stream->code, c->name, c->stream->why);
    if (c->nested == 0)
        eq_chain_leave_source(c);
    eq_stream_close(c->stream);
    c->stream = NULL;
    return st == EQ_END ? EQ_OK : st;
}

/* The next item of a chain. EQ_END: none now; c->done if none will come. Any failure ends the chain. */
static enum eq_status next_of_chain(struct eq_item *out, struct eq_reader *r, struct eq_chain *c, struct eq_diags *diags)
{
    enum eq_status st = c->begun ? EQ_OK : open_chain(r, c, diags);
    while (st == EQ_OK) {
        if (!c->stream) {
            st = next_entry(r, c, diags);
            continue;
        }
        if (c->mark.begun) {
            if (!eq_chain_resume(c, diags))
                return EQ_END;
            continue;
        }
        *out = (struct eq_item){0};
        st = next_of_stream(out, r, c, diags);
        if (st == EQ_OK) {
            out->path = c->name;
            return EQ_OK;
        }
        if (st == EQ_END && !c->block.ended)
            return EQ_END; /* followed: nothing now; or stopped */
        if (st == EQ_END)
            st = end_stream(c, diags);
    }
    close_chain(c);
    return st;
}

static void nap(void)
{
    struct timespec t = {0, NAP_MS * 1000000L};
    nanosleep(&t, NULL); /* a signal ends it early, and then stop() is asked */
}

/* Ask every open chain in turn until one has something. */
static enum eq_status next_followed(struct eq_item *out, struct eq_reader *r, struct eq_diags *diags)
{
    for (;;) {
        size_t done = 0;
        for (size_t i = 0; i < r->n; i++, r->at++) {
            struct eq_chain *c = r->chains[r->at % r->n];
            if (!c->done) {
                enum eq_status st = next_of_chain(out, r, c, diags);
                if (st != EQ_END)
                    return st;
            }
            done += c->done;
        }
        if (done == r->n || eq_reader_stopped(&r->options))
            return EQ_END;
        nap();
    }
}

enum eq_status eq_reader_next(struct eq_item *out, struct eq_reader *r, struct eq_diags *diags)
{
    if (eq_reader_stopped(&r->options))
        return EQ_END;
    if (r->options.follow)
        return next_followed(out, r, diags);
    while (r->at < r->n) {
        struct eq_chain *c = r->chains[r->at];
        enum eq_status st = c->done ? EQ_END : next_of_chain(out, r, c, diags);
        if (c->done)
            r->at++;
        if (st != EQ_END || !c->done)
            return st;
    }
    return EQ_END;
}
