/* alert.h — what matching a rule yields: the events that did it, in order. */
#ifndef EQ_MATCH_ALERT_H
#define EQ_MATCH_ALERT_H

#include "event/event.h"
#include "event/value.h"

/* Where an event came from. Strings borrow. */
struct eq_origin {
    struct eq_slice path;
    uint64_t line, offset;
};

struct eq_alert_event {
    bool missing;         /* a missing event's place in a sequence; nothing else is set then */
    struct eq_slice json; /* the event as it was read */
    struct eq_slice id, index; /* _id and _index around it, if any */
    unsigned repairs;     /* enum eq_repair */
    struct eq_origin origin;
};

struct eq_alert {
    uint32_t rule; /* number of the rule in its set */
    const struct eq_alert_event *events;
    size_t n_events;              /* 1 for an event rule */
    const struct eq_value *keys;  /* join keys of a sequence or sample */
    size_t n_keys;
    bool is_event; /* an event rule's: one event, no keys */
};

#endif
