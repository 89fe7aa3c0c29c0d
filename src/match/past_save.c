/* past_save.c — kept events, written down once each and read back; see save.h.
 *
 * Values that aliases read stand there under the names of their fields. Fields that no alias reads any more are dropped
 * when they are read back. */
#include "match/save.h"

/* ── Saving ── */

void eq_save_past(struct eq_saving *s, struct eq_past *p)
{
    bool known = p->number > 0 && p->number <= s->n_events && s->events[p->number - 1] == p;
    if (!known) {
        if (!eq_grow(s->alloc, &s->events, &s->cap_events, s->n_events + 1, sizeof *s->events) ||
            s->n_events == UINT32_MAX - 1) {
            s->out->status = s->out->status == EQ_OK ? EQ_NOMEM : s->out->status;
            return;
        }
        s->events[s->n_events++] = p;
        p->number = (uint32_t)s->n_events;
    }
    eq_pack_u64(s->out, p->number);
}

static uint32_t place_of(const struct eq_past_fields *kept, uint32_t field)
{
    uint32_t low = 0, high = (uint32_t)kept->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (kept->fields[middle] < field)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void eq_save_events(struct eq_saving *s, const struct eq_past_fields *kept)
{
    eq_pack_u64(s->out, s->n_events);
    for (size_t i = 0; i < s->n_events; i++) {
        const struct eq_past *p = s->events[i];
        eq_save_time(s->out, p->time);
        eq_save_alert_event(s->out, &p->event);
        eq_pack_u64(s->out, p->n_values);
        for (uint32_t v = 0; v < p->n_values; v++) {
            eq_pack_u64(s->out, place_of(kept, p->fields[v]));
            eq_save_value(s->out, &p->values[v]);
        }
    }
}

/* ── Restoring ── */

static size_t text_bytes(const struct eq_value *v)
{
    return v->type == EQ_STRING || eq_value_is_number(v) ? v->len : 0;
}

/* The values of an event from here on: how many are still needed, and how much text they have. */
static size_t measure(struct eq_restoring *r, struct eq_unpack at, size_t n, uint32_t *kept)
{
    struct eq_value v;
    size_t bytes = 0;
    *kept = 0;
    while (n-- && eq_unpack_ok(&at)) {
        uint64_t field = eq_unpack_most(&at, r->n_fields ? r->n_fields - 1 : 0);
        eq_restore_value(&v, &at);
        if (!eq_unpack_ok(&at) || !r->n_fields || r->fields[field] == EQ_NONE)
            continue;
        ++*kept;
        bytes += text_bytes(&v);
    }
    if (!eq_unpack_ok(&at))
        eq_unpack_fail(r->in, at.status, at.why);
    return bytes;
}

static struct eq_slice put(char **at, struct eq_slice s)
{
    char *to = *at;
    if (s.len)
        memcpy(to, s.ptr, s.len);
    *at += s.len;
    return eq_slice(to, s.len);
}

static void fill_values(struct eq_restoring *r, struct eq_past *p, size_t n, char *at)
{
    for (uint32_t k = 0; n--;) {
        struct eq_value v;
        uint64_t field = eq_unpack_u64(r->in);
        eq_restore_value(&v, r->in);
        if (r->fields[field] == EQ_NONE)
            continue;
        p->fields[k] = r->fields[field];
        p->values[k] = v;
        if (text_bytes(&v))
            p->values[k].s = put(&at, eq_value_slice(&v)).ptr;
        k++;
    }
}

static struct eq_past *restore_event(struct eq_restoring *r)
{
    struct eq_time time = eq_restore_time(r->in);
    struct eq_alert_event e = eq_restore_alert_event(r->in);
    size_t n = eq_unpack_count(r->in);
    uint32_t n_values;
    size_t value_bytes = measure(r, *r->in, n, &n_values);
    char *at;
    if (e.missing || (n && !r->n_fields))
        eq_unpack_fail(r->in, EQ_INVALID, NULL);
    struct eq_past *p = eq_unpack_ok(r->in) ? eq_past_block(&at, &e, n_values, value_bytes, r->budget) : NULL;
    if (!p) {
        eq_unpack_fail(r->in, EQ_NOMEM, NULL);
        return NULL;
    }
    p->time = time;
    fill_values(r, p, n, at);
    return p;
}

void eq_restore_events(struct eq_restoring *r)
{
    size_t n = eq_unpack_count(r->in);
    if (!eq_unpack_ok(r->in))
        return;
    r->events = eq_new(r->budget->alloc, (n + 1) * sizeof *r->events);
    if (!r->events)
        eq_unpack_fail(r->in, EQ_NOMEM, NULL);
    while (r->n_events < n && eq_unpack_ok(r->in)) {
        struct eq_past *p = restore_event(r);
        if (p)
            r->events[r->n_events++] = p;
        eq_restore_check_memory(r);
    }
}

struct eq_past *eq_restore_past(struct eq_restoring *r)
{
    uint64_t number = eq_unpack_most(r->in, r->n_events);
    if (!number) {
        eq_unpack_fail(r->in, EQ_INVALID, NULL);
        return NULL;
    }
    struct eq_past *p = r->events[number - 1];
    p->references++;
    return p;
}

void eq_restoring_end(struct eq_restoring *r)
{
    for (size_t i = 0; i < r->n_events; i++)
        eq_past_release(r->events[i], r->budget);
    eq_free(r->budget->alloc, r->events);
    eq_free(r->budget->alloc, r->fields);
    eq_free(r->budget->alloc, r->rules);
    eq_free(r->budget->alloc, r->clocks);
    eq_free(r->budget->alloc, r->values);
    eq_free(r->budget->alloc, r->alert_events);
    eq_buf_free(&r->tuple);
}
