/* reorder.h — events that come late are put in their place before they are matched.
 *
 *      in    12:05  12:03  12:07  12:04  12:18          lateness 10 s … here in minutes
 *              └──────┴──────┴─ held ─┘      │
 *      out   12:03  12:04  12:05  12:07  ◀── time has reached 12:18: nothing before 12:08 is waited for any more
 *
 * Held events are copies. An event that comes when later ones were already let go has no place any more; an event
 * without a time never has one. Both are not taken. There are limits on how much is held: at them the earliest are let
 * go before their time (and counted) or, when all are held to the end, written to files (spill.h). With partitions time is
 * that of the event's own, and those that have been silent longest let go first (hold.h); at the end all go by time. */
#ifndef EQ_MATCH_REORDER_H
#define EQ_MATCH_REORDER_H

#include "match/alert.h"
#include "match/order.h"

/* As lateness_ns: let nothing go before the end. */
#define EQ_REORDER_ALL INT64_MAX

struct eq_reorder_options {
    int64_t lateness_ns;
    size_t max_events, max_bytes; /* 0: 1,000,000 and 256 MiB */
    bool partitions;              /* events of each are held by its own time, unless all are held */
    const char *folder;           /* for files when all are held; borrowed. NULL: EQ_LIMIT instead */
};

struct eq_reorder_stats {
    uint64_t reordered; /* came behind a newer one, and were put in front of it */
    uint64_t forced;    /* let go early, for lack of room */
};

/* A held event. The text is padded. */
struct eq_held {
    struct eq_place place;
    struct eq_slice text;
    struct eq_origin origin;
};

struct eq_reorder;

enum eq_status eq_reorder_new(struct eq_reorder **out, const struct eq_reorder_options *options,
                              const struct eq_alloc *alloc);
void eq_reorder_free(struct eq_reorder *r); /* NULL is fine */
/* Hold a copy of an event that has a time. *late: it was not taken. EQ_LIMIT, EQ_IO: there is no room for all.
 * `partition`: its bytes, any that are the same for events of one partition. */
enum eq_status eq_reorder_put(bool *late, struct eq_reorder *r, const struct eq_place *place, struct eq_slice partition,
                              struct eq_slice text, const struct eq_origin *origin);
/* The next event whose turn has come, NULL if there is none now; valid until the next call of put or next. `end`: the
 * input has ended, and so all are let go. */
enum eq_status eq_reorder_next(const struct eq_held **out, struct eq_reorder *r, bool end);
/* Nothing older than `until` will come: from now on the turn of what is older has come, until eq_reorder_passed. */
enum eq_status eq_reorder_pass(struct eq_reorder *r, struct eq_time until);
void eq_reorder_passed(struct eq_reorder *r);
struct eq_reorder_stats eq_reorder_stats(const struct eq_reorder *r);

/* What is held, and the order so far; see save.h. EQ_LIMIT: some of it is in files. */
struct eq_saving;
struct eq_restoring;
void eq_reorder_save(struct eq_saving *s, const struct eq_reorder *r, size_t n_partition_fields);
void eq_reorder_restore(struct eq_restoring *s, struct eq_reorder *r); /* a new one */

#endif
