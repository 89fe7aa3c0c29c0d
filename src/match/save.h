/* save.h — what the parts of a matcher share while its past is written down, or read back.
 *
 *      [settings, counters] [clocks] [names of fields] [events 1 … n] [lineage] [held events] [rule] [rule] …
 *                                                       ▲                                      │
 *                                                       └─ each event once; rules name it ─────┘
 *
 * Nothing that is written depends on how the rules are numbered, on the machine or on the seed of the hash: fields and
 * conditions stand there by name, rules by a hash of their content, keys as values. What is read back may be anything:
 * it is checked before it is used, and what it makes is counted in the budget like everything else.
 *
 * Rules are written twice: first into nothing, to learn which events they need and how long each is. */
#ifndef EQ_MATCH_SAVE_H
#define EQ_MATCH_SAVE_H

#include "base/pack.h"
#include "match/past.h"

struct eq_saving {
    struct eq_pack *out;
    const struct eq_alloc *alloc;
    struct eq_past **events; /* by number - 1 */
    size_t n_events, cap_events;
    struct eq_value *values; /* room for EQ_PLAN_KEYS_MAX */
    bool ended;              /* what is given at the end was given: it need not be saved */
};

struct eq_restoring {
    struct eq_unpack *in;
    struct eq_budget *budget;
    const struct eq_past_fields *kept_fields;
    uint32_t *fields; /* by number in the saved state: the number now, EQ_NONE if it is not needed any more */
    size_t n_fields;
    struct eq_past **events;
    size_t n_events;
    uint32_t *rules; /* by number in the saved state: the number now, or EQ_NONE */
    size_t n_rules;
    uint32_t *clocks; /* by number in the saved state: the clock now */
    size_t n_clocks;
    bool same_partitions; /* the fields of partitions are those of the saved state */
    size_t n_partition_fields; /* of the saved state */
    struct eq_value *values;             /* room for EQ_PLAN_KEYS_MAX */
    struct eq_alert_event *alert_events; /* room for EQ_PLAN_STAGES_MAX */
    struct eq_buf tuple;
};

#define EQ_TOO_MUCH "it holds more than the memory that is allowed"

/* Values, save.c */
void eq_save_time(struct eq_pack *p, struct eq_time t);
struct eq_time eq_restore_time(struct eq_unpack *u);
void eq_save_value(struct eq_pack *p, const struct eq_value *v); /* as events have them; a number with its text */
void eq_restore_value(struct eq_value *out, struct eq_unpack *u); /* strings borrow from what is read */
void eq_save_origin(struct eq_pack *p, const struct eq_origin *o);
struct eq_origin eq_restore_origin(struct eq_unpack *u); /* borrows */
void eq_save_alert_event(struct eq_pack *p, const struct eq_alert_event *e);
struct eq_alert_event eq_restore_alert_event(struct eq_unpack *u); /* borrows */
/* Numbers that only count: `counters` are `n` offsets of uint64_t in what `of` points at. */
void eq_save_counters(struct eq_pack *p, const void *of, const size_t *counters, size_t n);
void eq_restore_counters(void *of, struct eq_unpack *u, const size_t *counters, size_t n);
/* A tuple of join keys. */
void eq_save_key(struct eq_saving *s, struct eq_slice tuple, size_t n_keys);
struct eq_slice eq_restore_key(struct eq_restoring *r, size_t n_keys); /* valid until the next call */
/* It fails when more is held than may be. */
void eq_restore_check_memory(struct eq_restoring *r);

/* Clocks, clocks_save.c: first where they stand; after the rules, in which order each lists its lanes. */
struct eq_clocks;
struct eq_sequence;
void eq_clocks_save(struct eq_saving *s, const struct eq_clocks *c, struct eq_sequence **by_rule);
void eq_clocks_restore(struct eq_restoring *r, struct eq_clocks *c);
void eq_clocks_save_lanes(struct eq_saving *s, const struct eq_clocks *c, struct eq_sequence **by_rule);
void eq_clocks_restore_lanes(struct eq_restoring *r, struct eq_sequence **by_rule);

/* Kept events, past_save.c */
/* Name an event, which will be written with the others. */
void eq_save_past(struct eq_saving *s, struct eq_past *p);
/* The event that is named, with a reference for the caller; NULL if it fails. */
struct eq_past *eq_restore_past(struct eq_restoring *r);
/* All events that were named. `fields`: names by number. */
void eq_save_events(struct eq_saving *s, const struct eq_past_fields *kept);
void eq_restore_events(struct eq_restoring *r);
void eq_restoring_end(struct eq_restoring *r); /* frees; the events live on with those who kept them */

#endif
