/* scaffold.c — see scaffold.h. A search that starts at nothing and mends one part after the other, of which the next may
 * spoil an earlier one; luck decides where there is a choice, the same luck each time. */
#include "match/scaffold_priv.h"

enum {
    STEPS = 300,        /* mending one event, before it is begun anew */
    BEGINNINGS = 6,
    TRIES = 6,          /* of whole sets of events */
    MISSES = 24,        /* near misses of a rule */
    MISS_STEPS = 12,    /* spoiling one part in different ways */
    STAGES_MAX = 32,    /* events of one set */
    SHOWN = 200         /* bytes of a part that is told */
};

struct scaffold {
    struct eq_drafting d;
    eq_scaffold_try *try;
    void *ctx;
    struct eq_buf text, name;
    struct eq_draft drafts[STAGES_MAX]; /* by step, runs counted */
    uint32_t stages[STAGES_MAX];        /* of each step */
    uint32_t n;
    struct eq_draft *of_stage[STAGES_MAX];
    struct eq_draft intruder; /* an event that must be missing; before step `intrudes` if that is not EQ_NONE */
    uint32_t intrudes;
    uint64_t step_ns;
    enum eq_status status;
};

/* ── One event ── */

static bool is_true(const struct eq_why *w, uint32_t part)
{
    return w->parts[part].value == EQ_WHY_TRUE;
}

static struct eq_slice timestamp(const struct scaffold *s)
{
    struct eq_slice field = s->d.w->options.timestamp_field;
    return field.len ? field : EQ_LIT("@timestamp");
}

/* Let parts read the events of earlier stages as they are now. */
static void bind_all(struct scaffold *s)
{
    struct eq_why *w = s->d.w;
    for (uint32_t i = 0; i < w->plan->n_stages && i < STAGES_MAX && s->status == EQ_OK; i++) {
        eq_buf_clear(&s->text);
        if (s->of_stage[i])
            eq_draft_print(&s->text, s->of_stage[i], timestamp(s), 1, 0);
        struct eq_slice text = s->of_stage[i] ? eq_buf_slice(&s->text) : (struct eq_slice){0};
        s->status = s->text.failed ? EQ_NOMEM : eq_why_bind(w, i, text);
    }
    s->d.reaches_back = false;
}

/* Ask all parts about the draft. */
static bool ask(struct scaffold *s)
{
    struct eq_why *w = s->d.w;
    struct eq_decode_error error;
    struct eq_origin origin = {0};
    if (s->d.reaches_back)
        bind_all(s);
    eq_buf_clear(&s->text);
    eq_draft_print(&s->text, s->d.draft, timestamp(s), 1, 0);
    size_t len = s->text.len;
    eq_buf_fill(&s->text, ' ', EQ_JSON_PADDING);
    if (s->text.failed || s->d.nomem)
        s->status = EQ_NOMEM;
    if (s->status == EQ_OK)
        s->status = eq_why_feed(w, eq_slice(s->text.ptr, len), &origin, &error);
    return s->status == EQ_OK;
}

/* Make a part true or false, by the parts below it. False: nothing could be done. */
static bool mend(struct scaffold *s, uint32_t number, bool want)
{
    struct eq_why *w = s->d.w;
    const struct eq_why_entry *p = &w->parts[number];
    bool of_node = want != p->inverted, mended = false;
    if (p->value != EQ_WHY_NONE && is_true(w, number) == want)
        return true;
    if (p->node->kind == EQ_N_SEARCH) {
        struct eq_slice outer = s->d.array;
        s->d.array = p->node->kids[0]->path;
        mended = mend(s, number + 1, want);
        s->d.array = outer;
        return mended;
    }
    if (p->node->kind == EQ_N_NOT)
        return mend(s, number + 1, !want);
    if (eq_why_is_leaf(p) || p->node->kind == EQ_N_LINEAGE) {
        mended = p->node->kind != EQ_N_LINEAGE && eq_draft_mend(&s->d, p->node, of_node);
        if (!mended)
            s->d.hopeless = number;
        return mended;
    }
    bool all = (p->node->kind == EQ_N_AND) == want;
    uint32_t chosen = EQ_NONE;
    unsigned seen = 0;
    for (uint32_t k = number + 1; k < p->next; k = w->parts[k].next) {
        if (w->parts[k].value != EQ_WHY_NONE && is_true(w, k) == want)
            continue;
        if (all)
            mended |= mend(s, k, want);
        else if (eq_drafting_pick(&s->d, ++seen) == 0)
            chosen = k;
    }
    return chosen == EQ_NONE ? mended : mend(s, chosen, want);
}

/* Take out what the event is true without. */
static void thin_out(struct scaffold *s, uint32_t root)
{
    struct eq_draft *draft = s->d.draft;
    for (unsigned i = draft->n; i-- > 0 && s->status == EQ_OK;) {
        struct eq_draft whole = *draft;
        if (draft->cells[i].locked)
            continue;
        eq_draft_remove(draft, i);
        if (!ask(s) || !is_true(s->d.w, root))
            *draft = whole;
        for (unsigned k = 0; s->status == EQ_OK && i < draft->n && draft->cells[i].n > 1 && k < draft->cells[i].n; k++) {
            whole = *draft;
            struct eq_draft_cell *cell = &draft->cells[i];
            memmove(&cell->values[k], &cell->values[k + 1], (--cell->n - k) * sizeof *cell->values);
            if (!ask(s) || !is_true(s->d.w, root))
                *draft = whole;
            else
                k--;
        }
    }
}

/* Fill the draft, which has its join keys, so that the stage is true of it. */
static bool fill(struct scaffold *s, uint32_t stage)
{
    struct eq_why *w = s->d.w;
    uint32_t root = w->roots[stage];
    const struct eq_draft begin = *s->d.draft;
    for (unsigned i = 0; i < BEGINNINGS; i++) {
        *s->d.draft = begin;
        for (unsigned k = 0; k < STEPS && ask(s); k++) {
            if (is_true(w, root)) {
                thin_out(s, root);
                return s->status == EQ_OK;
            }
            if (!mend(s, root, true))
                break;
        }
        if (s->status != EQ_OK)
            return false;
    }
    if (s->d.hopeless == EQ_NONE)
        s->d.hopeless = root;
    return false;
}

/* ── All events ── */

static enum eq_status lock_key(struct scaffold *s, const struct eq_plan_stage *stage, uint32_t key, unsigned value)
{
    struct eq_buf text;
    struct eq_draft *draft = s->d.draft;
    eq_buf_init(&text, s->d.w->alloc);
    eq_buf_printf(&text, "\"key%u\"", value);
    struct eq_slice copy = text.failed ? (struct eq_slice){0} : eq_arena_copy(&s->d.arena, eq_buf_slice(&text));
    eq_buf_free(&text);
    for (unsigned i = 0; i < draft->n; i++)
        if (eq_slice_eq(draft->cells[i].path, stage->keys[key].path))
            return EQ_OK; /* two keys of one field */
    if (copy.ptr && draft->n < EQ_DRAFT_CELLS)
        draft->cells[draft->n++] =
            (struct eq_draft_cell){.path = stage->keys[key].path, .values = {copy}, .n = 1, .locked = true};
    return copy.ptr ? EQ_OK : EQ_NOMEM;
}

/* Fill the draft for a stage, from its join keys on. */
static bool fill_stage(struct scaffold *s, struct eq_draft *draft, uint32_t number)
{
    const struct eq_plan_stage *stage = &s->d.w->plan->stages[number];
    s->d.draft = draft;
    draft->n = 0;
    for (uint32_t k = 0; k < stage->n_keys && s->status == EQ_OK; k++)
        s->status = lock_key(s, stage, k, k + 1);
    return s->status == EQ_OK && fill(s, number);
}

/* The drafts of all steps. A step may read the events of earlier ones. */
static bool fill_all(struct scaffold *s)
{
    memset(s->of_stage, 0, sizeof s->of_stage);
    bind_all(s);
    for (uint32_t i = 0; i < s->n && s->status == EQ_OK; i++) {
        if (!fill_stage(s, &s->drafts[i], s->stages[i]))
            return false;
        s->of_stage[s->stages[i]] = &s->drafts[i];
        bind_all(s);
    }
    return s->status == EQ_OK;
}

static void add_event(struct scaffold *s, const struct eq_draft *draft, unsigned number, uint64_t ns)
{
    eq_draft_print(&s->text, draft, timestamp(s), number, ns);
    eq_buf_putc(&s->text, '\n');
}

/* The events with `instead` in the place of step `at`, or without it when that is NULL; at EQ_NONE: as they are. */
static bool try_all(struct scaffold *s, bool match, uint32_t at, const struct eq_draft *instead)
{
    bool verified = false;
    eq_buf_clear(&s->text);
    for (uint32_t i = 0; i <= s->n; i++) {
        const struct eq_draft *draft = i == at ? instead : &s->drafts[i];
        if (i == s->intrudes)
            add_event(s, &s->intruder, s->n + 1, i * s->step_ns + s->step_ns / 2);
        if (i < s->n && draft)
            add_event(s, draft, i + 1, (i + 1) * s->step_ns);
    }
    if (s->text.failed || s->name.failed)
        s->status = EQ_NOMEM;
    if (s->status == EQ_OK)
        s->status = s->try(eq_buf_slice(&s->name), match, eq_buf_slice(&s->text), &verified, s->ctx);
    return s->status == EQ_OK && verified;
}

/* ── Near misses ── */

/* Spoil one part of a step's event; what makes no difference to the stage is no miss. */
static bool miss_part(struct scaffold *s, uint32_t step, uint32_t part)
{
    struct eq_why *w = s->d.w;
    uint32_t root = w->roots[s->stages[step]];
    for (unsigned i = 0; i < MISS_STEPS && s->status == EQ_OK; i++) {
        struct eq_draft copy = s->drafts[step];
        s->d.draft = &copy;
        for (unsigned k = 0; k < copy.n; k++)
            copy.cells[k].locked = false;
        if (!ask(s))
            break;
        bool was = is_true(w, part);
        if (w->parts[part].value == EQ_WHY_NONE || !mend(s, part, !was) || !ask(s))
            break;
        if (is_true(w, part) == was || is_true(w, root))
            continue;
        eq_buf_clear(&s->name);
        eq_buf_puts(&s->name, was ? "not without: " : "not with: ");
        eq_why_text(&s->name, w, &w->parts[part]);
        if (s->n > 1)
            eq_buf_printf(&s->name, ", in event %u", step + 1);
        if (try_all(s, false, step, &copy))
            return true;
    }
    return false;
}

/* Events that must be missing are there. */
static unsigned miss_missing(struct scaffold *s)
{
    const struct eq_plan *plan = s->d.w->plan;
    unsigned n = 0;
    for (uint32_t i = 0, step = 0; i < plan->n_stages && s->status == EQ_OK; i++) {
        step += plan->stages[i].missing ? 0 : plan->stages[i].runs;
        if (!plan->stages[i].missing || !fill_stage(s, &s->intruder, i))
            continue;
        s->intrudes = step;
        eq_buf_clear(&s->name);
        eq_buf_printf(&s->name, "not with the missing event of stage %u", i + 1);
        n += try_all(s, false, EQ_NONE, NULL);
        s->intrudes = EQ_NONE;
    }
    return n;
}

/* The last event has another value of a join key, and is right in all else. */
static bool miss_key(struct scaffold *s, uint32_t key)
{
    struct eq_why *w = s->d.w;
    uint32_t step = s->n - 1, stage = s->stages[step];
    struct eq_slice path = w->plan->stages[stage].keys[key].path;
    struct eq_draft copy = s->drafts[step];
    s->d.draft = &copy;
    for (unsigned i = 0; i < copy.n; i++)
        if (copy.cells[i].locked && eq_slice_eq(copy.cells[i].path, path))
            copy.cells[i].values[0] = EQ_LIT("\"another key\"");
    if (!ask(s) || !is_true(w, w->roots[stage]))
        return false;
    eq_buf_clear(&s->name);
    eq_buf_puts(&s->name, "not with another ");
    eq_buf_add(&s->name, path);
    eq_buf_printf(&s->name, " in event %u", step + 1);
    return try_all(s, false, step, &copy);
}

static void near_misses(struct scaffold *s)
{
    struct eq_why *w = s->d.w;
    unsigned n = miss_missing(s);
    for (uint32_t step = 0; step < s->n && s->n > 1 && n < MISSES; step++) {
        eq_buf_clear(&s->name);
        eq_buf_printf(&s->name, "not without event %u", step + 1);
        n += try_all(s, false, step, NULL);
    }
    uint32_t keys = s->n > 1 ? w->plan->stages[s->stages[s->n - 1]].n_keys : 0;
    for (uint32_t key = 0; key < keys && n < MISSES && s->status == EQ_OK; key++)
        n += miss_key(s, key);
    for (uint32_t step = 0; step < s->n && n < MISSES; step++) {
        uint32_t root = w->roots[s->stages[step]];
        for (uint32_t k = root; k < w->parts[root].next && n < MISSES && s->status == EQ_OK; k++)
            if (eq_why_is_leaf(&w->parts[k]) && w->parts[k].node->kind >= EQ_N_EXISTS)
                n += miss_part(s, step, k);
    }
}

/* ── The rule ── */

/* The steps that have an event. */
static bool find_steps(struct scaffold *s)
{
    const struct eq_plan *plan = s->d.w->plan;
    if (plan->n_stages > STAGES_MAX)
        return false;
    for (uint32_t i = 0; i < plan->n_stages; i++)
        for (uint32_t k = 0; k < plan->stages[i].runs && !plan->stages[i].missing; k++) {
            if (s->n == STAGES_MAX)
                return false;
            s->stages[s->n++] = i;
        }
    s->step_ns = 1000000000;
    if (plan->maxspan_ns >= 0 && (uint64_t)plan->maxspan_ns / (s->n + 1) < s->step_ns)
        s->step_ns = (uint64_t)plan->maxspan_ns / (s->n + 1);
    return true;
}

static void explain(struct scaffold *s, struct eq_buf *problem)
{
    const struct eq_why *w = s->d.w;
    if (s->d.hopeless == EQ_NONE) {
        eq_buf_puts(problem, "no events were found for the rule as a whole, though for each of its conditions");
        return;
    }
    struct eq_span span = w->parts[s->d.hopeless].node->span;
    eq_buf_puts(problem, "no event was found for: ");
    size_t end = span.end - span.start > SHOWN ? span.start + SHOWN : span.end;
    while (end < span.end && ((unsigned char)w->options.source.ptr[end] & 0xc0) == 0x80)
        end++; /* whole letters */
    for (size_t i = span.start; i < end; i++)
        eq_buf_putc(problem, w->options.source.ptr[i] == '\n' ? ' ' : w->options.source.ptr[i]);
    eq_buf_puts(problem, end < span.end ? " …" : "");
}

enum eq_status eq_scaffold(struct eq_why *w, eq_scaffold_try *try, void *ctx, struct eq_buf *problem)
{
    bool found = false;
    struct scaffold *s = eq_new(w->alloc, sizeof *s);
    if (!s)
        return EQ_NOMEM;
    s->d.w = w;
    s->d.hopeless = EQ_NONE;
    s->d.of_stage = s->of_stage;
    s->try = try;
    s->ctx = ctx;
    s->intrudes = EQ_NONE;
    eq_arena_init(&s->d.arena, w->alloc);
    eq_buf_init(&s->text, w->alloc);
    eq_buf_init(&s->name, w->alloc);
    if (!find_steps(s)) {
        eq_buf_printf(problem, "the rule has more than %d steps", STAGES_MAX);
        s->status = EQ_LIMIT;
    }
    for (unsigned i = 0; i < TRIES && !found && s->status == EQ_OK; i++) {
        s->d.random += 1 + i;
        if (fill_all(s)) {
            s->d.hopeless = EQ_NONE;
            eq_buf_clear(&s->name);
            eq_buf_puts(&s->name, "as the query says");
            found = try_all(s, true, EQ_NONE, NULL);
        }
    }
    if (found && s->status == EQ_OK)
        near_misses(s);
    if (s->d.nomem && s->status == EQ_OK)
        s->status = EQ_NOMEM; /* what was not tried may have been right */
    if (!found && s->status == EQ_OK) {
        explain(s, problem);
        s->status = EQ_LIMIT;
    }
    enum eq_status st = s->status;
    eq_buf_free(&s->text);
    eq_buf_free(&s->name);
    eq_arena_free(&s->d.arena);
    eq_free(w->alloc, s);
    return st;
}
