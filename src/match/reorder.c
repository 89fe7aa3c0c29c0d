/* reorder.c — see reorder.h: a heap of held events, or one for each partition (hold.h), and their bytes in chunks.
 *
 *      heap    [12:03] [12:05] [12:04] …     earliest first
 *                 │       │       └──────┐
 *      chunks  [ev ev ev ev ev] [ev ev ev ev . . . .]
 *
 * Events leave roughly in the order in which they came, so a chunk is given back as a whole when its last one has left.
 * The newest event of a silent partition stays long, so with partitions chunks are small. */
#include "match/reorder.h"

#include "match/hold.h"
#include "match/save.h"
#include "match/spill.h"

#define MAX_EVENTS 1000000
#define MAX_BYTES ((size_t)256 << 20)

enum { CHUNK_BYTES = 256 << 10, PARTITION_CHUNK_BYTES = 8 << 10 };
enum { LEAST_CHUNK_BYTES = 4 << 10, CHUNKS_WITHIN_LIMIT = 16, ALIGN = 16, MOST_SPARE = 64 };

struct chunk {
    struct chunk *previous, *next; /* all that are in use; `next` alone: spare ones */
    size_t size, used;             /* bytes behind the header */
    size_t live;                   /* events that are still held */
    max_align_t events[];
};

struct kept {
    struct eq_held held; /* first */
    struct chunk *chunk;
    eq_ref hold; /* of its partition; 0 without */
};

struct eq_reorder {
    const struct eq_alloc *alloc;
    struct eq_reorder_options options;
    size_t n;                 /* events that are held */
    bool parted;              /* by partitions */
    struct eq_hold all;       /* without partitions the only one; with them, what was let go at once */
    struct eq_holds holds;
    eq_ref fed;               /* the hold that has got an event last; 0: none */
    struct chunk *chunks, *current, *spare;
    size_t bytes, chunk_bytes, n_spare;
    struct kept *out;         /* what was given last, still in its chunk */
    struct eq_spill *spill;   /* NULL until there is no room */
    uint64_t position;
    bool passing;             /* what is older than `until` has its turn */
    struct eq_time until;
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
    r->parted = options->partitions && options->lateness_ns != EQ_REORDER_ALL;
    size_t most = r->parted ? PARTITION_CHUNK_BYTES : CHUNK_BYTES;
    if (r->chunk_bytes > most)
        r->chunk_bytes = most;
    if (r->chunk_bytes < LEAST_CHUNK_BYTES)
        r->chunk_bytes = LEAST_CHUNK_BYTES;
    eq_holds_init(&r->holds, alloc);
    eq_buf_init(&r->all.last_tie, alloc);
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
    eq_holds_free(&r->holds);
    eq_buf_free(&r->all.last_tie);
    eq_free(r->alloc, r->all.heap.slots);
    eq_free(r->alloc, r);
}

struct eq_reorder_stats eq_reorder_stats(const struct eq_reorder *r)
{
    return r->stats;
}

/* ── In ── */

static bool is_full(const struct eq_reorder *r)
{
    size_t table = r->all.heap.n * sizeof *r->all.heap.slots + r->holds.account.used;
    return r->n > r->options.max_events || r->bytes + table > r->options.max_bytes;
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

static struct kept *pop(struct eq_reorder *r, struct eq_hold *hold)
{
    r->n--;
    return (struct kept *)(void *)eq_heap_pop(&hold->heap); /* the event is its first member */
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
        struct kept *k = pop(r, &r->all);
        st = eq_spill_put(r->spill, &k->held);
        kept_free(r, k);
    }
    return st == EQ_OK ? eq_spill_end(r->spill) : st;
}

/* The hold for an event, with room in its heap. */
static enum eq_status find_hold(struct eq_hold **out, struct eq_reorder *r, struct eq_slice partition)
{
    struct eq_heap *heap = &r->all.heap;
    *out = &r->all;
    if (!r->parted)
        return eq_grow(r->alloc, &heap->slots, &heap->cap, heap->n + 1, sizeof *heap->slots) ? EQ_OK : EQ_NOMEM;
    enum eq_status st = eq_holds_enter(&r->fed, &r->holds, partition);
    if (st != EQ_OK) {
        r->fed = 0;
        return st;
    }
    *out = eq_hold_at(&r->holds, r->fed);
    return eq_holds_grow(&r->holds, *out) ? EQ_OK : EQ_NOMEM;
}

enum eq_status eq_reorder_put(bool *late, struct eq_reorder *r, const struct eq_place *given, struct eq_slice partition,
                              struct eq_slice text, const struct eq_origin *origin)
{
    struct eq_place place = *given;
    struct eq_hold *hold;
    place.position = r->position++;
    drop_out(r);
    if (holds_all(r) && is_full(r)) {
        enum eq_status st = spill(r);
        if (st != EQ_OK)
            return st;
    }
    enum eq_status st = find_hold(&hold, r, partition);
    if (st != EQ_OK)
        return st;
    *late = hold->has_last && eq_place_cmp(&place, &hold->last) < 0;
    if (*late)
        return EQ_OK;
    struct kept *k = keep(r, &place, text, origin);
    if (!k)
        return EQ_NOMEM;
    k->hold = r->fed;
    eq_heap_push(&hold->heap, &k->held);
    r->n++;
    if (hold->has_newest && eq_time_cmp(place.time, hold->newest) < 0)
        r->stats.reordered++;
    else
        hold->newest = place.time;
    hold->has_newest = true;
    return EQ_OK;
}

/* ── Out ── */

/* Has the turn of the earliest come? */
static bool is_due(const struct eq_reorder *r, const struct eq_hold *hold)
{
    if (r->passing && hold->heap.n > 0)
        return eq_time_cmp(hold->heap.slots[0].time, r->until) < 0;
    return hold->heap.n > 0 && !holds_all(r) &&
           eq_time_diff_ns(hold->heap.slots[0].time, hold->newest) > r->options.lateness_ns;
}

/* There is no room: the hold that must let something go, dropping those that have nothing. NULL: it has gone already. */
static struct eq_hold *forced(struct eq_reorder *r)
{
    if (!r->parted)
        return &r->all;
    while (is_full(r) && r->holds.silent.first) {
        eq_ref first = r->holds.silent.first;
        if (eq_hold_at(&r->holds, first)->heap.n > 0)
            return eq_hold_at(&r->holds, first);
        if (first == r->fed)
            r->fed = 0;
        eq_holds_drop(&r->holds, first);
    }
    return NULL;
}

/* All partitions let go what is older than `until` (NULL: everything): from here on it goes by time. */
static enum eq_status gather(struct eq_reorder *r, const struct eq_time *until)
{
    struct eq_heap *all = &r->all.heap;
    if (!eq_grow(r->alloc, &all->slots, &all->cap, r->n, sizeof *all->slots))
        return EQ_NOMEM;
    for (eq_ref h = r->holds.silent.first; h; h = eq_hold_at(&r->holds, h)->next) {
        struct eq_heap *heap = &eq_hold_at(&r->holds, h)->heap;
        while (heap->n > 0 && (!until || eq_time_cmp(heap->slots[0].time, *until) < 0))
            eq_heap_push(all, eq_heap_pop(heap));
    }
    return EQ_OK;
}

/* The hold whose earliest event has its turn; NULL: none. */
static struct eq_hold *choose(struct eq_reorder *r, bool end)
{
    if (r->n == 0)
        return NULL;
    if (end || (r->parted && r->all.heap.n > 0))
        return &r->all;
    struct eq_hold *fed = r->parted ? (r->fed ? eq_hold_at(&r->holds, r->fed) : NULL) : &r->all;
    if (fed && is_due(r, fed))
        return fed;
    if (holds_all(r) || !is_full(r))
        return NULL;
    struct eq_hold *hold = forced(r);
    r->stats.forced += hold != NULL;
    return hold;
}

enum eq_status eq_reorder_pass(struct eq_reorder *r, struct eq_time until)
{
    r->until = until;
    r->passing = !r->parted;
    return r->parted ? gather(r, &until) : EQ_OK;
}

void eq_reorder_passed(struct eq_reorder *r)
{
    r->passing = false;
}

enum eq_status eq_reorder_next(const struct eq_held **out, struct eq_reorder *r, bool end)
{
    const struct eq_held *spilled = NULL;
    enum eq_status st = EQ_OK;
    *out = NULL;
    drop_out(r);
    if (end && r->spill)
        st = eq_spill_first(&spilled, r->spill);
    if (end && r->parted && r->n > r->all.heap.n)
        st = gather(r, NULL);
    if (st != EQ_OK)
        return st;
    if (spilled && (r->n == 0 || eq_place_cmp(&spilled->place, &r->all.heap.slots[0].event->place) < 0)) {
        *out = spilled;
        eq_spill_take(r->spill);
        return EQ_OK;
    }
    struct eq_hold *hold = choose(r, end);
    if (!hold)
        return EQ_OK;
    r->out = pop(r, hold);
    *out = &r->out->held;
    return eq_hold_let_go(r->parted ? eq_hold_at(&r->holds, r->out->hold) : hold, &r->holds.account,
                          &r->out->held.place);
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
    if (place.tie.type != EQ_STRING)
        place.tie.len = 0; /* a number's text is not kept */
    place.position = eq_unpack_u64(u);
    return place;
}

/* Events go as they stand in the heap: put in one by one they stand there again. */
static void save_hold(struct eq_pack *p, const struct eq_hold *hold)
{
    eq_pack_bool(p, hold->has_newest);
    eq_save_time(p, hold->newest);
    eq_pack_bool(p, hold->has_last);
    if (hold->has_last)
        save_place(p, &hold->last);
    eq_pack_u64(p, hold->heap.n);
    for (size_t i = 0; i < hold->heap.n; i++) {
        const struct eq_held *held = hold->heap.slots[i].event;
        save_place(p, &held->place);
        eq_pack_bytes(p, held->text);
        eq_save_origin(p, &held->origin);
    }
}

void eq_reorder_save(struct eq_saving *s, const struct eq_reorder *r, size_t n_partition_fields)
{
    if (r->spill && s->out->status == EQ_OK)
        s->out->status = EQ_LIMIT;
    eq_pack_u64(s->out, r->position);
    eq_pack_u64(s->out, r->stats.reordered);
    eq_pack_u64(s->out, r->stats.forced);
    save_hold(s->out, &r->all);
    eq_pack_u64(s->out, r->parted ? r->holds.table.n : 0);
    for (eq_ref h = r->holds.silent.first; h; h = eq_hold_at(&r->holds, h)->next) {
        const struct eq_hold *hold = eq_hold_at(&r->holds, h);
        eq_save_key(s, eq_key_slice(&r->holds.table, &hold->key), n_partition_fields);
        save_hold(s->out, hold);
    }
}

/* An event into a hold, which may be that for all; `own` is the hold of its partition. */
static void restore_held(struct eq_unpack *u, struct eq_reorder *r, struct eq_hold *hold, eq_ref own)
{
    struct eq_place place = restore_place(u);
    struct eq_slice text = eq_unpack_bytes(u);
    struct eq_origin origin = eq_restore_origin(u);
    struct eq_heap *heap = &hold->heap;
    if (!eq_unpack_ok(u))
        return;
    bool room = hold == &r->all ? eq_grow(r->alloc, &heap->slots, &heap->cap, heap->n + 1, sizeof *heap->slots)
                                : eq_holds_grow(&r->holds, hold);
    struct kept *k = room ? keep(r, &place, text, &origin) : NULL;
    if (!k) {
        eq_unpack_fail(u, EQ_NOMEM, NULL);
        return;
    }
    k->hold = own;
    eq_heap_push(heap, &k->held);
    r->n++;
}

/* `own`: as above. Into the hold for all what was let go last is not taken over when it comes from a partition. */
static void restore_hold(struct eq_unpack *u, struct eq_reorder *r, struct eq_hold *hold, eq_ref own, bool whole)
{
    bool has_newest = eq_unpack_bool(u);
    struct eq_time newest = eq_restore_time(u);
    if (has_newest && (!hold->has_newest || eq_time_cmp(hold->newest, newest) < 0))
        hold->newest = newest;
    hold->has_newest |= has_newest;
    if (eq_unpack_bool(u)) {
        struct eq_place last = restore_place(u);
        if (whole && eq_unpack_ok(u) && eq_hold_let_go(hold, &r->holds.account, &last) != EQ_OK)
            eq_unpack_fail(u, EQ_NOMEM, NULL);
    }
    for (size_t n = eq_unpack_count(u); n-- && eq_unpack_ok(u);)
        restore_held(u, r, hold, own);
}

/* Events that belong to no partition of now are let go at once, or as if there were no partitions. */
void eq_reorder_restore(struct eq_restoring *s, struct eq_reorder *r)
{
    struct eq_unpack *u = s->in;
    eq_ref own = 0;
    r->position = eq_unpack_u64(u);
    r->stats.reordered = eq_unpack_u64(u);
    r->stats.forced = eq_unpack_u64(u);
    if (r->parted && eq_holds_enter(&own, &r->holds, eq_slice("", 0)) != EQ_OK)
        eq_unpack_fail(u, EQ_NOMEM, NULL);
    if (eq_unpack_ok(u))
        restore_hold(u, r, &r->all, own, !r->parted);
    for (size_t n = eq_unpack_count(u); n-- && eq_unpack_ok(u);) {
        struct eq_slice partition = eq_restore_key(s, s->n_partition_fields);
        bool known = r->parted && s->same_partitions && eq_unpack_ok(u);
        eq_ref hold = own;
        if (known && eq_holds_enter(&hold, &r->holds, partition) != EQ_OK)
            eq_unpack_fail(u, EQ_NOMEM, NULL);
        restore_hold(u, r, known ? eq_hold_at(&r->holds, hold) : &r->all, hold, known);
    }
    if (own && r->all.heap.n == 0)
        eq_holds_drop(&r->holds, own);
}
