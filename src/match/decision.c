/* decision.c — see decision.h: a table from true guard predicates to decisions, in front of an arena.
 *
 * Making a decision goes through the whole program, so it must be earned: each event gives one credit, a decision takes
 * as many as it is long, and some are given at the start. */
#include "match/decision.h"

#include "base/intern.h"
#include "match/bits.h"
#include "match/residual.h"

enum {
    PLACES = 2048,          /* power of two */
    MOST_DECISIONS = 1024,  /* then they begin anew */
    SEEN_BITS = 65536,      /* power of two: combinations seen once */
    JUMPS_PER_CREDIT = 128, /* gone through for the credit of one event */
    FIRST_DECISIONS = 64    /* that can be made at once */
};

struct place {
    uint64_t hash;
    const uint32_t *key;
    size_t n_key;
    struct eq_decision decision; /* residual NULL: free */
};

struct kept_residual {
    uint64_t hash;
    struct eq_residual *residual;
};

struct eq_decisions {
    const struct eq_alloc *alloc;
    struct eq_residual_maker maker;
    struct eq_arena arena;
    size_t budget;
    struct place *places;
    size_t n;
    struct kept_residual *residuals; /* MOST_DECISIONS */
    uint64_t *seen;
    size_t n_seen;
    uint64_t credit, cost;
    struct eq_decision_stats stats;
};

enum eq_status eq_decisions_new(struct eq_decisions **out, const struct eq_program *program,
                                const struct eq_guards *guards, size_t budget, const struct eq_alloc *alloc)
{
    struct eq_decisions *d = eq_new(alloc, sizeof *d);
    if (!d)
        return EQ_NOMEM;
    d->alloc = alloc;
    d->budget = budget;
    d->cost = 1 + program->n_jumps / JUMPS_PER_CREDIT;
    d->credit = d->cost * FIRST_DECISIONS;
    eq_arena_init(&d->arena, alloc);
    d->places = eq_new(alloc, PLACES * sizeof *d->places);
    d->residuals = eq_new(alloc, MOST_DECISIONS * sizeof *d->residuals);
    d->seen = eq_new(alloc, SEEN_BITS / 8);
    enum eq_status st = eq_residual_maker_init(&d->maker, program, guards, alloc);
    if (st != EQ_OK || !d->places || !d->residuals || !d->seen) {
        eq_decisions_free(d);
        return EQ_NOMEM;
    }
    *out = d;
    return EQ_OK;
}

void eq_decisions_free(struct eq_decisions *d)
{
    if (!d)
        return;
    eq_residual_maker_free(&d->maker);
    eq_free(d->alloc, d->places);
    eq_free(d->alloc, d->residuals);
    eq_free(d->alloc, d->seen);
    eq_arena_free(&d->arena);
    eq_free(d->alloc, d);
}

static void start_anew(struct eq_decisions *d)
{
    memset(d->places, 0, PLACES * sizeof *d->places);
    eq_arena_reset(&d->arena);
    d->n = d->stats.residuals = 0;
    d->stats.resets++;
}

/* Was the combination seen before? Notes that it is seen now. */
static bool seen_before(struct eq_decisions *d, uint64_t hash)
{
    uint32_t bit = hash >> 32 & (SEEN_BITS - 1);
    if (eq_bit_get(d->seen, bit))
        return true;
    if (++d->n_seen > SEEN_BITS / 4) { /* too full to tell anything */
        memset(d->seen, 0, SEEN_BITS / 8);
        d->n_seen = 1;
    }
    eq_bit_set(d->seen, bit);
    return false;
}

/* A copy in the arena; NULL without memory. */
static void *keep(struct eq_decisions *d, const void *items, size_t n, size_t size)
{
    void *copy = eq_arena_alloc(&d->arena, n * size + 1);
    if (copy && n)
        memcpy(copy, items, n * size);
    return copy;
}

/* What the maker made, as a residual: one that is there already, or a new one. */
static const struct eq_residual *residual_of(struct eq_decisions *d)
{
    const struct eq_residual_maker *m = &d->maker;
    size_t bits = m->n_words * sizeof *m->bits, always = m->n_always * sizeof *m->always;
    uint64_t hash = eq_hash_bytes((const char *)m->bits, bits);
    for (size_t i = 0; i < d->stats.residuals; i++) {
        const struct eq_residual *r = d->residuals[i].residual;
        if (d->residuals[i].hash == hash && r->n_always == m->n_always && memcmp(r->live, m->bits, bits) == 0 &&
            memcmp(r->always, m->always, always) == 0)
            return r;
    }
    struct eq_residual *r = eq_arena_alloc(&d->arena, sizeof *r);
    uint64_t *copy = keep(d, m->bits, m->n_words, sizeof *m->bits);
    uint32_t *list = keep(d, m->always, m->n_always, sizeof *m->always);
    if (!r || !copy || !list)
        return NULL;
    *r = (struct eq_residual){.live = copy,
                              .needed = copy + (m->needed - m->bits),
                              .fields = copy + (m->fields - m->bits),
                              .values = copy + (m->values - m->bits),
                              .always = list,
                              .n_always = m->n_always};
    d->residuals[d->stats.residuals++] = (struct kept_residual){hash, r};
    return r;
}

static const struct eq_decision *make(struct eq_decisions *d, struct place *place, uint64_t hash, const uint32_t *found,
                                      size_t n, const uint64_t *truth)
{
    eq_residual_make(&d->maker, truth);
    uint32_t *key = keep(d, found, n, sizeof *found);
    uint32_t *certain = keep(d, d->maker.certain, d->maker.n_certain, sizeof *certain);
    const struct eq_residual *residual = key && certain ? residual_of(d) : NULL;
    if (!residual)
        return NULL;
    *place = (struct place){hash, key, n, {residual, certain, d->maker.n_certain}};
    d->n++;
    d->stats.made++;
    return &place->decision;
}

const struct eq_decision *eq_decisions_find(struct eq_decisions *d, const uint32_t *found, size_t n,
                                            const uint64_t *truth)
{
    uint64_t hash = eq_hash_bytes((const char *)found, n * sizeof *found);
    struct place *place = &d->places[hash & (PLACES - 1)];
    d->credit += d->credit < d->cost * FIRST_DECISIONS;
    for (; place->decision.residual; place = &d->places[((size_t)(place - d->places) + 1) & (PLACES - 1)])
        if (place->hash == hash && place->n_key == n && memcmp(place->key, found, n * sizeof *found) == 0) {
            d->stats.hits++;
            return &place->decision;
        }
    d->stats.misses++;
    if (!seen_before(d, hash) || d->credit < d->cost)
        return NULL;
    d->credit -= d->cost;
    if (d->n == MOST_DECISIONS || d->arena.used_bytes > d->budget) {
        start_anew(d);
        place = &d->places[hash & (PLACES - 1)];
    }
    return make(d, place, hash, found, n, truth);
}

struct eq_decision_stats eq_decisions_stats(const struct eq_decisions *d)
{
    struct eq_decision_stats stats = d->stats;
    stats.bytes = d->arena.used_bytes;
    return stats;
}
