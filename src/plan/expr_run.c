/* expr_run.c — the machine: a loop over steps and a stack of values; around it, every choice of field values.
 *
 *      a: [1, 2]   b: [x, y]        (1,x) (1,y) (2,x) (2,y)     until one makes the expression true
 *
 * Values go round like the digits of an odometer. A combination costs one of machine.choices_left, so that an event
 * with huge arrays cannot stall the rest. */
#include "base/utf8.h"
#include "plan/expr.h"
#include "plan/functions.h"
#include "plan/text.h"

enum { SMALL_STACK = 64, SMALL_CHOICES = 16 };

/* Three-valued truth; whatever is not a boolean is unknown. */
enum truth { IS_FALSE, IS_TRUE, UNKNOWN };

static enum truth truth_of(const struct eq_value *v)
{
    return v->type != EQ_BOOL ? UNKNOWN : v->b ? IS_TRUE : IS_FALSE;
}

static struct eq_value value_of(enum truth t)
{
    return t == UNKNOWN ? EQ_VALUE_NULL : eq_value_bool(t == IS_TRUE);
}

/* and: a false decides; or: a true decides; otherwise an unknown does. */
static struct eq_value combine(const struct eq_value *values, unsigned n, enum truth decides)
{
    enum truth result = decides == IS_TRUE ? IS_FALSE : IS_TRUE;
    for (unsigned i = 0; i < n; i++) {
        enum truth t = truth_of(&values[i]);
        if (t == decides)
            return value_of(decides);
        if (t == UNKNOWN)
            result = UNKNOWN;
    }
    return value_of(result);
}

static struct eq_value negate(const struct eq_value *v)
{
    enum truth t = truth_of(v);
    return t == UNKNOWN ? EQ_VALUE_NULL : eq_value_bool(t == IS_FALSE);
}

static struct eq_value compare(enum eq_compare op, const struct eq_value *v, bool fold, struct eq_arena *scratch)
{
    int r = eq_value_compare(op, &v[0], &v[1], fold, scratch);
    return r < 0 ? EQ_VALUE_NULL : eq_value_bool(r);
}

/* values[0] in values[1..]. Nulls on the right are dropped: docs/semantics.md, Null. */
static struct eq_value in_values(const struct eq_value *values, unsigned n, bool fold, struct eq_arena *scratch)
{
    if (values[0].type == EQ_NULL)
        return EQ_VALUE_NULL;
    for (unsigned i = 1; i < n; i++)
        if (eq_value_compare(EQ_CMP_EQ, &values[0], &values[i], fold, scratch) == 1)
            return eq_value_bool(true);
    return eq_value_bool(false);
}

static enum eq_status in_set(struct eq_value *v, const struct eq_set *set, struct eq_machine *m)
{
    bool found;
    if (v->type == EQ_NULL)
        return EQ_OK;
    enum eq_status st = eq_lookup_find(&found, &set->lookup, set->fold, v, m->scratch);
    if (st == EQ_OK)
        *v = eq_value_bool(found);
    return st;
}

static enum eq_status like(struct eq_value *v, const struct eq_set *set, struct eq_machine *m)
{
    char room[EQ_SHORT_TEXT];
    bool found = false;
    if (v->type == EQ_NULL)
        return EQ_OK;
    struct eq_slice text = eq_text_of(v, room);
    if (set->fold && !eq_text_fold(&text, text, m->scratch))
        return EQ_NOMEM;
    for (size_t i = 0; i < set->n && !found; i++)
        found = eq_glob_match(&set->globs[i], text);
    *v = eq_value_bool(found);
    return EQ_OK;
}

static enum eq_status regex(struct eq_value *v, const struct eq_set *set, struct eq_machine *m)
{
    char room[EQ_SHORT_TEXT];
    bool found = false;
    if (v->type == EQ_NULL)
        return EQ_OK;
    if (!m->regex) {
        *v = EQ_VALUE_NULL;
        return EQ_OK;
    }
    enum eq_status st = m->regex(&found, set->regex, set->n, eq_text_of(v, room), m->ctx);
    *v = eq_value_bool(found);
    return st;
}

static enum eq_status call(struct eq_value *args, const struct eq_step *s, struct eq_machine *m)
{
    struct eq_value result = EQ_VALUE_NULL;
    enum eq_status st = eq_functions[s->index].body(&result, args, s->n, s->arg, m->scratch);
    args[0] = result;
    return st;
}

/* Run the steps on a stack that is high enough. The compiler has balanced it: each step finds its operands. */
static enum eq_status run(struct eq_value *out, const struct eq_expr *e, const struct eq_value *picks,
                          struct eq_value *stack, struct eq_machine *m)
{
    struct eq_value *top = stack; /* one above the last value */
    enum eq_status st = EQ_OK;
    for (const struct eq_step *s = e->steps; st == EQ_OK; s++) {
        switch ((enum eq_op)s->op) {
        case EQ_OP_CONST: *top++ = e->constants[s->index]; break;
        case EQ_OP_FIELD: *top++ = picks[s->index]; break;
        case EQ_OP_CALL:
            top -= s->n;
            st = call(top++, s, m);
            break;
        case EQ_OP_COMPARE:
            top -= 2;
            *top = compare((enum eq_compare)s->arg, top, s->n, m->scratch);
            top++;
            break;
        case EQ_OP_IN: st = in_set(&top[-1], &e->sets[s->index], m); break;
        case EQ_OP_IN_VALUES:
            top -= s->n;
            *top = in_values(top, s->n, s->arg, m->scratch);
            top++;
            break;
        case EQ_OP_LIKE: st = like(&top[-1], &e->sets[s->index], m); break;
        case EQ_OP_REGEX: st = regex(&top[-1], &e->sets[s->index], m); break;
        case EQ_OP_IS_NULL: top[-1] = eq_value_bool(top[-1].type == EQ_NULL); break;
        case EQ_OP_KAND:
            top -= s->n;
            *top = combine(top, s->n, IS_FALSE);
            top++;
            break;
        case EQ_OP_KOR:
            top -= s->n;
            *top = combine(top, s->n, IS_TRUE);
            top++;
            break;
        case EQ_OP_KNOT: top[-1] = negate(&top[-1]); break;
        case EQ_OP_DONE:
        case EQ_OP_COUNT: *out = top[-1]; return EQ_OK;
        }
    }
    return st;
}

enum eq_status eq_expr_value(struct eq_value *out, const struct eq_expr *e, const struct eq_value *picks,
                             struct eq_machine *m)
{
    struct eq_value small[SMALL_STACK];
    struct eq_value *stack = small;
    *out = EQ_VALUE_NULL;
    if (e->max_stack > SMALL_STACK) {
        stack = eq_arena_alloc(m->scratch, e->max_stack * sizeof *stack);
        if (!stack)
            return EQ_NOMEM;
    }
    return run(out, e, picks, stack, m);
}

static const struct eq_frame *frame_of(const struct eq_machine *m, uint16_t frame)
{
    if (frame < EQ_FRAME_ALIAS)
        return m->frames[frame];
    size_t stage = (size_t)frame - EQ_FRAME_ALIAS;
    return stage < m->n_aliases ? m->aliases[stage] : NULL;
}

/* The values of one choice: where they are, and which one it stands for now. */
struct wheel {
    const struct eq_frame *frame;
    uint32_t head, at; /* EQ_END_OF_CHAIN: the field has no values and stands for null */
};

static struct eq_value value_at(const struct wheel *w)
{
    return w->at == EQ_END_OF_CHAIN ? EQ_VALUE_NULL : w->frame->values[w->at];
}

static struct wheel make_wheel(const struct eq_machine *m, const struct eq_choice *choice)
{
    struct wheel w = {.frame = frame_of(m, choice->frame), .head = EQ_END_OF_CHAIN};
    if (w.frame && w.frame->slots)
        w.head = w.frame->slots[choice->field].head;
    w.at = w.head;
    return w;
}

/* Turn to the next combination; false after the last one. */
static bool turn(struct wheel *wheels, struct eq_value *picks, uint32_t n)
{
    for (uint32_t i = n; i-- > 0;) {
        struct wheel *w = &wheels[i];
        if (w->at == EQ_END_OF_CHAIN)
            continue;
        w->at = w->frame->next[w->at];
        bool more = w->at != EQ_END_OF_CHAIN;
        if (!more)
            w->at = w->head;
        picks[i] = value_at(w);
        if (more)
            return true;
    }
    return false;
}

static void note_picked(uint32_t *out, const struct wheel *wheels, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = wheels[i].at;
}

/* Try combinations until one makes the expression true; `stack` is high enough. */
static enum eq_status try_all(bool *out, const struct eq_expr *e, struct wheel *wheels, struct eq_value *picks,
                              struct eq_value *stack, struct eq_machine *m)
{
    do {
        struct eq_value v = EQ_VALUE_NULL;
        if (m->choices_left == 0) {
            m->gave_up++;
            return EQ_OK;
        }
        m->choices_left--;
        struct eq_arena_mark mark = eq_arena_mark(m->scratch);
        enum eq_status st = run(&v, e, picks, stack, m);
        *out = truth_of(&v) == IS_TRUE;
        eq_arena_rewind(m->scratch, mark);
        if (*out && m->picked)
            note_picked(m->picked, wheels, e->n_choices);
        if (st != EQ_OK || *out)
            return st;
    } while (turn(wheels, picks, e->n_choices));
    return EQ_OK;
}

enum eq_status eq_expr_any(bool *out, const struct eq_expr *e, struct eq_machine *m)
{
    struct eq_value small_stack[SMALL_STACK], small_picks[SMALL_CHOICES];
    struct wheel small_wheels[SMALL_CHOICES];
    struct eq_value *stack = small_stack, *picks = small_picks;
    struct wheel *wheels = small_wheels;
    *out = false;

    struct eq_arena_mark mark = eq_arena_mark(m->scratch);
    if (e->max_stack > SMALL_STACK)
        stack = eq_arena_alloc(m->scratch, e->max_stack * sizeof *stack);
    if (e->n_choices > SMALL_CHOICES) {
        picks = eq_arena_alloc(m->scratch, e->n_choices * sizeof *picks);
        wheels = eq_arena_alloc(m->scratch, e->n_choices * sizeof *wheels);
    }
    enum eq_status st = EQ_NOMEM;
    if (stack && picks && wheels) {
        for (uint32_t i = 0; i < e->n_choices; i++) {
            wheels[i] = make_wheel(m, &e->choices[i]);
            picks[i] = value_at(&wheels[i]);
        }
        st = try_all(out, e, wheels, picks, stack, m);
    }
    eq_arena_rewind(m->scratch, mark);
    if (st != EQ_OK)
        *out = false;
    return st;
}
