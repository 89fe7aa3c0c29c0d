/* ranks.c — which of a few events are earlier than others, and which simultaneous.
 *
 *      10:00:02  10:00:01  none  10:00:02        ▶  2 1 0 2 */
#include <stdlib.h>

#include "api/handles.h"

#include "match/order.h"

struct when {
    bool known;
    struct eq_time time;
    size_t index;
};

static int by_time(const void *a, const void *b)
{
    const struct when *x = a, *y = b;
    if (x->known != y->known)
        return x->known ? 1 : -1;
    return x->known ? eq_time_cmp(x->time, y->time) : 0;
}

static enum eq_status find_times(struct when *whens, struct eq_order *order, const eqlite_event *events, size_t n,
                                 const struct eq_alloc *alloc)
{
    struct eq_buf padded;
    enum eq_status st = EQ_OK;
    eq_buf_init(&padded, alloc);
    for (size_t i = 0; i < n && st == EQ_OK; i++) {
        struct eq_place place = {0};
        struct eq_slice text;
        whens[i] = (struct when){.index = i};
        if (!eq_api_pad(&text, &padded, &events[i])) {
            st = EQ_NOMEM;
            break;
        }
        st = eq_order_find(&place, order, text);
        whens[i].known = st == EQ_OK && place.has_time;
        whens[i].time = place.time;
        if (st == EQ_INVALID) /* the matcher tells that it is broken */
            st = EQ_OK;
    }
    eq_buf_free(&padded);
    return st;
}

static void number(size_t *ranks, struct when *whens, size_t n)
{
    size_t rank = 0;
    qsort(whens, n, sizeof *whens, by_time);
    for (size_t i = 0; i < n; i++) {
        if (whens[i].known)
            rank += i == 0 || !whens[i - 1].known || eq_time_cmp(whens[i - 1].time, whens[i].time) != 0;
        ranks[whens[i].index] = rank;
    }
}

eqlite_status eqlite_event_ranks(size_t *ranks, const eqlite_rules *r, size_t rule, const eqlite_event *events,
                                 size_t n, bool unwrap)
{
    struct eq_order *order = NULL;
    struct eq_decode_options options = {.unwrap = unwrap};
    if (rule >= r->set.n)
        return EQLITE_INVALID;
    if (n == 0)
        return EQLITE_OK;
    if (n > SIZE_MAX / sizeof(struct when))
        return EQLITE_NOMEM;
    const struct eq_program *program = eq_ruleset_program(r->ruleset);
    struct eq_slice field = r->set.items[rule]->timestamp_field;
    if (program->timestamp_field != EQ_NONE) /* rules that need order follow the time field of the run */
        field = program->fields->items[program->timestamp_field].path;
    else if (!field.len)
        field = r->timestamp_field.len ? r->timestamp_field : EQ_LIT("@timestamp");
    struct when *whens = eq_new(&r->alloc, n * sizeof *whens);
    enum eq_status st = whens ? eq_order_new(&order, field, (struct eq_slice){0}, NULL, 0, &options, &r->alloc) : EQ_NOMEM;
    if (st == EQ_OK)
        st = find_times(whens, order, events, n, &r->alloc);
    if (st == EQ_OK)
        number(ranks, whens, n);
    eq_order_free(order);
    eq_free(&r->alloc, whens);
    return eq_api_status(st);
}
