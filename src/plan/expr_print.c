/* expr_print.c — steps as people read them, for `explain --stage program`. */
#include "plan/expr.h"
#include "plan/functions.h"

static const char *const step_names[] = {
#define STEP(id, text) [EQ_OP_##id] = text,
#include "plan/steps.def"
#undef STEP
};

static const char *const compare_names[] = {"==", "!=", "<", "<=", ">", ">="};

static void print_value(struct eq_buf *out, const struct eq_value *v)
{
    if (v->type == EQ_STRING)
        eq_buf_eql(out, eq_value_slice(v));
    else
        eq_value_json(out, v);
}

static void print_choice(struct eq_buf *out, const struct eq_choice *c)
{
    if (c->frame == EQ_FRAME_ELEMENT)
        eq_buf_puts(out, "$.");
    else if (c->frame >= EQ_FRAME_ALIAS)
        eq_buf_printf(out, "@%u.", (unsigned)c->frame - EQ_FRAME_ALIAS);
    eq_buf_printf(out, "%u", (unsigned)c->field);
}

static void print_set(struct eq_buf *out, const struct eq_set *set)
{
    eq_buf_puts(out, " (");
    for (size_t i = 0; i < set->n; i++) {
        if (i)
            eq_buf_puts(out, ", ");
        if (set->values)
            print_value(out, &set->values[i]);
        else
            eq_buf_eql(out, set->globs ? set->globs[i].text : set->patterns[i]);
    }
    eq_buf_putc(out, ')');
}

static void print_step(struct eq_buf *out, const struct eq_expr *e, const struct eq_step *s)
{
    bool is_set = s->op == EQ_OP_IN || s->op == EQ_OP_LIKE || s->op == EQ_OP_REGEX;
    bool fold = (is_set && e->sets[s->index].fold) || (s->op == EQ_OP_IN_VALUES && s->arg);
    eq_buf_puts(out, step_names[s->op]);
    if (fold)
        eq_buf_putc(out, '~');
    if (is_set)
        print_set(out, &e->sets[s->index]);
    switch ((enum eq_op)s->op) {
    case EQ_OP_CONST:
        eq_buf_putc(out, ' ');
        print_value(out, &e->constants[s->index]);
        break;
    case EQ_OP_FIELD:
        eq_buf_putc(out, ' ');
        print_choice(out, &e->choices[s->index]);
        break;
    case EQ_OP_CALL:
        eq_buf_printf(out, " %s%s %u", eq_functions[s->index].name, s->arg ? "~" : "", (unsigned)s->n);
        break;
    case EQ_OP_COMPARE: eq_buf_printf(out, " %s%s", compare_names[s->arg], s->n ? "~" : ""); break;
    case EQ_OP_IN_VALUES:
    case EQ_OP_KAND:
    case EQ_OP_KOR: eq_buf_printf(out, " %u", (unsigned)s->n); break;
    default: break;
    }
}

void eq_expr_print(struct eq_buf *out, const struct eq_expr *e)
{
    for (uint32_t i = 0; i < e->n_steps; i++) {
        if (i)
            eq_buf_puts(out, " \xC2\xB7 ");
        print_step(out, e, &e->steps[i]);
    }
}
