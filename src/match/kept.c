/* kept.c — see kept.h. Measured once, then copied piece by piece into one block. */
#include "match/kept.h"

static size_t string_bytes(const struct eq_alert *a)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n_events; i++) {
        const struct eq_alert_event *e = &a->events[i];
        n += e->json.len + e->id.len + e->index.len + e->origin.path.len;
    }
    for (size_t i = 0; i < a->n_keys; i++)
        n += a->keys[i].type == EQ_STRING ? a->keys[i].len : 0;
    return n;
}

size_t eq_alert_kept_bytes(const struct eq_alert *a)
{
    return sizeof *a + a->n_events * sizeof *a->events + a->n_keys * sizeof *a->keys + string_bytes(a);
}

static struct eq_slice put(char **at, struct eq_slice s)
{
    char *to = *at;
    if (s.len)
        memcpy(to, s.ptr, s.len);
    *at += s.len;
    return eq_slice(to, s.len);
}

struct eq_alert *eq_alert_keep(const struct eq_alert *a, const struct eq_alloc *alloc)
{
    struct eq_alert *copy = eq_new(alloc, eq_alert_kept_bytes(a));
    if (!copy)
        return NULL;
    struct eq_alert_event *events = (struct eq_alert_event *)(void *)(copy + 1);
    struct eq_value *keys = (struct eq_value *)(void *)(events + a->n_events);
    char *at = (char *)(keys + a->n_keys);
    *copy = *a;
    copy->events = events;
    copy->keys = keys;
    for (size_t i = 0; i < a->n_events; i++) {
        events[i] = a->events[i];
        events[i].json = put(&at, a->events[i].json);
        events[i].id = put(&at, a->events[i].id);
        events[i].index = put(&at, a->events[i].index);
        events[i].origin.path = put(&at, a->events[i].origin.path);
    }
    for (size_t i = 0; i < a->n_keys; i++) {
        keys[i] = a->keys[i];
        if (keys[i].type == EQ_STRING)
            keys[i].s = put(&at, eq_value_slice(&a->keys[i])).ptr;
    }
    return copy;
}
