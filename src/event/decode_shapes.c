/* decode_shapes.c — see decode_shapes.h: the memory of shapes, and reading an event by one.
 *
 *      tokens ─▶ hash ─▶ place ─▶ shape ─▶ same tokens? ─▶ same keys? ─▶ strings, scalars, nulls ─▶ chains of fields
 *
 * Keys are few and in many shapes, so each is kept once, laid out for comparing: its first and its last eight bytes, the
 * closing quote among them, and a mask for what is shorter. */
#include "event/decode_shapes.h"

#include "base/intern.h"

enum {
    MOST_TOKENS = 8192, /* of a document that has a shape */
    MOST_KEY = 1024,    /* bytes of a key in one */
    MOST_ALIKE = 4,     /* shapes that differ in keys only */
    MOST_SHAPES = 1024, /* and different keys, before the memory begins anew */
    MOST_NAMES = 32768,
    PLACES = 2 * MOST_SHAPES, /* powers of two */
    SEEN = 4096,
    WINDOW = 1024,     /* events after which to see whether it is worth the while */
    REST = 8 * WINDOW, /* and for how many not to try if it is not */
    ADVANCE = 64       /* shapes that may be learned in a window; each more must be earned by an event of a known one */
};
#define MOST_BYTES ((size_t)2 << 20)

/* A token, and the number of a key or value that belongs to it. */
struct spot {
    uint16_t token, number;
};

struct spots {
    const struct spot *items;
    size_t n;
};

struct chain { /* of a field's values */
    uint32_t field;
    struct eq_slot slot;
};

struct shape {
    const uint8_t *kinds; /* of n_tokens tokens */
    size_t n_tokens;
    struct spots keys, long_keys; /* up to 15 bytes, and longer ones */
    struct spots strings, scalars, nulls, objects; /* values; what must be null and is none; an object in place of one */
    const uint32_t *next; /* of n_values values */
    size_t n_values;
    const struct chain *chains;
    size_t n_chains;
    const struct eq_found *found;
    size_t n_found;
    struct eq_hit hit;
};

struct place {
    uint64_t hash;
    const struct shape *shape; /* NULL: free */
};

/* A key as it is compared: two words of text and closing quote, the second `tail` bytes behind the first. */
struct key_name {
    uint64_t first, last, mask;
    size_t tail;
};

struct eq_shapes {
    const struct eq_alloc *alloc;
    struct place places[PLACES];
    uint32_t seen[SEEN]; /* halves of hashes */
    uint8_t kinds[MOST_TOKENS];
    uint64_t hash; /* of the document at hand */
    struct eq_arena arena;
    struct eq_intern texts; /* of keys */
    struct key_name *names; /* by number in `texts` */
    size_t cap_names;
    struct eq_notes notes;
    unsigned tried, hits, learned; /* in this window */
    unsigned rest;                 /* events left in which nothing is tried */
    size_t n;
    struct eq_shape_stats stats;
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

static bool same_keys(const struct eq_shapes *s, const struct shape *shape, const struct eq_doc *doc)
{
    const uint32_t *const at = doc->index.at;
    const char *const texts = doc->base + 1; /* behind the quote */
    uint64_t differ = 0;
    for (size_t i = 0; i < shape->keys.n; i++) {
        const struct key_name *name = &s->names[shape->keys.items[i].number];
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
static const struct shape *find_shape(const struct eq_shapes *s, const struct eq_doc *doc, unsigned *alike)
{
    *alike = 0;
    for (size_t i = s->hash;; i++) {
        const struct place *p = &s->places[i & (PLACES - 1)];
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

static bool read_strings(struct eq_decoder *d, struct spots strings)
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

static bool read_scalars(struct eq_decoder *d, struct spots scalars)
{
    for (size_t i = 0; i < scalars.n; i++) {
        struct eq_value *v = &d->values[scalars.items[i].number];
        if (!eq_scan_scalar(v, d->doc.base + d->doc.index.at[scalars.items[i].token], &d->event.repairs) ||
            v->type == EQ_NULL)
            return false;
    }
    return true;
}

static bool read_nulls(struct eq_decoder *d, struct spots nulls)
{
    struct eq_value none;
    for (size_t i = 0; i < nulls.n; i++)
        if (!eq_scan_scalar(&none, d->doc.base + d->doc.index.at[nulls.items[i].token], &d->event.repairs))
            return false;
    return true;
}

static bool read_by(struct eq_decoder *d, const struct shape *shape)
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
    if (d->doc.index.n > MOST_TOKENS || !trying(s))
        return EQ_SHAPE_WALK;
    unsigned alike;
    find_kinds(s->kinds, &d->doc);
    s->hash = eq_hash_bytes((const char *)s->kinds, d->doc.index.n);
    const struct shape *shape = find_shape(s, &d->doc, &alike);
    if (shape && read_by(d, shape)) {
        s->hits++;
        s->stats.hits++;
        return EQ_SHAPE_READ;
    }
    s->stats.misses++;
    if (shape || alike >= MOST_ALIKE || s->learned >= ADVANCE + s->hits)
        return EQ_SHAPE_WALK;
    uint32_t *seen = &s->seen[s->hash % SEEN], half = (uint32_t)(s->hash >> 32);
    if (*seen != half) {
        *seen = half;
        return EQ_SHAPE_WALK;
    }
    s->learned++;
    return EQ_SHAPE_NOTE;
}

/* ── Learning a shape ──────────────────────────────────────────────────────────────────────────────────────────── */

static void start_anew(struct eq_shapes *s)
{
    memset(s->places, 0, sizeof s->places);
    eq_arena_reset(&s->arena);
    eq_intern_free(&s->texts);
    eq_intern_init(&s->texts, s->alloc);
    s->n = 0;
    s->stats.resets++;
}

/* The words that stand for a key and its closing quote. */
static struct key_name lay_out(struct eq_slice key)
{
    char text[MOST_KEY + 1];
    size_t n = key.len < 7 ? key.len + 1 : 8;
    struct key_name name = {.tail = key.len + 1 - n};
    if (key.len)
        memcpy(text, key.ptr, key.len);
    text[key.len] = '"';
    memset(&name.mask, 0xff, n);
    memcpy(&name.first, text, n);
    memcpy(&name.last, text + name.tail, n);
    return name;
}

static bool name_key(uint32_t *out, struct eq_shapes *s, struct eq_slice key)
{
    bool added;
    if (key.len > MOST_KEY || eq_intern_put(out, &s->texts, key, &added) != EQ_OK)
        return false;
    if (!eq_grow(s->alloc, &s->names, &s->cap_names, s->texts.n, sizeof *s->names))
        return false;
    s->names[*out] = lay_out(key);
    return true;
}

/* Room for n spots at the end of the arena. */
static struct spot *make_spots(struct eq_shapes *s, size_t n)
{
    return eq_arena_room(&s->arena, (n + 1) * sizeof(struct spot));
}

static bool learn_keys(struct shape *shape, struct eq_shapes *s)
{
    size_t n = s->notes.n_keys;
    struct spot *keys = make_spots(s, n), *long_keys = make_spots(s, n);
    if (!keys || !long_keys)
        return false;
    for (size_t i = 0; i < n; i++) {
        uint32_t name;
        if (!name_key(&name, s, s->notes.keys[i].text))
            return false;
        struct spot spot = {(uint16_t)s->notes.keys[i].token, (uint16_t)name};
        if (s->notes.keys[i].text.len < 16)
            keys[shape->keys.n++] = spot;
        else
            long_keys[shape->long_keys.n++] = spot;
    }
    shape->keys.items = keys;
    shape->long_keys.items = long_keys;
    return true;
}

/* The values of one kind: EQ_NULL objects, EQ_STRING strings, anything else scalars. */
static enum eq_type group_of(const struct eq_value *v)
{
    return v->type == EQ_NULL || v->type == EQ_STRING ? (enum eq_type)v->type : EQ_INT;
}

static bool learn_values(struct spots *out, struct eq_shapes *s, const struct eq_decoder *d, enum eq_type group)
{
    struct spot *items = make_spots(s, d->n_values);
    if (!items)
        return false;
    for (size_t i = 0; i < d->n_values; i++)
        if (group_of(&d->values[i]) == group)
            items[out->n++] = (struct spot){(uint16_t)s->notes.values[i], (uint16_t)i};
    out->items = items;
    return true;
}

static bool learn_nulls(struct spots *out, struct eq_shapes *s)
{
    struct spot *items = make_spots(s, s->notes.n_nulls);
    if (!items)
        return false;
    for (size_t i = 0; i < s->notes.n_nulls; i++)
        items[out->n++] = (struct spot){(uint16_t)s->notes.nulls[i], 0};
    out->items = items;
    return true;
}

static const void *copy(struct eq_shapes *s, const void *items, size_t n, size_t size)
{
    void *to = eq_arena_room(&s->arena, n * size + 1);
    if (to && n)
        memcpy(to, items, n * size);
    return to;
}

static bool learn_chains(struct shape *shape, struct eq_shapes *s, const struct eq_decoder *d)
{
    struct chain *chains = eq_arena_room(&s->arena, (d->n_touched + 1) * sizeof *chains);
    for (size_t i = 0; chains && i < d->n_touched; i++)
        chains[i] = (struct chain){d->touched[i], d->slots[d->touched[i]]};
    shape->chains = chains;
    shape->n_chains = d->n_touched;
    return chains != NULL;
}

static struct shape *make_shape(struct eq_shapes *s, const struct eq_decoder *d)
{
    struct shape *shape = eq_arena_alloc(&s->arena, sizeof *shape);
    if (!shape)
        return NULL;
    shape->n_tokens = d->doc.index.n;
    shape->n_values = d->n_values;
    shape->n_found = d->n_found;
    shape->hit = d->hit;
    shape->kinds = copy(s, s->kinds, shape->n_tokens, 1);
    shape->next = copy(s, d->next, d->n_values, sizeof *d->next);
    shape->found = copy(s, d->found, d->n_found, sizeof *d->found);
    bool made = shape->kinds && shape->next && shape->found && learn_keys(shape, s) &&
                learn_values(&shape->strings, s, d, EQ_STRING) && learn_values(&shape->scalars, s, d, EQ_INT) &&
                learn_values(&shape->objects, s, d, EQ_NULL) && learn_nulls(&shape->nulls, s) &&
                learn_chains(shape, s, d);
    return made ? shape : NULL;
}

void eq_shapes_learn(struct eq_shapes *s, const struct eq_decoder *d)
{
    /* What was mended depends on values. */
    if (d->event.repairs || s->notes.failed)
        return;
    if (s->n >= MOST_SHAPES || s->texts.n >= MOST_NAMES ||
        s->arena.used_bytes + s->texts.bytes.used_bytes > MOST_BYTES)
        start_anew(s);
    const struct shape *shape = make_shape(s, d);
    if (!shape)
        return;
    size_t i = s->hash;
    while (s->places[i & (PLACES - 1)].shape)
        i++;
    s->places[i & (PLACES - 1)] = (struct place){s->hash, shape};
    s->n++;
}
