/* save.c — see save.h: the small things that saved states are made of. */
#include "match/save.h"

#include "match/join_key.h"

/* ── Times and values ── */

#define FARTHEST INT64_C(1000000000000) /* seconds from 1970: beyond any year that can be written */

void eq_save_time(struct eq_pack *p, struct eq_time t)
{
    eq_pack_i64(p, t.s);
    eq_pack_u64(p, t.ns);
}

struct eq_time eq_restore_time(struct eq_unpack *u)
{
    struct eq_time t = {.s = eq_unpack_i64(u)};
    t.ns = (uint32_t)eq_unpack_most(u, 999999999);
    if (t.s < -FARTHEST || t.s > FARTHEST)
        eq_unpack_fail(u, EQ_INVALID, NULL);
    return t;
}

void eq_save_value(struct eq_pack *p, const struct eq_value *v)
{
    eq_pack_u64(p, v->type);
    switch ((enum eq_type)v->type) {
    case EQ_BOOL: eq_pack_bool(p, v->b); return;
    case EQ_INT: eq_pack_i64(p, v->i); break;
    case EQ_UINT:
    case EQ_DOUBLE: eq_pack_u64(p, v->u); break;
    case EQ_STRING: break;
    default: return; /* null, or an object */
    }
    eq_pack_bytes(p, eq_value_slice(v));
}

void eq_restore_value(struct eq_value *out, struct eq_unpack *u)
{
    *out = (struct eq_value){.type = (uint8_t)eq_unpack_most(u, EQ_STRING)};
    switch ((enum eq_type)out->type) {
    case EQ_BOOL: out->b = eq_unpack_bool(u); return;
    case EQ_INT: out->i = eq_unpack_i64(u); break;
    case EQ_UINT:
    case EQ_DOUBLE: out->u = eq_unpack_u64(u); break;
    case EQ_STRING: break;
    default: return;
    }
    struct eq_slice text = eq_unpack_bytes(u);
    if (text.len > UINT32_MAX)
        eq_unpack_fail(u, EQ_INVALID, NULL);
    out->s = text.ptr;
    out->len = (uint32_t)text.len;
}

void eq_save_counters(struct eq_pack *p, const void *of, const size_t *counters, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t value;
        memcpy(&value, (const char *)of + counters[i], sizeof value);
        eq_pack_u64(p, value);
    }
}

void eq_restore_counters(void *of, struct eq_unpack *u, const size_t *counters, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t value = eq_unpack_u64(u);
        memcpy((char *)of + counters[i], &value, sizeof value);
    }
}

/* ── Events ── */

void eq_save_origin(struct eq_pack *p, const struct eq_origin *o)
{
    eq_pack_bytes(p, o->path);
    eq_pack_u64(p, o->line);
    eq_pack_u64(p, o->offset);
}

struct eq_origin eq_restore_origin(struct eq_unpack *u)
{
    struct eq_origin o = {.path = eq_unpack_bytes(u)};
    o.line = eq_unpack_u64(u);
    o.offset = eq_unpack_u64(u);
    return o;
}

void eq_save_alert_event(struct eq_pack *p, const struct eq_alert_event *e)
{
    eq_pack_bool(p, e->missing);
    if (e->missing)
        return;
    eq_pack_bytes(p, e->json);
    eq_pack_bytes(p, e->id);
    eq_pack_bytes(p, e->index);
    eq_pack_u64(p, e->repairs);
    eq_save_origin(p, &e->origin);
}

struct eq_alert_event eq_restore_alert_event(struct eq_unpack *u)
{
    struct eq_alert_event e = {.missing = eq_unpack_bool(u)};
    if (e.missing || !eq_unpack_ok(u))
        return e;
    e.json = eq_unpack_bytes(u);
    e.id = eq_unpack_bytes(u);
    e.index = eq_unpack_bytes(u);
    e.repairs = (unsigned)eq_unpack_most(u, UINT16_MAX);
    e.origin = eq_restore_origin(u);
    return e;
}

/* ── Keys ── */

void eq_save_key(struct eq_saving *s, struct eq_slice tuple, size_t n_keys)
{
    eq_join_key_values(s->values, n_keys, tuple);
    for (size_t i = 0; i < n_keys; i++)
        eq_save_value(s->out, &s->values[i]);
}

struct eq_slice eq_restore_key(struct eq_restoring *r, size_t n_keys)
{
    for (size_t i = 0; i < n_keys; i++)
        eq_restore_value(&r->values[i], r->in);
    eq_buf_clear(&r->tuple);
    if (eq_unpack_ok(r->in))
        eq_join_key_encode(&r->tuple, r->values, n_keys);
    if (eq_buf_status(&r->tuple) != EQ_OK)
        eq_unpack_fail(r->in, EQ_NOMEM, NULL);
    return eq_unpack_ok(r->in) ? eq_buf_slice(&r->tuple) : eq_slice("", 0);
}

void eq_restore_check_memory(struct eq_restoring *r)
{
    if (r->budget->used > r->budget->limit)
        eq_unpack_fail(r->in, EQ_LIMIT, EQ_TOO_MUCH);
}
