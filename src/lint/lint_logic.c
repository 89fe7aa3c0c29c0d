/* lint_logic.c — conditions beside each other: never true, always true, repeated, covered.
 *
 *      user.id != null and process.name : "a*" and not (process.name : "ab*" or user.id == null)
 *      └─ facts for what follows ────────────┘           └─ covered? no ───┘    └─ never true here
 *
 * A condition is looked at with the facts around it: the other parts of every `and` that it is part of, also from
 * outside of an `or` or `not`. What is found is told where it arises, and not again for what follows from it. */
#include "lint/lint_priv.h"

enum truth { UNKNOWN, NEVER, ALWAYS };

static enum truth look(struct eq_lint *l, const struct eq_node *n, const struct eq_facts *facts);

static enum truth opposite(enum truth t)
{
    return t == UNKNOWN ? UNKNOWN : t == NEVER ? ALWAYS : NEVER;
}

/* ── Edits ── */

static bool is_word(struct eq_slice s, const struct eq_node *connective)
{
    return eq_slice_eq(s, connective->kind == EQ_N_AND ? EQ_LIT("and") : EQ_LIT("or"));
}

/* Take part i out of its `and` or `or`, with the word beside it; not if anything else stands there. */
static void remove_part(struct eq_lint *l, const struct eq_node *n, uint32_t i)
{
    struct eq_span at = n->kids[i]->span;
    if (i > 0 && is_word(eq_lint_between(l, n->kids[i - 1]->span, at), n))
        eq_lint_edit(l, (struct eq_span){n->kids[i - 1]->span.end, at.end}, "");
    else if (i == 0 && is_word(eq_lint_between(l, at, n->kids[1]->span), n))
        eq_lint_edit(l, (struct eq_span){at.start, n->kids[1]->span.start}, "");
}

/* ── A condition and its facts ── */

/* The fact from which `excludes` or `implies` follows for n; NULL if none. */
static const struct eq_node *find_fact(struct eq_lint *l, const struct eq_facts *facts, const struct eq_node *n,
                                       bool excludes)
{
    for (const struct eq_facts *f = facts; f; f = f->outer)
        for (uint32_t i = 0; i < f->n && l->prover.steps_left; i++)
            if (i != f->skip &&
                (excludes ? eq_excludes(&l->prover, f->kids[i], n) : eq_implies(&l->prover, f->kids[i], n)))
                return f->kids[i];
    return NULL;
}

static void tell_never(struct eq_lint *l, const struct eq_node *n, const struct eq_node *fact)
{
    struct eq_slice q = eq_lint_quote(l, fact->span);
    if (l->prover.one_value)
        eq_lint_report(l, EQ_W0513, n->span, "never true together with %.*s: the field holds one value", (int)q.len,
                       q.ptr);
    else
        eq_lint_report(l, EQ_W0501, n->span, "never true together with %.*s", (int)q.len, q.ptr);
}

static bool contradicts(struct eq_lint *l, const struct eq_node *n, const struct eq_facts *facts)
{
    const struct eq_node *fact = find_fact(l, facts, n, true);
    if (!fact) {
        l->prover.one_value = true;
        fact = find_fact(l, facts, n, true);
    }
    if (fact)
        tell_never(l, n, fact);
    l->prover.one_value = false;
    return fact != NULL;
}

/* ── Parts beside each other ── */

/* Is part i needless beside part j? Of two that say the same the later one is. */
static bool covers(struct eq_lint *l, const struct eq_node *n, uint32_t j, uint32_t i)
{
    const struct eq_node *wide = n->kind == EQ_N_OR ? n->kids[j] : n->kids[i];
    const struct eq_node *narrow = n->kind == EQ_N_OR ? n->kids[i] : n->kids[j];
    return eq_implies(&l->prover, narrow, wide) && (j < i || !eq_implies(&l->prover, wide, narrow));
}

/* One comparison, or its negation. */
static bool is_leaf(const struct eq_node *n)
{
    return n->kind == EQ_N_ANY || (n->kind == EQ_N_NOT && n->kids[0]->kind == EQ_N_ANY);
}

static bool is_list_of(const struct eq_node *n, bool many)
{
    return n->kind == EQ_N_ANY && eq_is_list(n->kids[0]) && (n->kids[0]->n_kids > 2) == many;
}

/* In an `and`: is the needless part there to be asked first, or to be read, or is it one exclusion within another? Then
 * it is a habit and no mistake. */
static bool is_habit(const struct eq_node *wide, const struct eq_node *narrow, bool first)
{
    bool stars = wide->kind == EQ_N_ANY && eq_is_list(wide->kids[0]) && eq_is_stars(wide->kids[0], 1);
    bool quick = first && is_list_of(wide, false) && is_list_of(narrow, true);
    return wide->kind == EQ_N_EXISTS || stars || quick || wide->kind == EQ_N_NOT || !is_leaf(narrow);
}

/* Part i of an `and` follows from a part beside it. */
static void tell_follows(struct eq_lint *l, const struct eq_node *n, uint32_t i, uint32_t j)
{
    struct eq_slice q = eq_lint_quote(l, n->kids[j]->span);
    enum eq_code code = is_habit(n->kids[i], n->kids[j], i < j) ? EQ_W0516 : EQ_W0504;
    if (eq_lint_report(l, code, n->kids[i]->span, "needless: it follows from %.*s", (int)q.len, q.ptr))
        remove_part(l, n, i);
}

/* Part i of an `or` is covered by a part beside it. A single comparison is like an element of a list; where several
 * conditions were put together, somebody thought that they decide. */
static void tell_covered(struct eq_lint *l, const struct eq_node *n, uint32_t i, uint32_t j)
{
    struct eq_slice q = eq_lint_quote(l, n->kids[j]->span);
    if (eq_lint_report(l, is_leaf(n->kids[i]) ? EQ_W0516 : EQ_W0504, n->kids[i]->span,
                       "needless beside %.*s, which covers it", (int)q.len, q.ptr))
        remove_part(l, n, i);
}

/* Tell if part i adds nothing to another part of the same connective. */
static bool needless(struct eq_lint *l, const struct eq_node *n, uint32_t i)
{
    for (uint32_t j = 0; j < n->n_kids && l->prover.steps_left; j++) {
        if (j == i || !covers(l, n, j, i))
            continue;
        if (!eq_same(&l->prover, n->kids[i], n->kids[j]))
            (n->kind == EQ_N_AND ? tell_follows : tell_covered)(l, n, i, j);
        else if (eq_lint_report(l, EQ_W0503, n->kids[i]->span, "stands here twice"))
            remove_part(l, n, i);
        return true;
    }
    return false;
}

/* In an `or`: together with an earlier part, part i leaves nothing out. */
static bool completes(struct eq_lint *l, const struct eq_node *n, uint32_t i)
{
    const struct eq_node *b = n->kids[i];
    for (int one_value = 0; one_value < 2; one_value++)
        for (uint32_t j = 0; j < i && l->prover.steps_left; j++) {
            const struct eq_node *a = n->kids[j];
            bool all = false;
            l->prover.one_value = one_value;
            if (a->kind == EQ_N_NOT && b->kind == EQ_N_NOT)
                all = eq_excludes(&l->prover, a->kids[0], b->kids[0]);
            else if (!one_value && a->kind == EQ_N_NOT)
                all = eq_implies(&l->prover, a->kids[0], b);
            else if (!one_value && b->kind == EQ_N_NOT)
                all = eq_implies(&l->prover, b->kids[0], a);
            l->prover.one_value = false;
            if (!all)
                continue;
            struct eq_slice q = eq_lint_quote(l, a->span);
            if (one_value)
                eq_lint_report(l, EQ_W0513, b->span,
                               "always true together with %.*s: the field holds one value, so it "
                               "differs from one of them",
                               (int)q.len, q.ptr);
            else
                eq_lint_report(l, EQ_W0502, b->span, "always true together with %.*s: one of the two always is",
                               (int)q.len, q.ptr);
            return true;
        }
    return false;
}

/* ── Walking ── */

/* The category in front of `where`, and the condition behind it. */
static bool is_event(const struct eq_lint *l, const struct eq_node *n)
{
    return n->kind == EQ_N_AND && n->n_kids == 2 &&
           eq_slice_eq(eq_lint_between(l, n->kids[0]->span, n->kids[1]->span), EQ_LIT("where"));
}

static bool reads_field(const struct eq_node *n)
{
    bool reads = n->kind == EQ_N_FIELD;
    for (uint32_t i = 0; i < n->n_kids && !reads; i++)
        reads = reads_field(n->kids[i]);
    return reads;
}

/* What was told of part i, or inside of it, makes all of it needless. What was only taken for granted (W0513)
 * stays. */
static void mend_decided(struct eq_lint *l, const struct eq_node *n, uint32_t i, const struct eq_facts *facts)
{
    if (l->edits && find_fact(l, facts, n->kids[i], n->kind == EQ_N_OR))
        remove_part(l, n, i);
}

/* Part i of an `and` or `or`, about which nothing was told yet. */
static enum truth look_around(struct eq_lint *l, const struct eq_node *n, uint32_t i, const struct eq_facts *facts)
{
    const struct eq_node *kid = n->kids[i];
    if (n->kind == EQ_N_OR) {
        const struct eq_node *fact = find_fact(l, facts, kid, false);
        if (contradicts(l, kid, facts)) {
            mend_decided(l, n, i, facts);
            return NEVER;
        }
        if (fact) {
            struct eq_slice q = eq_lint_quote(l, fact->span);
            eq_lint_report(l, EQ_W0502, kid->span, "always true here: it follows from %.*s", (int)q.len, q.ptr);
            return ALWAYS;
        }
        if (needless(l, n, i))
            return NEVER;
        return completes(l, n, i) ? ALWAYS : UNKNOWN;
    }
    /* an `and`: each pair once, so that it is told at the later of the two */
    struct eq_facts before = {facts, n->kids, i, i};
    if (contradicts(l, kid, &before))
        return NEVER;
    if (needless(l, n, i))
        return ALWAYS;
    const struct eq_node *fact = find_fact(l, facts, kid, false);
    if (!fact)
        return UNKNOWN;
    /* what is the same, or one value, is said once more to be read; a list that lets all through was meant otherwise */
    bool list = is_list_of(kid, true) && is_leaf(fact) && !eq_same(&l->prover, fact, kid);
    struct eq_slice q = eq_lint_quote(l, fact->span);
    eq_lint_report(l, list ? EQ_W0504 : EQ_W0516, kid->span, "needless: it follows from %.*s", (int)q.len, q.ptr);
    return ALWAYS;
}

static void tell_constant(struct eq_lint *l, const struct eq_node *n, uint32_t i, enum truth truth)
{
    const struct eq_node *kid = n->kids[i];
    struct eq_diag *d;
    if (truth == NEVER)
        d = eq_lint_report(l, EQ_W0501, kid->span, "this is never true");
    else
        d = eq_lint_report(l, EQ_W0502, kid->span, "this is always true");
    if (d && (truth == ALWAYS) == (n->kind == EQ_N_AND)) /* it decides nothing */
        remove_part(l, n, i);
}

static enum truth look_at_parts(struct eq_lint *l, const struct eq_node *n, const struct eq_facts *facts, bool event)
{
    enum truth zero = n->kind == EQ_N_AND ? NEVER : ALWAYS;
    bool decided = false, all_units = true;
    for (uint32_t i = 0; i < n->n_kids; i++) {
        const struct eq_node *kid = n->kids[i];
        struct eq_facts around = {facts, n->kids, kid->kind == EQ_N_AND ? i : n->n_kids, i};
        enum truth truth = look(l, kid, n->kind == EQ_N_AND ? &around : facts);
        if (truth == UNKNOWN && !(event && i == 0)) /* the category is what the condition is measured by */
            truth = look_around(l, n, i, facts);
        else if (truth != UNKNOWN && !reads_field(kid) && !(event && truth == ALWAYS))
            tell_constant(l, n, i, truth);
        else if (truth == opposite(zero) && reads_field(kid))
            mend_decided(l, n, i, n->kind == EQ_N_AND ? &around : facts);
        decided |= truth == zero;
        all_units &= truth == opposite(zero);
    }
    return decided ? zero : all_units ? opposite(zero) : UNKNOWN;
}

static void look_at_lists(struct eq_lint *l, const struct eq_node *e)
{
    if (eq_is_list(e)) {
#define LINT_LIST(id) eq_lint_##id(l, e);
#include "lint/lint.def"
    }
    for (uint32_t i = 0; i < e->n_kids; i++)
        look_at_lists(l, e->kids[i]);
}

static struct eq_node *copy_node(struct eq_lint *l, const struct eq_node *n)
{
    struct eq_node *copy = eq_arena_alloc(&l->scratch, sizeof *copy);
    struct eq_node **kids = n->n_kids ? eq_arena_alloc(&l->scratch, n->n_kids * sizeof *kids) : NULL;
    if (!copy || (n->n_kids && !kids)) {
        l->nomem = true;
        return NULL;
    }
    *copy = *n;
    for (uint32_t i = 0; i < n->n_kids; i++)
        if (!(kids[i] = copy_node(l, n->kids[i])))
            return NULL;
    if (kids)
        copy->kids = kids;
    return copy;
}

/* The value of a leaf without fields. */
static enum truth compute(struct eq_lint *l, const struct eq_node *leaf)
{
    struct eq_plan_stage stage = {.filter = copy_node(l, leaf), .runs = 1};
    struct eq_plan plan = {.stages = &stage, .n_stages = 1, .maxspan_ns = -1};
    struct eq_diags ignored;
    if (!stage.filter)
        return UNKNOWN;
    eq_diags_init(&ignored, l->diags->alloc);
    enum eq_status st = eq_plan_simplify(&plan, &l->scratch, l->source, &ignored);
    eq_diags_free(&ignored);
    l->nomem |= st == EQ_NOMEM;
    if (st != EQ_OK)
        return UNKNOWN;
    return stage.filter->kind == EQ_N_TRUE ? ALWAYS : stage.filter->kind == EQ_N_FALSE ? NEVER : UNKNOWN;
}

static enum truth look_at_leaf(struct eq_lint *l, const struct eq_node *leaf, const struct eq_facts *facts)
{
    if (!reads_field(leaf))
        return compute(l, leaf);
    for (uint32_t i = 0; i < leaf->n_kids; i++)
        look_at_lists(l, leaf->kids[i]);
#define LINT_LEAF(id) eq_lint_##id(l, leaf, facts);
#include "lint/lint.def"
    return UNKNOWN;
}

static enum truth look(struct eq_lint *l, const struct eq_node *n, const struct eq_facts *facts)
{
    switch (n->kind) {
    case EQ_N_TRUE: return ALWAYS;
    case EQ_N_FALSE: return NEVER;
    case EQ_N_AND:
    case EQ_N_OR: return look_at_parts(l, n, facts, false);
    case EQ_N_NOT:
        if (n->kids[0]->kind == EQ_N_ANY) {
#define LINT_LEAF(id) eq_lint_##id(l, n, facts);
#include "lint/lint.def"
        }
        return opposite(look(l, n->kids[0], facts));
    case EQ_N_SEARCH: return look(l, n->kids[1], NULL) == NEVER ? NEVER : UNKNOWN;
    case EQ_N_LINEAGE: eq_lint_condition(l, n->kids[0]); return UNKNOWN;
    default: return look_at_leaf(l, n, facts);
    }
}

void eq_lint_condition(struct eq_lint *l, const struct eq_node *filter)
{
    bool event = is_event(l, filter);
    enum truth truth = event ? look_at_parts(l, filter, NULL, true) : look(l, filter, NULL);
    if (truth == NEVER && !event && !reads_field(filter))
        eq_lint_report(l, EQ_W0501, filter->span, "this is never true");
}
