/* value.h — what a field can hold.
 *
 * Strings borrow: from the event's bytes, from its scratch arena, or from the rules. A number read from
 * JSON keeps its text, since ECS puts numbers where others put keywords (event.code: 4624 or "4624"). */
#ifndef EQ_EVENT_VALUE_H
#define EQ_EVENT_VALUE_H

#include "base/number.h"
#include "base/slice.h"

enum eq_type {
    EQ_NULL,
    EQ_BOOL,
    EQ_INT,
    EQ_UINT, /* only above INT64_MAX */
    EQ_DOUBLE,
    EQ_STRING,
    EQ_TIME, /* i = seconds since 1970 UTC, len = nanoseconds; made by to_time(), never decoded */
    EQ_IP    /* s = 16 bytes in network order, IPv4 mapped, u = host bits of a block (0: one address); never decoded */
};

struct eq_value {
    uint8_t type;   /* enum eq_type */
    uint32_t len;   /* EQ_STRING: bytes at s. A number: bytes of its JSON text at s, or 0. */
    const char *s;
    union {
        bool b;
        int64_t i;
        uint64_t u;
        double d;
    };
};

#define EQ_VALUE_NULL ((struct eq_value){.type = EQ_NULL})

static inline struct eq_value eq_value_bool(bool b)
{
    return (struct eq_value){.type = EQ_BOOL, .b = b};
}
static inline struct eq_value eq_value_int(int64_t i)
{
    return (struct eq_value){.type = EQ_INT, .i = i};
}
static inline struct eq_value eq_value_double(double d)
{
    return (struct eq_value){.type = EQ_DOUBLE, .d = d};
}
static inline struct eq_value eq_value_string(struct eq_slice s)
{
    return (struct eq_value){.type = EQ_STRING, .s = s.ptr, .len = (uint32_t)s.len};
}
static inline struct eq_slice eq_value_slice(const struct eq_value *v)
{
    return (struct eq_slice){v->s, v->len};
}
static inline bool eq_value_is_number(const struct eq_value *v)
{
    return v->type >= EQ_INT && v->type <= EQ_DOUBLE;
}
static inline struct eq_number eq_value_number(const struct eq_value *v)
{
    switch (v->type) {
    case EQ_INT: return (struct eq_number){.kind = EQ_NUMBER_INT, .i = v->i};
    case EQ_UINT: return (struct eq_number){.kind = EQ_NUMBER_UINT, .u = v->u};
    case EQ_DOUBLE: return (struct eq_number){.kind = EQ_NUMBER_DOUBLE, .d = v->d};
    default: return (struct eq_number){.kind = EQ_NOT_NUMBER};
    }
}
static inline struct eq_value eq_value_of_number(struct eq_number n)
{
    struct eq_value v = {.type = EQ_NULL};
    switch (n.kind) {
    case EQ_NUMBER_INT: v.type = EQ_INT; v.i = n.i; break;
    case EQ_NUMBER_UINT: v.type = EQ_UINT; v.u = n.u; break;
    case EQ_NUMBER_DOUBLE: v.type = EQ_DOUBLE; v.d = n.d; break;
    case EQ_NOT_NUMBER: break;
    }
    return v;
}

/* Append the text form: what string() gives, a number's own JSON text if it has one. */
void eq_value_text(struct eq_buf *out, const struct eq_value *v);
/* Append as JSON (null, true, 4624, "x", times as ISO-8601 strings). */
void eq_value_json(struct eq_buf *out, const struct eq_value *v);

#endif
