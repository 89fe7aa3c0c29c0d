/* index.c — see index.h. What is equal to what follows docs/semantics.md, Comparison.
 *
 * The tables of a field are made when a value of it is first looked up: most events have few of the fields that rules
 * name, and rules that come from a pack are then ready at once. Threads that share the index make them one at a time. */
#include "match/index.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/utf8.h"
#include "match/bits.h"
#include "match/windows.h"

/* So many patterns of a field are tried one by one: that takes less than to scan a text for all of them. */
#define FEW_GLOBS 12

/* Texts that stand for predicates; a bit per length keeps most values from being hashed at all. */
struct texts {
    struct eq_intern keys;
    struct list *lists; /* by key number */
    size_t cap;
    uint64_t lengths;   /* bit min(len, 63) */
};

/* Predicates; grows while building. */
struct list {
    uint32_t *items;
    uint32_t n;
    size_t cap;
};

struct field_index {
    atomic_bool ready;    /* all below is made, and does not change again */
    struct texts exact;   /* string values: == in, and like without wildcards */
    struct texts likes;   /* numbers and booleans by their text: like without wildcards */
    struct texts folded;  /* any value by its folded text */
    struct texts numbers; /* number values, by canonical bytes */
    struct list yes_no[2];
    struct eq_glob *globs;
    uint32_t *glob_predicates;
    size_t n_globs, cap_globs, cap_predicates;
    struct eq_windows *windows; /* of the globs; NULL if they are few */
};

struct eq_index {
    const struct eq_alloc *alloc;
    struct eq_arena arena;
    struct field_index *fields;
    struct eq_index_field *plain; /* what is looked at most of each, by field */
    size_t n;
    const struct eq_program *program;
    uint32_t *starts, *predicates; /* TEXT predicates of field f: predicates[starts[f] .. starts[f + 1] - 1], ascending */
    pthread_mutex_t making;
};

/* ── Building ── */

static uint64_t length_bit(size_t len)
{
    return (uint64_t)1 << (len < 63 ? len : 63);
}

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
        t->lengths |= length_bit(key.len);
    }
    return list_add(&t->lists[id], alloc, predicate);
}

/* The same bytes for equal numbers, whatever their type: 5 and 5.0. */
struct number_key {
    char bytes[9];
};

static struct eq_slice number_key(struct number_key *k, struct eq_number n)
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

struct building {
    struct eq_index *index;
    struct field_index *field;
    uint32_t predicate;
    struct eq_buf text, folded;
};

static enum eq_status add_number(struct building *b, struct eq_number n)
{
    struct number_key key;
    return texts_add(&b->field->numbers, b->index->alloc, number_key(&key, n), b->predicate);
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

static enum eq_status add_glob(struct building *b, struct eq_slice pattern, bool fold)
{
    struct field_index *f = b->field;
    const struct eq_alloc *alloc = b->index->alloc;
    if (!eq_grow(alloc, &f->globs, &f->cap_globs, f->n_globs + 1, sizeof *f->globs) ||
        !eq_grow(alloc, &f->glob_predicates, &f->cap_predicates, f->n_globs + 1, sizeof *f->glob_predicates) ||
        !eq_glob_compile(&f->globs[f->n_globs], pattern, fold, &b->index->arena))
        return EQ_NOMEM;
    f->glob_predicates[f->n_globs++] = b->predicate;
    return EQ_OK;
}

static enum eq_status add_like(struct building *b, const struct eq_value *k, bool fold)
{
    struct eq_slice pattern = eq_value_slice(k);
    if (eq_glob_is_wild(pattern))
        return add_glob(b, pattern, fold);
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
    texts_free(&f->exact, alloc);
    texts_free(&f->likes, alloc);
    texts_free(&f->folded, alloc);
    texts_free(&f->numbers, alloc);
    eq_free(alloc, f->yes_no[0].items);
    eq_free(alloc, f->yes_no[1].items);
    eq_free(alloc, f->globs);
    eq_free(alloc, f->glob_predicates);
}

/* The tables of a field; nothing is left of them without memory. */
static enum eq_status make_field(struct eq_index *index, uint32_t field)
{
    struct building b = {.index = index, .field = &index->fields[field]};
    enum eq_status st = EQ_OK;
    eq_buf_init(&b.text, index->alloc);
    eq_buf_init(&b.folded, index->alloc);
    for (uint32_t i = index->starts[field]; i < index->starts[field + 1] && st == EQ_OK; i++) {
        b.predicate = index->predicates[i];
        st = add_text(&b, index->program->predicates[b.predicate].node->kids[0]);
    }
    eq_buf_free(&b.text);
    eq_buf_free(&b.folded);
    if (st == EQ_OK && b.field->n_globs > FEW_GLOBS)
        st = eq_windows_new(&b.field->windows, b.field->globs, b.field->n_globs, &index->arena);
    if (st == EQ_OK) {
        atomic_store_explicit(&b.field->ready, true, memory_order_release);
        return EQ_OK;
    }
    field_free(b.field, index->alloc);
    memset(b.field, 0, sizeof *b.field);
    return st;
}

/* Called for the first values of a field only. */
static enum eq_status wait_for_field(const struct eq_index *shared, uint32_t field)
{
    struct eq_index *index = (struct eq_index *)(uintptr_t)shared; /* what is made is not seen before it is ready */
    enum eq_status st = EQ_OK;
    pthread_mutex_lock(&index->making);
    if (!atomic_load_explicit(&index->fields[field].ready, memory_order_relaxed))
        st = make_field(index, field);
    pthread_mutex_unlock(&index->making);
    return st;
}

/* What a condition adds to the work for a value of its field. */
struct kinds {
    bool typed, folded, globs;
};

static void note_kinds(struct kinds *k, const struct eq_node *e)
{
    for (uint32_t i = 1; i < e->n_kids && !k->globs; i++) {
        bool like = e->kind == EQ_N_LIKE;
        k->globs = like && eq_glob_is_wild(eq_value_slice(&e->kids[i]->value));
        k->typed |= !e->fold;
        k->folded |= e->fold || like;
    }
}

static enum eq_index_work work_of(const struct kinds *k)
{
    if (k->globs || (k->typed && k->folded))
        return EQ_INDEX_MUCH;
    return k->typed || k->folded ? EQ_INDEX_LITTLE : EQ_INDEX_NONE;
}

/* Deal the predicates out to their fields, and see what work each field makes. */
static enum eq_status deal_out(struct eq_index *index, const struct eq_program *p)
{
    struct kinds *kinds = eq_new(index->alloc, (index->n + 1) * sizeof *kinds);
    if (!kinds)
        return EQ_NOMEM;
    for (uint32_t i = 0; i < p->n_eager; i++) {
        const struct eq_predicate *q = &p->predicates[i];
        if (q->kind != EQ_P_TEXT) {
            index->plain[q->field].exists = i;
            continue;
        }
        index->starts[q->field + 2]++;
        note_kinds(&kinds[q->field], q->node->kids[0]);
    }
    for (size_t f = 0; f < index->n; f++) {
        index->plain[f].work = work_of(&kinds[f]);
        index->starts[f + 2] += index->starts[f + 1];
    }
    /* starts[f + 1] is where the list of f begins now, and where it ends when all are dealt out */
    for (uint32_t i = 0; i < p->n_eager; i++)
        if (p->predicates[i].kind == EQ_P_TEXT)
            index->predicates[index->starts[p->predicates[i].field + 1]++] = i;
    eq_free(index->alloc, kinds);
    return EQ_OK;
}

enum eq_status eq_index_new(struct eq_index **out, const struct eq_program *program, const struct eq_alloc *alloc)
{
    struct eq_index *index = eq_new(alloc, sizeof *index);
    if (!index)
        return EQ_NOMEM;
    index->alloc = alloc;
    index->program = program;
    eq_arena_init(&index->arena, alloc);
    pthread_mutex_init(&index->making, NULL);
    size_t n = eq_fields_count(program->fields);
    index->fields = eq_new(alloc, (n + 1) * sizeof *index->fields);
    index->plain = eq_new(alloc, (n + 1) * sizeof *index->plain);
    index->starts = eq_new(alloc, (n + 2) * sizeof *index->starts);
    index->predicates = eq_new(alloc, (program->n_eager + 1) * sizeof *index->predicates);
    enum eq_status st = index->fields && index->plain && index->starts && index->predicates ? EQ_OK : EQ_NOMEM;
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
    eq_free(index->alloc, index->starts);
    eq_free(index->alloc, index->predicates);
    eq_arena_free(&index->arena);
    pthread_mutex_destroy(&index->making);
    eq_free(index->alloc, index);
}

/* ── Looking up ── */

void eq_index_scratch_init(struct eq_index_scratch *s, const struct eq_alloc *alloc)
{
    eq_buf_init(&s->folded, alloc);
    eq_buf_init(&s->text, alloc);
}

void eq_index_scratch_free(struct eq_index_scratch *s)
{
    eq_buf_free(&s->folded);
    eq_buf_free(&s->text);
}

const struct eq_index_field *eq_index_fields(const struct eq_index *index)
{
    return index->plain;
}

static void texts_look(const struct texts *t, struct eq_slice key, eq_index_true *yes, void *ctx)
{
    if (!(t->lengths & length_bit(key.len)))
        return;
    uint32_t id = eq_intern_find(&t->keys, key);
    if (id != EQ_NONE)
        yes(t->lists[id].items, t->lists[id].n, ctx);
}

struct glob_look {
    const struct field_index *field;
    struct eq_slice text, folded;
    const uint64_t *needed;
    eq_index_true *yes;
    void *ctx;
};

/* A pattern that is one run of literal text, with or without stars around it: it is known where it must stand. */
static bool stands_at(const struct eq_glob *g, struct eq_slice text, size_t at)
{
    struct eq_slice run = g->pieces[0];
    return at <= text.len && run.len <= text.len - at && memcmp(text.ptr + at, run.ptr, run.len) == 0 &&
           (g->star_first || at == 0) && (g->star_last || at + run.len == text.len);
}

static void verify_glob(uint32_t pattern, size_t at, void *ctx)
{
    struct glob_look *l = ctx;
    const struct eq_glob *g = &l->field->globs[pattern];
    if (l->needed && !eq_bit_get(l->needed, l->field->glob_predicates[pattern]))
        return;
    bool simple = g->fold && g->n_pieces == 1 && !g->single && at != EQ_ANYWHERE;
    if (simple ? stands_at(g, l->folded, at) : eq_glob_match(g, g->fold ? l->folded : l->text))
        l->yes(&l->field->glob_predicates[pattern], 1, l->ctx);
}

/* A few patterns are tried one by one. */
static void try_globs(const struct glob_look *l)
{
    const struct field_index *f = l->field;
    for (size_t i = 0; i < f->n_globs; i++) {
        const struct eq_glob *g = &f->globs[i];
        if ((!l->needed || eq_bit_get(l->needed, f->glob_predicates[i])) &&
            eq_glob_match(g, g->fold ? l->folded : l->text))
            l->yes(&f->glob_predicates[i], 1, l->ctx);
    }
}

/* Everything that goes by the folded text of a value: folded texts and all globs. */
static enum eq_status look_folded(const struct field_index *f, struct eq_slice text, const uint64_t *needed,
                                  struct eq_index_scratch *scratch, eq_index_true *yes, void *ctx)
{
    if (!f->n_globs && !f->folded.lengths)
        return EQ_OK;
    eq_buf_clear(&scratch->folded);
    eq_fold(&scratch->folded, text);
    struct eq_slice folded = eq_buf_slice(&scratch->folded);
    eq_buf_fill(&scratch->folded, '\0', EQ_WINDOWS_PADDING);
    if (eq_buf_status(&scratch->folded) != EQ_OK)
        return EQ_NOMEM;
    folded.ptr = scratch->folded.ptr;
    struct glob_look look = {f, text, folded, needed, yes, ctx};
    texts_look(&f->folded, look.folded, yes, ctx);
    if (f->windows)
        eq_windows_scan(f->windows, look.folded, verify_glob, &look);
    else
        try_globs(&look);
    return EQ_OK;
}

enum eq_status eq_index_look(const struct eq_index *index, uint32_t field, const struct eq_value *v,
                             const uint64_t *needed, struct eq_index_scratch *scratch, eq_index_true *yes, void *ctx)
{
    const struct field_index *f = &index->fields[field];
    struct number_key key;
    if (!atomic_load_explicit(&f->ready, memory_order_acquire)) {
        enum eq_status st = wait_for_field(index, field);
        if (st != EQ_OK)
            return st;
    }
    if (v->type == EQ_STRING) {
        texts_look(&f->exact, eq_value_slice(v), yes, ctx);
        return look_folded(f, eq_value_slice(v), needed, scratch, yes, ctx);
    }
    if (v->type == EQ_BOOL && f->yes_no[v->b].n)
        yes(f->yes_no[v->b].items, f->yes_no[v->b].n, ctx);
    else if (eq_value_is_number(v) && f->numbers.lengths)
        texts_look(&f->numbers, number_key(&key, eq_value_number(v)), yes, ctx);
    if (!f->n_globs && !f->folded.lengths && !f->likes.lengths)
        return EQ_OK;
    eq_buf_clear(&scratch->text);
    eq_value_text(&scratch->text, v);
    if (eq_buf_status(&scratch->text) != EQ_OK)
        return EQ_NOMEM;
    texts_look(&f->likes, eq_buf_slice(&scratch->text), yes, ctx);
    return look_folded(f, eq_buf_slice(&scratch->text), needed, scratch, yes, ctx);
}
