/* decode_shapes.c — see decode_shapes.h: finding the shape of an event, and reading the event by it.
 *
 *      tokens ─▶ hash ─▶ place ─▶ shape ─▶ same tokens? ─▶ same keys? ─▶ strings, scalars, nulls ─▶ chains of fields */
#include "event/decode_shapes_priv.h"

enum {
    MOST_ALIKE = 4,    /* shapes that differ in keys only */
    WINDOW = 1024,     /* events after which to see whether it is worth the while */
    REST = 8 * WINDOW, /* and for how many not to try if it is not */
    ADVANCE = 64       /* shapes that may be learned in a window; each more must be earned by an event of a known one */
};

enum eq_status eq_shapes_new(struct eq_shapes **out, const struct eq_alloc *alloc)
{
    struct eq_shapes *s = eq_new(alloc, sizeof *s);
    if (!s)
        return EQ_NOMEM;
    s->alloc = alloc;
    eq_arena_init(&s->arena, alloc);
    eq_intern_init(&s->texts, alloc);
    *out = s;
    return EQ_OK;
}

void eq_shapes_free(struct eq_shapes *s)
{
    if (!s)
        return;
    eq_arena_free(&s->arena);
    eq_intern_free(&s->texts);
    eq_free(s->alloc, s->names);
    eq_notes_free(&s->notes, s->alloc);
    eq_free(s->alloc, s);
}

struct eq_shape_stats eq_shapes_stats(const struct eq_shapes *s)
{
    struct eq_shape_stats stats = s->stats;
    stats.bytes = sizeof *s + s->arena.used_bytes + s->texts.bytes.used_bytes + s->cap_names * sizeof *s->names;
    return stats;
}

/* ── Looking for a shape ───────────────────────────────────────────────────────────────────────────────────────── */

static void find_kinds(uint8_t *restrict kinds, const struct eq_doc *doc)
{
    const uint32_t *const at = doc->index.at;
    for (size_t i = 0; i < doc->index.n; i++)
        kinds[i] = eq_kind_of[(unsigned char)doc->base[at[i]]];
}

static bool same_keys(const struct eq_shapes *s, const struct eq_shape *shape, const struct eq_doc *doc)
{
    const uint32_t *const at = doc->index.at;
    const char *const texts = doc->base + 1; /* behind the quote */
    uint64_t differ = 0;
    for (size_t i = 0; i < shape->keys.n; i++) {
        const struct eq_shape_key *name = &s->names[shape->keys.items[i].number];
        const char *text = texts + at[shape->keys.items[i].token];
        differ |= ((eq_load64(text) ^ name->first) | (eq_load64(text + name->tail) ^ name->last)) & name->mask;
    }
    if (differ)
        return false;
    for (size_t i = 0; i < shape->long_keys.n; i++) {
        struct eq_slice key = eq_doc_string(doc->base, at + shape->long_keys.items[i].token);
        if (!eq_slice_eq(key, s->texts.items[shape->long_keys.items[i].number]))
            return false;
    }
    return true;
}

/* The shape of the document at hand, or NULL; *alike: how many have its tokens, and other keys. */
static const struct eq_shape *find_shape(const struct eq_shapes *s, const struct eq_doc *doc, unsigned *alike)
{
    *alike = 0;
    for (size_t i = s->hash;; i++) {
        const struct eq_shape_place *p = &s->places[i & (EQ_SHAPE_PLACES - 1)];
        if (!p->shape)
            return NULL;
        if (p->hash != s->hash || p->shape->n_tokens != doc->index.n ||
            memcmp(p->shape->kinds, s->kinds, doc->index.n) != 0)
            continue;
        if (same_keys(s, p->shape, doc))
            return p->shape;
        ++*alike;
    }
}

/* ── Reading by a shape ────────────────────────────────────────────────────────────────────────────────────────── */

static bool read_strings(struct eq_decoder *d, struct eq_spots strings)
{
    for (size_t i = 0; i < strings.n; i++) {
        struct eq_slice s;
        const char *bad_at; /* a walk will say so */
        if (!eq_read_string(&s, d, d->doc.index.at + strings.items[i].token, &bad_at))
            return false;
        eq_set_string(&d->values[strings.items[i].number], s);
    }
    return true;
}

static bool read_scalars(struct eq_decoder *d, struct eq_spots scalars)
{
    for (size_t i = 0; i < scalars.n; i++) {
        struct eq_value *v = &d->values[scalars.items[i].number];
        if (!eq_scan_scalar(v, d->doc.base + d->doc.index.at[scalars.items[i].token], &d->event.repairs) ||
            v->type == EQ_NULL)
            return false;
    }
    return true;
}

static bool read_nulls(struct eq_decoder *d, struct eq_spots nulls)
{
    struct eq_value none;
    for (size_t i = 0; i < nulls.n; i++)
        if (!eq_scan_scalar(&none, d->doc.base + d->doc.index.at[nulls.items[i].token], &d->event.repairs))
            return false;
    return true;
}

static bool read_by(struct eq_decoder *d, const struct eq_shape *shape)
{
    if (!read_strings(d, shape->strings) || !read_scalars(d, shape->scalars) || !read_nulls(d, shape->nulls))
        return false;
    for (size_t i = 0; i < shape->objects.n; i++)
        d->values[shape->objects.items[i].number] = EQ_VALUE_NULL;
    for (size_t i = 0; i < shape->n_chains; i++) {
        d->slots[shape->chains[i].field] = shape->chains[i].slot;
        d->touched[i] = shape->chains[i].field;
    }
    /* Learning it, the decoder had room for all of this, and has it still. */
    if (shape->n_values)
        memcpy(d->next, shape->next, shape->n_values * sizeof *d->next);
    if (shape->n_found)
        memcpy(d->found, shape->found, shape->n_found * sizeof *d->found);
    d->n_values = shape->n_values;
    d->n_touched = shape->n_chains;
    d->n_found = shape->n_found;
    d->hit = shape->hit;
    return true;
}

/* Is it worth the while to look for a shape now? */
static bool trying(struct eq_shapes *s)
{
    if (s->rest) {
        s->rest--;
        return false;
    }
    if (++s->tried > WINDOW) {
        s->rest = s->hits < WINDOW / 2 ? REST : 0;
        s->tried = s->hits = s->learned = 0;
    }
    return true;
}

struct eq_notes *eq_shapes_notes(struct eq_shapes *s)
{
    eq_notes_clear(&s->notes);
    return &s->notes;
}

enum eq_shape_answer eq_shapes_read(struct eq_shapes *s, struct eq_decoder *d)
{
    if (d->doc.index.n > EQ_SHAPE_TOKENS || !trying(s))
        return EQ_SHAPE_WALK;
    unsigned alike;
    find_kinds(s->kinds, &d->doc);
    s->hash = eq_hash_bytes((const char *)s->kinds, d->doc.index.n);
    const struct eq_shape *shape = find_shape(s, &d->doc, &alike);
    if (shape && read_by(d, shape)) {
        s->hits++;
        s->stats.hits++;
        return EQ_SHAPE_READ;
    }
    s->stats.misses++;
    if (shape || alike >= MOST_ALIKE || s->learned >= ADVANCE + s->hits)
        return EQ_SHAPE_WALK;
    uint32_t *seen = &s->seen[s->hash % EQ_SHAPE_SEEN], half = (uint32_t)(s->hash >> 32);
    if (*seen != half) {
        *seen = half;
        return EQ_SHAPE_WALK;
    }
    s->learned++;
    return EQ_SHAPE_NOTE;
}
