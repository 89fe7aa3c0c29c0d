/* format_tokens.c — a text as tokens, each with the comments before it, and how wide all of it is on one line.
 *
 * Parentheses are left out where the tree is the same without them and a reader misses nothing: around a single value,
 * around all that stands between two brackets or commas, around a comparison joined by and, or, not, and a second pair.
 * Those around `and` and `or` inside of each other and around arithmetic stay. */
#include "lang/eql/format.h"

#include "base/utf8.h"
#include "eql_parser.h"

/* ── Reading ── */

/* Line breaks between two places; \r\n is one. */
static uint32_t count_lines(const char *from, const char *to)
{
    uint32_t n = 0;
    for (; from < to; from++)
        n += *from == '\n' ? 1 : *from == '\r' && (from + 1 == to || from[1] != '\n');
    return n;
}

static const char *skip_space(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
        at++;
    return at;
}

/* The comment at `at`, after `lines` line breaks; without blanks at its end. */
static struct eql_comment read_comment(const struct eql_parser *p, const char *at, uint32_t lines)
{
    const char *end = at;
    if (at[1] == '*')
        end = eql_skip_comment(p, at + 2);
    else
        while (end < p->end && *end != '\n' && *end != '\r')
            end++;
    while (end[-1] == ' ' || end[-1] == '\t')
        end--;
    return (struct eql_comment){
        .span = {(uint32_t)(at - p->text), (uint32_t)(end - p->text)},
        .width = (uint32_t)eq_utf8_width(eq_slice(at, (size_t)(end - at))),
        .starts_line = lines > 0,
        .blank = lines > 1,
        .tall = count_lines(at, end) > 0,
    };
}

/* The comments between two tokens, and what is before the second one. False without memory. */
static bool read_gap(struct eql_tokens *t, struct eql_token *token, uint32_t from, uint32_t to)
{
    const struct eql_parser *p = t->parser;
    const char *at = p->text + from, *end = p->text + to;
    bool first = from == 0;
    if (first && eq_slice_starts(eq_slice(at, (size_t)(end - at)), EQ_LIT("\xef\xbb\xbf")))
        at += 3;
    for (;;) {
        const char *next = skip_space(at, end);
        uint32_t lines = count_lines(at, next) + first;
        first = false;
        if (t->n_comments > token->comments)
            t->comments[t->n_comments - 1].ends_line = lines > 0 || next == p->end;
        if (next == end) {
            token->blank = lines > 1;
            token->end_comments = (uint32_t)t->n_comments;
            return true;
        }
        if (!eq_grow(t->alloc, &t->comments, &t->cap_comments, t->n_comments + 1, sizeof *t->comments))
            return false;
        struct eql_comment c = read_comment(p, next, lines);
        t->comments[t->n_comments++] = c;
        at = p->text + c.span.end;
    }
}

/* Does the first line break outside of tokens have a \r? */
static void find_newline(struct eql_tokens *t, uint32_t from, uint32_t to, bool *found)
{
    const char *text = t->parser->text, *newline = *found ? NULL : memchr(text + from, '\n', to - from);
    if (!newline)
        return;
    *found = true;
    t->crlf = newline > text + from && newline[-1] == '\r';
}

static bool read_all(struct eql_tokens *t, struct eql_parser *p)
{
    uint32_t from = 0;
    bool found = false;
    for (;;) {
        struct eq_span span;
        int kind = eql_lex(p, &span);
        uint32_t to = kind == EQL_T_END ? (uint32_t)(p->end - p->text) : span.start;
        if (!eq_grow(t->alloc, &t->items, &t->cap, t->n + 1, sizeof *t->items))
            return false;
        struct eql_token *token = &t->items[t->n++];
        *token = (struct eql_token){.span = span, .kind = (int16_t)kind, .comments = (uint32_t)t->n_comments};
        token->width = (uint32_t)eq_utf8_width(eql_text(p, span));
        find_newline(t, from, to, &found);
        if (!read_gap(t, token, from, to))
            return false;
        if (kind == EQL_T_END)
            return true;
        from = span.end;
    }
}

/* ── Parentheses ── */

/* Open ones are chained through `match` until they find their partner. */
static void match_parens(struct eql_tokens *t)
{
    uint32_t open = UINT32_MAX;
    for (uint32_t i = 0; i < t->n; i++) {
        struct eql_token *token = &t->items[i];
        if (token->kind == EQL_T_LPAREN) {
            token->match = open;
            open = i;
        } else if (token->kind == EQL_T_RPAREN && open != UINT32_MAX) {
            token->match = open;
            open = t->items[open].match;
            t->items[token->match].match = i;
        }
    }
}

/* Where an expression stands. */
enum place {
    ALONE, /* between brackets, commas or words: nothing beside it can be mistaken for a part of it */
    LOGIC, /* joined by and, or, not */
    INSIDE /* an operand of anything else */
};

static bool needs_parens(const struct eql_node *n, enum place place)
{
    switch (n->kind) {
    case EQL_NULL:
    case EQL_TRUE:
    case EQL_FALSE:
    case EQL_NUMBER:
    case EQL_STRING:
    case EQL_FIELD:
    case EQL_VARIABLE:
    case EQL_CALL:
    case EQL_LINEAGE: return false;
    case EQL_COMPARE:
    case EQL_IN:
    case EQL_MATCH:
    case EQL_NOT: return place == INSIDE;
    default: return place != ALONE;
    }
}

static enum place place_of(const struct eql_node *kid, const struct eql_node *parent)
{
    switch (parent->kind) {
    case EQL_IN: return kid == parent->first ? INSIDE : ALONE; /* what is looked up; the list */
    case EQL_AND:
    case EQL_OR:
    case EQL_NOT: return LOGIC;
    case EQL_PLUS:
    case EQL_MINUS:
    case EQL_ARITHMETIC:
    case EQL_COMPARE:
    case EQL_MATCH: return INSIDE;
    default: return ALONE;
    }
}

/* Recurses once per level of the tree, EQL_MAX_DEPTH at most. */
static void drop_parens(struct eql_tokens *t, const struct eql_node *n, enum place place)
{
    if (n->parens) {
        bool keep = needs_parens(n, place);
        uint32_t open = eql_tokens_first(t, n->span), close = eql_tokens_last(t, n->span);
        for (; t->items[open].kind == EQL_T_LPAREN && t->items[open].match == close; open++, close--) {
            t->items[open].dropped = t->items[close].dropped = !keep;
            keep = false; /* a second pair never says more */
        }
    }
    for (const struct eql_node *k = n->first; k; k = k->next)
        drop_parens(t, k, place_of(k, n));
}

/* Take out the dropped ones; their comments go to the next token. */
static void compact(struct eql_tokens *t)
{
    size_t n = 0;
    uint32_t comments = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (t->items[i].dropped)
            continue;
        t->items[n] = t->items[i];
        t->items[n].comments = comments;
        comments = t->items[n++].end_comments;
    }
    t->n = n;
}

/* ── On one line ── */

/* A comment that ends its line stands behind what joins, not before it. */
static void hoist_joints(struct eql_tokens *t)
{
    for (size_t i = 0; i + 1 < t->n; i++) {
        struct eql_token *token = &t->items[i];
        bool joint = token->kind == EQL_T_AND || token->kind == EQL_T_OR || token->kind == EQL_T_COMMA;
        if (!joint || token->end_comments == token->comments || !t->comments[token->end_comments - 1].ends_line)
            continue;
        token[1].comments = token->comments;
        token->end_comments = token->comments;
    }
}

/* Can the kind end a value, so that a minus behind it subtracts? */
static bool ends_value(int kind)
{
    switch (kind) {
    case EQL_T_NAME:
    case EQL_T_AS:
    case EQL_T_QUOTED:
    case EQL_T_VARIABLE:
    case EQL_T_INTEGER:
    case EQL_T_DECIMAL:
    case EQL_T_STRING:
    case EQL_T_NULL:
    case EQL_T_TRUE:
    case EQL_T_FALSE:
    case EQL_T_RPAREN:
    case EQL_T_RBRACKET: return true;
    default: return false;
    }
}

/* Is token i the sign of a number? */
static bool is_sign(const struct eql_tokens *t, size_t i)
{
    int kind = t->items[i].kind;
    if (kind != EQL_T_PLUS && kind != EQL_T_MINUS)
        return false;
    bool pipe = i > 1 && t->items[i - 2].kind == EQL_T_PIPE; /* | head -5 */
    return i == 0 || pipe || !ends_value(t->items[i - 1].kind);
}

/* A number and its unit: "30s". An e would make one number of both. */
static bool is_unit(const struct eql_tokens *t, size_t i)
{
    int before = t->items[i - 1].kind;
    char c = t->parser->text[t->items[i].span.start];
    return t->items[i].kind == EQL_T_NAME && (before == EQL_T_INTEGER || before == EQL_T_DECIMAL) && c != 'e' &&
           c != 'E';
}

/* Is there a blank between token i and the one before it? */
static bool needs_space(const struct eql_tokens *t, size_t i)
{
    int kind = t->items[i].kind, before = t->items[i - 1].kind;
    switch (before) {
    case EQL_T_LPAREN:
    case EQL_T_LBRACKET:
    case EQL_T_MISSING:
    case EQL_T_DOT:
    case EQL_T_OPTIONAL:
    case EQL_T_ASSIGN: return false;
    case EQL_T_PLUS:
    case EQL_T_MINUS:
        if (is_sign(t, i - 1))
            return false;
        break;
    default: break;
    }
    switch (kind) {
    case EQL_T_END:
    case EQL_T_RPAREN:
    case EQL_T_RBRACKET:
    case EQL_T_COMMA:
    case EQL_T_DOT:
    case EQL_T_ASSIGN: return false;
    case EQL_T_LPAREN: {
        bool pipe = i > 1 && t->items[i - 2].kind == EQL_T_PIPE;
        bool call = before == EQL_T_NAME || before == EQL_T_NAME_FOLD || before == EQL_T_AS;
        return !call || pipe;
    }
    default: return !is_unit(t, i);
    }
}

/* Sums stop growing at a number that is wider than any line. */
static uint32_t add_width(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static void measure(struct eql_tokens *t)
{
    uint32_t flat = 0, forced = 0;
    for (size_t i = 0; i < t->n; i++) {
        struct eql_token *token = &t->items[i];
        token->space = i > 0 && needs_space(t, i);
        for (uint32_t c = token->comments; c < token->end_comments; c++) {
            const struct eql_comment *comment = &t->comments[c];
            bool force = comment->ends_line || comment->tall;
            forced += force;
            if (!force)
                flat = add_width(flat, comment->width + 1);
            token->space = token->kind != EQL_T_COMMA && token->kind != EQL_T_RPAREN && token->kind != EQL_T_RBRACKET;
        }
        flat = add_width(flat, token->width + token->space);
        token->flat = flat;
        token->forced = forced;
    }
}

enum eq_status eql_tokens_read(struct eql_tokens *t, struct eql_parser *p, const struct eql_node *query,
                               const struct eq_alloc *alloc)
{
    *t = (struct eql_tokens){.alloc = alloc, .parser = p};
    if (!read_all(t, p))
        return EQ_NOMEM;
    match_parens(t);
    drop_parens(t, query, ALONE);
    compact(t);
    match_parens(t);
    hoist_joints(t);
    measure(t);
    return EQ_OK;
}

void eql_tokens_free(struct eql_tokens *t)
{
    eq_free(t->alloc, t->items);
    eq_free(t->alloc, t->comments);
}

/* ── Finding ── */

uint32_t eql_tokens_first(const struct eql_tokens *t, struct eq_span span)
{
    size_t low = 0, high = t->n - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->items[middle].span.start < span.start)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

uint32_t eql_tokens_last(const struct eql_tokens *t, struct eq_span span)
{
    size_t low = 0, high = t->n - 1; /* the answer is below `high`, or it is `low` */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (t->items[middle].span.end > span.end)
            high = middle;
        else
            low = middle;
    }
    return (uint32_t)low;
}
