/* engine_known.c — what one engine knows of an event, for another that is asked about it.
 *
 *      jumps of an open clause ─▶ known … unknown ─┬─▶ known …      every jump that could still be come to is visited, and
 *                                                  └─▶ known …      the answers to what can be known are written down
 *
 * Open clauses read aliases or the past, which only the thread that takes hits in order can answer. With the answers it
 * need not decode the event again. */
#include "match/engine_priv.h"

static bool is_open(const struct eq_engine *e, const struct eq_finding *f, uint32_t clause)
{
    return e->rules->program->clauses[clause].reads & EQ_READS_ALIAS || f->questions[clause] == EQ_QUESTION_ALL ||
           f->questions[clause] == EQ_QUESTION_ANY;
}

bool eq_engine_leaves_open(const struct eq_engine *e, const struct eq_finding *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (is_open(e, f, f->clauses[i]))
            return true;
    return false;
}

/* ── Telling ── */

static bool tell(struct eq_engine *e, uint32_t predicate, bool yes)
{
    if (!eq_grow(e->alloc, &e->answers, &e->cap_answers, e->n_answers + 1, sizeof *e->answers))
        return false;
    e->answers[e->n_answers++] = predicate << 1 | yes;
    return true;
}

/* Note a jump to be visited; how many are noted now. */
static size_t note(struct eq_engine *e, uint32_t at, size_t n)
{
    if (at >= EQ_REJECT || eq_bit_get(e->visits, at))
        return n;
    eq_bit_set(e->visits, at);
    return n + 1;
}

/* A search of an array that the event does not have is false, whatever its inner clause reads. If there are elements, only
 * who has decoded them can ask about them. */
static enum eq_status is_idle(bool *out, struct eq_engine *e, const struct eq_predicate *q)
{
    struct eq_elements elements = {0};
    enum eq_status st = q->kind == EQ_P_SEARCH ? eq_decode_elements(&elements, e->decoder, q->field) : EQ_OK;
    *out = q->kind == EQ_P_SEARCH && st == EQ_OK && elements.n == 0;
    return st == EQ_INVALID ? EQ_OK : st;
}

/* Visit a jump; *n as in note. */
static enum eq_status visit(struct eq_engine *e, uint32_t at, size_t *n, bool *all)
{
    const struct eq_program *p = e->rules->program;
    const struct eq_jump *j = &p->jumps[at];
    const struct eq_predicate *q = &p->predicates[j->predicate];
    bool eager = j->predicate < p->n_eager, yes = eager && eq_bit_get(e->truth, j->predicate), idle = false;
    enum eq_status st = q->reads ? is_idle(&idle, e, q) : EQ_OK;
    if (q->reads && !idle) {
        *all &= q->kind != EQ_P_SEARCH;
        *n = note(e, j->on_true, note(e, j->on_false, *n));
        return st;
    }
    if (st == EQ_OK && !eager && !idle)
        st = eq_engine_ask_lazy(&yes, e, j->predicate);
    if (st != EQ_OK)
        return st;
    *n = note(e, yes ? j->on_true : j->on_false, *n);
    return (eager && !yes) || tell(e, j->predicate, yes) ? EQ_OK : EQ_NOMEM;
}

/* Jumps lead downward: the highest one noted is never noted again once it was visited. */
static enum eq_status tell_clause(struct eq_engine *e, uint32_t clause, bool *all)
{
    enum eq_status st = EQ_OK;
    uint32_t entry = e->rules->program->clauses[clause].entry, at = entry + 1;
    size_t n = note(e, entry, 0);
    while (n > 0 && st == EQ_OK) {
        at = eq_bit_before(e->visits, at);
        eq_bit_clear(e->visits, at);
        n--;
        st = visit(e, at, &n, all);
    }
    if (n > 0) /* without memory */
        memset(e->visits, 0, eq_bit_words(e->rules->program->n_jumps) * sizeof *e->visits);
    return st;
}

enum eq_status eq_engine_tell(struct eq_known *out, struct eq_engine *e, const struct eq_finding *f)
{
    struct eq_engine_stats before = eq_engine_stats_of(e);
    enum eq_status st = EQ_OK;
    bool all = true;
    if (!e->visits)
        e->visits = eq_new(e->alloc, eq_bit_words(e->rules->program->n_jumps) * sizeof *e->visits);
    if (!e->visits)
        return EQ_NOMEM;
    *out = (struct eq_known){.choices_left = e->machine.choices_left};
    e->n_answers = 0;
    for (size_t i = 0; i < f->n && st == EQ_OK; i++)
        if (is_open(e, f, f->clauses[i]))
            st = tell_clause(e, f->clauses[i], &all);
    struct eq_engine_stats after = eq_engine_stats_of(e);
    out->all = all && after.choices_cut == before.choices_cut;
    out->answers = e->answers;
    out->n = e->n_answers;
    eq_engine_stats_add(&e->again, after, before); /* not for the event's own sake */
    return st;
}

/* ── Being told ── */

static void believe(struct eq_engine *e, uint32_t predicate, bool yes)
{
    if (predicate < e->rules->program->n_eager) {
        if (!eq_bit_get(e->truth, predicate))
            e->found.items[e->found.n++] = predicate;
        eq_bit_set(e->truth, predicate);
        return;
    }
    if (eq_bit_get(e->known, predicate))
        return;
    eq_bit_set(e->known, predicate);
    if (yes)
        eq_bit_set(e->truth, predicate);
    e->asked.items[e->asked.n++] = predicate;
}

void eq_engine_believe(struct eq_engine *e, const struct eq_frame *event, const struct eq_known *known)
{
    for (size_t i = 0; i < known->n; i++)
        believe(e, known->answers[i] >> 1, known->answers[i] & 1);
    e->machine.frames[EQ_FRAME_EVENT] = event;
    e->machine.choices_left = known->choices_left;
}
