/* carry.h — the few values of an event that are needed once the decoder has gone on to the next.
 *
 *      event in a thread      name args parent.name … host.id user.id     41 values, say
 *      event that goes on                              host.id user.id    those that its keys, aliases, clocks and lineage read
 *
 * So whoever takes hits of another thread need not decode the event again. A pack holds the values of many events; a
 * view shows those of one as if it had been decoded. */
#ifndef EQ_MATCH_CARRY_H
#define EQ_MATCH_CARRY_H

#include "match/engine.h"

/* What whoever takes a hit of a clause reads of its event. */
struct eq_carry_hit {
    uint32_t keys; /* which list of keys; many rules have the same */
    bool is_open;  /* its rule has aliases */
};

struct eq_carry_keys {
    const uint32_t *fields;
    uint32_t n;
};

/* Which fields, by what is to be done with the event. */
struct eq_carry_fields {
    size_t n_fields;            /* of the program */
    struct eq_carry_hit *hits;  /* by clause */
    struct eq_carry_keys *keys; /* each list once; the first is empty */
    uint32_t *always; /* any event: clocks and lineage */
    uint32_t *open;   /* if a rule has aliases: what they read, and what is compared with them */
    size_t n_keys, n_always, n_open;
};
/* Memory from `arena`. */
enum eq_status eq_carry_fields_find(struct eq_carry_fields *out, const struct eq_program *program, struct eq_arena *arena);

struct eq_carry_pack {
    const struct eq_alloc *alloc;
    struct eq_value *values;
    uint32_t *fields, *next; /* by value; next as in eq_frame */
    size_t n, cap;           /* cap: the least of the three */
    size_t cap_values, cap_fields, cap_next;
    uint32_t *stamps, stamp; /* by field, then by list of keys: the event of which it was taken last; NULL at first */
    struct eq_arena texts;   /* that are not in the event's bytes */
};

/* What is carried of one event: a run of the pack's values. */
struct eq_carried {
    uint32_t first, n;
    struct eq_slice raw, id, index; /* as in eq_event */
    unsigned repairs;
};

void eq_carry_pack_init(struct eq_carry_pack *p, const struct eq_alloc *alloc);
void eq_carry_pack_free(struct eq_carry_pack *p);
void eq_carry_pack_clear(struct eq_carry_pack *p); /* keeps the room */
/* Take over what was found about an event that was decoded from `text`, which stays where it is as long as the pack is
 * used. */
enum eq_status eq_carry_add(struct eq_carried *out, struct eq_carry_pack *p, const struct eq_carry_fields *fields,
                            const struct eq_finding *found, struct eq_slice text);

struct eq_carry_view {
    const struct eq_alloc *alloc;
    struct eq_event event;
    struct eq_slot *slots; /* of the event */
    size_t n_fields;
    const struct eq_carry_pack *shown; /* NULL: nothing */
    uint32_t first, n;                 /* its values */
};
enum eq_status eq_carry_view_init(struct eq_carry_view *v, size_t n_fields, const struct eq_alloc *alloc);
void eq_carry_view_free(struct eq_carry_view *v);
/* Show an event of a pack, until it is hidden. */
const struct eq_event *eq_carry_show(struct eq_carry_view *v, const struct eq_carry_pack *pack, const struct eq_carried *c);
void eq_carry_hide(struct eq_carry_view *v);

#endif
