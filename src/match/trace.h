/* trace.h — what becomes of sequences in progress, told step by step, for those who ask why one did not come to be.
 *
 *      started 1/3 ─▶ extended 2/3 ─▶ completed            or: replaced · expired · ended · refuted · given up · waiting
 *
 * Told while it happens, in the order of events; nothing is computed when nobody listens. */
#ifndef EQ_MATCH_TRACE_H
#define EQ_MATCH_TRACE_H

#include "match/alert.h"

enum eq_trace_what {
    EQ_TRACE_STARTED,
    EQ_TRACE_EXTENDED,
    EQ_TRACE_COMPLETED,
    EQ_TRACE_REPLACED, /* a newer one with the same key reached the same stage */
    EQ_TRACE_EXPIRED,  /* maxspan was over */
    EQ_TRACE_ENDED,    /* by until */
    EQ_TRACE_REFUTED,  /* complete, but an event that must be missing was seen */
    EQ_TRACE_GIVEN_UP, /* its memory was needed */
    EQ_TRACE_WAITING   /* the input ended first */
};

struct eq_trace {
    enum eq_trace_what what;
    uint32_t rule;
    uint32_t n_events, n_needed; /* matched so far, and in all */
    const struct eq_value *keys;
    size_t n_keys;
    const struct eq_origin *first, *last; /* of its first and last event */
};

typedef void eq_on_trace(const struct eq_trace *trace, void *ctx);

#endif
