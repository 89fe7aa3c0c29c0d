/* survey.h — which fields events have: path, how often, of what types, with an example.
 *
 * It knows no rules and reads every leaf, so it is for looking at data, not for matching. Memory is bounded: paths
 * beyond the first 100,000 are not learned. */
#ifndef EQ_EVENT_SURVEY_H
#define EQ_EVENT_SURVEY_H

#include "base/alloc.h"
#include "event/event.h"

enum { EQ_SURVEY_PATHS = 100000, EQ_SURVEY_EXAMPLE = 80 };

struct eq_survey_field {
    struct eq_slice path;
    uint64_t events;                     /* that have a value */
    uint64_t strings, numbers, booleans; /* values by type */
    bool array;                          /* some event has several values */
    struct eq_slice example;             /* the first value, as text; cut at EQ_SURVEY_EXAMPLE bytes */
};

struct eq_survey;

enum eq_status eq_survey_new(struct eq_survey **out, const struct eq_alloc *alloc);
void eq_survey_free(struct eq_survey *s);
/* Learn from one event's JSON, padded as for eq_decode; search hits are read as the event inside. EQ_INVALID: not an
 * event, *error (may be NULL) says why and nothing was learned. EQ_NOMEM: part of it may have been. */
enum eq_status eq_survey_feed(struct eq_survey *s, struct eq_slice text, struct eq_decode_error *error);
size_t eq_survey_count(const struct eq_survey *s);
/* Field `index` in the order of paths; strings are valid until the next feed. */
struct eq_survey_field eq_survey_get(struct eq_survey *s, size_t index);

#endif
