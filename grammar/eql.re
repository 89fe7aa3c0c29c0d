/* eql.re — text to tokens.
 *
 *      process where name == "x"    ─▶    NAME  "where"  NAME  "=="  STRING
 *
 * A token is a kind and a span, nothing else: values are made from the span when the tree needs them. The text is
 * whole and followed by a NUL (re2c:eof), which is told from a NUL inside the text by its place. Longest match
 * wins. A mistake is reported with its exact span and lexing goes on with the most likely token, so that the
 * parser does not stumble over it again. docs/language.md, Tokens. */
#include "lang/eql/parser.h"

#include "base/utf8.h"
#include "lang/eql/string.h"
#include "eql_parser.h"

typedef const unsigned char *cursor;

static struct eq_span span_of(const struct eql_parser *p, cursor from, cursor to)
{
    return (struct eq_span){(uint32_t)((const char *)from - p->text), (uint32_t)((const char *)to - p->text)};
}

/* The kind of a word: its keyword, or `other`. */
static int keyword(const unsigned char *word, cursor end, int other)
{
    static const struct {
        struct eq_slice text;
        int kind;
    } keywords[] = {
#define KEYWORD(token, text) {{text, sizeof(text) - 1}, EQL_T_##token},
#define WORD(text)
#include "lang/eql/keywords.def"
#undef KEYWORD
#undef WORD
        {{"as", 2}, EQL_T_AS}, /* not reserved: the grammar takes it as a name too */
    };
    struct eq_slice s = eq_slice((const char *)word, (size_t)(end - word));
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (eq_slice_eq(s, keywords[i].text))
            return keywords[i].kind;
    return other;
}

/* Report a character that no token begins with and return where lexing goes on. */
static cursor unexpected(struct eql_parser *p, cursor at)
{
    static const struct {
        struct eq_slice text;
        const char *help;
    } helps[] = {
        {EQ_LIT("\xc2\xa0"), "use an ordinary space"},
        {EQ_LIT("\xe2\x80\x9c"), "strings stand in straight quotes: \"...\""},
        {EQ_LIT("\xe2\x80\x9d"), "strings stand in straight quotes: \"...\""},
        {EQ_LIT("\xe2\x80\x98"), "strings stand in straight quotes: \"...\""},
        {EQ_LIT("\xe2\x80\x99"), "strings stand in straight quotes: \"...\""},
        {EQ_LIT("#"), "comments begin with // or stand in /* ... */"},
        {EQ_LIT("&"), "write \"and\""},
        {EQ_LIT(";"), "a query has no end mark"},
        {EQ_LIT("\\"), "backslashes belong inside strings, doubled: \"C:\\\\Windows\""},
        {EQ_LIT("~"), "~ follows the name of an operator or function without a space: in~, like~, startsWith~"},
    };
    unsigned len;
    int32_t code = eq_utf8_decode((const char *)at, p->end, &len);
    struct eq_span span = span_of(p, at, at + len);
    struct eq_slice text = eql_text(p, span);
    bool again = p->bad_end == span.start && span.start > 0;
    p->bad_end = span.end;
    if (code < 0 || again) /* text that is not UTF-8 was reported as a whole */
        return at + len;
    struct eq_diag *d;
    if (code < 0x20 || code == 0x7f)
        d = eq_diag_add(p->diags, EQ_E0102, p->source, span, "unexpected control character U+%04X", (unsigned)code);
    else
        d = eq_diag_add(p->diags, EQ_E0102, p->source, span, "unexpected character \"%.*s\"", (int)text.len, text.ptr);
    for (size_t i = 0; i < sizeof helps / sizeof *helps; i++)
        if (eq_slice_eq(text, helps[i].text))
            eq_diag_help(p->diags, d, "%s", helps[i].help);
    return at + len;
}

/* An operator of another language: report, and go on with ours. */
static void foreign(struct eql_parser *p, struct eq_span span, const char *ours)
{
    struct eq_slice s = eql_text(p, span);
    struct eq_diag *d = eq_diag_add(p->diags, EQ_E0102, p->source, span, "\"%.*s\" is not an operator of EQL",
                                    (int)s.len, s.ptr);
    eq_diag_help(p->diags, d, "write \"%s\"", ours);
}

const char *eql_skip_comment(const struct eql_parser *p, const char *at)
{
    uint32_t depth = 1;
    while (p->end - at >= 2) {
        if (at[0] == '/' && at[1] == '*') {
            depth++;
            at += 2;
        } else if (at[0] == '*' && at[1] == '/') {
            at += 2;
            if (--depth == 0)
                return at;
        } else {
            at++;
        }
    }
    return NULL;
}

static cursor end_of_line(const struct eql_parser *p, cursor at)
{
    while (at < (cursor)p->end && *at != '\n' && *at != '\r')
        at++;
    return at;
}

static void report(struct eql_parser *p, enum eq_code code, struct eq_span span, const char *message, const char *help)
{
    struct eq_diag *d = eq_diag_add(p->diags, code, p->source, span, "%s", message);
    eq_diag_help(p->diags, d, "%s", help);
}

/* One token from p->cursor on; *span is set. */
static int scan(struct eql_parser *p, struct eq_span *span)
{
    cursor YYCURSOR = (cursor)p->cursor, YYLIMIT = (cursor)p->end, YYMARKER = NULL, start;
    int kind;

again:
    start = YYCURSOR;
    /*!re2c
    re2c:define:YYCTYPE = "unsigned char";
    re2c:yyfill:enable = 0;
    re2c:eof = 0;
    re2c:flags:tags = 0;

    space  = [ \t\r\n];
    digit  = [0-9];
    name   = [A-Za-z_@][A-Za-z0-9_]*;
    exp    = [eE] [+-]? digit+;
    char   = [^"\\\r\n] | "\\" [^\r\n];
    char1  = [^'\\\r\n] | "\\" [^\r\n];
    raw    = ["]? ["]? [^"\r\n];

    space+            { goto again; }
    "//" [^\r\n]*     { goto again; }
    "/*"              {
        cursor end = (cursor)eql_skip_comment(p, (const char *)YYCURSOR);
        if (!end)
            report(p, EQ_E0105, span_of(p, start, YYCURSOR), "the comment that begins here is not closed",
                   "comments nest: each /* needs its own */");
        YYCURSOR = end ? end : YYLIMIT;
        goto again;
    }

    name              {
        /* a keyword right after a dot is a part of a field's name */
        bool part = start > (cursor)p->text && start[-1] == '.';
        kind = part ? EQL_T_NAME : keyword(start, YYCURSOR, EQL_T_NAME);
        goto done;
    }
    [A-Za-z][A-Za-z0-9_]* "~" { kind = keyword(start, YYCURSOR, EQL_T_NAME_FOLD); goto done; }
    "$" name          { kind = EQL_T_VARIABLE; goto done; }
    "`" ([^`] | "``")+ "`" { kind = EQL_T_QUOTED; goto done; }
    "``"              {
        report(p, EQ_E0106, span_of(p, start, YYCURSOR), "a name in backquotes cannot be empty",
               "inside of backquotes, two of them stand for one");
        kind = EQL_T_QUOTED;
        goto done;
    }
    "`"               {
        YYCURSOR = end_of_line(p, YYCURSOR);
        report(p, EQ_E0106, span_of(p, start, YYCURSOR), "the name that begins here has no closing backquote",
               "inside of backquotes, two of them stand for one");
        kind = EQL_T_QUOTED;
        goto done;
    }

    digit+            { kind = EQL_T_INTEGER; goto done; }
    digit+ "." digit* exp? | "." digit+ exp? | digit+ exp { kind = EQL_T_DECIMAL; goto done; }

    ["] char* ["]     {
        *span = span_of(p, start, YYCURSOR);
        eql_string_check(p, *span);
        kind = EQL_T_STRING;
        goto done;
    }
    ["]{3} raw* ["]{3,5} { kind = EQL_T_STRING; goto done; }
    ["]{3} raw* ["]{0,2} {
        report(p, EQ_E0103, span_of(p, start, YYCURSOR), "the raw string that begins here is not closed on its line",
               "close it with \"\"\"");
        kind = EQL_T_BROKEN;
        goto done;
    }
    ["] char* "\\"?   {
        report(p, EQ_E0103, span_of(p, start, YYCURSOR), "the string that begins here is not closed on its line",
               "a quote inside a string is written \\\"; a backslash is written \\\\");
        kind = EQL_T_BROKEN;
        goto done;
    }
    ['] char1* [']    {
        report(p, EQ_E0107, span_of(p, start, YYCURSOR), "strings stand in double quotes, not in single ones",
               "write \"...\"");
        kind = EQL_T_STRING;
        goto done;
    }
    ['] char1* "\\"?  {
        report(p, EQ_E0103, span_of(p, start, YYCURSOR), "the string that begins here is not closed on its line",
               "strings stand in double quotes: \"...\"");
        kind = EQL_T_BROKEN;
        goto done;
    }
    "?" ["] char* ["] | "?" ['] char1* ['] {
        report(p, EQ_E0108, span_of(p, start, YYCURSOR), "raw strings are not written with a question mark",
               "write three double quotes on each side: \"\"\"...\"\"\"");
        kind = EQL_T_STRING;
        goto done;
    }

    "[" space* digit+ space* "]" { kind = EQL_T_INDEX; goto done; }
    "("               { kind = EQL_T_LPAREN; goto done; }
    ")"               { kind = EQL_T_RPAREN; goto done; }
    "["               { kind = EQL_T_LBRACKET; goto done; }
    "]"               { kind = EQL_T_RBRACKET; goto done; }
    "!["              { kind = EQL_T_MISSING; goto done; }
    "!" space+ "["    {
        report(p, EQ_E0102, span_of(p, start, start + 1), "\"!\" stands right before \"[\"", "write \"![\"");
        kind = EQL_T_MISSING;
        goto done;
    }
    ","               { kind = EQL_T_COMMA; goto done; }
    "."               { kind = EQL_T_DOT; goto done; }
    "|"               { kind = EQL_T_PIPE; goto done; }
    "?"               { kind = EQL_T_OPTIONAL; goto done; }
    ":"               { kind = EQL_T_COLON; goto done; }
    "="               { kind = EQL_T_ASSIGN; goto done; }
    "=="              { kind = EQL_T_EQ; goto done; }
    "!="              { kind = EQL_T_NE; goto done; }
    "<"               { kind = EQL_T_LT; goto done; }
    "<="              { kind = EQL_T_LE; goto done; }
    ">"               { kind = EQL_T_GT; goto done; }
    ">="              { kind = EQL_T_GE; goto done; }
    "+"               { kind = EQL_T_PLUS; goto done; }
    "-"               { kind = EQL_T_MINUS; goto done; }
    "*"               { kind = EQL_T_STAR; goto done; }
    "/"               { kind = EQL_T_SLASH; goto done; }
    "%"               { kind = EQL_T_PERCENT; goto done; }

    "||"              { foreign(p, span_of(p, start, YYCURSOR), "or"); kind = EQL_T_OR; goto done; }
    "&&"              { foreign(p, span_of(p, start, YYCURSOR), "and"); kind = EQL_T_AND; goto done; }
    "<>"              { foreign(p, span_of(p, start, YYCURSOR), "!="); kind = EQL_T_NE; goto done; }
    "==="             { foreign(p, span_of(p, start, YYCURSOR), "=="); kind = EQL_T_EQ; goto done; }
    "!=="             { foreign(p, span_of(p, start, YYCURSOR), "!="); kind = EQL_T_NE; goto done; }
    "=~"              { foreign(p, span_of(p, start, YYCURSOR), "regex"); kind = EQL_T_REGEX; goto done; }
    "!"               { foreign(p, span_of(p, start, YYCURSOR), "not"); kind = EQL_T_NOT; goto done; }

    $                 { kind = EQL_T_END; goto done; }
    *                 { YYCURSOR = unexpected(p, start); goto again; }
    */
done:
    p->cursor = (const char *)YYCURSOR;
    *span = span_of(p, start, YYCURSOR);
    return kind;
}

/* Remember what is open, for "… is not closed". */
static void track_brackets(struct eql_parser *p, int kind, struct eq_span span)
{
    char close = kind == EQL_T_LPAREN || kind == EQL_T_RPAREN ? ')' : ']';
    switch (kind) {
    case EQL_T_LPAREN:
    case EQL_T_LBRACKET:
    case EQL_T_MISSING:
        if (p->n_open < EQL_MAX_OPEN)
            p->open[p->n_open] = (struct eql_open){span.start, close};
        p->n_open++;
        break;
    case EQL_T_RPAREN:
    case EQL_T_RBRACKET:
        p->unmatched = p->n_open == 0 || (p->n_open <= EQL_MAX_OPEN && p->open[p->n_open - 1].close != close);
        if (!p->unmatched)
            p->n_open--;
        break;
    default: break;
    }
}

int eql_lex(struct eql_parser *p, struct eq_span *span)
{
    if (p->cursor == p->text && p->end - p->text >= 3 && memcmp(p->text, "\xef\xbb\xbf", 3) == 0)
        p->cursor += 3; /* a byte order mark, as some editors write it */
    int kind = scan(p, span);
    if (kind == EQL_T_END) /* what is missing is missing after the last token, not after blanks and comments */
        span->start = span->end = p->last_span.end;
    track_brackets(p, kind, *span);
    p->previous = p->last;
    p->previous_span = p->last_span;
    p->last = kind;
    p->last_span = *span;
    return kind;
}
