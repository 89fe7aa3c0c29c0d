/* chain.h — what a path is read through, and the reader that has one for each: the insides of reader.h.
 *
 *      path ─▶ source ─▶ [archive ─▶ entry ─▶ …] ─▶ stream ─▶ block ─▶ which format? ─▶ items
 *
 * Always true: a chain that is open has a stream; archives[] holds what that stream is taken from, outermost first. */
#ifndef EQ_READ_CHAIN_H
#define EQ_READ_CHAIN_H

#include "read/reader_priv.h"

enum { EQ_MOST_NESTED = 4 };

enum eq_text_format { EQ_FORMAT_UNKNOWN, EQ_FORMAT_NDJSON, EQ_FORMAT_JSON };

struct eq_chain {
    struct eq_slice path; /* as given */
    struct eq_slice name; /* of the stream at hand: path, or "path!inner" */
    struct eq_stream *stream; /* NULL: not open */
    struct eq_archive *archives[EQ_MOST_NESTED];
    struct eq_slice names[EQ_MOST_NESTED]; /* of the archives */
    size_t nested;
    struct eq_block block;
    enum eq_text_format format;
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
    struct eq_chain **chains; /* by order of eq_reader_add */
    size_t n, cap, at;
    struct eq_bookmarks marks; /* of other paths */
    uint64_t total_size, total_read;
    size_t unit;
};

/* The source is about to be closed: note what it was. */
void eq_chain_leave_source(struct eq_chain *c);

/* The encoding of a new text: drop a byte order mark, refuse UTF-16. EQ_END: wait for more. EQ_IO: reported. */
enum eq_status eq_chain_check_start(struct eq_chain *c, struct eq_diags *diags);
/* Which format is the text? False: wait for more. */
bool eq_chain_guess(struct eq_chain *c, size_t max_event);

/* A text was opened: go to the bookmark, or close the text if that is in a later one. False: stopped on the way, and the
 * bookmark holds. */
bool eq_chain_resume(struct eq_chain *c, struct eq_diags *diags);

/* Wrap *stream, so that enough of its beginning is known to tell packed bytes from text. *head: that beginning, valid as
 * long as the stream. EQ_NOMEM: *stream is as it was. */
enum eq_status eq_peek(struct eq_stream **stream, struct eq_slice *head, const struct eq_alloc *alloc);

/* "NAME: WHY" */
struct eq_diag *eq_reader_report(struct eq_diags *diags, enum eq_code code, struct eq_slice name, const char *why);

#endif
