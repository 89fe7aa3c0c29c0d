/* codec_gzip.c — gzip streams, by zlib.
 *
 *      header │ deflated bytes │ CRC, length ║ header │ …        members one after another are one text
 *
 * libarchive knows gzip too, but compares neither the CRC nor the length, drops what it has unpacked when the end is
 * missing, and takes unpacked NUL bytes for an empty tar. Here everything in front of damage is given, then the damage
 * is told. */
#include "read/reader_priv.h"

#include <limits.h>
#include <stdio.h>
#include <zlib.h>

enum { CHUNK = 256 * 1024, WINDOW_BITS = 15, GZIP_ONLY = 16 };

struct gzip {
    struct eq_stream stream; /* first: a stream is its gzip */
    const struct eq_alloc *alloc;
    struct eq_stream *in;
    z_stream z;
    enum eq_status status; /* not EQ_OK: how it ended; given once the bytes before it are */
    bool inside;           /* a member, and not between two */
    unsigned char chunk[CHUNK];
};

static void *zlib_alloc(void *ctx, unsigned n, unsigned size)
{
    const struct eq_alloc *alloc = ctx;
    return alloc->resize(NULL, (size_t)n * size, alloc->ctx);
}

static void zlib_free(void *ctx, void *ptr)
{
    eq_free(ctx, ptr);
}

static enum eq_status damaged(struct gzip *g, const char *why)
{
    g->stream.code = EQ_E0804;
    snprintf(g->stream.why, sizeof g->stream.why, "%s", why);
    return EQ_IO;
}

/* More packed bytes; EQ_END only where a text may end. */
static enum eq_status refill(struct gzip *g)
{
    size_t got = 0;
    enum eq_status st = g->in->read(&got, g->in, (char *)g->chunk, CHUNK);
    if (st == EQ_END && g->inside)
        return damaged(g, "truncated gzip input");
    if (st == EQ_IO) {
        g->stream.code = g->in->code;
        memcpy(g->stream.why, g->in->why, sizeof g->stream.why);
    }
    g->z.next_in = g->chunk;
    g->z.avail_in = (unsigned)got;
    return st;
}

/* Between members: on to the next, past the zeros that fill up blocks of a tape. */
static void begin_member(struct gzip *g)
{
    while (g->z.avail_in && *g->z.next_in == 0) {
        g->z.next_in++;
        g->z.avail_in--;
    }
    if (g->z.avail_in) {
        inflateReset(&g->z);
        g->inside = true;
    }
}

/* Unpack some of the bytes at hand into the room at z.next_out. */
static enum eq_status unpack(struct gzip *g)
{
    switch (inflate(&g->z, Z_NO_FLUSH)) {
    case Z_OK:
    case Z_BUF_ERROR: return EQ_OK; /* it wants more bytes or more room */
    case Z_STREAM_END: g->inside = false; return EQ_OK;
    case Z_MEM_ERROR: return EQ_NOMEM;
    default: return damaged(g, g->z.msg ? g->z.msg : "it cannot be unpacked");
    }
}

static enum eq_status read_gzip(size_t *got, struct eq_stream *s, char *buf, size_t cap)
{
    struct gzip *g = (struct gzip *)s;
    const unsigned room = cap < UINT_MAX ? (unsigned)cap : UINT_MAX;
    g->z.next_out = (unsigned char *)buf;
    g->z.avail_out = room;
    while (g->status == EQ_OK && g->z.avail_out == room) {
        if (g->z.avail_in == 0)
            g->status = refill(g);
        if (g->status == EQ_OK && !g->inside)
            begin_member(g);
        if (g->status == EQ_OK && g->inside)
            g->status = unpack(g);
    }
    *got = room - g->z.avail_out;
    return *got ? EQ_OK : g->status;
}

static void close_gzip(struct eq_stream *s)
{
    struct gzip *g = (struct gzip *)s;
    inflateEnd(&g->z);
    eq_stream_close(g->in);
    eq_free(g->alloc, g);
}

bool eq_codec_is_gzip(struct eq_slice head)
{
    return eq_slice_starts(head, EQ_LIT("\x1f\x8b"));
}

enum eq_status eq_codec_gzip(struct eq_stream **out, struct eq_stream *in, const struct eq_alloc *alloc)
{
    struct gzip *g = eq_new(alloc, sizeof *g);
    if (!g)
        return EQ_NOMEM;
    g->stream = (struct eq_stream){.read = read_gzip, .close = close_gzip};
    g->alloc = alloc;
    g->in = in;
    g->z.zalloc = zlib_alloc;
    g->z.zfree = zlib_free;
    g->z.opaque = (void *)(uintptr_t)alloc;
    if (inflateInit2(&g->z, WINDOW_BITS + GZIP_ONLY) != Z_OK) {
        eq_free(alloc, g);
        return EQ_NOMEM;
    }
    *out = &g->stream;
    return EQ_OK;
}
