/* windows.c — see windows.h.
 *
 * Two tables: one of windows of four bytes, and one of two bytes for patterns whose literal runs are shorter. Each is a
 * bit filter (fits the first cache) in front of buckets:
 *
 *      filter[hash] ── 0: next window         starts[hash >> 4] ─▶ entries {near, pattern} … up to starts[… + 1]
 *
 * An entry holds eight bytes of its literal run, where it has so many: most texts that share a window with a pattern,
 * such as "syst", differ there, and the pattern itself is not touched.
 *
 * What has no two literal bytes in a row is a candidate if the text holds one byte of it; without any, always. */
#include "match/windows.h"

#include "base/utf8.h"

struct entry {
    uint64_t near, mask; /* up to eight bytes of the literal run around the window, and which of them count */
    uint32_t window, pattern;
    uint32_t offset; /* of the window in its literal run */
    uint32_t back;   /* `near` begins so many bytes before the window */
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
#define NEAR EQ_WINDOWS_NEAR

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

/* ── How many patterns hold each window, or one with the same place: only which window is chosen depends on it ── */

struct counts {
    uint32_t *items;
    size_t mask;
};

static bool counts_new(struct counts *c, size_t expected, struct eq_arena *scratch)
{
    size_t size = 64;
    while (size < expected && size < 65536)
        size *= 2;
    c->items = eq_arena_alloc(scratch, size * sizeof *c->items);
    c->mask = size - 1;
    return c->items != NULL;
}

static uint32_t *count_of(struct counts *c, uint32_t window)
{
    return &c->items[hash(window) >> 16 & c->mask];
}

/* ── Literal runs of a pattern ── */

static bool is_literal(char c)
{
    return c != '*' && c != '?';
}

/* Calls `see` for each window of `width` bytes in the literal runs of a folded pattern, with where it begins there. */
typedef void see_window(uint32_t window, size_t at, void *ctx);

static void each_window(struct eq_slice folded, unsigned width, see_window *see, void *ctx)
{
    size_t run = 0;
    for (size_t i = 0; i < folded.len; i++) {
        run = is_literal(folded.ptr[i]) ? run + 1 : 0;
        if (run >= width)
            see(load(folded.ptr + i + 1 - width, width), i + 1 - width, ctx);
    }
}

static void count_window(uint32_t window, size_t at, void *ctx)
{
    (void)at;
    ++*count_of(ctx, window);
}

struct choice {
    struct counts *counts;
    size_t at;
    uint32_t window, count; /* count UNFILED: none seen */
};

static void choose_window(uint32_t window, size_t at, void *ctx)
{
    struct choice *c = ctx;
    uint32_t n = *count_of(c->counts, window);
    if (c->count == UNFILED || n < c->count) {
        c->window = window;
        c->at = at;
        c->count = n;
    }
}

/* The window at `at` of a folded pattern, with what stands around it in its literal run. */
static struct entry entry_of(uint32_t pattern, struct eq_slice folded, uint32_t window, size_t at)
{
    size_t start = at, end = at;
    while (start > 0 && is_literal(folded.ptr[start - 1]))
        start--;
    while (end < folded.len && is_literal(folded.ptr[end]))
        end++;
    size_t near = end - start <= NEAR || at - start <= NEAR / 4 ? start : at - NEAR / 4;
    if (end - start > NEAR && near + NEAR > end)
        near = end - NEAR;
    struct entry e = {.window = window,
                      .pattern = pattern,
                      .offset = (uint32_t)(at - start),
                      .back = (uint32_t)(at - near)};
    size_t n = end - near < NEAR ? end - near : NEAR;
    memcpy(&e.near, folded.ptr + near, n);
    memset(&e.mask, 0xFF, n);
    return e;
}

/* ── Building ── */

/* Deal the entries out to their buckets, in order. */
static bool table_build(struct table *t, const struct entry *entries, struct eq_arena *arena)
{
    unsigned bits = 10;
    while (bits < 20 && (1u << bits) < t->n * 16)
        bits++;
    size_t buckets = (size_t)1 << (bits - BUCKET_SHIFT);
    t->shift = 32 - bits;
    t->filter = eq_arena_alloc(arena, ((size_t)1 << bits) / 8);
    t->starts = eq_arena_alloc(arena, (buckets + 2) * sizeof *t->starts);
    t->entries = eq_arena_alloc(arena, (t->n + 1) * sizeof *t->entries);
    if (!t->filter || !t->starts || !t->entries)
        return false;
    for (uint32_t i = 0; i < t->n; i++) {
        uint32_t bit = hash(entries[i].window) >> t->shift;
        t->filter[bit >> 6] |= (uint64_t)1 << (bit & 63);
        t->starts[(bit >> BUCKET_SHIFT) + 2]++;
    }
    for (size_t b = 2; b < buckets + 2; b++)
        t->starts[b] += t->starts[b - 1];
    /* starts[b + 1] is where bucket b begins now, and where it ends when all are dealt out */
    for (uint32_t i = 0; i < t->n; i++)
        t->entries[t->starts[(hash(entries[i].window) >> t->shift >> BUCKET_SHIFT) + 1]++] = entries[i];
    return true;
}

/* File the patterns that are not filed yet and have a window of this width. */
static enum eq_status file(struct table *t, unsigned width, const struct eq_slice *folded, size_t n, bool *filed,
                           struct eq_arena *arena, struct eq_arena *scratch)
{
    struct counts counts;
    struct entry *entries = eq_arena_alloc(scratch, (n + 1) * sizeof *entries);
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += folded[i].len;
    t->width = width;
    if (!entries || !counts_new(&counts, bytes, scratch))
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
        entries[t->n++] = entry_of((uint32_t)i, folded[i], best.window, best.at);
    }
    return table_build(t, entries, arena) ? EQ_OK : EQ_NOMEM;
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
        if (is_literal(folded.ptr[i]))
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

/* Does the text hold what is near the window at `at`? */
static inline bool agrees(const struct entry *e, const char *text, size_t at)
{
    uint64_t there;
    if (e->offset > at)
        return false;
    memcpy(&there, text + at - e->back, NEAR);
    return ((there ^ e->near) & e->mask) == 0;
}

static void look_up(const struct table *t, const char *text, uint32_t bit, size_t at, eq_windows_hit *hit, void *ctx)
{
    uint32_t end = t->starts[(bit >> BUCKET_SHIFT) + 1];
    for (uint32_t i = t->starts[bit >> BUCKET_SHIFT]; i < end; i++)
        if (agrees(&t->entries[i], text, at))
            hit(t->entries[i].pattern, at - t->entries[i].offset, ctx);
}

static inline void scan(const struct table *t, unsigned width, struct eq_slice text, eq_windows_hit *hit, void *ctx)
{
    const uint64_t *filter = t->filter; /* kept at hand: `hit` could change what t points at, for all the compiler knows */
    const unsigned shift = t->shift;
    if (t->n == 0)
        return;
    for (size_t i = 0; i + width <= text.len; i++) {
        uint32_t bit = hash(load(text.ptr + i, width)) >> shift;
        if (filter[bit >> 6] >> (bit & 63) & 1)
            look_up(t, text.ptr, bit, i, hit, ctx);
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
