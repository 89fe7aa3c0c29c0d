/* why_miss.c — of what was wanted, the nearest to what was there.
 *
 *      values × constants ─▶ a quick look at their ends ─▶ the best few ─▶ slips of the finger ─▶ nearest first
 *                            linear, and limited by work        8            base/suggest.h
 *
 * A pattern is as far away as the literal text that finds no place. */
#include "match/why_priv.h"

#include "base/suggest.h"
#include "base/utf8.h"
#include "plan/text.h"

enum { BEST = 8, LOOK = 64, VALUES = 1000 };

struct candidate {
    uint32_t value, kid;
    unsigned distance;
};

/* ── Distances ── */

/* What is left of the longer text when both ends that are alike, but for case, are taken away; two for a byte. */
static unsigned ends_distance(struct eq_slice a, struct eq_slice b)
{
    size_t most = a.len < b.len ? a.len : b.len, head = 0, tail = 0;
    size_t look = most < LOOK ? most : LOOK;
    unsigned cases = 0;
    while (head < look && eq_fold_ascii[(unsigned char)a.ptr[head]] == eq_fold_ascii[(unsigned char)b.ptr[head]]) {
        cases += a.ptr[head] != b.ptr[head];
        head++;
    }
    while (tail < look && head + tail < most &&
           eq_fold_ascii[(unsigned char)a.ptr[a.len - 1 - tail]] ==
               eq_fold_ascii[(unsigned char)b.ptr[b.len - 1 - tail]])
        tail++;
    size_t left = (a.len > b.len ? a.len : b.len) - head - tail;
    return left > UINT16_MAX ? UINT16_MAX : (unsigned)left * 2 + (cases > 0);
}

/* The first piece of a pattern that finds no place in a text, all before it having one; n_pieces: only the end is
 * wrong. If the first few fit, so do fewer: halve. */
static uint32_t first_wrong(const struct eq_glob *g, struct eq_slice text)
{
    uint32_t low = 0, high = g->n_pieces; /* pieces below low fit */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct eq_glob some = *g;
        some.n_pieces = middle + 1;
        some.star_last = some.wild = true;
        some.min_len = 0;
        if (eq_glob_match(&some, text))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static unsigned glob_distance(const struct eq_glob *g, struct eq_slice text)
{
    size_t left = 0;
    if (!g->wild)
        return ends_distance(text, g->text);
    uint32_t wrong = first_wrong(g, text);
    for (uint32_t i = wrong < g->n_pieces ? wrong : g->n_pieces - (g->n_pieces > 0); i < g->n_pieces; i++)
        left += g->pieces[i].len;
    return left > UINT16_MAX ? UINT16_MAX : (unsigned)left * 2 + 1;
}

/* The text of a value as the operator sees it. */
static struct eq_slice text_for(struct eq_why *w, const struct eq_value *v, char *room, bool fold)
{
    struct eq_slice text = eq_text_of(v, room), folded = {0};
    if (!fold)
        return text;
    if (!eq_text_fold(&folded, text, &w->scratch)) {
        w->status = EQ_NOMEM;
        return text;
    }
    return folded;
}

/* ── Search ── */

static const struct eq_glob *glob_of(const struct eq_why_entry *p, uint32_t kid)
{
    const struct eq_set *set = p->expr.n_sets ? &p->expr.sets[0] : NULL;
    return set && set->globs && kid - 1 < set->n ? &set->globs[kid - 1] : NULL;
}

static void keep(struct candidate *best, size_t *n, struct candidate c)
{
    size_t at = *n < BEST ? (*n)++ : BEST;
    if (at == BEST && c.distance >= best[BEST - 1].distance)
        return;
    if (at == BEST)
        at--;
    for (; at > 0 && best[at - 1].distance > c.distance; at--)
        best[at] = best[at - 1];
    best[at] = c;
}

/* Compare one value with all constants. */
static void look_at(struct eq_why *w, const struct eq_why_entry *p, const struct eq_value *v, uint32_t at,
                    struct candidate *best, size_t *n)
{
    const struct eq_node *e = p->node->kids[0];
    char room[EQ_SHORT_TEXT], kid_room[EQ_SHORT_TEXT];
    if (v->type == EQ_NULL)
        return;
    struct eq_slice text = text_for(w, v, room, e->fold && e->kind == EQ_N_LIKE);
    for (uint32_t i = 1; i < e->n_kids && w->work; i++) {
        const struct eq_glob *g = glob_of(p, i);
        struct candidate c = {at, i, 0};
        uint64_t cost = LOOK + (g && g->wild ? text.len : 0);
        w->work = w->work > cost ? w->work - cost : 0;
        c.distance = g ? glob_distance(g, text) : ends_distance(text, eq_text_of(&e->kids[i]->value, kid_room));
        keep(best, n, c);
    }
}

/* Would it do if case were ignored? */
static bool same_but_case(struct eq_why *w, const struct eq_why_entry *p, struct eq_slice text, uint32_t kid)
{
    const struct eq_value *k = &p->node->kids[0]->kids[kid]->value;
    char room[EQ_SHORT_TEXT];
    const struct eq_glob *g = glob_of(p, kid);
    struct eq_glob folded;
    struct eq_slice low;
    if (!g || !g->wild)
        return eq_fold_eq(text, eq_text_of(k, room));
    if (!eq_glob_compile(&folded, eq_value_slice(k), true, &w->scratch) || !eq_text_fold(&low, text, &w->scratch)) {
        w->status = EQ_NOMEM;
        return false;
    }
    return eq_glob_match(&folded, low);
}

/* The few that are left, with the distance that people would say; and each constant once. */
static void refine(struct eq_why *w, const struct eq_why_entry *p, const struct eq_frame *frame, struct candidate *best,
                   size_t *n)
{
    const struct eq_node *e = p->node->kids[0];
    struct candidate sorted[BEST];
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        char room[EQ_SHORT_TEXT], kid_room[EQ_SHORT_TEXT];
        const struct eq_glob *g = glob_of(p, best[i].kid);
        struct eq_slice text = text_for(w, &frame->values[best[i].value], room, e->fold && e->kind == EQ_N_LIKE);
        struct eq_slice wanted = g ? g->text : eq_text_of(&e->kids[best[i].kid]->value, kid_room);
        if (!(g && g->wild) && text.len <= EQ_SUGGEST_MAX && wanted.len <= EQ_SUGGEST_MAX)
            best[i].distance = eq_suggest_distance(text, wanted);
        if (!e->fold && same_but_case(w, p, text, best[i].kid))
            best[i].distance = 1;
        keep(sorted, &kept, best[i]);
    }
    *n = 0;
    for (size_t i = 0; i < kept; i++) {
        bool again = false;
        for (size_t k = 0; k < *n; k++)
            again |= best[k].kid == sorted[i].kid;
        if (!again)
            best[(*n)++] = sorted[i];
    }
}

static bool has_constants(const struct eq_node *e)
{
    bool listed = e->kind == EQ_N_IN || e->kind == EQ_N_LIKE || e->kind == EQ_N_REGEX ||
                  (e->kind == EQ_N_COMPARE && e->op == EQ_CMP_EQ);
    for (uint32_t i = 1; i < e->n_kids && listed; i++)
        listed = e->kids[i]->kind == EQ_N_CONST && e->kids[i]->value.type <= EQ_STRING;
    return listed && e->n_kids > 1;
}

struct eq_why_miss eq_why_misses(struct eq_why *w, const struct eq_why_entry *p, const struct eq_frame *frame,
                                 uint32_t head)
{
    const struct eq_node *e = p->node->kids[0];
    struct eq_why_miss out = {.value = EQ_END_OF_CHAIN};
    struct candidate best[BEST];
    size_t n = 0, looked = 0;
    if (!has_constants(e))
        return out;
    for (uint32_t v = head; v != EQ_END_OF_CHAIN && looked < VALUES; v = frame->next[v], looked++)
        look_at(w, p, &frame->values[v], v, best, &n);
    refine(w, p, frame, best, &n);
    out.total = e->n_kids - 1;
    if (n) {
        out.value = best[0].value;
        out.distance = best[0].distance;
    }
    for (size_t i = 0; i < n && out.n < sizeof out.kids / sizeof *out.kids; i++)
        out.kids[out.n++] = best[i].kid;
    return out;
}

/* ── Words ── */

static const char *type_name(const struct eq_value *v)
{
    switch (v->type) {
    case EQ_BOOL: return "a boolean";
    case EQ_INT:
    case EQ_UINT:
    case EQ_DOUBLE: return "a number";
    case EQ_STRING: return "a string";
    default: return "something else";
    }
}

static void say_piece(struct eq_buf *out, const struct eq_glob *g, struct eq_slice text)
{
    if (!g->n_pieces)
        return;
    uint32_t wrong = first_wrong(g, text), at = wrong < g->n_pieces ? wrong : g->n_pieces - 1;
    struct eq_value piece = eq_value_string(g->pieces[at]);
    bool end = at + 1 == g->n_pieces && !g->star_last;
    if (at == 0 && !g->star_first) {
        eq_buf_puts(out, end ? "it is not as long as " : "it does not begin with ");
        eq_why_print_value(out, &piece);
        return;
    }
    eq_buf_puts(out, end ? "it does not end with " : at ? "behind the rest there is no " : "there is no ");
    eq_why_print_value(out, &piece);
    eq_buf_puts(out, end ? "" : " in it");
}

void eq_why_say_miss(struct eq_buf *out, struct eq_why *w, const struct eq_why_entry *p, const struct eq_value *v,
                     uint32_t kid)
{
    const struct eq_node *e = p->node->kids[0];
    const struct eq_value *k = &e->kids[kid]->value;
    const struct eq_glob *g = glob_of(p, kid);
    char room[EQ_SHORT_TEXT];
    if (v->type == EQ_NULL)
        return;
    struct eq_slice text = text_for(w, v, room, false);
    if (e->kind == EQ_N_REGEX)
        eq_buf_puts(out, "a pattern must match the whole value");
    else if (!e->fold && same_but_case(w, p, text, kid))
        eq_buf_puts(out, "only the case differs");
    else if (g && g->wild)
        say_piece(out, g, text_for(w, v, room, e->fold));
    else if (e->kind != EQ_N_LIKE && v->type != k->type && !(eq_value_is_number(v) && eq_value_is_number(k)))
        eq_buf_printf(out, "%s, wanted %s", type_name(v), type_name(k));
}

uint32_t eq_why_met(struct eq_why *w, const struct eq_why_entry *p, const struct eq_value *v)
{
    const struct eq_node *e = p->node->kids[0];
    char room[EQ_SHORT_TEXT];
    if (v->type == EQ_NULL || !has_constants(e) || e->n_kids == 2) /* with one, the condition says it all */
        return 0;
    struct eq_slice text = text_for(w, v, room, e->kind == EQ_N_LIKE && e->fold);
    for (uint32_t i = 1; i < e->n_kids && w->work; i++) {
        const struct eq_glob *g = glob_of(p, i);
        bool met = false;
        uint64_t cost = LOOK + ((g && g->wild) || e->kind == EQ_N_REGEX ? text.len : 0);
        w->work = w->work > cost ? w->work - cost : 0;
        enum eq_status st = EQ_OK;
        if (e->kind == EQ_N_REGEX)
            st = w->machine.regex(&met, p->expr.sets[0].regex + i - 1, 1, text, w->machine.ctx);
        else if (g)
            met = eq_glob_match(g, text);
        else
            met = eq_value_compare(EQ_CMP_EQ, v, &e->kids[i]->value, e->fold, &w->scratch) == 1;
        if (st != EQ_OK)
            w->status = st;
        if (met)
            return i;
    }
    return 0;
}
