/* leaf.c — leaves of conditions as predicates: each distinct one once, whoever asks.
 *
 *      (any (like~ process.name "cmd.exe"))     TEXT   field process.name     eager: match/index.h finds it
 *      (any (> (call length …) 3))              EXPR   steps of the machine   lazy: asked when a clause comes to it
 *
 * Leaves are told apart by their canonical text, and those of a pack, of which no two are equal, by where they are. */
#include "plan/compile_priv.h"
#include "plan/glob.h"

static enum eq_status resolve_field(uint32_t *out, const struct eq_node *field, void *ctx)
{
    struct eq_compile *c = ctx;
    if (field->frame == EQ_FRAME_ELEMENT)
        return eq_fields_add(out, c->element_fields, field->path);
    return eq_fields_add(out, c->p->fields, field->path);
}

static bool reads_event_field(const struct eq_node *n)
{
    return n->kind == EQ_N_FIELD && n->frame == EQ_FRAME_EVENT;
}

bool eq_leaf_is_text(const struct eq_node *leaf)
{
    if (leaf->kind != EQ_N_ANY)
        return false;
    const struct eq_node *e = leaf->kids[0];
    uint32_t i = 1;
    if (!eq_expr_is_text(e, true, true) || !reads_event_field(e->kids[0]))
        return false;
    while (i < e->n_kids && eq_is_literal(e->kids[i]))
        i++;
    return i == e->n_kids;
}

/* What looking up a value for a TEXT leaf takes, EQ_LOOKS_…. */
static uint8_t looks_of(const struct eq_node *leaf)
{
    const struct eq_node *e = leaf->kids[0];
    bool wild = false;
    for (uint32_t i = 1; e->kind == EQ_N_LIKE && i < e->n_kids && !wild; i++)
        wild = eq_glob_is_wild(eq_value_slice(&e->kids[i]->value));
    return eq_expr_looks(e, wild);
}

static uint8_t reads_of(const struct eq_node *n)
{
    uint8_t reads = 0;
    if (n->kind == EQ_N_FIELD && n->frame == EQ_FRAME_ELEMENT)
        reads = EQ_READS_ELEMENT;
    else if (n->kind == EQ_N_FIELD && n->frame >= EQ_FRAME_ALIAS)
        reads = EQ_READS_ALIAS;
    for (uint32_t i = 0; i < n->n_kids; i++)
        reads |= reads_of(n->kids[i]);
    return reads;
}

static enum eq_status note_regexes(struct eq_program *p, const struct eq_expr *e)
{
    for (uint32_t i = 0; i < e->n_sets; i++)
        for (size_t k = 0; e->sets[i].patterns && k < e->sets[i].n; k++) {
            if (!eq_grow(p->alloc, &p->regexes, &p->cap_regexes, p->n_regexes + 1, sizeof *p->regexes))
                return EQ_NOMEM;
            p->regexes[p->n_regexes++] = (struct eq_program_regex){e->sets[i].patterns[k], e->sets[i].fold};
        }
    return EQ_OK;
}

static enum eq_status compile_expr(struct eq_predicate *q, struct eq_compile *c, const struct eq_node *e)
{
    struct eq_expr_resolver resolve = {resolve_field, c};
    uint32_t n_regexes = (uint32_t)c->p->n_regexes;
    enum eq_status st = eq_expr_compile(&q->expr, e, &c->p->arena, &resolve, &n_regexes);
    return st == EQ_OK ? note_regexes(c->p, &q->expr) : st;
}

static enum eq_status compile_search(struct eq_predicate *q, struct eq_compile *c, const struct eq_node *leaf)
{
    struct eq_compile inner = {.p = c->p, .scratch = c->scratch, .text = c->text};
    enum eq_status st = eq_fields_add_array(&q->field, c->p->fields, leaf->kids[0]->path);
    if (st != EQ_OK)
        return st;
    inner.element_fields = c->p->fields->items[q->field].elements;
    st = eq_compile_clause(&q->clause, &inner, leaf->kids[1], EQ_NONE, 0);
    q->reads = (uint8_t)(inner.reads & ~EQ_READS_ELEMENT);
    return st;
}

static enum eq_status compile_leaf(struct eq_predicate *q, struct eq_compile *c, const struct eq_node *leaf)
{
    struct eq_compile inner = {.p = c->p, .scratch = c->scratch, .text = c->text};
    enum eq_status st;
    bool text = eq_leaf_is_text(leaf);
    q->node = leaf;
    q->reads = text ? 0 : reads_of(leaf);
    switch (leaf->kind) {
    case EQ_N_EXISTS:
        q->kind = EQ_P_EXISTS;
        q->frame = leaf->kids[0]->frame;
        return resolve_field(&q->field, leaf->kids[0], c);
    case EQ_N_SEARCH: q->kind = EQ_P_SEARCH; return compile_search(q, c, leaf);
    case EQ_N_LINEAGE:
        q->kind = EQ_P_LINEAGE;
        st = eq_compile_clause(&q->clause, &inner, leaf->kids[0], EQ_NONE, 0);
        q->reads = EQ_READS_PAST;
        return st;
    default: break;
    }
    q->kind = text && !c->p->plain ? EQ_P_TEXT : EQ_P_EXPR;
    if (q->kind == EQ_P_TEXT) {
        q->looks = looks_of(leaf);
        return resolve_field(&q->field, leaf->kids[0]->kids[0], c);
    }
    return compile_expr(q, c, leaf->kids[0]);
}

bool eq_leaf_is_eager(const struct eq_node *leaf)
{
    return leaf->kind == EQ_N_EXISTS ? reads_event_field(leaf->kids[0]) : eq_leaf_is_text(leaf);
}

/* Where the number of a leaf's predicate is kept among those of known nodes; NULL if it is not one of them. */
static uint32_t *known_place(struct eq_program *p, const struct eq_node *leaf)
{
    uintptr_t first = (uintptr_t)p->known.nodes, at = (uintptr_t)leaf;
    bool known = at >= first && at < first + p->known.n_nodes * sizeof *leaf;
    return known ? &p->known_numbers[leaf - p->known.nodes] : NULL;
}

/* The same among canonical texts; EQ_NONE stands there if no equal leaf was seen. Element fields are numbered per
 * array, so the array is part of what makes leaves equal that read its elements. */
static enum eq_status text_place(uint32_t **out, struct eq_compile *c, const struct eq_node *leaf, bool element)
{
    struct eq_program *p = c->p;
    uint32_t number;
    bool added;
    eq_buf_clear(c->text);
    if (element)
        eq_buf_printf(c->text, "%p ", (void *)c->element_fields);
    eq_node_print(c->text, leaf);
    enum eq_status st = eq_buf_status(c->text);
    if (st == EQ_OK)
        st = eq_intern_put(&number, &p->leaves, eq_buf_slice(c->text), &added);
    if (st != EQ_OK)
        return st;
    if (!eq_grow(p->alloc, &p->leaf_predicates, &p->cap_leaves, number + 1u, sizeof *p->leaf_predicates))
        return EQ_NOMEM;
    *out = &p->leaf_predicates[number];
    if (added)
        **out = EQ_NONE;
    return EQ_OK;
}

/* A place for one more predicate, at *out. */
static enum eq_status add_predicate(uint32_t *out, struct eq_program *p)
{
    if (!eq_grow(p->alloc, &p->predicates, &p->cap_predicates, p->n_predicates + 1, sizeof *p->predicates))
        return EQ_NOMEM;
    *out = (uint32_t)p->n_predicates++;
    p->predicates[*out] = (struct eq_predicate){.weight = EQ_NOT_WEIGHED};
    return EQ_OK;
}

enum eq_status eq_leaf_predicate(uint32_t *out, struct eq_compile *c, const struct eq_node *leaf)
{
    struct eq_program *p = c->p;
    bool element = c->element_fields && reads_of(leaf) & EQ_READS_ELEMENT;
    bool made = leaf->kind == EQ_N_EXISTS; /* by make_exists, perhaps: an equal one may be known */
    uint32_t *place = element || made ? NULL : known_place(p, leaf);
    enum eq_status st = place ? EQ_OK : text_place(&place, c, leaf, element);
    if (st != EQ_OK)
        return st;
    *out = *place;
    if (*out != EQ_NONE)
        return EQ_OK;
    st = add_predicate(out, p);
    if (st != EQ_OK)
        return st;
    *place = *out;
    struct eq_predicate q = p->predicates[*out];
    st = compile_leaf(&q, c, leaf);
    p->predicates[*out] = q; /* the array may have moved: a search adds predicates of its own */
    return st;
}

/* Its nodes are not looked at, for they are many and lie far apart; each field is, once. */
enum eq_status eq_leaf_known_predicate(uint32_t *out, struct eq_compile *c, const struct eq_known_leaf *leaf)
{
    struct eq_program *p = c->p;
    if (leaf->field == EQ_NONE)
        return eq_leaf_predicate(out, c, &p->known.nodes[leaf->node]);
    uint32_t *place = &p->known_numbers[leaf->node], *field = &p->known_numbers[leaf->field];
    *out = *place;
    if (*out != EQ_NONE)
        return EQ_OK;
    enum eq_status st = *field == EQ_NONE ? resolve_field(field, &p->known.nodes[leaf->field], c) : EQ_OK;
    if (st == EQ_OK)
        st = add_predicate(out, p);
    if (st != EQ_OK)
        return st;
    *place = *out;
    struct eq_predicate *q = &p->predicates[*out];
    q->kind = EQ_P_TEXT;
    q->looks = leaf->looks;
    q->field = *field;
    q->node = &p->known.nodes[leaf->node];
    return EQ_OK;
}
