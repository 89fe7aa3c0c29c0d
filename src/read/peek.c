/* peek.c — a stream whose first bytes were looked at already, and still come first. */
#include "read/chain.h"

#include <stdio.h>

struct peeked {
    struct eq_stream stream; /* first */
    const struct eq_alloc *alloc;
    struct eq_stream *in;
    char head[EQ_SNIFF_BYTES];
    size_t n, at;
};

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

enum eq_status eq_peek(struct eq_stream **stream, struct eq_slice *head, const struct eq_alloc *alloc)
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
