/* lineage_save.c — processes and the trackers that know them, by what the trackers ask, since their numbers change with
 * the rules.
 *
 *      [(descendant of …) (child of …)]   e·pid-1: source of 0, derived of 1   e·pid-2: …        process ended last */
#include "match/lineage_priv.h"

/* What a tracker asks, as text: by number of the tracker. */
static enum eq_status tracker_texts(struct eq_intern *out, const struct eq_lineage *l, const struct eq_alloc *alloc)
{
    const struct eq_program *program = l->program;
    const struct eq_predicate **by_number = eq_new(alloc, (program->n_trackers + 1) * sizeof *by_number);
    struct eq_buf text;
    enum eq_status st = by_number ? EQ_OK : EQ_NOMEM;
    uint32_t number;
    for (size_t i = 0; st == EQ_OK && i < program->n_predicates; i++)
        if (program->predicates[i].kind == EQ_P_LINEAGE)
            by_number[program->predicates[i].tracker] = &program->predicates[i];
    eq_buf_init(&text, alloc);
    for (uint32_t i = 0; st == EQ_OK && i < program->n_trackers; i++) {
        eq_buf_clear(&text);
        eq_node_print(&text, by_number[i]->node);
        st = eq_buf_status(&text);
        if (st == EQ_OK)
            st = eq_intern_put(&number, out, eq_buf_slice(&text), NULL);
    }
    eq_buf_free(&text);
    eq_free(alloc, by_number);
    return st;
}

/* ── Saving ── */

static void save_set(struct eq_pack *p, const uint64_t *set, uint32_t n_trackers)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_trackers; i++)
        n += (uint32_t)(set[i / 64] >> (i % 64) & 1);
    eq_pack_u64(p, n);
    for (uint32_t i = 0; i < n_trackers; i++)
        if (set[i / 64] >> (i % 64) & 1)
            eq_pack_u64(p, i);
}

void eq_lineage_save(struct eq_pack *p, const struct eq_lineage *l, const struct eq_alloc *alloc)
{
    struct eq_intern trackers;
    size_t n = 0;
    eq_intern_init(&trackers, alloc);
    enum eq_status st = l ? tracker_texts(&trackers, l, alloc) : EQ_OK;
    if (st != EQ_OK && p->status == EQ_OK)
        p->status = st;
    eq_pack_u64(p, trackers.n);
    for (size_t i = 0; i < trackers.n; i++)
        eq_pack_bytes(p, trackers.items[i]);
    for (uint32_t i = 0; l && i < l->processes.n; i++)
        n += !eq_lineage_empty(l, i);
    eq_pack_u64(p, n);
    for (uint32_t i = 0; l && i < l->processes.n; i++) {
        if (eq_lineage_empty(l, i))
            continue;
        eq_pack_bytes(p, l->processes.items[i]);
        save_set(p, eq_lineage_sources(l, i), (uint32_t)trackers.n);
        save_set(p, eq_lineage_derived(l, i), (uint32_t)trackers.n);
    }
    eq_pack_bytes(p, l ? eq_buf_slice(&l->ended) : eq_slice("", 0));
    eq_pack_u64(p, l ? l->untracked : 0);
    eq_intern_free(&trackers);
}

/* ── Restoring ── */

struct restoring {
    struct eq_unpack *in;
    struct eq_lineage *lineage; /* NULL: nobody asks any more */
    uint32_t *trackers;         /* by saved number: the number now, or EQ_NONE */
    size_t n_trackers;
};

static void restore_trackers(struct restoring *r, const struct eq_alloc *alloc)
{
    struct eq_intern now;
    size_t n = eq_unpack_count(r->in);
    eq_intern_init(&now, alloc);
    r->trackers = eq_unpack_ok(r->in) ? eq_new(alloc, (n + 1) * sizeof *r->trackers) : NULL;
    if (!r->trackers || (r->lineage && tracker_texts(&now, r->lineage, alloc) != EQ_OK))
        eq_unpack_fail(r->in, EQ_NOMEM, NULL);
    for (; r->n_trackers < n && eq_unpack_ok(r->in); r->n_trackers++) {
        struct eq_slice text = eq_unpack_bytes(r->in);
        r->trackers[r->n_trackers] = eq_intern_find(&now, text);
    }
    eq_intern_free(&now);
}

/* Into a set of the process; the saved numbers must ascend. */
static void restore_set(struct restoring *r, uint64_t *set)
{
    size_t n = (size_t)eq_unpack_most(r->in, r->n_trackers);
    uint64_t next = 0;
    while (n-- && eq_unpack_ok(r->in)) {
        uint64_t tracker = eq_unpack_most(r->in, r->n_trackers - 1);
        if (tracker < next)
            eq_unpack_fail(r->in, EQ_INVALID, NULL);
        next = tracker + 1;
        uint32_t now = eq_unpack_ok(r->in) ? r->trackers[tracker] : EQ_NONE;
        if (now != EQ_NONE)
            set[now / 64] |= (uint64_t)1 << (now % 64);
    }
}

/* A process, unless nothing is known of it any more. */
static void restore_process(struct restoring *r, uint64_t *sets)
{
    struct eq_lineage *l = r->lineage;
    struct eq_slice key = eq_unpack_bytes(r->in);
    size_t words = l->words * 2;
    uint64_t any = 0;
    uint32_t number;
    bool added;
    memset(sets, 0, words * sizeof *sets);
    restore_set(r, sets);
    restore_set(r, sets + l->words);
    for (size_t i = 0; i < words; i++)
        any |= sets[i];
    if (!any || !eq_unpack_ok(r->in))
        return;
    if (!eq_grow(l->alloc, &l->sets, &l->cap_sets, (l->processes.n + 1) * words, sizeof *l->sets) ||
        eq_intern_put(&number, &l->processes, key, &added) != EQ_OK)
        eq_unpack_fail(r->in, EQ_NOMEM, NULL);
    else if (!added)
        eq_unpack_fail(r->in, EQ_INVALID, NULL);
    else
        memcpy(eq_lineage_sources(l, number), sets, words * sizeof *sets);
}

/* The same when nobody asks: only passed. */
static void pass_process(struct restoring *r)
{
    (void)eq_unpack_bytes(r->in);
    for (int set = 0; set < 2; set++)
        for (uint64_t n = eq_unpack_most(r->in, r->n_trackers); n && eq_unpack_ok(r->in); n--)
            (void)eq_unpack_u64(r->in);
}

void eq_lineage_restore(struct eq_unpack *u, struct eq_lineage *l, const struct eq_alloc *alloc)
{
    struct restoring r = {.in = u, .lineage = l};
    restore_trackers(&r, alloc);
    uint64_t n = eq_unpack_most(u, EQ_LINEAGE_PROCESSES);
    uint64_t *sets = l ? eq_new(alloc, l->words * 2 * sizeof *sets) : NULL;
    if (l && !sets)
        eq_unpack_fail(u, EQ_NOMEM, NULL);
    while (n-- && eq_unpack_ok(u)) {
        if (l)
            restore_process(&r, sets);
        else
            pass_process(&r);
    }
    struct eq_slice ended = eq_unpack_bytes(u);
    uint64_t untracked = eq_unpack_u64(u);
    if (l && eq_unpack_ok(u)) {
        eq_buf_add(&l->ended, ended);
        l->untracked = untracked;
        l->sweep_at = l->processes.n * 2 > l->sweep_at ? l->processes.n * 2 : l->sweep_at;
        if (eq_buf_status(&l->ended) != EQ_OK)
            eq_unpack_fail(u, EQ_NOMEM, NULL);
    }
    eq_free(alloc, sets);
    eq_free(alloc, r.trackers);
}
