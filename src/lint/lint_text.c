/* lint_text.c — constants that hardly say what was meant: needless elements, stars, wildcards, letter case. */
#include "lint/lint_priv.h"

#include <stdio.h>

#include "base/intern.h"
#include "base/utf8.h"
#include "plan/glob.h"

/* ── x : ("a*", "ab*", "a*") ── */

/* Take element i out of its list, with the comma beside it; not if anything else stands there. */
static void remove_element(struct eq_lint *l, const struct eq_node *list, uint32_t i)
{
    const struct eq_span at = list->kids[i]->span;
    if (i > 1 && eq_slice_eq(eq_lint_between(l, list->kids[i - 1]->span, at), EQ_LIT(",")))
        eq_lint_edit(l, (struct eq_span){list->kids[i - 1]->span.end, at.end}, "");
    else if (i == 1 && eq_slice_eq(eq_lint_between(l, at, list->kids[2]->span), EQ_LIT(",")))
        eq_lint_edit(l, (struct eq_span){at.start, list->kids[2]->span.start}, "");
}

/* What is known of the elements of a list: cover[i] is 0, or the element that makes i needless. */
struct elements {
    const struct eq_node *list;
    uint32_t *cover, *patterns, n_patterns;
};

static void find_repeated(struct eq_lint *l, struct elements *e, uint32_t *first)
{
    const struct eq_node *list = e->list;
    struct eq_intern seen;
    struct eq_buf text;
    bool added = true;
    eq_intern_init(&seen, l->scratch.alloc);
    eq_buf_init(&text, l->scratch.alloc);
    for (uint32_t i = 1; i < list->n_kids && !l->nomem; i++) {
        const struct eq_value *v = &list->kids[i]->value;
        uint32_t id = 0;
        eq_buf_clear(&text);
        eq_buf_putc(&text, v->type == EQ_STRING ? 's' : 'v');
        if (v->type == EQ_STRING && list->fold)
            eq_fold(&text, eq_value_slice(v));
        else
            eq_value_json(&text, v);
        l->nomem = eq_buf_status(&text) != EQ_OK || eq_intern_put(&id, &seen, eq_buf_slice(&text), &added) != EQ_OK;
        if (added)
            first[id] = i;
        else
            e->cover[i] = first[id];
    }
    eq_buf_free(&text);
    eq_intern_free(&seen);
}

/* The pattern of the list that covers element i too. Of two that cover each other the later one is needless. */
static uint32_t find_cover(struct eq_lint *l, const struct elements *e, uint32_t i)
{
    for (uint32_t k = 0; k < e->n_patterns && l->prover.steps_left; k++) {
        uint32_t j = e->patterns[k];
        if (j == i || e->cover[j] || !eq_element_implies(&l->prover, e->list, i, e->list, j))
            continue;
        if (j < i || !eq_element_implies(&l->prover, e->list, j, e->list, i))
            return j;
    }
    return 0;
}

static bool is_repeated(const struct eq_node *list, uint32_t i, uint32_t cover)
{
    const struct eq_value *a = &list->kids[i]->value, *b = &list->kids[cover]->value;
    if (a->type != EQ_STRING || b->type != EQ_STRING)
        return true;
    return list->fold ? eq_fold_eq(eq_value_slice(a), eq_value_slice(b))
                      : eq_slice_eq(eq_value_slice(a), eq_value_slice(b));
}

/* One report for all elements of a list that are repeated, or covered; each is taken out. */
static void tell_needless(struct eq_lint *l, const struct elements *e, bool repeated)
{
    const struct eq_node *list = e->list;
    uint32_t first = 0, n = 0;
    if (!eq_lint_wants(l, EQ_W0517))
        return;
    for (uint32_t i = 1; i < list->n_kids; i++) {
        if (!e->cover[i] || is_repeated(list, i, e->cover[i]) != repeated)
            continue;
        first = first ? first : i;
        n++;
        remove_element(l, list, i);
    }
    if (!n)
        return;
    char more[64] = "";
    if (n > 1)
        snprintf(more, sizeof more, "; so %s %u more of its elements",
                 repeated ? (n == 2 ? "does" : "do") : (n == 2 ? "is" : "are"), n - 1);
    struct eq_slice q = eq_lint_quote(l, list->kids[e->cover[first]]->span);
    if (repeated)
        eq_lint_report(l, EQ_W0517, list->kids[first]->span, "stands in this list twice%s", more);
    else
        eq_lint_report(l, EQ_W0517, list->kids[first]->span, "needless in this list beside %.*s, which covers it%s",
                       (int)q.len, q.ptr, more);
}

void eq_lint_elements(struct eq_lint *l, const struct eq_node *list)
{
    size_t size = list->n_kids * sizeof(uint32_t);
    struct elements e = {list, eq_arena_alloc(&l->scratch, size), eq_arena_alloc(&l->scratch, size), 0};
    if (list->n_kids < 3)
        return;
    if (!e.cover || !e.patterns) {
        l->nomem = true;
        return;
    }
    find_repeated(l, &e, e.patterns); /* its room is free until patterns are known */
    for (uint32_t i = 1; list->kind == EQ_N_LIKE && i < list->n_kids; i++)
        if (!e.cover[i] && eq_glob_is_wild(eq_value_slice(&list->kids[i]->value)))
            e.patterns[e.n_patterns++] = i;
    for (uint32_t i = 1; e.n_patterns && i < list->n_kids; i++)
        if (!e.cover[i])
            e.cover[i] = find_cover(l, &e, i);
    tell_needless(l, &e, true);
    tell_needless(l, &e, false);
}

/* ── x : "*" ── */

/* Between field and star stands an operator and perhaps a parenthesis: move the star's end behind the one that closes
 * it. False: something else is there, such as a comment. */
static bool find_list_end(const struct eq_lint *l, struct eq_span field, struct eq_span *star)
{
    static const char *const signs[] = {":", "like", "like~"};
    struct eq_slice sign = eq_lint_between(l, field, *star), text = l->source->text;
    bool open = sign.len && sign.ptr[sign.len - 1] == '(';
    sign.len -= open;
    while (sign.len && strchr(" \t\r\n", sign.ptr[sign.len - 1]))
        sign.len--;
    bool known = false;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        known |= eq_slice_eq(sign, eq_slice_of(signs[i]));
    if (!open)
        return known;
    uint32_t end = star->end;
    while (end < text.len && strchr(" \t\r\n", text.ptr[end]) && text.ptr[end])
        end++;
    known = known && end < text.len && text.ptr[end] == ')';
    star->end = end + 1;
    return known;
}

void eq_lint_stars(struct eq_lint *l, const struct eq_node *leaf, const struct eq_facts *facts)
{
    (void)facts;
    const struct eq_node *list = leaf->kind == EQ_N_ANY ? leaf->kids[0] : leaf;
    if (list->kind != EQ_N_LIKE || list->n_kids != 2 || !eq_is_stars(list, 1) || list->kids[0]->kind != EQ_N_FIELD ||
        !list->kids[0]->path.len)
        return;
    struct eq_span field = list->kids[0]->span, star = list->kids[1]->span;
    struct eq_diag *d = eq_lint_report(l, EQ_W0505, star, "matches every value: this asks only whether there is one");
    eq_diag_help(l->diags, d, "write != null");
    if (d && find_list_end(l, field, &star))
        eq_lint_edit(l, (struct eq_span){field.end, star.end}, " != null");
}

/* ── x == "a*" ── */

/* A text with blanks is a command line, where a star is the shell's, or part of a regular expression. */
static bool is_command_line(struct eq_slice s)
{
    return memchr(s.ptr, ' ', s.len) != NULL;
}

/* The first element with a star in it, which is a command line or not; 0 if there is none. */
static uint32_t find_star(const struct eq_node *list, bool command_line)
{
    for (uint32_t i = 1; i < list->n_kids; i++) {
        const struct eq_value *v = &list->kids[i]->value;
        if (v->type == EQ_STRING && v->len > 1 && memchr(v->s, '*', v->len) &&
            is_command_line(eq_value_slice(v)) == command_line)
            return i;
    }
    return 0;
}

void eq_lint_wildcards(struct eq_lint *l, const struct eq_node *list)
{
    if (list->kind != EQ_N_COMPARE && list->kind != EQ_N_IN)
        return;
    uint32_t i = find_star(list, false);
    enum eq_code code = i ? EQ_W0506 : EQ_W0518;
    i = i ? i : find_star(list, true);
    if (!i)
        return;
    struct eq_diag *d =
        eq_lint_report(l, code, list->kids[i]->span, "the * is compared as it stands: %s has no wildcards",
                       list->kind == EQ_N_IN ? "\"in\"" : "\"==\"");
    eq_diag_help(l->diags, d, "for a pattern write \":\" or \"like\"");
}

/* ── x == "C:\\Windows\\a.exe" ── */

static bool is_windows_path(struct eq_slice s)
{
    static const char *const roots[] = {"\\\\?\\", "\\Device\\", "HKEY_", "HKLM\\", "HKCU\\", "HKU\\"};
    if (s.len > 3 && s.ptr[1] == ':' && s.ptr[2] == '\\')
        return true;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (eq_slice_starts(s, eq_slice_of(roots[i])) && memchr(s.ptr, '\\', s.len))
            return true;
    return false;
}

void eq_lint_paths(struct eq_lint *l, const struct eq_node *list)
{
    if (list->fold || list->kind == EQ_N_REGEX || list->kids[0]->kind != EQ_N_FIELD)
        return;
    for (uint32_t i = 1; i < list->n_kids; i++) {
        const struct eq_value *v = &list->kids[i]->value;
        if (v->type != EQ_STRING || !is_windows_path(eq_value_slice(v)))
            continue;
        struct eq_diag *d = eq_lint_report(l, EQ_W0507, list->kids[i]->span,
                                           "Windows ignores letter case in paths, this comparison does not");
        eq_diag_help(l->diags, d, "write %s",
                     list->kind == EQ_N_IN     ? "in~"
                     : list->kind == EQ_N_LIKE ? "like~"
                                               : "\":\"");
        return; /* once for a list */
    }
}

/* ── x != "a" ── */

static bool has_value(struct eq_lint *l, const struct eq_node *field, const struct eq_facts *facts)
{
    struct eq_node f = *field, *kid = &f;
    const struct eq_node exists = {.kind = EQ_N_EXISTS, .kids = &kid, .n_kids = 1};
    for (; facts; facts = facts->outer)
        for (uint32_t i = 0; i < facts->n && l->prover.steps_left; i++)
            if (i != facts->skip && eq_implies(&l->prover, facts->kids[i], &exists))
                return true;
    return false;
}

void eq_lint_negation(struct eq_lint *l, const struct eq_node *leaf, const struct eq_facts *facts)
{
    if (!eq_lint_wants(l, EQ_W0509) || leaf->kind != EQ_N_NOT || leaf->kids[0]->kind != EQ_N_ANY)
        return;
    const struct eq_node *e = leaf->kids[0]->kids[0];
    if (e->n_kids < 2 || e->kids[0]->kind != EQ_N_FIELD || (eq_is_list(e) && eq_is_stars(e, 1)) ||
        has_value(l, e->kids[0], facts))
        return;
    struct eq_slice path = eq_lint_quote(l, e->kids[0]->span);
    struct eq_diag *d =
        eq_lint_report(l, EQ_W0509, leaf->span, "also true of events without %.*s", (int)path.len, path.ptr);
    eq_diag_help(l->diags, d, "if that is not meant, add: %.*s != null", (int)path.len, path.ptr);
}
