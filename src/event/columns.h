/* columns.h — the values of some fields over many events, kept beside the events: what was decoded once is not again.
 *
 *                      process.name          values, each once
 *      event 0 ─▶  0   ─────────────────▶  0  "cmd.exe"
 *      event 1 ─▶  1   ─────────────────▶  1  "pwsh.exe"
 *      event 2 ─▶  0
 *
 * Two events with the same numbers in all fields that a condition reads give it the same answer. Columns are made when
 * they are asked for, and given up, the longest unused first, when memory for them is used up. */
#ifndef EQ_EVENT_COLUMNS_H
#define EQ_EVENT_COLUMNS_H

#include "event/event.h"

struct eq_columns;

struct eq_columns_options {
    bool unwrap;       /* as the decoder's */
    size_t most_bytes; /* of all columns, as good as exactly */
};

/* The events. They never change; there may be more of them with the next call. */
struct eq_columns_events {
    size_t n;
    struct eq_slice (*text)(size_t index, void *ctx); /* padded as for eq_decode */
    bool (*stop)(void *ctx);                          /* polled now and then; NULL: never */
    void *ctx;
};

enum eq_status eq_columns_new(struct eq_columns **out, const struct eq_columns_options *options,
                              const struct eq_alloc *alloc);
void eq_columns_free(struct eq_columns *c); /* NULL is fine */
/* Make or complete the columns of these fields in one pass. `few`: leave out those that have more than EQ_COLUMN_FEW
 * values, and more than one in eight events. EQ_END: stopped. A column for which memory has no room is not there afterwards: that is no failure. */
enum { EQ_COLUMN_FEW = 20000 };
enum eq_status eq_columns_read(struct eq_columns *c, const struct eq_slice *paths, size_t n, bool few,
                               const struct eq_columns_events *events);

struct eq_column {
    const uint32_t *ids;           /* by event: a number of `values`; EQ_NONE: not known of this event */
    const struct eq_slice *values; /* encoded; eq_column_value reads them */
    size_t n_events, n_values;
};
/* Valid until the next eq_columns_read. False: there is no such column. */
bool eq_columns_find(struct eq_column *out, struct eq_columns *c, struct eq_slice path);
/* The values of one field of one event, one after the other; false after the last. Strings borrow from `encoded`. */
bool eq_column_value(struct eq_value *out, struct eq_slice *encoded);
size_t eq_columns_bytes(const struct eq_columns *c);

#endif
