/* lsp_text.c — the text of a document, and places in it.
 *
 *      line 0   process where user.name == "Zoë 🙂"      a place is a line and UTF-16 code units:
 *      line 1   // …                                    🙂 is two of them, and four bytes for us
 *
 * Where lines begin is found when it is asked for, and forgotten from the place of an edit on. A line ends with \n,
 * \r\n or \r, as the protocol wants it. */
#include <stdlib.h>
#include <string.h>

#include "cli/lsp.h"

static void forget_lines(struct lsp_text *t, size_t from)
{
    size_t low = 0, high = t->n_lines;
    while (low < high) { /* the first line that begins behind `from`: its beginning may be no more */
        size_t middle = low + (high - low) / 2;
        if (t->lines[middle] > from)
            high = middle;
        else
            low = middle + 1;
    }
    t->n_lines = low ? low - 1 : 0; /* and of the one before: a \r may get its \n */
    t->known = t->n_lines ? t->lines[t->n_lines - 1] : 0;
    t->cursor.line = SIZE_MAX;
}

static void add_line(struct lsp_text *t, size_t start)
{
    if (t->n_lines == t->cap_lines) {
        t->cap_lines = t->cap_lines ? 2 * t->cap_lines : 64;
        t->lines = cli_alloc(t->lines, t->cap_lines * sizeof *t->lines);
    }
    t->lines[t->n_lines++] = start;
}

/* Find lines until number `line` is known, or byte `offset` lies before the last that is; or all are. */
static void find_lines(struct lsp_text *t, size_t line, size_t offset)
{
    const char *text = t->bytes.ptr;
    if (!t->n_lines)
        add_line(t, 0);
    while (t->known < t->bytes.len && t->n_lines <= line && t->lines[t->n_lines - 1] <= offset) {
        char c = text[t->known++];
        if (c == '\n' || (c == '\r' && (t->known == t->bytes.len || text[t->known] != '\n')))
            add_line(t, t->known);
    }
}

static size_t line_end(const struct lsp_text *t, size_t start)
{
    const char *text = t->bytes.ptr;
    while (start < t->bytes.len && text[start] != '\n' && text[start] != '\r')
        start++;
    return start;
}

/* Bytes and code units of the character that begins here; the text is UTF-8. */
static size_t step(const struct lsp_text *t, size_t at, size_t *units)
{
    unsigned char c = (unsigned char)t->bytes.ptr[at];
    size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    *units = n == 4 ? 2 : 1;
    return n < t->bytes.len - at ? n : t->bytes.len - at;
}

void lsp_text_set(struct lsp_text *t, const char *ptr, size_t len)
{
    lsp_text_free(t);
    cli_text_add(&t->bytes, ptr, len);
}

void lsp_text_replace(struct lsp_text *t, size_t start, size_t end, eqlite_string with)
{
    struct cli_text *b = &t->bytes;
    size_t tail = b->len - end;
    forget_lines(t, start);
    if (with.len > end - start)
        cli_text_add(b, with.ptr, with.len - (end - start)); /* room */
    memmove(b->ptr + start + with.len, b->ptr + end, tail);
    if (with.len)
        memcpy(b->ptr + start, with.ptr, with.len);
    b->len = start + with.len + tail;
    b->ptr[b->len] = '\0';
}

void lsp_text_free(struct lsp_text *t)
{
    cli_text_free(&t->bytes);
    free(t->lines);
    *t = (struct lsp_text){.cursor = {.line = SIZE_MAX}};
}

size_t lsp_text_offset(struct lsp_text *t, struct lsp_place place)
{
    find_lines(t, place.line, SIZE_MAX);
    if (place.line >= t->n_lines)
        return t->bytes.len;
    size_t at = t->lines[place.line], end = line_end(t, at), units;
    for (size_t n = 0; at < end && n < place.character; n += units) {
        size_t len = step(t, at, &units);
        if (n + units > place.character) /* between the halves of a character */
            break;
        at += len;
    }
    return at;
}

struct lsp_place lsp_text_place(struct lsp_text *t, size_t offset)
{
    size_t low = 0, high;
    if (offset > t->bytes.len)
        offset = t->bytes.len;
    find_lines(t, SIZE_MAX, offset);
    for (high = t->n_lines; high - low > 1;) {
        size_t middle = low + (high - low) / 2;
        if (t->lines[middle] > offset)
            high = middle;
        else
            low = middle;
    }
    bool on = t->cursor.line == low && t->cursor.at <= offset;
    size_t at = on ? t->cursor.at : t->lines[low], n = on ? t->cursor.units : 0, units;
    while (at < offset) {
        at += step(t, at, &units);
        n += units;
    }
    t->cursor.line = low;
    t->cursor.at = at;
    t->cursor.units = n;
    return (struct lsp_place){(uint32_t)low, (uint32_t)n};
}

struct lsp_range lsp_text_range(struct lsp_text *t, size_t start, size_t end)
{
    struct lsp_place first = lsp_text_place(t, start);
    return (struct lsp_range){first, lsp_text_place(t, end)};
}

/* ── In messages ── */

bool lsp_read_place(struct lsp_place *out, struct lsp_json value)
{
    int64_t line, character;
    if (!lsp_json_integer(&line, lsp_json_get(value, "line")) ||
        !lsp_json_integer(&character, lsp_json_get(value, "character")) || line < 0 || character < 0)
        return false;
    out->line = line > UINT32_MAX ? UINT32_MAX : (uint32_t)line;
    out->character = character > UINT32_MAX ? UINT32_MAX : (uint32_t)character;
    return true;
}

void lsp_add_range(struct cli_text *out, struct lsp_range r)
{
    cli_text_printf(out, "{\"start\":{\"line\":%u,\"character\":%u},\"end\":{\"line\":%u,\"character\":%u}}",
                    r.start.line, r.start.character, r.end.line, r.end.character);
}

/* Inside a character, or a line end? No place of the protocol says that. */
static bool inside_character(const char *text, size_t at, size_t len)
{
    return at < len && (((unsigned char)text[at] & 0xC0) == 0x80 || (at && text[at - 1] == '\r' && text[at] == '\n'));
}

void lsp_add_change(struct cli_text *out, struct lsp_text *t, eqlite_string after)
{
    const char *a = t->bytes.ptr, *b = after.ptr;
    size_t n = t->bytes.len, m = after.len, least = n < m ? n : m, start = 0, tail = 0;
    while (start < least && a[start] == b[start])
        start++;
    while (start && inside_character(a, start, n))
        start--;
    while (tail < least - start && a[n - 1 - tail] == b[m - 1 - tail])
        tail++;
    while (tail && inside_character(a, n - tail, n))
        tail--;
    cli_text_add(out, "[", 1);
    if (start + tail < n || start + tail < m) {
        cli_text_printf(out, "{\"range\":");
        lsp_add_range(out, lsp_text_range(t, start, n - tail));
        cli_text_printf(out, ",\"newText\":");
        cli_text_json(out, (eqlite_string){b + start, m - start - tail});
        cli_text_add(out, "}", 1);
    }
    cli_text_add(out, "]", 1);
}
