/* sequence_priv.h — the state of one rule's sequences.
 *
 *      sequence_state.c   partials and keys, and what they cost
 *      lane.c             what waits in one partition
 *      sequence.c         positive stages
 *      absence.c          missing ones
 *
 * State is in cells of the pool (pool.h), whose layout depends on the rule:
 *
 *      partial   [struct eq_partial | events, one for each step | struct eq_partial_gaps, struct eq_partial_seen, if needed]
 *      key       [struct eq_key | waiting partials, one for each step but the last | its lane, if there are
 *                 partitions | struct eq_key_gaps with the absences, if there are gaps | bytes] */
#ifndef EQ_MATCH_SEQUENCE_PRIV_H
#define EQ_MATCH_SEQUENCE_PRIV_H

#include "match/key_table.h"
#include "match/sequence.h"

/* A match in progress, or a complete one that waits to be refuted. */
struct eq_partial {
    eq_ref previous, next; /* in the queue by first event, or in the queue of complete ones */
    eq_ref key;
    uint16_t n;            /* events so far */
    bool refuted;          /* an event that must be missing was seen */
    bool waits;            /* complete; a later event may still refute it */
    struct eq_past *events[]; /* room for all steps */
};

/* Of rules with a missing stage in front or at the end. */
struct eq_partial_gaps {
    struct eq_time leading; /* last event that must be missing, before the first */
    bool has_leading;
    eq_ref key_next;        /* complete and waiting ones of the same key */
};

/* Of rules with a missing stage between others that reads an alias: only the partial knows whether it was seen. */
struct eq_partial_seen {
    struct eq_time time; /* when first, after the partial's last event */
    bool seen;
};

/* When events of a missing stage were last seen with a key: the latest time, and the latest before that. */
struct eq_absence {
    bool seen, seen_before;
    struct eq_time latest, before;
};

/* Of rules with missing stages. */
struct eq_key_gaps {
    eq_ref previous, next; /* in the queue of keys with absences, by the latest of them */
    struct eq_queue complete; /* complete ones that wait, by completion */
    uint32_t n_complete;
    bool queued;
    struct eq_time latest; /* of all absences; valid while queued */
    struct eq_absence absences[];  /* by gap */
};

enum eq_gap_kind { EQ_GAP_LEADING, EQ_GAP_MIDDLE, EQ_GAP_TRAILING };

/* A missing stage: where it stands among the positive ones. */
struct eq_gap {
    enum eq_gap_kind kind;
    bool asks;      /* it reads an alias: each partial is asked whether an event is meant */
    uint32_t stage; /* as written */
    uint32_t after; /* MIDDLE: between positive stages after and after + 1 */
};

/* What waits in one partition, by the clock of that partition (clocks.h). Without partitions a rule has one lane, and no
 * list of them. Lives while it has keys. */
struct eq_lane {
    struct eq_key key;                 /* first, found by the reference of its clock; its uses: keys */
    eq_ref clock;
    eq_ref previous, next;             /* lanes of the rule: the next that gives something up is first */
    eq_ref clock_previous, clock_next; /* lanes of the clock, of all rules */
    uint32_t rule;
    struct eq_queue waiting; /* pending partials, by first event: the next to expire is first */
    struct eq_time since;    /* none of them began before */
    struct eq_queue done;    /* complete ones, by completion */
    struct eq_queue seen;    /* keys with absences, by the latest */
};

struct eq_sequence {
    struct eq_sequence_context *context;
    struct eq_results *results;
    struct eq_rule_stats *stats;
    const struct eq_program_rule *rule;
    const struct eq_plan *plan;
    uint32_t number, n_stages;
    int64_t maxspan_ns;      /* negative: none */
    uint32_t *steps;         /* by positive stage, runs expanded: the stage as written */
    uint32_t n_steps;
    uint32_t *first_step;    /* by stage as written; n_steps for missing ones */
    struct eq_gap *gaps;
    uint32_t n_gaps;
    bool leads, trails;      /* has gaps of these kinds */
    bool asks_between;       /* has a gap between stages that asks partials */
    bool asks_after;         /* has one at the end that does */
    uint32_t n_waits;        /* steps after which a partial can wait */

    struct eq_pool *pool;
    struct eq_holder holder;
    size_t partial_bytes, at_partial_gaps, at_partial_seen, at_key_lane, at_key_gaps;
    struct eq_key_table keys; /* of waiting and complete partials, and seen absences */
    struct eq_lane lane;      /* without partitions: the only one */
    struct eq_clocks *clocks; /* NULL: no partitions */
    uint32_t *partition_at;   /* positions of the partition fields among the join keys */
    struct eq_key_table lanes;
    struct eq_queue lane_list;

    struct eq_past_frame *frames;    /* by stage as written, as far as aliases are read */
    const struct eq_frame **frame_pointers;
    uint32_t n_frames;
    struct eq_alert_event *alert_events;
    struct eq_value *alert_keys;
};

static inline struct eq_partial *eq_partial_at(const struct eq_sequence *s, eq_ref r)
{
    return eq_pool_at(s->pool, r);
}

static inline struct eq_partial_gaps *eq_partial_gaps(const struct eq_sequence *s, struct eq_partial *p)
{
    return (struct eq_partial_gaps *)(void *)((char *)p + s->at_partial_gaps);
}

static inline struct eq_partial_seen *eq_partial_seen(const struct eq_sequence *s, struct eq_partial *p)
{
    return (struct eq_partial_seen *)(void *)((char *)p + s->at_partial_seen);
}

static inline struct eq_key *eq_key_at(const struct eq_sequence *s, eq_ref r)
{
    return eq_pool_at(s->pool, r);
}

static inline struct eq_key_gaps *eq_key_gaps(const struct eq_sequence *s, eq_ref key)
{
    return (struct eq_key_gaps *)(void *)((char *)eq_pool_at(s->pool, key) + s->at_key_gaps);
}

/* Where a key of a rule with partitions has its lane. */
static inline eq_ref *eq_key_lane(const struct eq_sequence *s, eq_ref key)
{
    return (eq_ref *)(void *)((char *)eq_pool_at(s->pool, key) + s->at_key_lane);
}

static inline struct eq_lane *eq_lane_at(const struct eq_sequence *s, eq_ref r)
{
    return eq_pool_at(s->pool, r);
}

static inline struct eq_lane *eq_lane_of(struct eq_sequence *s, eq_ref key)
{
    return s->clocks ? eq_lane_at(s, *eq_key_lane(s, key)) : &s->lane;
}

/* Where the partial of a key that has reached `step` waits; holds 0 if there is none. */
static inline eq_ref *eq_key_slot(const struct eq_sequence *s, eq_ref key, uint32_t step)
{
    return (eq_ref *)(eq_key_at(s, key) + 1) + step;
}

/* sequence_state.c */
void eq_state_init(struct eq_sequence *s); /* once the stages are laid out */
void eq_state_free(struct eq_sequence *s);
/* The key, adding it; the caller gives it back with eq_state_leave. */
enum eq_status eq_state_enter(eq_ref *key, struct eq_sequence *s, struct eq_slice tuple);
/* The same if it is there; 0 if not. */
eq_ref eq_state_find(struct eq_sequence *s, struct eq_slice tuple);
void eq_state_leave(struct eq_sequence *s, eq_ref key);
void eq_partial_push(struct eq_sequence *s, struct eq_queue *q, eq_ref p);
void eq_partial_remove(struct eq_sequence *s, struct eq_queue *q, eq_ref p);
/* To the end of what waits in the lane. */
void eq_partial_wait(struct eq_sequence *s, struct eq_lane *lane, eq_ref p);
/* A partial with the moment's event, in no queue; 0 without memory. */
eq_ref eq_partial_new(struct eq_sequence *s, eq_ref key, struct eq_moment *m);
/* Add the moment's event; false without memory. */
bool eq_partial_add(struct eq_sequence *s, struct eq_partial *p, struct eq_moment *m);
/* Forget a partial that is in no queue. */
void eq_partial_drop(struct eq_sequence *s, eq_ref p);
/* Forget what waits in a slot, if anything; true if something did. */
bool eq_slot_clear(struct eq_sequence *s, eq_ref *slot);
/* Tell whoever listens what becomes of a partial. */
void eq_state_trace(struct eq_sequence *s, enum eq_trace_what what, const struct eq_partial *p);

/* lane.c, for rules with partitions */
enum eq_status eq_lanes_init(struct eq_sequence *s);
void eq_lanes_free(struct eq_sequence *s);
/* The lane of a join tuple of the event at hand, adding it; the caller gives it back with eq_lane_leave. */
enum eq_status eq_lane_enter(eq_ref *lane, struct eq_sequence *s, struct eq_slice tuple);
void eq_lane_leave(struct eq_sequence *s, eq_ref lane);
/* Leave out join tuples whose clock the event at hand has not moved: where there are too many of either. */
enum eq_status eq_lanes_filter(struct eq_sequence *s, struct eq_join_keys *keys);
/* Let something be given up by the lane whose turn it is. */
void eq_lanes_shed(struct eq_sequence *s, void (*shed)(struct eq_sequence *s, struct eq_lane *lane));
/* The last of its clock's list: what stands there was put in another order before it was saved. */
void eq_lane_to_end(struct eq_sequence *s, eq_ref clock);
/* The event at hand moved clocks: advance the rule's lanes of these. */
enum eq_status eq_lanes_advance(struct eq_sequence *s);
/* Advance all lanes to what their clocks show. */
enum eq_status eq_lanes_pass(struct eq_sequence *s);
/* The input has ended: advance all lanes. */
enum eq_status eq_lanes_finish(struct eq_sequence *s);

/* sequence.c: give a complete partial to the results. */
enum eq_status eq_sequence_give(struct eq_sequence *s, const struct eq_partial *p);
/* Is a clause, which the engine could not decide alone, true given what the partial has matched? */
enum eq_status eq_sequence_agrees(bool *out, struct eq_sequence *s, uint32_t clause, const struct eq_partial *p);
/* The lane's time has reached `now`; the input has ended. With partitions the caller must have entered the lane. */
enum eq_status eq_sequence_advance_lane(struct eq_sequence *s, struct eq_lane *lane, struct eq_time now);
enum eq_status eq_sequence_finish_lane(struct eq_sequence *s, struct eq_lane *lane);

/* absence.c */
void eq_absence_start(struct eq_sequence *s, struct eq_partial *p);    /* its first event was set */
void eq_absence_extended(struct eq_sequence *s, struct eq_partial *p); /* its last event was set */
/* An event of missing stage `gap` with this key at `time`. */
void eq_absence_seen(struct eq_sequence *s, uint32_t gap, eq_ref key, struct eq_time time);
/* The same for a gap that asks partials. */
enum eq_status eq_absence_ask(struct eq_sequence *s, uint32_t gap, uint32_t clause, eq_ref key, struct eq_time time);
/* Take a complete partial: give it, drop it, or let it wait. */
enum eq_status eq_absence_complete(struct eq_sequence *s, eq_ref p);
/* Give complete ones that nothing after `now` can refute, in order. NULL: the input has ended. */
enum eq_status eq_absence_release(struct eq_sequence *s, struct eq_lane *lane, const struct eq_time *now);
/* Forget what was seen so long ago that it refutes nothing after `now`. */
void eq_absence_expire(struct eq_sequence *s, struct eq_lane *lane, struct eq_time now);
/* Forget the first of those that were seen; there must be one. */
void eq_absence_forget(struct eq_sequence *s, struct eq_lane *lane);
/* Let a complete one, which is in the lane, be refuted by what comes with its key. */
void eq_absence_wait(struct eq_sequence *s, eq_ref p);
/* Put a key at the end of those with absences. */
void eq_absence_enter(struct eq_sequence *s, struct eq_queue *seen, eq_ref key);
/* Take the first complete one out of the queue; there must be one. */
eq_ref eq_absence_take_done(struct eq_sequence *s, struct eq_lane *lane);

#endif
