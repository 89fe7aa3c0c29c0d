/* format_ndjson.c — one event a line, and the _bulk format, in which lines about events stand between them.
 *
 * Items are slices of the block; a line is looked at once, by memchr. */
#include "read/reader_priv.h"

/* ── Bulk actions ──────────────────────────────────────────────────────────────────────────────────────────────── */

static const char *blanks(const char *p, const char *end)
{
    while (p < end && eq_is_blank(*p))
        p++;
    return p;
}

/* Past `c` and the blanks around it, or NULL. */
static const char *past(const char *p, const char *end, char c)
{
    p = p ? blanks(p, end) : NULL;
    return p && p < end && *p == c ? blanks(p + 1, end) : NULL;
}

/* Past the object at p, or NULL; *named: it is empty, or a key of it is "_index" or "_id". */
static const char *past_object(const char *p, const char *end, bool *named)
{
    struct eq_slice text = {p, (size_t)(end - p)};
    struct eq_json_scan scan = {0};
    if (text.len == 0 || *p != '{' || eq_json_scan(&scan, text) != EQ_FOUND_END)
        return NULL;
    const char *inside = blanks(p + 1, end);
    *named = *inside == '}';
    for (const char *q = inside; q + 6 < p + scan.at && !*named; q++)
        *named = memcmp(q, "\"_id\":", 6) == 0 || (q + 9 < p + scan.at && memcmp(q, "\"_index\":", 9) == 0) ||
                 memcmp(q, "\"_id\" ", 6) == 0 || (q + 9 < p + scan.at && memcmp(q, "\"_index\" ", 9) == 0);
    return p + scan.at;
}

bool eq_bulk_action(struct eq_slice line, bool *has_event)
{
    static const struct eq_slice names[] = {{"index", 5}, {"create", 6}, {"update", 6}, {"delete", 6}};
    const char *end = line.ptr + line.len, *p = past(line.ptr, end, '{');
    bool named = false;
    if (!p || p >= end || *p != '"')
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct eq_slice rest = {p + 1, (size_t)(end - p - 1)};
        if (!eq_slice_starts(rest, names[i]) || rest.len == names[i].len || rest.ptr[names[i].len] != '"')
            continue;
        const char *q = past(rest.ptr + names[i].len + 1, end, ':');
        q = q ? past_object(q, end, &named) : NULL;
        *has_event = i != 3;
        return named && past(q, end, '}') == end;
    }
    return false;
}

/* ── Lines ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

static struct eq_slice trim(struct eq_slice line)
{
    while (line.len && eq_is_blank(line.ptr[line.len - 1]))
        line.len--;
    while (line.len && eq_is_blank(*line.ptr)) {
        line.ptr++;
        line.len--;
    }
    return line;
}

/* Should this line be given, or is it blank or an action? */
static bool wanted(struct eq_ndjson *f, struct eq_slice line)
{
    bool has_event;
    if (line.len == 0)
        return false;
    if (f->bulk && !f->after_action && eq_bulk_action(line, &has_event)) {
        f->after_action = has_event;
        return false;
    }
    f->after_action = false;
    return true;
}

/* The line at hand is longer than allowed: keep its beginning, drop what is there of it. */
static void drop_long(struct eq_ndjson *f, struct eq_block *b, size_t n)
{
    if (!f->too_long) {
        f->too_long = true;
        f->line = b->line;
        f->offset = b->offset;
        b->head_len = n < EQ_HEAD ? n : EQ_HEAD;
        memcpy(b->head, b->ptr + b->begin, b->head_len);
    }
    eq_block_pass(b, n);
    f->scanned = 0;
}

static void give_long(struct eq_item *out, struct eq_ndjson *f, const struct eq_block *b)
{
    out->text = eq_slice(b->head, b->head_len);
    out->line = f->line;
    out->offset = f->offset;
    out->problem = "longer than the limit for one event";
    f->too_long = false;
    f->after_action = false;
}

/* The text has ended inside this line. Is it only half there? */
static bool is_half(const struct eq_ndjson *f, const struct eq_block *b, struct eq_slice line)
{
    struct eq_json_scan scan = {0};
    return f->leave_half && b->status == EQ_END &&
           (f->too_long || (line.len && *line.ptr == '{' && eq_json_scan(&scan, line) != EQ_FOUND_END));
}

enum eq_status eq_ndjson_next(struct eq_item *out, struct eq_ndjson *f, struct eq_block *b, size_t max_event)
{
    *out = (struct eq_item){0};
    for (;;) {
        struct eq_slice rest = eq_block_rest(b);
        const char *newline = rest.len > f->scanned
                                  ? memchr(rest.ptr + f->scanned, '\n', rest.len - f->scanned)
                                  : NULL;
        if (!newline && rest.len > max_event) {
            drop_long(f, b, rest.len);
            continue;
        }
        if (!newline && !b->ended) {
            f->scanned = rest.len;
            if (!eq_block_fill(b) && b->waiting)
                return EQ_END;
            continue;
        }
        if (!newline && rest.len == 0 && !f->too_long)
            return EQ_END;

        size_t n = newline ? (size_t)(newline - rest.ptr) : rest.len;
        if (!newline && is_half(f, b, trim(rest)))
            return EQ_END;
        if (n > max_event || f->too_long) {
            drop_long(f, b, n);
            give_long(out, f, b);
        }
        struct eq_slice line = trim(eq_slice(rest.ptr, n));
        bool done = out->problem || wanted(f, line);
        if (!out->problem) {
            out->text = line;
            out->line = b->line;
            out->offset = b->offset + (uint64_t)(line.ptr - rest.ptr);
            eq_block_pass(b, n);
        }
        f->scanned = 0;
        if (newline) {
            eq_block_pass(b, 1);
            b->line++;
        }
        if (done)
            return EQ_OK;
    }
}
