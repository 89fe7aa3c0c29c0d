/* lineage_priv.h — the table of processes, and two sets of trackers for each. */
#ifndef EQ_MATCH_LINEAGE_PRIV_H
#define EQ_MATCH_LINEAGE_PRIV_H

#include "match/lineage.h"

#define EQ_LINEAGE_FIRST_SWEEP 4096

struct eq_lineage {
    const struct eq_alloc *alloc;
    const struct eq_program *program;
    size_t words;          /* of a set of trackers */
    uint64_t *child, *descendant, *event; /* trackers by relation */
    struct eq_intern processes;
    uint64_t *sets;        /* by process: words of source bits, then words of derived bits */
    size_t cap_sets, sweep_at;
    uint64_t untracked;
    struct eq_buf key;     /* of the event's process */
    struct eq_buf other;   /* of its parent or an ancestor */
    uint64_t *inherited;   /* by the event's process */
    uint32_t self;         /* number of the event's process, or EQ_NONE */
    bool has_key;
    struct eq_buf ended;   /* key of the process that the last process event ended; empty if it ended none */
};

static inline uint64_t *eq_lineage_sources(const struct eq_lineage *l, uint32_t process)
{
    return l->sets + (size_t)process * l->words * 2;
}

static inline uint64_t *eq_lineage_derived(const struct eq_lineage *l, uint32_t process)
{
    return eq_lineage_sources(l, process) + l->words;
}

static inline bool eq_lineage_empty(const struct eq_lineage *l, uint32_t process)
{
    const uint64_t *set = eq_lineage_sources(l, process);
    uint64_t any = 0;
    for (size_t i = 0; i < l->words * 2; i++)
        any |= set[i];
    return any == 0;
}

#endif
