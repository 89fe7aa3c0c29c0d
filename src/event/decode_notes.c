/* decode_notes.c — what a walk looked at, for those who learn from it: decode_shapes.h. */
#include "event/decode_priv.h"

void eq_notes_clear(struct eq_notes *n)
{
    n->n_keys = n->n_nulls = 0;
    n->failed = false;
}

void eq_notes_free(struct eq_notes *n, const struct eq_alloc *alloc)
{
    eq_free(alloc, n->keys);
    eq_free(alloc, n->values);
    eq_free(alloc, n->nulls);
}

static uint32_t token_at(const struct eq_doc *doc, const uint32_t *p)
{
    return (uint32_t)(p - doc->index.at);
}

void eq_note_key(struct eq_notes *n, const struct eq_doc *doc, const uint32_t *p, struct eq_slice text)
{
    if (!eq_grow(doc->alloc, &n->keys, &n->cap_keys, n->n_keys + 1, sizeof *n->keys))
        n->failed = true;
    else
        n->keys[n->n_keys++] = (struct eq_noted_key){token_at(doc, p), text};
}

void eq_note_value(struct eq_notes *n, const struct eq_doc *doc, const uint32_t *p, size_t number)
{
    if (!eq_grow(doc->alloc, &n->values, &n->cap_values, number + 1, sizeof *n->values))
        n->failed = true;
    else
        n->values[number] = token_at(doc, p);
}

void eq_note_null(struct eq_notes *n, const struct eq_doc *doc, const uint32_t *p)
{
    if (!eq_grow(doc->alloc, &n->nulls, &n->cap_nulls, n->n_nulls + 1, sizeof *n->nulls))
        n->failed = true;
    else
        n->nulls[n->n_nulls++] = token_at(doc, p);
}
