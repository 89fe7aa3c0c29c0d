/* toml.c — checks before toml++ sees a text, and ways to move in the tree that it gives.
 *
 * toml++ recurses once for each level, also for the levels of a dotted key, and has no bound for those; a few hundred
 * kilobytes of "a.a.a.…" would end the program. So a small scanner goes first. It knows only strings, comments and
 * what opens, closes or ends something, and counts
 *
 *      a.b = [ { c.d.e = 1 } ]         levels that are open  (here at most 2 for a.b, 1 [, 1 {, 3 for c.d.e)
 *
 * It also refuses what is not ASCII outside strings and comments, as TOML does: toml++ 3.3 takes such a character for a
 * blank or not by a path that its authors declared unreachable.
 *
 * It may disagree with TOML about a wrong text only behind the first mistake, where toml++ has stopped. On its way it
 * hands each string between triple quotes to toml_cut. */
#include "rule/toml.h"

#include <stdio.h>

#include "base/utf8.h"
#include "rule/toml_shim.h"

/* Behind the string on one line that begins at p (a quote). At the end of the text if it is not terminated: toml++ goes
 * no further. */
static const char *skip_line_string(const char *p, const char *end)
{
    char quote = *p;

    for (p++; p < end && *p != '\n'; p++) {
        if (*p == quote)
            return p + 1;
        if (*p == '\\' && quote == '"' && p + 1 < end && p[1] != '\n')
            p++;
    }
    return end;
}

/* The first quote at or behind p that no backslash hides; NULL: none. */
static const char *find_quote(const char *p, const char *end, char quote)
{
    const char *found = memchr(p, quote, (size_t)(end - p)), *slash;

    while (quote == '"' && found && (slash = memchr(p, '\\', (size_t)(found - p)))) {
        p = slash + 2;
        if (p > found)
            found = p < end ? memchr(p, quote, (size_t)(end - p)) : NULL;
    }
    return found;
}

/* The same between triple quotes. `found` tells whether there are closing ones. */
static const char *skip_long_string(const char *p, const char *end, bool *found)
{
    char quote = *p;

    *found = false;
    for (p += 3; p < end && (p = find_quote(p, end, quote)); p++) {
        if (end - p < 3 || p[1] != quote || p[2] != quote)
            continue;
        *found = true;
        p += 3;
        for (int extra = 0; extra < 2 && p < end && *p == quote; extra++)
            p++; /* up to two quotes may belong to the content */
        return p;
    }
    return end;
}

/* Behind the string that begins here; a long one is put down as one to be cut, if there are `cuts`. */
static const char *skip_string(const char *p, const char *end, struct eq_toml_cuts *cuts)
{
    const char *after;
    bool found;

    if (end - p < 3 || p[1] != *p || p[2] != *p)
        return skip_line_string(p, end);
    after = skip_long_string(p, end, &found);
    if (found && cuts)
        eq_toml_cut(cuts, eq_slice(p, (size_t)(after - p)));
    return after;
}

static const char *skip_comment(const char *p, const char *end)
{
    const char *newline = memchr(p, '\n', (size_t)(end - p));
    return newline ? newline : end;
}

struct depth {
    unsigned open[EQ_TOML_DEPTH_MAX + 1]; /* levels before each open bracket */
    unsigned brackets, level, dots;       /* dots: of the key or number at hand */
    size_t values;
};

/* One character outside strings and comments. False: over a limit. */
static bool count(struct depth *d, char c)
{
    switch (c) {
    case '[':
    case '{':
        d->values++;
        if (d->brackets == EQ_TOML_DEPTH_MAX)
            return false;
        d->open[d->brackets++] = d->level;
        d->level += 1 + d->dots;
        d->dots = 0;
        break;
    case ']':
    case '}':
        d->dots = 0;
        if (d->brackets)
            d->level = d->open[--d->brackets];
        break;
    case '.': d->dots++; break;
    case '=': d->values++; break;
    case ',': d->values++; /* fall through */
    case '\n': d->dots = 0; break;
    default: break;
    }
    return d->level + d->dots <= EQ_TOML_DEPTH_MAX && d->values <= EQ_TOML_VALUES_MAX;
}

static void place_error(struct eq_toml_error *error, struct eq_slice text, const char *at)
{
    const char *line = text.ptr;

    error->line = 1;
    for (const char *p = text.ptr; p < at; p++)
        if (*p == '\n') {
            error->line++;
            line = p + 1;
        }
    error->column = (uint32_t)eq_utf8_count(eq_slice(line, (size_t)(at - line))) + 1;
}

/* Say why the text is refused at a byte of it. */
static enum eq_status refuse(struct eq_toml_error *error, struct eq_slice text, const char *at, const struct depth *d)
{
    place_error(error, text, at);
    if ((unsigned char)*at >= 0x80) {
        snprintf(error->message, sizeof error->message, "a character that only strings and comments may hold");
        return EQ_INVALID;
    }
    error->too_deep = d->values <= EQ_TOML_VALUES_MAX;
    if (error->too_deep)
        snprintf(error->message, sizeof error->message, "nested deeper than %d levels", EQ_TOML_DEPTH_MAX);
    else
        snprintf(error->message, sizeof error->message, "more than %u values", EQ_TOML_VALUES_MAX);
    return EQ_LIMIT;
}

static enum eq_status check_text(struct eq_slice text, struct eq_toml_cuts *cuts, struct eq_toml_error *error)
{
    struct depth d = {0};
    const char *p = text.ptr, *end = text.ptr + text.len;

    while (p < end) {
        if (*p == '"' || *p == '\'')
            p = skip_string(p, end, cuts);
        else if (*p == '#')
            p = skip_comment(p, end);
        else if ((unsigned char)*p >= 0x80 || !count(&d, *p))
            return refuse(error, text, p, &d);
        else
            p++;
    }
    return EQ_OK;
}

enum eq_status eq_toml_parse(struct eq_toml **out, struct eq_slice text, struct eq_arena *arena,
                             struct eq_toml_error *error)
{
    struct eq_toml_cuts cuts;
    struct eq_slice shown;
    enum eq_status st;

    *out = NULL;
    *error = (struct eq_toml_error){.line = 1, .column = 1};
    eq_toml_cuts_init(&cuts, text, arena->alloc);
    st = text.len ? check_text(text, &cuts, error) : EQ_OK;
    if (st == EQ_OK)
        st = eq_toml_cuts_text(&shown, &cuts);
    if (st == EQ_OK)
        st = eq_toml_shim_parse(out, shown, &cuts, arena, error);
    eq_toml_cuts_free(&cuts);
    return st;
}

static const struct eq_toml *kid_named(const struct eq_toml *table, struct eq_slice key)
{
    if (table->kind != EQ_TOML_TABLE)
        return NULL;
    for (const struct eq_toml *kid = table->first; kid; kid = kid->next)
        if (eq_slice_eq(kid->key, key))
            return kid;
    return NULL;
}

const struct eq_toml *eq_toml_get(const struct eq_toml *table, const char *path)
{
    while (table && *path) {
        size_t len = strcspn(path, ".");
        table = kid_named(table, eq_slice(path, len));
        path += path[len] == '.' ? len + 1 : len;
    }
    return table;
}

size_t eq_toml_offset(struct eq_slice text, uint32_t line, uint32_t column)
{
    const char *p = text.ptr, *end = text.ptr + text.len, *newline;

    for (; line > 1; line--) {
        newline = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
        if (!newline)
            return text.len;
        p = newline + 1;
    }
    newline = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
    if (newline)
        end = newline;
    if (p < end && column > 1)
        p += eq_utf8_offset(eq_slice(p, (size_t)(end - p)), column - 1);
    return (size_t)(p - text.ptr);
}

struct eq_slice eq_toml_written(const struct eq_toml *value, struct eq_slice text)
{
    const char *start = text.ptr + eq_toml_offset(text, value->line, value->column), *end = text.ptr + text.len;

    return eq_slice(start, start < end ? (size_t)(skip_string(start, end, NULL) - start) : 0);
}

/* ── Places in strings ── */

/* Where a string's content begins in the document; *line and *column are those of its opening quote, and moved there. */
static size_t skip_quotes(struct eq_slice text, size_t at, uint32_t *line, uint32_t *column)
{
    struct eq_slice rest = {text.ptr + at, text.len - at};

    if (!eq_slice_starts(rest, EQ_LIT("'''")) && !eq_slice_starts(rest, EQ_LIT("\"\"\""))) {
        *column += 1;
        return at + 1;
    }
    rest = eq_slice(rest.ptr + 3, rest.len - 3);
    if (eq_slice_starts(rest, EQ_LIT("\n")) || eq_slice_starts(rest, EQ_LIT("\r\n"))) {
        *line += 1;
        *column = 1;
        return at + 3 + (rest.ptr[0] == '\r' ? 2 : 1);
    }
    *column += 3;
    return at + 3;
}

/* The document and the content of a string, read side by side. */
struct walk {
    const char *raw, *end;     /* in the document */
    struct eq_slice content;
    uint32_t at, line, column; /* of the content; of `raw` */
};

static void step(struct walk *w, size_t bytes)
{
    for (; bytes && w->raw < w->end; bytes--, w->raw++) {
        if (*w->raw == '\n') {
            w->line++;
            w->column = 1;
        } else if (((unsigned char)*w->raw & 0xC0) != 0x80) {
            w->column++;
        }
    }
}

/* Pass an escape, and what it stands for. */
static void step_escape(struct walk *w)
{
    char kind = w->raw + 1 < w->end ? w->raw[1] : '\0';
    bool code = kind == 'u' || kind == 'U';

    step(w, kind == 'u' ? 6 : kind == 'U' ? 10 : 2);
    if (kind == ' ' || kind == '\t' || kind == '\r' || kind == '\n') { /* the end of a line, dropped with all blanks */
        while (w->raw < w->end && memchr(" \t\r\n", *w->raw, 4))
            step(w, 1);
        return;
    }
    w->at++;
    while (code && w->at < w->content.len && ((unsigned char)w->content.ptr[w->at] & 0xC0) == 0x80)
        w->at++;
}

/* Count the marks, and write them unless `marks` is NULL: one behind each escape. */
static size_t find_marks(struct eq_mark *marks, struct walk w)
{
    size_t n = 0;

    while (w.raw < w.end && w.at < w.content.len) {
        if (*w.raw == '\\') {
            step_escape(&w);
            if (marks)
                marks[n] = (struct eq_mark){w.at, w.line, w.column};
            n++;
        } else {
            w.at += *w.raw != '\r' || w.content.ptr[w.at] == '\r'; /* toml++ makes \n of \r\n */
            step(&w, 1);
        }
    }
    return n;
}

enum eq_status eq_toml_place(struct eq_source *source, const struct eq_toml *value, struct eq_slice text,
                             struct eq_arena *arena)
{
    struct walk w = {.end = text.ptr + text.len, .content = source->text};
    size_t quote = eq_toml_offset(text, value->line, value->column);
    struct eq_mark *marks;

    source->line = value->line;
    source->column = value->column;
    w.raw = text.ptr + skip_quotes(text, quote, &source->line, &source->column);
    w.line = source->line;
    w.column = source->column;
    if (quote >= text.len || text.ptr[quote] != '"')
        return EQ_OK;
    size_t n = find_marks(NULL, w);
    if (n == 0)
        return EQ_OK;
    marks = eq_arena_alloc(arena, n * sizeof *marks);
    if (!marks)
        return EQ_NOMEM;
    source->n_marks = find_marks(marks, w);
    source->marks = marks;
    return EQ_OK;
}
