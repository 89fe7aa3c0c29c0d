/* hash.c — a number for a node, without printing it: what prints alike has the same.
 *
 *      (and a (not b))  ─▶  mix(mix(AND, hash a), mix(NOT, hash b))
 *
 * Numbers are hashed by their value as a double, however they are written. */
#include "base/intern.h"
#include "plan/plan.h"

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t h = (a ^ (b + 0x9E3779B97F4A7C15u)) * 0xD6E8FEB86659FD93u;
    return h ^ h >> 32;
}

static uint64_t hash_slice(struct eq_slice s)
{
    return eq_hash_bytes(s.ptr ? s.ptr : "", s.len);
}

static uint64_t hash_number(struct eq_number n)
{
    double d = n.kind == EQ_NUMBER_INT ? (double)n.i : n.kind == EQ_NUMBER_UINT ? (double)n.u : n.d;
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return bits;
}

static uint64_t hash_value(const struct eq_value *v)
{
    if (v->type == EQ_STRING)
        return hash_slice(eq_value_slice(v));
    return eq_value_is_number(v) ? hash_number(eq_value_number(v)) : v->type == EQ_BOOL && v->b;
}

uint64_t eq_node_hash(const struct eq_node *n)
{
    uint64_t h = mix((uint64_t)n->kind << 32 | (uint64_t)n->op << 24 | n->frame, (uint64_t)n->function << 1 | n->fold);
    if (n->kind == EQ_N_CONST)
        return mix(h, hash_value(&n->value));
    if (n->kind == EQ_N_FIELD)
        return mix(h, hash_slice(n->path));
    for (uint32_t i = 0; i < n->n_kids; i++)
        h = mix(h, eq_node_hash(n->kids[i]));
    return h;
}
