/* repair.c — one pass over the text, a piece at a time: what a piece becomes depends only on whether it is inside a
 * string. Run again without output, the same pass maps places of the mended text back to the original. */
#include "event/repair.h"

#include "base/utf8.h"
#include "event/event.h"

/* A piece of the text and what stands for it. */
struct piece {
    size_t len;             /* bytes of the text, at least 1 */
    struct eq_slice becomes; /* the same bytes when nothing is wrong */
    unsigned repair;
};

struct scan {
    struct eq_slice text;
    size_t at;
    bool in_string;
    char escape[6]; /* "\u001f": the control character at hand */
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-' || c == '+';
}

/* `word` at s->at, standing alone? */
static bool word_at(const struct scan *s, struct eq_slice word)
{
    struct eq_slice rest = {s->text.ptr + s->at, s->text.len - s->at};
    if (!eq_slice_starts(rest, word))
        return false;
    if (s->at > 0 && is_word(rest.ptr[-1]))
        return false;
    return rest.len == word.len || !is_word(rest.ptr[word.len]);
}

static struct piece outside(struct scan *s)
{
    static const struct eq_slice words[] = {{"NaN", 3}, {"Infinity", 8}, {"-Infinity", 9}, {"-NaN", 4},
                                            {"+Infinity", 9}};
    const char *p = s->text.ptr + s->at;
    if (*p == 'N' || *p == 'I' || *p == '-' || *p == '+')
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (word_at(s, words[i]))
                return (struct piece){words[i].len, EQ_LIT("null"), EQ_REPAIR_NAN};
    if (*p == '"')
        s->in_string = true;
    return (struct piece){1, {p, 1}, 0};
}

static struct piece inside(struct scan *s)
{
    static const char digits[] = "0123456789abcdef";
    const char *p = s->text.ptr + s->at;
    unsigned char c = (unsigned char)*p;
    if (c < 0x20) {
        memcpy(s->escape, "\\u00", 4);
        s->escape[4] = digits[c >> 4];
        s->escape[5] = digits[c & 15];
        return (struct piece){1, {s->escape, 6}, EQ_REPAIR_CONTROL};
    }
    if (c == '"')
        s->in_string = false;
    /* A backslash takes the next character with it, unless that needs mending itself. */
    if (c == '\\' && s->at + 1 < s->text.len && (p[1] == '"' || p[1] == '\\'))
        return (struct piece){2, {p, 2}, 0};
    return (struct piece){1, {p, 1}, 0};
}

static struct piece next_piece(struct scan *s)
{
    const char *p = s->text.ptr + s->at, *end = s->text.ptr + s->text.len;
    if ((unsigned char)*p < 0x80)
        return s->in_string ? inside(s) : outside(s);
    if (s->at == 0 && eq_slice_starts(s->text, EQ_LIT("\xEF\xBB\xBF")))
        return (struct piece){3, {p, 0}, EQ_REPAIR_BOM};
    unsigned len;
    if (eq_utf8_decode(p, end, &len) < 0)
        return (struct piece){1, EQ_LIT("\xEF\xBF\xBD"), EQ_REPAIR_UTF8};
    return (struct piece){len, {p, len}, 0};
}

enum eq_status eq_repair_text(struct eq_buf *out, unsigned *repairs, struct eq_slice text)
{
    struct scan s = {.text = text};
    *repairs = 0;
    eq_buf_clear(out);
    if (!eq_buf_reserve(out, text.len + EQ_JSON_PADDING))
        return EQ_NOMEM;
    while (s.at < text.len) {
        struct piece piece = next_piece(&s);
        eq_buf_add(out, piece.becomes);
        *repairs |= piece.repair;
        s.at += piece.len;
    }
    size_t len = out->len;
    eq_buf_fill(out, ' ', EQ_JSON_PADDING);
    if (eq_buf_status(out) == EQ_OK)
        out->len = len;
    return eq_buf_status(out);
}

size_t eq_repair_origin(struct eq_slice text, size_t at)
{
    struct scan s = {.text = text};
    size_t made = 0;
    while (s.at < text.len) {
        struct piece piece = next_piece(&s);
        if (made + piece.becomes.len > at)
            break;
        made += piece.becomes.len;
        s.at += piece.len;
    }
    return s.at;
}
