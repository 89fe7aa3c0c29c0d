/* codec.c — compressed streams and archives, by libarchive; but gzip has a file of its own.
 *
 *      stream ─▶ libarchive ─▶ one stream per file inside         events.zip ─▶ a.ndjson, b.json
 *                                                                 events.zst ─▶ itself, unpacked
 *
 * Only what begins like a packed file comes here: plain text never does. Bytes reach libarchive through a callback, so
 * standard input may be packed too. It starts no other programs: only the formats it knows itself are enabled. */
#include "read/reader_priv.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>

enum { CHUNK = 256 * 1024 };

struct eq_archive {
    const struct eq_alloc *alloc;
    struct archive *handle;
    struct eq_stream *in;
    char *chunk;
    bool nomem;
    bool in_failed; /* reading below failed: in->why says more than libarchive can */
};

/* ── What needs unpacking ──────────────────────────────────────────────────────────────────────────────────────── */

static const struct eq_slice magics[] = {
    {"\x1f\x8b", 2},             /* gzip */
    {"\x1f\x9d", 2},             /* compress */
    {"BZh", 3},                  /* bzip2 */
    {"\xfd" "7zXZ", 5},          /* xz */
    {"\x28\xb5\x2f\xfd", 4},     /* zstd */
    {"\x04\x22\x4d\x18", 4},     /* lz4 */
    {"\x5d\0\0", 3},             /* lzma */
    {"LZIP", 4},                 /* lzip */
    {"PK\3\4", 4},               /* zip */
    {"PK\5\6", 4},               /* empty zip */
    {"7z\xbc\xaf\x27\x1c", 6},   /* 7-zip */
};
enum { TAR_AT = 257 };

bool eq_codec_packed(struct eq_slice head)
{
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (eq_slice_starts(head, magics[i]))
            return true;
    return head.len >= TAR_AT + 5 && memcmp(head.ptr + TAR_AT, "ustar", 5) == 0;
}

bool eq_codec_undecided(struct eq_slice head)
{
    size_t i = 0;
    if (head.len >= EQ_SNIFF_BYTES || eq_codec_packed(head))
        return false;
    while (i < head.len && (eq_is_blank(head.ptr[i]) || (unsigned char)head.ptr[i] >= 0xEF))
        i++;
    /* Text that begins as JSON does is not worth waiting for more; file names in a tar look otherwise. */
    return i == head.len ? head.len < 8 : head.ptr[i] != '{' && head.ptr[i] != '[';
}

/* ── libarchive's callbacks ────────────────────────────────────────────────────────────────────────────────────── */

static la_ssize_t give_bytes(struct archive *handle, void *ctx, const void **buffer)
{
    struct eq_archive *a = ctx;
    size_t got = 0;
    enum eq_status st = a->in->read(&got, a->in, a->chunk, CHUNK);
    *buffer = a->chunk;
    if (st == EQ_OK)
        return (la_ssize_t)got;
    if (st == EQ_END)
        return 0;
    a->nomem = st == EQ_NOMEM;
    a->in_failed = st == EQ_IO;
    archive_set_error(handle, 5, "%s", st == EQ_IO ? a->in->why : "out of memory");
    return -1;
}

static la_int64_t give_place(struct archive *handle, void *ctx, la_int64_t offset, int whence)
{
    (void)handle;
    struct eq_archive *a = ctx;
    int64_t at = a->in->seek(a->in, offset, whence);
    return at < 0 ? ARCHIVE_FATAL : at;
}

static enum eq_status archive_failed(const struct eq_archive *a, char why[160])
{
    const char *text = archive_error_string(a->handle);
    if (a->nomem)
        return EQ_NOMEM;
    snprintf(why, 160, "%s", text ? text : "it cannot be unpacked");
    return EQ_IO;
}

/* ── Archives ──────────────────────────────────────────────────────────────────────────────────────────────────── */

static void enable(struct archive *handle)
{
    archive_read_support_filter_gzip(handle);
    archive_read_support_filter_compress(handle);
    archive_read_support_filter_bzip2(handle);
    archive_read_support_filter_xz(handle);
    archive_read_support_filter_lzma(handle);
    archive_read_support_filter_lzip(handle);
    archive_read_support_filter_zstd(handle);
    archive_read_support_filter_lz4(handle);
    archive_read_support_format_tar(handle);
    archive_read_support_format_zip(handle);
    archive_read_support_format_7zip(handle);
    archive_read_support_format_raw(handle);
    archive_read_support_format_empty(handle);
}

void eq_archive_free(struct eq_archive *a)
{
    if (!a)
        return;
    if (a->handle)
        archive_read_free(a->handle);
    eq_stream_close(a->in);
    eq_free(a->alloc, a->chunk);
    eq_free(a->alloc, a);
}

enum eq_status eq_archive_new(struct eq_archive **out, struct eq_stream *in, const struct eq_alloc *alloc)
{
    struct eq_archive *a = eq_new(alloc, sizeof *a);
    if (!a) {
        eq_stream_close(in);
        return EQ_NOMEM;
    }
    a->alloc = alloc;
    a->in = in;
    a->chunk = alloc->resize(NULL, CHUNK, alloc->ctx);
    a->handle = archive_read_new();
    if (!a->chunk || !a->handle) {
        eq_archive_free(a);
        return EQ_NOMEM;
    }
    enable(a->handle);
    archive_read_set_callback_data(a->handle, a);
    archive_read_set_read_callback(a->handle, give_bytes);
    if (in->seek)
        archive_read_set_seek_callback(a->handle, give_place);
    /* Opening looks at the first bytes only; what is wrong shows at the first header. */
    archive_read_open1(a->handle);
    *out = a;
    return EQ_OK;
}

/* ── One file inside ───────────────────────────────────────────────────────────────────────────────────────────── */

struct entry {
    struct eq_stream stream; /* first: a stream is its entry */
    struct eq_archive *archive;
    struct eq_slice block; /* unpacked and not yet given; libarchive's, until its next call */
};

/* Block by block: archive_read_data() would lose what it has when an error comes. */
static enum eq_status read_entry(size_t *got, struct eq_stream *s, char *buf, size_t cap)
{
    struct entry *e = (struct entry *)s;
    struct eq_archive *a = e->archive;
    while (e->block.len == 0) {
        const void *data = NULL;
        la_int64_t offset; /* holes of sparse files are left out */
        int code = archive_read_data_block(a->handle, &data, &e->block.len, &offset);
        e->block.ptr = data;
        if (code == ARCHIVE_EOF)
            return EQ_END;
        if (code < ARCHIVE_WARN && code != ARCHIVE_RETRY) {
            s->code = a->in_failed ? EQ_E0802 : EQ_E0804;
            return archive_failed(a, s->why);
        }
    }
    *got = e->block.len < cap ? e->block.len : cap;
    memcpy(buf, e->block.ptr, *got);
    e->block = eq_slice(e->block.ptr + *got, e->block.len - *got);
    return EQ_OK;
}

static void close_entry(struct eq_stream *s)
{
    eq_free(((struct entry *)s)->archive->alloc, s);
}

enum eq_status eq_archive_next(struct eq_stream **out, struct eq_slice *name, struct eq_archive *a, char why[160])
{
    struct archive_entry *header;
    for (;;) {
        int code = archive_read_next_header(a->handle, &header);
        if (code == ARCHIVE_EOF)
            return EQ_END;
        if (code < ARCHIVE_WARN)
            return archive_failed(a, why);
        if (archive_format(a->handle) == ARCHIVE_FORMAT_RAW || archive_entry_filetype(header) == AE_IFREG)
            break;
    }
    struct entry *e = eq_new(a->alloc, sizeof *e);
    if (!e)
        return EQ_NOMEM;
    e->archive = a;
    e->stream = (struct eq_stream){.read = read_entry, .close = close_entry};
    const char *path = archive_entry_pathname(header);
    *name = archive_format(a->handle) == ARCHIVE_FORMAT_RAW ? (struct eq_slice){"", 0} : eq_slice_of(path ? path : "?");
    *out = &e->stream;
    return EQ_OK;
}
