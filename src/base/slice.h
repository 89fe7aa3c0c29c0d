/* slice.h — borrowed bytes: a pointer and a length, never terminated, never owned. NUL is data. */
#ifndef EQ_BASE_SLICE_H
#define EQ_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct eq_slice {
    const char *ptr;
    size_t len;
};

#define EQ_LIT(s) ((struct eq_slice){(s), sizeof(s) - 1})

static inline struct eq_slice eq_slice(const char *ptr, size_t len)
{
    return (struct eq_slice){ptr, len};
}

/* For C strings of our own (tables, arguments); event and rule bytes never pass through here. */
static inline struct eq_slice eq_slice_of(const char *text)
{
    return (struct eq_slice){text, text ? strlen(text) : 0};
}

/* Are the n bytes the same? Short ones are compared here: a call costs more than that. */
static inline bool eq_same_bytes(const char *a, const char *b, size_t n)
{
    uint64_t x, y;
    size_t i = 0;
    if (n > 64)
        return memcmp(a, b, n) == 0;
    for (; i + sizeof x <= n; i += sizeof x) {
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        if (x != y)
            return false;
    }
    if (n >= sizeof x && i < n) { /* the last eight, some of them again */
        memcpy(&x, a + n - sizeof x, sizeof x);
        memcpy(&y, b + n - sizeof y, sizeof y);
        return x == y;
    }
    for (; i < n; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

static inline bool eq_slice_eq(struct eq_slice a, struct eq_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Order by bytes (for UTF-8 the same as by code point); a prefix sorts first. */
static inline int eq_slice_cmp(struct eq_slice a, struct eq_slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

static inline bool eq_slice_starts(struct eq_slice s, struct eq_slice prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool eq_slice_ends(struct eq_slice s, struct eq_slice suffix)
{
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

/* A half-open range of byte offsets in a source text. */
struct eq_span {
    uint32_t start, end;
};

#endif
