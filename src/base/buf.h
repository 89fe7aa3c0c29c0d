/* buf.h — bytes that grow: text under construction, output waiting to be written.
 *
 * Appending never fails visibly: the first failed allocation sets `failed` and later appends do
 * nothing, so that a writer checks once, at the end (eq_buf_status). */
#ifndef EQ_BASE_BUF_H
#define EQ_BASE_BUF_H

#include <stdarg.h>

#include "base/alloc.h"
#include "base/slice.h"
#include "base/status.h"

struct eq_buf {
    const struct eq_alloc *alloc;
    char *ptr; /* not terminated */
    size_t len, cap;
    bool failed;
};

void eq_buf_init(struct eq_buf *b, const struct eq_alloc *alloc);
void eq_buf_free(struct eq_buf *b);
void eq_buf_clear(struct eq_buf *b); /* length 0, room kept, failure forgotten */
enum eq_status eq_buf_status(const struct eq_buf *b);
struct eq_slice eq_buf_slice(const struct eq_buf *b);
bool eq_buf_reserve(struct eq_buf *b, size_t more);

void eq_buf_add(struct eq_buf *b, struct eq_slice s);
void eq_buf_puts(struct eq_buf *b, const char *text);
void eq_buf_putc(struct eq_buf *b, char c);
void eq_buf_fill(struct eq_buf *b, char c, size_t n);
void eq_buf_printf(struct eq_buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void eq_buf_vprintf(struct eq_buf *b, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* `s` as a JSON string with quotes; invalid UTF-8 becomes U+FFFD, so the result is always JSON. */
void eq_buf_json(struct eq_buf *b, struct eq_slice s);
/* `s` as an EQL string literal with quotes. */
void eq_buf_eql(struct eq_buf *b, struct eq_slice s);
/* `s` for a terminal: control characters, ESC, C1 and bidi controls are shown as escapes, so that
 * event values cannot move the cursor or forge output. */
void eq_buf_terminal(struct eq_buf *b, struct eq_slice s);

#endif
