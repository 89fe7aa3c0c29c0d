/* eql.h — EQL in its dialects: text to plan, and the forms in between as text. Called by lang/languages.c alone. */
#ifndef EQ_LANG_EQL_EQL_H
#define EQ_LANG_EQL_EQL_H

#include "lang/languages.h"

eq_language_compile eql_compile_elastic, eql_compile_endpoint;
eq_language_format eql_format;
enum eq_status eql_tokens_text(struct eq_buf *out, const struct eq_source *source, struct eq_diags *diags);
enum eq_status eql_ast_text(struct eq_buf *out, const struct eq_source *source, struct eq_diags *diags);

#endif
