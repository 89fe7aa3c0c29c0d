/* text.c — borrow the text where it exists, fold it only where folding changes it. */
#include "plan/text.h"

#include "base/utf8.h"

/* An allocator that owns one small room: the buffer that writes a short text lives on the stack. */
static void *resize_in_room(void *ptr, size_t size, void *room)
{
    (void)ptr;
    return size && size <= EQ_SHORT_TEXT ? room : NULL;
}

struct eq_slice eq_text_of(const struct eq_value *v, char *room)
{
    if (v->type == EQ_STRING || (eq_value_is_number(v) && v->len))
        return eq_value_slice(v);
    if (v->type == EQ_BOOL)
        return v->b ? EQ_LIT("true") : EQ_LIT("false");

    struct eq_alloc in_room = {resize_in_room, room};
    struct eq_buf text;
    eq_buf_init(&text, &in_room);
    eq_value_text(&text, v);
    return eq_slice(room, text.len);
}

/* How many of the first bytes fold to themselves for certain. */
static size_t folded_run(struct eq_slice s)
{
    size_t i = 0;
    while (i < s.len && (unsigned char)s.ptr[i] < 0x80 && eq_fold_ascii[(unsigned char)s.ptr[i]] == s.ptr[i])
        i++;
    return i;
}

/* Fold the character at *p < end, which moves on; returns the bytes written to `to`. */
static unsigned fold_one(char to[4], const char **p, const char *end)
{
    unsigned char c = (unsigned char)**p;
    unsigned len = 1;
    int32_t code = c < 0x80 ? c : eq_utf8_decode(*p, end, &len);
    *p += len;
    if (code < 0x80) {
        to[0] = (char)eq_fold_ascii[c]; /* an invalid byte stays as it is */
        return 1;
    }
    return eq_utf8_encode(to, eq_fold_code((uint32_t)code));
}

bool eq_text_fold(struct eq_slice *out, struct eq_slice s, struct eq_arena *arena)
{
    size_t same = folded_run(s);
    if (same == s.len) {
        *out = s;
        return true;
    }
    /* Folding makes two bytes into three at worst. */
    size_t rest = s.len - same;
    char *copy = rest > SIZE_MAX / 4 ? NULL : eq_arena_bytes(arena, same + rest + rest / 2 + 4);
    if (!copy)
        return false;
    if (same)
        memcpy(copy, s.ptr, same);
    const char *p = s.ptr + same, *end = s.ptr + s.len;
    char *to = copy + same;
    while (p < end) {
        char bytes[4];
        unsigned len = fold_one(bytes, &p, end);
        memcpy(to, bytes, len);
        to += len;
    }
    *out = eq_slice(copy, (size_t)(to - copy));
    return true;
}

int eq_text_fold_cmp(struct eq_slice a, struct eq_slice b)
{
    const char *p = a.ptr, *q = b.ptr, *p_end = p + a.len, *q_end = q + b.len;
    while (p < p_end && q < q_end) {
        char x[4], y[4];
        unsigned n = fold_one(x, &p, p_end), m = fold_one(y, &q, q_end);
        int c = memcmp(x, y, n < m ? n : m);
        if (c)
            return c;
        if (n != m)
            return n < m ? -1 : 1;
    }
    return (p < p_end) - (q < q_end);
}
