/* regex_match.c — one thread's means of matching, and what happens at the limits.
 *
 * PCRE2 backtracks, so it runs within limits that never read as "no match". When one is reached the same code is run
 * by pcre2_dfa_match, which looks at each byte of the text once but at every state that is alive. The room for states
 * shrinks as texts grow, so that bytes × states² stays bounded and with it the time. */
#define _GNU_SOURCE /* memmem */
#include "base/utf8.h"
#include "match/regex.h"
#include "match/regex_priv.h"

enum {
    JIT_STACK_START = 32 * 1024,
    JIT_STACK_MAX = 256 * 1024,
    INTS_PER_STATE = 6, /* three in each of two lists: pcre2_dfa_match */
    MIN_STATES = 4,
    MAX_STATES = 400,
    AUTOMATON_WORK = 64000000 /* bytes × states²: some 50 ms */
};

struct eq_regex_matcher {
    struct eq_regexes *table;
    const struct eq_alloc *alloc;
    pcre2_general_context *memory;
    pcre2_match_context *context;
    pcre2_match_data *data;
    pcre2_jit_stack *stack; /* NULL without JIT */
    struct eq_regex_stats stats;
    int workspace[INTS_PER_STATE * MAX_STATES];
};

enum verdict { NO, YES, GAVE_UP, OUT_OF_MEMORY };

enum eq_status eq_regex_matcher_new(struct eq_regex_matcher **out, struct eq_regexes *t, const struct eq_alloc *alloc)
{
    uint32_t jit = 0;
    struct eq_regex_matcher *m = eq_new(alloc, sizeof *m);
    if (!m)
        return EQ_NOMEM;
    m->table = t;
    m->alloc = alloc;
    m->memory = eq_regex_memory(alloc);
    if (m->memory) {
        m->context = pcre2_match_context_create(m->memory);
        m->data = pcre2_match_data_create(1, m->memory);
    }
    if (!m->context || !m->data) {
        eq_regex_matcher_free(m);
        return EQ_NOMEM;
    }
    pcre2_set_depth_limit(m->context, EQ_REGEX_DEPTH_LIMIT);
    pcre2_set_heap_limit(m->context, EQ_REGEX_HEAP_LIMIT_KIB);
    pcre2_config(PCRE2_CONFIG_JIT, &jit);
    if (jit) {
        m->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, m->memory);
        if (!m->stack) {
            eq_regex_matcher_free(m);
            return EQ_NOMEM;
        }
        pcre2_jit_stack_assign(m->context, NULL, m->stack);
    }
    *out = m;
    return EQ_OK;
}

void eq_regex_matcher_free(struct eq_regex_matcher *m)
{
    if (!m)
        return;
    pcre2_match_data_free(m->data);
    pcre2_match_context_free(m->context);
    pcre2_jit_stack_free(m->stack);
    pcre2_general_context_free(m->memory);
    eq_free(m->alloc, m);
}

struct eq_regex_stats eq_regex_stats(const struct eq_regex_matcher *m)
{
    return m->stats;
}

/* ── The literal ── */

static bool has_folded(struct eq_slice text, struct eq_slice lower)
{
    char first = lower.ptr[0];
    for (size_t i = 0; i + lower.len <= text.len; i++) {
        if ((char)eq_fold_ascii[(unsigned char)text.ptr[i]] != first)
            continue;
        size_t k = 1;
        while (k < lower.len && (char)eq_fold_ascii[(unsigned char)text.ptr[i + k]] == lower.ptr[k])
            k++;
        if (k == lower.len)
            return true;
    }
    return false;
}

/* False only if the text cannot match. */
static bool may_match(const struct eq_regex *r, struct eq_slice text)
{
    if (!r->literal.len)
        return true;
    if (!r->fold)
        return text.len >= r->literal.len && memmem(text.ptr, text.len, r->literal.ptr, r->literal.len);
    /* The Kelvin sign is a k and the long s an s, where case is ignored. */
    return has_folded(text, r->literal) || (r->literal_has_ks && !eq_ascii(text));
}

/* ── One pattern ── */

static enum verdict verdict_of(int result)
{
    if (result >= 0)
        return YES;
    if (result == PCRE2_ERROR_NOMATCH)
        return NO;
    return result == PCRE2_ERROR_NOMEMORY ? OUT_OF_MEMORY : GAVE_UP;
}

/* As many states as a text of this length may have alive. */
static size_t states_for(size_t len)
{
    size_t states = MAX_STATES;
    while (states > MIN_STATES && states * states > AUTOMATON_WORK / (len + 1))
        states--;
    return states;
}

static enum verdict run_automaton(struct eq_regex_matcher *m, const pcre2_code *code, struct eq_slice text)
{
    size_t room = INTS_PER_STATE * states_for(text.len);
    m->stats.fallbacks++;
    enum verdict v = verdict_of(pcre2_dfa_match(code, (PCRE2_SPTR)text.ptr, text.len, 0, PCRE2_NO_UTF_CHECK, m->data,
                                                m->context, m->workspace, room));
    m->stats.failures += v == GAVE_UP;
    return v;
}

/* Even ".*\.exe" takes a step back for every character it gives up, so long texts get steps in proportion. */
static uint32_t steps_for(const struct eq_regex_matcher *m, size_t len)
{
    size_t more = len < EQ_REGEX_MAX_MORE_STEPS / 2 ? 2 * len : EQ_REGEX_MAX_MORE_STEPS;
    if (!m->stack)
        more /= 2; /* interpreted steps take several times as long */
    return EQ_REGEX_MATCH_LIMIT + (uint32_t)more;
}

static enum verdict match_code(struct eq_regex_matcher *m, const pcre2_code *code, struct eq_slice text)
{
    pcre2_set_match_limit(m->context, steps_for(m, text.len));
    enum verdict v =
        verdict_of(pcre2_match(code, (PCRE2_SPTR)text.ptr, text.len, 0, PCRE2_NO_UTF_CHECK, m->data, m->context));
    return v == GAVE_UP ? run_automaton(m, code, text) : v;
}

enum eq_status eq_regex_match(bool *out, struct eq_regex_matcher *m, uint32_t number, struct eq_slice text)
{
    const struct eq_regex *r = eq_regexes_get(m->table, number);
    *out = false;
    if (!text.len)
        text.ptr = "";
    if (!may_match(r, text))
        return EQ_OK;
    if (!eq_utf8_valid(text, NULL)) { /* events are mended when they are read; what was cut in two is no text */
        m->stats.failures++;
        return EQ_OK;
    }
    eq_regexes_hasten(m->table, number);
    for (size_t i = 0; i < r->n; i++) {
        enum verdict v = match_code(m, r->codes[i], text);
        if (v == OUT_OF_MEMORY)
            return EQ_NOMEM;
        if (v != (r->negate[i] ? NO : YES))
            return EQ_OK;
    }
    *out = true;
    return EQ_OK;
}

enum eq_status eq_regex_match_any(bool *out, uint32_t first, size_t n, struct eq_slice text, void *matcher)
{
    enum eq_status st = EQ_OK;
    *out = false;
    for (size_t i = 0; i < n && st == EQ_OK && !*out; i++)
        st = eq_regex_match(out, matcher, first + (uint32_t)i, text);
    return st;
}
