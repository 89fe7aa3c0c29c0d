/* decode.c — the decoder object: one event after another, into the same memory.
 *
 * A reset costs only what the last event touched. The ways that a document may take, each rare one built on the one
 * before it:
 *
 *      index ─┬─▶ of a known shape: done
 *             └─▶ walk ─┬─▶ done, and perhaps a shape is learned
 *                       ├─▶ perhaps a duplicate key: walk again, carefully
 *                       ├─▶ a search hit: walk what is inside _source
 *                       └─▶ not JSON: mend it, once, and index again */
#include "event/decode_shapes.h"
#include "event/repair.h"

enum {
    DEFAULT_DEPTH = 256,
    MOST_DEPTH = 65536,
    SHAPES_AFTER = 64, /* events */
    MOST_ELEMENTS = 100000 /* of one searched array; further ones are counted as EQ_REPAIR_ELEMENTS */
};
#define LAST_SERIAL (UINT32_MAX / 2) /* one document cannot open more objects than are left above */

/* ── The object ────────────────────────────────────────────────────────────────────────────────────────────────── */

static enum eq_status make_level(struct eq_level *level, const struct eq_fields *fields, const struct eq_alloc *alloc)
{
    level->trie = fields->trie;
    level->stamps = eq_new(alloc, fields->trie->n_nodes * sizeof *level->stamps);
    return level->stamps ? EQ_OK : EQ_NOMEM;
}

static void clear_slots(struct eq_slot *slots, size_t n)
{
    for (size_t i = 0; i < n; i++)
        slots[i] = (struct eq_slot){EQ_END_OF_CHAIN, EQ_END_OF_CHAIN};
}

static enum eq_status make_arrays(struct eq_decoder *d)
{
    size_t n = eq_fields_count(d->fields);
    for (uint32_t i = 0; i < n; i++)
        d->n_arrays += d->fields->items[i].elements != NULL;
    if (d->n_arrays == 0)
        return EQ_OK;
    d->elements = eq_new(d->alloc, n * sizeof *d->elements);
    d->memos = eq_new(d->alloc, n * sizeof *d->memos);
    d->arrays = eq_new(d->alloc, d->n_arrays * sizeof *d->arrays);
    if (!d->elements || !d->memos || !d->arrays)
        return EQ_NOMEM;
    enum eq_status st = EQ_OK;
    size_t k = 0;
    for (uint32_t i = 0; i < n && st == EQ_OK; i++) {
        if (!d->fields->items[i].elements)
            continue;
        d->arrays[k++] = i;
        st = make_level(&d->elements[i], d->fields->items[i].elements, d->alloc);
    }
    return st;
}

static enum eq_status make_parts(struct eq_decoder *d)
{
    size_t n = eq_fields_count(d->fields);
    size_t some = n ? n : 1;
    d->slots = eq_new(d->alloc, some * sizeof *d->slots);
    d->touched = eq_new(d->alloc, some * sizeof *d->touched);
    d->stack = eq_new(d->alloc, d->max_depth * sizeof *d->stack);
    if (!d->slots || !d->touched || !d->stack)
        return EQ_NOMEM;
    clear_slots(d->slots, n);
    enum eq_status st = make_level(&d->level, d->fields, d->alloc);
    return st == EQ_OK ? make_arrays(d) : st;
}

/* The number of the first event that may have a shape; 0: there is none. */
static unsigned events_before_shapes(enum eq_shapes_use use)
{
    return use == EQ_SHAPES_NEVER ? 0 : use == EQ_SHAPES_AT_ONCE ? 1 : SHAPES_AFTER;
}

enum eq_status eq_decoder_new(struct eq_decoder **out, const struct eq_fields *fields,
                              const struct eq_decode_options *options, const struct eq_alloc *alloc)
{
    struct eq_decoder *d = eq_new(alloc, sizeof *d);
    if (!d)
        return EQ_NOMEM;
    d->alloc = alloc;
    d->fields = fields;
    d->unwrap = options && options->unwrap;
    d->shapes_after = events_before_shapes(options ? options->shapes : EQ_SHAPES_LATER);
    d->max_depth = options && options->max_depth ? options->max_depth : DEFAULT_DEPTH;
    if (d->max_depth > MOST_DEPTH)
        d->max_depth = MOST_DEPTH;
    eq_doc_init(&d->doc, alloc);
    eq_arena_init(&d->scratch, alloc);
    enum eq_status st = make_parts(d);
    if (st == EQ_OK)
        *out = d;
    else
        eq_decoder_free(d);
    return st;
}

void eq_decoder_free(struct eq_decoder *d)
{
    if (!d)
        return;
    for (size_t i = 0; d->elements && d->memos && d->arrays && i < d->n_arrays; i++) {
        eq_free(d->alloc, d->elements[d->arrays[i]].stamps);
        eq_free(d->alloc, d->memos[d->arrays[i]].rows);
    }
    eq_free(d->alloc, d->elements);
    eq_free(d->alloc, d->memos);
    eq_free(d->alloc, d->arrays);
    eq_free(d->alloc, d->level.stamps);
    eq_free(d->alloc, d->slots);
    eq_free(d->alloc, d->touched);
    eq_free(d->alloc, d->stack);
    eq_free(d->alloc, d->values);
    eq_free(d->alloc, d->next);
    eq_free(d->alloc, d->owner);
    eq_free(d->alloc, d->found);
    eq_visits_free(&d->visits, d->alloc);
    eq_shapes_free(d->shapes);
    eq_arena_free(&d->scratch);
    eq_doc_free(&d->doc);
    eq_free(d->alloc, d);
}

/* ── One event ─────────────────────────────────────────────────────────────────────────────────────────────────── */

/* Before serial numbers run out, forget every stamp and count from the start. */
static void restart_serials(struct eq_decoder *d)
{
    d->serial = 0;
    memset(d->level.stamps, 0, d->level.trie->n_nodes * sizeof *d->level.stamps);
    for (size_t i = 0; i < d->n_arrays; i++) {
        struct eq_level *level = &d->elements[d->arrays[i]];
        memset(level->stamps, 0, level->trie->n_nodes * sizeof *level->stamps);
    }
}

/* Forget the values; the document stays. */
static void forget_values(struct eq_decoder *d)
{
    for (size_t i = 0; i < d->n_touched; i++)
        d->slots[d->touched[i]] = (struct eq_slot){EQ_END_OF_CHAIN, EQ_END_OF_CHAIN};
    d->n_touched = 0;
    d->n_values = 0;
    d->n_found = 0;
    d->event.repairs = 0;
    if (d->scratch.used_bytes)
        eq_arena_reset(&d->scratch);
    if (d->serial > LAST_SERIAL)
        restart_serials(d);
}

static void reset(struct eq_decoder *d)
{
    forget_values(d);
    for (size_t i = 0; i < d->n_arrays; i++)
        d->memos[d->arrays[i]].done = false;
    d->doc.repairs = 0;
    d->careful = false;
    d->stop = EQ_STOP_NONE;
    d->event.id = d->event.index = (struct eq_slice){NULL, 0};
}

static struct eq_target event_target(struct eq_decoder *d)
{
    return (struct eq_target){&d->level, d->slots, true};
}

static enum eq_status stopped(struct eq_decoder *d)
{
    switch (d->stop) {
    case EQ_STOP_NOMEM: return EQ_NOMEM;
    case EQ_STOP_TEXT: return EQ_INVALID;
    default: break;
    }
    enum eq_status st = eq_doc_check(&d->doc);
    if (st == EQ_OK) { /* the walk refuses nothing that the check accepts */
        d->doc.error = (struct eq_decode_error){0, "not valid JSON"};
        st = EQ_INVALID;
    }
    return st;
}

/* The value at p as the event; again, carefully, if it may hold a key twice. *after: the token behind it. */
static enum eq_status walk_event(struct eq_decoder *d, const uint32_t *p, const uint32_t **after)
{
    struct eq_target target = event_target(d);
    *after = eq_walk(d, &target, p, 0, 0);
    if (!*after && d->stop == EQ_STOP_CAREFUL) {
        forget_values(d);
        eq_visits_clear(&d->visits);
        d->careful = true;
        d->notes = NULL;
        d->stop = EQ_STOP_NONE;
        *after = eq_walk(d, &target, p, 0, 0);
        if (*after)
            eq_relink(d, &target, 0);
        d->careful = false;
    }
    if (*after)
        return EQ_OK;
    return d->stop == EQ_STOP_WRAPPED ? EQ_OK : stopped(d);
}

static enum eq_status hit_string(struct eq_slice *out, struct eq_decoder *d, uint32_t token)
{
    if (!token)
        return EQ_OK;
    const char *bad_at;
    struct eq_slice s;
    if (!eq_read_string(&s, d, d->doc.index.at + token, &bad_at))
        return bad_at ? EQ_OK : EQ_NOMEM; /* a wrong escape in an id is no reason to lose the event */
    *out = s;
    return EQ_OK;
}

/* The event is inside _source: what is around it. */
static enum eq_status take_hit(struct eq_decoder *d)
{
    const uint32_t *at = d->doc.index.at;
    size_t first = at[d->hit.source], end = at[d->hit.end - 1] + 1;
    d->event.raw = eq_slice(d->doc.base + first, end - first);
    enum eq_status st = hit_string(&d->event.id, d, d->hit.id);
    return st == EQ_OK ? hit_string(&d->event.index, d, d->hit.index) : st;
}

/* The document is a search hit. */
static enum eq_status walk_hit(struct eq_decoder *d)
{
    /* What was read before _source came may be wrong elsewhere, so a shape must not pass over it. */
    if (d->n_values || (d->notes && d->notes->n_nulls))
        d->notes = NULL;
    if (d->notes)
        eq_notes_clear(d->notes);
    enum eq_status st = eq_doc_hit(&d->hit, &d->doc, d->notes);
    if (st == EQ_INVALID)
        return stopped(d);
    if (st != EQ_OK)
        return st;
    const uint32_t *after;
    forget_values(d);
    d->stop = EQ_STOP_NONE;
    d->unwrap = false; /* once */
    st = walk_event(d, d->doc.index.at + d->hit.source, &after);
    d->unwrap = true;
    return st == EQ_OK ? take_hit(d) : st;
}

static enum eq_status walk_document(struct eq_decoder *d)
{
    const uint32_t *after;
    enum eq_status st = walk_event(d, d->doc.index.at, &after);
    if (st != EQ_OK)
        return st;
    if (!after)
        return walk_hit(d);
    return after == d->doc.index.at + d->doc.index.n ? EQ_OK : stopped(d);
}

/* By its shape if that is known, or else on foot. */
static enum eq_status read_document(struct eq_decoder *d)
{
    if (d->shapes_after && --d->shapes_after == 0 && eq_shapes_new(&d->shapes, d->alloc) != EQ_OK)
        d->shapes = NULL; /* it does without */
    if (!d->shapes)
        return walk_document(d);
    d->hit = (struct eq_hit){0};
    enum eq_shape_answer answer = eq_shapes_read(d->shapes, d);
    if (answer == EQ_SHAPE_READ)
        return d->hit.source ? take_hit(d) : EQ_OK;
    forget_values(d);
    d->notes = answer == EQ_SHAPE_NOTE ? eq_shapes_notes(d->shapes) : NULL;
    enum eq_status st = walk_document(d);
    if (d->notes && st == EQ_OK)
        eq_shapes_learn(d->shapes, d);
    d->notes = NULL;
    return st;
}

/* The second chance: mended, an event may be readable. Its own bytes stay as they were. */
static enum eq_status mend(struct eq_decoder *d, struct eq_slice text)
{
    bool repaired;
    forget_values(d);
    d->careful = false;
    d->stop = EQ_STOP_NONE;
    enum eq_status st = eq_doc_repair(&d->doc, text, &repaired);
    if (!repaired)
        return st;
    struct eq_slice mended = eq_buf_slice(&d->doc.repaired);
    d->event.raw = mended;
    if (st == EQ_OK)
        st = read_document(d);
    if (st == EQ_INVALID)
        d->doc.error.offset = eq_repair_origin(text, d->doc.error.offset);
    if (st != EQ_OK)
        return st;
    size_t first = (size_t)(d->event.raw.ptr - mended.ptr), end = first + d->event.raw.len;
    first = first ? eq_repair_origin(text, first) : 0;
    end = end < mended.len ? eq_repair_origin(text, end) : text.len;
    d->event.raw = eq_slice(text.ptr + first, end - first);
    return EQ_OK;
}

struct eq_shape_stats eq_decoder_shapes(const struct eq_decoder *d)
{
    return d->shapes ? eq_shapes_stats(d->shapes) : (struct eq_shape_stats){0};
}

static void show(struct eq_decoder *d)
{
    d->event.frame = (struct eq_frame){d->slots, d->values, d->next};
    d->event.touched = d->touched;
    d->event.n_touched = d->n_touched;
}

enum eq_status eq_decode(const struct eq_event **out, struct eq_decoder *d, struct eq_slice text,
                         struct eq_decode_error *error)
{
    reset(d);
    d->event.raw = text;
    enum eq_status st = eq_doc_index(&d->doc, text);
    if (st == EQ_OK)
        st = read_document(d);
    if (st == EQ_INVALID)
        st = mend(d, text);
    d->event.repairs |= d->doc.repairs;
    if (st == EQ_INVALID && error)
        *error = d->doc.error;
    if (st != EQ_OK)
        return st;
    show(d);
    *out = &d->event;
    return EQ_OK;
}

/* ── Elements of searched arrays ───────────────────────────────────────────────────────────────────────────────── */

/* The next row, cleared. */
static struct eq_slot *add_row(struct eq_memo *m, const struct eq_decoder *d, size_t width)
{
    size_t n = m->elements.n;
    if (width == 0) {
        m->elements.n = n + 1;
        return m->rows;
    }
    if (!eq_grow(d->alloc, &m->rows, &m->cap, (n + 1) * width, sizeof *m->rows))
        return NULL;
    clear_slots(m->rows + n * width, width);
    m->elements.n = n + 1;
    return m->rows + n * width;
}

/* Read the element at p into a row of its own. */
static const uint32_t *read_element(struct eq_decoder *d, struct eq_memo *m, uint32_t field, const uint32_t *p,
                                    uint32_t depth)
{
    size_t width = eq_fields_count(d->fields->items[field].elements);
    struct eq_target target = {&d->elements[field], add_row(m, d, width), false};
    size_t first = d->n_values;
    if (!target.slots && width) {
        d->stop = EQ_STOP_NOMEM;
        return NULL;
    }
    const uint32_t *after = eq_walk(d, &target, p, 0, depth);
    if (!after && d->stop == EQ_STOP_CAREFUL) {
        for (size_t i = 0; i < width; i++)
            target.slots[i] = (struct eq_slot){EQ_END_OF_CHAIN, EQ_END_OF_CHAIN};
        d->n_values = first;
        eq_visits_clear(&d->visits);
        d->careful = true;
        d->stop = EQ_STOP_NONE;
        after = eq_walk(d, &target, p, 0, depth);
        if (after)
            eq_relink(d, &target, first);
        d->careful = false;
    }
    return after;
}

/* All elements of the value at `p`; arrays inside it are opened too, since nested arrays flatten. */
static enum eq_status read_elements(struct eq_decoder *d, struct eq_memo *m, uint32_t field, const uint32_t *p,
                                    uint32_t depth)
{
    const char *base = d->doc.base;
    size_t open = 0;
    do {
        char c = base[*p];
        if (c == '[') {
            open++;
            p++;
            continue;
        }
        if (c == ']') {
            open--;
            p++;
            continue;
        }
        if (c == ',') {
            p++;
            continue;
        }
        if (m->elements.n >= MOST_ELEMENTS) {
            d->event.repairs |= EQ_REPAIR_ELEMENTS;
            return EQ_OK;
        }
        if (c == 'n' && memcmp(base + *p, "null", 4) == 0) {
            p++;
            continue;
        }
        p = read_element(d, m, field, p, depth + (uint32_t)open);
        if (!p)
            return stopped(d);
    } while (open > 0);
    return EQ_OK;
}

enum eq_status eq_decode_elements(struct eq_elements *out, struct eq_decoder *d, uint32_t field)
{
    struct eq_memo *m = &d->memos[field];
    enum eq_status st = EQ_OK;
    if (!m->done) {
        m->elements.n = 0;
        d->stop = EQ_STOP_NONE;
        for (size_t i = 0; i < d->n_found && st == EQ_OK; i++)
            if (d->found[i].field == field)
                st = read_elements(d, m, field, d->doc.index.at + d->found[i].at, d->found[i].depth);
        m->elements.slots = m->rows;
        m->done = st == EQ_OK;
        show(d);
    }
    *out = m->elements;
    return st;
}
