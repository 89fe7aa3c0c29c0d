/* languages.h — text to plan, by the name of a language. All that others know of src/lang/. */
#ifndef EQ_LANG_LANGUAGES_H
#define EQ_LANG_LANGUAGES_H

#include "base/diag.h"
#include "plan/plan.h"

enum eq_dialect {
    EQ_DIALECT_AUTO,
#define LANGUAGE(id, name, parser, formatter, help) EQ_DIALECT_##id,
#include "lang/languages.def"
#undef LANGUAGE
    EQ_DIALECT_COUNT
};

struct eq_language_options {
    struct eq_slice category_field;  /* "event.category" if empty */
    struct eq_slice timestamp_field; /* "@timestamp" if empty */
};

/* Parse and check `source`. The plan lives in `arena`, and borrows nothing from the source. EQ_INVALID when there are
 * errors (each in `diags`); EQ_NOMEM. */
typedef enum eq_status eq_language_compile(struct eq_plan **out, const struct eq_source *source,
                                           const struct eq_language_options *options, struct eq_arena *arena,
                                           struct eq_diags *diags);

enum eq_newline { EQ_NEWLINE_KEEP, EQ_NEWLINE_LF, EQ_NEWLINE_CRLF }; /* KEEP: as the first one of the text, else LF */

#define EQ_FORMAT_WIDTH 120 /* columns */

struct eq_format_style {
    unsigned width; /* columns that a line may have, if it can be broken at all; 0: EQ_FORMAT_WIDTH */
    enum eq_newline newline;
    bool one_line;  /* all on one line, however long */
};

/* Append `source` in the one layout of its language: the same tokens and comments, but for parentheses that change
 * nothing. Ends with a line break. EQ_INVALID when there are errors (each in `diags`); EQ_LIMIT when its comments do not
 * fit on one line; EQ_NOMEM. `out` has no more than the beginning then. */
typedef enum eq_status eq_language_format(struct eq_buf *out, const struct eq_source *source,
                                          const struct eq_format_style *style, struct eq_diags *diags);

struct eq_language {
    const char *name, *help;
    eq_language_compile *compile; /* NULL for AUTO */
    eq_language_format *format;   /* likewise */
};
extern const struct eq_language eq_languages[EQ_DIALECT_COUNT];

bool eq_dialect_parse(enum eq_dialect *out, struct eq_slice name);

/* For explain: the tokens of a text, one a line, or its syntax tree. Works on wrong text as far as it goes. */
enum eq_status eq_language_print_tokens(struct eq_buf *out, enum eq_dialect dialect, const struct eq_source *source,
                                        struct eq_diags *diags);
enum eq_status eq_language_print_ast(struct eq_buf *out, enum eq_dialect dialect, const struct eq_source *source,
                                     struct eq_diags *diags);

/* Words of the languages, for completion and highlighting. */
extern const char *const eq_keywords[]; /* NULL at the end */

#endif
