/* fields.h — the fields that a set of rules reads, and how to find them in a document.
 *
 * Rules name fields by dotted path. Each distinct path gets a number here, and numbers are all that
 * matching ever sees. The decoder walks this trie along with the document and skips what is not in it:
 *
 *      process ─┬─ name            ─▶ 0
 *               ├─ parent ── name  ─▶ 1
 *               └─ thread ── Ext ── call_stack ─▶ 2, with its own trie for the elements: symbol_info ─▶ 0
 *
 * A key that holds dots ("process.name": …) walks several steps at once, so nested, dotted and mixed
 * forms are the same field. */
#ifndef EQ_EVENT_FIELDS_H
#define EQ_EVENT_FIELDS_H

#include "base/intern.h"

struct eq_field {
    struct eq_slice path;
    struct eq_fields *elements; /* not NULL: _arraysearch looks into its elements; their own fields */
};

struct eq_fields {
    const struct eq_alloc *alloc;
    struct eq_intern paths;
    struct eq_field *items; /* by number */
    size_t cap;
    struct eq_trie *trie;   /* built by eq_fields_freeze; read-only afterwards */
};

enum eq_status eq_fields_new(struct eq_fields **out, const struct eq_alloc *alloc);
void eq_fields_free(struct eq_fields *f);
enum eq_status eq_fields_add(uint32_t *out, struct eq_fields *f, struct eq_slice path);
/* As eq_fields_add, and makes sure that items[*out].elements exists: fields to be read from each element
 * of the array at `path`. The path "" among them is the element itself when it is a scalar. */
enum eq_status eq_fields_add_array(uint32_t *out, struct eq_fields *f, struct eq_slice path);
uint32_t eq_fields_count(const struct eq_fields *f);
uint32_t eq_fields_find(const struct eq_fields *f, struct eq_slice path); /* EQ_NONE if unknown */
/* No more fields: build the trie (and those of the elements). */
enum eq_status eq_fields_freeze(struct eq_fields *f);

#endif
