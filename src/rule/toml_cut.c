/* toml_cut.c — see toml_cut.h. The first and the last line of a string stay where they are, so that the quotes do. */
#include "rule/toml_cut.h"

#include "base/utf8.h"

enum { QUOTES = 3, WORTH_BYTES = 32 };

void eq_toml_cuts_init(struct eq_toml_cuts *c, struct eq_slice source, const struct eq_alloc *alloc)
{
    *c = (struct eq_toml_cuts){.source = source, .line = 1};
    eq_buf_init(&c->text, alloc);
}

void eq_toml_cuts_free(struct eq_toml_cuts *c)
{
    eq_free(c->text.alloc, c->items);
    eq_buf_free(&c->text);
}

/* TOML takes these bytes as they stand. Looks at all of them, as several at once cost less than leaving early. */
static bool is_plain(struct eq_slice content, char quote)
{
    unsigned char bad = 0;
    for (size_t i = 0; i < content.len; i++) {
        unsigned char byte = (unsigned char)content.ptr[i];
        bad |= (unsigned char)(((byte < 0x20) & (byte != '\n') & (byte != '\t')) | (byte == 0x7F));
    }
    return !bad && (quote == '\'' || !memchr(content.ptr, '\\', content.len));
}

static size_t count_lines(struct eq_slice text)
{
    size_t n = 0;
    const char *p = text.ptr, *end = p + text.len;
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
        n++;
        p++;
    }
    return n;
}

/* Where a byte of the source stands; later bytes come later. */
static void place(struct eq_toml_cut *out, struct eq_toml_cuts *c, size_t at)
{
    const char *begin = c->source.ptr;
    size_t start = at;
    while (start > 0 && begin[start - 1] != '\n')
        start--;
    c->line += (uint32_t)count_lines(eq_slice(begin + c->counted, at - c->counted));
    c->counted = at;
    out->line = c->line;
    out->column = (uint32_t)eq_utf8_count(eq_slice(begin + start, at - start)) + 1;
}

void eq_toml_cut(struct eq_toml_cuts *c, struct eq_slice string)
{
    struct eq_slice content = {string.ptr + QUOTES, string.len - 2 * QUOTES};
    const char *first = memchr(content.ptr, '\n', content.len);
    if (content.len < WORTH_BYTES || !first || !is_plain(content, *string.ptr))
        return;
    const char *last = content.ptr + content.len;
    while (last[-1] != '\n')
        last--;
    if (c->failed || !eq_grow(c->text.alloc, &c->items, &c->cap, c->n + 1, sizeof *c->items)) {
        c->failed = true;
        return;
    }
    struct eq_toml_cut *cut = &c->items[c->n++];
    place(cut, c, (size_t)(string.ptr - c->source.ptr));
    cut->content = content;
    if (first == content.ptr) /* TOML drops a line break behind the opening quotes */
        cut->content = eq_slice(content.ptr + 1, content.len - 1);

    size_t kept = (size_t)(first + 1 - c->source.ptr);
    eq_buf_add(&c->text, eq_slice(c->source.ptr + c->copied, kept - c->copied));
    eq_buf_fill(&c->text, '\n', count_lines(eq_slice(first + 1, (size_t)(last - first) - 1)));
    c->copied = (size_t)(last - c->source.ptr);
}

enum eq_status eq_toml_cuts_text(struct eq_slice *out, struct eq_toml_cuts *c)
{
    *out = c->source;
    if (c->n == 0 && !c->failed)
        return EQ_OK;
    eq_buf_add(&c->text, eq_slice(c->source.ptr + c->copied, c->source.len - c->copied));
    *out = eq_buf_slice(&c->text);
    return c->failed ? EQ_NOMEM : eq_buf_status(&c->text);
}

const struct eq_toml_cut *eq_toml_cut_at(const struct eq_toml_cuts *c, uint32_t line, uint32_t column)
{
    size_t low = 0, high = c->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->items[middle].line < line)
            low = middle + 1;
        else
            high = middle;
    }
    return low < c->n && c->items[low].line == line && c->items[low].column == column ? &c->items[low] : NULL;
}
