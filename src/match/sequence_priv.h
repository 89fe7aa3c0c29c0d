/* sequence_priv.h — the state of one rule's sequences, for sequence.c (positive stages) and absence.c (missing ones). */
#ifndef EQ_MATCH_SEQUENCE_PRIV_H
#define EQ_MATCH_SEQUENCE_PRIV_H

#include "match/sequence.h"

/* A match in progress, or a complete one that waits to be refuted. */
struct eq_partial {
    struct eq_partial *previous, *next;  /* in the queue by first event, or in the queue of complete ones */
    struct eq_partial *key_previous, *key_next; /* complete ones of the same key */
    uint32_t key;
    uint32_t n;              /* events so far */
    bool refuted;            /* an event that must be missing was seen */
    bool waits;              /* complete; a later event may still refute it */
    bool has_leading;
    struct eq_time leading;  /* last event that must be missing, before the first */
    struct eq_past *events[]; /* room for all positive stages */
};

struct eq_partial_queue {
    struct eq_partial *first, *last;
};

/* When events of a missing stage were last seen with a key: the latest time, and the latest before that. */
struct eq_absence {
    bool seen, seen_before;
    struct eq_time latest, before;
};

enum eq_gap_kind { EQ_GAP_LEADING, EQ_GAP_MIDDLE, EQ_GAP_TRAILING };

/* A missing stage: where it stands among the positive ones. */
struct eq_gap {
    enum eq_gap_kind kind;
    uint32_t stage; /* as written */
    uint32_t after; /* MIDDLE: between positive stages after and after + 1 */
};

struct eq_sequence {
    struct eq_sequence_context *context;
    struct eq_results *results;
    const struct eq_program_rule *rule;
    const struct eq_plan *plan;
    uint32_t number;
    uint32_t *steps;         /* by positive stage, runs expanded: the stage as written */
    uint32_t n_steps;
    uint32_t *first_step;    /* by stage as written; n_steps for missing ones */
    struct eq_gap *gaps;
    uint32_t n_gaps;
    bool leads, trails;      /* has gaps of these kinds */

    struct eq_intern keys;   /* of waiting partials and seen absences */
    struct eq_partial **pending;   /* by key and step: [key * n_waits + step] */
    struct eq_absence *absences;   /* by key and gap */
    struct eq_partial **complete;  /* by key: complete ones that wait, newest first */
    size_t cap_pending, cap_absences, cap_complete;
    uint32_t n_waits;              /* steps after which a partial can wait */
    size_t sweep_at;               /* number of keys at which unused ones are dropped */

    struct eq_partial_queue waiting; /* all pending ones, by first event: the next to expire is first */
    struct eq_partial_queue done;    /* complete ones, by completion */
    struct eq_partial *spare;        /* free list */

    struct eq_past_frame *frames;    /* by stage as written, as far as aliases are read */
    const struct eq_frame **frame_pointers;
    uint32_t n_frames;
    struct eq_alert_event *alert_events;
    struct eq_value *alert_keys;
};

void eq_partial_push(struct eq_partial_queue *q, struct eq_partial *p);
void eq_partial_remove(struct eq_partial_queue *q, struct eq_partial *p);
/* Drop the events of a partial that is in no queue, and keep its memory for another. */
void eq_partial_drop(struct eq_sequence *s, struct eq_partial *p);
/* Give a complete partial to the results. */
enum eq_status eq_sequence_give(struct eq_sequence *s, const struct eq_partial *p);
/* The number of a key, adding it. */
enum eq_status eq_sequence_key(uint32_t *out, struct eq_sequence *s, struct eq_slice tuple);

/* absence.c */
void eq_absence_start(struct eq_sequence *s, struct eq_partial *p);    /* its first event was set */
void eq_absence_extended(struct eq_sequence *s, struct eq_partial *p); /* its last event was set */
/* An event of missing stage `gap` with this key at `time`. */
void eq_absence_seen(struct eq_sequence *s, uint32_t gap, uint32_t key, struct eq_time time);
/* Take a complete partial: give it, drop it, or let it wait. */
enum eq_status eq_absence_complete(struct eq_sequence *s, struct eq_partial *p);
/* Give complete ones that nothing after `now` can refute, in order. NULL: the input has ended. */
enum eq_status eq_absence_release(struct eq_sequence *s, const struct eq_time *now);
/* Could what was seen with this key still refute something? */
bool eq_absence_matters(const struct eq_sequence *s, uint32_t key, struct eq_time now);

#endif
