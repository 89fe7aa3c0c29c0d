/* edit.c — a query changed inside its file: only the bytes that must.
 *
 *      query    … : ("a\b", "a\b") …             edit: bytes 10 to 17 go
 *      file     query = "… : (\"a\\b\", \"a\\b\") …"
 *                             └─ at[10]       └─ at[17]
 *
 * Each byte of the query is found again in the string that holds it, escape by escape; where that fails, nothing is
 * changed. */
#include "rule/rule.h"

#include "base/utf8.h"

/* Walks through a string of TOML as it is written, and through what it says. */
struct walk {
    struct eq_slice file, query;
    size_t in_file, in_query;
    size_t *at; /* by byte of the query, and for its end */
};

static bool starts(const struct walk *w, const char *text)
{
    return eq_slice_starts(eq_slice(w->file.ptr + w->in_file, w->file.len - w->in_file), eq_slice_of(text));
}

/* The next `from` bytes of the file say `to` of the query; false if the query says something else. */
static bool step(struct walk *w, size_t from, struct eq_slice to)
{
    struct eq_slice rest = eq_slice(w->query.ptr + w->in_query, w->query.len - w->in_query);
    if (w->in_file + from > w->file.len || !eq_slice_starts(rest, to))
        return false;
    for (size_t i = 0; i < to.len; i++)
        w->at[w->in_query + i] = w->in_file;
    w->in_file += from;
    w->in_query += to.len;
    return true;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* \uXXXX or \UXXXXXXXX. */
static bool step_code(struct walk *w, size_t digits)
{
    uint32_t code = 0;
    char text[4];
    if (w->file.len - w->in_file < digits + 2)
        return false;
    for (size_t i = 0; i < digits; i++) {
        int digit = hex_digit(w->file.ptr[w->in_file + 2 + i]);
        if (digit < 0 || code > 0xFFFFFFF)
            return false;
        code = code * 16 + (uint32_t)digit;
    }
    return code <= 0x10FFFF && step(w, digits + 2, eq_slice(text, eq_utf8_encode(text, code)));
}

/* A backslash at the end of a line: it and all blanks behind it say nothing. */
static bool step_line_end(struct walk *w)
{
    size_t end = w->in_file + 1;
    while (end < w->file.len && memchr(" \t\r\n", w->file.ptr[end], 4))
        end++;
    return step(w, end - w->in_file, EQ_LIT(""));
}

static bool step_escape(struct walk *w)
{
    static const char names[] = "btnfre\"\\", values[] = "\b\t\n\f\r\x1b\"\\";
    char c = w->in_file + 1 < w->file.len ? w->file.ptr[w->in_file + 1] : '\0';
    const char *name = c ? strchr(names, c) : NULL;
    if (name)
        return step(w, 2, eq_slice(values + (name - names), 1));
    if (c == 'u' || c == 'U')
        return step_code(w, c == 'u' ? 4 : 8);
    return c && strchr(" \t\r\n", c) && step_line_end(w);
}

/* From the opening quotes to where the query ends. */
static bool walk_string(struct walk *w)
{
    bool lines = starts(w, "'''") || starts(w, "\"\"\""), literal = starts(w, "'");
    if (!literal && !starts(w, "\""))
        return false;
    w->in_file += lines ? 3 : 1;
    if (lines && (starts(w, "\n") || starts(w, "\r\n")))
        w->in_file += starts(w, "\n") ? 1 : 2;
    while (w->in_query < w->query.len) {
        bool fine;
        if (!literal && starts(w, "\\"))
            fine = step_escape(w);
        else if (starts(w, "\r\n") && w->query.ptr[w->in_query] == '\n')
            fine = step(w, 2, EQ_LIT("\n"));
        else
            fine = w->in_file < w->file.len && step(w, 1, eq_slice(w->file.ptr + w->in_file, 1));
        if (!fine)
            return false;
    }
    w->at[w->in_query] = w->in_file;
    return true;
}

/* A query that is the file, or its end. */
static bool walk_plain(struct walk *w)
{
    if (!eq_slice_ends(w->file, w->query))
        return false;
    w->in_file = w->file.len - w->query.len;
    for (size_t i = 0; i <= w->query.len; i++)
        w->at[i] = w->in_file + i;
    return true;
}

bool eq_rule_find_bytes(size_t *at, const struct eq_toml *value, struct eq_slice content, struct eq_slice file)
{
    struct walk w = {.file = file, .query = content, .at = at};
    size_t mark = eq_slice_starts(file, EQ_LIT("\xef\xbb\xbf")) ? 3 : 0;
    if (!value)
        return walk_plain(&w);
    w.in_file = mark + eq_toml_offset(eq_slice(file.ptr + mark, file.len - mark), value->line, value->column);
    return walk_string(&w);
}

enum eq_status eq_rule_edit(struct eq_buf *out, struct eq_slice file, const struct eq_rule *rule,
                            const struct eq_edits *edits)
{
    const struct eq_toml *query = eq_toml_get(rule->document, "rule.query");
    size_t done = 0, *at = eq_new(out->alloc, (rule->source.text.len + 1) * sizeof *at);
    enum eq_status st = EQ_LIMIT;
    if (!at)
        return EQ_NOMEM;
    if ((rule->document && !query) || !eq_rule_find_bytes(at, query, rule->source.text, file))
        goto end;
    for (size_t i = 0; i < edits->n; i++) {
        const struct eq_edit *e = &edits->items[i];
        eq_buf_add(out, eq_slice(file.ptr + done, at[e->span.start] - done));
        eq_buf_puts(out, e->text);
        done = at[e->span.end];
    }
    eq_buf_add(out, eq_slice(file.ptr + done, file.len - done));
    st = eq_buf_status(out);
end:
    eq_free(out->alloc, at);
    return st;
}
