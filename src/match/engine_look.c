/* engine_look.c — from the values of an event to true predicates, and the clauses that they wake.
 *
 *      values of guards ─▶ truth ─▶ decision ─┬─▶ which other fields to look at
 *                                             └─▶ which clauses may be woken
 *      a value ─▶ memo, or index and dispatch ─▶ truth and candidates
 *
 * What is remembered of a value holds for all clauses, so that it serves events of every kind; a decision only strikes
 * out. What comes once and will not be remembered is looked at for open clauses alone. */
#include "match/engine_priv.h"

/* Values looked up in the memo while those of a later one is fetched. */
#define FETCH_AHEAD 4

static inline bool is_needed(const struct eq_engine *e, uint32_t predicate)
{
    return !e->decision || eq_bit_get(e->decision->residual->needed, predicate);
}

static inline bool is_live(const struct eq_engine *e, uint32_t clause)
{
    return !e->decision || eq_bit_get(e->decision->residual->live, clause);
}

/* False: it was true already. */
static inline bool note_true(struct eq_engine *e, uint32_t predicate)
{
    if (eq_bit_get(e->truth, predicate))
        return false;
    eq_bit_set(e->truth, predicate);
    e->found.items[e->found.n++] = predicate;
    return true;
}

static inline void add_candidate(struct eq_engine *e, uint32_t clause)
{
    if (e->stamps[clause] == e->stamp)
        return;
    e->stamps[clause] = e->stamp;
    e->candidates.items[e->candidates.n++] = clause;
}

/* ── A value that is not remembered ── */

static void note_predicate(struct eq_engine *e, uint32_t predicate)
{
    const struct eq_dispatch *d = &e->rules->dispatch;
    if (!is_needed(e, predicate) || !note_true(e, predicate) || predicate >= e->rules->program->n_witnesses)
        return;
    for (uint32_t c = d->starts[predicate]; c < d->starts[predicate + 1]; c++)
        if (is_live(e, d->clauses[c]))
            add_candidate(e, d->clauses[c]);
}

static void note_run(const uint32_t *predicates, uint32_t n, void *ctx)
{
    for (uint32_t i = 0; i < n; i++)
        note_predicate(ctx, predicates[i]);
}

/* ── A value to be remembered ── */

static void collect(const uint32_t *predicates, uint32_t n, void *ctx)
{
    struct eq_engine *e = ctx;
    if (!eq_grow(e->alloc, &e->predicates, &e->cap_predicates, e->n_predicates + n, sizeof *e->predicates)) {
        e->nomem = true;
        return;
    }
    memcpy(e->predicates + e->n_predicates, predicates, n * sizeof *predicates);
    e->n_predicates += n;
}

/* The clauses that the collected predicates wake; some perhaps twice. */
static void collect_clauses(struct eq_engine *e)
{
    const struct eq_dispatch *d = &e->rules->dispatch;
    for (size_t i = 0; i < e->n_predicates; i++) {
        uint32_t witness = e->predicates[i];
        if (witness >= e->rules->program->n_witnesses)
            continue;
        size_t n = d->starts[witness + 1] - d->starts[witness];
        if (!eq_grow(e->alloc, &e->clauses, &e->cap_clauses, e->n_clauses + n, sizeof *e->clauses)) {
            e->nomem = true;
            return;
        }
        memcpy(e->clauses + e->n_clauses, d->clauses + d->starts[witness], n * sizeof *e->clauses);
        e->n_clauses += n;
    }
}

static void note_lists(struct eq_engine *e, const uint32_t *clauses, size_t n_clauses, const uint32_t *predicates,
                       size_t n_predicates)
{
    for (size_t i = 0; i < n_clauses; i++)
        if (is_live(e, clauses[i]))
            add_candidate(e, clauses[i]);
    for (size_t i = 0; i < n_predicates; i++)
        note_true(e, predicates[i]);
}

static enum eq_status look_now(struct eq_engine *e, uint32_t field, const struct eq_value *v)
{
    const uint64_t *needed = e->decision ? e->decision->residual->needed : NULL;
    return eq_index_look(e->rules->index, field, v, needed, &e->look, note_run, e);
}

static enum eq_status look_and_remember(struct eq_engine *e, const struct eq_memo_key *key, const struct eq_value *v)
{
    e->n_predicates = e->n_clauses = 0;
    enum eq_status st = eq_index_look(e->rules->index, key->field, v, NULL, &e->look, collect, e);
    collect_clauses(e);
    if (st != EQ_OK || e->nomem)
        return EQ_NOMEM;
    note_lists(e, e->clauses, e->n_clauses, e->predicates, e->n_predicates);
    eq_memo_put(e->memo, key, e->clauses, (uint32_t)e->n_clauses, e->predicates, (uint32_t)e->n_predicates);
    return EQ_OK;
}

/* ── Fields ── */

/* A value whose answer may be remembered. */
static enum eq_status find_kept(struct eq_engine *e, const struct eq_pending *p)
{
    bool worth;
    const struct eq_memo_entry *m = eq_memo_find(e->memo, &p->key, &worth);
    if (m) {
        note_lists(e, m->items, m->n_clauses, m->items + m->n_clauses, m->n_predicates);
        return EQ_OK;
    }
    return worth ? look_and_remember(e, &p->key, p->value) : look_now(e, p->key.field, p->value);
}

/* All values that wait for the memo. */
static enum eq_status find_pending(struct eq_engine *e)
{
    enum eq_status st = EQ_OK;
    for (size_t i = 0; i < e->n_pending && i < FETCH_AHEAD; i++)
        eq_memo_fetch(e->memo, &e->pending[i].key);
    for (size_t i = 0; i < e->n_pending && st == EQ_OK; i++) {
        if (i + FETCH_AHEAD < e->n_pending)
            eq_memo_fetch(e->memo, &e->pending[i + FETCH_AHEAD].key);
        st = find_kept(e, &e->pending[i]);
    }
    e->n_pending = 0;
    return st;
}

static enum eq_status look_at(struct eq_engine *e, uint32_t field, enum eq_index_work work, const struct eq_value *v)
{
    if (work == EQ_INDEX_NONE || v->type == EQ_NULL) /* an object: it is there, no more */
        return EQ_OK;
    if (work == EQ_INDEX_LITTLE || !e->memo || !eq_memo_key(&e->pending[e->n_pending].key, e->memo, field, v))
        return look_now(e, field, v);
    e->pending[e->n_pending++].value = v;
    return e->n_pending < EQ_PENDING_MAX ? EQ_OK : find_pending(e);
}

/* The values of a field are looked at, or will be by find_pending. */
static enum eq_status look_at_field(struct eq_engine *e, uint32_t field)
{
    const struct eq_index_field *f = &e->fields[field];
    const struct eq_frame *frame = &e->event->frame;
    uint32_t v = frame->slots[field].head;
    enum eq_status st = EQ_OK;
    if (f->exists != EQ_NONE && v != EQ_END_OF_CHAIN)
        note_predicate(e, f->exists);
    if (e->decision && !eq_bit_get(e->decision->residual->values, field))
        return EQ_OK;
    for (; v != EQ_END_OF_CHAIN && st == EQ_OK; v = frame->next[v])
        st = look_at(e, field, f->work, &frame->values[v]);
    return st;
}

/* Guards first: they may decide what else is looked at. */
static enum eq_status decide(struct eq_engine *e)
{
    const struct eq_guards *g = &e->rules->guards;
    enum eq_status st = EQ_OK;
    for (size_t i = 0; i < g->n_fields && st == EQ_OK; i++)
        st = look_at_field(e, g->fields[i]);
    if (st == EQ_OK)
        st = find_pending(e);
    if (st != EQ_OK)
        return st;
    e->decision = eq_decisions_find(e->decisions, e->found.items, e->found.n, e->truth);
    if (!e->decision)
        return EQ_OK;
    const struct eq_residual *r = e->decision->residual;
    e->candidates.n = 0; /* the residual knows better which clauses the guards wake */
    e->stamp++;
    for (uint32_t i = 0; i < r->n_always; i++)
        add_candidate(e, r->always[i]);
    return EQ_OK;
}

enum eq_status eq_engine_look(struct eq_engine *e)
{
    const struct eq_dispatch *d = &e->rules->dispatch;
    const uint64_t *skipped = NULL, *wanted = NULL; /* fields */
    enum eq_status st = EQ_OK;
    if (e->stamp >= UINT32_MAX - 1) { /* old stamps would look new */
        memset(e->stamps, 0, e->rules->program->n_clauses * sizeof *e->stamps);
        e->stamp = 0;
    }
    e->stamp++;
    e->look.next = e->event->touched;
    e->look.n_next = e->event->n_touched;
    if (e->decisions) {
        st = decide(e);
        skipped = e->rules->guards.is_field;
        wanted = e->decision ? e->decision->residual->fields : NULL;
    }
    for (size_t i = 0; i < e->event->n_touched && st == EQ_OK; i++) {
        uint32_t field = e->event->touched[i];
        if (wanted ? eq_bit_get(wanted, field) : !skipped || !eq_bit_get(skipped, field))
            st = look_at_field(e, field);
    }
    for (size_t i = 0; i < d->n_always && !e->decision; i++)
        add_candidate(e, d->always[i]);
    return st == EQ_OK ? find_pending(e) : st;
}
