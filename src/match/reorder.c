/* reorder.c — see reorder.h: a heap of held events, and their bytes in chunks.
 *
 *      heap    [12:03] [12:05] [12:04] …     earliest first
 *                 │       │       └──────┐
 *      chunks  [ev ev ev ev ev] [ev ev ev ev . . . .]
 *
 * Events leave roughly in the order in which they came, so a chunk is given back as a whole when its last one has left. */
#include "match/reorder.h"

#include "match/save.h"
#include "match/spill.h"

#define MAX_EVENTS 1000000
#define MAX_BYTES ((size_t)256 << 20)

enum { CHUNK_BYTES = 256 << 10, LEAST_CHUNK_BYTES = 4 << 10, CHUNKS_WITHIN_LIMIT = 16, ALIGN = 16, MOST_SPARE = 64 };

struct chunk {
    struct chunk *previous, *next; /* all that are in use; `next` alone: spare ones */
    size_t size, used;             /* bytes behind the header */
    size_t live;                   /* events that are still held */
    max_align_t events[];
};

struct kept {
    struct eq_held held; /* first */
    struct chunk *chunk;
};

/* In the heap, with the time at hand. */
struct slot {
    struct eq_time time;
    struct kept *event;
};

struct eq_reorder {
    const struct eq_alloc *alloc;
    struct eq_reorder_options options;
    struct slot *heap;
    size_t n, cap;
    struct chunk *chunks, *current, *spare;
    size_t bytes, chunk_bytes, n_spare;
    struct kept *out;         /* what was given last, still in its chunk */
    struct eq_spill *spill;   /* NULL until there is no room */
    struct eq_time newest;
    bool has_newest, has_last;
    struct eq_place last;     /* what was let go last; a string is in last_tie */
    struct eq_buf last_tie;
    uint64_t position;
    struct eq_reorder_stats stats;
};

/* ── Chunks ── */

static struct chunk *take_spare(struct eq_reorder *r)
{
    struct chunk *c = r->spare;
    r->spare = c->next;
    r->n_spare--;
    return c;
}

static struct chunk *chunk_new(struct eq_reorder *r, size_t size)
{
    bool usual = size <= r->chunk_bytes;
    size_t room = usual ? r->chunk_bytes : size;
    struct chunk *c = usual && r->spare ? take_spare(r) : r->alloc->resize(NULL, sizeof *c + room, r->alloc->ctx);
    if (!c)
        return NULL;
    *c = (struct chunk){.size = room, .next = r->chunks};
    if (r->chunks)
        r->chunks->previous = c;
    r->chunks = c;
    r->bytes += sizeof *c + room;
    return c;
}

static void chunk_drop(struct eq_reorder *r, struct chunk *c)
{
    if (c->previous)
        c->previous->next = c->next;
    else
        r->chunks = c->next;
    if (c->next)
        c->next->previous = c->previous;
    r->bytes -= sizeof *c + c->size;
    if (c->size != r->chunk_bytes || r->n_spare == MOST_SPARE) {
        eq_free(r->alloc, c);
        return;
    }
    c->next = r->spare;
    r->spare = c;
    r->n_spare++;
}

/* Room for an event; a large one has a chunk of its own. */
static struct kept *kept_new(struct eq_reorder *r, size_t bytes)
{
    size_t size = (sizeof(struct kept) + bytes + ALIGN - 1) / ALIGN * ALIGN;
    struct chunk *c = r->current;
    if (size > r->chunk_bytes / 2)
        c = chunk_new(r, size);
    else if (!c || c->size - c->used < size)
        c = r->current = chunk_new(r, r->chunk_bytes);
    if (!c)
        return NULL;
    struct kept *k = (struct kept *)(void *)((char *)c->events + c->used);
    c->used += size;
    c->live++;
    k->chunk = c;
    return k;
}

static void kept_free(struct eq_reorder *r, struct kept *k)
{
    struct chunk *c = k->chunk;
    if (--c->live > 0)
        return;
    if (c == r->current)
        c->used = 0;
    else
        chunk_drop(r, c);
}

/* ── Heap ── */

static bool earlier(const struct slot *a, const struct slot *b)
{
    int c = eq_time_cmp(a->time, b->time);
    return c ? c < 0 : eq_place_cmp(&a->event->held.place, &b->event->held.place) < 0;
}

static void heap_push(struct eq_reorder *r, struct slot slot)
{
    size_t at = r->n++;
    while (at > 0 && earlier(&slot, &r->heap[(at - 1) / 2])) {
        r->heap[at] = r->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    r->heap[at] = slot;
}

static struct kept *heap_pop(struct eq_reorder *r)
{
    struct kept *first = r->heap[0].event;
    struct slot moved = r->heap[--r->n];
    size_t at = 0;
    for (size_t kid; (kid = 2 * at + 1) < r->n; at = kid) {
        kid += kid + 1 < r->n && earlier(&r->heap[kid + 1], &r->heap[kid]);
        if (!earlier(&r->heap[kid], &moved))
            break;
        r->heap[at] = r->heap[kid];
    }
    r->heap[at] = moved;
    return first;
}

/* ── Life ── */

enum eq_status eq_reorder_new(struct eq_reorder **out, const struct eq_reorder_options *options,
                              const struct eq_alloc *alloc)
{
    struct eq_reorder *r = eq_new(alloc, sizeof *r);
    if (!r)
        return EQ_NOMEM;
    r->alloc = alloc;
    r->options = *options;
    if (!r->options.max_events)
        r->options.max_events = MAX_EVENTS;
    if (!r->options.max_bytes)
        r->options.max_bytes = MAX_BYTES;
    r->chunk_bytes = r->options.max_bytes / CHUNKS_WITHIN_LIMIT / ALIGN * ALIGN;
    if (r->chunk_bytes > CHUNK_BYTES)
        r->chunk_bytes = CHUNK_BYTES;
    if (r->chunk_bytes < LEAST_CHUNK_BYTES)
        r->chunk_bytes = LEAST_CHUNK_BYTES;
    eq_buf_init(&r->last_tie, alloc);
    *out = r;
    return EQ_OK;
}

static void free_chunks(struct eq_reorder *r, struct chunk *c)
{
    for (struct chunk *next; c; c = next) {
        next = c->next;
        eq_free(r->alloc, c);
    }
}

void eq_reorder_free(struct eq_reorder *r)
{
    if (!r)
        return;
    eq_spill_free(r->spill);
    free_chunks(r, r->chunks);
    free_chunks(r, r->spare);
    eq_buf_free(&r->last_tie);
    eq_free(r->alloc, r->heap);
    eq_free(r->alloc, r);
}

struct eq_reorder_stats eq_reorder_stats(const struct eq_reorder *r)
{
    return r->stats;
}

/* ── In ── */

static bool is_full(const struct eq_reorder *r)
{
    return r->n > r->options.max_events || r->bytes + r->n * sizeof *r->heap > r->options.max_bytes;
}

static bool holds_all(const struct eq_reorder *r)
{
    return r->options.lateness_ns == EQ_REORDER_ALL;
}

static struct eq_slice copy(char **at, struct eq_slice s)
{
    char *to = *at;
    if (s.len)
        memcpy(to, s.ptr, s.len);
    *at += s.len;
    return eq_slice(to, s.len);
}

/* The texts of an event behind its struct: its own with padding, the path, the tiebreaker. */
static struct kept *keep(struct eq_reorder *r, const struct eq_place *place, struct eq_slice text,
                         const struct eq_origin *origin)
{
    bool text_tie = place->tie.type == EQ_STRING;
    struct kept *k = kept_new(r, text.len + EQ_JSON_PADDING + origin->path.len + (text_tie ? place->tie.len : 0));
    if (!k)
        return NULL;
    char *at = (char *)(k + 1);
    k->held = (struct eq_held){.place = *place, .origin = *origin};
    k->held.text = copy(&at, text);
    memset(at, ' ', EQ_JSON_PADDING);
    at += EQ_JSON_PADDING;
    k->held.origin.path = copy(&at, origin->path);
    if (text_tie)
        k->held.place.tie.s = copy(&at, eq_value_slice(&place->tie)).ptr;
    else
        k->held.place.tie.len = 0; /* a number's text is not kept */
    return k;
}

static void drop_out(struct eq_reorder *r)
{
    if (r->out)
        kept_free(r, r->out);
    r->out = NULL;
}

/* Everything that is held as a sorted run into a file. */
static enum eq_status spill(struct eq_reorder *r)
{
    enum eq_status st = EQ_OK;
    if (!r->options.folder)
        return EQ_LIMIT;
    if (!r->spill)
        st = eq_spill_new(&r->spill, r->options.folder, r->alloc);
    if (st == EQ_OK)
        st = eq_spill_begin(r->spill);
    while (st == EQ_OK && r->n > 0) {
        struct kept *k = heap_pop(r);
        st = eq_spill_put(r->spill, &k->held);
        kept_free(r, k);
    }
    return st == EQ_OK ? eq_spill_end(r->spill) : st;
}

enum eq_status eq_reorder_put(bool *late, struct eq_reorder *r, const struct eq_place *given, struct eq_slice text,
                              const struct eq_origin *origin)
{
    struct eq_place place = *given;
    place.position = r->position++;
    drop_out(r);
    *late = r->has_last && eq_place_cmp(&place, &r->last) < 0;
    if (*late)
        return EQ_OK;
    if (holds_all(r) && is_full(r)) {
        enum eq_status st = spill(r);
        if (st != EQ_OK)
            return st;
    }
    if (!eq_grow(r->alloc, &r->heap, &r->cap, r->n + 1, sizeof *r->heap))
        return EQ_NOMEM;
    struct kept *k = keep(r, &place, text, origin);
    if (!k)
        return EQ_NOMEM;
    heap_push(r, (struct slot){place.time, k});
    if (r->has_newest && eq_time_cmp(place.time, r->newest) < 0)
        r->stats.reordered++;
    else
        r->newest = place.time;
    r->has_newest = true;
    return EQ_OK;
}

/* ── Out ── */

/* Remember the place behind which others come late. */
static enum eq_status note_last(struct eq_reorder *r, const struct eq_place *place)
{
    r->last = *place;
    r->has_last = true;
    if (place->tie.type != EQ_STRING)
        return EQ_OK;
    eq_buf_clear(&r->last_tie);
    eq_buf_add(&r->last_tie, eq_value_slice(&place->tie));
    if (eq_buf_status(&r->last_tie) != EQ_OK) {
        r->last.tie = EQ_VALUE_NULL; /* its time and position alone count */
        return EQ_NOMEM;
    }
    r->last.tie.s = r->last_tie.ptr;
    return EQ_OK;
}

/* Has the turn of the earliest come? */
static bool is_due(struct eq_reorder *r, bool end)
{
    if (end)
        return true;
    if (holds_all(r))
        return false;
    if (eq_time_diff_ns(r->heap[0].time, r->newest) > r->options.lateness_ns)
        return true;
    if (!is_full(r))
        return false;
    r->stats.forced++;
    return true;
}

enum eq_status eq_reorder_next(const struct eq_held **out, struct eq_reorder *r, bool end)
{
    const struct eq_held *spilled = NULL;
    *out = NULL;
    drop_out(r);
    if (end && r->spill) {
        enum eq_status st = eq_spill_first(&spilled, r->spill);
        if (st != EQ_OK)
            return st;
    }
    if (spilled && (r->n == 0 || eq_place_cmp(&spilled->place, &r->heap[0].event->held.place) < 0)) {
        *out = spilled;
        eq_spill_take(r->spill);
        return EQ_OK;
    }
    if (r->n == 0 || !is_due(r, end))
        return EQ_OK;
    r->out = heap_pop(r);
    *out = &r->out->held;
    return note_last(r, &r->out->held.place);
}

/* ── Saving ── */

static void save_place(struct eq_pack *p, const struct eq_place *place)
{
    eq_save_time(p, place->time);
    eq_save_value(p, &place->tie);
    eq_pack_u64(p, place->position);
}

static struct eq_place restore_place(struct eq_unpack *u)
{
    struct eq_place place = {.has_time = true, .time = eq_restore_time(u)};
    eq_restore_value(&place.tie, u);
    place.position = eq_unpack_u64(u);
    return place;
}

void eq_reorder_save(struct eq_pack *p, const struct eq_reorder *r)
{
    if (r->spill && p->status == EQ_OK)
        p->status = EQ_LIMIT;
    eq_pack_bool(p, r->has_newest);
    eq_save_time(p, r->newest);
    eq_pack_bool(p, r->has_last);
    if (r->has_last)
        save_place(p, &r->last);
    eq_pack_u64(p, r->position);
    eq_pack_u64(p, r->stats.reordered);
    eq_pack_u64(p, r->stats.forced);
    eq_pack_u64(p, r->n);
    for (size_t i = 0; i < r->n; i++) { /* as they stand in the heap: put in one by one they stand there again */
        const struct eq_held *held = &r->heap[i].event->held;
        save_place(p, &held->place);
        eq_pack_bytes(p, held->text);
        eq_save_origin(p, &held->origin);
    }
}

static void restore_held(struct eq_unpack *u, struct eq_reorder *r)
{
    struct eq_place place = restore_place(u);
    struct eq_slice text = eq_unpack_bytes(u);
    struct eq_origin origin = eq_restore_origin(u);
    if (!eq_unpack_ok(u))
        return;
    struct kept *k = keep(r, &place, text, &origin);
    if (!k || !eq_grow(r->alloc, &r->heap, &r->cap, r->n + 1, sizeof *r->heap))
        eq_unpack_fail(u, EQ_NOMEM, NULL); /* what is kept goes with its chunk */
    else
        heap_push(r, (struct slot){place.time, k});
}

void eq_reorder_restore(struct eq_unpack *u, struct eq_reorder *r)
{
    r->has_newest = eq_unpack_bool(u);
    r->newest = eq_restore_time(u);
    bool has_last = eq_unpack_bool(u);
    if (has_last) {
        struct eq_place last = restore_place(u);
        if (eq_unpack_ok(u) && note_last(r, &last) != EQ_OK)
            eq_unpack_fail(u, EQ_NOMEM, NULL);
    }
    r->position = eq_unpack_u64(u);
    r->stats.reordered = eq_unpack_u64(u);
    r->stats.forced = eq_unpack_u64(u);
    for (size_t n = eq_unpack_count(u); n-- && eq_unpack_ok(u);)
        restore_held(u, r);
}
