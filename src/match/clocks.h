/* clocks.h — how far time has come: for all events, or with --partition-by in each partition.
 *
 *      host a   12:01 ─▶ 12:05              a's next event must not be older than 12:05
 *      host b   11:00 ─▶ 11:02              b's than 11:02, whatever a's clock says
 *
 * A partition is a tuple of values, null being one; an event with several values is in several partitions. A clock
 * lists what waits in its partition (sequence_priv.h, lanes). One that nothing waits for is *idle*; idle ones may use a
 * 16th of the memory budget. Beyond it those that stood still longest are forgotten, and begin anew with the next event:
 * nothing waits that this could put out of order. */
#ifndef EQ_MATCH_CLOCKS_H
#define EQ_MATCH_CLOCKS_H

#include "event/time.h"
#include "match/join_key.h"
#include "match/key_table.h"
#include "plan/program.h"

/* A cell of the pool, with the encoded tuple behind it. */
struct eq_clock {
    struct eq_key key;     /* first; its uses: lanes */
    eq_ref previous, next; /* while idle: those that stood still longer, and less long */
    struct eq_queue soon;  /* its lanes that each event may complete something in */
    struct eq_queue others;
    uint32_t steps;        /* how often it was moved */
    uint64_t turn;         /* the event that moved it last */
    struct eq_time newest;
};

struct eq_clocks {
    struct eq_budget *budget;
    const struct eq_program *program;
    struct eq_plan_key *keys; /* the partition fields, optional; NULL: one clock for all */
    size_t n_keys;
    bool has_newest;          /* of the one clock for all */
    struct eq_time newest;

    struct eq_join_keys tuples;  /* of the event at hand */
    struct eq_key_table table;
    struct eq_queue idle;        /* in the order in which they were moved */
    size_t idle_bytes;
    eq_ref *now;                 /* those that the event at hand has moved */
    size_t n_now, cap_now;
    uint64_t turn;               /* of the event at hand, counted from 1 */
    uint64_t forgotten;
};

enum eq_status eq_clocks_init(struct eq_clocks *c, const struct eq_program *program, struct eq_budget *budget);
void eq_clocks_free(struct eq_clocks *c); /* a zeroed one is fine */
/* An event happened: move its clocks. *late: it is older than one of them shows; then none is moved. */
static inline enum eq_status eq_clocks_move(bool *late, struct eq_clocks *c, const struct eq_frame *frame,
                                            struct eq_time time);
enum eq_status eq_clocks_move_partitions(bool *late, struct eq_clocks *c, const struct eq_frame *frame,
                                         struct eq_time time); /* the same, if there are partitions */
/* Did the event at hand move this clock? */
bool eq_clocks_moved(const struct eq_clocks *c, eq_ref clock);
/* The clock of a partition; 0 if there is none. */
eq_ref eq_clocks_find(const struct eq_clocks *c, struct eq_slice tuple);
/* The same, adding it as an idle one. */
enum eq_status eq_clocks_enter(eq_ref *out, struct eq_clocks *c, struct eq_slice tuple);
/* As if the event at hand had moved this clock, and no other. */
enum eq_status eq_clocks_point(struct eq_clocks *c, eq_ref clock);
/* Something waits for the clock, or waits no longer. */
void eq_clocks_use(struct eq_clocks *c, eq_ref clock);
void eq_clocks_leave(struct eq_clocks *c, eq_ref clock);
/* No clock shows less than `now`. */
void eq_clocks_pass(struct eq_clocks *c, struct eq_time now);
/* Forget idle clocks beyond what they may use. To be called between events. */
void eq_clocks_relieve(struct eq_clocks *c);

static inline struct eq_clock *eq_clock_at(const struct eq_clocks *c, eq_ref r)
{
    return eq_pool_at(&c->budget->pool, r);
}

static inline enum eq_status eq_clocks_move(bool *late, struct eq_clocks *c, const struct eq_frame *frame,
                                            struct eq_time time)
{
    if (c->keys)
        return eq_clocks_move_partitions(late, c, frame, time);
    *late = c->has_newest && eq_time_cmp(time, c->newest) < 0;
    if (!*late)
        c->newest = time;
    c->has_newest = true;
    return EQ_OK;
}

#endif
