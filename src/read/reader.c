/* reader.c — the chain for each path, one after another, or all in turn when they are followed.
 *
 *      add ─▶ [a.ndjson] [b.zip] [-]
 *                │          └─ open: sniff ─▶ archive ─▶ entry: sniff ─▶ text     (archives inside archives, up to 4)
 *                └─ open: sniff ─▶ text ─▶ which format? ─▶ items
 *
 * Always true: a chain that is open has a stream; archives[] holds what that stream is taken from, outermost first. */
#include "read/reader_priv.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { UNIT = 1 << 20, MOST_NESTED = 4, NAP_MS = 100 };
#define MAX_EVENT ((size_t)64 << 20)

enum format { FORMAT_UNKNOWN, FORMAT_NDJSON, FORMAT_JSON };

/* A stream whose first bytes were looked at already. */
struct peeked {
    struct eq_stream stream; /* first */
    const struct eq_alloc *alloc;
    struct eq_stream *in;
    char head[EQ_SNIFF_BYTES];
    size_t n, at;
};

struct chain {
    struct eq_slice path; /* as given */
    struct eq_slice name; /* of the stream at hand: path, or "path!inner" */
    struct eq_stream *stream; /* NULL: not open */
    struct eq_archive *archives[MOST_NESTED];
    struct eq_slice names[MOST_NESTED]; /* of the archives */
    size_t nested;
    struct eq_block block;
    enum format format;
    struct eq_json_scan first; /* of the first line, while the format is unknown */
    struct eq_ndjson ndjson;
    struct eq_json json;
    bool checked; /* the start of the stream was looked at */
    bool begun, done;
    uint64_t texts;           /* begun so far */
    struct eq_stream *source; /* what all of it comes from; NULL when it is closed, and then: */
    struct eq_file_id file;   /* what it was */
    struct eq_bookmark mark;  /* begin there, if that is `begun` */
};

struct eq_reader {
    const struct eq_alloc *alloc;
    struct eq_reader_options options;
    struct eq_arena names;
    struct chain **chains; /* by order of eq_reader_add */
    size_t n, cap, at;
    struct eq_bookmarks marks; /* of other paths */
    uint64_t total_size, total_read;
    size_t unit;
};

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

static struct eq_diag *report(struct eq_diags *diags, enum eq_code code, struct eq_slice name, const char *why)
{
    return eq_diag_add(diags, code, NULL, (struct eq_span){0, 0}, "%.*s: %s", (int)name.len, name.ptr, why);
}

enum eq_status eq_reader_add(struct eq_reader *r, const char *path)
{
    if (!eq_grow(r->alloc, &r->chains, &r->cap, r->n + 1, sizeof *r->chains))
        return EQ_NOMEM;
    struct chain *c = eq_new(r->alloc, sizeof *c);
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

/* The source is about to be closed: note what it was. */
static void leave_source(struct chain *c)
{
    if (c->source)
        c->file = eq_file_identify(c->source->file(c->source));
    c->source = NULL;
}

static void close_chain(struct chain *c)
{
    leave_source(c);
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

/* ── Peeking ───────────────────────────────────────────────────────────────────────────────────────────────────── */

static enum eq_status read_peeked(size_t *got, struct eq_stream *s, char *buf, size_t cap)
{
    struct peeked *p = (struct peeked *)s;
    if (p->at < p->n) {
        *got = p->n - p->at < cap ? p->n - p->at : cap;
        memcpy(buf, p->head + p->at, *got);
        p->at += *got;
        return EQ_OK;
    }
    enum eq_status st = p->in->read(got, p->in, buf, cap);
    if (st == EQ_IO) {
        s->code = p->in->code;
        memcpy(s->why, p->in->why, sizeof s->why);
    }
    return st;
}

static int64_t seek_peeked(struct eq_stream *s, int64_t offset, int whence)
{
    struct peeked *p = (struct peeked *)s;
    if (whence == SEEK_CUR)
        offset -= (int64_t)(p->n - p->at);
    p->at = p->n;
    return p->in->seek(p->in, offset, whence);
}

static void close_peeked(struct eq_stream *s)
{
    struct peeked *p = (struct peeked *)s;
    eq_stream_close(p->in);
    eq_free(p->alloc, p);
}

/* Wrap *stream, so that enough of its beginning is known to tell packed bytes from text. *head: that beginning. */
static enum eq_status peek(struct eq_stream **stream, struct eq_slice *head, const struct eq_alloc *alloc)
{
    struct peeked *p = eq_new(alloc, sizeof *p);
    if (!p)
        return EQ_NOMEM;
    p->alloc = alloc;
    p->in = *stream;
    p->stream = (struct eq_stream){.read = read_peeked, .seek = p->in->seek ? seek_peeked : NULL,
                                   .close = close_peeked};
    *stream = &p->stream;
    while (eq_codec_undecided(eq_slice(p->head, p->n))) {
        size_t got = 0;
        /* An error will come again, or will not matter: the bytes before it are given first. */
        if (p->in->read(&got, p->in, p->head + p->n, sizeof p->head - p->n) != EQ_OK)
            break;
        p->n += got;
    }
    *head = eq_slice(p->head, p->n);
    return EQ_OK;
}

/* ── Opening ───────────────────────────────────────────────────────────────────────────────────────────────────── */

static void begin_text(struct eq_reader *r, struct chain *c)
{
    c->block.unit = r->unit;
    eq_block_start(&c->block, c->stream);
    c->ndjson = (struct eq_ndjson){.bulk = r->options.bulk, .leave_half = r->options.leave_half};
    c->json = (struct eq_json){0};
    c->first = (struct eq_json_scan){.want_hits = true};
    c->checked = false;
    c->texts++;
    c->format = r->options.input == EQ_INPUT_NDJSON ? FORMAT_NDJSON
                : r->options.input == EQ_INPUT_JSON ? FORMAT_JSON
                                                    : FORMAT_UNKNOWN;
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
static enum eq_status settle(struct eq_reader *r, struct chain *c)
{
    struct eq_slice head;
    if (r->options.follow) {
        begin_text(r, c);
        return EQ_OK;
    }
    enum eq_status st = peek(&c->stream, &head, r->alloc);
    for (int i = 0; i < MOST_NESTED && st == EQ_OK && eq_codec_is_gzip(head); i++) {
        st = eq_codec_gzip(&c->stream, c->stream, r->alloc);
        if (st == EQ_OK)
            st = peek(&c->stream, &head, r->alloc);
    }
    if (st != EQ_OK)
        return st;
    if (!eq_codec_packed(head) || c->nested == MOST_NESTED) {
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
static enum eq_status next_entry(struct eq_reader *r, struct chain *c, struct eq_diags *diags)
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
            leave_source(c);
        eq_archive_free(c->archives[top]);
        c->nested--;
        if (st == EQ_IO)
            report(diags, EQ_E0804, c->names[top], why);
        if (st != EQ_END)
            return st;
    }
    return EQ_END;
}

/* Is this the file that the bookmark is of? */
static void check_mark(struct chain *c, struct eq_diags *diags)
{
    int fd = c->source->file(c->source);
    if (!c->mark.begun || eq_file_is(fd, &c->mark.file))
        return;
    c->mark.begun = false;
    report(diags, EQ_W0802, c->path,
           fd < 0 ? "it is not there any more; what comes under its name is read from the start"
                  : "it is not the file that was read before, or was cut; it is read from the start");
}

static enum eq_status open_chain(struct eq_reader *r, struct chain *c, struct eq_diags *diags)
{
    char why[160] = "";
    bool follow = r->options.follow && strcmp(c->path.ptr, "-") != 0;
    c->begun = true;
    c->name = c->path;
    enum eq_status st = follow ? eq_source_follow(&c->stream, c->path.ptr, &r->options, &r->total_read, why, r->alloc)
                               : eq_source_file(&c->stream, c->path.ptr, &r->options, &r->total_read, why, r->alloc);
    if (st == EQ_IO)
        report(diags, EQ_E0801, c->path, why);
    if (st != EQ_OK)
        return st;
    c->source = c->stream;
    check_mark(c, diags);
    return settle(r, c);
}

/* ── The format of a text ──────────────────────────────────────────────────────────────────────────────────────── */

/* Room to look at byte `n` of the block; false if it will not come (or not now). */
static bool have(struct eq_block *b, size_t n)
{
    while (b->end - b->begin <= n)
        if (!eq_block_fill(b))
            return false;
    return true;
}

/* The encoding: drop a byte order mark, refuse UTF-16. EQ_END: wait for more. */
static enum eq_status check_start(struct chain *c, struct eq_diags *diags)
{
    struct eq_block *b = &c->block;
    if (!have(b, 0) && b->waiting)
        return EQ_END;
    if (b->end > b->begin && !have(b, (unsigned char)b->ptr[b->begin] == 0xEF ? 2 : 1) && b->waiting)
        return EQ_END;
    struct eq_slice rest = eq_block_rest(b);
    c->checked = true;
    if (eq_slice_starts(rest, EQ_LIT("\xEF\xBB\xBF"))) {
        eq_block_pass(b, 3);
    } else if (eq_slice_starts(rest, EQ_LIT("\xFF\xFE")) || eq_slice_starts(rest, EQ_LIT("\xFE\xFF")) ||
               eq_slice_starts(rest, EQ_LIT("{\0")) || eq_slice_starts(rest, EQ_LIT("\0{"))) {
        struct eq_diag *d = report(diags, EQ_E0802, c->name, "the text is UTF-16, and only UTF-8 is read");
        eq_diag_help(diags, d, "convert it first, as with: iconv -f UTF-16 -t UTF-8");
        return EQ_IO;
    }
    return EQ_OK;
}

/* After an object that ended at `at` on the first line: does the line hold only that? FORMAT_UNKNOWN: wait. */
static enum format after_object(struct eq_block *b, size_t at)
{
    while (have(b, at) && eq_is_blank(b->ptr[b->begin + at]) && b->ptr[b->begin + at] != '\n')
        at++;
    if (!have(b, at))
        return b->waiting ? FORMAT_UNKNOWN : FORMAT_NDJSON;
    char c = b->ptr[b->begin + at];
    return c == '{' || c == ',' || c == '[' ? FORMAT_JSON : FORMAT_NDJSON;
}

/* The first line does not close what it opens. A broken event among lines, or the first line of a larger text? The
 * next line tells: inside an object none begins with a brace. FORMAT_UNKNOWN: wait. */
static enum format after_open_line(struct eq_block *b, size_t start, size_t newline)
{
    struct eq_slice rest = eq_block_rest(b);
    size_t filled = newline;
    while (filled > start + 1 && eq_is_blank(rest.ptr[filled - 1]))
        filled--;
    if (filled <= start + 1)
        return FORMAT_JSON; /* "{" alone */
    if (!have(b, newline + 1))
        return b->waiting ? FORMAT_UNKNOWN : FORMAT_NDJSON;
    return b->ptr[b->begin + newline + 1] == '{' ? FORMAT_NDJSON : FORMAT_JSON;
}

/* Tell lines from larger texts by the first object. FORMAT_UNKNOWN: wait for more. */
static enum format guess(struct chain *c, size_t max_event)
{
    struct eq_block *b = &c->block;
    size_t start = 0;
    for (; have(b, start) && eq_is_blank(b->ptr[b->begin + start]); start++)
        if (start > max_event)
            return FORMAT_NDJSON;
    if (!have(b, start))
        return b->waiting ? FORMAT_UNKNOWN : FORMAT_NDJSON;
    if (b->ptr[b->begin + start] != '{')
        return b->ptr[b->begin + start] == '[' ? FORMAT_JSON : FORMAT_NDJSON;
    if (c->first.at < start)
        c->first.at = start;
    for (;;) {
        /* Never more than max_event of it, so that the answer does not depend on how much was read. */
        struct eq_slice rest = eq_block_rest(b);
        size_t seen = rest.len < max_event ? rest.len : max_event;
        const char *newline = seen > start ? memchr(rest.ptr + start, '\n', seen - start) : NULL;
        struct eq_slice line = {rest.ptr, newline ? (size_t)(newline - rest.ptr) : seen};
        enum eq_json_found found = c->first.at < line.len ? eq_json_scan(&c->first, line) : EQ_FOUND_MORE;
        if (found == EQ_FOUND_HITS)
            return FORMAT_JSON;
        if (found == EQ_FOUND_END)
            return after_object(b, c->first.at);
        if (newline)
            return after_open_line(b, start, (size_t)(newline - rest.ptr));
        if (seen == max_event)
            return FORMAT_NDJSON;
        if (!eq_block_fill(b))
            return b->waiting ? FORMAT_UNKNOWN : FORMAT_NDJSON;
    }
}

/* Under AUTO, lines may also be a _bulk request: its first line is an action. */
static void guess_bulk(struct chain *c)
{
    struct eq_slice rest = eq_block_rest(&c->block);
    bool has_event;
    while (rest.len && eq_is_blank(*rest.ptr))
        rest = eq_slice(rest.ptr + 1, rest.len - 1);
    const char *newline = rest.len ? memchr(rest.ptr, '\n', rest.len) : NULL;
    if (newline)
        c->ndjson.bulk = eq_bulk_action(eq_slice(rest.ptr, (size_t)(newline - rest.ptr)), &has_event);
}

/* ── Going on where another run has stopped ────────────────────────────────────────────────────────────────────────── */

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

static void restore_format(struct chain *c, const struct eq_bookmark *m)
{
    c->format = m->how.format == FORMAT_JSON ? FORMAT_JSON : FORMAT_NDJSON;
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

/* A text was opened: go to the bookmark, or close the text if that is in a later one. */
static void resume(struct chain *c, struct eq_diags *diags)
{
    struct eq_bookmark *m = &c->mark;
    if (c->texts <= m->text) {
        if (c->nested == 0)
            leave_source(c);
        eq_stream_close(c->stream);
        c->stream = NULL;
        return;
    }
    m->begun = false;
    if (!skip(&c->block, m->offset))
        report(diags, EQ_W0802, c->name, "it is shorter than what was read of it before");
    c->block.offset = m->offset;
    c->block.line = m->line;
    restore_format(c, m);
}

static struct eq_bookmark_format format_of(const struct chain *c)
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
    const struct chain *c = r->chains[index];
    if (!c->begun || c->mark.begun)
        return c->mark.begun ? c->mark : (struct eq_bookmark){.path = c->path};
    struct eq_bookmark m = {.path = c->path,
                            .begun = c->texts > 0 && c->format != FORMAT_UNKNOWN,
                            .text = c->texts - 1,
                            .offset = c->block.offset,
                            .line = c->block.line,
                            .how = format_of(c)};
    if (c->format == FORMAT_NDJSON && c->ndjson.too_long) {
        m.offset = c->ndjson.offset;
        m.line = c->ndjson.line;
    } else if (c->format == FORMAT_JSON && c->json.scanning) {
        m.offset = c->json.offset;
        m.line = c->json.line;
    }
    return m;
}

struct eq_file_id eq_reader_file(const struct eq_reader *r, size_t index)
{
    const struct chain *c = r->chains[index];
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
        struct chain *c = r->chains[i];
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

/* ── Items ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* The next item of the stream at hand; EQ_END: the block says why. */
static enum eq_status next_of_stream(struct eq_item *out, struct eq_reader *r, struct chain *c, struct eq_diags *diags)
{
    if (!c->checked) {
        enum eq_status st = check_start(c, diags);
        if (st != EQ_OK)
            return st;
    }
    if (c->format == FORMAT_UNKNOWN) {
        c->format = guess(c, r->options.max_event);
        if (c->format == FORMAT_UNKNOWN)
            return EQ_END;
        if (c->format == FORMAT_NDJSON)
            guess_bulk(c);
    }
    if (c->format == FORMAT_JSON)
        return eq_json_next(out, &c->json, &c->block, r->options.max_event);
    return eq_ndjson_next(out, &c->ndjson, &c->block, r->options.max_event);
}

/* The stream has ended: well, or with an error. */
static enum eq_status end_stream(struct chain *c, struct eq_diags *diags)
{
    enum eq_status st = c->block.status;
    if (st == EQ_IO)
        report(diags, c->stream->code, c->name, c->stream->why);
    if (c->nested == 0)
        leave_source(c);
    eq_stream_close(c->stream);
    c->stream = NULL;
    return st == EQ_END ? EQ_OK : st;
}

/* The next item of a chain. EQ_END: none now; c->done if none will come. Any failure ends the chain. */
static enum eq_status next_of_chain(struct eq_item *out, struct eq_reader *r, struct chain *c, struct eq_diags *diags)
{
    enum eq_status st = c->begun ? EQ_OK : open_chain(r, c, diags);
    while (st == EQ_OK) {
        if (!c->stream) {
            st = next_entry(r, c, diags);
            continue;
        }
        if (c->mark.begun) {
            resume(c, diags);
            continue;
        }
        *out = (struct eq_item){0};
        st = next_of_stream(out, r, c, diags);
        if (st == EQ_OK) {
            out->path = c->name;
            return EQ_OK;
        }
        if (st == EQ_END && !c->block.ended)
            return EQ_END; /* followed: nothing now */
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
            struct chain *c = r->chains[r->at % r->n];
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
        struct chain *c = r->chains[r->at];
        enum eq_status st = c->done ? EQ_END : next_of_chain(out, r, c, diags);
        if (c->done)
            r->at++;
        if (st != EQ_END)
            return st;
    }
    return EQ_END;
}
