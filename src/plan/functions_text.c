/* functions_text.c — functions that make or measure text: concat, length, string, substring.
 *
 * Positions are code points, counted from 0. docs/semantics.md, Functions. */
#include "base/utf8.h"
#include "plan/functions_priv.h"

enum eq_status eq_fn_concat(struct eq_value *out, const struct eq_value *args, size_t n, bool fold,
                            struct eq_arena *scratch)
{
    struct eq_slice *texts;
    size_t total = 0;
    char *ptr;
    (void)fold;

    *out = EQ_VALUE_NULL;
    if (eq_function_has_null(args, n))
        return EQ_OK;
    texts = eq_arena_alloc(scratch, n * sizeof *texts);
    if (!texts)
        return EQ_NOMEM;
    for (size_t i = 0; i < n; i++) {
        enum eq_status st = eq_function_text(&texts[i], &args[i], scratch);
        if (st != EQ_OK)
            return st;
        total += texts[i].len; /* at most 255 texts of 4 GB */
    }
    if (total > UINT32_MAX)
        return EQ_OK;
    ptr = eq_arena_bytes(scratch, total);
    if (!ptr)
        return EQ_NOMEM;
    *out = eq_value_string(eq_slice(ptr, total));
    for (size_t i = 0; i < n; i++) {
        if (texts[i].len)
            memcpy(ptr, texts[i].ptr, texts[i].len);
        ptr += texts[i].len;
    }
    return EQ_OK;
}

enum eq_status eq_fn_string(struct eq_value *out, const struct eq_value *args, size_t n, bool fold,
                            struct eq_arena *scratch)
{
    struct eq_slice text;
    enum eq_status st;
    (void)n;
    (void)fold;

    *out = EQ_VALUE_NULL;
    if (args[0].type == EQ_NULL)
        return EQ_OK;
    st = eq_function_text(&text, &args[0], scratch);
    if (st == EQ_OK)
        *out = eq_value_string(text);
    return st;
}

/* Of any value, the length of its text. */
enum eq_status eq_fn_length(struct eq_value *out, const struct eq_value *args, size_t n, bool fold,
                            struct eq_arena *scratch)
{
    enum eq_status st = eq_fn_string(out, args, n, fold, scratch);
    if (st == EQ_OK && out->type != EQ_NULL)
        *out = eq_value_int((int64_t)eq_utf8_count(eq_value_slice(out)));
    return st;
}

/* A position as written, negative ones from the end, moved into 0..length. */
static size_t clamp_position(int64_t position, size_t length)
{
    if (position < 0)
        position = position < -(int64_t)length ? 0 : position + (int64_t)length;
    return (uint64_t)position > length ? length : (size_t)position;
}

enum eq_status eq_fn_substring(struct eq_value *out, const struct eq_value *args, size_t n, bool fold,
                               struct eq_arena *scratch)
{
    struct eq_slice text;
    enum eq_status st;
    int64_t start, end = INT64_MAX;
    size_t length, from, to;
    (void)fold;

    *out = EQ_VALUE_NULL;
    if (args[0].type == EQ_NULL)
        return EQ_OK;
    st = eq_function_text(&text, &args[0], scratch);
    if (st != EQ_OK)
        return st;
    if (args[1].type == EQ_NULL) {
        *out = eq_value_string(text);
        return EQ_OK;
    }
    if (!eq_function_integer(&start, &args[1]))
        return EQ_OK;
    if (n > 2 && args[2].type != EQ_NULL && !eq_function_integer(&end, &args[2]))
        return EQ_OK;

    length = eq_utf8_count(text);
    from = clamp_position(start, length);
    to = clamp_position(end, length);
    if (from >= to) {
        *out = eq_value_string(EQ_LIT(""));
        return EQ_OK;
    }
    if (length != text.len) {
        to = eq_utf8_offset(text, to);
        from = eq_utf8_offset(text, from);
    }
    *out = eq_value_string(eq_slice(text.ptr + from, to - from));
    return EQ_OK;
}
