/* survey.c — the survey of fields, seen from outside. */
#include "api/handles.h"

#include "event/survey.h"

struct eqlite_survey {
    struct eq_alloc alloc;
    struct eq_survey *inner;
    struct eq_buf padded;
    struct eq_decode_error error; /* of the last event; no message: it was fine */
};

eqlite_status eqlite_survey_new(eqlite_survey **out, const eqlite_allocator *allocator)
{
    struct eq_alloc alloc = eq_api_alloc(allocator);
    struct eqlite_survey *s = eq_new(&alloc, sizeof *s);
    if (!s)
        return EQLITE_NOMEM;
    s->alloc = alloc;
    eq_buf_init(&s->padded, &s->alloc);
    enum eq_status st = eq_survey_new(&s->inner, &s->alloc);
    if (st != EQ_OK) {
        eqlite_survey_free(s);
        return eq_api_status(st);
    }
    *out = s;
    return EQLITE_OK;
}

void eqlite_survey_free(eqlite_survey *s)
{
    if (!s)
        return;
    struct eq_alloc alloc = s->alloc;
    eq_survey_free(s->inner);
    eq_buf_free(&s->padded);
    eq_free(&alloc, s);
}

eqlite_status eqlite_survey_feed(eqlite_survey *s, const eqlite_event *event)
{
    struct eq_slice text;
    s->error = (struct eq_decode_error){0};
    if (!eq_api_pad(&text, &s->padded, event))
        return EQLITE_NOMEM;
    return eq_api_status(eq_survey_feed(s->inner, text, &s->error));
}

const char *eqlite_survey_bad_event(const eqlite_survey *s, size_t *offset)
{
    if (s->error.message && offset)
        *offset = s->error.offset;
    return s->error.message;
}

size_t eqlite_survey_count(const eqlite_survey *s)
{
    return eq_survey_count(s->inner);
}

eqlite_survey_field eqlite_survey_get(const eqlite_survey *s, size_t index)
{
    if (index >= eq_survey_count(s->inner))
        return (eqlite_survey_field){0};
    struct eq_survey_field f = eq_survey_get(s->inner, index);
    return (eqlite_survey_field){
        .path = eq_api_string(f.path),
        .events = f.events,
        .strings = f.strings,
        .numbers = f.numbers,
        .booleans = f.booleans,
        .array = f.array,
        .example = eq_api_string(f.example),
    };
}
