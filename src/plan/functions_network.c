/* functions_network.c — addresses and times: cidrMatch, and what comparisons with them are made of. */
#include "event/ip.h"
#include "event/time.h"
#include "plan/functions_priv.h"

/* A value as an address; false for what is none. */
static bool address_of(struct eq_ip *out, const struct eq_value *v)
{
    if (v->type == EQ_IP) {
        memcpy(out->b, v->s, sizeof out->b);
        return true;
    }
    return v->type == EQ_STRING && eq_ip_parse(out, eq_value_slice(v));
}

/* A block: parsed when the rule was compiled (build.c), or text. */
static bool block_of(struct eq_cidr *out, const struct eq_value *v)
{
    if (v->type != EQ_IP)
        return v->type == EQ_STRING && eq_cidr_parse(out, eq_value_slice(v));
    memcpy(out->addr.b, v->s, sizeof out->addr.b);
    out->bits = (uint8_t)(128 - v->u);
    return true;
}

enum eq_status eq_fn_cidr_match(struct eq_value *out, const struct eq_value *args, size_t n, bool fold,
                                struct eq_arena *scratch)
{
    struct eq_ip ip;
    struct eq_cidr block;
    (void)fold, (void)scratch;

    *out = EQ_VALUE_NULL;
    if (!address_of(&ip, &args[0]))
        return EQ_OK;
    for (size_t i = 1; i < n; i++) {
        if (!block_of(&block, &args[i]))
            return EQ_OK;
        if (eq_cidr_has(&block, &ip)) {
            *out = eq_value_bool(true);
            return EQ_OK;
        }
    }
    *out = eq_value_bool(false);
    return EQ_OK;
}

enum eq_status eq_fn_to_ip(struct eq_value *out, const struct eq_value *args, size_t n, bool fold,
                           struct eq_arena *scratch)
{
    struct eq_ip ip;
    char *bytes;
    (void)n, (void)fold;

    *out = EQ_VALUE_NULL;
    if (!address_of(&ip, &args[0]))
        return EQ_OK;
    bytes = eq_arena_bytes(scratch, sizeof ip.b);
    if (!bytes)
        return EQ_NOMEM;
    memcpy(bytes, ip.b, sizeof ip.b);
    *out = (struct eq_value){.type = EQ_IP, .s = bytes, .len = sizeof ip.b};
    return EQ_OK;
}

enum eq_status eq_fn_to_time(struct eq_value *out, const struct eq_value *args, size_t n, bool fold,
                             struct eq_arena *scratch)
{
    struct eq_time t;
    (void)n, (void)fold, (void)scratch;

    *out = eq_time_of_value(&t, &args[0]) ? eq_value_time(t) : EQ_VALUE_NULL;
    return EQ_OK;
}
