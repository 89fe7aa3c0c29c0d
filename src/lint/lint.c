/* lint.c — the road of a query through its checks, and what they report with. */
#include "lint/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lint/lint_priv.h"

/* Comparisons for one query: far beyond what real ones need, and done in about a second. */
#define STEPS_MAX 20000000u

enum { QUOTED_BYTES = 60, FINDINGS_MAX = 200 };

/* ── Edits ── */

void eq_edits_free(struct eq_edits *edits)
{
    if (edits->alloc)
        eq_free(edits->alloc, edits->items);
    *edits = (struct eq_edits){.alloc = edits->alloc};
}

static int by_place(const void *a, const void *b)
{
    const struct eq_edit *x = a, *y = b;
    if (x->span.start != y->span.start)
        return x->span.start < y->span.start ? -1 : 1;
    return (x->span.end > y->span.end) - (x->span.end < y->span.end);
}

void eq_edits_settle(struct eq_edits *edits)
{
    size_t kept = 0;
    if (edits->n)
        qsort(edits->items, edits->n, sizeof *edits->items, by_place);
    for (size_t i = 0; i < edits->n; i++)
        if (kept == 0 || edits->items[i].span.start >= edits->items[kept - 1].span.end)
            edits->items[kept++] = edits->items[i];
    edits->n = kept;
}

void eq_lint_edit(struct eq_lint *l, struct eq_span span, const char *text)
{
    struct eq_edits *e = l->edits;
    if (!e)
        return;
    if (!eq_grow(e->alloc, &e->items, &e->cap, e->n + 1, sizeof *e->items)) {
        e->failed = true;
        return;
    }
    e->items[e->n++] = (struct eq_edit){span, text};
}

/* ── Reports ── */

bool eq_lint_wants(const struct eq_lint *l, enum eq_code code)
{
    return eq_code_severity(code) <= l->least;
}

struct eq_diag *eq_lint_report(struct eq_lint *l, enum eq_code code, struct eq_span span, const char *format, ...)
{
    char message[512];
    va_list args;
    if (!eq_lint_wants(l, code) || l->n_findings > FINDINGS_MAX)
        return NULL;
    if (l->n_findings++ == FINDINGS_MAX) {
        eq_diag_add(l->diags, EQ_W0514, l->source, span, "more than %d findings in this query: the others are not told",
                    FINDINGS_MAX);
        return NULL;
    }
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return eq_diag_add(l->diags, code, l->source, span, "%s", message);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct eq_slice eq_lint_between(const struct eq_lint *l, struct eq_span a, struct eq_span b)
{
    struct eq_slice s = l->source->text;
    if (a.end > b.start || b.start > s.len)
        return EQ_LIT("");
    s = eq_slice(s.ptr + a.end, b.start - a.end);
    while (s.len && is_blank(s.ptr[0]))
        s = eq_slice(s.ptr + 1, s.len - 1);
    while (s.len && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

struct eq_slice eq_lint_quote(struct eq_lint *l, struct eq_span span)
{
    struct eq_slice text = l->source->text;
    size_t end = span.end < text.len ? span.end : text.len, n = 0;
    char *out = eq_arena_bytes(&l->scratch, QUOTED_BYTES + 4);
    if (!out) {
        l->nomem = true;
        return EQ_LIT("");
    }
    for (size_t i = span.start; i < end; i++) {
        bool blank = is_blank(text.ptr[i]);
        if (n >= QUOTED_BYTES && ((unsigned char)text.ptr[i] & 0xC0) != 0x80) {
            memcpy(out + n, "\xE2\x80\xA6", 3);
            return eq_slice(out, n + 3);
        }
        if (blank && (n == 0 || out[n - 1] == ' '))
            continue;
        if (n < QUOTED_BYTES)
            out[n++] = text.ptr[i];
        if (blank)
            out[n - 1] = ' ';
    }
    return eq_slice(out, n);
}

/* ── The road ── */

static void check_written(struct eq_lint *l)
{
    for (uint32_t i = 0; i < l->plan->n_stages; i++)
        eq_lint_condition(l, l->plan->stages[i].filter);
    if (l->plan->until)
        eq_lint_condition(l, l->plan->until->filter);
}

static enum eq_status simplify(struct eq_plan *plan, struct eq_arena *arena, struct eq_lint *l)
{
    struct eq_diags ignored; /* told when the rule was compiled */
    eq_diags_init(&ignored, l->diags->alloc);
    enum eq_status st = eq_plan_simplify(plan, arena, l->source, &ignored);
    eq_diags_free(&ignored);
    return st;
}

static void check_simplified(struct eq_lint *l)
{
#define LINT_PLAN(id) eq_lint_##id(l);
#include "lint/lint.def"
}

static enum eq_status finish(struct eq_lint *l)
{
    if (l->nomem || l->prover.nomem || l->diags->failed || (l->edits && l->edits->failed))
        return EQ_NOMEM;
    if (l->prover.steps_left == 0)
        eq_lint_report(l, EQ_W0514, l->plan->stages[0].filter->span,
                       "too much to be compared: not all of this query was looked at");
    return l->diags->failed ? EQ_NOMEM : EQ_OK;
}

enum eq_status eq_lint_plan(struct eq_plan *plan, struct eq_arena *arena, const struct eq_source *source,
                            enum eq_severity least, struct eq_diags *diags, struct eq_edits *edits)
{
    struct eq_lint l = {.plan = plan, .source = source, .diags = diags, .edits = edits, .least = least};
    eq_arena_init(&l.scratch, diags->alloc);
    l.prover = (struct eq_prover){.scratch = &l.scratch, .steps_left = STEPS_MAX};
    check_written(&l);
    enum eq_status st = simplify(plan, arena, &l);
    if (st == EQ_OK) {
        check_simplified(&l);
        st = finish(&l);
    }
    eq_arena_free(&l.scratch);
    return st;
}
