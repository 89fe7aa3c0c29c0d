/* windows.c — see windows.h.
 *
 * Two tables: one of windows of four bytes, and one of two bytes for patterns whose literal runs are shorter. Each is a
 * bit filter (fits the first cache) in front of buckets:
 *
 *      filter[hash] ── 0: next window         starts[hash >> 4] ─▶ entries {window, pattern} … up to starts[… + 1]
 *
 * What has no two literal bytes in a row is a candidate if the text holds one byte of it; without any, always. */
#include "match/windows.h"

#include <stdlib.h>

#include "base/utf8.h"

struct entry {
    uint32_t window, pattern;
    uint32_t offset; /* of the window in its literal run */
};

struct table {
    unsigned width;      /* bytes of a window: 4 or 2 */
    unsigned shift;      /* hash >> shift is a bit number of the filter */
    uint64_t *filter;
    uint32_t *starts;    /* by bit number >> 4 */
    struct entry *entries;
    uint32_t n;
};

/* A pattern and a byte that every match holds; -1: none. */
struct byte_entry {
    uint32_t pattern;
    int byte;
};

struct eq_windows {
    struct table long_ones, short_ones;
    struct byte_entry *bytes;
    uint32_t n_bytes;
};

#define BUCKET_SHIFT 4
#define UNFILED 0

static uint32_t load(const char *p, unsigned width)
{
    uint32_t w = 0;
    uint16_t w2;
    if (width == 4) {
        memcpy(&w, p, 4);
        return w;
    }
    memcpy(&w2, p, 2);
    return w2;
}

static uint32_t hash(uint32_t window)
{
    return window * 0x9E3779B1u;
}

/* ── How many patterns hold each window ── */

struct counts {
    uint32_t *keys, *values;
    size_t mask;
};

static bool counts_new(struct counts *c, size_t expected, struct eq_arena *scratch)
{
    size_t size = 64;
    while (size < expected * 2)
        size *= 2;
    c->keys = eq_arena_alloc(scratch, size * sizeof *c->keys);
    c->values = eq_arena_alloc(scratch, size * sizeof *c->values);
    c->mask = size - 1;
    return c->keys && c->values;
}

static uint32_t *count_of(struct counts *c, uint32_t window)
{
    size_t i = (hash(window) >> 7) & c->mask;
    while (c->values[i] != 0 && c->keys[i] != window)
        i = (i + 1) & c->mask;
    c->keys[i] = window;
    return &c->values[i];
}

/* ── Literal runs of a pattern ── */

/* Calls `see` for each window of `width` bytes in the literal runs of a folded pattern. */
typedef void see_window(uint32_t window, uint32_t offset, void *ctx);

static void each_window(struct eq_slice folded, unsigned width, see_window *see, void *ctx)
{
    size_t run = 0;
    for (size_t i = 0; i < folded.len; i++) {
        bool wild = folded.ptr[i] == '*' || folded.ptr[i] == '?';
        run = wild ? 0 : run + 1;
        if (run >= width)
            see(load(folded.ptr + i + 1 - width, width), (uint32_t)(run - width), ctx);
    }
}

static void count_window(uint32_t window, uint32_t offset, void *ctx)
{
    (void)offset;
    ++*count_of(ctx, window);
}

struct choice {
    struct counts *counts;
    uint32_t window, offset, count; /* count UNFILED: none seen */
};

static void choose_window(uint32_t window, uint32_t offset, void *ctx)
{
    struct choice *c = ctx;
    uint32_t n = *count_of(c->counts, window);
    if (c->count == UNFILED || n < c->count) {
        c->window = window;
        c->offset = offset;
        c->count = n;
    }
}

/* ── Building ── */

static int by_bucket(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    uint32_t hx = hash(x->window), hy = hash(y->window);
    if (hx != hy)
        return hx < hy ? -1 : 1;
    return (x->pattern > y->pattern) - (x->pattern < y->pattern);
}

static bool table_build(struct table *t, struct eq_arena *arena)
{
    unsigned bits = 10;
    while (bits < 20 && (1u << bits) < t->n * 16)
        bits++;
    t->shift = 32 - bits;
    t->filter = eq_arena_alloc(arena, ((size_t)1 << bits) / 8);
    t->starts = eq_arena_alloc(arena, (((size_t)1 << (bits - BUCKET_SHIFT)) + 1) * sizeof *t->starts);
    if (!t->filter || !t->starts)
        return false;
    qsort(t->entries, t->n, sizeof *t->entries, by_bucket);
    for (uint32_t i = 0; i < t->n; i++) {
        uint32_t bit = hash(t->entries[i].window) >> t->shift;
        t->filter[bit >> 6] |= (uint64_t)1 << (bit & 63);
        t->starts[(bit >> BUCKET_SHIFT) + 1]++;
    }
    for (size_t b = 0; b < (size_t)1 << (bits - BUCKET_SHIFT); b++)
        t->starts[b + 1] += t->starts[b];
    return true;
}

/* File the patterns that are not filed yet and have a window of this width. */
static enum eq_status file(struct table *t, unsigned width, const struct eq_slice *folded, size_t n, bool *filed,
                           struct eq_arena *arena, struct eq_arena *scratch)
{
    struct counts counts;
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += folded[i].len;
    t->width = width;
    t->entries = eq_arena_alloc(arena, (n + 1) * sizeof *t->entries);
    if (!t->entries || !counts_new(&counts, bytes, scratch))
        return EQ_NOMEM;
    for (size_t i = 0; i < n; i++)
        if (!filed[i])
            each_window(folded[i], width, count_window, &counts);
    for (size_t i = 0; i < n; i++) {
        struct choice best = {.counts = &counts, .count = UNFILED};
        if (!filed[i])
            each_window(folded[i], width, choose_window, &best);
        if (best.count == UNFILED)
            continue;
        filed[i] = true;
        t->entries[t->n++] = (struct entry){best.window, (uint32_t)i, best.offset};
    }
    return table_build(t, arena) ? EQ_OK : EQ_NOMEM;
}

static enum eq_status fold_all(struct eq_slice *out, const struct eq_glob *globs, size_t n, struct eq_arena *scratch)
{
    struct eq_buf text;
    enum eq_status st = EQ_OK;
    eq_buf_init(&text, scratch->alloc);
    for (size_t i = 0; i < n && st == EQ_OK; i++) {
        eq_buf_clear(&text);
        eq_fold(&text, globs[i].text);
        out[i] = eq_arena_copy(scratch, eq_buf_slice(&text));
        st = eq_buf_status(&text) != EQ_OK || !out[i].ptr ? EQ_NOMEM : EQ_OK;
    }
    eq_buf_free(&text);
    return st;
}

static int literal_byte(struct eq_slice folded)
{
    for (size_t i = 0; i < folded.len; i++)
        if (folded.ptr[i] != '*' && folded.ptr[i] != '?')
            return (unsigned char)folded.ptr[i];
    return -1;
}

enum eq_status eq_windows_new(struct eq_windows **out, const struct eq_glob *globs, size_t n, struct eq_arena *arena)
{
    struct eq_arena scratch;
    eq_arena_init(&scratch, arena->alloc);
    struct eq_windows *w = eq_arena_alloc(arena, sizeof *w);
    struct eq_slice *folded = eq_arena_alloc(&scratch, (n + 1) * sizeof *folded);
    bool *filed = eq_arena_alloc(&scratch, n + 1);
    enum eq_status st = w && folded && filed ? fold_all(folded, globs, n, &scratch) : EQ_NOMEM;
    if (st == EQ_OK)
        st = file(&w->long_ones, 4, folded, n, filed, arena, &scratch);
    if (st == EQ_OK)
        st = file(&w->short_ones, 2, folded, n, filed, arena, &scratch);
    if (st == EQ_OK && !(w->bytes = eq_arena_alloc(arena, (n + 1) * sizeof *w->bytes)))
        st = EQ_NOMEM;
    for (size_t i = 0; i < n && st == EQ_OK; i++)
        if (!filed[i])
            w->bytes[w->n_bytes++] = (struct byte_entry){(uint32_t)i, literal_byte(folded[i])};
    eq_arena_free(&scratch);
    if (st == EQ_OK)
        *out = w;
    return st;
}

/* ── Scanning ── */

static void look_up(const struct table *t, uint32_t window, uint32_t bit, size_t at, eq_windows_hit *hit, void *ctx)
{
    uint32_t end = t->starts[(bit >> BUCKET_SHIFT) + 1];
    for (uint32_t i = t->starts[bit >> BUCKET_SHIFT]; i < end; i++)
        if (t->entries[i].window == window && t->entries[i].offset <= at)
            hit(t->entries[i].pattern, at - t->entries[i].offset, ctx);
}

static inline void scan(const struct table *t, unsigned width, struct eq_slice text, eq_windows_hit *hit, void *ctx)
{
    if (t->n == 0)
        return;
    for (size_t i = 0; i + width <= text.len; i++) {
        uint32_t window = load(text.ptr + i, width);
        uint32_t bit = hash(window) >> t->shift;
        if (t->filter[bit >> 6] >> (bit & 63) & 1)
            look_up(t, window, bit, i, hit, ctx);
    }
}

static void scan_bytes(const struct eq_windows *w, struct eq_slice text, eq_windows_hit *hit, void *ctx)
{
    bool there[256] = {false};
    for (size_t i = 0; i < text.len; i++)
        there[(unsigned char)text.ptr[i]] = true;
    for (uint32_t i = 0; i < w->n_bytes; i++)
        if (w->bytes[i].byte < 0 || there[w->bytes[i].byte])
            hit(w->bytes[i].pattern, EQ_ANYWHERE, ctx);
}

void eq_windows_scan(const struct eq_windows *w, struct eq_slice folded, eq_windows_hit *hit, void *ctx)
{
    if (w->n_bytes)
        scan_bytes(w, folded, hit, ctx);
    scan(&w->long_ones, 4, folded, hit, ctx);
    scan(&w->short_ones, 2, folded, hit, ctx);
}
