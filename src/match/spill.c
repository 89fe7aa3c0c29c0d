/* spill.c — see spill.h. A file is a row of records: a fixed head, then the texts. Only this process reads it. */
#include "match/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BUFFER = 256 << 10 };

struct record {
    struct eq_place place;
    uint64_t line, offset;
    size_t text, path, tie; /* bytes that follow */
};

struct run {
    int fd;
    char *buffer; /* of what was read, or is to be written */
    size_t at, end;
    bool loaded, through;
    struct eq_buf texts; /* of the record at hand */
    struct eq_held held;
};

struct eq_spill {
    const struct eq_alloc *alloc;
    const char *folder;
    struct run runs[EQ_SPILL_RUNS];
    size_t n;
    bool broken;       /* a run could not be written: events are lost, and nothing more is given */
    struct run *first; /* whose event was given */
};

enum eq_status eq_spill_new(struct eq_spill **out, const char *folder, const struct eq_alloc *alloc)
{
    struct eq_spill *s = eq_new(alloc, sizeof *s);
    if (!s)
        return EQ_NOMEM;
    s->alloc = alloc;
    s->folder = folder;
    *out = s;
    return EQ_OK;
}

static void close_run(struct eq_spill *s, struct run *r)
{
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
    eq_free(s->alloc, r->buffer);
    r->buffer = NULL;
    eq_buf_free(&r->texts);
}

void eq_spill_free(struct eq_spill *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++)
        close_run(s, &s->runs[i]);
    eq_free(s->alloc, s);
}

/* ── Writing ── */

static int open_nameless(const char *folder)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/eqlite-XXXXXX", folder);
    if (n < 0 || (size_t)n >= sizeof path)
        return -1;
    int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    unlink(path);
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

enum eq_status eq_spill_begin(struct eq_spill *s)
{
    if (s->n == EQ_SPILL_RUNS)
        return EQ_LIMIT;
    struct run *r = &s->runs[s->n];
    *r = (struct run){.fd = -1};
    eq_buf_init(&r->texts, s->alloc);
    r->buffer = s->alloc->resize(NULL, BUFFER, s->alloc->ctx);
    if (!r->buffer)
        return EQ_NOMEM;
    s->n++; /* from here on it is freed with the others */
    r->fd = open_nameless(s->folder);
    s->broken |= r->fd < 0;
    return r->fd < 0 ? EQ_IO : EQ_OK;
}

static bool flush(struct run *r)
{
    for (size_t done = 0; done < r->end;) {
        ssize_t n = write(r->fd, r->buffer + done, r->end - done);
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || errno != EINTR)
            return false;
    }
    r->end = 0;
    return true;
}

static bool put_bytes(struct run *r, const void *ptr, size_t len)
{
    for (const char *p = ptr; len > 0;) {
        size_t part = BUFFER - r->end < len ? BUFFER - r->end : len;
        memcpy(r->buffer + r->end, p, part);
        r->end += part;
        p += part;
        len -= part;
        if (r->end == BUFFER && !flush(r))
            return false;
    }
    return true;
}

enum eq_status eq_spill_put(struct eq_spill *s, const struct eq_held *e)
{
    struct run *r = &s->runs[s->n - 1];
    struct record record;
    memset(&record, 0, sizeof record); /* no byte of the file is left to chance */
    record.place = e->place;
    record.line = e->origin.line;
    record.offset = e->origin.offset;
    record.text = e->text.len;
    record.path = e->origin.path.len;
    record.tie = e->place.tie.type == EQ_STRING ? e->place.tie.len : 0;
    record.place.tie.s = NULL;
    if (put_bytes(r, &record, sizeof record) && put_bytes(r, e->text.ptr, record.text) &&
        put_bytes(r, e->origin.path.ptr, record.path) && put_bytes(r, e->place.tie.s, record.tie))
        return EQ_OK;
    s->broken = true;
    return EQ_IO;
}

enum eq_status eq_spill_end(struct eq_spill *s)
{
    struct run *r = &s->runs[s->n - 1];
    if (!flush(r) || lseek(r->fd, 0, SEEK_SET) != 0) {
        s->broken = true;
        return EQ_IO;
    }
    eq_free(s->alloc, r->buffer); /* until it is read: memory is short */
    r->buffer = NULL;
    return EQ_OK;
}

/* ── Reading ── */

/* The next `len` bytes; *got may be less at the end of the file only. */
static enum eq_status get_bytes(size_t *got, struct run *r, char *out, size_t len)
{
    for (*got = 0; *got < len;) {
        if (r->at == r->end) {
            ssize_t n = read(r->fd, r->buffer, BUFFER);
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                return EQ_IO;
            if (n == 0)
                return EQ_OK;
            r->at = 0;
            r->end = (size_t)n;
        }
        size_t part = r->end - r->at < len - *got ? r->end - r->at : len - *got;
        memcpy(out + *got, r->buffer + r->at, part);
        r->at += part;
        *got += part;
    }
    return EQ_OK;
}

/* Point the event at its texts, which stand in `texts` as in the file, but for the padding behind the first. */
static void point(struct run *r, const struct record *record)
{
    const char *p = r->texts.ptr;
    r->held = (struct eq_held){.place = record->place, .origin = {.line = record->line, .offset = record->offset}};
    r->held.text = eq_slice(p, record->text);
    p += record->text + EQ_JSON_PADDING;
    r->held.origin.path = eq_slice(p, record->path);
    if (record->place.tie.type == EQ_STRING)
        r->held.place.tie.s = p + record->path;
}

static enum eq_status load(struct eq_spill *s, struct run *r)
{
    struct record record;
    size_t got, rest;
    if (!r->buffer && !(r->buffer = s->alloc->resize(NULL, BUFFER, s->alloc->ctx)))
        return EQ_NOMEM;
    enum eq_status st = get_bytes(&got, r, (char *)&record, sizeof record);
    if (st != EQ_OK)
        return st;
    if (got == 0) {
        r->through = true;
        close_run(s, r);
        return EQ_OK;
    }
    eq_buf_clear(&r->texts);
    rest = got == sizeof record ? record.path + record.tie : 0;
    if (got < sizeof record || !eq_buf_reserve(&r->texts, record.text + EQ_JSON_PADDING + rest))
        return got < sizeof record ? EQ_IO : EQ_NOMEM;
    st = get_bytes(&got, r, r->texts.ptr, record.text);
    if (st != EQ_OK || got < record.text)
        return EQ_IO;
    memset(r->texts.ptr + record.text, ' ', EQ_JSON_PADDING);
    st = get_bytes(&got, r, r->texts.ptr + record.text + EQ_JSON_PADDING, rest);
    if (st != EQ_OK || got < rest)
        return EQ_IO;
    point(r, &record);
    r->loaded = true;
    return EQ_OK;
}

enum eq_status eq_spill_first(const struct eq_held **out, struct eq_spill *s)
{
    struct run *best = NULL;
    *out = NULL;
    if (s->broken)
        return EQ_IO;
    for (size_t i = 0; i < s->n; i++) {
        struct run *r = &s->runs[i];
        enum eq_status st = r->loaded || r->through ? EQ_OK : load(s, r);
        if (st != EQ_OK)
            return st;
        if (r->loaded && (!best || eq_place_cmp(&r->held.place, &best->held.place) < 0))
            best = r;
    }
    s->first = best;
    if (best)
        *out = &best->held;
    return EQ_OK;
}

void eq_spill_take(struct eq_spill *s)
{
    if (s->first)
        s->first->loaded = false;
    s->first = NULL;
}
