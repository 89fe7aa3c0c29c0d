/* csv.c — comma-separated values as RFC 4180 has them: a header, lines ended by CR LF, quotes where needed.
 *
 * Values are data and stay what they are. A spreadsheet may take one that begins with = + - or @ for a formula, quoted
 * or not, so files of hostile values are to be imported as text. */
#include "sink/rows.h"

struct csv {
    bool started;
    size_t cells; /* of the row under way */
};

static bool needs_quotes(struct eq_slice text)
{
    if (!text.len)
        return false;
    if (memchr("=+-@ \t", text.ptr[0], 6) || text.ptr[text.len - 1] == ' ')
        return true;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == ',' || text.ptr[i] == '"' || (unsigned char)text.ptr[i] < 0x20)
            return true;
    return false;
}

static void add_cell(struct eq_sink *s, struct eq_slice text, bool severity, void *ctx)
{
    struct csv *c = ctx;
    (void)severity;
    if (c->cells++)
        eq_buf_putc(&s->out, ',');
    if (s->o.terminal) {
        eq_buf_clear(&s->document);
        eq_buf_terminal(&s->document, text);
        text = eq_buf_slice(&s->document);
        s->out.failed = s->out.failed || s->document.failed;
    }
    if (!needs_quotes(text)) {
        eq_buf_add(&s->out, text);
        return;
    }
    eq_buf_putc(&s->out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            eq_buf_putc(&s->out, '"');
        eq_buf_putc(&s->out, text.ptr[i]);
    }
    eq_buf_putc(&s->out, '"');
}

static enum eq_status end_row(struct eq_sink *s, void *ctx)
{
    struct csv *c = ctx;
    c->cells = 0;
    eq_buf_puts(&s->out, "\r\n");
    return eq_buf_status(&s->out);
}

static enum eq_status header(struct eq_sink *s)
{
    struct csv *c = s->state;
    c->started = true;
    size_t width = eq_rows_width(s);
    for (size_t i = 0; i < width; i++)
        add_cell(s, eq_rows_title(s, i), false, c);
    return end_row(s, c);
}

static enum eq_status put(struct eq_sink *s, const struct eq_alert *a)
{
    struct csv *c = s->state;
    enum eq_status st = c->started ? EQ_OK : header(s);
    if (st == EQ_OK)
        st = eq_rows(s, a, add_cell, end_row, c);
    return st == EQ_OK ? eq_sink_flush(s) : st;
}

/* Without alerts there is still a header, so that the output can be read as a table. */
static enum eq_status end(struct eq_sink *s)
{
    struct csv *c = s->state;
    enum eq_status st = c->started ? EQ_OK : header(s);
    return st == EQ_OK ? eq_sink_flush(s) : st;
}

enum eq_status eq_sink_csv(struct eq_sink *s)
{
    s->state = eq_arena_alloc(&s->arena, sizeof(struct csv));
    s->put = put;
    s->end = end;
    return s->state ? eq_rows_open(s) : EQ_NOMEM;
}
