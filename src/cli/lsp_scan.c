/* lsp_scan.c — a query as words, strings, comments and marks, right or wrong. */
#include <string.h>

#include "cli/lsp.h"
#include "cli/repl.h"

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("_.@", c)) ||
           (unsigned char)c >= 0x80;
}

struct lsp_token lsp_next_token(eqlite_string query, size_t at)
{
    const char *text = query.ptr;
    while (at < query.len && (!text[at] || strchr(" \t\r\n", text[at])))
        at++;
    struct lsp_token t = {.kind = LSP_MARK, .start = at, .end = at + 1};
    if (at >= query.len) {
        t.kind = LSP_END;
        t.end = at;
    } else if (text[at] == '"') {
        t.kind = LSP_STRING;
        t.end = repl_string_end(text, at, query.len);
    } else if (text[at] == '/' && at + 1 < query.len && (text[at + 1] == '/' || text[at + 1] == '*')) {
        t.kind = LSP_COMMENT;
        t.end = repl_comment_end(text, at, query.len);
    } else if (is_word(text[at])) {
        t.kind = LSP_WORD;
        while (t.end < query.len && is_word(text[t.end]))
            t.end++;
        t.end += t.end < query.len && text[t.end] == '~';
    }
    t.end = t.end > query.len ? query.len : t.end;
    return t;
}
