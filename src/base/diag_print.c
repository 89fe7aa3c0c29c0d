/* diag_print.c — one report for a person, or as JSON.
 *
 *      rules/sudo.toml:14:17: error[E0101]: message
 *      14 |   process where process.nmae == "sudo"
 *         |                 ^^^^^^^^^^^^ help: did you mean "process.name"?
 *
 * A long line is cut around the span. What comes from files is escaped, so it cannot move the cursor. */
#include "base/diag.h"

#include <stdio.h>

#include "base/utf8.h"

enum { MAX_COLUMNS = 160, LEAD_COLUMNS = 60 };
#define ELLIPSIS "\xE2\x80\xA6"

/* The line of the source that a span begins on, and the part of it to show: offsets into source->text. */
struct excerpt {
    size_t from, to;   /* what is shown */
    size_t start, end; /* what is marked, within from..to */
    bool cut_left, cut_right;
};

static bool is_tail(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* The start of the character that holds byte `at`, not before `first`. Bytes that are not UTF-8 are left alone. */
static size_t character_start(struct eq_slice text, size_t first, size_t at)
{
    for (size_t back = 0; back < 4 && at - back > first; back++) {
        if (!is_tail(text.ptr[at - back]))
            return at - back;
    }
    return at;
}

/* Append source text as shown: escaped, a tab as one blank. Returns the columns it takes. */
static size_t show(struct eq_buf *out, struct eq_slice s)
{
    size_t before = out->len, at = 0;
    while (at < s.len) {
        const char *tab = memchr(s.ptr + at, '\t', s.len - at);
        size_t next = tab ? (size_t)(tab - s.ptr) : s.len;
        eq_buf_terminal(out, eq_slice(s.ptr + at, next - at));
        if (tab)
            eq_buf_putc(out, ' ');
        at = next + (tab != NULL);
    }
    return out->failed ? 0 : eq_utf8_width(eq_slice(out->ptr + before, out->len - before));
}

static struct excerpt find_excerpt(const struct eq_diag *d)
{
    struct eq_slice text = d->source->text;
    struct excerpt x;
    size_t line_start, line_end, room = MAX_COLUMNS;

    x.start = d->span.start < text.len ? d->span.start : text.len;
    line_start = line_end = x.start;
    while (line_start > 0 && text.ptr[line_start - 1] != '\n')
        line_start--;
    while (line_end < text.len && text.ptr[line_end] != '\n')
        line_end++;
    if (line_end > line_start && text.ptr[line_end - 1] == '\r' && line_end > x.start)
        line_end--;
    x.end = d->span.end < line_end ? d->span.end : line_end;
    if (x.end < x.start)
        x.end = x.start;

    /* Bytes stand for columns here: never fewer than columns, but for escapes. */
    x.from = line_start;
    if (line_end - line_start > room && x.start - line_start > LEAD_COLUMNS) {
        x.from = x.start - LEAD_COLUMNS;
        if (line_end - x.from < room)
            x.from = line_end - room;
        x.from = character_start(text, line_start, x.from);
    }
    x.to = line_end;
    if (line_end - x.from > room) {
        x.to = character_start(text, x.from, x.from + room);
        if (x.to < x.start)
            x.to = x.start; /* at the end of the line, and a character more came in on the left */
    }
    if (x.end > x.to)
        x.end = x.to;
    x.cut_left = x.from > line_start;
    x.cut_right = x.to < line_end;
    return x;
}

static const char *paint(const struct eq_diag *d)
{
    switch (d->severity) {
    case EQ_ERROR: return "\x1b[1;31m";
    case EQ_WARNING: return "\x1b[1;33m";
    case EQ_NOTE: break;
    }
    return "\x1b[1;36m";
}

static void set_colour(struct eq_buf *out, bool colour, const char *escape)
{
    if (colour)
        eq_buf_puts(out, escape);
}

static void print_head(struct eq_buf *out, const struct eq_diag *d, bool colour)
{
    struct eq_slice place = d->source ? d->source->name : d->rule;
    set_colour(out, colour, "\x1b[1m");
    if (place.len) {
        eq_buf_terminal(out, place);
        if (d->line)
            eq_buf_printf(out, ":%u:%u", d->line, d->column);
        eq_buf_puts(out, ": ");
    }
    set_colour(out, colour, paint(d));
    eq_buf_printf(out, "%s[%s]", eq_severity_name(d->severity), eq_code_name(d->code));
    set_colour(out, colour, "\x1b[0m");
    eq_buf_puts(out, ": ");
    eq_buf_terminal(out, d->message);
    eq_buf_putc(out, '\n');
}

static void print_excerpt(struct eq_buf *out, const struct eq_diag *d, bool colour)
{
    const char *text = d->source->text.ptr;
    struct excerpt x = find_excerpt(d);
    char number[16];
    int width = snprintf(number, sizeof number, "%u", d->line);
    size_t before, marked;

    eq_buf_printf(out, "%s | %s", number, x.cut_left ? ELLIPSIS : "");
    before = show(out, eq_slice(text + x.from, x.start - x.from)) + x.cut_left;
    marked = show(out, eq_slice(text + x.start, x.end - x.start));
    show(out, eq_slice(text + x.end, x.to - x.end));
    eq_buf_printf(out, "%s\n%*s | ", x.cut_right ? ELLIPSIS : "", width, "");
    eq_buf_fill(out, ' ', before);
    set_colour(out, colour, paint(d));
    eq_buf_fill(out, '^', marked ? marked : 1);
    if (d->help.len) {
        eq_buf_puts(out, " help: ");
        eq_buf_terminal(out, d->help);
    }
    set_colour(out, colour, "\x1b[0m");
    eq_buf_putc(out, '\n');
}

void eq_diag_print(struct eq_buf *out, const struct eq_diag *d, bool colour)
{
    print_head(out, d, colour);
    if (d->source && d->source->text.len) {
        print_excerpt(out, d, colour);
    } else if (d->help.len) {
        eq_buf_puts(out, "  help: ");
        eq_buf_terminal(out, d->help);
        eq_buf_putc(out, '\n');
    }
}

static void json_text(struct eq_buf *out, const char *key, struct eq_slice s)
{
    if (s.len == 0)
        return;
    eq_buf_printf(out, ",\"%s\":", key);
    eq_buf_json(out, s);
}

void eq_diag_json(struct eq_buf *out, const struct eq_diag *d)
{
    uint32_t end_line = 0, end_column = 0;

    eq_buf_printf(out, "{\"code\":\"%s\",\"severity\":\"%s\"", eq_code_name(d->code), eq_severity_name(d->severity));
    json_text(out, "message", d->message);
    json_text(out, "help", d->help);
    if (d->source)
        json_text(out, "source", d->source->name);
    json_text(out, "rule", d->rule);
    if (d->source && d->line) {
        eq_source_position(d->source, d->span.end, &end_line, &end_column);
        eq_buf_printf(out, ",\"line\":%u,\"column\":%u,\"end_line\":%u,\"end_column\":%u", d->line, d->column, end_line,
                      end_column);
    }
    eq_buf_putc(out, '}');
}
