/* presence.c — see presence.h: nulls are followed through an expression, as docs/semantics.md (Null) says they go. */
#include "plan/presence.h"

#include "plan/functions.h"
#include "plan/selectivity.h"

/* The rarest field of one frame that is met. */
struct met {
    unsigned frame;
    const struct eq_node *field;
    double share;
};

static void meet(struct met *m, const struct eq_node *field)
{
    if (field->frame != m->frame)
        return;
    double share = eq_presence_share(field->path);
    if (!m->field || share < m->share)
        *m = (struct met){m->frame, field, share};
}

/* Operands, from the first on, that make the expression null when they are. */
static uint32_t needed_operands(const struct eq_node *e)
{
    switch ((enum eq_node_kind)e->kind) {
    case EQ_N_COMPARE: return 2;
    case EQ_N_IN:
    case EQ_N_LIKE:
    case EQ_N_REGEX:
    case EQ_N_KNOT: return 1;
    case EQ_N_CALL: return eq_functions[e->function].needs < e->n_kids ? eq_functions[e->function].needs : e->n_kids;
    default: return 0; /* IS_NULL never is; KAND and KOR can be true or false with a null */
    }
}

/* Fields that make the expression null when they have no value. */
static void meet_nulls(struct met *m, const struct eq_node *e)
{
    if (e->kind == EQ_N_FIELD)
        meet(m, e);
    uint32_t n = needed_operands(e);
    for (uint32_t i = 0; i < n; i++)
        meet_nulls(m, e->kids[i]);
}

/* Fields without which the expression is not true: also those of each part of an `and`. */
static void meet_needed(struct met *m, const struct eq_node *e)
{
    if (e->kind != EQ_N_KAND) {
        meet_nulls(m, e);
        return;
    }
    for (uint32_t i = 0; i < e->n_kids; i++)
        meet_needed(m, e->kids[i]);
}

/* Is the condition false for an element that holds no value at all? */
static bool needs_element(const struct eq_node *condition)
{
    struct met met = {.frame = EQ_FRAME_ELEMENT};
    bool some = false, all = true;
    switch ((enum eq_node_kind)condition->kind) {
    case EQ_N_FALSE: return true;
    case EQ_N_EXISTS: return condition->kids[0]->frame == EQ_FRAME_ELEMENT;
    case EQ_N_ANY: meet_needed(&met, condition->kids[0]); return met.field != NULL;
    case EQ_N_AND:
    case EQ_N_OR:
        for (uint32_t i = 0; i < condition->n_kids; i++) {
            bool needs = needs_element(condition->kids[i]);
            some |= needs;
            all &= needs;
        }
        return condition->kind == EQ_N_AND ? some : all;
    default: return false;
    }
}

const struct eq_node *eq_presence_needed(const struct eq_node *leaf)
{
    struct met met = {.frame = EQ_FRAME_EVENT};
    if (leaf->kind == EQ_N_ANY)
        meet_needed(&met, leaf->kids[0]);
    else if (leaf->kind == EQ_N_SEARCH && needs_element(leaf->kids[1]))
        meet(&met, leaf->kids[0]); /* an element with a value makes its array present */
    return met.field;
}
