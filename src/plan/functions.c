/* functions.c — the table of functions, and how bodies see their arguments. */
#include "plan/functions.h"

#include "base/utf8.h"
#include "plan/functions_priv.h"

const struct eq_function eq_functions[EQ_FUNCTION_COUNT] = {
#define FUNCTION(id, name, folds, min, max, needs, result, arguments, help)                                                   \
    {name, folds, min, max, needs, EQ_FR_##result, arguments, help, eq_fn_##id},
#include "plan/functions.def"
#undef FUNCTION
};

static bool same_name(struct eq_slice a, struct eq_slice b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (eq_fold_ascii[(unsigned char)a.ptr[i]] != eq_fold_ascii[(unsigned char)b.ptr[i]])
            return false;
    return true;
}

enum eq_function_id eq_function_find(struct eq_slice name)
{
    if (name.len == 0 || name.ptr[0] == '_')
        return EQ_FUNCTION_COUNT;
    for (unsigned i = 0; i < EQ_FUNCTION_COUNT; i++)
        if (same_name(name, eq_slice_of(eq_functions[i].name)))
            return (enum eq_function_id)i;
    return EQ_FUNCTION_COUNT;
}

enum eq_status eq_function_text(struct eq_slice *out, const struct eq_value *v, struct eq_arena *scratch)
{
    /* Whatever is neither a string nor a number with its text is far shorter than this, so the buffer never grows. */
    char room[128];
    struct eq_buf b = {.alloc = scratch->alloc, .ptr = room, .cap = sizeof room};

    if (v->type == EQ_STRING || (eq_value_is_number(v) && v->len)) {
        *out = eq_value_slice(v);
        return EQ_OK;
    }
    eq_value_text(&b, v);
    *out = eq_arena_copy(scratch, eq_buf_slice(&b));
    return out->ptr ? EQ_OK : EQ_NOMEM;
}

enum eq_status eq_function_fold(struct eq_slice *out, struct eq_slice text, struct eq_arena *scratch)
{
    /* The folded form of a two byte character may take three, so half as much again is always enough. */
    struct eq_buf b = {.alloc = scratch->alloc, .cap = eq_ascii(text) ? text.len : text.len + text.len / 2};
    b.ptr = eq_arena_bytes(scratch, b.cap);
    if (!b.ptr)
        return EQ_NOMEM;
    eq_fold(&b, text);
    *out = eq_buf_slice(&b);
    return EQ_OK;
}

bool eq_function_integer(int64_t *out, const struct eq_value *v)
{
    switch (v->type) {
    case EQ_INT: *out = v->i; return true;
    case EQ_UINT: *out = INT64_MAX; return true;
    case EQ_DOUBLE: break;
    default: return false;
    }
    if (v->d >= 0x1p63) {
        *out = INT64_MAX;
    } else if (v->d < -0x1p63) {
        *out = INT64_MIN;
    } else {
        if (v->d != v->d) /* NaN */
            return false;
        *out = (int64_t)v->d;
        return (double)*out == v->d;
    }
    return true;
}

bool eq_function_has_null(const struct eq_value *args, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (args[i].type == EQ_NULL)
            return true;
    return false;
}
