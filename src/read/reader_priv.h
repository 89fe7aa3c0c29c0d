/* reader_priv.h — the links of the chain: streams of bytes, the block they are read into, and the formats.
 *
 *      source_file ─┐
 *      source_follow┼─▶ stream ─▶ [codec ─▶ stream ─▶ …] ─▶ block ─▶ format ─▶ items
 *
 * A stream gives bytes and nothing else; a codec is a stream over a stream. A format finds items in the block, which
 * always holds the whole item at hand: that is the only buffer, and items are slices of it. */
#ifndef EQ_READ_READER_PRIV_H
#define EQ_READ_READER_PRIV_H

#include "read/bookmark.h"
#include "read/reader.h"

/* ── Streams ───────────────────────────────────────────────────────────────────────────────────────────────────── */

struct eq_stream {
    /* Up to `cap` bytes. EQ_OK with *got > 0, or with 0 if there is nothing now but may be later (followed files only);
     * EQ_END; EQ_IO: code and why are set; EQ_NOMEM. */
    enum eq_status (*read)(size_t *got, struct eq_stream *s, char *buf, size_t cap);
    /* As lseek; NULL if it cannot. */
    int64_t (*seek)(struct eq_stream *s, int64_t offset, int whence);
    void (*close)(struct eq_stream *s); /* also frees s */
    int (*file)(const struct eq_stream *s); /* the open file, -1 for none; of sources only */
    enum eq_code code;
    char why[160];  /* of EQ_IO; terminated */
    bool restarted; /* what was read last begins the file anew: it was rotated or cut. Cleared by the next read. */
};

static inline void eq_stream_close(struct eq_stream *s)
{
    if (s)
        s->close(s);
}

/* How to report the outside world's progress and hear of its wishes. */
static inline bool eq_reader_stopped(const struct eq_reader_options *o)
{
    return o->stop && o->stop(o->ctx);
}

/* Open a file, or standard input for "-". EQ_IO: *why says why it cannot be opened. `options` are borrowed; *total
 * counts the bytes read, for options->progress. */
enum eq_status eq_source_file(struct eq_stream **out, const char *path, const struct eq_reader_options *options,
                              uint64_t *total, char why[160], const struct eq_alloc *alloc);
/* A file that is read for ever, through rotation and truncation; it need not exist yet. */
enum eq_status eq_source_follow(struct eq_stream **out, const char *path, const struct eq_reader_options *options,
                                uint64_t *total, char why[160], const struct eq_alloc *alloc);

/* ── Codecs ────────────────────────────────────────────────────────────────────────────────────────────────────── */

#define EQ_SNIFF_BYTES 512

/* Is it gzip? */
bool eq_codec_is_gzip(struct eq_slice head);
/* What `in` packs, as a stream that owns `in`; on EQ_NOMEM, `in` stays the caller's. */
enum eq_status eq_codec_gzip(struct eq_stream **out, struct eq_stream *in, const struct eq_alloc *alloc);

struct eq_archive;

/* Do these first bytes of a stream need unpacking? */
bool eq_codec_packed(struct eq_slice head);
/* May more bytes change that answer? */
bool eq_codec_undecided(struct eq_slice head);
/* Unpack `in`, which then belongs to the archive, also on failure. */
enum eq_status eq_archive_new(struct eq_archive **out, struct eq_stream *in, const struct eq_alloc *alloc);
/* The next file inside as a stream, to be closed before the next call. *name is empty for plain compression. EQ_END;
 * EQ_IO: why. */
enum eq_status eq_archive_next(struct eq_stream **out, struct eq_slice *name, struct eq_archive *a, char why[160]);
void eq_archive_free(struct eq_archive *a);

/* ── Block ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

enum { EQ_PAD = 64, EQ_HEAD = 1024 };

struct eq_block {
    const struct eq_alloc *alloc;
    struct eq_stream *stream; /* borrowed */
    const struct eq_reader_options *options; /* who may want to stop; borrowed */
    char *ptr;                /* cap + EQ_PAD bytes */
    size_t cap, begin, end;   /* what is not consumed is [begin, end) */
    size_t unit;              /* smallest read, and first capacity */
    uint64_t offset;          /* of ptr[begin] in the stream */
    uint64_t line;            /* 1-based, at ptr[begin] */
    bool waiting;             /* nothing more to read now, or a stop is wanted */
    bool ended;
    enum eq_status status;    /* how it ended: EQ_END, EQ_IO, EQ_NOMEM */
    char head[EQ_HEAD + EQ_PAD]; /* the beginning of an item that was too long to keep */
    size_t head_len;
};

void eq_block_start(struct eq_block *b, struct eq_stream *stream, const struct eq_reader_options *options);
/* Read more behind `end`. False: nothing came (waiting, or ended). */
bool eq_block_fill(struct eq_block *b);
/* Consume n bytes that hold no newline. */
void eq_block_pass(struct eq_block *b, size_t n);
/* Consume n bytes and count the lines in them. */
void eq_block_pass_lines(struct eq_block *b, size_t n);
void eq_block_free(struct eq_block *b);

static inline struct eq_slice eq_block_rest(const struct eq_block *b)
{
    return (struct eq_slice){b->ptr ? b->ptr + b->begin : NULL, b->end - b->begin};
}

static inline bool eq_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* ── Formats ───────────────────────────────────────────────────────────────────────────────────────────────────── */

struct eq_ndjson {
    size_t scanned;  /* bytes of the block known to hold no newline */
    bool bulk;       /* action lines alternate with events */
    bool after_action;
    bool too_long;   /* the line at hand is; its beginning is in block.head */
    bool leave_half; /* do not give a last line that has no end and is no whole object yet */
    uint64_t line, offset; /* where that line began */
};

/* Where a scan for the end of a JSON value stands. */
struct eq_json_scan {
    size_t at; /* bytes from the block's begin */
    size_t depth;
    bool in_string, escaped;
    bool want_hits;         /* look for hits.hits, and stop there */
    bool in_hits, in_key;
    char before;            /* last byte outside strings that is not blank */
    uint8_t key_len;        /* of the key at hand, up to 5 */
    char key[5];
};

enum eq_json_found { EQ_FOUND_MORE, EQ_FOUND_END, EQ_FOUND_HITS };
/* Go on in `text` (the block's rest) from scan->at. END: the value ends before `at`. HITS: the '[' of hits.hits is
 * before `at`. MORE: the text is used up. */
enum eq_json_found eq_json_scan(struct eq_json_scan *scan, struct eq_slice text);

struct eq_json {
    enum { EQ_JSON_TOP, EQ_JSON_ARRAY, EQ_JSON_HITS, EQ_JSON_REST } where;
    bool scanning; /* a value is at hand */
    bool too_long;
    uint64_t line, offset; /* where it began */
    struct eq_json_scan scan;
};

/* The next item of the block. EQ_OK; EQ_END: block->waiting or block->ended says why. */
enum eq_status eq_ndjson_next(struct eq_item *out, struct eq_ndjson *f, struct eq_block *b, size_t max_event);
enum eq_status eq_json_next(struct eq_item *out, struct eq_json *f, struct eq_block *b, size_t max_event);
/* Is this line an action of the _bulk format? *has_event: an event line follows. */
bool eq_bulk_action(struct eq_slice line, bool *has_event);

/* ── Tests ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* Read in units of `size` bytes, so that every boundary is met. */
void eq_reader_set_unit(struct eq_reader *r, size_t size);

#endif
