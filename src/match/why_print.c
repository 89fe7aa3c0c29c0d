/* why_print.c — the tree of an event's answers: for people, as JSON, and only what is to blame.
 *
 *      ✗ false  and
 *        ✓ true   process — event.category is "process"
 *        ✗ false  process.name : "pwsh.exe" — process.name is "pwsh", wanted "pwsh.exe"
 *
 * Long lists of parts are cut, those that decide first. */
#include "match/why_priv.h"

#include "base/utf8.h"

enum { TEXT_CHARACTERS = 72, KIDS = 24, BLAMED = 6, INDENTS = 40 };

/* ── Text of a part ── */

/* The bytes of a span, every run of white space as one blank, cut. */
static void print_squeezed(struct eq_buf *out, struct eq_slice s)
{
    size_t characters = 0;
    bool blank = false;
    for (const char *p = s.ptr, *end = p + s.len; p < end;) {
        unsigned len;
        if (*p == ' ' || (*p >= '\t' && *p <= '\r')) {
            blank = true;
            p++;
            continue;
        }
        if (blank)
            eq_buf_putc(out, ' ');
        characters += blank;
        blank = false;
        if (characters++ >= TEXT_CHARACTERS) {
            eq_buf_puts(out, "…");
            return;
        }
        eq_utf8_decode(p, end, &len);
        eq_buf_add(out, eq_slice(p, len));
        p += len;
    }
}

void eq_why_text(struct eq_buf *out, const struct eq_why *w, const struct eq_why_entry *p)
{
    struct eq_span s = p->node->span;
    switch (p->node->kind) {
    case EQ_N_AND: eq_buf_puts(out, "and"); break;
    case EQ_N_OR: eq_buf_puts(out, "or"); break;
    case EQ_N_NOT: eq_buf_puts(out, "not"); break;
    default: print_squeezed(out, eq_slice(w->options.source.ptr + s.start, s.end - s.start)); break;
    }
}

/* ── Which parts decide ── */

static bool is_no(const struct eq_why_entry *p)
{
    return p->value == EQ_WHY_FALSE || p->value == EQ_WHY_NULL || p->value == EQ_WHY_NONE;
}

/* Does this part by itself bear its parent's answer? Of an `or` that is false, all do. */
static bool decides(const struct eq_why_entry *parent, const struct eq_why_entry *kid)
{
    if (parent->node->kind == EQ_N_AND)
        return is_no(kid) == is_no(parent);
    if (parent->node->kind == EQ_N_OR)
        return kid->value == parent->value || is_no(parent);
    return true;
}

/* Of many parts, how near one must be to its opposite to be shown: the KIDS nearest that decide. */
static uint32_t nearest_shown(const struct eq_why *w, uint32_t number)
{
    const struct eq_why_entry *p = &w->parts[number];
    uint32_t best[KIDS], n = 0;
    for (uint32_t k = number + 1; k < p->next; k = w->parts[k].next) {
        uint32_t distance = w->parts[k].to_true, at = n;
        if (!decides(p, &w->parts[k]) || (n == KIDS && distance >= best[KIDS - 1]))
            continue;
        if (n < KIDS)
            n++;
        else
            at = KIDS - 1;
        for (; at > 0 && best[at - 1] > distance; at--)
            best[at] = best[at - 1];
        best[at] = distance;
    }
    return n ? best[n - 1] : 0;
}

/* ── For people ── */

static void print_lines(struct eq_buf *out, struct eq_why *w, uint32_t number, unsigned depth, bool blamed);

static void print_kids(struct eq_buf *out, struct eq_why *w, uint32_t number, unsigned depth, bool blamed)
{
    const struct eq_why_entry *p = &w->parts[number];
    uint32_t n = 0, shown = 0, total = 0, most = UINT32_MAX;
    for (uint32_t k = number + 1; k < p->next; k = w->parts[k].next)
        total++;
    if (total > KIDS)
        most = nearest_shown(w, number);
    for (uint32_t k = number + 1; k < p->next; k = w->parts[k].next, n++) {
        const struct eq_why_entry *kid = &w->parts[k];
        bool shows = total <= KIDS || (decides(p, kid) && kid->to_true <= most && shown < KIDS);
        if (!shows)
            continue;
        shown++;
        print_lines(out, w, k, depth + 1, blamed && decides(p, kid));
    }
    if (shown < total) {
        eq_buf_fill(out, ' ', (depth + 1 < INDENTS ? depth + 1 : INDENTS) * 2);
        eq_buf_printf(out, "… and %u more\n", total - shown);
    }
}

static void print_note(struct eq_buf *out, struct eq_why *w, uint32_t number)
{
    struct eq_buf note;
    eq_buf_init(&note, w->alloc);
    eq_why_note(&note, w, number);
    if (note.len) {
        eq_buf_puts(out, " — ");
        eq_buf_terminal(out, eq_buf_slice(&note));
    }
    out->failed |= note.failed;
    eq_buf_free(&note);
}

static void print_text(struct eq_buf *out, struct eq_why *w, const struct eq_why_entry *p)
{
    struct eq_buf text;
    eq_buf_init(&text, w->alloc);
    eq_why_text(&text, w, p);
    eq_buf_terminal(out, eq_buf_slice(&text));
    out->failed |= text.failed;
    eq_buf_free(&text);
}

/* `blamed`: every part above is no because of it. */
static void print_lines(struct eq_buf *out, struct eq_why *w, uint32_t number, unsigned depth, bool blamed)
{
    static const char *const marks[] = {"✗ false  ", "✓ true   ", "✗ null   ", "? unknown  ", "· none   "};
    const struct eq_why_entry *p = &w->parts[number];
    bool junction = p->node->kind == EQ_N_AND || p->node->kind == EQ_N_OR;
    if (junction && p->parent != EQ_NONE && w->parts[p->parent].node->kind == p->node->kind) {
        print_kids(out, w, number, depth - 1, blamed); /* an `and` below an `and` is one */
        return;
    }
    eq_buf_fill(out, ' ', (depth < INDENTS ? depth : INDENTS) * 2);
    eq_buf_puts(out, marks[p->value]);
    print_text(out, w, p);
    print_note(out, w, number);
    if (p->node->kind == EQ_N_NOT && blamed && is_no(p))
        eq_buf_puts(out, p->to_true == w->parts[w->roots[p->stage]].to_true ? " — this alone removed the event"
                                                                            : " — this, too, removed the event");
    eq_buf_putc(out, '\n');
    if (p->node->kind != EQ_N_SEARCH || p->n_elements)
        print_kids(out, w, number, depth, blamed);
}

void eq_why_tree(struct eq_buf *out, struct eq_why *w, uint32_t stage, unsigned indent)
{
    if (w->event)
        print_lines(out, w, w->roots[stage], indent, is_no(&w->parts[w->roots[stage]]));
}

/* ── What is to blame ── */

struct blame {
    struct eq_buf *out; /* NULL: only count */
    unsigned slips;
    struct eq_why *w;
    unsigned indent, n;
};

static void put_blame(struct blame *b, uint32_t number, bool wanted)
{
    if (!b->out)
        b->slips += eq_why_leaf_slips(b->w, number);
    if (b->n++ >= BLAMED || !b->out)
        return;
    eq_buf_fill(b->out, ' ', b->indent * 2);
    eq_buf_puts(b->out, wanted ? "✗ " : "✗ not ");
    print_text(b->out, b->w, &b->w->parts[number]);
    print_note(b->out, b->w, number);
    eq_buf_putc(b->out, '\n');
}

/* The leaves that would have to be `wanted` for the part to be so. Of those where one is enough, the nearest. */
static void find_blame(struct blame *b, uint32_t number, bool wanted)
{
    struct eq_why *w = b->w;
    const struct eq_why_entry *p = &w->parts[number];
    if ((p->value == EQ_WHY_TRUE) == wanted)
        return;
    if (p->node->kind == EQ_N_NOT) {
        find_blame(b, number + 1, !wanted);
        return;
    }
    if (p->node->kind != EQ_N_AND && p->node->kind != EQ_N_OR) {
        put_blame(b, number, wanted);
        if (p->node->kind == EQ_N_SEARCH && wanted && p->n_elements)
            find_blame(b, number + 1, true);
        return;
    }
    bool all = (p->node->kind == EQ_N_AND) == wanted;
    uint32_t best = EQ_NONE;
    for (uint32_t k = number + 1; k < p->next; k = w->parts[k].next) {
        const struct eq_why_entry *kid = &w->parts[k];
        if (all)
            find_blame(b, k, wanted);
        else if (best == EQ_NONE ||
                 (wanted ? kid->to_true < w->parts[best].to_true : kid->to_false < w->parts[best].to_false))
            best = k;
    }
    if (best != EQ_NONE)
        find_blame(b, best, wanted);
}

void eq_why_blame(struct eq_buf *out, struct eq_why *w, uint32_t stage, unsigned indent)
{
    struct blame b = {.out = out, .w = w, .indent = indent};
    if (!w->event)
        return;
    find_blame(&b, w->roots[stage], true);
    if (b.n > BLAMED) {
        eq_buf_fill(out, ' ', indent * 2);
        eq_buf_printf(out, "… and %u more\n", b.n - BLAMED);
    }
}

unsigned eq_why_slips(struct eq_why *w, uint32_t stage)
{
    struct blame b = {.w = w};
    find_blame(&b, w->roots[stage], true);
    return b.slips < EQ_WHY_FAR ? b.slips : EQ_WHY_FAR;
}

/* ── For programs ── */

static void json_part(struct eq_buf *out, struct eq_why *w, uint32_t number, struct eq_buf *text)
{
    struct eq_why_part v = eq_why_part(w, number);
    eq_buf_printf(out, "{\"part\":%u,\"kind\":", number);
    eq_buf_json(out, v.kind);
    eq_buf_puts(out, ",\"value\":");
    eq_buf_json(out, eq_slice_of(eq_why_value_names[v.value]));
    eq_buf_puts(out, ",\"text\":");
    eq_buf_clear(text);
    eq_why_text(text, w, &w->parts[number]);
    eq_buf_json(out, eq_buf_slice(text));
    out->failed |= text->failed;
    eq_buf_printf(out, ",\"start\":%u,\"end\":%u", v.span.start, v.span.end);
    eq_buf_clear(text);
    eq_why_note(text, w, number);
    if (text->len) {
        eq_buf_puts(out, ",\"note\":");
        eq_buf_json(out, eq_buf_slice(text));
    }
    out->failed |= text->failed;
    for (uint32_t k = number + 1; k < v.next; k = w->parts[k].next) {
        eq_buf_puts(out, k == number + 1 ? ",\"parts\":[" : ",");
        json_part(out, w, k, text);
    }
    eq_buf_puts(out, v.next > number + 1 ? "]}" : "}");
}

void eq_why_json(struct eq_buf *out, struct eq_why *w, uint32_t stage)
{
    struct eq_buf text;
    if (!w->event) {
        eq_buf_puts(out, "null");
        return;
    }
    eq_buf_init(&text, w->alloc);
    json_part(out, w, w->roots[stage], &text);
    eq_buf_free(&text);
}
