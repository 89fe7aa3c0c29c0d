/* guess.c — what a text is, by its beginning: its encoding, and whether lines or one larger JSON value hold the events.
 *
 *      {"a": 1}⏎{"a": …      lines              {⏎  "a": 1⏎}         one value over many lines
 *      {"index": {}}⏎{…      lines, _bulk       [{"a": 1}, …  {"hits": {"hits": [   an array, a search response */
#include "read/chain.h"

/* Room to look at byte `n` of the block; false if it will not come (or not now). */
static bool have(struct eq_block *b, size_t n)
{
    while (b->end - b->begin <= n)
        if (!eq_block_fill(b))
            return false;
    return true;
}

enum eq_status eq_chain_check_start(struct eq_chain *c, struct eq_diags *diags)
{
    struct eq_block *b = &c->block;
    if (!have(b, 0) && b->waiting)
        return EQ_END;
    if (b->end > b->begin && !have(b, (unsigned char)b->ptr[b->begin] == 0xEF ? 2 : 1) && b->waiting)
        return EQ_END;
    struct eq_slice rest = eq_block_rest(b);
    c->checked = true;
    if (eq_slice_starts(rest, EQ_LIT("\xEF\xBB\xBF"))) {
        eq_block_pass(b, 3);
    } else if (eq_slice_starts(rest, EQ_LIT("\xFF\xFE")) || eq_slice_starts(rest, EQ_LIT("\xFE\xFF")) ||
               eq_slice_starts(rest, EQ_LIT("{\0")) || eq_slice_starts(rest, EQ_LIT("\0{"))) {
        struct eq_diag *d = eq_reader_report(diags, EQ_E0802, c->name, "the text is UTF-16, and only UTF-8 is read");
        eq_diag_help(diags, d, "convert it first, as with: iconv -f UTF-16 -t UTF-8");
        return EQ_IO;
    }
    return EQ_OK;
}

/* After an object that ended at `at` on the first line: does the line hold only that? EQ_FORMAT_UNKNOWN: wait. */
static enum eq_text_format after_object(struct eq_block *b, size_t at)
{
    while (have(b, at) && eq_is_blank(b->ptr[b->begin + at]) && b->ptr[b->begin + at] != '\n')
        at++;
    if (!have(b, at))
        return b->waiting ? EQ_FORMAT_UNKNOWN : EQ_FORMAT_NDJSON;
    char c = b->ptr[b->begin + at];
    return c == '{' || c == ',' || c == '[' ? EQ_FORMAT_JSON : EQ_FORMAT_NDJSON;
}

/* The first line does not close what it opens. A broken event among lines, or the first line of a larger text? The
 * next line tells: inside an object none begins with a brace. EQ_FORMAT_UNKNOWN: wait. */
static enum eq_text_format after_open_line(struct eq_block *b, size_t start, size_t newline)
{
    struct eq_slice rest = eq_block_rest(b);
    size_t filled = newline;
    while (filled > start + 1 && eq_is_blank(rest.ptr[filled - 1]))
        filled--;
    if (filled <= start + 1)
        return EQ_FORMAT_JSON; /* "{" alone */
    if (!have(b, newline + 1))
        return b->waiting ? EQ_FORMAT_UNKNOWN : EQ_FORMAT_NDJSON;
    return b->ptr[b->begin + newline + 1] == '{' ? EQ_FORMAT_NDJSON : EQ_FORMAT_JSON;
}

/* Tell lines from larger texts by the first object. EQ_FORMAT_UNKNOWN: wait for more. */
static enum eq_text_format guess(struct eq_chain *c, size_t max_event)
{
    struct eq_block *b = &c->block;
    size_t start = 0;
    for (; have(b, start) && eq_is_blank(b->ptr[b->begin + start]); start++)
        if (start > max_event)
            return EQ_FORMAT_NDJSON;
    if (!have(b, start))
        return b->waiting ? EQ_FORMAT_UNKNOWN : EQ_FORMAT_NDJSON;
    if (b->ptr[b->begin + start] != '{')
        return b->ptr[b->begin + start] == '[' ? EQ_FORMAT_JSON : EQ_FORMAT_NDJSON;
    if (c->first.at < start)
        c->first.at = start;
    for (;;) {
        /* Never more than max_event of it, so that the answer does not depend on how much was read. */
        struct eq_slice rest = eq_block_rest(b);
        size_t seen = rest.len < max_event ? rest.len : max_event;
        const char *newline = seen > start ? memchr(rest.ptr + start, '\n', seen - start) : NULL;
        struct eq_slice line = {rest.ptr, newline ? (size_t)(newline - rest.ptr) : seen};
        enum eq_json_found found = c->first.at < line.len ? eq_json_scan(&c->first, line) : EQ_FOUND_MORE;
        if (found == EQ_FOUND_HITS)
            return EQ_FORMAT_JSON;
        if (found == EQ_FOUND_END)
            return after_object(b, c->first.at);
        if (newline)
            return after_open_line(b, start, (size_t)(newline - rest.ptr));
        if (seen == max_event)
            return EQ_FORMAT_NDJSON;
        if (!eq_block_fill(b))
            return b->waiting ? EQ_FORMAT_UNKNOWN : EQ_FORMAT_NDJSON;
    }
}

/* Under AUTO, lines may also be a _bulk request: its first line is an action. */
static void guess_bulk(struct eq_chain *c)
{
    struct eq_slice rest = eq_block_rest(&c->block);
    bool has_event;
    while (rest.len && eq_is_blank(*rest.ptr))
        rest = eq_slice(rest.ptr + 1, rest.len - 1);
    const char *newline = rest.len ? memchr(rest.ptr, '\n', rest.len) : NULL;
    if (newline)
        c->ndjson.bulk = eq_bulk_action(eq_slice(rest.ptr, (size_t)(newline - rest.ptr)), &has_event);
}

bool eq_chain_guess(struct eq_chain *c, size_t max_event)
{
    c->format = guess(c, max_event);
    if (c->format == EQ_FORMAT_NDJSON)
        guess_bulk(c);
    return c->format != EQ_FORMAT_UNKNOWN;
}
