/* engine_ask.c — is a clause true? Jumps over predicates: eager ones are bits by now, lazy ones are worked out when asked. */
#include "match/engine_priv.h"

enum eq_status eq_engine_match_regexes(bool *out, uint32_t first, size_t n, struct eq_slice text, void *ctx)
{
    struct eq_engine *e = ctx;
    *out = false;
    for (size_t i = 0; i < n && !*out; i++) {
        enum eq_status st = eq_regex_match(out, e->regex, e->rules->regex_numbers[first + i], text);
        if (st != EQ_OK)
            return st;
    }
    return EQ_OK;
}

static enum eq_status ask_search(bool *out, struct eq_engine *e, const struct eq_predicate *q)
{
    struct eq_elements elements;
    enum eq_status st = eq_decode_elements(&elements, e->decoder, q->field);
    *out = false;
    if (st == EQ_INVALID) { /* a value inside them is no JSON; the event itself was read */
        e->broken_elements++;
        return EQ_OK;
    }
    if (st != EQ_OK)
        return st;
    size_t width = eq_fields_count(e->rules->program->fields->items[q->field].elements);
    struct eq_frame frame = e->event->frame;
    const struct eq_frame *outer = e->machine.frames[EQ_FRAME_ELEMENT];
    e->machine.frames[EQ_FRAME_ELEMENT] = &frame;
    for (size_t i = 0; i < elements.n && !*out && st == EQ_OK; i++) {
        frame.slots = width ? elements.slots + i * width : NULL;
        st = eq_engine_ask_clause(out, e, q->clause);
    }
    e->machine.frames[EQ_FRAME_ELEMENT] = outer;
    return st;
}

static bool ask_exists(const struct eq_engine *e, const struct eq_predicate *q)
{
    const struct eq_frame *frame = NULL;
    if (q->frame < EQ_FRAME_ALIAS)
        frame = e->machine.frames[q->frame];
    else if ((size_t)(q->frame - EQ_FRAME_ALIAS) < e->machine.n_aliases)
        frame = e->machine.aliases[q->frame - EQ_FRAME_ALIAS];
    return frame && frame->slots[q->field].head != EQ_END_OF_CHAIN;
}

enum eq_status eq_engine_ask_lazy(bool *out, struct eq_engine *e, uint32_t number)
{
    const struct eq_predicate *q = &e->rules->program->predicates[number];
    enum eq_status st = EQ_OK;
    if (eq_bit_get(e->known, number)) { /* of one that reads more, too, if another engine has told so */
        *out = eq_bit_get(e->truth, number);
        return EQ_OK;
    }
    switch (q->kind) {
    case EQ_P_EXISTS: *out = ask_exists(e, q); break;
    case EQ_P_SEARCH: st = ask_search(out, e, q); break;
    case EQ_P_EXPR: st = eq_expr_any(out, &q->expr, &e->machine); break;
    case EQ_P_LINEAGE: *out = e->lineage && eq_lineage_holds(e->lineage, q->tracker); break;
    default: *out = false; break; /* TEXT is never lazy */
    }
    if (st != EQ_OK || q->reads != 0)
        return st;
    eq_bit_set(e->known, number);
    if (*out)
        eq_bit_set(e->truth, number);
    e->asked.items[e->asked.n++] = number;
    return EQ_OK;
}

enum eq_status eq_engine_ask_clause(bool *out, struct eq_engine *e, uint32_t clause)
{
    const struct eq_program *p = e->rules->program;
    uint32_t at = p->clauses[clause].entry;
    while (at < EQ_REJECT) {
        const struct eq_jump *j = &p->jumps[at];
        bool yes;
        if (j->predicate < p->n_eager) {
            yes = eq_bit_get(e->truth, j->predicate);
        } else {
            enum eq_status st = eq_engine_ask_lazy(&yes, e, j->predicate);
            if (st != EQ_OK)
                return st;
        }
        at = yes ? j->on_true : j->on_false;
    }
    *out = at == EQ_ACCEPT;
    return EQ_OK;
}
