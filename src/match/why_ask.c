/* why_ask.c — what each part of a condition says of the event, and how far it is from saying the opposite.
 *
 *      and   false if a part is          to be true, every part must be:   the sum
 *      or    true if a part is           to be true, one part must be:     the least
 *      not   the opposite                                                  the two change places
 *
 * Unlike the engine it asks every part, also when the answer is known. */
#include "match/why_priv.h"

static uint32_t add_up(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

const struct eq_frame *eq_why_frame(const struct eq_why *w, uint16_t frame)
{
    if (frame < EQ_FRAME_ALIAS)
        return w->machine.frames[frame];
    size_t stage = (size_t)frame - EQ_FRAME_ALIAS;
    return stage < w->n_stages ? w->aliases[stage] : NULL;
}

static uint32_t head_of(const struct eq_why *w, const struct eq_choice *c)
{
    const struct eq_frame *f = eq_why_frame(w, c->frame);
    return f && f->slots ? f->slots[c->field].head : EQ_END_OF_CHAIN;
}

struct eq_value eq_why_value_of(struct eq_why *w, const struct eq_expr *e, const struct eq_why_entry *picked_by)
{
    struct eq_value v = EQ_VALUE_NULL;
    struct eq_value *picks = eq_arena_alloc(&w->scratch, (e->n_choices + 1u) * sizeof *picks);
    if (!picks) {
        w->status = EQ_NOMEM;
        return v;
    }
    for (uint32_t i = 0; i < e->n_choices; i++) {
        uint32_t at = head_of(w, &e->choices[i]);
        for (uint32_t k = 0; picked_by && k < picked_by->expr.n_choices; k++)
            if (picked_by->expr.choices[k].frame == e->choices[i].frame &&
                picked_by->expr.choices[k].field == e->choices[i].field)
                at = picked_by->picked[k];
        picks[i] = EQ_VALUE_NULL;
        if (at != EQ_END_OF_CHAIN)
            picks[i] = eq_why_frame(w, e->choices[i].frame)->values[at];
    }
    enum eq_status st = eq_expr_value(&v, e, picks, &w->machine);
    if (st != EQ_OK)
        w->status = st;
    return v;
}

static bool reads_unknown(const struct eq_why *w, const struct eq_expr *e)
{
    for (uint32_t i = 0; i < e->n_choices; i++)
        if (e->choices[i].frame >= EQ_FRAME_ALIAS && !eq_why_frame(w, e->choices[i].frame))
            return true;
    return false;
}

static enum eq_why_value ask_any(struct eq_why *w, struct eq_why_entry *p)
{
    bool yes = false;
    uint64_t gave_up = w->machine.gave_up;
    if (reads_unknown(w, &p->expr))
        return EQ_WHY_UNKNOWN;
    w->machine.picked = p->picked;
    enum eq_status st = eq_expr_any(&yes, &p->expr, &w->machine);
    w->machine.picked = NULL;
    p->gave_up = w->machine.gave_up != gave_up;
    if (st != EQ_OK)
        w->status = st;
    if (yes || st != EQ_OK)
        return yes ? EQ_WHY_TRUE : EQ_WHY_FALSE;
    struct eq_arena_mark mark = eq_arena_mark(&w->scratch);
    bool null = eq_why_value_of(w, &p->expr, NULL).type == EQ_NULL;
    eq_arena_rewind(&w->scratch, mark);
    return null ? EQ_WHY_NULL : EQ_WHY_FALSE;
}

static enum eq_why_value ask_exists(const struct eq_why *w, const struct eq_why_entry *p)
{
    uint16_t frame = p->node->kids[0]->frame;
    const struct eq_frame *f = eq_why_frame(w, frame);
    if (frame >= EQ_FRAME_ALIAS && !f)
        return EQ_WHY_UNKNOWN;
    return f && f->slots && f->slots[p->field].head != EQ_END_OF_CHAIN ? EQ_WHY_TRUE : EQ_WHY_FALSE;
}

/* ── Arrays ── */

/* Look at element `index`; false if there is none. */
static bool enter_element(struct eq_why *w, const struct eq_why_entry *p, uint32_t index)
{
    struct eq_elements elements;
    enum eq_status st = eq_decode_elements(&elements, w->decoder, p->field);
    if (st != EQ_OK && st != EQ_INVALID)
        w->status = st;
    if (st != EQ_OK || index >= elements.n)
        return false;
    size_t width = eq_fields_count(w->fields->items[p->field].elements);
    w->element = w->event->frame;
    w->element.slots = width ? elements.slots + index * width : NULL;
    w->machine.frames[EQ_FRAME_ELEMENT] = &w->element;
    return true;
}

void eq_why_enter(struct eq_why *w, const struct eq_why_entry *p)
{
    w->machine.frames[EQ_FRAME_ELEMENT] = NULL;
    if (p->search != EQ_NONE)
        enter_element(w, &w->parts[p->search], w->parts[p->search].element);
}

static uint32_t count_elements(struct eq_why *w, const struct eq_why_entry *p)
{
    struct eq_elements elements;
    enum eq_status st = eq_decode_elements(&elements, w->decoder, p->field);
    if (st != EQ_OK && st != EQ_INVALID) /* INVALID: one that is no JSON; read as no match, as the engine does */
        w->status = st;
    return st == EQ_OK ? (uint32_t)elements.n : 0;
}

/* Ask about each element until one is true, and leave the parts below as the nearest one made them. */
static enum eq_why_value ask_search(struct eq_why *w, uint32_t number)
{
    struct eq_why_entry *p = &w->parts[number], *kid = &w->parts[number + 1];
    enum eq_why_value result = EQ_WHY_FALSE;
    uint32_t best = UINT32_MAX;
    p->n_elements = count_elements(w, p);
    p->element = 0;
    for (uint32_t i = 0; i < p->n_elements && result != EQ_WHY_TRUE && w->status == EQ_OK; i++) {
        if (!enter_element(w, p, i))
            break;
        eq_why_ask(w, number + 1);
        if (kid->value == EQ_WHY_TRUE || kid->value == EQ_WHY_UNKNOWN)
            result = (enum eq_why_value)kid->value;
        if (kid->to_true < best || i == 0) {
            best = kid->to_true;
            p->element = i;
        }
    }
    uint64_t left = w->machine.choices_left;
    if (p->n_elements && kid->value != EQ_WHY_TRUE && w->status == EQ_OK && enter_element(w, p, p->element)) {
        w->machine.choices_left = 1000000;
        eq_why_ask(w, number + 1);
        w->machine.choices_left = left;
    }
    w->machine.frames[EQ_FRAME_ELEMENT] = NULL;
    p->to_true = result == EQ_WHY_TRUE ? 0 : p->n_elements ? best : p->weight;
    p->to_false = result == EQ_WHY_TRUE ? p->weight : 0;
    return result;
}

/* ── Connectives ── */

/* A null stands for no as soon as it is part of a condition. */
static bool is_no(enum eq_why_value v)
{
    return v != EQ_WHY_TRUE && v != EQ_WHY_UNKNOWN;
}

static enum eq_why_value ask_junction(struct eq_why *w, uint32_t number)
{
    struct eq_why_entry *p = &w->parts[number];
    bool is_and = p->node->kind == EQ_N_AND, unknown = false, decided = false;
    uint32_t sum = 0, low = UINT32_MAX;
    for (uint32_t k = number + 1; k < p->next; k = w->parts[k].next) {
        eq_why_ask(w, k);
        enum eq_why_value v = (enum eq_why_value)w->parts[k].value;
        unknown |= v == EQ_WHY_UNKNOWN;
        decided |= is_and ? is_no(v) : v == EQ_WHY_TRUE;
        sum = add_up(sum, is_and ? w->parts[k].to_true : w->parts[k].to_false);
        low = least(low, is_and ? w->parts[k].to_false : w->parts[k].to_true);
    }
    p->to_true = is_and ? sum : low;
    p->to_false = is_and ? low : sum;
    if (!decided && unknown)
        return EQ_WHY_UNKNOWN;
    return decided != is_and ? EQ_WHY_TRUE : EQ_WHY_FALSE;
}

static enum eq_why_value ask_not(struct eq_why *w, uint32_t number)
{
    struct eq_why_entry *p = &w->parts[number], *kid = p + 1;
    eq_why_ask(w, number + 1);
    p->to_true = kid->to_false;
    p->to_false = kid->to_true;
    return kid->value == EQ_WHY_UNKNOWN           ? EQ_WHY_UNKNOWN
           : is_no((enum eq_why_value)kid->value) ? EQ_WHY_TRUE
                                                  : EQ_WHY_FALSE;
}

static enum eq_why_value ask_lineage(struct eq_why *w, uint32_t number)
{
    struct eq_why_entry *p = &w->parts[number];
    eq_why_ask(w, number + 1); /* about this event, though it is earlier ones that decide */
    if (!w->past)
        return EQ_WHY_UNKNOWN;
    return eq_matcher_lineage_holds(w->past, p->tracker) ? EQ_WHY_TRUE : EQ_WHY_FALSE;
}

void eq_why_ask(struct eq_why *w, uint32_t number)
{
    struct eq_why_entry *p = &w->parts[number];
    enum eq_why_value v = EQ_WHY_FALSE;
    bool own = true; /* the distances are those of a leaf */
    switch (p->node->kind) {
    case EQ_N_TRUE: v = EQ_WHY_TRUE; break;
    case EQ_N_FALSE: break;
    case EQ_N_AND:
    case EQ_N_OR:
        v = ask_junction(w, number);
        own = false;
        break;
    case EQ_N_NOT:
        v = ask_not(w, number);
        own = false;
        break;
    case EQ_N_SEARCH:
        v = ask_search(w, number);
        own = false;
        break;
    case EQ_N_EXISTS: v = ask_exists(w, p); break;
    case EQ_N_LINEAGE: v = ask_lineage(w, number); break;
    default: v = ask_any(w, p); break;
    }
    p->met = v == EQ_WHY_TRUE;
    if (p->inverted && v != EQ_WHY_UNKNOWN)
        v = p->met ? EQ_WHY_FALSE : EQ_WHY_TRUE;
    if (own) {
        bool constant = p->node->kind <= EQ_N_FALSE;
        p->to_true = v == EQ_WHY_TRUE ? 0 : constant ? UINT32_MAX : p->weight;
        p->to_false = is_no(v) ? 0 : constant ? UINT32_MAX : p->weight;
    }
    p->value = (uint8_t)v;
    p->was_true |= v == EQ_WHY_TRUE;
    p->was_false |= v == EQ_WHY_FALSE || v == EQ_WHY_NULL;
}
