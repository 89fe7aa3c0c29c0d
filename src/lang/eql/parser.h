/* parser.h — what lexer, grammar and tree share while one text is parsed.
 *
 *      text ──▶ grammar/eql.re ──tokens──▶ grammar/eql.y ──constructors──▶ ast.c
 *
 * Everything made here lives in one arena that ends when the plan is built. Mistakes are told to `diags` and
 * parsing goes on; a failed allocation sets `nomem`, which is looked at once, at the end. */
#ifndef EQ_LANG_EQL_PARSER_H
#define EQ_LANG_EQL_PARSER_H

#include "base/diag.h"

struct eql_node;

#define EQL_MAX_TEXT (1u << 20) /* bytes; offsets, and so node counts, stay below a million */
#define EQL_MAX_DEPTH 256u      /* nesting of the tree: every walker recurses at most this deep */
#define EQL_MAX_OPEN 64u        /* open brackets whose place is remembered, for messages */

struct eql_open {
    uint32_t at; /* offset of the bracket */
    char close;  /* what closes it */
};

struct eql_parser {
    const struct eq_source *source;
    struct eq_diags *diags;
    struct eq_arena *arena;
    const char *text, *end; /* our copy of the text; *end is NUL and not part of it */

    const char *cursor; /* the lexer's place */
    int previous;       /* kind of the token before `last`, and of `last` itself */
    int last;
    struct eq_span previous_span, last_span;
    uint32_t bad_end; /* end of the last unexpected character: a run of them is one mistake */
    struct eql_open open[EQL_MAX_OPEN];
    uint32_t n_open; /* may exceed EQL_MAX_OPEN; those are counted only */
    bool unmatched;  /* the last closing bracket closed nothing */

    struct eql_node *query; /* the result; NULL if nothing could be made of the text */
    bool too_deep;          /* told once */
    bool nomem;
};

/* Prepare to read `source`. EQ_INVALID (and a diagnostic) if the text is too long; EQ_NOMEM. The arena is the caller's.
 */
enum eq_status eql_parser_init(struct eql_parser *p, const struct eq_source *source, struct eq_arena *arena,
                               struct eq_diags *diags);
/* Parse the whole text into p->query. Errors are in diags; EQ_NOMEM is the only failure. */
enum eq_status eql_parse(struct eql_parser *p);

/* The next token: its kind (EQL_T_… of the grammar, 0 at the end) and where it stands. Wrong characters are
 * reported and skipped; a wrong string or name is reported and still a token. */
int eql_lex(struct eql_parser *p, struct eq_span *span);
/* The end of a comment whose opening is before `at` (comments nest), or NULL if it has none. */
const char *eql_skip_comment(const struct eql_parser *p, const char *at);
/* Print the tokens of the text, one a line. */
void eql_print_tokens(struct eq_buf *out, struct eql_parser *p);

/* Tell about a token that the grammar cannot use. `found` is its kind, `expected` the names of those that would fit. */
void eql_syntax_error(struct eql_parser *p, int found, struct eq_span span, const char *const *expected, size_t n);
/* The parser's stack is full. */
void eql_nested_too_deeply(struct eql_parser *p, struct eq_span span);

static inline struct eq_slice eql_text(const struct eql_parser *p, struct eq_span span)
{
    return eq_slice(p->text + span.start, span.end - span.start);
}

#endif
