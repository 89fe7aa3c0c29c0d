/* syntax_error.c — what a person reads when the grammar is stuck.
 *
 * Bison says which tokens would fit. That list is turned into a few plain words ("an expression" instead of
 * fourteen tokens), and well-known slips get a help line of their own. */
#include "lang/eql/parser.h"

#include "base/suggest.h"
#include "base/utf8.h"
#include "eql_parser.h"

#define MAX_WORDS 5
#define MAX_SHOWN 40 /* bytes of a token that a message repeats */

struct expected {
    const char *const *names;
    size_t n;
};

static bool fits(struct expected e, const char *name)
{
    for (size_t i = 0; i < e.n; i++)
        if (strcmp(e.names[i], name) == 0)
            return true;
    return false;
}

/* The alternatives in plain words, at most MAX_WORDS; returns how many. */
static size_t describe(const char *words[MAX_WORDS], struct expected e)
{
    static const char *const singles[][2] = {
        {"by", "\"by\""},
        {"maxspan", "\"maxspan\""},
        {"[", "\"[\""},
        {"=", "\"=\""},
        {",", "\",\""},
        {")", "\")\""},
        {"]", "\"]\""},
        {"|", "\"|\""},
        {"until", "\"until\""},
        {"name", "a name"},
        {"end of query", "the end of the query"},
    };
    size_t n = 0;
    bool operand = fits(e, "null"), start = fits(e, "sequence");
    if (start) {
        words[n++] = "an event category";
        words[n++] = "\"sequence\"";
        words[n++] = "\"sample\"";
        return n;
    }
    if (fits(e, "where")) {
        words[n++] = "\"where\"";
        return n;
    }
    if (fits(e, "any")) {
        words[n++] = "an event category";
        return n;
    }
    if (operand)
        words[n++] = fits(e, "name") ? "an expression" : "a literal value";
    else if (fits(e, "=="))
        words[n++] = "an operator";
    if (fits(e, "and")) {
        words[n++] = "\"and\"";
        words[n++] = "\"or\"";
    }
    for (size_t i = 0; i < sizeof singles / sizeof *singles && n < MAX_WORDS; i++)
        if (fits(e, singles[i][0]) && !(operand && strcmp(singles[i][0], "name") == 0) &&
            !(fits(e, "==") && strcmp(singles[i][0], "=") == 0))
            words[n++] = singles[i][1];
    if (n < MAX_WORDS && fits(e, "in") && !fits(e, "==")) /* right after "not" */
        words[n++] = "\"in\"";
    if (n == 0 && fits(e, "("))
        words[n++] = "\"(\"";
    return n;
}

static const char *const keywords[] = {
#define KEYWORD(token, text) text,
#define WORD(text)
#include "lang/eql/keywords.def"
#undef KEYWORD
#undef WORD
};

static bool is_keyword(struct eq_slice word)
{
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (eq_slice_eq(word, eq_slice_of(keywords[i])))
            return true;
    return false;
}

/* A word that is a keyword but for its case, or NULL. */
static const char *keyword_in_other_case(struct eq_slice word)
{
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (eq_fold_eq(word, eq_slice_of(keywords[i])) && !eq_slice_eq(word, eq_slice_of(keywords[i])))
            return keywords[i];
    return NULL;
}

static bool closes(int kind)
{
    return kind == EQL_T_RPAREN || kind == EQL_T_RBRACKET;
}

static bool opens(int kind)
{
    return kind == EQL_T_LPAREN || kind == EQL_T_LBRACKET || kind == EQL_T_MISSING;
}

static bool compares(int kind)
{
    return kind == EQL_T_EQ || kind == EQL_T_NE || kind == EQL_T_LT || kind == EQL_T_LE || kind == EQL_T_GT ||
           kind == EQL_T_GE;
}

static bool matches(int kind)
{
    return kind == EQL_T_COLON || kind == EQL_T_LIKE || kind == EQL_T_LIKE_FOLD || kind == EQL_T_REGEX ||
           kind == EQL_T_REGEX_FOLD;
}

/* A keyword where a value could stand, beside a comparison or with a part of a field behind it: meant as a field. */
static bool meant_as_field(const struct eql_parser *p, struct eq_span span, struct expected e)
{
    const char *next = p->text + span.end; /* the text ends with a NUL */
    if (!fits(e, "name") || !fits(e, "null") || !is_keyword(eql_text(p, span)))
        return false;
    while (*next == ' ' || *next == '\t')
        next++;
    return compares(p->previous) || (*next && strchr("=!<>:.", *next));
}

/* If something is still open that should be closed by now, say where. */
static bool help_bracket(struct eql_parser *p, struct eq_diag *d, int found, struct expected e)
{
    uint32_t n = p->n_open - (opens(found) && p->n_open > 0);
    if (n == 0 || n > EQL_MAX_OPEN)
        return false;
    struct eql_open open = p->open[n - 1];
    char close[2] = {open.close, 0};
    bool over = found == EQL_T_END || found == EQL_T_PIPE || found == EQL_T_LBRACKET || found == EQL_T_MISSING ||
                found == EQL_T_BY || found == EQL_T_WITH || found == EQL_T_UNTIL || closes(found);
    if (!over || !fits(e, close))
        return false;
    uint32_t line, column;
    eq_source_position(p->source, open.at, &line, &column);
    eq_diag_help(p->diags, d, "the \"%c\" at %u:%u is not closed", p->text[open.at] == '!' ? '[' : p->text[open.at],
                 line, column);
    return true;
}

/* Words of other languages, and how EQL says it. */
static const char *translation(struct eq_slice word)
{
    static const char *const words[][2] = {
        {"is", "write x == null or x != null"},
        {"between", "write x >= 1 and x <= 9"},
        {"matches", "write x regex \"...\", or x like \"a*\""},
        {"contains", "write stringContains(x, \"...\"), or x : \"*...*\""},
        {"startsWith", "write startsWith(x, \"...\"), or x : \"...*\""},
        {"endsWith", "write endsWith(x, \"...\"), or x : \"*...\""},
        {"exists", "write x != null"},
        {"fork", "\"fork\" is not supported"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (eq_fold_eq(word, eq_slice_of(words[i][0])))
            return words[i][1];
    return NULL;
}

/* A word that is nearly one of those expected; names of tokens that are no words are never near. */
static bool help_misspelled(struct eql_parser *p, struct eq_diag *d, int found, struct eq_slice text, struct expected e)
{
    struct eq_suggest suggest;
    if (found != EQL_T_NAME && found != EQL_T_NAME_FOLD)
        return false;
    eq_suggest_start(&suggest, text);
    for (size_t i = 0; i < e.n; i++)
        if (e.names[i][0] >= 'a' && e.names[i][0] <= 'z' && !strchr(e.names[i], ' ') && strcmp(e.names[i], "name") != 0)
            eq_suggest_try(&suggest, eq_slice_of(e.names[i]));
    if (!eq_suggest_found(&suggest))
        return false;
    eq_diag_help(p->diags, d, "did you mean \"%.*s\"?", (int)suggest.best.len, suggest.best.ptr);
    eq_diag_instead(p->diags, d, text, suggest.best);
    return true;
}

/* The word before stands where a category should, and "where" does not follow. */
static void help_where(struct eql_parser *p, struct eq_diag *d, int found)
{
    struct eq_suggest suggest;
    eq_suggest_start(&suggest, eql_text(p, p->previous_span));
    eq_suggest_try(&suggest, EQ_LIT("sequence"));
    eq_suggest_try(&suggest, EQ_LIT("sample"));
    if (p->previous == EQL_T_NAME && eq_suggest_found(&suggest))
        eq_diag_help(p->diags, d, "did you mean \"%.*s\"?", (int)suggest.best.len, suggest.best.ptr);
    else if (compares(found) || matches(found) || found == EQL_T_ASSIGN || found == EQL_T_IN || found == EQL_T_LPAREN)
        eq_diag_help(p->diags, d, "a query begins with a category of events: any where ...");
    else
        eq_diag_help(p->diags, d, "after the category comes a condition: process where ...");
}

static void add_help(struct eql_parser *p, struct eq_diag *d, int found, struct eq_span span, struct expected e)
{
    struct eq_slice text = eql_text(p, span);
    const char *keyword = found == EQL_T_NAME || found == EQL_T_NAME_FOLD ? keyword_in_other_case(text) : NULL;
    bool glued = span.start > 0 && found == EQL_T_DECIMAL && text.len && text.ptr[0] == '.' &&
                 (p->previous == EQL_T_NAME || p->previous == EQL_T_QUOTED);
    if (keyword)
        eq_diag_help(p->diags, d, "keywords are written in lower case: %s", keyword);
    else if (!translation(text) && help_misspelled(p, d, found, text, e))
        return;
    else if (fits(e, "where"))
        help_where(p, d, found);
    else if (p->previous == EQL_T_COMMA && (closes(found) || found == EQL_T_END))
        eq_diag_help(p->diags, d, "remove the \",\" before it");
    else if (glued)
        eq_diag_help(p->diags, d, "a part of a field name that begins with a digit stands in backquotes: a.`0`.b");
    else if (found == EQL_T_NOT && compares(p->previous))
        eq_diag_help(p->diags, d, "put \"not\" before the whole comparison, or its right side in parentheses");
    else if (found != EQL_T_NOT && meant_as_field(p, span, e))
        eq_diag_help(p->diags, d, "%.*s is a keyword: a field of this name stands in backquotes: `%.*s`", (int)text.len,
                     text.ptr, (int)text.len, text.ptr);
    else if (found == EQL_T_NAME && translation(text))
        eq_diag_help(p->diags, d, "%s", translation(text));
    else if (found == EQL_T_LBRACKET && fits(e, "(") && e.n == 1)
        eq_diag_help(p->diags, d, "a list stands in parentheses: (\"a\", \"b\")");
    else if (found == EQL_T_MAXSPAN && fits(e, "with"))
        eq_diag_help(p->diags, d, "write \"with\" before it: with maxspan=5m");
    else if (matches(p->previous))
        eq_diag_help(p->diags, d, "on the right of \"%s\" stands a string, or a list of strings in parentheses",
                     p->previous == EQL_T_COLON ? ":" : "like");
    else if (found == EQL_T_NAME && fits(e, "null") && !fits(e, "name"))
        eq_diag_help(p->diags, d, "only literals can stand here: a string, a number, true, false or null");
    else if (found == EQL_T_EQ && fits(e, "="))
        eq_diag_help(p->diags, d, "an option is set with a single \"=\"");
    else if (!help_bracket(p, d, found, e) && closes(found) && p->unmatched)
        eq_diag_help(p->diags, d, "there is nothing open that it could close");
}

/* The bytes of a token that a message shows: whole characters. */
static struct eq_slice shown(struct eq_slice s)
{
    if (s.len <= MAX_SHOWN)
        return s;
    size_t n = MAX_SHOWN;
    while (n > 0 && ((unsigned char)s.ptr[n] & 0xc0) == 0x80)
        n--;
    return eq_slice(s.ptr, n);
}

void eql_syntax_error(struct eql_parser *p, int found, struct eq_span span, const char *const *expected, size_t n)
{
    struct expected e = {expected, n};
    if (found == EQL_T_END && span.end == 0) {
        struct eq_diag *d = eq_diag_add(p->diags, EQ_E0115, p->source, span, "the query is empty");
        eq_diag_help(p->diags, d, "every event matches: any where true");
        return;
    }

    const char *words[MAX_WORDS + 1];
    size_t n_words = describe(words, e);
    struct eq_buf message;
    eq_buf_init(&message, p->diags->alloc);
    for (size_t i = 0; i < n_words; i++)
        eq_buf_printf(&message, "%s%s", i == 0 ? "expected " : i + 1 == n_words ? " or " : ", ", words[i]);
    eq_buf_puts(&message, n_words ? ", found " : "unexpected ");
    if (found == EQL_T_END) {
        eq_buf_puts(&message, "the end of the query");
    } else {
        struct eq_slice text = eql_text(p, span), part = shown(text);
        const char *quote = found == EQL_T_STRING || found == EQL_T_BROKEN ? "" : "\"";
        eq_buf_printf(&message, "%s%.*s%s%s", quote, (int)part.len, part.ptr, part.len < text.len ? "..." : "", quote);
    }
    struct eq_diag *d =
        eq_diag_add(p->diags, EQ_E0101, p->source, span, "%.*s", (int)message.len, message.ptr ? message.ptr : "");
    if (message.failed)
        p->nomem = true;
    eq_buf_free(&message);
    add_help(p, d, found, span, e);
}
