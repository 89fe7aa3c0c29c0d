/* fuzz_glob.c — a pattern with * and ?, a newline, a text.
 *
 * Promised: the verdict of the plain table: cell (i, j) says whether the first i characters of the pattern match the
 * first j characters of the text. */
#include "base/utf8.h"
#include "fuzz.h"
#include "plan/glob.h"

#define MOST 256

static size_t split(struct eq_slice *out, struct eq_slice s)
{
    size_t n = 0;
    for (size_t at = 0; at < s.len; n++) {
        unsigned len;
        eq_utf8_decode(s.ptr + at, s.ptr + s.len, &len);
        out[n] = eq_slice(s.ptr + at, len);
        at += len;
    }
    return n;
}

static bool plain_match(struct eq_slice pattern, struct eq_slice text)
{
    static struct eq_slice p[MOST], t[MOST];
    static bool cell[MOST + 1][MOST + 1];
    size_t np = split(p, pattern), nt = split(t, text);
    for (size_t i = 0; i <= np; i++) {
        for (size_t j = 0; j <= nt; j++) {
            char c = i ? *p[i - 1].ptr : '\0';
            if (i == 0)
                cell[i][j] = j == 0;
            else if (c == '*')
                cell[i][j] = cell[i - 1][j] || (j && cell[i][j - 1]);
            else
                cell[i][j] = j && cell[i - 1][j - 1] && (c == '?' || eq_slice_eq(p[i - 1], t[j - 1]));
        }
    }
    return cell[np][nt];
}

static void compare(struct eq_slice pattern, struct eq_slice text, bool fold)
{
    struct eq_arena arena;
    struct eq_glob glob;
    struct eq_buf fp, ft;
    eq_arena_init(&arena, &eq_alloc_default);
    eq_buf_init(&fp, &eq_alloc_default);
    eq_buf_init(&ft, &eq_alloc_default);
    PROMISE(eq_glob_compile(&glob, pattern, fold, &arena));
    if (fold) {
        eq_fold(&fp, pattern);
        eq_fold(&ft, text);
        pattern = eq_buf_slice(&fp);
        text = eq_buf_slice(&ft);
    }
    PROMISE(eq_glob_match(&glob, text) == plain_match(pattern, text));
    eq_buf_free(&fp);
    eq_buf_free(&ft);
    eq_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= MOST / 4)
        return 0;
    const uint8_t *cut = size ? memchr(data, '\n', size) : NULL;
    size_t n = cut ? (size_t)(cut - data) : size, rest = cut ? size - n - 1 : 0;
    if (!eq_utf8_valid(eq_slice((const char *)data, n), NULL))
        return 0;
    char *pattern = fuzz_copy(data, n), *text = fuzz_copy(cut ? cut + 1 : data, rest);
    compare(eq_slice(pattern, n), eq_slice(text, rest), false);
    compare(eq_slice(pattern, n), eq_slice(text, rest), true);
    free(pattern);
    free(text);
    return 0;
}
