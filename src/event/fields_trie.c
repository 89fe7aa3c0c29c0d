/* fields_trie.c — building the tree of keys.
 *
 * Nodes are found first: one interned string "parent number, key" per node makes that linear however many fields
 * there are. Then every node gets its table, at most half full. */
#include "event/fields_trie.h"

#include "base/buf.h"

#define EQ_MAX_NODES (UINT32_MAX - 2)

uint64_t eq_trie_middle(const struct eq_trie *t, const char *p, size_t len)
{
    uint64_t h = 0;
    for (size_t i = 8; i + 8 < len; i += 8)
        h = (h ^ eq_load64(p + i)) * t->mul_first + (h >> 29);
    return h * t->mul_last;
}

/* As eq_trie_child, for bytes without padding behind them. */
static uint32_t child_of(const struct eq_trie *t, uint32_t node, struct eq_slice key)
{
    char padded[8] = {0};
    if (key.len < sizeof padded) {
        if (key.len)
            memcpy(padded, key.ptr, key.len);
        key.ptr = padded;
    }
    return eq_trie_child(t, &t->nodes[node], key.ptr, key.len);
}

/* Cut the first segment off *path; false after the last one. *more says whether a dot followed. */
static struct eq_slice next_segment(struct eq_slice *path, bool *more)
{
    const char *dot = path->len ? memchr(path->ptr, '.', path->len) : NULL;
    struct eq_slice segment = {path->ptr, dot ? (size_t)(dot - path->ptr) : path->len};
    *more = dot != NULL;
    if (dot)
        *path = (struct eq_slice){dot + 1, path->len - segment.len - 1};
    return segment;
}

uint32_t eq_trie_walk(const struct eq_trie *t, uint32_t node, struct eq_slice path)
{
    bool more = true;
    while (more && node != EQ_NONE)
        node = child_of(t, node, next_segment(&path, &more));
    return node;
}

/* ── Building ──────────────────────────────────────────────────────────────────────────────────────────────────── */

/* One edge of the tree; edge i leads to node i + 1. */
struct edge {
    uint32_t parent;
    struct eq_slice key;
};

struct build {
    struct eq_trie *trie;
    struct eq_intern edges; /* parent number and key, as bytes */
    struct edge *edge;
    size_t cap_edges;
    struct eq_buf name;
};

static enum eq_status add_node(struct eq_trie *t)
{
    if (t->n_nodes >= EQ_MAX_NODES)
        return EQ_LIMIT;
    if (!eq_grow(t->alloc, &t->nodes, &t->cap_nodes, t->n_nodes + 1, sizeof *t->nodes))
        return EQ_NOMEM;
    t->nodes[t->n_nodes++] = (struct eq_trie_node){.field = EQ_NONE};
    return EQ_OK;
}

static enum eq_status step(uint32_t *node, struct build *b, struct eq_slice key)
{
    uint32_t parent = *node, number;
    bool added;
    eq_buf_clear(&b->name);
    eq_buf_add(&b->name, eq_slice((const char *)&parent, sizeof parent));
    eq_buf_add(&b->name, key);
    enum eq_status st = eq_buf_status(&b->name);
    if (st == EQ_OK)
        st = eq_intern_put(&number, &b->edges, eq_buf_slice(&b->name), &added);
    if (st != EQ_OK)
        return st;
    *node = number + 1;
    if (!added)
        return EQ_OK;
    if (!eq_grow(b->trie->alloc, &b->edge, &b->cap_edges, (size_t)number + 1, sizeof *b->edge))
        return EQ_NOMEM;
    b->edge[number] = (struct edge){parent, key};
    return add_node(b->trie);
}

static enum eq_status add_path(struct build *b, const struct eq_fields *f, uint32_t field)
{
    struct eq_slice path = f->items[field].path;
    uint32_t node = 0;
    bool more = path.len > 0; /* the path "" is the root itself */
    while (more) {
        enum eq_status st = step(&node, b, next_segment(&path, &more));
        if (st != EQ_OK)
            return st;
    }
    b->trie->nodes[node].field = field;
    b->trie->nodes[node].has_elements = f->items[field].elements != NULL;
    return EQ_OK;
}

/* Sizes and places of all tables; `mask` holds the number of children until then. */
static enum eq_status lay_tables(struct build *b)
{
    struct eq_trie *t = b->trie;
    size_t total = 0;
    for (size_t i = 0; i + 1 < t->n_nodes; i++)
        t->nodes[b->edge[i].parent].mask++;
    for (size_t i = 0; i < t->n_nodes; i++) {
        struct eq_trie_node *n = &t->nodes[i];
        size_t size = 2;
        unsigned log = 1;
        for (; size < 2 * (size_t)n->mask; size *= 2)
            log++;
        n->has_children = n->mask > 0;
        if (!n->has_children)
            continue; /* `lengths` is 0: its table is never looked at */
        n->keys = (uint32_t)total;
        n->mask = (uint32_t)(size - 1);
        n->shift = (uint8_t)(64 - log);
        total += size;
        if (total > UINT32_MAX)
            return EQ_LIMIT;
    }
    t->n_keys = total;
    if (total == 0)
        return EQ_OK;
    t->keys = eq_new(t->alloc, total * sizeof *t->keys);
    if (!t->keys)
        return EQ_NOMEM;
    for (size_t i = 0; i < total; i++)
        t->keys[i].node = EQ_NONE;
    return EQ_OK;
}

static void fill_tables(struct build *b)
{
    struct eq_trie *t = b->trie;
    for (uint32_t i = 0; i + 1 < t->n_nodes; i++) {
        struct eq_trie_node *n = &t->nodes[b->edge[i].parent];
        struct eq_slice key = b->edge[i].key;
        char padded[8] = {0};
        const char *p = key.ptr;
        if (key.len < sizeof padded) {
            if (key.len)
                memcpy(padded, p, key.len);
            p = padded;
        }
        struct eq_trie_key k = {.text = key.ptr, .len = (uint32_t)key.len, .node = i + 1};
        eq_trie_words(&k.first, &k.last, p, key.len);
        uint64_t h = eq_trie_hash(t, k.first, k.last, p, key.len) >> n->shift;
        while (t->keys[n->keys + (h & n->mask)].node != EQ_NONE)
            h++;
        t->keys[n->keys + (h & n->mask)] = k;
        n->lengths |= UINT64_C(1) << (key.len < 63 ? key.len : 63);
        if (key.len && memchr(key.ptr, '\\', key.len))
            n->has_backslash = true;
    }
}

static enum eq_status build_all(struct build *b, const struct eq_fields *f)
{
    enum eq_status st = add_node(b->trie);
    for (uint32_t i = 0; st == EQ_OK && i < eq_fields_count(f); i++)
        st = add_path(b, f, i);
    if (st == EQ_OK)
        st = lay_tables(b);
    if (st == EQ_OK)
        fill_tables(b);
    return st;
}

enum eq_status eq_trie_new(struct eq_trie **out, const struct eq_fields *f)
{
    struct build b = {0};
    b.trie = eq_new(f->alloc, sizeof *b.trie);
    if (!b.trie)
        return EQ_NOMEM;
    b.trie->alloc = f->alloc;
    b.trie->mul_first = eq_hash_bytes("first", 5) | 1;
    b.trie->mul_last = eq_hash_bytes("last", 4) | 1;
    eq_intern_init(&b.edges, f->alloc);
    eq_buf_init(&b.name, f->alloc);

    enum eq_status st = build_all(&b, f);
    if (st == EQ_OK)
        *out = b.trie;
    else
        eq_trie_free(b.trie);
    eq_intern_free(&b.edges);
    eq_buf_free(&b.name);
    eq_free(f->alloc, b.edge);
    return st;
}

void eq_trie_free(struct eq_trie *t)
{
    if (!t)
        return;
    eq_free(t->alloc, t->nodes);
    eq_free(t->alloc, t->keys);
    eq_free(t->alloc, t);
}
