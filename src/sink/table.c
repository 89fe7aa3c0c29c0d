/* table.c — aligned columns, for people.
 *
 *      cells of the first 200 rows ─▶ widths ─▶ printed        later rows flow, cut to these widths
 *
 * Every cell is escaped for a terminal: a value cannot move the cursor or forge a row. */
#include "base/utf8.h"
#include "sink/rows.h"

#define HELD_ROWS 200
#define MIN_WIDTH 8  /* a column is not squeezed below this, if the terminal has room for so much */
#define GAP 2        /* blanks between columns */
#define MAX_CELL 200 /* columns of a cell when the terminal sets no limit */

struct cell {
    size_t start, len; /* in text */
    size_t width;
    bool severity;
};

struct table {
    struct eq_buf text; /* of the held cells */
    struct cell *cells; /* held, row by row */
    size_t n, cap, rows;
    size_t columns; /* 0: no row yet */
    size_t *widths; /* in the sink's arena */
    bool flowing;
};

static enum eq_status add_held(struct eq_sink *s, struct table *t, struct eq_slice text, bool severity)
{
    if (!eq_grow(s->alloc, &t->cells, &t->cap, t->n + 1, sizeof *t->cells))
        return EQ_NOMEM;
    size_t start = t->text.len;
    eq_buf_terminal(&t->text, text);
    if (eq_buf_status(&t->text) != EQ_OK)
        return EQ_NOMEM;
    struct eq_slice shown = eq_slice(t->text.ptr + start, t->text.len - start);
    t->cells[t->n++] = (struct cell){start, shown.len, eq_utf8_width(shown), severity};
    return EQ_OK;
}

static void add_cell(struct eq_sink *s, struct eq_slice text, bool severity, void *ctx)
{
    struct table *t = ctx;
    /* Without memory, the text says so when the row ends. */
    if (add_held(s, t, text, severity) != EQ_OK)
        t->text.failed = true;
}

/* Bytes of `text` that fit into `width` columns; *used is how many they take. */
static size_t fit(struct eq_slice text, size_t width, size_t *used)
{
    const char *p = text.ptr, *end = p + text.len;
    *used = 0;
    while (p < end) {
        unsigned len;
        eq_utf8_decode(p, end, &len);
        size_t w = eq_utf8_width(eq_slice(p, len));
        if (*used + w > width)
            break;
        *used += w;
        p += len;
    }
    return (size_t)(p - text.ptr);
}

static const char *severity_colour(struct eq_slice severity)
{
    if (eq_slice_eq(severity, EQ_LIT("critical")))
        return "\033[1;31m";
    if (eq_slice_eq(severity, EQ_LIT("high")))
        return "\033[31m";
    if (eq_slice_eq(severity, EQ_LIT("medium")))
        return "\033[33m";
    return "\033[36m";
}

static void print_cell(struct eq_sink *s, struct eq_slice text, const struct cell *c, size_t width, bool last,
                       const char *colour)
{
    size_t used = c->width;
    bool cut = c->width > width;
    if (colour)
        eq_buf_puts(&s->out, colour);
    if (cut) {
        text.len = fit(text, width - 1, &used);
        used++;
    }
    eq_buf_add(&s->out, text);
    if (cut)
        eq_buf_puts(&s->out, "…");
    if (colour)
        eq_buf_puts(&s->out, "\033[0m");
    if (!last)
        eq_buf_fill(&s->out, ' ', width - used + GAP);
}

/* Print the held rows and forget them. */
static enum eq_status print_rows(struct eq_sink *s, struct table *t)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct cell *c = &t->cells[i];
        struct eq_slice text = eq_slice(t->text.ptr + c->start, c->len);
        bool last = i % t->columns == t->columns - 1;
        bool title = !t->flowing && i < t->columns;
        const char *colour = !s->o.colour ? NULL : title ? "\033[1m" : c->severity ? severity_colour(text) : NULL;
        print_cell(s, text, c, t->widths[i % t->columns], last, colour);
        if (!last)
            continue;
        while (s->out.len && s->out.ptr[s->out.len - 1] == ' ') /* of empty cells at the end */
            s->out.len--;
        eq_buf_putc(&s->out, '\n');
    }
    t->n = t->rows = 0;
    eq_buf_clear(&t->text);
    return eq_sink_flush(s);
}

/* The widest column gives way first, until the row fits the terminal. */
static void squeeze(struct table *t, size_t width)
{
    size_t least = t->columns * (MIN_WIDTH + GAP) > width + GAP ? 1 : MIN_WIDTH;
    for (;;) {
        size_t total = GAP * (t->columns - 1), widest = 0, second = least;
        for (size_t i = 0; i < t->columns; i++) {
            total += t->widths[i];
            if (t->widths[i] > t->widths[widest])
                widest = i;
        }
        if (total <= width || t->widths[widest] <= least)
            return;
        for (size_t i = 0; i < t->columns; i++)
            if (i != widest && t->widths[i] > second)
                second = t->widths[i];
        size_t over = total - width,
               spare = t->widths[widest] - (second < t->widths[widest] ? second : t->widths[widest] - 1);
        t->widths[widest] -= over < spare ? over : spare;
    }
}

static void measure(struct eq_sink *s, struct table *t)
{
    for (size_t i = 0; i < t->n; i++) {
        size_t *w = &t->widths[i % t->columns];
        if (t->cells[i].width > *w)
            *w = t->cells[i].width < MAX_CELL || s->o.width ? t->cells[i].width : MAX_CELL;
    }
    if (s->o.width)
        squeeze(t, s->o.width);
}

static enum eq_status show(struct eq_sink *s, struct table *t)
{
    if (!t->flowing)
        measure(s, t);
    enum eq_status st = print_rows(s, t);
    t->flowing = true;
    return st;
}

static enum eq_status end_row(struct eq_sink *s, void *ctx)
{
    struct table *t = ctx;
    if (eq_buf_status(&t->text) != EQ_OK)
        return EQ_NOMEM;
    t->rows++;
    return t->flowing || t->rows >= HELD_ROWS ? show(s, t) : EQ_OK;
}

static enum eq_status start(struct eq_sink *s, struct table *t)
{
    size_t columns = eq_rows_width(s);
    t->widths = eq_arena_alloc(&s->arena, columns * sizeof *t->widths);
    if (!t->widths)
        return EQ_NOMEM;
    t->columns = columns;
    for (size_t i = 0; i < t->columns; i++)
        add_cell(s, eq_rows_title(s, i), false, t);
    return eq_buf_status(&t->text);
}

static enum eq_status put(struct eq_sink *s, const struct eq_alert *a)
{
    struct table *t = s->state;
    enum eq_status st = t->columns ? EQ_OK : start(s, t);
    return st == EQ_OK ? eq_rows(s, a, add_cell, end_row, t) : st;
}

static enum eq_status end(struct eq_sink *s)
{
    struct table *t = s->state;
    return t->n ? show(s, t) : EQ_OK;
}

static void close_table(struct eq_sink *s)
{
    struct table *t = s->state;
    if (!t)
        return;
    eq_free(s->alloc, t->cells);
    eq_buf_free(&t->text);
}

enum eq_status eq_sink_table(struct eq_sink *s)
{
    struct table *t = eq_arena_alloc(&s->arena, sizeof *t);
    if (!t)
        return EQ_NOMEM;
    eq_buf_init(&t->text, s->alloc);
    s->state = t;
    s->put = put;
    s->end = end;
    s->close = close_table;
    return eq_rows_open(s);
}
