/* index.c — making the tables of an index. What is equal to what follows docs/semantics.md, Comparison.
 *
 * The tables of a field are made when a value of it is first looked up: most events have few of the fields that rules
 * name, and rules that come from a pack are then ready at once. Of threads that share the index one makes the tables of a
 * field; another that needs them makes those of other fields meanwhile. */
#include "match/index_priv.h"

#include "base/utf8.h"

/* So many patterns of a field are tried one by one: that takes less than to scan a text for all of them. */
#define FEW_PATTERNS 12

static enum eq_status list_add(struct list *l, const struct eq_alloc *alloc, uint32_t predicate)
{
    if (l->n && l->items[l->n - 1] == predicate)
        return EQ_OK;
    if (!eq_grow(alloc, &l->items, &l->cap, l->n + 1u, sizeof *l->items))
        return EQ_NOMEM;
    l->items[l->n++] = predicate;
    return EQ_OK;
}

static enum eq_status texts_add(struct texts *t, const struct eq_alloc *alloc, struct eq_slice key, uint32_t predicate)
{
    uint32_t id;
    bool added;
    if (!t->keys.bytes.alloc)
        eq_intern_init(&t->keys, alloc);
    if (eq_intern_put(&id, &t->keys, key, &added) != EQ_OK)
        return EQ_NOMEM;
    if (added) {
        if (!eq_grow(alloc, &t->lists, &t->cap, id + 1u, sizeof *t->lists))
            return EQ_NOMEM;
        t->lists[id] = (struct list){0};
        t->lengths |= eq_index_length_bit(key.len);
    }
    return list_add(&t->lists[id], alloc, predicate);
}

struct eq_slice eq_index_number_key(struct number_key *k, struct eq_number n)
{
    if (n.kind == EQ_NUMBER_DOUBLE && n.d >= -9223372036854775808.0 && n.d < 9223372036854775808.0) {
        int64_t whole = (int64_t)n.d;
        if ((double)whole == n.d)
            n = (struct eq_number){.kind = EQ_NUMBER_INT, .i = whole};
    }
    k->bytes[0] = (char)n.kind;
    memcpy(k->bytes + 1, &n.u, 8);
    return eq_slice(k->bytes, 9);
}

/* How a pattern compares. */
enum { PLAIN = 'p', FOLDS = 'f' };

struct building {
    struct eq_index *index;
    struct field_index *field;
    uint32_t predicate;
    struct eq_buf text, folded;
    struct texts patterns; /* with how they compare in front */
};

static enum eq_status add_number(struct building *b, struct eq_number n)
{
    struct number_key key;
    return texts_add(&b->field->numbers, b->index->alloc, eq_index_number_key(&key, n), b->predicate);
}

/* value == k, for a constant k. */
static enum eq_status add_equal(struct building *b, const struct eq_value *k)
{
    const struct eq_alloc *alloc = b->index->alloc;
    enum eq_status st;
    eq_buf_clear(&b->text);
    eq_value_text(&b->text, k);
    if ((st = eq_buf_status(&b->text)) != EQ_OK)
        return st;
    struct eq_slice text = eq_buf_slice(&b->text);
    st = texts_add(&b->field->exact, alloc, text, b->predicate);
    if (st != EQ_OK)
        return st;
    struct eq_number n = k->type == EQ_STRING ? eq_number_parse(text) : eq_value_number(k);
    if (n.kind != EQ_NOT_NUMBER)
        return add_number(b, n);
    bool yes = eq_slice_eq(text, EQ_LIT("true"));
    return yes || eq_slice_eq(text, EQ_LIT("false")) ? list_add(&b->field->yes_no[yes], alloc, b->predicate) : EQ_OK;
}

static enum eq_status add_folded(struct building *b, const struct eq_value *k)
{
    eq_buf_clear(&b->text);
    eq_value_text(&b->text, k);
    eq_buf_clear(&b->folded);
    eq_fold(&b->folded, eq_buf_slice(&b->text));
    if (eq_buf_status(&b->text) != EQ_OK || eq_buf_status(&b->folded) != EQ_OK)
        return EQ_NOMEM;
    return texts_add(&b->field->folded, b->index->alloc, eq_buf_slice(&b->folded), b->predicate);
}

/* A wildcard pattern: it is compiled once, however many predicates ask for it. */
static enum eq_status add_pattern(struct building *b, struct eq_slice pattern, bool fold)
{
    eq_buf_clear(&b->text);
    eq_buf_putc(&b->text, fold ? FOLDS : PLAIN);
    eq_buf_add(&b->text, pattern);
    enum eq_status st = eq_buf_status(&b->text);
    return st == EQ_OK ? texts_add(&b->patterns, b->index->alloc, eq_buf_slice(&b->text), b->predicate) : st;
}

static enum eq_status add_like(struct building *b, const struct eq_value *k, bool fold)
{
    struct eq_slice pattern = eq_value_slice(k);
    if (eq_glob_is_wild(pattern))
        return add_pattern(b, pattern, fold);
    if (fold)
        return add_folded(b, k);
    enum eq_status st = texts_add(&b->field->exact, b->index->alloc, pattern, b->predicate);
    return st == EQ_OK ? texts_add(&b->field->likes, b->index->alloc, pattern, b->predicate) : st;
}

static enum eq_status add_text(struct building *b, const struct eq_node *e)
{
    enum eq_status st = EQ_OK;
    for (uint32_t i = 1; i < e->n_kids && st == EQ_OK; i++) {
        const struct eq_value *k = &e->kids[i]->value;
        if (e->kind == EQ_N_LIKE)
            st = add_like(b, k, e->fold);
        else
            st = e->fold ? add_folded(b, k) : add_equal(b, k);
    }
    return st;
}

static void texts_free(struct texts *t, const struct eq_alloc *alloc)
{
    if (!t->keys.bytes.alloc)
        return;
    for (size_t i = 0; i < t->keys.n && i < t->cap; i++)
        eq_free(alloc, t->lists[i].items);
    eq_free(alloc, t->lists);
    eq_intern_free(&t->keys);
}

static void field_free(struct field_index *f, const struct eq_alloc *alloc)
{
    eq_arena_free(&f->arena);
    texts_free(&f->exact, alloc);
    texts_free(&f->likes, alloc);
    texts_free(&f->folded, alloc);
    texts_free(&f->numbers, alloc);
    eq_free(alloc, f->yes_no[0].items);
    eq_free(alloc, f->yes_no[1].items);
}

static struct pattern make_pattern(const struct eq_glob *g, uint32_t first, uint32_t n)
{
    struct pattern p = {.at_start = !g->star_first, .at_end = !g->star_last, .first = first, .n = n};
    if (g->fold && g->n_pieces == 1 && !g->single) {
        p.run = g->pieces[0].ptr;
        p.len = (uint32_t)g->pieces[0].len;
    }
    return p;
}

/* The collected patterns, and their predicates in one piece. */
static enum eq_status make_patterns(struct building *b)
{
    struct field_index *f = b->field;
    struct eq_arena *arena = &f->arena;
    size_t n = b->patterns.keys.n, total = 0;
    for (size_t i = 0; i < n; i++)
        total += b->patterns.lists[i].n;
    if (total > UINT32_MAX)
        return EQ_LIMIT;
    f->patterns = eq_arena_alloc(arena, (n + 1) * sizeof *f->patterns);
    f->globs = eq_arena_alloc(arena, (n + 1) * sizeof *f->globs);
    f->predicates = eq_arena_alloc(arena, (total + 1) * sizeof *f->predicates);
    if (!f->patterns || !f->globs || !f->predicates)
        return EQ_NOMEM;
    uint32_t first = 0;
    for (size_t i = 0; i < n; i++) {
        const struct list *l = &b->patterns.lists[i];
        struct eq_slice key = b->patterns.keys.items[i];
        if (!eq_glob_compile(&f->globs[i], eq_slice(key.ptr + 1, key.len - 1), key.ptr[0] == FOLDS, arena))
            return EQ_NOMEM;
        f->patterns[i] = make_pattern(&f->globs[i], first, l->n);
        memcpy(f->predicates + first, l->items, l->n * sizeof *l->items);
        first += l->n;
    }
    f->n_patterns = n;
    return n > FEW_PATTERNS ? eq_windows_new(&f->windows, f->globs, n, arena) : EQ_OK;
}

/* The tables of a field; nothing is left of them without memory. */
static enum eq_status make_field(struct eq_index *index, uint32_t field)
{
    struct building b = {.index = index, .field = &index->fields[field]};
    enum eq_status st = EQ_OK;
    eq_buf_init(&b.text, index->alloc);
    eq_buf_init(&b.folded, index->alloc);
    eq_arena_init(&b.field->arena, index->alloc);
    for (uint32_t i = index->starts[field]; i < index->starts[field + 1] && st == EQ_OK; i++) {
        b.predicate = index->predicates[i];
        st = add_text(&b, index->program->predicates[b.predicate].node->kids[0]);
    }
    if (st == EQ_OK)
        st = make_patterns(&b);
    eq_buf_free(&b.text);
    eq_buf_free(&b.folded);
    texts_free(&b.patterns, index->alloc);
    if (st != EQ_OK) {
        field_free(b.field, index->alloc);
        memset(b.field, 0, sizeof *b.field);
    }
    return st;
}

static bool is_ready(const struct eq_index *index, uint32_t field)
{
    return atomic_load_explicit(&index->fields[field].ready, memory_order_relaxed);
}

/* What there is to do for a thread that needs `field`: that, or else one of the next; EQ_NONE: nothing but to wait. */
static uint32_t choose(const struct eq_index *index, uint32_t field, const uint32_t *next, size_t n)
{
    if (!index->in_making[field])
        return field;
    for (size_t i = 0; i < n; i++)
        if (index->plain[next[i]].work != EQ_INDEX_NONE && !is_ready(index, next[i]) && !index->in_making[next[i]])
            return next[i];
    return EQ_NONE;
}

enum eq_status eq_index_make_field(const struct eq_index *shared, uint32_t field, const uint32_t *next, size_t n)
{
    struct eq_index *index = (struct eq_index *)(uintptr_t)shared; /* what is made is not seen before it is ready */
    enum eq_status st = EQ_OK;
    pthread_mutex_lock(&index->lock);
    while (st == EQ_OK && !is_ready(index, field)) {
        uint32_t chosen = choose(index, field, next, n);
        if (chosen == EQ_NONE) {
            pthread_cond_wait(&index->made, &index->lock);
            continue;
        }
        index->in_making[chosen] = true;
        pthread_mutex_unlock(&index->lock);
        st = make_field(index, chosen);
        pthread_mutex_lock(&index->lock);
        index->in_making[chosen] = false;
        atomic_store_explicit(&index->fields[chosen].ready, st == EQ_OK, memory_order_release);
        pthread_cond_broadcast(&index->made);
    }
    pthread_mutex_unlock(&index->lock);
    return st;
}

/* ── What is known at once ── */

static enum eq_index_work work_of(unsigned looks)
{
    const unsigned both = EQ_LOOKS_TYPED | EQ_LOOKS_FOLDED;
    if (looks & EQ_LOOKS_PATTERNS || (looks & both) == both)
        return EQ_INDEX_MUCH;
    return looks ? EQ_INDEX_LITTLE : EQ_INDEX_NONE;
}

/* Deal the predicates out to their fields, and see what work each field makes. */
static enum eq_status deal_out(struct eq_index *index, const struct eq_program *p)
{
    uint8_t *looks = eq_new(index->alloc, (index->n + 1) * sizeof *looks);
    if (!looks)
        return EQ_NOMEM;
    for (uint32_t i = 0; i < p->n_eager; i++) {
        const struct eq_predicate *q = &p->predicates[i];
        if (q->kind != EQ_P_TEXT) {
            index->plain[q->field].exists = i;
            continue;
        }
        index->starts[q->field + 2]++;
        looks[q->field] |= q->looks;
    }
    for (size_t f = 0; f < index->n; f++) {
        index->plain[f].work = work_of(looks[f]);
        index->starts[f + 2] += index->starts[f + 1];
    }
    /* starts[f + 1] is where the list of f begins now, and where it ends when all are dealt out */
    for (uint32_t i = 0; i < p->n_eager; i++)
        if (p->predicates[i].kind == EQ_P_TEXT)
            index->predicates[index->starts[p->predicates[i].field + 1]++] = i;
    eq_free(index->alloc, looks);
    return EQ_OK;
}

enum eq_status eq_index_new(struct eq_index **out, const struct eq_program *program, const struct eq_alloc *alloc)
{
    struct eq_index *index = eq_new(alloc, sizeof *index);
    if (!index)
        return EQ_NOMEM;
    index->alloc = alloc;
    index->program = program;
    pthread_mutex_init(&index->lock, NULL);
    pthread_cond_init(&index->made, NULL);
    size_t n = eq_fields_count(program->fields);
    index->fields = eq_new(alloc, (n + 1) * sizeof *index->fields);
    index->plain = eq_new(alloc, (n + 1) * sizeof *index->plain);
    index->in_making = eq_new(alloc, (n + 1) * sizeof *index->in_making);
    index->starts = eq_new(alloc, (n + 2) * sizeof *index->starts);
    index->predicates = eq_new(alloc, (program->n_eager + 1) * sizeof *index->predicates);
    enum eq_status st = index->fields && index->plain && index->in_making && index->starts && index->predicates
                            ? EQ_OK
                            : EQ_NOMEM;
    if (st == EQ_OK)
        index->n = n;
    for (size_t f = 0; f < index->n; f++)
        index->plain[f].exists = EQ_NONE;
    if (st == EQ_OK)
        st = deal_out(index, program);
    if (st != EQ_OK) {
        eq_index_free(index);
        return st;
    }
    *out = index;
    return EQ_OK;
}

void eq_index_free(struct eq_index *index)
{
    if (!index)
        return;
    for (size_t i = 0; i < index->n; i++)
        field_free(&index->fields[i], index->alloc);
    eq_free(index->alloc, index->fields);
    eq_free(index->alloc, index->plain);
    eq_free(index->alloc, index->in_making);
    eq_free(index->alloc, index->starts);
    eq_free(index->alloc, index->predicates);
    pthread_mutex_destroy(&index->lock);
    pthread_cond_destroy(&index->made);
    eq_free(index->alloc, index);
}
