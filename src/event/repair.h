/* repair.h — mend a JSON text that a strict reader refuses, so that a strange event is still seen.
 *
 * One odd byte in a log must not hide an event from detection. Mended are: a byte order mark at the start, invalid
 * UTF-8 (read as U+FFFD), raw control characters inside strings, and NaN or Infinity (read as null). Wrong structure
 * stays wrong. */
#ifndef EQ_EVENT_REPAIR_H
#define EQ_EVENT_REPAIR_H

#include "base/buf.h"

/* Replace *out by the mended text, followed by EQ_JSON_PADDING bytes that are not counted; *repairs gets the bits of
 * enum eq_repair that were needed, 0 when nothing was found to mend. */
enum eq_status eq_repair_text(struct eq_buf *out, unsigned *repairs, struct eq_slice text);

/* Where byte `at` of the mended text came from in `text`. */
size_t eq_repair_origin(struct eq_slice text, size_t at);

#endif
