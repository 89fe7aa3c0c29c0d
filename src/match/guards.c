/* guards.c — see decision.h: which fields decide much with few predicates.
 *
 * A field is worth being a guard if many clauses ask it (USES_SHARE) and nearly all ask for the same few things
 * (USES_PER_PREDICATE). Which fields these are shows in the rules themselves; only speed depends on it. */
#include "match/bits.h"
#include "match/decision.h"

enum {
    USES_SHARE = 10,        /* at least a tenth as many uses as there are clauses */
    USES_PER_PREDICATE = 5, /* halves: 5 stands for 2.5 uses of each predicate */
    MOST_PREDICATES = 1024  /* of one guard */
};

/* How often clauses ask for a field, and for how many different things. */
struct usage {
    size_t uses, predicates;
};

static struct usage *count_usage(const struct eq_program *p)
{
    struct usage *usage = eq_new(p->alloc, (eq_fields_count(p->fields) + 1) * sizeof *usage);
    for (size_t i = 0; usage && i < p->n_eager; i++)
        usage[p->predicates[i].field].predicates++;
    for (size_t i = 0; usage && i < p->n_jumps; i++)
        if (p->jumps[i].predicate < p->n_eager)
            usage[p->predicates[p->jumps[i].predicate].field].uses++;
    return usage;
}

static bool is_worth_it(const struct usage *u, const struct eq_program *p)
{
    return u->uses > 1 && u->uses * USES_SHARE >= p->n_clauses && 2 * u->uses >= USES_PER_PREDICATE * u->predicates &&
           u->predicates <= MOST_PREDICATES;
}

/* The field with most uses among those that are worth it; it is struck out. EQ_NONE: there is none left. */
static uint32_t take_best(struct usage *usage, const struct eq_program *p)
{
    uint32_t best = EQ_NONE;
    for (uint32_t f = 0; f < eq_fields_count(p->fields); f++)
        if (is_worth_it(&usage[f], p) && (best == EQ_NONE || usage[f].uses > usage[best].uses))
            best = f;
    if (best != EQ_NONE)
        usage[best].uses = 0;
    return best;
}

enum eq_status eq_guards_build(struct eq_guards *out, const struct eq_program *p, struct eq_arena *arena)
{
    struct usage *usage = count_usage(p);
    uint32_t field;
    *out = (struct eq_guards){.is_field = eq_arena_alloc(arena, eq_bit_words(eq_fields_count(p->fields)) * 8),
                              .is_predicate = eq_arena_alloc(arena, eq_bit_words(p->n_eager) * 8)};
    if (!usage || !out->is_field || !out->is_predicate) {
        eq_free(p->alloc, usage);
        return EQ_NOMEM;
    }
    while (out->n_fields < EQ_GUARDS_MAX && (field = take_best(usage, p)) != EQ_NONE) {
        out->fields[out->n_fields++] = field;
        eq_bit_set(out->is_field, field);
    }
    for (uint32_t i = 0; i < p->n_eager; i++)
        if (eq_bit_get(out->is_field, p->predicates[i].field))
            eq_bit_set(out->is_predicate, i);
    eq_free(p->alloc, usage);
    return EQ_OK;
}
