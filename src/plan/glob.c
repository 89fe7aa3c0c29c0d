/* glob.c — cut a pattern at its stars, then look for the pieces from left to right.
 *
 *      pattern  C:\*\x?.exe        first piece at the start, last piece at the end, the others
 *      text     C:\temp\a\xé.exe   as early as possible: taking the earliest place never loses a match
 *               [ ]       [     ]
 *
 * A piece holds literal bytes and '?'. Its length in characters is fixed, so the earliest start is the earliest end.
 * Where a character begins can be told from the bytes around it: a valid sequence of UTF-8 never begins inside
 * another, and any byte outside one is a character by itself. */
#define _GNU_SOURCE /* memmem */
#include "plan/glob.h"

#include <assert.h>

#include "base/utf8.h"
#include "plan/text.h"

bool eq_glob_is_wild(struct eq_slice pattern)
{
    return pattern.len && (memchr(pattern.ptr, '*', pattern.len) || memchr(pattern.ptr, '?', pattern.len));
}

static uint32_t count_pieces(struct eq_slice pattern)
{
    uint32_t n = 0;
    for (size_t i = 0; i < pattern.len; i++)
        n += pattern.ptr[i] != '*' && (i == 0 || pattern.ptr[i - 1] == '*');
    return n;
}

bool eq_glob_compile(struct eq_glob *out, struct eq_slice pattern, bool fold, struct eq_arena *arena)
{
    struct eq_glob g = {.fold = fold};
    struct eq_slice folded;
    if (!fold)
        folded = pattern;
    else if (!eq_text_fold(&folded, pattern, arena))
        return false;
    g.text = eq_arena_copy(arena, folded);
    if (!g.text.ptr)
        return false;

    const char *p = g.text.ptr, *end = p + g.text.len;
    g.n_pieces = count_pieces(g.text);
    if (g.n_pieces) {
        g.pieces = eq_arena_alloc(arena, g.n_pieces * sizeof *g.pieces);
        if (!g.pieces)
            return false;
    }
    g.star_first = p < end && p[0] == '*';
    g.star_last = p < end && end[-1] == '*';
    g.wild = eq_glob_is_wild(g.text);
    g.single = g.text.len && memchr(p, '?', g.text.len);
    for (uint32_t i = 0; i < g.n_pieces; i++) {
        while (*p == '*')
            p++;
        const char *star = memchr(p, '*', (size_t)(end - p));
        const char *stop = star ? star : end;
        g.pieces[i] = eq_slice(p, (size_t)(stop - p));
        g.min_len += (uint32_t)g.pieces[i].len;
        p = stop;
    }
    *out = g;
    return true;
}

/* The end of the character that begins at p < end. */
static const char *next_char(const char *p, const char *end)
{
    if ((unsigned char)*p < 0x80)
        return p + 1;
    unsigned len;
    eq_utf8_decode(p, end, &len);
    return p + len;
}

/* The start of the character that ends at p > start. */
static const char *previous_char(const char *start, const char *p)
{
    for (const char *q = p - 1; q >= start && p - q <= 4; q--) {
        unsigned char c = (unsigned char)*q;
        if ((c & 0xC0) == 0x80)
            continue; /* inside a sequence, if in one at all */
        unsigned len;
        if (c >= 0xC0 && eq_utf8_decode(q, p, &len) >= 0 && q + len == p)
            return q;
        break;
    }
    return p - 1;
}

/* Step over blocks of eight bytes that are the same in both, a '?' against a '?' among them; how many bytes. */
static inline size_t equal_blocks(const char *p, const char *stop, const char **text, const char *end)
{
    size_t n = 0;
    while (stop - p >= 8 && end - *text >= 8 && memcmp(p, *text, 8) == 0) {
        p += 8;
        *text += 8;
        n += 8;
    }
    return n;
}

/* Match the whole piece at `text`; the place after it, or NULL. */
static const char *match_forward(struct eq_slice piece, const char *text, const char *end)
{
    const char *p = piece.ptr, *stop = p + piece.len;
    p += equal_blocks(p, stop, &text, end);
    while (p < stop) {
        if (text == end)
            return NULL;
        if (*p == '?') {
            text = next_char(text, end);
            p++;
            p += equal_blocks(p, stop, &text, end);
        } else if (*p++ != *text++) {
            return NULL;
        }
    }
    return text;
}

/* Match the whole piece so that it ends at `end`; its start, or NULL. */
static const char *match_backward(struct eq_slice piece, const char *start, const char *end)
{
    const char *p = piece.ptr + piece.len;
    while (p > piece.ptr) {
        if (end == start)
            return NULL;
        p--;
        if (*p == '?')
            end = previous_char(start, end);
        else if (*p == end[-1])
            end--;
        else
            return NULL;
    }
    return end;
}

/* The end of the earliest match of the piece at or after `text`, which is where a character begins; or NULL. */
static const char *search(struct eq_slice piece, const char *text, const char *end)
{
    /* Any character before the first literal byte will do: step over as many as are asked for. */
    while (piece.len && *piece.ptr == '?') {
        if (text == end)
            return NULL;
        text = next_char(text, end);
        piece.ptr++;
        piece.len--;
    }
    if (!piece.len)
        return text;

    const char *hole = memchr(piece.ptr, '?', piece.len);
    size_t run = hole ? (size_t)(hole - piece.ptr) : piece.len;
    struct eq_slice rest = eq_slice(piece.ptr + run, piece.len - run);
    while (text < end) {
        const char *hit = memmem(text, (size_t)(end - text), piece.ptr, run);
        if (!hit)
            return NULL;
        const char *after = match_forward(rest, hit + run, end);
        if (after)
            return after;
        text = hit + 1;
    }
    return NULL;
}

bool eq_glob_match(const struct eq_glob *g, struct eq_slice text)
{
    if (text.len < g->min_len)
        return false;
    if (!g->wild)
        return eq_slice_eq(g->text, text);
    if (!text.len)
        return true; /* only stars ask for no byte at all */

    const char *at = text.ptr, *end = at + text.len;
    uint32_t first = 0, last = g->n_pieces;
    if (!g->star_first) {
        assert(g->n_pieces > 0);
        at = match_forward(g->pieces[first++], at, end);
        if (!at)
            return false;
        if (first == last && !g->star_last)
            return at == end; /* there is no star */
    }
    if (!g->star_last) {
        assert(g->n_pieces > first);
        end = match_backward(g->pieces[--last], at, end);
        if (!end)
            return false;
    }
    for (; first < last; first++) {
        at = search(g->pieces[first], at, end);
        if (!at)
            return false;
    }
    return true;
}
