/* functions_number.c — arithmetic, and number(): text to number.
 *
 * Two integers give an integer, exact within 64 bits; a double on either side, or an integer above
 * INT64_MAX, makes it a computation in doubles. Overflow and integer division by zero give null.
 * docs/semantics.md, Numbers. */
#include <math.h>

#include "plan/functions_priv.h"

enum op { ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO };

static bool compute_integers(int64_t *out, enum op op, int64_t a, int64_t b)
{
    switch (op) {
    case ADD: return !__builtin_add_overflow(a, b, out);
    case SUBTRACT: return !__builtin_sub_overflow(a, b, out);
    case MULTIPLY: return !__builtin_mul_overflow(a, b, out);
    case DIVIDE:
        if (b == 0 || (a == INT64_MIN && b == -1))
            return false;
        *out = a / b;
        return true;
    case MODULO:
        if (b == 0)
            return false;
        *out = b == -1 ? 0 : a % b; /* INT64_MIN % -1 is undefined in C */
        return true;
    }
    return false;
}

static double compute_doubles(enum op op, double a, double b)
{
    switch (op) {
    case ADD: return a + b;
    case SUBTRACT: return a - b;
    case MULTIPLY: return a * b;
    case DIVIDE: return a / b;
    case MODULO: return fmod(a, b);
    }
    return NAN;
}

static double as_double(const struct eq_value *v)
{
    return v->type == EQ_INT ? (double)v->i : v->type == EQ_UINT ? (double)v->u : v->d;
}

static enum eq_status compute(struct eq_value *out, enum op op, const struct eq_value *args)
{
    const struct eq_value *a = &args[0], *b = &args[1];
    int64_t i;

    *out = EQ_VALUE_NULL;
    if (!eq_value_is_number(a) || !eq_value_is_number(b))
        return EQ_OK;
    if (a->type == EQ_INT && b->type == EQ_INT) {
        if (compute_integers(&i, op, a->i, b->i))
            *out = eq_value_int(i);
        return EQ_OK;
    }
    if (op >= DIVIDE && a->type == EQ_UINT && b->type == EQ_INT && b->i == 0)
        return EQ_OK;
    *out = eq_value_double(compute_doubles(op, as_double(a), as_double(b)));
    return EQ_OK;
}

#define ARITHMETIC(id, op)                                                                                             \
    enum eq_status eq_fn_##id(struct eq_value *out, const struct eq_value *args, size_t n, bool fold,                  \
                              struct eq_arena *scratch)                                                                \
    {                                                                                                                  \
        (void)n, (void)fold, (void)scratch;                                                                            \
        return compute(out, op, args);                                                                                 \
    }
ARITHMETIC(add, ADD)
ARITHMETIC(subtract, SUBTRACT)
ARITHMETIC(multiply, MULTIPLY)
ARITHMETIC(divide, DIVIDE)
ARITHMETIC(modulo, MODULO)
#undef ARITHMETIC

enum eq_status eq_fn_negate(struct eq_value *out, const struct eq_value *args, size_t n, bool fold,
                            struct eq_arena *scratch)
{
    (void)n, (void)fold, (void)scratch;
    *out = EQ_VALUE_NULL;
    if (args[0].type == EQ_INT && args[0].i != INT64_MIN)
        *out = eq_value_int(-args[0].i);
    else if (args[0].type == EQ_UINT && args[0].u == (uint64_t)INT64_MAX + 1)
        *out = eq_value_int(INT64_MIN);
    else if (args[0].type == EQ_UINT || args[0].type == EQ_DOUBLE)
        *out = eq_value_double(-as_double(&args[0]));
    return EQ_OK;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + 10;
    return 99;
}

/* [+-]digits in `base`, within int64. */
static bool parse_in_base(int64_t *out, struct eq_slice s, int base)
{
    bool negative = s.len && s.ptr[0] == '-';
    size_t at = negative || (s.len && s.ptr[0] == '+');
    int64_t value = 0; /* kept negative, as that range is larger */

    if (at == s.len)
        return false;
    for (; at < s.len; at++) {
        int digit = digit_value(s.ptr[at]);
        if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
            __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    if (!negative && value == INT64_MIN)
        return false;
    *out = negative ? value : -value;
    return true;
}

static struct eq_slice trim(struct eq_slice s)
{
    while (s.len && (unsigned char)s.ptr[0] <= ' ') {
        s.ptr++;
        s.len--;
    }
    while (s.len && (unsigned char)s.ptr[s.len - 1] <= ' ')
        s.len--;
    return s;
}

/* Base 10: an integer, or a decimal. Blanks around it are allowed for decimals only, so " 5 " is 5.0. */
static struct eq_value parse_decimal(struct eq_slice text)
{
    struct eq_value v = eq_value_of_number(eq_number_parse(text));
    if (v.type != EQ_NULL)
        return v;
    v = eq_value_of_number(eq_number_parse(trim(text)));
    return v.type == EQ_NULL ? v : eq_value_double(as_double(&v));
}

enum eq_status eq_fn_number(struct eq_value *out, const struct eq_value *args, size_t n, bool fold,
                            struct eq_arena *scratch)
{
    struct eq_slice text;
    enum eq_status st;
    int64_t base, i;
    bool hex;
    (void)fold;

    *out = EQ_VALUE_NULL;
    if (args[0].type == EQ_NULL)
        return EQ_OK;
    st = eq_function_text(&text, &args[0], scratch);
    if (st != EQ_OK)
        return st;
    hex = eq_slice_starts(text, EQ_LIT("0x"));
    base = hex ? 16 : 10;
    if (n > 1 && args[1].type != EQ_NULL && !eq_function_integer(&base, &args[1]))
        return EQ_OK;
    if (base == 10) {
        *out = parse_decimal(text);
        return EQ_OK;
    }
    if (base == 16 && hex)
        text = eq_slice(text.ptr + 2, text.len - 2);
    if (base >= 2 && base <= 36 && parse_in_base(&i, text, (int)base))
        *out = eq_value_int(i);
    return EQ_OK;
}
