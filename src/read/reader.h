/* reader.h — bytes to event texts: a source, a codec and a format, chained.
 *
 *      file, stdin, followed file ─▶ gzip zstd xz bzip2 zip tar … ─▶ NDJSON, JSON array, … ─▶ one item per event
 *
 * Memory is bounded by the longest event. Nothing here parses an event; it only finds where each begins and ends. */
#ifndef EQ_READ_READER_H
#define EQ_READ_READER_H

#include "base/diag.h"
#include "base/status.h"
#include "read/bookmark.h"

enum eq_input {
    EQ_INPUT_AUTO,   /* looked up from the first bytes */
    EQ_INPUT_NDJSON, /* one object a line; blank lines are skipped */
    EQ_INPUT_JSON    /* arrays of objects, concatenated or pretty-printed objects, a search response (hits.hits) */
};

struct eq_reader_options {
    enum eq_input input;
    bool follow;          /* keep waiting for more at the end, as tail -F: rotation and truncation are noticed */
    bool bulk;            /* skip the action lines of the Elasticsearch _bulk format; found by itself under AUTO */
    bool leave_half;      /* a last line that has no end and is no whole object yet is left for a later run */
    size_t max_event;     /* bytes; longer ones are skipped and reported; 0: 64 MiB */
    /* Polled while waiting and between events; true stops with EQ_END. May be NULL. */
    bool (*stop)(void *ctx);
    /* Bytes read from the outside so far, for progress. May be NULL. */
    void (*progress)(uint64_t bytes, void *ctx);
    void *ctx;
};

/* One event text. Valid until the next call. */
struct eq_item {
    struct eq_slice text;  /* without line end; followed by EQ_JSON_PADDING readable bytes */
    struct eq_slice path;  /* as given; "archive.zip!inner.ndjson" inside archives; "-" for stdin */
    uint64_t line;         /* 1-based, of its first byte */
    uint64_t offset;       /* bytes into the decoded stream of that path */
    const char *problem;   /* not NULL: these bytes are no event, and why (too long, unterminated JSON); text may be
                              cut short. The stream goes on after it. */
};

struct eq_reader;

enum eq_status eq_reader_new(struct eq_reader **out, const struct eq_reader_options *options,
                             const struct eq_alloc *alloc);
/* Read `path` after those added before; "-" is standard input. Opened when its turn comes. */
enum eq_status eq_reader_add(struct eq_reader *r, const char *path);
/* EQ_OK with an item; EQ_END after the last; EQ_IO after reporting a file that could not be opened or read (call again:
 * the next file follows); EQ_NOMEM. Diagnostics name the path. */
enum eq_status eq_reader_next(struct eq_item *out, struct eq_reader *r, struct eq_diags *diags);
/* Where the reader stands behind the last item: of each path, and of those that were restored and not added. */
void eq_reader_save(struct eq_pack *p, const struct eq_reader *r);
/* Before the first item, after the paths were added: begin where each was left. A file that is another one now, or is not
 * there, begins at its start; a diagnostic says so when its turn comes. */
void eq_reader_restore(struct eq_unpack *u, struct eq_reader *r);
/* The same for one of several readers that are saved together: path `index`, without and with what its file is known
 * by. */
struct eq_bookmark eq_reader_bookmark(const struct eq_reader *r, size_t index);
struct eq_file_id eq_reader_file(const struct eq_reader *r, size_t index);
/* Take what belongs to the reader's paths out of `marks`. */
void eq_reader_resume(struct eq_reader *r, struct eq_bookmarks *marks);
uint64_t eq_reader_total_bytes(const struct eq_reader *r); /* of regular files added; 0 if unknown */
void eq_reader_free(struct eq_reader *r);

#endif
