/* past.h — the event at hand, and events that waiting sequences still need.
 *
 *      eq_moment            this event, while it is matched      (borrows everything)
 *      eq_past              a copy that outlives it              (counted by reference, one per event however many
 *                                                                 sequences wait with it)
 *
 * Besides its JSON a kept event holds the values of fields that later stages read through an alias. */
#ifndef EQ_MATCH_PAST_H
#define EQ_MATCH_PAST_H

#include "event/time.h"
#include "match/alert.h"
#include "match/budget.h"
#include "plan/program.h"

/* What is kept of events: which fields aliases read. */
struct eq_past_fields {
    uint32_t *fields; /* ascending */
    size_t n;
};

/* The fields that any rule of the program reads through aliases; memory from `arena`. */
enum eq_status eq_past_fields_find(struct eq_past_fields *out, const struct eq_program *program, struct eq_arena *arena);

struct eq_past {
    size_t references;
    size_t bytes;                /* of this block */
    struct eq_time time;
    struct eq_alert_event event; /* strings are in this block */
    uint32_t n_values;
    uint32_t number;             /* while it is saved (save.h); means nothing else */
    uint32_t *fields;            /* by value: its field, in groups */
    struct eq_value *values;
};

struct eq_moment {
    struct eq_budget *budget;
    const struct eq_past_fields *kept_fields;
    const struct eq_event *event;
    struct eq_origin origin;
    struct eq_time time;
    bool has_time;
    struct eq_past *past; /* made when first asked for; NULL before */
};

/* A kept event with one reference, its texts in it, and room for values: `value_bytes` of text for them at *at. Its time,
 * fields and values are still to be filled in. NULL without memory. */
struct eq_past *eq_past_block(char **at, const struct eq_alert_event *e, uint32_t n_values, size_t value_bytes,
                              struct eq_budget *budget);
/* The kept copy of the moment's event with a reference for the caller; NULL without memory. */
struct eq_past *eq_moment_keep(struct eq_moment *m);
/* The moment is over: drop its own reference. */
void eq_moment_end(struct eq_moment *m);
void eq_past_release(struct eq_past *p, struct eq_budget *budget); /* NULL is fine */

/* The event at hand as part of an alert. */
struct eq_alert_event eq_moment_alert_event(const struct eq_moment *m);

/* A frame through which conditions read a kept event: slots by field number, as for a decoded one. */
struct eq_past_frame {
    struct eq_frame frame;
    struct eq_slot *slots;
    uint32_t *next;
    size_t cap_next;
    const struct eq_past *shown; /* NULL: nothing */
};
enum eq_status eq_past_frame_init(struct eq_past_frame *f, size_t n_fields, const struct eq_alloc *alloc);
void eq_past_frame_free(struct eq_past_frame *f, const struct eq_alloc *alloc);
/* Show another event (NULL: none). */
enum eq_status eq_past_frame_show(struct eq_past_frame *f, const struct eq_past *p, const struct eq_alloc *alloc);

#endif
