/* format.h — a query in its one layout, in two steps.
 *
 *      text ─▶ tree ─┬─▶ format_tokens.c   tokens with the comments before each, widths summed up
 *                    └─▶ format.c          the tree tells where lines may end; the tokens are printed in order
 *
 *      a // why      ─▶   [a] [and]{// why} [b]         a comment that ends its line goes behind `and`, `or`, ','
 *      and (b)                                          parentheses that say nothing are left out
 *
 * Always true: tokens are printed as they were written, in their order, each comment once. What decides about the
 * layout (tokens, and whether a comment has its line for itself, ends one or stands within) is the same in what comes
 * out, so formatting twice changes nothing. */
#ifndef EQ_LANG_EQL_FORMAT_H
#define EQ_LANG_EQL_FORMAT_H

#include "lang/eql/ast.h"

struct eql_comment {
    struct eq_span span;
    uint32_t width;   /* columns */
    bool starts_line; /* nothing stands before it on its line */
    bool ends_line;   /* nothing behind it */
    bool blank;       /* an empty line is before it */
    bool tall;        /* it has several lines itself */
};

struct eql_token {
    struct eq_span span;
    uint32_t comments, end_comments; /* those before it, by number */
    uint32_t width;                  /* columns of the token */
    uint32_t flat;                   /* columns of everything up to its end, were it all on one line */
    uint32_t forced;                 /* comments up to it that need a line to end */
    uint32_t match;                  /* of a parenthesis: number of the other one */
    int16_t kind;                    /* EQL_T_… */
    bool space;                      /* a blank before it, on one line */
    bool blank;                      /* an empty line is before it */
    bool dropped;
};

struct eql_tokens {
    const struct eq_alloc *alloc;
    const struct eql_parser *parser;
    struct eql_token *items; /* the last one is the end of the query, empty */
    size_t n, cap;
    struct eql_comment *comments;
    size_t n_comments, cap_comments;
    bool crlf; /* its first line break is \r\n */
};

/* The tokens of `source`, whose tree is `query`, which was parsed without errors. EQ_NOMEM: free all the same. */
enum eq_status eql_tokens_read(struct eql_tokens *t, struct eql_parser *p, const struct eql_node *query,
                               const struct eq_alloc *alloc);
void eql_tokens_free(struct eql_tokens *t);
/* Numbers of the first and last token of a span. */
uint32_t eql_tokens_first(const struct eql_tokens *t, struct eq_span span);
uint32_t eql_tokens_last(const struct eql_tokens *t, struct eq_span span);

#endif
