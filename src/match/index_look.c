/* index_look.c — looking a value up: at most one hash for each of its forms, and one pass for all patterns. */
#include "match/index_priv.h"

#include "base/utf8.h"
#include "match/bits.h"

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
    if (!(t->lengths & eq_index_length_bit(key.len)))
        return;
    uint32_t id = eq_intern_find(&t->keys, key);
    if (id != EQ_NONE)
        yes(t->lists[id].items, t->lists[id].n, ctx);
}

struct pattern_look {
    const struct field_index *field;
    struct eq_slice text, folded;
    const uint64_t *needed;
    eq_index_true *yes;
    void *ctx;
};

static bool is_needed(const struct pattern_look *l, const struct pattern *p)
{
    const uint32_t *predicates = l->field->predicates + p->first;
    bool needed = !l->needed;
    for (uint32_t i = 0; i < p->n && !needed; i++)
        needed = eq_bit_get(l->needed, predicates[i]);
    return needed;
}

/* Does the run stand at `at`? Its window, with what is near, does: of a short one that is all (match/windows.h). */
static inline bool stands_at(const struct pattern *p, struct eq_slice text, size_t at)
{
    return at <= text.len && p->len <= text.len - at && (!p->at_start || at == 0) &&
           (!p->at_end || at + p->len == text.len) &&
           (p->len <= EQ_WINDOWS_NEAR || memcmp(text.ptr + at, p->run, p->len) == 0);
}

static void try_pattern(uint32_t pattern, size_t at, void *ctx)
{
    struct pattern_look *l = ctx;
    const struct pattern *p = &l->field->patterns[pattern];
    if (!is_needed(l, p))
        return;
    const struct eq_glob *g = &l->field->globs[pattern];
    bool known = p->run && at != EQ_ANYWHERE;
    if (known ? stands_at(p, l->folded, at) : eq_glob_match(g, g->fold ? l->folded : l->text))
        l->yes(l->field->predicates + p->first, p->n, l->ctx);
}

/* Everything that goes by the folded text of a value: folded texts and all globs. */
static enum eq_status look_folded(const struct field_index *f, struct eq_slice text, const uint64_t *needed,
                                  struct eq_index_scratch *scratch, eq_index_true *yes, void *ctx)
{
    if (!f->n_patterns && !f->folded.lengths)
        return EQ_OK;
    eq_buf_clear(&scratch->folded);
    eq_fold(&scratch->folded, text);
    struct eq_slice folded = eq_buf_slice(&scratch->folded);
    eq_buf_fill(&scratch->folded, '\0', EQ_WINDOWS_PADDING);
    if (eq_buf_status(&scratch->folded) != EQ_OK)
        return EQ_NOMEM;
    folded.ptr = scratch->folded.ptr;
    struct pattern_look look = {f, text, folded, needed, yes, ctx};
    texts_look(&f->folded, look.folded, yes, ctx);
    if (f->windows)
        eq_windows_scan(f->windows, look.folded, try_pattern, &look);
    for (uint32_t i = 0; i < f->n_patterns && !f->windows; i++) /* few are tried one by one */
        try_pattern(i, EQ_ANYWHERE, &look);
    return EQ_OK;
}

enum eq_status eq_index_look(const struct eq_index *index, uint32_t field, const struct eq_value *v,
                             const uint64_t *needed, struct eq_index_scratch *scratch, eq_index_true *yes, void *ctx)
{
    const struct field_index *f = &index->fields[field];
    struct number_key key;
    if (!atomic_load_explicit(&f->ready, memory_order_acquire)) {
        enum eq_status st = eq_index_make_field(index, field, scratch->next, scratch->n_next);
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
        texts_look(&f->numbers, eq_index_number_key(&key, eq_value_number(v)), yes, ctx);
    if (!f->n_patterns && !f->folded.lengths && !f->likes.lengths)
        return EQ_OK;
    eq_buf_clear(&scratch->text);
    eq_value_text(&scratch->text, v);
    if (eq_buf_status(&scratch->text) != EQ_OK)
        return EQ_NOMEM;
    texts_look(&f->likes, eq_buf_slice(&scratch->text), yes, ctx);
    return look_folded(f, eq_buf_slice(&scratch->text), needed, scratch, yes, ctx);
}
