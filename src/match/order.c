/* order.c — see order.h. */
#include "match/order.h"

#include "match/join_key.h"

struct eq_order {
    const struct eq_alloc *alloc;
    struct eq_fields *fields;
    struct eq_decoder *decoder;
    uint32_t timestamp, tiebreaker; /* numbers of fields; EQ_NONE: there is none */
    const struct eq_plan_key *keys; /* of the partition */
    uint32_t *partition;            /* numbers of their fields */
    size_t n_partition;
    struct eq_join_keys tuples;
    const struct eq_event *event;   /* found last */
};

static int rank(const struct eq_value *tie)
{
    switch ((enum eq_type)tie->type) {
    case EQ_INT:
    case EQ_UINT:
    case EQ_DOUBLE: return 0;
    case EQ_STRING: return 1;
    case EQ_BOOL: return 2 + tie->b;
    default: return 4;
    }
}

static int tie_cmp(const struct eq_value *a, const struct eq_value *b)
{
    int ra = rank(a), rb = rank(b);
    if (ra != rb)
        return ra < rb ? -1 : 1;
    if (ra == 0)
        return eq_number_cmp(eq_value_number(a), eq_value_number(b));
    return ra == 1 ? eq_slice_cmp(eq_value_slice(a), eq_value_slice(b)) : 0;
}

int eq_place_cmp(const struct eq_place *a, const struct eq_place *b)
{
    int c = eq_time_cmp(a->time, b->time);
    if (c == 0 && (a->tie.type != EQ_NULL || b->tie.type != EQ_NULL))
        c = tie_cmp(&a->tie, &b->tie);
    return c ? c : (a->position > b->position) - (a->position < b->position);
}

static enum eq_status add_partition(struct eq_order *o, const struct eq_plan_key *keys, size_t n)
{
    enum eq_status st = EQ_OK;
    eq_join_keys_init(&o->tuples, o->alloc);
    o->keys = keys;
    o->partition = eq_new(o->alloc, (n + 1) * sizeof *o->partition);
    if (!o->partition)
        return EQ_NOMEM;
    for (; o->n_partition < n && st == EQ_OK; o->n_partition++)
        st = eq_fields_add(&o->partition[o->n_partition], o->fields, keys[o->n_partition].path);
    return st;
}

enum eq_status eq_order_new(struct eq_order **out, struct eq_slice timestamp, struct eq_slice tiebreaker,
                            const struct eq_plan_key *partition, size_t n, const struct eq_decode_options *options,
                            const struct eq_alloc *alloc)
{
    struct eq_order *o = eq_new(alloc, sizeof *o);
    if (!o)
        return EQ_NOMEM;
    o->alloc = alloc;
    o->tiebreaker = EQ_NONE;
    enum eq_status st = eq_fields_new(&o->fields, alloc);
    if (st == EQ_OK)
        st = eq_fields_add(&o->timestamp, o->fields, timestamp);
    if (st == EQ_OK && tiebreaker.len)
        st = eq_fields_add(&o->tiebreaker, o->fields, tiebreaker);
    if (st == EQ_OK)
        st = add_partition(o, partition, n);
    if (st == EQ_OK)
        st = eq_fields_freeze(o->fields);
    if (st == EQ_OK)
        st = eq_decoder_new(&o->decoder, o->fields, options, alloc);
    if (st != EQ_OK) {
        eq_order_free(o);
        return st;
    }
    *out = o;
    return EQ_OK;
}

void eq_order_free(struct eq_order *o)
{
    if (!o)
        return;
    eq_decoder_free(o->decoder);
    if (o->tuples.alloc)
        eq_join_keys_free(&o->tuples);
    eq_free(o->alloc, o->partition);
    eq_fields_free(o->fields);
    eq_free(o->alloc, o);
}

/* The first value of a field, NULL if it has none. */
static const struct eq_value *first_value(const struct eq_event *event, uint32_t field)
{
    uint32_t v = field == EQ_NONE ? EQ_END_OF_CHAIN : event->frame.slots[field].head;
    return v == EQ_END_OF_CHAIN ? NULL : &event->frame.values[v];
}

enum eq_status eq_order_find(struct eq_place *out, struct eq_order *o, struct eq_slice text)
{
    const struct eq_event *event;
    struct eq_decode_error error;
    enum eq_status st = eq_decode(&event, o->decoder, text, &error);
    if (st != EQ_OK)
        return st;
    *out = (struct eq_place){.tie = EQ_VALUE_NULL};
    o->event = event;
    const struct eq_value *time = first_value(event, o->timestamp), *tie = first_value(event, o->tiebreaker);
    out->has_time = time && eq_time_of_value(&out->time, time);
    if (tie)
        out->tie = *tie;
    return EQ_OK;
}

enum eq_status eq_order_partition(struct eq_slice *out, struct eq_order *o)
{
    *out = eq_slice(NULL, 0);
    if (!o->n_partition)
        return EQ_OK;
    enum eq_status st = eq_join_keys_of(&o->tuples, &o->event->frame, o->keys, o->partition, o->n_partition);
    if (st == EQ_OK)
        *out = o->tuples.items[0]; /* there is one: all keys are optional */
    return st;
}
