/* index_priv.h — the tables of each field, shared by index.c, which makes them, and index_look.c. */
#ifndef EQ_MATCH_INDEX_PRIV_H
#define EQ_MATCH_INDEX_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "match/index.h"
#include "match/windows.h"

/* Predicates; grows while building. */
struct list {
    uint32_t *items;
    uint32_t n;
    size_t cap;
};

/* Texts that stand for predicates; a bit per length keeps most values from being hashed at all. */
struct texts {
    uint64_t lengths;   /* bit min(len, 63) */
    struct list *lists; /* by key number */
    size_t cap;
    struct eq_intern keys;
};

/* A pattern and all predicates that ask for it: what it takes to see whether it matches where its window stands. */
struct pattern {
    const char *run; /* it is this run of literal text, folded, with or without stars around it; NULL: it is more */
    uint32_t len;
    bool at_start, at_end; /* the run must stand there: no star */
    uint32_t first, n;     /* its predicates, among those of the field */
};

struct field_index {
    atomic_bool ready;    /* all below is made, and does not change again */
    struct eq_arena arena;
    struct texts exact;   /* string values: == in, and like without wildcards */
    struct texts likes;   /* numbers and booleans by their text: like without wildcards */
    struct texts folded;  /* any value by its folded text */
    struct texts numbers; /* number values, by canonical bytes */
    struct list yes_no[2];
    struct pattern *patterns;
    struct eq_glob *globs; /* the same, compiled */
    uint32_t *predicates;  /* of all patterns */
    size_t n_patterns;
    struct eq_windows *windows; /* of the patterns; NULL if they are few */
};

struct eq_index {
    const struct eq_alloc *alloc;
    struct field_index *fields;
    struct eq_index_field *plain; /* what is looked at most of each, by field */
    size_t n;
    const struct eq_program *program;
    uint32_t *starts, *predicates; /* TEXT predicates of field f: predicates[starts[f] .. starts[f + 1] - 1], ascending */
    bool *in_making;      /* by field: some thread is at it */
    pthread_mutex_t lock; /* of in_making */
    pthread_cond_t made;  /* a field is, or failed to be */
};

/* The same bytes for equal numbers, whatever their type: 5 and 5.0. */
struct number_key {
    char bytes[9];
};
struct eq_slice eq_index_number_key(struct number_key *k, struct eq_number n);

static inline uint64_t eq_index_length_bit(size_t len)
{
    return (uint64_t)1 << (len < 63 ? len : 63);
}

/* Make the tables of a field, if no other thread did meanwhile; while one does, make some of the `n` next. EQ_NOMEM: nothing
 * is left of them. */
enum eq_status eq_index_make_field(const struct eq_index *index, uint32_t field, const uint32_t *next, size_t n);

#endif
