/* scaffold_draft.c — the draft of an event: values put in so that a comparison, a pattern or a function becomes true, or
 * false. What is right for one part may be wrong for another; scaffold.c asks again. */
#include "event/ip.h"
#include "event/time.h"
#include "match/scaffold_priv.h"
#include "plan/functions.h"

unsigned eq_drafting_pick(struct eq_drafting *d, unsigned n)
{
    d->random = d->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(d->random >> 33) % n;
}

/* ── Cells ── */

static struct eq_draft_cell *cell_of(struct eq_drafting *d, const struct eq_node *field, bool make)
{
    struct eq_slice array = field->frame == EQ_FRAME_ELEMENT ? d->array : (struct eq_slice){0};
    struct eq_draft *draft = field->frame < EQ_FRAME_ALIAS ? d->draft : d->of_stage[field->frame - EQ_FRAME_ALIAS];
    for (unsigned i = 0; draft && i < draft->n; i++)
        if (eq_slice_eq(draft->cells[i].path, field->path) && eq_slice_eq(draft->cells[i].array, array))
            return &draft->cells[i];
    if (!make || !draft || draft->n == EQ_DRAFT_CELLS)
        return NULL;
    draft->cells[draft->n] = (struct eq_draft_cell){.path = field->path, .array = array};
    return &draft->cells[draft->n++];
}

void eq_draft_remove(struct eq_draft *draft, unsigned cell)
{
    memmove(&draft->cells[cell], &draft->cells[cell + 1], (--draft->n - cell) * sizeof *draft->cells);
}

static bool unset(struct eq_drafting *d, const struct eq_node *field)
{
    struct eq_draft_cell *cell = field->frame < EQ_FRAME_ALIAS ? cell_of(d, field, false) : NULL;
    if (cell && cell->locked)
        cell->n = 1;
    else if (cell)
        eq_draft_remove(d->draft, (unsigned)(cell - d->draft->cells));
    return true;
}

/* Put a value in, beside those that are there or in their place. An earlier event gets it only if it has none. */
static bool put(struct eq_drafting *d, const struct eq_node *field, struct eq_slice json)
{
    struct eq_draft_cell *cell = cell_of(d, field, true);
    bool earlier = field->frame >= EQ_FRAME_ALIAS;
    if (!cell)
        return false;
    d->reaches_back = d->reaches_back || earlier;
    for (unsigned i = 0; i < cell->n; i++)
        if (eq_slice_eq(cell->values[i], json))
            return true;
    if (earlier && cell->n)
        return false;
    struct eq_slice copy = eq_arena_copy(&d->arena, json);
    if (!copy.ptr) {
        d->nomem = true;
        return false;
    }
    if (!cell->locked && (cell->n == EQ_DRAFT_VALUES || eq_drafting_pick(d, 2)))
        cell->n = 0;
    if (cell->n == EQ_DRAFT_VALUES)
        cell->n = 1;
    cell->values[cell->n++] = copy;
    return true;
}

/* ── An expression that is to have a value ── */

static const struct eq_node *field_in(const struct eq_node *n)
{
    if (n->kind == EQ_N_FIELD)
        return n;
    for (uint32_t i = 0; i < n->n_kids; i++)
        if (field_in(n->kids[i]))
            return field_in(n->kids[i]);
    return NULL;
}

static bool is_int(const struct eq_node *n)
{
    return n->kind == EQ_N_CONST && n->value.type == EQ_INT && n->value.i >= 0 && n->value.i < EQ_DRAFT_TEXT;
}

static struct eq_slice text_of(const struct eq_node *n)
{
    return n->kind == EQ_N_CONST && n->value.type == EQ_STRING ? eq_value_slice(&n->value) : (struct eq_slice){0};
}

/* Is all of the text there? Notes that memory ran out. */
static bool is_whole(struct eq_drafting *d, const struct eq_buf *text)
{
    d->nomem = d->nomem || text->failed;
    return !text->failed;
}

static bool give_text(struct eq_drafting *d, const struct eq_node *n, struct eq_slice text);

static bool give_padded(struct eq_drafting *d, const struct eq_node *n, struct eq_slice before, int64_t pad,
                        struct eq_slice text, struct eq_slice after)
{
    struct eq_buf b;
    eq_buf_init(&b, d->w->alloc);
    eq_buf_add(&b, before);
    eq_buf_fill(&b, 'x', pad > 0 ? (size_t)pad : 0);
    eq_buf_add(&b, text);
    eq_buf_add(&b, after);
    bool given = is_whole(d, &b) && give_text(d, n, eq_buf_slice(&b));
    eq_buf_free(&b);
    return given;
}

/* f(x) = text, solved for x. */
static bool give_call(struct eq_drafting *d, const struct eq_node *n, struct eq_slice text)
{
    const struct eq_slice none = {0};
    switch ((enum eq_function_id)n->function) {
    case EQ_FN_to_time:
    case EQ_FN_to_ip:
    case EQ_FN_string:
    case EQ_FN_number:
    case EQ_FN_concat: return give_text(d, n->kids[0], text);
    case EQ_FN_substring:
        return give_padded(d, n->kids[0], none, is_int(n->kids[1]) ? n->kids[1]->value.i : 0, text, none);
    case EQ_FN_between: return give_padded(d, n->kids[0], text_of(n->kids[1]), 0, text, text_of(n->kids[2]));
    default: return false;
    }
}

static bool give_text(struct eq_drafting *d, const struct eq_node *n, struct eq_slice text)
{
    struct eq_buf json;
    if (n->kind == EQ_N_CALL)
        return give_call(d, n, text);
    if (n->kind != EQ_N_FIELD || text.len > EQ_DRAFT_TEXT)
        return false;
    eq_buf_init(&json, d->w->alloc);
    eq_buf_json(&json, text);
    bool given = is_whole(d, &json) && put(d, n, eq_buf_slice(&json));
    eq_buf_free(&json);
    return given;
}

static bool give_number(struct eq_drafting *d, const struct eq_node *n, double number)
{
    struct eq_buf text;
    bool given = false;
    if (n->kind == EQ_N_CALL && n->function == EQ_FN_length)
        return number >= 0 && number <= EQ_DRAFT_TEXT && give_padded(d, n->kids[0], (struct eq_slice){0}, (int64_t)number,
                                                                      (struct eq_slice){0}, (struct eq_slice){0});
    if (n->kind == EQ_N_CALL && n->function == EQ_FN_index_of)
        return number >= 0 && number <= EQ_DRAFT_TEXT &&
               give_padded(d, n->kids[0], (struct eq_slice){0}, (int64_t)number, text_of(n->kids[1]), (struct eq_slice){0});
    eq_buf_init(&text, d->w->alloc);
    if (number >= -9e15 && number <= 9e15 && number == (double)(int64_t)number)
        eq_buf_printf(&text, "%lld", (long long)number);
    else
        eq_buf_double(&text, number);
    if (!is_whole(d, &text))
        given = false;
    else if (n->kind == EQ_N_FIELD)
        given = put(d, n, eq_buf_slice(&text));
    else if (n->kind == EQ_N_CALL && (n->function == EQ_FN_number || n->function == EQ_FN_string))
        given = give_text(d, n->kids[0], eq_buf_slice(&text));
    else if (n->kind == EQ_N_CALL && (n->function == EQ_FN_subtract || n->function == EQ_FN_add) &&
             n->kids[0]->kind == EQ_N_FIELD && n->kids[1]->kind == EQ_N_FIELD)
        given = put(d, n->kids[0], eq_buf_slice(&text)) && put(d, n->kids[1], EQ_LIT("0"));
    eq_buf_free(&text);
    return given;
}

/* A time or an address as people write it. */
static bool give_value(struct eq_drafting *d, const struct eq_node *n, const struct eq_value *v, int shift)
{
    if (eq_value_is_number(v)) {
        double number = v->type == EQ_INT ? (double)v->i : v->type == EQ_UINT ? (double)v->u : v->d;
        return give_number(d, n, number + shift);
    }
    if (v->type == EQ_BOOL) {
        const struct eq_node *field = field_in(n);
        return field && put(d, field, (v->b == (shift == 0)) ? EQ_LIT("true") : EQ_LIT("false"));
    }
    struct eq_buf text;
    eq_buf_init(&text, d->w->alloc);
    if (v->type == EQ_TIME)
        eq_buf_time(&text, (struct eq_time){v->i + shift, v->len});
    else if (v->type == EQ_STRING) {
        eq_buf_add(&text, eq_value_slice(v));
        if (shift && text.len)
            text.ptr[text.len - 1] = (char)(shift > 0 ? '~' : '!');
    } else if (v->type == EQ_IP) {
        struct eq_ip ip;
        memcpy(&ip, v->s, sizeof ip);
        eq_buf_ip(&text, &ip);
    }
    bool given = is_whole(d, &text) && text.len + (v->type == EQ_STRING) > 0 && give_text(d, n, eq_buf_slice(&text));
    eq_buf_free(&text);
    return given;
}

/* ── Leaves ── */

/* Two fields that are to be equal: one follows the other, an earlier event first. */
static bool make_same(struct eq_drafting *d, const struct eq_node *a, const struct eq_node *b)
{
    if (!a || !b)
        return false;
    const struct eq_node *first = b->frame >= EQ_FRAME_ALIAS ? b : a, *second = first == a ? b : a;
    const struct eq_draft_cell *cell = cell_of(d, first, false);
    if (!cell || !cell->n)
        cell = cell_of(d, second, false);
    struct eq_slice value = cell && cell->n ? cell->values[0] : EQ_LIT("\"same\"");
    put(d, first, value);
    return put(d, second, value);
}

static bool mend_compare(struct eq_drafting *d, const struct eq_node *n, bool want)
{
    static const int shifts[][2] = {/* false, true */
                                    [EQ_CMP_EQ] = {1, 0},  [EQ_CMP_NE] = {0, 1}, [EQ_CMP_LT] = {0, -1},
                                    [EQ_CMP_LE] = {1, 0},  [EQ_CMP_GT] = {0, 1}, [EQ_CMP_GE] = {-1, 0}};
    int shift = shifts[n->op][want];
    if (n->kids[1]->kind == EQ_N_CONST)
        return give_value(d, n->kids[0], &n->kids[1]->value, shift);
    if (n->kids[0]->kind == EQ_N_CONST)
        return give_value(d, n->kids[1], &n->kids[0]->value, -shift);
    /* Two fields: the second follows the first, or both begin. */
    const struct eq_node *a = field_in(n->kids[0]), *b = field_in(n->kids[1]);
    if (!a || !b)
        return false;
    if (shift)
        return put(d, a, shift > 0 ? EQ_LIT("2") : EQ_LIT("1")) && put(d, b, shift > 0 ? EQ_LIT("1") : EQ_LIT("2"));
    return make_same(d, a, b);
}

/* A text that the pattern with * and ? matches. */
static bool give_like(struct eq_drafting *d, const struct eq_node *n, struct eq_slice pattern)
{
    static const char *const fills[] = {"", "x", "x1", "a"};
    struct eq_buf text;
    eq_buf_init(&text, d->w->alloc);
    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.ptr[i] == '*')
            eq_buf_puts(&text, fills[eq_drafting_pick(d, 4)]);
        else
            eq_buf_putc(&text, pattern.ptr[i] == '?' ? 'x' : pattern.ptr[i]);
    }
    bool given = is_whole(d, &text) && give_text(d, n, eq_buf_slice(&text));
    eq_buf_free(&text);
    return given;
}

static bool give_regex(struct eq_drafting *d, const struct eq_node *n, struct eq_slice pattern)
{
    struct eq_buf text;
    eq_buf_init(&text, d->w->alloc);
    bool made = eq_scaffold_regex(&text, pattern, d);
    bool given = is_whole(d, &text) && made && give_text(d, n, eq_buf_slice(&text));
    eq_buf_free(&text);
    return given;
}

static bool mend_list(struct eq_drafting *d, const struct eq_node *n)
{
    const struct eq_node *chosen = n->kids[1 + eq_drafting_pick(d, n->n_kids - 1)];
    if (chosen->kind != EQ_N_CONST)
        return false;
    switch ((enum eq_node_kind)n->kind) {
    case EQ_N_LIKE: return give_like(d, n->kids[0], eq_value_slice(&chosen->value));
    case EQ_N_REGEX: return give_regex(d, n->kids[0], eq_value_slice(&chosen->value));
    default: return give_value(d, n->kids[0], &chosen->value, 0);
    }
}

static bool mend_call(struct eq_drafting *d, const struct eq_node *n)
{
    const struct eq_node *last = n->kids[n->n_kids > 1 ? 1 + eq_drafting_pick(d, n->n_kids - 1) : 0];
    struct eq_slice text = text_of(last), none = {0};
    switch ((enum eq_function_id)n->function) {
    case EQ_FN_cidr_match:
        if (last->kind != EQ_N_CONST)
            return false;
        for (size_t i = 0; i < text.len; i++)
            if (text.ptr[i] == '/')
                text.len = i;
        return text.len ? give_text(d, n->kids[0], text) : give_value(d, n->kids[0], &last->value, 0);
    case EQ_FN_starts_with:
    case EQ_FN_ends_with:
    case EQ_FN_string_contains:
        if (text.ptr)
            return give_padded(d, n->kids[0], none, 0, text, none);
        return make_same(d, field_in(n->kids[0]), field_in(last));
    default: return false;
    }
}

/* Anything else than what is there. */
static bool spoil(struct eq_drafting *d, const struct eq_node *n)
{
    static const char *const others[] = {"\"other\"", "\"192.0.2.77\"", "7", "\"other value\""};
    const struct eq_node *field = field_in(n);
    if (!field)
        return false;
    unset(d, field);
    unsigned way = eq_drafting_pick(d, 5);
    return way == 0 ? true : put(d, field, eq_slice_of(others[way - 1]));
}

static bool mend_logic(struct eq_drafting *d, const struct eq_node *n, bool want)
{
    bool mended = false;
    if ((n->kind == EQ_N_KAND) != want)
        return eq_draft_mend(d, n->kids[eq_drafting_pick(d, n->n_kids)], want);
    for (uint32_t i = 0; i < n->n_kids; i++)
        mended |= eq_draft_mend(d, n->kids[i], want);
    return mended;
}

bool eq_draft_mend(struct eq_drafting *d, const struct eq_node *n, bool want)
{
    const struct eq_node *field;
    switch ((enum eq_node_kind)n->kind) {
    case EQ_N_ANY: return eq_draft_mend(d, n->kids[0], want);
    case EQ_N_KNOT: return eq_draft_mend(d, n->kids[0], !want);
    case EQ_N_KAND:
    case EQ_N_KOR: return mend_logic(d, n, want);
    case EQ_N_EXISTS:
    case EQ_N_IS_NULL:
        field = field_in(n);
        if (!field)
            return false;
        return (n->kind == EQ_N_EXISTS) == want ? put(d, field, EQ_LIT("\"some\"")) : unset(d, field);
    case EQ_N_COMPARE:
        if (want || eq_drafting_pick(d, 2))
            return mend_compare(d, n, want);
        return spoil(d, n);
    case EQ_N_IN:
    case EQ_N_LIKE:
    case EQ_N_REGEX: return want ? mend_list(d, n) : spoil(d, n);
    case EQ_N_CALL: return want ? mend_call(d, n) : spoil(d, n);
    default: return false;
    }
}

/* ── As text ── */

static void print_cell(struct eq_buf *out, const struct eq_draft_cell *cell)
{
    eq_buf_json(out, cell->path);
    eq_buf_puts(out, cell->n > 1 ? ":[" : ":");
    for (unsigned i = 0; i < cell->n; i++) {
        eq_buf_puts(out, i ? "," : "");
        eq_buf_add(out, cell->values[i]);
    }
    eq_buf_puts(out, cell->n > 1 ? "]" : "");
}

/* The cells of the array of cell `first`, as its one element. */
static void print_array(struct eq_buf *out, const struct eq_draft *draft, unsigned first)
{
    struct eq_slice array = draft->cells[first].array;
    bool began = false;
    for (unsigned i = 0; i < first; i++)
        if (eq_slice_eq(draft->cells[i].array, array))
            return; /* printed before */
    eq_buf_putc(out, ',');
    eq_buf_json(out, array);
    eq_buf_puts(out, ":[");
    for (unsigned i = first; i < draft->n; i++)
        if (eq_slice_eq(draft->cells[i].array, array) && draft->cells[i].path.len) {
            eq_buf_puts(out, began ? "," : "{");
            print_cell(out, &draft->cells[i]);
            began = true;
        }
    if (began)
        eq_buf_putc(out, '}');
    else
        eq_buf_add(out, draft->cells[first].values[0]); /* the element itself */
    eq_buf_putc(out, ']');
}

void eq_draft_print(struct eq_buf *out, const struct eq_draft *draft, struct eq_slice timestamp, unsigned number,
                    uint64_t ns)
{
    struct eq_slice id = EQ_LIT("event.id");
    bool timed = false, named = false;
    for (unsigned i = 0; i < draft->n; i++) {
        timed = timed || eq_slice_eq(draft->cells[i].path, timestamp);
        named = named || eq_slice_eq(draft->cells[i].path, id);
    }
    eq_buf_putc(out, '{');
    if (!timed) {
        eq_buf_json(out, timestamp);
        eq_buf_puts(out, ":\"");
        eq_buf_time(out, (struct eq_time){1767225600 + (int64_t)(ns / 1000000000), (uint32_t)(ns % 1000000000)});
        eq_buf_putc(out, '"');
    }
    if (!named)
        eq_buf_printf(out, "%s\"event.id\":\"%u\"", timed ? "" : ",", number);
    bool first = timed && named;
    for (unsigned i = 0; i < draft->n; i++) {
        if (!draft->cells[i].n)
            continue;
        if (draft->cells[i].array.ptr) {
            print_array(out, draft, i);
            continue;
        }
        eq_buf_puts(out, first ? "" : ",");
        print_cell(out, &draft->cells[i]);
        first = false;
    }
    eq_buf_putc(out, '}');
}
