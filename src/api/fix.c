/* fix.c — a rule file mended: what is needless goes, what is asked stays.
 *
 *      text ─▶ rule ─▶ plan ─▶ edits (lint/lint.h) ─▶ new text ─▶ rule ─▶ plan
 *                       └────────────── proven to mean the same ───────────┘         again, until nothing is left
 *
 * An edit whose result cannot be proven equal is not made, so a mistake in here can leave a finding, never change a
 * rule. Where that holds for all edits of a round together, halves of them are tried. */
#include "api/compiler_priv.h"

#include "lint/implies.h"
#include "lint/lint.h"
#include "rule/outline.h"

#define ROUNDS_MAX 100u
#define VAIN_MAX 20u /* tries of all rounds that may be in vain; each takes as long as a proof */
#define PROOF_STEPS 20000000u

/* A text as the rule that it holds. */
struct reading {
    struct eq_buf text;
    struct eq_rule_set set;
    struct eq_arena arena;
    struct eq_diags ignored; /* wrong files are told when they are checked */
    struct eq_plan *plan;    /* as written, until it was looked at */
};

/* A file that is being mended. */
struct mending {
    eqlite_compiler *c;
    struct eq_slice name;
    enum eq_severity least;
    unsigned rounds, vain; /* so far */
    size_t fixes;
};

static void reading_init(struct reading *r, const struct eq_alloc *alloc)
{
    eq_buf_init(&r->text, alloc);
    eq_rule_set_init(&r->set, alloc);
    eq_arena_init(&r->arena, alloc);
    eq_diags_init(&r->ignored, alloc);
    r->plan = NULL;
}

static void reading_free(struct reading *r)
{
    eq_diags_free(&r->ignored);
    eq_arena_free(&r->arena);
    eq_rule_set_free(&r->set);
    eq_buf_free(&r->text);
}

static const struct eq_rule *rule_of(const struct reading *r)
{
    return r->set.items[0];
}

/* EQ_INVALID: the text is no rule that compiles. */
static enum eq_status read_rule(struct reading *r, eqlite_compiler *c, struct eq_slice name)
{
    enum eq_status st =
        eq_rule_load_text(&r->set, name, eq_buf_slice(&r->text), eq_compiler_rule_options(c), &r->ignored);
    if (st != EQ_OK)
        return st;
    return r->set.n == 1 ? eq_compiler_build(&r->plan, c, rule_of(r), &r->arena, &r->ignored) : EQ_INVALID;
}

static enum eq_status find_edits(struct eq_edits *edits, struct reading *r, enum eq_severity least)
{
    enum eq_status st = eq_lint_plan(r->plan, &r->arena, &rule_of(r)->source, least, &r->ignored, edits);
    eq_edits_settle(edits);
    return st;
}

/* Both plans were simplified. */
static bool same_meaning(bool *nomem, struct reading *a, const struct reading *b)
{
    struct eq_prover prover = {.scratch = &a->arena, .steps_left = PROOF_STEPS};
    bool same = eq_plans_equal(&prover, a->plan, b->plan);
    *nomem = prover.nomem;
    return same;
}

/* Make the edits in `to`. EQ_END: they cannot be made, or it cannot be shown that nothing changes. */
static enum eq_status edit(struct reading *to, struct reading *from, struct mending *m, const struct eq_edits *edits)
{
    bool nomem = false;
    enum eq_status st = eq_rule_edit(&to->text, eq_buf_slice(&from->text), rule_of(from), edits);
    if (st == EQ_OK)
        st = read_rule(to, m->c, m->name);
    if (st == EQ_OK)
        st = eq_plan_simplify(to->plan, &to->arena, &rule_of(to)->source, &to->ignored);
    if (st == EQ_NOMEM)
        return st;
    bool same = st == EQ_OK && same_meaning(&nomem, from, to);
    return nomem ? EQ_NOMEM : same ? EQ_OK : EQ_END;
}

/* Make as many of the edits as can be shown to change nothing: all, the first half, … down to one; then from the next
 * on. `edits` becomes those that were made. EQ_END: none. */
static enum eq_status edit_some(struct reading *to, struct reading *from, struct mending *m, struct eq_edits *edits)
{
    struct eq_edits part = *edits;
    enum eq_status st = EQ_END;
    size_t at = 0;
    while (at < edits->n && m->vain < VAIN_MAX) {
        part.items = edits->items + at;
        st = edit(to, from, m, &part);
        if (st != EQ_END)
            break;
        m->vain++;
        reading_free(to);
        reading_init(to, edits->alloc);
        at += part.n == 1;
        part.n = part.n == 1 ? edits->n - at : part.n / 2;
    }
    edits->n = part.n;
    return st;
}

/* One round: `r` is replaced by its mended form. EQ_END: nothing left to do. */
static enum eq_status mend(struct reading *r, struct mending *m)
{
    const struct eq_alloc *alloc = eq_compiler_alloc(m->c);
    struct eq_edits edits = {.alloc = alloc};
    struct reading next;
    reading_init(&next, alloc);
    enum eq_status st = find_edits(&edits, r, m->least);
    if (st == EQ_OK)
        st = edit_some(&next, r, m, &edits);
    if (st == EQ_OK) {
        m->fixes += edits.n;
        reading_free(r);
        reading_init(r, alloc);
        eq_buf_add(&r->text, eq_buf_slice(&next.text));
        st = eq_buf_status(&r->text);
        if (st == EQ_OK)
            st = read_rule(r, m->c, m->name);
    }
    reading_free(&next);
    eq_edits_free(&edits);
    return st;
}

eqlite_status eqlite_fix(eqlite_compiler *c, eqlite_severity least, const char *name, const char *text, size_t len,
                         size_t *fixes, eqlite_write *write, void *ctx)
{
    struct mending m = {.c = c, .name = eq_api_slice(name), .least = (enum eq_severity)least};
    struct reading r;
    reading_init(&r, eq_compiler_alloc(c));
    eq_buf_add(&r.text, eq_slice(text, len));
    enum eq_status st = eq_buf_status(&r.text);
    if (st == EQ_OK)
        st = read_rule(&r, c, m.name);
    while (st == EQ_OK && m.rounds++ < ROUNDS_MAX)
        st = mend(&r, &m);
    if (st == EQ_OK || st == EQ_END) {
        st = (enum eq_status)eq_api_write(&r.text, write, ctx);
        *fixes = m.fixes;
    }
    reading_free(&r);
    return eq_api_status(st);
}

/* ── One by one ── */

/* What to replace in `before` to get `after`: what is left without their common beginning and end. */
static bool tell_change(struct eq_slice before, struct eq_slice after, eqlite_on_fix *each, void *ctx)
{
    size_t least = before.len < after.len ? before.len : after.len, start = 0, tail = 0;
    while (start < least && before.ptr[start] == after.ptr[start])
        start++;
    while (tail < least - start && before.ptr[before.len - 1 - tail] == after.ptr[after.len - 1 - tail])
        tail++;
    eqlite_string with = {after.ptr + start, after.len - start - tail};
    return each(start, before.len - tail, with, ctx);
}

/* One edit, alone. To prove it spends the plan, so each edit gets a fresh reading. EQ_END: it could not be proven;
 * EQ_LIMIT: no more is wanted. */
static enum eq_status offer(const struct eq_edit *one, eqlite_compiler *c, struct eq_slice name, struct eq_slice text,
                            enum eq_severity least, eqlite_on_fix *each, void *ctx)
{
    const struct eq_alloc *alloc = eq_compiler_alloc(c);
    struct eq_edit copy = *one;
    struct eq_edits alone = {.items = &copy, .n = 1};
    struct mending m = {.c = c, .name = name, .least = least};
    struct reading r, next;
    reading_init(&r, alloc);
    reading_init(&next, alloc);
    eq_buf_add(&r.text, text);
    enum eq_status st = eq_buf_status(&r.text);
    if (st == EQ_OK)
        st = read_rule(&r, c, name);
    if (st == EQ_OK)
        st = eq_lint_plan(r.plan, &r.arena, &rule_of(&r)->source, least, &r.ignored, NULL); /* simplifies it */
    if (st == EQ_OK)
        st = edit(&next, &r, &m, &alone);
    if (st == EQ_OK && !tell_change(text, eq_buf_slice(&next.text), each, ctx))
        st = EQ_LIMIT;
    reading_free(&next);
    reading_free(&r);
    return st;
}

eqlite_status eqlite_fix_each(eqlite_compiler *c, eqlite_severity least, const char *name, const char *text, size_t len,
                              size_t from, size_t to, eqlite_on_fix *each, void *ctx)
{
    const struct eq_alloc *alloc = eq_compiler_alloc(c);
    struct eq_slice file = eq_slice(text, len);
    struct eq_edits edits = {.alloc = alloc};
    struct eq_outline outline = {0};
    struct reading r;
    reading_init(&r, alloc);
    eq_buf_add(&r.text, file);
    enum eq_status st = eq_buf_status(&r.text);
    if (st == EQ_OK)
        st = read_rule(&r, c, eq_api_slice(name));
    if (st == EQ_OK)
        st = eq_outline_read(&outline, eq_api_slice(name), file, alloc);
    if (st == EQ_OK)
        st = find_edits(&edits, &r, (enum eq_severity)least);
    for (size_t i = 0; i < edits.n && (st == EQ_OK || st == EQ_END); i++) {
        size_t start = eq_outline_to_file(&outline, edits.items[i].span.start);
        size_t end = eq_outline_to_file(&outline, edits.items[i].span.end);
        if (start <= to && end != SIZE_MAX && end >= from)
            st = offer(&edits.items[i], c, eq_api_slice(name), file, (enum eq_severity)least, each, ctx);
    }
    eq_edits_free(&edits);
    eq_outline_free(&outline);
    reading_free(&r);
    return st == EQ_END ? EQLITE_OK : st == EQ_LIMIT ? EQLITE_END : eq_api_status(st);
}
