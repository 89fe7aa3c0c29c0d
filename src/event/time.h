/* time.h — points in time: seconds and nanoseconds, exact from year 0 to 9999. The wall clock is never read. */
#ifndef EQ_EVENT_TIME_H
#define EQ_EVENT_TIME_H

#include "base/buf.h"
#include "event/value.h"

struct eq_time {
    int64_t s;   /* seconds since 1970-01-01T00:00:00Z; negative before */
    uint32_t ns; /* 0 .. 999999999 */
};

static inline int eq_time_cmp(struct eq_time a, struct eq_time b)
{
    if (a.s != b.s)
        return a.s < b.s ? -1 : 1;
    return (a.ns > b.ns) - (a.ns < b.ns);
}
/* b - a in nanoseconds, clamped to the int64 range. */
int64_t eq_time_diff_ns(struct eq_time a, struct eq_time b);

/* yyyy[-MM[-dd['T'HH[:mm[:ss[.fraction]]]]]][zone], blank also accepted for 'T'; zone Z, ±hh, ±hhmm, ±hh:mm, default
 * UTC; fraction up to 9 digits (further ones are cut). *first and *last (may be NULL) are the first and last instant
 * of the period that the text names: docs/semantics.md, Dates. */
bool eq_time_parse(struct eq_time *first, struct eq_time *last, struct eq_slice text);
/* An event's value as a time: ISO text, or a number (also as digits, also with fraction) of milliseconds since 1970; of
 * micro- or nanoseconds, or seconds, where its size says so: docs/semantics.md, Order and time. */
bool eq_time_of_value(struct eq_time *out, const struct eq_value *v);
/* The same for one event after another: the minute of the last time is remembered, as the next one mostly lies in it. */
struct eq_time_minute {
    char text[16]; /* yyyy-MM-ddTHH:mm */
    int64_t s;     /* when it begins */
    bool known;
};
bool eq_time_near(struct eq_time *out, const struct eq_value *v, struct eq_time_minute *minute);
void eq_buf_time(struct eq_buf *b, struct eq_time t); /* ISO-8601, 3, 6 or 9 fraction digits as needed */

static inline struct eq_value eq_value_time(struct eq_time t)
{
    struct eq_value v = {.type = EQ_TIME, .len = t.ns};
    v.i = t.s;
    return v;
}

#endif
