/* memo.c — see memo.h: a table of one entry per place, overwritten by what comes later, in front of an arena. A hit
 * reads a place and an entry, which lies in one piece: as few lines of the cache as can be. */
#include "match/memo.h"

#include "base/intern.h"

#define PLACES 65536      /* power of two */
#define SEEN_BITS 1048576 /* power of two: values seen once */
#define TEXT_MAX 1024     /* longer values rarely repeat */

struct place {
    uint64_t hash;
    const struct eq_memo_entry *entry; /* NULL: free */
};

struct eq_memo {
    const struct eq_alloc *alloc;
    struct place *places;
    uint64_t *seen;
    size_t n_seen;        /* bits set */
    struct eq_arena arena;
    size_t budget;
    struct eq_memo_stats stats;
};

enum eq_status eq_memo_new(struct eq_memo **out, size_t budget, const struct eq_alloc *alloc)
{
    struct eq_memo *m = eq_new(alloc, sizeof *m);
    if (!m)
        return EQ_NOMEM;
    m->alloc = alloc;
    m->budget = budget;
    eq_arena_init(&m->arena, alloc);
    m->places = eq_new(alloc, PLACES * sizeof *m->places);
    m->seen = eq_new(alloc, SEEN_BITS / 8);
    if (!m->places || !m->seen) {
        eq_memo_free(m);
        return EQ_NOMEM;
    }
    *out = m;
    return EQ_OK;
}

void eq_memo_free(struct eq_memo *m)
{
    if (!m)
        return;
    eq_free(m->alloc, m->places);
    eq_free(m->alloc, m->seen);
    eq_arena_free(&m->arena);
    eq_free(m->alloc, m);
}

static void fetch(const void *p)
{
#if defined(__GNUC__)
    __builtin_prefetch(p);
#else
    (void)p;
#endif
}

static uint64_t seen_bit(uint64_t hash)
{
    return hash >> 16 & (SEEN_BITS - 1);
}

/* Was the hash seen before? Notes that it is seen now. */
static bool seen_before(struct eq_memo *m, uint64_t hash)
{
    uint64_t bit = seen_bit(hash);
    uint64_t mask = (uint64_t)1 << (bit & 63);
    if (m->seen[bit >> 6] & mask)
        return true;
    if (++m->n_seen > SEEN_BITS / 4) { /* too full to tell anything */
        memset(m->seen, 0, SEEN_BITS / 8);
        m->n_seen = 1;
    }
    m->seen[bit >> 6] |= mask;
    return false;
}

static const char *text_of(const struct eq_memo_entry *e)
{
    return (const char *)(e->items + e->n_clauses + e->n_predicates);
}

static bool same(const struct eq_memo_entry *e, const struct eq_memo_key *key)
{
    return e->field == key->field && e->type == key->type && e->len == key->text.len &&
           eq_same_bytes(text_of(e), key->text.ptr, e->len);
}

bool eq_memo_key(struct eq_memo_key *key, const struct eq_memo *m, uint32_t field, const struct eq_value *v)
{
    if (v->type == EQ_BOOL || v->len == 0 || v->len > TEXT_MAX)
        return false;
    *key = (struct eq_memo_key){eq_hash_bytes(v->s, v->len), field, v->type, eq_value_slice(v)};
    key->hash ^= (field + 1) * 0x9E3779B97F4A7C15u;
    fetch(&m->places[key->hash & (PLACES - 1)]);
    return true;
}

void eq_memo_fetch(const struct eq_memo *m, const struct eq_memo_key *key)
{
    const struct place *p = &m->places[key->hash & (PLACES - 1)];
    if (p->hash == key->hash)
        fetch(p->entry);
    else
        fetch(&m->seen[seen_bit(key->hash) >> 6]);
}

const struct eq_memo_entry *eq_memo_find(struct eq_memo *m, const struct eq_memo_key *key, bool *worth)
{
    const struct place *p = &m->places[key->hash & (PLACES - 1)];
    *worth = false;
    if (p->hash == key->hash && p->entry && same(p->entry, key)) {
        m->stats.hits++;
        return p->entry;
    }
    m->stats.misses++;
    *worth = seen_before(m, key->hash);
    return NULL;
}

static void start_anew(struct eq_memo *m)
{
    memset(m->places, 0, PLACES * sizeof *m->places);
    eq_arena_reset(&m->arena);
    m->stats.resets++;
}

static void copy_numbers(uint32_t *to, const uint32_t *from, uint32_t n)
{
    if (n)
        memcpy(to, from, n * sizeof *to);
}

void eq_memo_put(struct eq_memo *m, const struct eq_memo_key *key, const uint32_t *clauses, uint32_t n_clauses,
                 const uint32_t *predicates, uint32_t n_predicates)
{
    struct eq_memo_entry *e;
    size_t bytes = sizeof *e + ((size_t)n_clauses + n_predicates) * sizeof *e->items + key->text.len;
    if (m->arena.used_bytes + bytes > m->budget)
        start_anew(m);
    e = eq_arena_alloc(&m->arena, bytes);
    if (!e)
        return;
    *e = (struct eq_memo_entry){key->field, key->type, (uint32_t)key->text.len, n_clauses, n_predicates};
    copy_numbers(e->items, clauses, n_clauses);
    copy_numbers(e->items + n_clauses, predicates, n_predicates);
    memcpy(e->items + n_clauses + n_predicates, key->text.ptr, key->text.len);
    m->places[key->hash & (PLACES - 1)] = (struct place){key->hash, e};
}

struct eq_memo_stats eq_memo_stats(const struct eq_memo *m)
{
    struct eq_memo_stats stats = m->stats;
    stats.bytes = m->arena.used_bytes + PLACES * sizeof *m->places + SEEN_BITS / 8;
    return stats;
}
