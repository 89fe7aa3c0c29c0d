/* regex.c — the table: Lucene text to compiled PCRE2, each distinct pattern once. Machine code is made of a pattern when it is
 * first tried: most never are, as their literal is not there. */
#include "match/regex.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/intern.h"
#include "base/utf8.h"
#include "match/regex_priv.h"
#include "plan/lucene.h"

enum { MAX_LITERAL = 64 }; /* bytes worth searching for */

struct eq_regexes {
    const struct eq_alloc *alloc;
    struct eq_arena arena;
    struct eq_intern known; /* 'i' or 's', then the pattern; its number is an index of `regexes` */
    struct eq_regex *regexes;
    uint32_t *numbers; /* by number: index of `regexes` */
    size_t n_regexes, cap_regexes, n_numbers, cap_numbers;
    pcre2_general_context *memory;
    pcre2_compile_context *context;
    bool jit;
    pthread_mutex_t making;
};

static void *pcre2_alloc(size_t size, void *alloc)
{
    const struct eq_alloc *a = alloc;
    return a->resize(NULL, size, a->ctx);
}

static void pcre2_release(void *ptr, void *alloc)
{
    eq_free(alloc, ptr);
}

pcre2_general_context *eq_regex_memory(const struct eq_alloc *alloc)
{
    return pcre2_general_context_create(pcre2_alloc, pcre2_release, (void *)(uintptr_t)alloc);
}

enum eq_status eq_regexes_new(struct eq_regexes **out, const struct eq_alloc *alloc)
{
    uint32_t jit = 0;
    struct eq_regexes *t = eq_new(alloc, sizeof *t);
    if (!t)
        return EQ_NOMEM;
    t->alloc = alloc;
    eq_arena_init(&t->arena, alloc);
    eq_intern_init(&t->known, alloc);
    pthread_mutex_init(&t->making, NULL);
    t->memory = eq_regex_memory(alloc);
    t->context = t->memory ? pcre2_compile_context_create(t->memory) : NULL;
    if (!t->context) {
        eq_regexes_free(t);
        return EQ_NOMEM;
    }
    pcre2_config(PCRE2_CONFIG_JIT, &jit);
    t->jit = jit != 0;
    *out = t;
    return EQ_OK;
}

static void free_codes(struct eq_regex *r)
{
    for (size_t i = 0; i < r->n; i++)
        pcre2_code_free(r->codes[i]);
    r->n = 0;
}

void eq_regexes_free(struct eq_regexes *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->n_regexes; i++)
        free_codes(&t->regexes[i]);
    pcre2_compile_context_free(t->context);
    pcre2_general_context_free(t->memory);
    eq_intern_free(&t->known);
    eq_arena_free(&t->arena);
    eq_free(t->alloc, t->regexes);
    eq_free(t->alloc, t->numbers);
    pthread_mutex_destroy(&t->making);
    eq_free(t->alloc, t);
}

size_t eq_regexes_count(const struct eq_regexes *t)
{
    return t->n_numbers;
}

const struct eq_regex *eq_regexes_get(const struct eq_regexes *t, uint32_t number)
{
    return &t->regexes[t->numbers[number]];
}

void eq_regexes_hasten(struct eq_regexes *t, uint32_t number)
{
    struct eq_regex *r = &t->regexes[t->numbers[number]];
    if (atomic_load_explicit(&r->ready, memory_order_acquire))
        return;
    pthread_mutex_lock(&t->making);
    for (size_t i = 0; t->jit && !r->ready && i < r->n; i++)
        pcre2_jit_compile(r->codes[i], PCRE2_JIT_COMPLETE); /* without it, PCRE2 interprets */
    atomic_store_explicit(&r->ready, true, memory_order_release);
    pthread_mutex_unlock(&t->making);
}

static enum eq_status refuse(struct eq_regex_error *error, enum eq_status status, size_t offset, const char *message)
{
    error->offset = offset;
    snprintf(error->message, sizeof error->message, "%s", message);
    return status;
}

/* What PCRE2 says of a pattern that we wrote: it is too large, or memory ran out. */
static enum eq_status refused_by_pcre2(int code, struct eq_regex_error *error)
{
    PCRE2_UCHAR text[160];
    if (code == PCRE2_ERROR_HEAP_FAILED)
        return EQ_NOMEM;
    if (code == PCRE2_ERROR_PATTERN_TOO_LARGE || code == PCRE2_ERROR_PATTERN_TOO_COMPLICATED ||
        code == PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP)
        return refuse(error, EQ_LIMIT, 0, "the pattern is too large");
    if (pcre2_get_error_message(code, text, sizeof text) < 0)
        return refuse(error, EQ_INVALID, 0, "the pattern is not valid");
    return refuse(error, EQ_INVALID, 0, (const char *)text);
}

static enum eq_status compile_one(pcre2_code **out, const struct eq_regexes *t, struct eq_slice pattern, bool fold,
                                  struct eq_regex_error *error)
{
    uint32_t options = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOTALL | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C |
                       (fold ? PCRE2_CASELESS : 0u);
    int code;
    PCRE2_SIZE at, size = 0;
    pcre2_code *c = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len, options, &code, &at, t->context);
    if (!c)
        return refused_by_pcre2(code, error);
    pcre2_pattern_info(c, PCRE2_INFO_SIZE, &size);
    if (size > EQ_REGEX_MAX_COMPILED) {
        pcre2_code_free(c);
        return refuse(error, EQ_LIMIT, 0, "the pattern is too large");
    }
    *out = c;
    return EQ_OK;
}

/* The longest run of ASCII in `s`, in lower case. */
static enum eq_status fold_literal(struct eq_slice *out, struct eq_slice s, struct eq_arena *arena)
{
    struct eq_slice best = {0};
    for (size_t i = 0; i < s.len; i++) {
        size_t start = i;
        while (i < s.len && (unsigned char)s.ptr[i] < 0x80)
            i++;
        if (i - start > best.len)
            best = eq_slice(s.ptr + start, i - start);
    }
    char *copy = eq_arena_bytes(arena, best.len + 1);
    if (!copy)
        return EQ_NOMEM;
    for (size_t i = 0; i < best.len; i++)
        copy[i] = (char)eq_fold_ascii[(unsigned char)best.ptr[i]];
    *out = eq_slice(copy, best.len);
    return EQ_OK;
}

static enum eq_status set_literal(struct eq_regex *r, struct eq_slice literal, struct eq_arena *arena)
{
    enum eq_status st = EQ_OK;
    r->literal = literal;
    if (r->fold)
        st = fold_literal(&r->literal, literal, arena);
    if (r->literal.len > MAX_LITERAL)
        r->literal.len = MAX_LITERAL;
    if (r->literal.len)
        r->literal_has_ks = memchr(r->literal.ptr, 'k', r->literal.len) || memchr(r->literal.ptr, 's', r->literal.len);
    return st;
}

/* On failure nothing is held but arena memory, which the caller rewinds. */
static enum eq_status compile(struct eq_regex *out, struct eq_regexes *t, struct eq_slice pattern, bool fold,
                              struct eq_regex_error *error)
{
    struct eq_lucene lucene;
    struct eq_lucene_error wrong = {0};
    struct eq_regex r = {.fold = fold};
    enum eq_status st = eq_lucene_translate(&lucene, pattern, &t->arena, &wrong);
    if (st == EQ_INVALID || st == EQ_LIMIT)
        return refuse(error, st, wrong.offset, wrong.message);
    if (st != EQ_OK)
        return st;
    r.codes = eq_arena_alloc(&t->arena, lucene.n * sizeof *r.codes);
    if (!r.codes)
        return EQ_NOMEM;
    r.negate = lucene.negate;
    while (r.n < lucene.n && st == EQ_OK) {
        st = compile_one(&r.codes[r.n], t, lucene.patterns[r.n], fold, error);
        r.n += st == EQ_OK;
    }
    if (st == EQ_OK)
        st = set_literal(&r, lucene.literal, &t->arena);
    if (st != EQ_OK)
        free_codes(&r);
    else
        *out = r;
    return st;
}

static enum eq_status add_new(uint32_t *index, struct eq_regexes *t, struct eq_slice key, struct eq_regex_error *error)
{
    struct eq_regex r = {0};
    struct eq_arena_mark mark = eq_arena_mark(&t->arena);
    if (!eq_grow(t->alloc, &t->regexes, &t->cap_regexes, t->n_regexes + 1, sizeof *t->regexes))
        return EQ_NOMEM;
    enum eq_status st = compile(&r, t, eq_slice(key.ptr + 1, key.len - 1), key.ptr[0] == 'i', error);
    if (st == EQ_OK) {
        st = eq_intern_put(index, &t->known, key, NULL);
        if (st != EQ_OK)
            free_codes(&r);
    }
    if (st == EQ_OK)
        t->regexes[t->n_regexes++] = r;
    else
        eq_arena_rewind(&t->arena, mark);
    return st;
}

enum eq_status eq_regexes_add(uint32_t *number, struct eq_regexes *t, struct eq_slice pattern, bool fold,
                              struct eq_regex_error *error)
{
    struct eq_buf key;
    *error = (struct eq_regex_error){.offset = 0};
    if (pattern.len > EQ_REGEX_MAX_PATTERN)
        return refuse(error, EQ_LIMIT, 0, "the pattern is longer than 32 KiB");
    if (!eq_grow(t->alloc, &t->numbers, &t->cap_numbers, t->n_numbers + 1, sizeof *t->numbers))
        return EQ_NOMEM;

    eq_buf_init(&key, t->alloc);
    eq_buf_putc(&key, fold ? 'i' : 's');
    eq_buf_add(&key, pattern);
    enum eq_status st = eq_buf_status(&key);
    if (st != EQ_OK)
        goto done;
    uint32_t index = eq_intern_find(&t->known, eq_buf_slice(&key));
    if (index == EQ_NONE)
        st = add_new(&index, t, eq_buf_slice(&key), error);
    if (st == EQ_OK) {
        *number = (uint32_t)t->n_numbers;
        t->numbers[t->n_numbers++] = index;
    }
done:
    eq_buf_free(&key);
    return st;
}
