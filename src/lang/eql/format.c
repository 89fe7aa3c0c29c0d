/* format.c — where lines end.
 *
 *      process where event.type == "start" and       what fits on a line stands on it
 *        process.name : (                            else it ends behind each `and` or `or`, or around the elements
 *          "cmd.exe",                                of a list; what stands in brackets is indented by two
 *          "powershell.exe"
 *        )
 *
 * A walk over the tree prints the tokens one after the other. Before each it may ask for a new line; without that a
 * token follows on the line. The question "does this part fit?" costs two look-ups, because widths are sums, so the
 * work grows with the text and not with its nesting. docs/format.md */
#include "lang/eql/eql.h"

#include "lang/eql/format.h"
#include "eql_parser.h"

#define STEP 2u

struct layout {
    struct eql_tokens tokens;
    struct eq_buf *out;
    size_t start; /* length of `out` before */
    unsigned width, most_indent;
    const char *newline;
    uint32_t at; /* the next token */
    size_t column;
    bool line; /* it begins a line, indented by ... */
    unsigned indent;
    unsigned comment_indent; /* comments before it that have a line for themselves, while `line` */
    unsigned next_indent;    /* of a line that only a comment made necessary */
    bool ended;              /* a comment ended the line */
    bool opened;             /* the last token opened a bracket: no empty line behind it */
};

/* ── Printing ── */

static void put(struct layout *f, struct eq_slice text, size_t width)
{
    eq_buf_add(f->out, text);
    f->column += width;
}

static void blank(struct layout *f)
{
    if (f->out->len > f->start)
        put(f, EQ_LIT(" "), 1);
}

static void new_line(struct layout *f, unsigned indent, bool empty_line)
{
    bool first = f->out->len == f->start;
    if (!first)
        eq_buf_puts(f->out, f->newline);
    if (!first && empty_line && !f->opened)
        eq_buf_puts(f->out, f->newline);
    eq_buf_fill(f->out, ' ', indent);
    f->column = indent;
    f->ended = false;
}

/* The text of a comment; its own line breaks become those of the rest. */
static void put_comment(struct layout *f, const struct eql_comment *c)
{
    struct eq_slice text = eql_text(f->tokens.parser, c->span);
    for (size_t i = 0, from = 0; c->tall && i <= text.len; i++) {
        bool end = i == text.len, cr = !end && text.ptr[i] == '\r';
        if (!end && !cr && text.ptr[i] != '\n')
            continue;
        eq_buf_add(f->out, eq_slice(text.ptr + from, i - from));
        f->column = i - from;
        if (!end)
            eq_buf_puts(f->out, f->newline);
        i += cr && i + 1 < text.len && text.ptr[i + 1] == '\n';
        from = i + 1;
    }
    if (!c->tall)
        put(f, text, c->width);
    f->ended = c->ends_line;
    f->opened = false;
}

/* `close`: the token behind it closes a bracket, so that it belongs to what is before. */
static void emit_comment(struct layout *f, const struct eql_comment *c, bool close)
{
    if (!c->ends_line && f->line && !close) { /* stands in front of its token */
        new_line(f, f->indent, c->blank);
        f->line = false;
    } else if (f->ended || (c->starts_line && (c->ends_line || f->line))) {
        new_line(f, f->line ? f->comment_indent : f->next_indent, c->blank);
    } else {
        blank(f);
    }
    put_comment(f, c);
}

static bool opens(int kind)
{
    return kind == EQL_T_LPAREN || kind == EQL_T_LBRACKET || kind == EQL_T_MISSING || kind == EQL_T_WHERE;
}

/* The next token, and the comments before it. */
static void emit(struct layout *f)
{
    const struct eql_token *token = &f->tokens.items[f->at++];
    bool close = token->kind == EQL_T_RPAREN || token->kind == EQL_T_RBRACKET;
    for (uint32_t c = token->comments; c < token->end_comments; c++)
        emit_comment(f, &f->tokens.comments[c], close);
    if (token->kind == EQL_T_END)
        return;
    if (f->line)
        new_line(f, f->indent, token->blank && !close);
    else if (f->ended)
        new_line(f, f->next_indent, token->blank && !close);
    else if (token->space)
        blank(f);
    f->line = false;
    put(f, eql_text(f->tokens.parser, token->span), token->width);
    f->opened = opens(token->kind);
}

static void emit_to(struct layout *f, uint32_t last)
{
    while (f->at <= last)
        emit(f);
}

static int next_kind(const struct layout *f)
{
    return f->tokens.items[f->at].kind;
}

/* The next token begins a line. */
static void break_line(struct layout *f, unsigned indent)
{
    f->line = true;
    f->indent = f->comment_indent = indent < f->most_indent ? indent : f->most_indent;
    f->next_indent = f->indent + STEP;
}

/* The next token closes a bracket: comments before it belong to what is inside. */
static void break_close(struct layout *f, unsigned indent)
{
    break_line(f, indent + STEP);
    unsigned inside = f->indent;
    break_line(f, indent);
    f->comment_indent = inside;
}

/* Do the tokens up to `last` fit on the line, with `tail` more columns behind them? */
static bool fits(const struct layout *f, uint32_t last, size_t tail)
{
    const struct eql_token *from = &f->tokens.items[f->at], *to = &f->tokens.items[last];
    uint32_t before = f->at ? from[-1].flat : 0, forced_before = f->at ? from[-1].forced : 0;
    size_t column = f->column, width = to->flat - before + tail;
    if (f->line || f->ended || from->forced > forced_before) {
        column = f->line ? f->indent : f->next_indent;
        width -= from->space && from->comments == from->end_comments; /* no blank begins a line */
    }
    return to->forced == from->forced && column + width <= f->width;
}

/* The tokens up to `last`, which cannot be broken, begin a line if they fit there and not here. */
static void break_if_better(struct layout *f, uint32_t last, unsigned indent, size_t tail)
{
    const struct eql_token *from = &f->tokens.items[f->at], *to = &f->tokens.items[last];
    size_t width = to->flat - from->flat + from->width + tail;
    unsigned there = indent < f->most_indent ? indent : f->most_indent;
    if (!fits(f, last, tail) && there + width <= f->width)
        break_line(f, indent);
}

/* ── The tree ── */

static void print(struct layout *f, const struct eql_node *n, unsigned indent, size_t tail);

/* Kids from `k` on, each on a line of its own, and the commas between them. */
static void print_lines(struct layout *f, const struct eql_node *k, unsigned indent)
{
    for (; k; k = k->next) {
        break_line(f, indent);
        print(f, k, indent, k->next != NULL);
        if (k->next)
            emit(f);
    }
}

/* A bracket, kids from `k` on, a bracket. */
static void print_list(struct layout *f, const struct eql_node *k, unsigned indent)
{
    emit(f);
    print_lines(f, k, indent + STEP);
    break_close(f, indent);
    emit(f);
}

/* a and     the operator at the end of the line; `tail` columns follow the last one
 * b                                                                                   */
static void print_chain(struct layout *f, const struct eql_node *n, unsigned indent, size_t tail)
{
    size_t joint = n->kind == EQL_AND ? strlen(" and") : strlen(" or");
    for (const struct eql_node *k = n->first; k; k = k->next) {
        /* `and` in `or` without parentheses: its further lines show that they belong to it */
        bool inner = (k->kind == EQL_AND || k->kind == EQL_OR) && !k->parens;
        if (k != n->first)
            break_line(f, indent);
        print(f, k, inner ? indent + STEP : indent, k->next ? joint : tail);
        if (k->next)
            emit(f);
    }
}

/* A word or more up to `where`, then the condition: its first part stays on the line if it can. */
static void print_event(struct layout *f, const struct eql_node *n, unsigned indent, size_t tail)
{
    const struct eql_node *condition = n->first, *lead = condition;
    do
        emit(f);
    while (f->tokens.items[f->at - 1].kind != EQL_T_WHERE);
    if (!condition)
        return;
    f->next_indent = indent + STEP;
    if (!fits(f, eql_tokens_last(&f->tokens, condition->span), tail)) {
        size_t lead_tail = tail;
        if (condition->kind == EQL_AND || condition->kind == EQL_OR) {
            lead = condition->first;
            lead_tail = strlen(" and");
        }
        if (!fits(f, eql_tokens_last(&f->tokens, lead->span), lead_tail))
            break_line(f, indent + STEP);
    }
    print(f, condition, indent + STEP, tail);
}

/* What has to be broken, without parentheses of its own; `last` is its last token. */
static void print_parts(struct layout *f, const struct eql_node *n, uint32_t last, unsigned indent, size_t tail)
{
    const struct eql_node *k = n->first;
    switch (n->kind) {
    case EQL_AND:
    case EQL_OR: print_chain(f, n, indent, tail); break;
    case EQL_NOT:
    case EQL_PLUS:
    case EQL_MINUS:
        emit(f);
        print(f, k, indent, tail);
        break;
    case EQL_COMPARE:
    case EQL_ARITHMETIC:
        print(f, k, indent, 1 + n->name.end - n->name.start);
        emit(f);
        if (!k->next->n_kids || k->next->kind == EQL_FIELD)
            break_if_better(f, last, indent + STEP, tail);
        print(f, k->next, indent, tail);
        break;
    case EQL_IN:
    case EQL_MATCH:
        print(f, k, indent, 2 + n->name.end - n->name.start);
        while (f->at < last && next_kind(f) != EQL_T_LPAREN)
            emit(f);
        if (f->at < last)
            print_list(f, k->next, indent);
        else
            break_if_better(f, last, indent + STEP, tail);
        break;
    case EQL_CALL:
        emit(f);
        if (k)
            print_list(f, k, indent);
        break;
    case EQL_LINEAGE:
        while (next_kind(f) != EQL_T_LBRACKET)
            emit(f);
        emit(f);
        break_line(f, indent + STEP);
        print_event(f, k, indent + STEP, 0);
        break_close(f, indent);
        emit(f);
        break;
    default: break;
    }
    emit_to(f, last);
}

/* Print an expression, which the next token begins. Lines that it goes on with are indented by `indent`, and `tail`
 * columns follow it on its last line. Recurses once per level of the tree, EQL_MAX_DEPTH at most. */
static void print(struct layout *f, const struct eql_node *n, unsigned indent, size_t tail)
{
    uint32_t last = eql_tokens_last(&f->tokens, n->span);
    unsigned outer = f->next_indent;
    f->next_indent = (indent < f->most_indent ? indent : f->most_indent) + STEP;
    if (fits(f, last, tail)) {
        emit_to(f, last);
    } else if (n->parens && next_kind(f) == EQL_T_LPAREN && f->tokens.items[f->at].match == last) {
        emit(f);
        break_line(f, indent + STEP);
        print_parts(f, n, last - 1, indent + STEP, 0);
        break_close(f, indent);
        emit(f);
    } else {
        print_parts(f, n, last, indent, tail);
    }
    f->next_indent = outer;
}

/* ── Sequences and pipes ── */

static void print_keys(struct layout *f, const struct eql_node *n, unsigned indent)
{
    uint32_t last = eql_tokens_last(&f->tokens, n->span);
    if (fits(f, last, 0)) {
        emit_to(f, last);
        return;
    }
    emit(f);
    print_lines(f, n->first, indent + STEP);
}

static void print_option(struct layout *f, const struct eql_node *n, unsigned indent)
{
    uint32_t last = eql_tokens_last(&f->tokens, n->span);
    if (!fits(f, last, 0))
        break_line(f, indent);
    emit_to(f, last);
}

static void print_stage(struct layout *f, const struct eql_node *n, unsigned indent)
{
    uint32_t last = eql_tokens_last(&f->tokens, n->span);
    const struct eql_node *k = n->first;
    f->next_indent = indent + STEP;
    if (fits(f, last, 0)) {
        emit_to(f, last);
        return;
    }
    emit(f);
    print_event(f, k, indent, 0);
    break_close(f, indent);
    emit(f);
    for (k = k->next; k; k = k->next)
        k->kind == EQL_BY ? print_keys(f, k, indent + STEP) : print_option(f, k, indent + STEP);
}

static void print_group(struct layout *f, const struct eql_node *n)
{
    emit(f);
    for (const struct eql_node *k = n->first; k; k = k->next) {
        switch (k->kind) {
        case EQL_BY: print_keys(f, k, STEP); break;
        case EQL_STAGE:
            break_line(f, STEP);
            print_stage(f, k, STEP);
            break;
        case EQL_UNTIL:
            break_line(f, 0);
            emit(f);
            print_stage(f, k->first, 0);
            break;
        default: print_option(f, k, STEP); break;
        }
    }
}

static void print_pipe(struct layout *f, const struct eql_node *n)
{
    uint32_t last = eql_tokens_last(&f->tokens, n->span);
    break_line(f, 0);
    if (!fits(f, last, 0)) {
        emit(f);
        emit(f);
        print_lines(f, n->first, STEP);
    }
    emit_to(f, last);
}

static void print_query(struct layout *f, const struct eql_node *query)
{
    const struct eql_node *main = query->first;
    break_line(f, 0);
    f->next_indent = STEP;
    if (main->kind == EQL_EVENT)
        print_event(f, main, 0, 0);
    else
        print_group(f, main);
    for (const struct eql_node *pipe = main->next; pipe; pipe = pipe->next)
        print_pipe(f, pipe);
    f->next_indent = main->kind == EQL_EVENT && !main->next ? STEP : 0;
    emit(f); /* comments behind it all */
    eq_buf_puts(f->out, f->newline);
}

/* ── A whole text ── */

static void start(struct layout *f, const struct eq_format_style *style)
{
    bool crlf = style->newline == EQ_NEWLINE_KEEP ? f->tokens.crlf : style->newline == EQ_NEWLINE_CRLF;
    f->newline = crlf ? "\r\n" : "\n";
    f->width = style->width ? style->width : EQ_FORMAT_WIDTH;
    f->most_indent = f->width / 2; /* so that deep nesting cannot make a small text large */
    f->start = f->out->len;
}

static enum eq_status lay_out(struct layout *f, const struct eql_node *query, const struct eq_format_style *style)
{
    uint32_t last = (uint32_t)f->tokens.n - 1;
    start(f, style);
    if (!style->one_line) {
        print_query(f, query);
        return eq_buf_status(f->out);
    }
    if (f->tokens.items[last].forced)
        return EQ_LIMIT;
    emit_to(f, last);
    eq_buf_puts(f->out, f->newline);
    return eq_buf_status(f->out);
}

static enum eq_status check_length(const struct layout *f, const struct eq_source *source, struct eq_diags *diags)
{
    if (f->out->len - f->start <= EQL_MAX_TEXT)
        return EQ_OK;
    eq_diag_add(diags, EQ_E0902, source, (struct eq_span){0, 0}, "formatted, the query is longer than %u bytes",
                EQL_MAX_TEXT);
    return EQ_INVALID;
}

enum eq_status eql_format(struct eq_buf *out, const struct eq_source *source, const struct eq_format_style *style,
                          struct eq_diags *diags)
{
    size_t errors_before = diags->errors;
    struct layout f = {.out = out};
    struct eql_parser parser, lexer;
    struct eq_arena scratch;
    eq_arena_init(&scratch, diags->alloc);
    enum eq_status st = eql_parser_init(&parser, source, &scratch, diags);
    if (st == EQ_OK)
        st = eql_parse(&parser);
    if (st == EQ_OK)
        st = diags->failed ? EQ_NOMEM : diags->errors > errors_before ? EQ_INVALID : EQ_OK;
    if (st == EQ_OK)
        st = eql_parser_init(&lexer, source, &scratch, diags);
    if (st == EQ_OK) {
        st = eql_tokens_read(&f.tokens, &lexer, parser.query, diags->alloc);
        if (st == EQ_OK)
            st = lay_out(&f, parser.query, style);
        if (st == EQ_OK)
            st = check_length(&f, source, diags);
        eql_tokens_free(&f.tokens);
    }
    eq_arena_free(&scratch);
    return st;
}
