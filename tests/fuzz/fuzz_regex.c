/* fuzz_regex.c — a Lucene pattern, a newline, a text.
 *
 * Promised: a pattern that translates is one that PCRE2 takes; whatever matches holds the literal run that the
 * translation promised; the same through a whole query, which never fails at run time. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "api/eqlite.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "plan/lucene.h"

/* 1 or 0; -1 when a limit was hit, or the text is not UTF-8. */
static int pcre_matches(struct eq_slice pattern, struct eq_slice text)
{
    int error;
    PCRE2_SIZE at;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len, PCRE2_UTF | PCRE2_DOTALL, &error, &at, NULL);
    if (!code) {
        /* Size is the one thing that may be refused, and the query says so then. */
        PROMISE(error == PCRE2_ERROR_NOMEMORY || error == 120 || error == 186 || error == 187);
        return -1;
    }
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(limits, 100000);
    int rc = pcre2_match(code, (PCRE2_SPTR)text.ptr, text.len, 0, 0, data, limits);
    pcre2_match_context_free(limits);
    pcre2_match_data_free(data);
    pcre2_code_free(code);
    return rc >= 0 ? 1 : rc == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

static bool contains(struct eq_slice text, struct eq_slice part)
{
    for (size_t i = 0; part.len && i + part.len <= text.len; i++) {
        if (!memcmp(text.ptr + i, part.ptr, part.len))
            return true;
    }
    return part.len == 0;
}

static void translate(struct eq_slice pattern, struct eq_slice text)
{
    struct eq_arena arena;
    struct eq_lucene lucene = {0};
    struct eq_lucene_error error = {0};
    eq_arena_init(&arena, &eq_alloc_default);
    enum eq_status status = eq_lucene_translate(&lucene, pattern, &arena, &error);
    PROMISE(status == EQ_OK || status == EQ_INVALID || status == EQ_LIMIT);
    PROMISE(status == EQ_OK || (error.message && error.offset <= pattern.len));
    int all = status == EQ_OK;
    for (size_t i = 0; status == EQ_OK && i < lucene.n; i++) {
        int one = pcre_matches(lucene.patterns[i], text);
        all = one < 0 || all < 0 ? -1 : all && one != lucene.negate[i];
    }
    if (all == 1)
        PROMISE(contains(text, lucene.literal));
    eq_arena_free(&arena);
}

static void query(struct eq_slice pattern, struct eq_slice text)
{
    struct eq_buf q, event;
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    eqlite_matcher *m = NULL;
    eq_buf_init(&q, &eq_alloc_default);
    eq_buf_init(&event, &eq_alloc_default);
    eq_buf_puts(&q, "any where a regex ");
    eq_buf_eql(&q, pattern);
    eq_buf_puts(&event, "{\"a\":");
    eq_buf_json(&event, text);
    eq_buf_puts(&event, "}");
    PROMISE(eqlite_compiler_new(&c, NULL) == EQLITE_OK);
    if (eqlite_compiler_add_query(c, "q", q.ptr, q.len) == EQLITE_OK) {
        eqlite_event one = {.json = event.ptr, .len = event.len, .line = 1};
        PROMISE(eqlite_compiler_finish(&rules, c) == EQLITE_OK);
        PROMISE(eqlite_matcher_new(&m, rules, NULL) == EQLITE_OK);
        PROMISE(eqlite_matcher_feed(m, &one) == EQLITE_OK);
        PROMISE(eqlite_matcher_finish(m) == EQLITE_OK);
    }
    eqlite_matcher_free(m);
    eqlite_rules_free(rules);
    eqlite_compiler_free(c);
    eq_buf_free(&q);
    eq_buf_free(&event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4096)
        return 0;
    const uint8_t *cut = size ? memchr(data, '\n', size) : NULL;
    size_t n = cut ? (size_t)(cut - data) : size, rest = cut ? size - n - 1 : 0;
    if (!eq_utf8_valid(eq_slice((const char *)data, n), NULL))
        return 0; /* rule text is UTF-8 before it comes here */
    char *pattern = fuzz_copy(data, n), *text = fuzz_copy(cut ? cut + 1 : data, rest);
    translate(eq_slice(pattern, n), eq_slice(text, rest));
    query(eq_slice(pattern, n), eq_slice(text, rest));
    free(pattern);
    free(text);
    return 0;
}
