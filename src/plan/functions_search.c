/* functions_search.c — functions that look for one text in another: between, endsWith, indexOf,
 * startsWith, stringContains.
 *
 * The forms that ignore case search folded copies; as folding keeps the number of code points, a place
 * found there is the same place in the text itself. Search is memmem, whose time is linear. */
#define _GNU_SOURCE /* memmem */
#include "base/utf8.h"
#include "plan/functions_priv.h"

#define NOT_FOUND SIZE_MAX

/* The arguments of a search as texts. `hay` and `needle` are folded in the name~ form, `plain` never is. */
struct search {
    struct eq_slice plain, hay, needle;
};

static enum eq_status as_text(struct eq_slice *out, const struct eq_value *v, bool fold, struct eq_arena *scratch)
{
    enum eq_status st = eq_function_text(out, v, scratch);
    return st == EQ_OK && fold ? eq_function_fold(out, *out, scratch) : st;
}

static enum eq_status start_search(struct search *s, const struct eq_value *args, bool fold, struct eq_arena *scratch)
{
    enum eq_status st = eq_function_text(&s->plain, &args[0], scratch);
    s->hay = s->plain;
    if (st == EQ_OK && fold)
        st = eq_function_fold(&s->hay, s->plain, scratch);
    return st == EQ_OK ? as_text(&s->needle, &args[1], fold, scratch) : st;
}

/* Byte offset of the first needle at or after byte `from`. */
static size_t find(struct eq_slice hay, struct eq_slice needle, size_t from)
{
    const char *at;
    if (needle.len > hay.len - from)
        return NOT_FOUND;
    if (needle.len == 0)
        return from;
    at = memmem(hay.ptr + from, hay.len - from, needle.ptr, needle.len);
    return at ? (size_t)(at - hay.ptr) : NOT_FOUND;
}

static enum eq_status reversed(struct eq_slice *out, struct eq_slice s, struct eq_arena *scratch)
{
    char *ptr = eq_arena_bytes(scratch, s.len);
    if (!ptr)
        return EQ_NOMEM;
    for (size_t i = 0; i < s.len; i++)
        ptr[i] = s.ptr[s.len - 1 - i];
    *out = eq_slice(ptr, s.len);
    return EQ_OK;
}

/* Byte offset of the last needle at or after byte `from`: the first one when read from the end, which keeps
 * the time linear. */
static enum eq_status find_last(size_t *at, struct eq_slice hay, struct eq_slice needle, size_t from,
                                struct eq_arena *scratch)
{
    struct eq_slice back = {NULL, 0}, back_needle = {NULL, 0};
    enum eq_status st = reversed(&back, eq_slice(hay.ptr + from, hay.len - from), scratch);
    if (st == EQ_OK)
        st = reversed(&back_needle, needle, scratch);
    if (st != EQ_OK)
        return st;
    *at = find(back, back_needle, 0);
    if (*at != NOT_FOUND)
        *at = hay.len - *at - needle.len;
    return EQ_OK;
}

/* The byte of `to` where the code point begins that begins at byte `at` of `from`, its folded or plain form. */
static size_t same_place(struct eq_slice to, struct eq_slice from, size_t at)
{
    if (to.ptr == from.ptr || eq_ascii(to))
        return at;
    return eq_utf8_offset(to, eq_utf8_count(eq_slice(from.ptr, at)));
}

/* A marker that is not found gives null, and an empty one is found at once: docs/semantics.md, Functions. */
enum eq_status eq_fn_between(struct eq_value *out, const struct eq_value *args, size_t n, bool fold,
                             struct eq_arena *scratch)
{
    struct search s;
    struct eq_slice right;
    enum eq_status st;
    size_t start, end;
    bool greedy;

    *out = EQ_VALUE_NULL;
    if (eq_function_has_null(args, n))
        return EQ_OK;
    if (n > 3 && args[3].type != EQ_BOOL)
        return EQ_OK;
    greedy = n > 3 && args[3].b;
    st = start_search(&s, args, fold, scratch);
    if (st == EQ_OK)
        st = as_text(&right, &args[2], fold, scratch);
    if (st != EQ_OK)
        return st;
    start = find(s.hay, s.needle, 0);
    if (start == NOT_FOUND)
        return EQ_OK;
    start += s.needle.len;
    end = find(s.hay, right, start);
    if (end != NOT_FOUND && greedy)
        st = find_last(&end, s.hay, right, start, scratch);
    if (st != EQ_OK || end == NOT_FOUND)
        return st;
    start = same_place(s.plain, s.hay, start);
    end = same_place(s.plain, s.hay, end);
    *out = eq_value_string(eq_slice(s.plain.ptr + start, end - start));
    return EQ_OK;
}

/* Text and affix of startsWith and endsWith; false when the result is null or memory ran out (*st). */
static bool two_texts(enum eq_status *st, struct eq_slice *text, struct eq_slice *affix, const struct eq_value *args,
                      struct eq_arena *scratch)
{
    *st = EQ_OK;
    if (eq_function_has_null(args, 2))
        return false;
    *st = eq_function_text(text, &args[0], scratch);
    if (*st == EQ_OK)
        *st = eq_function_text(affix, &args[1], scratch);
    return *st == EQ_OK;
}

enum eq_status eq_fn_ends_with(struct eq_value *out, const struct eq_value *args, size_t n, bool fold,
                               struct eq_arena *scratch)
{
    struct eq_slice text, suffix;
    enum eq_status st;
    size_t have, want, at;
    (void)n;

    *out = EQ_VALUE_NULL;
    if (!two_texts(&st, &text, &suffix, args, scratch))
        return st;
    if (!fold) {
        *out = eq_value_bool(eq_slice_ends(text, suffix));
        return EQ_OK;
    }
    *out = eq_value_bool(suffix.len == 0);
    if (suffix.len == 0 || text.len == 0)
        return EQ_OK;
    if (suffix.len <= text.len) { /* the usual case needs no counting */
        struct eq_slice tail = {text.ptr + (text.len - suffix.len), suffix.len};
        if (eq_ascii(tail) && eq_ascii(suffix)) {
            *out = eq_value_bool(eq_fold_eq(tail, suffix));
            return EQ_OK;
        }
    }
    have = eq_utf8_count(text);
    want = eq_utf8_count(suffix);
    if (want > have)
        return EQ_OK;
    at = have == text.len ? have - want : eq_utf8_offset(text, have - want);
    *out = eq_value_bool(eq_fold_eq(eq_slice(text.ptr + at, text.len - at), suffix));
    return EQ_OK;
}

enum eq_status eq_fn_starts_with(struct eq_value *out, const struct eq_value *args, size_t n, bool fold,
                                 struct eq_arena *scratch)
{
    struct eq_slice text, prefix;
    enum eq_status st;
    (void)n;

    *out = EQ_VALUE_NULL;
    if (!two_texts(&st, &text, &prefix, args, scratch))
        return st;
    if (fold)
        text.len = eq_utf8_offset(text, eq_utf8_count(prefix));
    *out = eq_value_bool(fold ? eq_fold_eq(text, prefix) : eq_slice_starts(text, prefix));
    return EQ_OK;
}

enum eq_status eq_fn_index_of(struct eq_value *out, const struct eq_value *args, size_t n, bool fold,
                              struct eq_arena *scratch)
{
    struct search s;
    enum eq_status st;
    int64_t start = 0;
    size_t at;

    *out = EQ_VALUE_NULL;
    if (eq_function_has_null(args, 2))
        return EQ_OK;
    if (n > 2 && args[2].type != EQ_NULL && !eq_function_integer(&start, &args[2]))
        return EQ_OK;
    st = start_search(&s, args, fold, scratch);
    if (st != EQ_OK)
        return st;
    at = start <= 0 ? 0 : (uint64_t)start >= s.hay.len ? s.hay.len : eq_utf8_offset(s.hay, (size_t)start);
    at = find(s.hay, s.needle, at);
    if (at != NOT_FOUND)
        *out = eq_value_int((int64_t)eq_utf8_count(eq_slice(s.hay.ptr, at)));
    return EQ_OK;
}

enum eq_status eq_fn_string_contains(struct eq_value *out, const struct eq_value *args, size_t n, bool fold,
                                     struct eq_arena *scratch)
{
    struct search s;
    enum eq_status st;
    (void)n;

    *out = EQ_VALUE_NULL;
    if (eq_function_has_null(args, 2))
        return EQ_OK;
    st = start_search(&s, args, fold, scratch);
    if (st == EQ_OK)
        *out = eq_value_bool(s.needle.len != 0 && find(s.hay, s.needle, 0) != NOT_FOUND);
    return st;
}
