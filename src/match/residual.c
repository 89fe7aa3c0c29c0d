/* residual.c — see residual.h. */
#include "match/residual.h"

#include <string.h>

#include "base/sort.h"
#include "match/bits.h"

/* How a jump can end, as bits. */
enum { ENDS_TRUE = 1, ENDS_FALSE = 2, OPEN = ENDS_TRUE | ENDS_FALSE };

static bool is_guard(const struct eq_residual_maker *m, uint32_t predicate)
{
    return predicate < m->program->n_eager && eq_bit_get(m->guards->is_predicate, predicate);
}

/* ── Gates ── */

/* Filters of rules and of trackers; inner clauses of searches are reached by their predicate only. */
static bool is_filter(const struct eq_clause *c)
{
    return c->rule != EQ_NONE || c->tracker != EQ_NONE;
}

/* The guard without which a clause is false, if it asks that first. */
static uint32_t gate_of(const struct eq_residual_maker *m, uint32_t clause)
{
    uint32_t entry = m->program->clauses[clause].entry;
    const struct eq_jump *j = entry < EQ_REJECT ? &m->program->jumps[entry] : NULL;
    return j && j->on_false == EQ_REJECT && is_guard(m, j->predicate) ? j->predicate : EQ_NONE;
}

static bool by_gate(uint32_t a, uint32_t b, const void *maker)
{
    uint32_t x = gate_of(maker, a), y = gate_of(maker, b);
    return x != y ? x < y : a < b;
}

static void make_gates(struct eq_residual_maker *m)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->program->n_clauses; i++)
        if (is_filter(&m->program->clauses[i]))
            m->filters[n++] = i;
    eq_sort(m->filters, n, by_gate, m);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t gate = gate_of(m, m->filters[i]);
        if (m->n_gates == 0 || m->gates[m->n_gates - 1].predicate != gate)
            m->gates[m->n_gates++].predicate = gate;
        m->gates[m->n_gates - 1].n++;
    }
}

/* ── Life ── */

enum eq_status eq_residual_maker_init(struct eq_residual_maker *m, const struct eq_program *p,
                                      const struct eq_guards *guards, const struct eq_alloc *alloc)
{
    size_t live = eq_bit_words(p->n_clauses), needed = eq_bit_words(p->n_eager), clauses = p->n_clauses + 1;
    size_t fields = eq_bit_words(eq_fields_count(p->fields));
    *m = (struct eq_residual_maker){.alloc = alloc, .program = p, .guards = guards, .n_words = live + needed + 2 * fields};
    m->filters = eq_new(alloc, clauses * sizeof *m->filters);
    m->gates = eq_new(alloc, clauses * sizeof *m->gates);
    m->alive = eq_new(alloc, live * sizeof *m->alive);
    m->entries = eq_new(alloc, clauses * sizeof *m->entries);
    m->possible = eq_new(alloc, eq_bit_words(p->n_jumps) * sizeof *m->possible);
    m->ends = eq_new(alloc, p->n_jumps + 1);
    m->reached = eq_new(alloc, eq_bit_words(p->n_jumps) * sizeof *m->reached);
    m->bits = eq_new(alloc, m->n_words * sizeof *m->bits);
    m->always = eq_new(alloc, clauses * sizeof *m->always);
    m->certain = eq_new(alloc, clauses * sizeof *m->certain);
    if (!m->filters || !m->gates || !m->alive || !m->entries || !m->possible || !m->ends || !m->reached || !m->bits ||
        !m->always || !m->certain)
        return EQ_NOMEM;
    m->live = m->bits;
    m->needed = m->live + live;
    m->fields = m->needed + needed;
    m->values = m->fields + fields;
    make_gates(m);
    return EQ_OK;
}

void eq_residual_maker_free(struct eq_residual_maker *m)
{
    if (!m->alloc)
        return;
    eq_free(m->alloc, m->filters);
    eq_free(m->alloc, m->gates);
    eq_free(m->alloc, m->alive);
    eq_free(m->alloc, m->entries);
    eq_free(m->alloc, m->possible);
    eq_free(m->alloc, m->ends);
    eq_free(m->alloc, m->reached);
    eq_free(m->alloc, m->bits);
    eq_free(m->alloc, m->always);
    eq_free(m->alloc, m->certain);
}

/* ── Filling in ── */

/* From a jump on along guards, whose answers are known: the first other one, EQ_ACCEPT or EQ_REJECT. */
static uint32_t past_guards(const struct eq_residual_maker *m, uint32_t at, const uint64_t *truth)
{
    while (at < EQ_REJECT && is_guard(m, m->program->jumps[at].predicate)) {
        const struct eq_jump *j = &m->program->jumps[at];
        at = eq_bit_get(truth, j->predicate) ? j->on_true : j->on_false;
    }
    return at;
}

static void reach(uint64_t *reached, uint32_t at)
{
    if (at < EQ_REJECT)
        eq_bit_set(reached, at);
}

/* What can come after a jump; a search (its inner clause may read the event, too) also comes to that clause. */
static void reach_next(const struct eq_residual_maker *m, uint64_t *reached, uint32_t at, const uint64_t *truth)
{
    const struct eq_program *p = m->program;
    const struct eq_jump *j = &p->jumps[at];
    const struct eq_predicate *q = &p->predicates[j->predicate];
    reach(reached, past_guards(m, j->on_true, truth));
    reach(reached, past_guards(m, j->on_false, truth));
    if (q->kind == EQ_P_SEARCH)
        reach(reached, past_guards(m, p->clauses[q->clause].entry, truth));
}

static void find_possible(struct eq_residual_maker *m, const uint64_t *truth)
{
    const uint32_t *filter = m->filters;
    for (const struct eq_residual_gate *g = m->gates; g < m->gates + m->n_gates; filter += g++->n) {
        if (g->predicate != EQ_NONE && !eq_bit_get(truth, g->predicate))
            continue;
        for (uint32_t i = 0; i < g->n; i++) {
            uint32_t entry = past_guards(m, m->program->clauses[filter[i]].entry, truth);
            if (entry == EQ_REJECT)
                continue;
            m->entries[filter[i]] = entry;
            eq_bit_set(m->alive, filter[i]);
            reach(m->possible, entry);
        }
    }
    for (uint32_t at = (uint32_t)m->program->n_jumps; (at = eq_bit_before(m->possible, at)) != UINT32_MAX;)
        reach_next(m, m->possible, at, truth);
}

static unsigned ends_of(const struct eq_residual_maker *m, uint32_t at)
{
    return at == EQ_ACCEPT ? ENDS_TRUE : at == EQ_REJECT ? ENDS_FALSE : m->ends[at];
}

static void find_ends(struct eq_residual_maker *m, const uint64_t *truth)
{
    uint32_t n = (uint32_t)m->program->n_jumps;
    for (uint32_t at = 0; (at = eq_bit_from(m->possible, at, n)) != UINT32_MAX; at++) {
        const struct eq_jump *j = &m->program->jumps[at];
        m->ends[at] = (uint8_t)(ends_of(m, past_guards(m, j->on_true, truth)) |
                                ends_of(m, past_guards(m, j->on_false, truth)));
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
    reach(m->reached, m->entries[clause]);
}

static void find_open(struct eq_residual_maker *m, const uint64_t *truth)
{
    uint32_t n = (uint32_t)m->program->n_clauses;
    for (uint32_t i = 0; (i = eq_bit_from(m->alive, i, n)) != UINT32_MAX; i++) {
        unsigned ends = ends_of(m, m->entries[i]);
        if (ends == ENDS_FALSE)
            continue;
        if (ends == ENDS_TRUE && m->program->clauses[i].reads == 0)
            m->certain[m->n_certain++] = i;
        else
            open_clause(m, i, truth);
    }
}

/* What the open clauses read: predicates asked on some way that is not decided yet. */
static void find_needed(struct eq_residual_maker *m, const uint64_t *truth)
{
    for (uint32_t at = (uint32_t)m->program->n_jumps; (at = eq_bit_before(m->reached, at)) != UINT32_MAX;)
        if (m->ends[at] == OPEN) {
            need(m, m->program->jumps[at].predicate);
            reach_next(m, m->reached, at, truth);
        }
}

void eq_residual_make(struct eq_residual_maker *m, const uint64_t *truth)
{
    memset(m->alive, 0, eq_bit_words(m->program->n_clauses) * sizeof *m->alive);
    memset(m->possible, 0, eq_bit_words(m->program->n_jumps) * sizeof *m->possible);
    memset(m->reached, 0, eq_bit_words(m->program->n_jumps) * sizeof *m->reached);
    memset(m->bits, 0, m->n_words * sizeof *m->bits);
    m->n_always = m->n_certain = 0;
    find_possible(m, truth);
    find_ends(m, truth);
    find_open(m, truth);
    find_needed(m, truth);
}
