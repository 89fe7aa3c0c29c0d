/* utf8.h — the little Unicode that EQL needs: decode, validate, fold case, measure. */
#ifndef EQ_BASE_UTF8_H
#define EQ_BASE_UTF8_H

#include "base/buf.h"

/* Decode one code point at p < end; sets *len to the bytes it takes. An invalid byte gives -1 and
 * length 1. */
int32_t eq_utf8_decode(const char *p, const char *end, unsigned *len);
unsigned eq_utf8_encode(char out[4], uint32_t code); /* returns 1..4 */
bool eq_utf8_valid(struct eq_slice s, size_t *bad_at);
bool eq_ascii(struct eq_slice s);
size_t eq_utf8_count(struct eq_slice s); /* code points; an invalid byte counts as one */
/* Byte offset of code point number `index`, or s.len if there are fewer. */
size_t eq_utf8_offset(struct eq_slice s, size_t index);
/* Columns a terminal needs for s; control characters count as 1. */
size_t eq_utf8_width(struct eq_slice s);

/* Beyond ASCII's controls: does this character reorder, hide or break the text around it on a terminal? */
bool eq_utf8_tricks(int32_t code);

/* Simple case folding (Unicode, one code point to one; docs/semantics.md, Case). */
uint32_t eq_fold_code(uint32_t code);
/* Append the folded form of s. */
void eq_fold(struct eq_buf *out, struct eq_slice s);
bool eq_fold_eq(struct eq_slice a, struct eq_slice b);
extern const unsigned char eq_fold_ascii[256]; /* A-Z to a-z, all else itself */

#endif
