/* decode_walk.c — the document and the trie, walked together: how an event is read whose shape is new.
 *
 *      {"process": {"name": "x", "pe": {…}}}       a key leads to a node of the trie, or to none;
 *          │           │          └ skipped        what no node wants is checked and skipped, never built
 *       node 1      node 2 ─▶ field 0
 *
 * An array changes nothing: its elements are read at the array's own node, so arrays of objects and nested arrays
 * flatten by themselves. Open containers are on a stack of max_depth entries; what lies deeper is skipped.
 *
 * Duplicate keys: every object has a serial number, and each node is stamped with the object that had its key last. A
 * node already stamped by this object, or by one opened inside it, may be a duplicate. Then the walk stops and begins
 * again carefully, with every visit kept, so that what the first occurrence brought can be taken back. */
#include "event/decode_priv.h"

enum { MOST_VALUES = 1000000 }; /* of one event, elements of searched arrays included */

/* What stays the same for a whole walk, so that the compiler can make a loop of its own for it: is it the event, or an
 * element of a searched array; is it walked again, carefully; and are notes taken of what is looked at? */
struct way {
    bool is_event, careful, noting;
};

/* ── Values ────────────────────────────────────────────────────────────────────────────────────────────────────── */

static inline void link_value(struct eq_decoder *d, const struct eq_target *target, bool is_event, uint32_t field,
                              uint32_t number)
{
    struct eq_slot *slot = &target->slots[field];
    if (slot->head == EQ_END_OF_CHAIN) {
        slot->head = number;
        if (is_event)
            d->touched[d->n_touched++] = field;
    } else {
        d->next[slot->tail] = number;
    }
    slot->tail = number;
}

static bool grow_values(struct eq_decoder *d)
{
    size_t need = d->n_values + 1;
    if (!eq_grow(d->alloc, &d->values, &d->cap_values, need, sizeof *d->values) ||
        !eq_grow(d->alloc, &d->next, &d->cap_next, need, sizeof *d->next))
        return false;
    d->room = d->cap_values < d->cap_next ? d->cap_values : d->cap_next;
    if (d->room > MOST_VALUES)
        d->room = MOST_VALUES;
    return true;
}

/* Add an empty value, of the token at p, to the chain of `field`; NULL without memory. Beyond the limit it is one that
 * nobody reads. */
static inline struct eq_value *add_value(struct eq_decoder *d, const struct eq_target *target, struct way way,
                                         const uint32_t *p, uint32_t field)
{
    if (d->n_values >= d->room) {
        if (d->n_values >= MOST_VALUES) {
            d->event.repairs |= EQ_REPAIR_ELEMENTS;
            return &d->surplus;
        }
        if (!grow_values(d))
            return NULL;
    }
    uint32_t number = (uint32_t)d->n_values++;
    d->next[number] = EQ_END_OF_CHAIN;
    if (way.careful) {
        if (!eq_grow(d->alloc, &d->owner, &d->cap_owner, d->n_values, sizeof *d->owner))
            return NULL;
        d->owner[number] = field;
    } else {
        link_value(d, target, way.is_event, field, number);
    }
    if (way.noting)
        eq_note_value(d->notes, &d->doc, p, number);
    return &d->values[number];
}

void eq_relink(struct eq_decoder *d, const struct eq_target *target, size_t first)
{
    for (size_t i = first; i < d->n_values; i++)
        if (d->owner[i] != EQ_NONE)
            link_value(d, target, target->is_event, d->owner[i], (uint32_t)i);
}

static bool stop(struct eq_decoder *d, enum eq_stop why)
{
    d->stop = why;
    return false;
}

static bool wrong_text(struct eq_decoder *d, const char *at, const char *message)
{
    d->doc.error = (struct eq_decode_error){(size_t)(at - d->doc.base), message};
    return stop(d, EQ_STOP_TEXT);
}

/* Escapes could not be undone. */
static bool no_text(struct eq_decoder *d, const char *bad_at)
{
    return bad_at ? wrong_text(d, bad_at, "invalid escape in a string") : stop(d, EQ_STOP_NOMEM);
}

static inline bool add_string(struct eq_decoder *d, const struct eq_target *target, struct way way, const uint32_t *p,
                              uint32_t field)
{
    struct eq_slice s;
    const char *bad_at;
    if (!eq_read_string(&s, d, p, &bad_at))
        return no_text(d, bad_at);
    struct eq_value *v = add_value(d, target, way, p, field);
    if (!v)
        return stop(d, EQ_STOP_NOMEM);
    eq_set_string(v, s);
    return true;
}

static inline bool add_scalar(struct eq_decoder *d, const struct eq_target *target, struct way way, const uint32_t *p,
                              uint32_t field)
{
    const char *start = d->doc.base + *p;
    struct eq_value value;
    if (!eq_scan_scalar(&value, start, &d->event.repairs))
        return wrong_text(d, start, "not a number, string, true, false or null");
    if (value.type == EQ_NULL) {
        if (way.noting)
            eq_note_null(d->notes, &d->doc, p);
        return true;
    }
    struct eq_value *v = add_value(d, target, way, p, field);
    if (!v)
        return stop(d, EQ_STOP_NOMEM);
    v->type = value.type;
    v->len = value.len;
    v->s = value.s;
    v->u = value.u;
    return true;
}

/* An object with members stands here: the field exists, though it compares with nothing. */
static inline bool add_presence(struct eq_decoder *d, const struct eq_target *target, struct way way, const uint32_t *p,
                                uint32_t field)
{
    struct eq_value *v = add_value(d, target, way, p, field);
    if (!v)
        return stop(d, EQ_STOP_NOMEM);
    *v = EQ_VALUE_NULL;
    return true;
}

/* ── Keys ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* Does a key hold a dot or an escape, so that it is more than one plain step? */
static inline bool special_key(struct eq_slice key)
{
    return eq_has_either(key.ptr, key.len, '.', '\\');
}

/* The node that a key with dots or escapes leads to. */
static bool special_child(uint32_t *child, struct eq_decoder *d, const struct eq_trie *trie, uint32_t node,
                          struct eq_slice key)
{
    const char *bad_at;
    if (memchr(key.ptr, '\\', key.len))
        key = eq_unescape(&d->scratch, key, &d->event.repairs, &bad_at);
    if (!key.ptr)
        return no_text(d, bad_at);
    *child = eq_trie_walk(trie, node, key);
    return true;
}

/* Take back everything that a key brought when it came first. */
static void take_back(struct eq_decoder *d, const struct eq_visit *v)
{
    for (size_t i = v->value0; i < v->value1; i++)
        d->owner[i] = EQ_NONE;
    for (size_t i = v->found0; i < v->found1; i++)
        d->found[i].field = EQ_NONE;
    d->event.repairs |= EQ_REPAIR_DUPLICATE;
}

/* Careful: what comes next belongs to `node` (EQ_NONE: to nobody), not to the key before it in the same object. */
static bool note_visit(struct eq_decoder *d, struct eq_open *top, uint32_t node)
{
    bool added;
    if (top->visit != EQ_NONE) {
        d->visits.items[top->visit].value1 = d->n_values;
        d->visits.items[top->visit].found1 = d->n_found;
        top->visit = EQ_NONE;
    }
    if (node == EQ_NONE)
        return true;
    if (eq_visits_put(&top->visit, &added, &d->visits, d->alloc, top->serial, node) != EQ_OK)
        return stop(d, EQ_STOP_NOMEM);
    struct eq_visit *v = &d->visits.items[top->visit];
    if (!added)
        take_back(d, v);
    v->value0 = v->value1 = d->n_values;
    v->found0 = v->found1 = d->n_found;
    return true;
}

static bool note_found(struct eq_decoder *d, const uint32_t *p, uint32_t field, uint32_t depth)
{
    if (!eq_grow(d->alloc, &d->found, &d->cap_found, d->n_found + 1, sizeof *d->found))
        return stop(d, EQ_STOP_NOMEM);
    d->found[d->n_found++] = (struct eq_found){field, depth, (size_t)(p - d->doc.index.at)};
    return true;
}

/* ── The walk ──────────────────────────────────────────────────────────────────────────────────────────────────── */

static const uint32_t *skip(struct eq_decoder *d, const uint32_t *p)
{
    bool nomem;
    p = eq_doc_skip(&d->doc, p, &nomem);
    if (!p)
        stop(d, nomem ? EQ_STOP_NOMEM : EQ_STOP_STRUCTURE);
    return p;
}

/* Does this key of the outermost object make the document a search hit? */
static bool wraps(const struct eq_decoder *d, struct eq_slice key, const uint32_t *value)
{
    return d->doc.base[*value] == '{' && eq_slice_eq(key, EQ_LIT("_source"));
}

/* Compiled once for each combination of what follows from `target` and d->careful. */
static inline __attribute__((always_inline)) const uint32_t *walk(struct eq_decoder *d, const struct eq_target *target,
                                                                  const uint32_t *p, uint32_t node, uint32_t depth,
                                                                  const struct way way)
{
    const struct eq_trie *const trie = target->level->trie;
    const struct eq_trie_node *const nodes = trie->nodes, *n = &nodes[node];
    uint32_t *const stamps = target->level->stamps;
    const char *const base = d->doc.base;
    struct eq_open *const floor = d->stack + depth, *const ceiling = d->stack + d->max_depth;
    struct eq_open *top = floor; /* top[-1] is the innermost open container */
    /* What `top` is at a document that may be a search hit; NULL if none may. */
    const struct eq_open *const wrapping = d->unwrap && way.is_event && depth == 0 ? floor : NULL;
    uint32_t child, serial = 0; /* of the innermost open object; 0: an array */
    struct eq_slice key;
    bool object;
    char c;

value: /* the value at p belongs to n */
    c = base[*p];
    if (c == '"') {
        if (n->field != EQ_NONE && !add_string(d, target, way, p, n->field))
            return NULL;
        p++;
    } else if (c == '{' || c == '[') {
        object = c == '{';
        if (object && n->field != EQ_NONE && base[p[1]] != '}' && !add_presence(d, target, way, p, n->field))
            return NULL;
        if (top >= ceiling)
            d->event.repairs |= EQ_REPAIR_DEPTH;
        if (top >= ceiling || (object && !n->has_children && top != wrapping)) {
            p = skip(d, p);
            if (!p)
                return NULL;
            goto after;
        }
        serial = object ? ++d->serial : 0;
        *top++ = (struct eq_open){n, serial, EQ_NONE};
        p++;
        if (base[*p] == (object ? '}' : ']'))
            goto close;
        if (object)
            goto key;
        goto value;
    } else {
        if (eq_token_of[(unsigned char)c] != EQ_TOKEN_SCALAR) {
            stop(d, EQ_STOP_STRUCTURE);
            return NULL;
        }
        if (n->field != EQ_NONE && !add_scalar(d, target, way, p, n->field))
            return NULL;
        p++;
    }

after: /* a value has ended */
    if (top == floor)
        return p;
    c = base[*p];
    if (c == ',') {
        p++;
        if (serial)
            goto key;
        n = top[-1].node;
        goto value;
    }
    if (c != (serial ? '}' : ']')) {
        stop(d, EQ_STOP_STRUCTURE);
        return NULL;
    }
close:
    p++;
    if (--top > floor)
        serial = top[-1].serial;
    goto after;

key: /* a key of the object on top */
    if (base[p[0]] != '"' || base[p[1]] != ':') {
        stop(d, EQ_STOP_STRUCTURE);
        return NULL;
    }
    key = eq_doc_string(base, p);
    n = top[-1].node;
    if (way.noting)
        eq_note_key(d->notes, &d->doc, p, key);
    child = eq_trie_child(trie, n, key.ptr, key.len);
    p += 2;
    if (child == EQ_NONE || n->has_backslash)
        if (special_key(key) && !special_child(&child, d, trie, (uint32_t)(n - nodes), key))
            return NULL;
    if (way.careful && !note_visit(d, &top[-1], child))
        return NULL;
    if (top - 1 == wrapping && key.len == 7 && wraps(d, key, p)) {
        stop(d, EQ_STOP_WRAPPED);
        return NULL;
    }
    if (child == EQ_NONE) {
        if (eq_token_of[(unsigned char)base[*p]] == EQ_TOKEN_SCALAR) {
            p++;
            goto after;
        }
        p = skip(d, p);
        if (!p)
            return NULL;
        goto after;
    }
    n = &nodes[child];
    if (stamps[child] >= serial && !way.careful) {
        stop(d, EQ_STOP_CAREFUL);
        return NULL;
    }
    stamps[child] = serial;
    if (n->has_elements && way.is_event && !note_found(d, p, n->field, (uint32_t)(top - d->stack)))
        return NULL;
    goto value;
}

const uint32_t *eq_walk(struct eq_decoder *d, const struct eq_target *target, const uint32_t *p, uint32_t node,
                        uint32_t depth)
{
    if (d->careful)
        return walk(d, target, p, node, depth, (struct way){target->is_event, true, false});
    if (d->notes)
        return walk(d, target, p, node, depth, (struct way){true, false, true});
    if (target->is_event)
        return walk(d, target, p, node, depth, (struct way){true, false, false});
    return walk(d, target, p, node, depth, (struct way){false, false, false});
}
