/* merge.h — several inputs as one, in order of time, if each is in order itself.
 *
 *      a.ndjson   12:01  12:04 ┐
 *      b.ndjson   12:02        ├─▶ a 12:01, b 12:02, c 12:03, a 12:04
 *      c.ndjson   12:03  12:09 ┘
 *
 * All are open at once, and the earliest of their next events is given. An event without a time goes with the one
 * before it in its input. Events of equal time come in the order in which their inputs were added. */
#ifndef EQ_API_MERGE_H
#define EQ_API_MERGE_H

#include "api/eqlite.h"
#include "base/diag.h"
#include "read/reader.h"

/* Inputs at most. */
#define EQ_MERGE_INPUTS EQLITE_MERGE_PATHS

struct eq_merge;

/* `options` go to the reader of each input; progress counts the bytes of all. */
enum eq_status eq_merge_new(struct eq_merge **out, const struct eq_reader_options *options, struct eq_slice timestamp,
                            bool unwrap, const struct eq_alloc *alloc);
void eq_merge_free(struct eq_merge *m); /* NULL is fine */
/* EQ_LIMIT: too many inputs. */
enum eq_status eq_merge_add(struct eq_merge *m, const char *path);
/* As eq_reader_next. */
enum eq_status eq_merge_next(struct eq_item *out, struct eq_merge *m, struct eq_diags *diags);
/* As those of eq_reader. An event that was read but not given yet will be read again. */
void eq_merge_save(struct eq_pack *p, const struct eq_merge *m);
void eq_merge_restore(struct eq_unpack *u, struct eq_merge *m);
uint64_t eq_merge_total_bytes(const struct eq_merge *m);

#endif
