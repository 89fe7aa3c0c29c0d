/* why_note.c — what a leaf saw in the event, and what it wanted instead.
 *
 *      process.name is "pwsh", wanted "pwsh.exe"
 *      process.args is "-enc" (2nd of 5), like "-e*"
 *      length(process.name) is 4, wanted > 5
 *      the event has no process.arg; it has process.args
 *
 * Values are cut, lists shortened: a note is never longer than a few lines. */
#include "match/why_priv.h"

#include "base/suggest.h"
#include "base/utf8.h"
#include "event/survey.h"
#include "plan/text.h"

enum { SHOWN_CHARACTERS = 60, SHOWN_VALUES = 4, SHOWN_FIELDS = 8, SLIPS = 4 /* two, base/suggest.h */ };

/* ── Values ── */

void eq_why_print_value(struct eq_buf *out, const struct eq_value *v)
{
    if (v->type != EQ_STRING) {
        eq_value_json(out, v);
        return;
    }
    struct eq_slice s = eq_value_slice(v);
    size_t room = s.len < 4 * SHOWN_CHARACTERS ? s.len : 4 * SHOWN_CHARACTERS;
    size_t cut = eq_utf8_offset(eq_slice(s.ptr, room), SHOWN_CHARACTERS);
    eq_buf_eql(out, eq_slice(s.ptr, cut));
    if (cut < s.len)
        eq_buf_printf(out, "… (%zu bytes)", s.len);
}

static void print_seen(struct eq_buf *out, const struct eq_value *v)
{
    if (v->type == EQ_NULL) /* a place in a chain is never null for any other reason */
        eq_buf_puts(out, "an object, not a value");
    else
        eq_why_print_value(out, v);
}

static void print_ordinal(struct eq_buf *out, size_t n)
{
    const char *end = n % 100 / 10 == 1 ? "th" : n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
    eq_buf_printf(out, "%zu%s", n, end);
}

/* Where value `at` stands in a chain, from 1; *n: how many there are. */
static size_t place_of(struct eq_why *w, const struct eq_frame *f, uint32_t head, uint32_t at, size_t *n)
{
    size_t place = 0;
    *n = 0;
    for (uint32_t v = head; v != EQ_END_OF_CHAIN; v = f->next[v]) {
        ++*n;
        if (v == at)
            place = *n;
    }
    w->work -= w->work < *n ? w->work : *n;
    return place;
}

/* ── Fields ── */

static void print_field_name(struct eq_buf *out, const struct eq_why *w, const struct eq_node *field)
{
    if (field->frame == EQ_FRAME_EVENT)
        eq_buf_add(out, field->path);
    else /* as written: $entry.x, a.process.name */
        eq_buf_add(out, eq_slice(w->options.source.ptr + field->span.start, field->span.end - field->span.start));
}

/* "it has process.args", if a field of the event is called nearly so. */
static void suggest_field(struct eq_buf *out, struct eq_why *w, struct eq_slice path)
{
    struct eq_suggest s;
    eq_suggest_start(&s, path);
    if (!w->survey) {
        eq_buf_clear(&w->padded);
        eq_buf_add(&w->padded, w->event->raw);
        eq_buf_fill(&w->padded, ' ', EQ_JSON_PADDING);
        if (w->padded.failed || eq_survey_new(&w->survey, w->alloc) != EQ_OK ||
            eq_survey_feed(w->survey, eq_slice(w->padded.ptr, w->event->raw.len), NULL) == EQ_NOMEM) {
            w->status = EQ_NOMEM;
            return;
        }
    }
    for (size_t i = 0; i < eq_survey_count(w->survey); i++)
        eq_suggest_try(&s, eq_survey_get(w->survey, i).path);
    if (eq_suggest_found(&s) && s.distance <= SLIPS && !eq_slice_eq(s.best, path)) {
        eq_buf_puts(out, "; it has ");
        eq_buf_add(out, s.best);
    }
}

static void say_missing(struct eq_buf *out, struct eq_why *w, const struct eq_node *field)
{
    eq_buf_puts(out, field->frame == EQ_FRAME_ELEMENT ? "the element has no "
                     : field->frame == EQ_FRAME_EVENT ? "the event has no "
                                                      : "that event has no ");
    print_field_name(out, w, field);
    if (field->frame == EQ_FRAME_EVENT)
        suggest_field(out, w, field->path);
}

/* `NAME is VALUE`. With several values: the one at `at` (what met the condition, or came nearest) with its place, or
 * if there is none, the first few. */
static void say_values(struct eq_buf *out, struct eq_why *w, const struct eq_node *field, const struct eq_frame *f,
                       uint32_t head, uint32_t at, bool met)
{
    size_t n, place = place_of(w, f, head, at, &n), shown = 0;
    print_field_name(out, w, field);
    eq_buf_puts(out, " is ");
    if (place && (met || n > SHOWN_VALUES)) {
        print_seen(out, &f->values[at]);
        if (n == 1)
            return;
        eq_buf_puts(out, " (");
        print_ordinal(out, place);
        eq_buf_printf(out, " of %zu%s)", n, met ? "" : ", the nearest");
        return;
    }
    for (uint32_t v = head; v != EQ_END_OF_CHAIN && shown < SHOWN_VALUES; v = f->next[v]) {
        eq_buf_puts(out, shown++ ? ", " : "");
        print_seen(out, &f->values[v]);
    }
    if (n > shown)
        eq_buf_printf(out, " … and %zu more", n - shown);
}

/* ── Leaves ── */

/* The different fields below a node. */
struct seen_fields {
    const struct eq_node *items[SHOWN_FIELDS];
    size_t n, more;
};

static void find_fields(struct seen_fields *s, const struct eq_node *n)
{
    for (uint32_t i = 0; i < n->n_kids; i++)
        find_fields(s, n->kids[i]);
    if (n->kind != EQ_N_FIELD)
        return;
    for (size_t i = 0; i < s->n; i++)
        if (s->items[i]->frame == n->frame && eq_slice_eq(s->items[i]->path, n->path))
            return;
    if (s->n < SHOWN_FIELDS)
        s->items[s->n++] = n;
    else
        s->more++;
}

static uint32_t field_number(const struct eq_why *w, const struct eq_why_entry *p, const struct eq_node *field)
{
    const struct eq_fields *fields = w->fields;
    if (field->frame == EQ_FRAME_ELEMENT)
        fields = w->fields->items[w->parts[p->search].field].elements;
    return eq_fields_find(fields, field->path);
}

static uint32_t head_of(const struct eq_why *w, const struct eq_why_entry *p, const struct eq_node *field)
{
    const struct eq_frame *f = eq_why_frame(w, field->frame);
    return f && f->slots ? f->slots[field_number(w, p, field)].head : EQ_END_OF_CHAIN;
}

/* The value of a field that made a leaf true. */
static uint32_t picked_of(const struct eq_why *w, const struct eq_why_entry *p, const struct eq_node *field)
{
    uint32_t number = field_number(w, p, field);
    for (uint32_t i = 0; p->met && i < p->expr.n_choices; i++)
        if (p->expr.choices[i].frame == field->frame && p->expr.choices[i].field == number)
            return p->picked[i];
    return EQ_END_OF_CHAIN;
}

static void say_field(struct eq_buf *out, struct eq_why *w, const struct eq_why_entry *p, const struct eq_node *field,
                      uint32_t nearest)
{
    uint32_t head = head_of(w, p, field), picked = picked_of(w, p, field);
    if (head == EQ_END_OF_CHAIN) {
        say_missing(out, w, field);
        return;
    }
    bool met = picked != EQ_END_OF_CHAIN;
    say_values(out, w, field, eq_why_frame(w, field->frame), head, met ? picked : nearest, met);
}

/* In brackets, what is wrong with the nearest value; which one that is, if several were shown. */
static void say_difference(struct eq_buf *out, struct eq_why *w, const struct eq_why_entry *p,
                           const struct eq_why_miss *miss)
{
    const struct eq_node *x = p->node->kids[0]->kids[0];
    const struct eq_frame *f = eq_why_frame(w, x->frame);
    struct eq_buf words;
    size_t n;
    eq_buf_init(&words, w->alloc);
    eq_why_say_miss(&words, w, p, &f->values[miss->value], miss->kids[0]);
    place_of(w, f, head_of(w, p, x), miss->value, &n);
    if (words.len) {
        eq_buf_puts(out, " (");
        if (n > 1 && n <= SHOWN_VALUES) {
            eq_why_print_value(out, &f->values[miss->value]);
            eq_buf_puts(out, ": ");
        }
        eq_buf_add(out, eq_buf_slice(&words));
        eq_buf_puts(out, ")");
    }
    out->failed |= words.failed;
    eq_buf_free(&words);
}

static void say_wanted(struct eq_buf *out, struct eq_why *w, const struct eq_why_entry *p,
                       const struct eq_why_miss *miss)
{
    const struct eq_node *e = p->node->kids[0];
    for (unsigned i = 0; i < miss->n; i++) {
        eq_buf_puts(out, i == 0 ? ", wanted " : i + 1 == miss->n && miss->n == miss->total ? " or " : ", ");
        eq_why_print_value(out, &e->kids[miss->kids[i]]->value);
    }
    if (miss->total > miss->n && miss->n)
        eq_buf_printf(out, " … and %u more", miss->total - miss->n);
    if (miss->n)
        say_difference(out, w, p, miss);
}

/* `wanted > 5`, for orders; lists, patterns and equality have their own. */
static void say_order(struct eq_buf *out, const struct eq_node *e)
{
    static const char *const names[] = {"", "!= ", "< ", "<= ", "> ", ">= "};
    if (e->kind != EQ_N_COMPARE || e->kids[1]->kind != EQ_N_CONST)
        return;
    eq_buf_printf(out, ", wanted %s", names[e->op]);
    eq_why_print_value(out, &e->kids[1]->value);
}

static void say_met(struct eq_buf *out, struct eq_why *w, const struct eq_why_entry *p, uint32_t picked)
{
    const struct eq_node *e = p->node->kids[0];
    if (picked == EQ_END_OF_CHAIN)
        return;
    uint32_t kid = eq_why_met(w, p, &eq_why_frame(w, e->kids[0]->frame)->values[picked]);
    if (!kid)
        return;
    eq_buf_puts(out, e->kind == EQ_N_LIKE ? ", like " : e->kind == EQ_N_REGEX ? ", matched by " : ", equal to ");
    eq_why_print_value(out, &e->kids[kid]->value);
}

static void say_any(struct eq_buf *out, struct eq_why *w, const struct eq_why_entry *p)
{
    const struct eq_node *e = p->node->kids[0];
    const struct eq_node *x = e->n_kids ? e->kids[0] : NULL;
    struct seen_fields seen = {.n = 0};
    struct eq_why_miss miss = {.value = EQ_END_OF_CHAIN};
    if (p->gave_up || !w->work) {
        eq_buf_puts(out, p->gave_up ? "too many combinations of values: taken as false"
                                    : "too much to look at in this event");
        return;
    }
    bool plain = x && x->kind == EQ_N_FIELD, true_ = p->met;
    if (plain && !true_ && !p->negated && head_of(w, p, x) != EQ_END_OF_CHAIN)
        miss = eq_why_misses(w, p, eq_why_frame(w, x->frame), head_of(w, p, x));
    find_fields(&seen, e);
    for (size_t i = 0; i < seen.n; i++) {
        if (i)
            eq_buf_puts(out, "; ");
        say_field(out, w, p, seen.items[i], seen.items[i] == x ? miss.value : EQ_END_OF_CHAIN);
        if (seen.items[i] == x && true_)
            say_met(out, w, p, picked_of(w, p, x));
    }
    if (seen.more)
        eq_buf_printf(out, "; and %zu more fields", seen.more);
    if (p->left.n_steps) {
        struct eq_value v = eq_why_value_of(w, &p->left, true_ ? p : NULL);
        struct eq_span s = x->span;
        eq_buf_puts(out, seen.n ? "; " : "");
        if (s.end - s.start <= 2 * SHOWN_CHARACTERS)
            eq_buf_add(out, eq_slice(w->options.source.ptr + s.start, s.end - s.start));
        else
            eq_buf_puts(out, "the left side");
        eq_buf_puts(out, " is ");
        eq_why_print_value(out, &v);
    }
    if (p->negated)
        return; /* it is wanted to be false: there is nothing to miss */
    if (miss.n)
        say_wanted(out, w, p, &miss);
    else if (!true_)
        say_order(out, e);
}

unsigned eq_why_leaf_slips(struct eq_why *w, uint32_t number)
{
    const struct eq_why_entry *p = &w->parts[number];
    const struct eq_node *e = p->node->kind == EQ_N_ANY ? p->node->kids[0] : NULL;
    unsigned slips = EQ_WHY_FAR;
    if (!e || !e->n_kids || e->kids[0]->kind != EQ_N_FIELD || p->negated || p->value == EQ_WHY_UNKNOWN)
        return slips;
    struct eq_arena_mark mark = eq_arena_mark(&w->scratch);
    eq_why_enter(w, p);
    uint32_t head = head_of(w, p, e->kids[0]);
    if (head != EQ_END_OF_CHAIN) {
        struct eq_why_miss miss = eq_why_misses(w, p, eq_why_frame(w, e->kids[0]->frame), head);
        if (miss.n && miss.distance < slips)
            slips = miss.distance;
    }
    w->machine.frames[EQ_FRAME_ELEMENT] = NULL;
    eq_arena_rewind(&w->scratch, mark);
    return slips;
}

static void say_exists(struct eq_buf *out, struct eq_why *w, const struct eq_why_entry *p)
{
    const struct eq_node *field = p->node->kids[0];
    if (p->met)
        say_values(out, w, field, eq_why_frame(w, field->frame), head_of(w, p, field), EQ_END_OF_CHAIN, false);
    else
        say_missing(out, w, field);
}

static void say_search(struct eq_buf *out, const struct eq_why_entry *p)
{
    if (p->n_elements == 0)
        eq_buf_puts(out, "the event has no such array, or an empty one");
    else if (p->value == EQ_WHY_TRUE)
        eq_buf_printf(out, "element %u of %u", p->element, p->n_elements);
    else
        eq_buf_printf(out, "no element; the nearest is %u of %u", p->element, p->n_elements);
    if (p->n_elements)
        eq_buf_puts(out, ", counted from 0");
}

void eq_why_note(struct eq_buf *out, struct eq_why *w, uint32_t number)
{
    const struct eq_why_entry *p = &w->parts[number];
    struct eq_arena_mark mark = eq_arena_mark(&w->scratch);
    if (!w->event || p->value == EQ_WHY_NONE)
        return;
    eq_why_enter(w, p);
    if (p->value == EQ_WHY_UNKNOWN && eq_why_is_leaf(p))
        eq_buf_puts(out, p->node->kind == EQ_N_LINEAGE ? "events before this one decide"
                                                       : "the event of an earlier stage decides");
    else if (p->node->kind == EQ_N_ANY)
        say_any(out, w, p);
    else if (p->node->kind == EQ_N_EXISTS)
        say_exists(out, w, p);
    else if (p->node->kind == EQ_N_SEARCH)
        say_search(out, p);
    else if (p->node->kind == EQ_N_LINEAGE)
        eq_buf_puts(out, p->value == EQ_WHY_TRUE ? "an event before met this" : "no related process met this so far");
    w->machine.frames[EQ_FRAME_ELEMENT] = NULL;
    eq_arena_rewind(&w->scratch, mark);
    if (w->status != EQ_OK)
        out->failed = true;
}
