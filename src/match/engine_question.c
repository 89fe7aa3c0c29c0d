/* engine_question.c — what is left to ask of a clause that reads aliases or the past.
 *
 *      jumps ─▶ known … known ─▶ unknown ─┬─ true ──▶ known … ─▶ end
 *                                         └─ false ─▶ known … ─▶ end       both ends known: one question is left
 *
 * An engine alone cannot answer such predicates. If the clause is false whatever they are, it is no hit. */
#include "match/engine_priv.h"

/* Unknown answers that are followed both ways, of one clause. */
#define UNKNOWN_CHOICES 64

static bool is_unknown(const struct eq_engine *e, uint32_t predicate)
{
    return e->rules->program->predicates[predicate].reads & (EQ_READS_ALIAS | EQ_READS_PAST);
}

/* Go on from jump *at to the end, or to a predicate that is unknown; `given` is one whose answer is supposed. */
static enum eq_status follow(uint32_t *at, struct eq_engine *e, uint32_t given, bool answer)
{
    const struct eq_program *p = e->rules->program;
    while (*at < EQ_REJECT) {
        const struct eq_jump *j = &p->jumps[*at];
        bool yes = answer;
        if (j->predicate != given) {
            if (is_unknown(e, j->predicate))
                return EQ_OK;
            enum eq_status st = EQ_OK;
            if (j->predicate < p->n_eager)
                yes = eq_bit_get(e->truth, j->predicate);
            else
                st = eq_engine_ask_lazy(&yes, e, j->predicate);
            if (st != EQ_OK)
                return st;
        }
        *at = yes ? j->on_true : j->on_false;
    }
    return EQ_OK;
}

/* Could the clause be true from a jump on, whatever is unknown? Beyond *choices it could. */
static enum eq_status could_hold(bool *out, struct eq_engine *e, uint32_t at, uint32_t *choices)
{
    for (;;) {
        enum eq_status st = follow(&at, e, EQ_NONE, false);
        *out = at == EQ_ACCEPT;
        if (st != EQ_OK || at >= EQ_REJECT)
            return st;
        *out = true;
        if (*choices == 0)
            return EQ_OK;
        --*choices;
        st = could_hold(out, e, e->rules->program->jumps[at].on_true, choices);
        if (st != EQ_OK || *out)
            return st;
        at = e->rules->program->jumps[at].on_false;
    }
}

/* Is the clause false from a jump on if no tracker holds? */
static enum eq_status needs_a_tracker(bool *out, struct eq_engine *e, uint32_t at)
{
    const struct eq_program *p = e->rules->program;
    *out = false;
    for (;;) {
        enum eq_status st = follow(&at, e, EQ_NONE, false);
        if (st != EQ_OK || at >= EQ_REJECT) {
            *out = at == EQ_REJECT;
            return st;
        }
        if (p->predicates[p->jumps[at].predicate].kind != EQ_P_LINEAGE)
            return EQ_OK;
        at = p->jumps[at].on_false;
    }
}

/* What is left to ask of a clause: EQ_QUESTION_…, or one tracker and its answer. */
enum eq_status eq_engine_question(uint32_t *out, struct eq_engine *e, uint32_t entry)
{
    const struct eq_program *p = e->rules->program;
    uint32_t at = entry, choices = UNKNOWN_CHOICES;
    bool could;
    enum eq_status st = follow(&at, e, EQ_NONE, false);
    *out = at == EQ_ACCEPT ? EQ_QUESTION_NONE : EQ_QUESTION_NO_HIT;
    if (st != EQ_OK || at >= EQ_REJECT)
        return st;
    const struct eq_jump *j = &p->jumps[at];
    if (p->predicates[j->predicate].kind == EQ_P_LINEAGE) {
        uint32_t if_true = j->on_true, if_false = j->on_false;
        st = follow(&if_true, e, j->predicate, true);
        if (st == EQ_OK)
            st = follow(&if_false, e, j->predicate, false);
        if (st != EQ_OK)
            return st;
        if (if_true >= EQ_REJECT && if_true == if_false)
            *out = if_true == EQ_ACCEPT ? EQ_QUESTION_NONE : EQ_QUESTION_NO_HIT;
        else if (if_true >= EQ_REJECT && if_false >= EQ_REJECT)
            *out = p->predicates[j->predicate].tracker << 1 | (if_true == EQ_ACCEPT);
        if (if_true >= EQ_REJECT && if_false >= EQ_REJECT)
            return EQ_OK;
    }
    bool tracker = false;
    st = could_hold(&could, e, at, &choices);
    if (st == EQ_OK && could)
        st = needs_a_tracker(&tracker, e, at);
    *out = !could ? EQ_QUESTION_NO_HIT : tracker ? EQ_QUESTION_ANY : EQ_QUESTION_ALL;
    return st;
}
