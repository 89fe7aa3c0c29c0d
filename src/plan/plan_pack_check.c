/* plan_pack_check.c — is what an image says a plan that could have been built?
 *
 * Each node is looked at once, after its kids: what may stand where, how many, and what the tree below it reads. Sizes
 * add up as if nothing were shared, so that no small image unfolds into an endless one. */
#include "plan/compile_priv.h"
#include "plan/expr.h"
#include "plan/functions.h"
#include "plan/plan_pack_priv.h"

static bool is_condition(const struct eq_node *n)
{
    return n->kind <= EQ_N_LINEAGE;
}

static bool all_conditions(const struct eq_node *n, bool wanted)
{
    for (uint32_t i = 0; i < n->n_kids; i++)
        if (is_condition(n->kids[i]) != wanted)
            return false;
    return true;
}

static bool are_patterns(const struct eq_node *n)
{
    for (uint32_t i = 1; i < n->n_kids; i++)
        if (n->kids[i]->kind != EQ_N_CONST || n->kids[i]->value.type != EQ_STRING)
            return false;
    return true;
}

static bool is_call(const struct eq_node *n)
{
    if (n->function >= EQ_FUNCTION_COUNT)
        return false;
    const struct eq_function *f = &eq_functions[n->function];
    return n->n_kids >= f->min_args && n->n_kids <= (f->max_args == 255 ? UINT16_MAX : f->max_args) &&
           (f->folds || !n->fold);
}

/* Constants are one set; others lie on the machine's stack. */
static bool is_list(const struct eq_node *n)
{
    uint32_t i = 1;
    while (i < n->n_kids && n->kids[i]->kind == EQ_N_CONST)
        i++;
    return i == n->n_kids || n->n_kids <= EQ_EXPR_MAX_VALUES;
}

static bool is_field(const struct eq_node *n)
{
    return n->path.len > 0 || n->frame == EQ_FRAME_ELEMENT;
}

/* Kind, number and kinds of kids. */
static bool check_shape(const struct eq_node *n)
{
    switch ((enum eq_node_kind)n->kind) {
    case EQ_N_TRUE:
    case EQ_N_FALSE: return n->n_kids == 0;
    case EQ_N_AND:
    case EQ_N_OR: return n->n_kids >= 2 && all_conditions(n, true);
    case EQ_N_NOT: return n->n_kids == 1 && is_condition(n->kids[0]);
    case EQ_N_LINEAGE: return n->n_kids == 1 && is_condition(n->kids[0]) && n->op <= EQ_EVENT_OF;
    case EQ_N_EXISTS: return n->n_kids == 1 && n->kids[0]->kind == EQ_N_FIELD;
    case EQ_N_ANY: return n->n_kids == 1 && !is_condition(n->kids[0]);
    case EQ_N_SEARCH:
        return n->n_kids == 2 && n->kids[0]->kind == EQ_N_FIELD && n->kids[0]->frame == EQ_FRAME_EVENT &&
               is_condition(n->kids[1]);
    case EQ_N_CONST: return true;
    case EQ_N_FIELD: return is_field(n);
    case EQ_N_CALL: return is_call(n) && all_conditions(n, false);
    case EQ_N_COMPARE: return n->n_kids == 2 && n->op <= EQ_CMP_GE && all_conditions(n, false);
    case EQ_N_IN: return n->n_kids >= 1 && all_conditions(n, false) && is_list(n);
    case EQ_N_LIKE:
    case EQ_N_REGEX: return n->n_kids >= 1 && !is_condition(n->kids[0]) && are_patterns(n);
    case EQ_N_IS_NULL:
    case EQ_N_KNOT: return n->n_kids == 1 && all_conditions(n, false);
    case EQ_N_KAND:
    case EQ_N_KOR: return n->n_kids >= 2 && n->n_kids <= EQ_EXPR_MAX_VALUES && all_conditions(n, false);
    }
    return false;
}

/* What the kids read, together. */
static struct eq_node_facts facts_of(const struct eq_plan_pack *x, const struct eq_node *n)
{
    struct eq_node_facts f = {.size = 1, .depth = 1, .field = EQ_NONE};
    if (n->kind == EQ_N_FIELD) {
        f.fields = 1;
        f.element = n->frame == EQ_FRAME_ELEMENT;
        f.aliases = n->frame >= EQ_FRAME_ALIAS ? (uint16_t)(n->frame - EQ_FRAME_ALIAS + 1u) : 0;
    }
    for (uint32_t i = 0; n->kind != EQ_N_FIELD && i < n->n_kids; i++) {
        const struct eq_node_facts *kid = &x->facts[n->kids[i] - x->nodes];
        f.size = f.size + kid->size < EQ_IMAGE_TREE_MAX ? f.size + kid->size : EQ_IMAGE_TREE_MAX;
        f.depth = kid->depth >= f.depth ? (uint16_t)(kid->depth + 1u) : f.depth;
        f.fields = f.fields + kid->fields < FIELDS_MAX ? (uint16_t)(f.fields + kid->fields) : FIELDS_MAX;
        f.aliases = kid->aliases > f.aliases ? kid->aliases : f.aliases;
        f.element = f.element || kid->element;
        f.search = f.search || kid->search;
    }
    return f;
}

/* What it would be as a predicate. */
static void note_leaf(struct eq_node_facts *f, const struct eq_plan_pack *x, const struct eq_node *n)
{
    f->leaf = n->kind >= EQ_N_EXISTS && n->kind <= EQ_N_LINEAGE && !f->element;
    f->eager = f->leaf && eq_leaf_is_eager(n);
    if (!f->eager || n->kind != EQ_N_ANY)
        return;
    f->field = (uint32_t)(n->kids[0]->kids[0] - x->nodes);
    f->looks = eq_leaf_looks(n);
}

bool eq_image_check_node(struct eq_plan_pack *x, uint32_t number)
{
    const struct eq_node *n = &x->nodes[number];
    if (n->kind == EQ_N_CONST) { /* as most are */
        x->facts[number] = (struct eq_node_facts){.size = 1, .depth = 1, .field = EQ_NONE};
        return true;
    }
    if (!check_shape(n))
        return false;
    struct eq_node_facts f = facts_of(x, n);
    if (n->kind == EQ_N_SEARCH) {
        if (f.search)
            return false; /* none stands in another */
        f.search = true;
        f.element = false;
    }
    if (n->kind == EQ_N_LINEAGE && (f.element || f.aliases))
        return false; /* it is about another event */
    if (n->kind == EQ_N_ANY && f.fields > EQ_EXPR_MAX_CHOICES)
        return false;
    note_leaf(&f, x, n);
    x->facts[number] = f;
    return f.size < EQ_IMAGE_TREE_MAX && f.depth <= EQ_IMAGE_DEPTH_MAX;
}

/* `earlier`: how many stages may be named by alias. */
static bool check_stage(struct eq_plan_pack *x, const struct eq_plan_stage *s, uint32_t earlier, uint32_t n_keys)
{
    const struct eq_node_facts *f = &x->facts[s->filter - x->nodes];
    x->trees += f->size;
    return is_condition(s->filter) && !f->element && f->aliases <= earlier && s->n_keys == n_keys && s->runs >= 1 &&
           s->runs <= EQ_PLAN_STAGES_MAX;
}

static bool check_counts(const struct eq_plan *p, uint32_t expanded, uint32_t positive)
{
    bool missing = positive < p->n_stages;
    switch (p->kind) {
    case EQ_PLAN_EVENT:
        return p->n_stages == 1 && expanded == 1 && !missing && !p->until && p->stages[0].n_keys == 0;
    case EQ_PLAN_SEQUENCE: return expanded >= 2 && positive >= 1 && (!missing || p->maxspan_ns >= 0);
    case EQ_PLAN_SAMPLE:
        return p->n_stages >= 2 && expanded == p->n_stages && !missing && p->stages[0].n_keys >= 1 && p->n_pipes == 0;
    }
    return false;
}

bool eq_image_check_plan(struct eq_plan_pack *x, const struct eq_plan *p)
{
    uint32_t expanded = 0, positive = 0;
    if (p->n_stages < 1 || p->n_stages > EQ_PLAN_STAGES_MAX || p->stages[0].n_keys > EQ_PLAN_KEYS_MAX ||
        p->maxspan_ns < -1)
        return false;
    for (uint32_t i = 0; i < p->n_stages; i++) {
        uint32_t earlier = p->kind == EQ_PLAN_SEQUENCE ? i : 0;
        if (!check_stage(x, &p->stages[i], earlier, p->stages[0].n_keys))
            return false;
        expanded += p->stages[i].runs;
        positive += !p->stages[i].missing;
    }
    if (p->until && (!check_stage(x, p->until, 0, p->stages[0].n_keys) || p->until->missing || p->until->runs != 1))
        return false;
    return expanded <= EQ_PLAN_STAGES_MAX && x->trees <= EQ_IMAGE_TREES_MAX && check_counts(p, expanded, positive);
}
