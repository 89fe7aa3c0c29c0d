/* decode_shapes_learn.c — a shape, from the notes of a walk. */
#include "event/decode_shapes_priv.h"

enum { MOST_NAMES = 32768 }; /* different keys before the memory begins anew */
#define MOST_BYTES ((size_t)2 << 20)

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
static struct eq_shape_key lay_out(struct eq_slice key)
{
    char text[EQ_SHAPE_KEY + 1];
    size_t n = key.len < 7 ? key.len + 1 : 8;
    struct eq_shape_key name = {.tail = key.len + 1 - n};
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
    if (key.len > EQ_SHAPE_KEY || eq_intern_put(out, &s->texts, key, &added) != EQ_OK)
        return false;
    if (!eq_grow(s->alloc, &s->names, &s->cap_names, s->texts.n, sizeof *s->names))
        return false;
    s->names[*out] = lay_out(key);
    return true;
}

/* Room for n spots at the end of the arena. */
static struct eq_spot *make_spots(struct eq_shapes *s, size_t n)
{
    return eq_arena_room(&s->arena, (n + 1) * sizeof(struct eq_spot));
}

static bool learn_keys(struct eq_shape *shape, struct eq_shapes *s)
{
    size_t n = s->notes.n_keys;
    struct eq_spot *keys = make_spots(s, n), *long_keys = make_spots(s, n);
    if (!keys || !long_keys)
        return false;
    for (size_t i = 0; i < n; i++) {
        uint32_t name;
        if (!name_key(&name, s, s->notes.keys[i].text))
            return false;
        struct eq_spot spot = {(uint16_t)s->notes.keys[i].token, (uint16_t)name};
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

static bool learn_values(struct eq_spots *out, struct eq_shapes *s, const struct eq_decoder *d, enum eq_type group)
{
    struct eq_spot *items = make_spots(s, d->n_values);
    if (!items)
        return false;
    for (size_t i = 0; i < d->n_values; i++)
        if (group_of(&d->values[i]) == group)
            items[out->n++] = (struct eq_spot){(uint16_t)s->notes.values[i], (uint16_t)i};
    out->items = items;
    return true;
}

static bool learn_nulls(struct eq_spots *out, struct eq_shapes *s)
{
    struct eq_spot *items = make_spots(s, s->notes.n_nulls);
    if (!items)
        return false;
    for (size_t i = 0; i < s->notes.n_nulls; i++)
        items[out->n++] = (struct eq_spot){(uint16_t)s->notes.nulls[i], 0};
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

static bool learn_chains(struct eq_shape *shape, struct eq_shapes *s, const struct eq_decoder *d)
{
    struct eq_shape_chain *chains = eq_arena_room(&s->arena, (d->n_touched + 1) * sizeof *chains);
    for (size_t i = 0; chains && i < d->n_touched; i++)
        chains[i] = (struct eq_shape_chain){d->touched[i], d->slots[d->touched[i]]};
    shape->chains = chains;
    shape->n_chains = d->n_touched;
    return chains != NULL;
}

static struct eq_shape *make_shape(struct eq_shapes *s, const struct eq_decoder *d)
{
    struct eq_shape *shape = eq_arena_alloc(&s->arena, sizeof *shape);
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
    if (s->n >= EQ_SHAPES_MOST || s->texts.n >= MOST_NAMES ||
        s->arena.used_bytes + s->texts.bytes.used_bytes > MOST_BYTES)
        start_anew(s);
    const struct eq_shape *shape = make_shape(s, d);
    if (!shape)
        return;
    size_t i = s->hash;
    while (s->places[i & (EQ_SHAPE_PLACES - 1)].shape)
        i++;
    s->places[i & (EQ_SHAPE_PLACES - 1)] = (struct eq_shape_place){s->hash, shape};
    s->n++;
}
