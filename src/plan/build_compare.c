/* build_compare.c — comparisons, and what they mean on dates and addresses.
 *
 * JSON has neither type, so the field's ECS type and the literal decide (docs/semantics.md, Dates, Addresses):
 *
 *      @timestamp > "2020-01-01"       _toTime(@timestamp) >  the last instant of that day
 *      @timestamp == "2020-01-01"      first instant <= _toTime(@timestamp) <= last instant
 *      source.ip == "10.0.0.0/8"       same text, or cidrMatch(source.ip, "10.0.0.0/8")
 *      x == "::1"                      same text, or the same address in another spelling */
#include "plan/build_priv.h"

#include "event/ip.h"
#include "event/time.h"
#include "ecs/ecs.h"

static struct eq_node *make_compare(struct eq_builder *b, enum eq_compare op, struct eq_node *x, struct eq_node *k,
                                    struct eq_span span)
{
    struct eq_node *kids[] = {x, k};
    struct eq_node *node = eq_build_node(b, EQ_N_COMPARE, kids, 2, span);
    if (node)
        node->op = (uint8_t)op;
    return node;
}

static struct eq_node *make_call(struct eq_builder *b, enum eq_function_id f, struct eq_node *const *args, size_t n,
                                 struct eq_span span)
{
    struct eq_node *node = eq_build_node(b, EQ_N_CALL, args, n, span);
    if (node)
        node->function = (uint16_t)f;
    return node;
}

static enum eq_ecs_type type_of(const struct eq_builder *b, const struct eq_node *x)
{
    if (x->kind != EQ_N_FIELD || x->frame == EQ_FRAME_ELEMENT)
        return EQ_ECS_OTHER;
    if (eq_slice_eq(x->path, b->timestamp_field))
        return EQ_ECS_DATE;
    return eq_ecs_type_of(x->path);
}

/* The period that a literal names; a number is one millisecond since 1970. */
static bool literal_period(struct eq_time *first, struct eq_time *last, const struct eq_value *v)
{
    if (v->type == EQ_STRING && eq_time_parse(first, last, eq_value_slice(v)))
        return true;
    if (!eq_time_of_value(first, v))
        return false;
    *last = *first;
    last->ns += v->type == EQ_DOUBLE || first->ns % 1000000 != 0 ? 0 : 999999;
    return true;
}

static struct eq_node *compare_dates(struct eq_builder *b, enum eq_compare op, struct eq_node *x,
                                     const struct eq_value *literal, struct eq_span span)
{
    struct eq_time first, last;
    if (!literal_period(&first, &last, literal))
        return NULL;
    struct eq_node *when = make_call(b, EQ_FN_to_time, &x, 1, span);
    struct eq_node *lo = eq_build_const(b, eq_value_time(first), span);
    struct eq_node *hi = eq_build_const(b, eq_value_time(last), span);
    switch (op) {
    case EQ_CMP_LT: return make_compare(b, op, when, lo, span);
    case EQ_CMP_GE: return make_compare(b, op, when, lo, span);
    case EQ_CMP_LE: return make_compare(b, op, when, hi, span);
    case EQ_CMP_GT: return make_compare(b, op, when, hi, span);
    default: break;
    }
    struct eq_node *both[] = {make_compare(b, EQ_CMP_GE, when, lo, span), make_compare(b, EQ_CMP_LE, when, hi, span)};
    return eq_build_node(b, EQ_N_KAND, both, 2, span);
}

/* Does an equality with this literal also hold for other spellings of an address? */
static bool is_address(enum eq_ecs_type type, const struct eq_node *k)
{
    struct eq_ip ip;
    struct eq_cidr block;
    if (k->kind != EQ_N_CONST || k->value.type != EQ_STRING)
        return false;
    struct eq_slice text = eq_value_slice(&k->value);
    return type == EQ_ECS_IP ? eq_cidr_parse(&block, text) : eq_ip_parse(&ip, text);
}

static struct eq_node *equal_addresses(struct eq_builder *b, struct eq_node *x, struct eq_node *k, struct eq_span span)
{
    struct eq_node *args[] = {x, eq_build_block(b, k)};
    struct eq_node *either[] = {make_compare(b, EQ_CMP_EQ, x, k, span), make_call(b, EQ_FN_cidr_match, args, 2, span)};
    return eq_build_node(b, EQ_N_KOR, either, 2, span);
}

static struct eq_node *order_addresses(struct eq_builder *b, enum eq_compare op, struct eq_node *x, struct eq_node *k,
                                       struct eq_span span)
{
    struct eq_ip ip;
    if (k->value.type != EQ_STRING || !eq_ip_parse(&ip, eq_value_slice(&k->value)))
        return make_compare(b, op, x, k, span);
    return make_compare(b, op, make_call(b, EQ_FN_to_ip, &x, 1, span), make_call(b, EQ_FN_to_ip, &k, 1, span), span);
}

static enum eq_compare mirrored(enum eq_compare op)
{
    switch (op) {
    case EQ_CMP_LT: return EQ_CMP_GT;
    case EQ_CMP_LE: return EQ_CMP_GE;
    case EQ_CMP_GT: return EQ_CMP_LT;
    case EQ_CMP_GE: return EQ_CMP_LE;
    default: return op;
    }
}

struct eq_node *eq_build_compare(struct eq_builder *b, enum eq_compare op, struct eq_node *left, struct eq_node *right,
                                 struct eq_span span)
{
    if (!left || !right)
        return NULL;
    if (op == EQ_CMP_NE) {
        struct eq_node *same = eq_build_compare(b, EQ_CMP_EQ, left, right, span);
        return eq_build_node(b, EQ_N_KNOT, &same, 1, span);
    }
    struct eq_node *x = left, *k = right;
    if (x->kind == EQ_N_CONST && k->kind != EQ_N_CONST) {
        x = right;
        k = left;
        op = mirrored(op);
    }
    if (k->kind != EQ_N_CONST || x->kind != EQ_N_FIELD)
        return make_compare(b, op, x, k, span);
    enum eq_ecs_type type = type_of(b, x);
    if (type == EQ_ECS_DATE) {
        struct eq_node *dates = compare_dates(b, op, x, &k->value, span);
        return dates || b->nomem ? dates : make_compare(b, op, x, k, span);
    }
    if (op == EQ_CMP_EQ && is_address(type, k))
        return equal_addresses(b, x, k, span);
    if (op != EQ_CMP_EQ && type == EQ_ECS_IP)
        return order_addresses(b, op, x, k, span);
    return make_compare(b, op, x, k, span);
}

struct eq_node *eq_build_in_typed(struct eq_builder *b, struct eq_node *in)
{
    if (!in || in->kids[0]->kind != EQ_N_FIELD)
        return in;
    enum eq_ecs_type type = type_of(b, in->kids[0]);
    struct eq_node **either = eq_arena_alloc(b->arena, (in->n_kids + 1) * sizeof(struct eq_node *));
    size_t n = 0;
    if (!either) {
        b->nomem = true;
        return NULL;
    }
    either[n++] = in;
    for (uint32_t i = 1; i < in->n_kids; i++) {
        struct eq_node *k = in->kids[i];
        if (k->kind != EQ_N_CONST)
            continue;
        if (type == EQ_ECS_DATE) {
            struct eq_node *dates = compare_dates(b, EQ_CMP_EQ, in->kids[0], &k->value, k->span);
            if (dates)
                either[n++] = dates;
        } else if (is_address(type, k)) {
            struct eq_node *args[] = {in->kids[0], eq_build_block(b, k)};
            either[n++] = make_call(b, EQ_FN_cidr_match, args, 2, k->span);
        }
    }
    return n == 1 ? in : eq_build_node(b, EQ_N_KOR, either, n, in->span);
}
