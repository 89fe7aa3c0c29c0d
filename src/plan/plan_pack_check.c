/* plan_pack_check.c — is what an image says a plan that could have been built?
 *
 * Each node is looked at once, after its kids: what may stand where, how many, and what the tree below it reads. Sizes
 * add up as if nothing were shared, so that no small image unfolds into an endless one. */
#include "plan/compile_priv.h"
#include "plan/expr.h"
#include "plan/functions.h"
#include "plan/glob.h"
#include "plan/plan_pack_priv.h"

/* ── Kids ── */

enum {
    CONDITION = 1,
    CONSTANT = 2,
    LITERAL = 4, /* a string, number or boolean */
    STRING = 8,
    WILD = 16, /* a string with wildcards */
    FIELD = 32,
    OF_EVENT = 64 /* a field of the event */
};

static bool is_condition(const struct eq_node *n)
{
    return n->kind <= EQ_N_LINEAGE;
}

static uint8_t class_of(const struct eq_node *n)
{
    if (n->kind == EQ_N_FIELD)
        return n->frame == EQ_FRAME_EVENT ? FIELD | OF_EVENT : FIELD;
    if (n->kind != EQ_N_CONST)
        return is_condition(n) ? CONDITION : 0;
    unsigned class = eq_is_literal(n) ? CONSTANT | LITERAL : CONSTANT;
    if (n->value.type == EQ_STRING)
        class |= eq_glob_is_wild(eq_value_slice(&n->value)) ? STRING | WILD : STRING;
    return (uint8_t)class;
}

/* What the kids are: the first, all of the others, any of them. */
struct kids {
    uint8_t first, all, any;
};

static uint32_t number_of(const struct eq_plan_pack *x, const struct eq_node *n)
{
    return (uint32_t)(n - x->nodes);
}

static void add_facts(struct eq_node_facts *f, const struct eq_node_facts *kid)
{
    f->size = f->size + kid->size < EQ_IMAGE_TREE_MAX ? f->size + kid->size : EQ_IMAGE_TREE_MAX;
    f->depth = kid->depth >= f->depth ? (uint16_t)(kid->depth + 1u) : f->depth;
    f->fields = f->fields + kid->fields < FIELDS_MAX ? (uint16_t)(f->fields + kid->fields) : FIELDS_MAX;
    f->aliases = kid->aliases > f->aliases ? kid->aliases : f->aliases;
    f->element = f->element || kid->element;
    f->search = f->search || kid->search;
}

/* Of most kids, which are constants, no more than the class is looked at. */
static struct kids look_at_kids(struct eq_node_facts *f, const struct eq_plan_pack *x, const struct eq_node *n)
{
    static const struct eq_node_facts constant = {.size = 1, .depth = 1, .field = EQ_NONE};
    struct kids k = {.all = UINT8_MAX};
    for (uint32_t i = 0; i < n->n_kids; i++) {
        uint32_t kid = number_of(x, n->kids[i]);
        uint8_t class = x->classes[kid];
        add_facts(f, class & CONSTANT ? &constant : &x->facts[kid]);
        if (i == 0)
            k.first = class;
        k.all &= i == 0 ? UINT8_MAX : class;
        k.any |= i == 0 ? 0 : class;
    }
    return k;
}

/* ── Nodes ── */

static bool is_call(const struct eq_node *n)
{
    if (n->function >= EQ_FUNCTION_COUNT)
        return false;
    const struct eq_function *f = &eq_functions[n->function];
    return n->n_kids >= f->min_args && n->n_kids <= (f->max_args == 255 ? UINT16_MAX : f->max_args) &&
           (f->folds || !n->fold);
}

static bool is_field(const struct eq_node *n)
{
    return n->path.len > 0 || n->frame == EQ_FRAME_ELEMENT;
}

/* Kind, number and kinds of kids. */
static bool check_shape(const struct eq_node *n, struct kids k)
{
    bool expressions = !((k.first | k.any) & CONDITION), few = n->n_kids <= EQ_EXPR_MAX_VALUES;
    switch ((enum eq_node_kind)n->kind) {
    case EQ_N_TRUE:
    case EQ_N_FALSE: return n->n_kids == 0;
    case EQ_N_AND:
    case EQ_N_OR: return n->n_kids >= 2 && k.first & k.all & CONDITION;
    case EQ_N_NOT: return n->n_kids == 1 && k.first & CONDITION;
    case EQ_N_LINEAGE: return n->n_kids == 1 && k.first & CONDITION && n->op <= EQ_EVENT_OF;
    case EQ_N_EXISTS: return n->n_kids == 1 && k.first & FIELD;
    case EQ_N_ANY: return n->n_kids == 1 && expressions;
    case EQ_N_SEARCH: return n->n_kids == 2 && k.first & OF_EVENT && k.all & CONDITION;
    case EQ_N_CONST: return true;
    case EQ_N_FIELD: return is_field(n);
    case EQ_N_CALL: return is_call(n) && expressions;
    case EQ_N_COMPARE: return n->n_kids == 2 && n->op <= EQ_CMP_GE && expressions;
    case EQ_N_IN: return n->n_kids >= 1 && expressions && (k.all & CONSTANT || few); /* others lie on the stack */
    case EQ_N_LIKE:
    case EQ_N_REGEX: return n->n_kids >= 1 && expressions && k.all & STRING;
    case EQ_N_IS_NULL:
    case EQ_N_KNOT: return n->n_kids == 1 && expressions;
    case EQ_N_KAND:
    case EQ_N_KOR: return n->n_kids >= 2 && few && expressions;
    }
    return false;
}

/* What it would be as a predicate, or is below ANY. */
static void note_leaf(struct eq_node_facts *f, const struct eq_plan_pack *x, const struct eq_node *n, struct kids k)
{
    f->leaf = n->kind >= EQ_N_EXISTS && n->kind <= EQ_N_LINEAGE && !f->element;
    f->eager = n->kind == EQ_N_EXISTS && k.first & OF_EVENT;
    if (n->kind == EQ_N_ANY) {
        const struct eq_node_facts *e = &x->facts[number_of(x, n->kids[0])];
        f->field = e->field;
        f->looks = e->looks;
        f->eager = f->field != EQ_NONE;
    } else if (eq_expr_is_text(n, k.first & OF_EVENT, k.all & LITERAL)) {
        f->field = number_of(x, n->kids[0]);
        f->looks = eq_expr_looks(n, k.any & WILD);
    }
}

static struct eq_node_facts field_facts(const struct eq_node *n)
{
    return (struct eq_node_facts){.size = 1,
                                  .depth = 1,
                                  .fields = 1,
                                  .aliases = n->frame >= EQ_FRAME_ALIAS ? (uint16_t)(n->frame - EQ_FRAME_ALIAS + 1u) : 0,
                                  .field = EQ_NONE,
                                  .element = n->frame == EQ_FRAME_ELEMENT};
}

/* A node with kids. */
static bool check_parent(struct eq_node_facts *f, const struct eq_plan_pack *x, const struct eq_node *n)
{
    *f = (struct eq_node_facts){.size = 1, .depth = 1, .field = EQ_NONE};
    struct kids k = look_at_kids(f, x, n);
    if (!check_shape(n, k))
        return false;
    if (n->kind == EQ_N_SEARCH) {
        if (f->search)
            return false; /* none stands in another */
        f->search = true;
        f->element = false;
    }
    if (n->kind == EQ_N_LINEAGE && (f->element || f->aliases))
        return false; /* it is about another event */
    if (n->kind == EQ_N_ANY && f->fields > EQ_EXPR_MAX_CHOICES)
        return false;
    note_leaf(f, x, n, k);
    return f->size < EQ_IMAGE_TREE_MAX && f->depth <= EQ_IMAGE_DEPTH_MAX;
}

bool eq_image_check_node(struct eq_plan_pack *x, uint32_t number)
{
    const struct eq_node *n = &x->nodes[number];
    x->classes[number] = class_of(n);
    if (n->kind == EQ_N_CONST) /* as most are */
        x->facts[number] = (struct eq_node_facts){.size = 1, .depth = 1, .field = EQ_NONE};
    else if (n->kind == EQ_N_FIELD)
        x->facts[number] = field_facts(n);
    else
        return check_parent(&x->facts[number], x, n);
    return n->kind == EQ_N_CONST || is_field(n);
}

/* ── Plans ── */

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
