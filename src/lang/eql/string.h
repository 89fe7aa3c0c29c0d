/* string.h — string literals: their escapes checked, their values made. */
#ifndef EQ_LANG_EQL_STRING_H
#define EQ_LANG_EQL_STRING_H

#include "lang/eql/parser.h"

/* Report every wrong escape of the ordinary string "…" at `span`. */
void eql_string_check(struct eql_parser *p, struct eq_span span);
/* The value of the string token at `span`, in the arena; whatever is wrong with it was reported before. ptr is NULL
 * when memory ran out (p->nomem is set). */
struct eq_slice eql_string_value(struct eql_parser *p, struct eq_span span);
/* The name that the token at `span` stands for: without its backquotes, if it has them. As above. */
struct eq_slice eql_name_value(struct eql_parser *p, struct eq_span span);

#endif
