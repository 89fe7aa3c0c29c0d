/* residual.c — see residual.h. */
#include "match/residual.h"

#include <string.h>

#include "match/bits.h"

/* How a jump can end, as bits. */
enum { ENDS_TRUE = 1, ENDS_FALSE = 2, OPEN = ENDS_TRUE | ENDS_FALSE };

enum eq_status eq_residual_maker_init(struct eq_residual_maker *m, const struct eq_program *p,
                                      const struct eq_guards *guards, const struct eq_alloc *alloc)
{
    size_t live = eq_bit_words(p->n_clauses), needed = eq_bit_words(p->n_eager);
    size_t fields = eq_bit_words(eq_fields_count(p->fields));
    *m = (struct eq_residual_maker){.alloc = alloc, .program = p, .guards = guards, .n_words = live + needed + 2 * fields};
    m->ends = eq_new(alloc, p->n_jumps + 1);
    m->reached = eq_new(alloc, eq_bit_words(p->n_jumps) * sizeof *m->reached);
    m->bits = eq_new(alloc, m->n_words * sizeof *m->bits);
    m->always = eq_new(alloc, (p->n_clauses + 1) * sizeof *m->always);
    m->certain = eq_new(alloc, (p->n_clauses + 1) * sizeof *m->certain);
    if (!m->ends || !m->reached || !m->bits || !m->always || !m->certain)
        return EQ_NOMEM;
    m->live = m->bits;
    m->needed = m->live + live;
    m->fields = m->needed + needed;
    m->values = m->fields + fields;
    return EQ_OK;
}

void eq_residual_maker_free(struct eq_residual_maker *m)
{
    if (!m->alloc)
        return;
    eq_free(m->alloc, m->ends);
    eq_free(m->alloc, m->reached);
    eq_free(m->alloc, m->bits);
    eq_free(m->alloc, m->always);
    eq_free(m->alloc, m->certain);
}

static bool is_guard(const struct eq_residual_maker *m, uint32_t predicate)
{
    return predicate < m->program->n_eager && eq_bit_get(m->guards->is_predicate, predicate);
}

static unsigned ends_of(const struct eq_residual_maker *m, uint32_t at)
{
    return at == EQ_ACCEPT ? ENDS_TRUE : at == EQ_REJECT ? ENDS_FALSE : m->ends[at];
}

static void find_ends(struct eq_residual_maker *m, const uint64_t *truth)
{
    const struct eq_jump *jumps = m->program->jumps;
    for (size_t i = 0; i < m->program->n_jumps; i++) {
        const struct eq_jump *j = &jumps[i];
        unsigned ends;
        if (is_guard(m, j->predicate))
            ends = ends_of(m, eq_bit_get(truth, j->predicate) ? j->on_true : j->on_false);
        else
            ends = ends_of(m, j->on_true) | ends_of(m, j->on_false);
        m->ends[i] = (uint8_t)ends;
    }
}

static void need(struct eq_residual_maker *m, uint32_t predicate)
{
    if (predicate >= m->program->n_eager || is_guard(m, predicate))
        return;
    const struct eq_predicate *q = &m->program->predicates[predicate];
    eq_bit_set(m->needed, predicate);
    eq_bit_set(m->fields, q->field);
    if (q->kind != EQ_P_EXISTS)
        eq_bit_set(m->values, q->field);
}

/* An open clause: what wakes it. Without a witness, or with one that is true already, it is asked always. */
static void open_clause(struct eq_residual_maker *m, uint32_t clause, const uint64_t *truth)
{
    const struct eq_clause *c = &m->program->clauses[clause];
    bool awake = c->n_witnesses == 0;
    for (uint32_t w = 0; w < c->n_witnesses && !awake; w++)
        awake = is_guard(m, c->witnesses[w]) && eq_bit_get(truth, c->witnesses[w]);
    for (uint32_t w = 0; w < c->n_witnesses && !awake; w++)
        need(m, c->witnesses[w]);
    if (awake)
        m->always[m->n_always++] = clause;
    eq_bit_set(m->live, clause);
    if (c->entry < EQ_REJECT)
        eq_bit_set(m->reached, c->entry);
}

static void find_open(struct eq_residual_maker *m, const uint64_t *truth)
{
    for (uint32_t i = 0; i < m->program->n_clauses; i++) {
        const struct eq_clause *c = &m->program->clauses[i];
        unsigned ends = ends_of(m, c->entry);
        if ((c->rule == EQ_NONE && c->tracker == EQ_NONE) || ends == ENDS_FALSE)
            continue;
        if (ends == ENDS_TRUE && c->reads == 0)
            m->certain[m->n_certain++] = i;
        else
            open_clause(m, i, truth);
    }
}

static void reach(struct eq_residual_maker *m, uint32_t at)
{
    if (at < EQ_REJECT)
        eq_bit_set(m->reached, at);
}

/* What the open clauses read: predicates asked on some way that is not decided yet. */
static void find_needed(struct eq_residual_maker *m, const uint64_t *truth)
{
    const struct eq_program *p = m->program;
    for (size_t i = p->n_jumps; i-- > 0;) {
        const struct eq_jump *j = &p->jumps[i];
        if (!eq_bit_get(m->reached, (uint32_t)i) || m->ends[i] != OPEN)
            continue;
        if (is_guard(m, j->predicate)) {
            reach(m, eq_bit_get(truth, j->predicate) ? j->on_true : j->on_false);
            continue;
        }
        need(m, j->predicate);
        reach(m, j->on_true);
        reach(m, j->on_false);
        if (p->predicates[j->predicate].kind == EQ_P_SEARCH) /* its inner clause may read the event, too */
            reach(m, p->clauses[p->predicates[j->predicate].clause].entry);
    }
}

void eq_residual_make(struct eq_residual_maker *m, const uint64_t *truth)
{
    memset(m->reached, 0, eq_bit_words(m->program->n_jumps) * sizeof *m->reached);
    memset(m->bits, 0, m->n_words * sizeof *m->bits);
    m->n_always = m->n_certain = 0;
    find_ends(m, truth);
    find_open(m, truth);
    find_needed(m, truth);
}
