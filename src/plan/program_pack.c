/* program_pack.c — see program_pack.h. */
#include "plan/program_pack.h"

#include "plan/plan_pack_priv.h"

/* ── Writing ── */

/* Does a predicate stand on its own, outside a SEARCH? */
static bool is_outer(const struct eq_predicate *q)
{
    return !(q->kind == EQ_P_EXISTS ? q->frame == EQ_FRAME_ELEMENT : q->reads & EQ_READS_ELEMENT);
}

void eq_program_pack_number(struct eq_plan_pack *x, const struct eq_program *p)
{
    for (size_t i = 0; i < p->n_predicates; i++)
        if (is_outer(&p->predicates[i]))
            eq_plan_pack_number(x, p->predicates[i].node);
}

struct writer {
    struct eq_plan_pack *x;
    const struct eq_program *p;
    uint32_t *leaves; /* by predicate */
    uint32_t *places; /* by jump, while its clause is written: its number in it, 1 + */
    struct eq_buf words;
};

static void write_leaves(struct writer *w)
{
    struct eq_image *k = w->x->k;
    const uint32_t *words;
    size_t n = 0;
    eq_buf_clear(&w->words);
    for (size_t i = 0; i < w->p->n_predicates; i++) {
        if (!is_outer(&w->p->predicates[i]))
            continue;
        uint32_t number = eq_plan_pack_number(w->x, w->p->predicates[i].node);
        eq_buf_add(&w->words, eq_slice((const char *)&number, sizeof number));
        w->leaves[i] = (uint32_t)n++;
    }
    words = (const uint32_t *)(const void *)w->words.ptr;
    eq_image_words(k, &words, &n);
}

static void mark(struct writer *w, uint32_t jump, uint32_t *lowest)
{
    if (jump >= EQ_REJECT)
        return;
    w->places[jump] = 1;
    *lowest = jump < *lowest ? jump : *lowest;
}

static uint32_t place_of(const struct writer *w, uint32_t to)
{
    return to >= EQ_REJECT ? to : w->places[to] - 1;
}

/* The jumps that can be reached, which all lead backwards. */
static void write_jumps(struct writer *w, uint32_t entry)
{
    uint32_t lowest = entry, n = 0;
    const struct eq_jump *jumps = w->p->jumps;
    eq_buf_clear(&w->words);
    if (entry >= EQ_REJECT)
        return;
    mark(w, entry, &lowest);
    for (uint32_t i = entry + 1; i-- > lowest;)
        if (w->places[i]) {
            mark(w, jumps[i].on_true, &lowest);
            mark(w, jumps[i].on_false, &lowest);
        }
    for (uint32_t i = lowest; i <= entry; i++) {
        if (!w->places[i])
            continue;
        uint32_t words[3] = {w->leaves[jumps[i].predicate], place_of(w, jumps[i].on_true), place_of(w, jumps[i].on_false)};
        eq_buf_add(&w->words, eq_slice((const char *)words, sizeof words));
        w->places[i] = ++n;
    }
}

static void write_clause(struct writer *w, const struct eq_clause *c)
{
    struct eq_image *k = w->x->k;
    uint32_t entry = c->entry;
    write_jumps(w, entry);
    const uint32_t *words = (const uint32_t *)(const void *)w->words.ptr;
    size_t n = w->words.len / sizeof *words;
    eq_image_words(k, &words, &n);
    if (n == 0)
        eq_image_u32(k, &entry);
    eq_buf_clear(&w->words);
    for (uint32_t i = 0; i < c->n_witnesses; i++)
        eq_buf_add(&w->words, eq_slice((const char *)&w->leaves[c->witnesses[i]], sizeof(uint32_t)));
    words = (const uint32_t *)(const void *)w->words.ptr;
    n = c->n_witnesses;
    eq_image_words(k, &words, &n);
    k->nomem |= w->words.failed;
}

void eq_program_pack(struct eq_plan_pack *x, const struct eq_program *p)
{
    const struct eq_alloc *alloc = x->k->words.alloc;
    struct writer w = {x, p, eq_new(alloc, (p->n_predicates + 1) * sizeof *w.leaves),
                       eq_new(alloc, (p->n_jumps + 1) * sizeof *w.places), {0}};
    eq_buf_init(&w.words, alloc);
    x->k->nomem |= !w.leaves || !w.places;
    if (!x->k->nomem)
        write_leaves(&w);
    for (size_t i = 0; i < p->n_rules && !x->k->nomem; i++)
        for (uint32_t c = 0; c < p->rules[i].n_clauses; c++)
            write_clause(&w, &p->clauses[p->rules[i].clauses[c]]);
    eq_buf_free(&w.words);
    eq_free(alloc, w.leaves);
    eq_free(alloc, w.places);
}

/* ── Reading ── */

static void read_leaves(struct eq_known_nodes *out, struct eq_plan_pack *x)
{
    struct eq_image *k = x->k;
    const uint32_t *numbers;
    size_t n;
    eq_image_words(k, &numbers, &n);
    k->bad |= n > x->n; /* no two are the same */
    struct eq_known_leaf *leaves = k->bad ? NULL : eq_arena_room(k->arena, (n + 1) * sizeof *leaves);
    k->nomem |= !k->bad && !leaves;
    k->bad |= !leaves;
    for (size_t i = 0; i < n && !k->bad; i++) {
        const struct eq_node_facts *f = &x->facts[numbers[i] < x->n ? numbers[i] : 0];
        x->trees += f->size;
        k->bad = numbers[i] >= x->n || !f->leaf || x->trees > EQ_IMAGE_TREES_MAX;
        leaves[i] = (struct eq_known_leaf){numbers[i], f->field, f->looks};
    }
    out->leaves = leaves;
    out->n_leaves = n;
}

static bool is_target(uint32_t to, uint32_t from)
{
    return to >= EQ_REJECT || to < from;
}

/* `earlier`: how many stages may be named by alias. */
static bool check_clause(const struct eq_ready_clause *c, const struct eq_known_nodes *known,
                         const struct eq_node_facts *facts, uint32_t earlier)
{
    for (uint32_t i = 0; i < c->n_jumps; i++) {
        const struct eq_jump *j = &c->jumps[i];
        if (j->predicate >= known->n_leaves || facts[known->leaves[j->predicate].node].aliases > earlier ||
            !is_target(j->on_true, i) || !is_target(j->on_false, i))
            return false;
    }
    for (uint32_t i = 0; i < c->n_witnesses; i++)
        if (c->witnesses[i] >= known->n_leaves || !facts[known->leaves[c->witnesses[i]].node].eager)
            return false;
    return c->entry >= EQ_REJECT;
}

static void read_clause(struct eq_ready_clause *c, struct eq_image *k)
{
    const uint32_t *words;
    size_t n;
    eq_image_words(k, &words, &n);
    k->bad |= n % 3 != 0;
    c->jumps = (const struct eq_jump *)(const void *)words;
    c->n_jumps = (uint32_t)(n / 3);
    c->entry = EQ_REJECT;
    if (n == 0)
        eq_image_u32(k, &c->entry);
    eq_image_words(k, &c->witnesses, &n);
    c->n_witnesses = (uint32_t)n;
}

_Static_assert(sizeof(struct eq_jump) == 3 * sizeof(uint32_t), "a jump is three words of an image");

void eq_program_unpack(struct eq_packed_program *out, struct eq_plan_pack *x, const struct eq_plan *plans, size_t n)
{
    struct eq_image *k = x->k;
    size_t total = 0, next = 0;
    *out = (struct eq_packed_program){.known = {.nodes = x->nodes, .n_nodes = x->n}};
    read_leaves(&out->known, x);
    for (size_t i = 0; i < n && !k->bad; i++)
        total += eq_plan_filters(&plans[i]);
    out->clauses = k->bad ? NULL : eq_arena_alloc(k->arena, (total + 1) * sizeof *out->clauses);
    k->nomem |= !k->bad && !out->clauses;
    k->bad |= !out->clauses;
    for (size_t i = 0; i < n && !k->bad; i++)
        for (uint32_t s = 0; s < eq_plan_filters(&plans[i]) && !k->bad; s++) {
            struct eq_ready_clause *c = &out->clauses[next++];
            bool earlier = plans[i].kind == EQ_PLAN_SEQUENCE && s < plans[i].n_stages;
            read_clause(c, k);
            k->bad = k->bad || !check_clause(c, &out->known, x->facts, earlier ? s : 0);
        }
}
