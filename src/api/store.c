/* store.c — events that are asked again and again.
 *
 * What a condition says of an event depends on the fields that it reads and on nothing else. So events are put in
 * classes of equal values, one event of each class is asked, and the matcher is fed those whose class said yes:
 *
 *      columns of the fields       class       asked once      the matcher
 *      process cmd.exe             0           yes             event 0
 *      file    cmd.exe             1           no
 *      process cmd.exe             0                           event 2
 *
 * Rules that depend on the order of events get all of them: for those even an event without a hit moves the time. */
#include "api/handles.h"
#include "base/sort.h"
#include "event/columns.h"

enum {
    MOST_FIELDS = 16, /* that rules may read: with more, hardly two events are alike */
    STOP_EVERY = 1024,
    TRIAL = 1 << 16   /* events after which it must have shown that classes pay */
};
#define COLUMN_BYTES ((size_t)256 << 20)

struct eqlite_store {
    struct eq_alloc alloc;
    eqlite_store_options options;
    eqlite_event *events;
    size_t n, cap;
    struct eq_columns *columns; /* NULL: none yet */
    bool unwrap;                /* as they were read */
};

eqlite_status eqlite_store_new(eqlite_store **out, const eqlite_store_options *options)
{
    eqlite_store_options given;
    eq_api_options(&given, sizeof given, options);
    struct eq_alloc alloc = eq_api_alloc(given.allocator);
    struct eqlite_store *s = eq_new(&alloc, sizeof *s);
    if (!s)
        return EQLITE_NOMEM;
    s->alloc = alloc;
    s->options = given;
    *out = s;
    return EQLITE_OK;
}

void eqlite_store_free(eqlite_store *s)
{
    if (!s)
        return;
    struct eq_alloc alloc = s->alloc;
    eq_columns_free(s->columns);
    eq_free(&alloc, s->events);
    eq_free(&alloc, s);
}

eqlite_status eqlite_store_add(eqlite_store *s, const eqlite_event *event)
{
    if (!event->padded || s->n == UINT32_MAX - 1)
        return event->padded ? EQLITE_LIMIT : EQLITE_INVALID;
    if (!eq_grow(&s->alloc, &s->events, &s->cap, s->n + 1, sizeof *s->events))
        return EQLITE_NOMEM;
    s->events[s->n++] = *event;
    return EQLITE_OK;
}

size_t eqlite_store_count(const eqlite_store *s)
{
    return s->n;
}

eqlite_event eqlite_store_get(const eqlite_store *s, size_t index)
{
    return index < s->n ? s->events[index] : (eqlite_event){0};
}

static bool stopped(const struct eqlite_store *s)
{
    return s->options.stop && s->options.stop(s->options.ctx);
}

/* ── Columns ───────────────────────────────────────────────────────────────────────────────────────────────────── */

static struct eq_slice text_of(size_t index, void *ctx)
{
    const struct eqlite_store *s = ctx;
    return eq_slice(s->events[index].json, s->events[index].len);
}

static bool stop_reading(void *ctx)
{
    return stopped(ctx);
}

static enum eq_status read_columns(struct eqlite_store *s, const struct eq_slice *paths, size_t n, bool unwrap, bool few)
{
    struct eq_columns_events events = {.n = s->n, .text = text_of, .stop = stop_reading, .ctx = s};
    if (s->columns && s->unwrap != unwrap) {
        eq_columns_free(s->columns);
        s->columns = NULL;
    }
    if (!s->columns) {
        size_t most = s->options.column_bytes ? s->options.column_bytes : COLUMN_BYTES;
        struct eq_columns_options options = {.unwrap = unwrap, .most_bytes = most};
        enum eq_status st = eq_columns_new(&s->columns, &options, &s->alloc);
        if (st != EQ_OK)
            return st;
        s->unwrap = unwrap;
    }
    return eq_columns_read(s->columns, paths, n, few, &events);
}

eqlite_status eqlite_store_prepare(eqlite_store *s, const eqlite_string *fields, size_t n, bool unwrap)
{
    struct eq_slice *paths = NULL;
    size_t cap = 0;
    if (n && !eq_grow(&s->alloc, &paths, &cap, n, sizeof *paths))
        return EQLITE_NOMEM;
    for (size_t i = 0; i < n; i++)
        paths[i] = eq_slice(fields[i].ptr, fields[i].len);
    enum eq_status st = read_columns(s, paths, n, unwrap, true);
    eq_free(&s->alloc, paths);
    return eq_api_status(st);
}

/* ── Matching ──────────────────────────────────────────────────────────────────────────────────────────────────── */

struct classes {
    struct eq_column columns[MOST_FIELDS];
    size_t n;
    struct eq_intern numbers; /* of a row of ids */
    bool *hits;               /* by class: does the condition hold? */
    size_t cap;
    struct eq_engine *engine; /* asks one event of each */
};

/* Can the answer for an event be that of another with the same values? Fills in the columns of the fields. */
static enum eq_status find_columns(bool *out, struct classes *c, struct eqlite_store *s,
                                   const struct eq_program *program, bool unwrap)
{
    struct eq_slice paths[MOST_FIELDS];
    const struct eq_fields *fields = program->fields;
    *out = false;
    c->n = eq_fields_count(fields);
    if (program->timestamp_field != EQ_NONE || program->n_trackers || c->n > MOST_FIELDS)
        return EQ_OK;
    for (uint32_t i = 0; i < c->n; i++) {
        if (fields->items[i].elements)
            return EQ_OK;
        paths[i] = fields->items[i].path;
    }
    enum eq_status st = read_columns(s, paths, c->n, unwrap, true);
    *out = st == EQ_OK;
    for (size_t i = 0; i < c->n && *out; i++)
        *out = eq_columns_find(&c->columns[i], s->columns, paths[i]);
    return st;
}

static enum eq_status ask(bool *out, struct classes *c, const eqlite_event *e)
{
    struct eq_hits hits;
    struct eq_decode_error error;
    enum eq_status st = eq_engine_feed(&hits, c->engine, eq_slice(e->json, e->len), &error);
    *out = st == EQ_INVALID || (st == EQ_OK && hits.n > 0); /* the matcher tells who cannot be read */
    return st == EQ_INVALID ? EQ_OK : st;
}

/* Could event `index` match? */
static enum eq_status could_match(bool *out, struct classes *c, const struct eqlite_store *s, size_t index)
{
    uint32_t row[MOST_FIELDS] = {0}, number;
    bool added;
    for (size_t i = 0; i < c->n; i++) {
        row[i] = index < c->columns[i].n_events ? c->columns[i].ids[index] : EQ_NONE;
        if (row[i] == EQ_NONE)
            return ask(out, c, &s->events[index]);
    }
    enum eq_status st = eq_intern_put(&number, &c->numbers, eq_slice((const char *)row, c->n * sizeof *row), &added);
    if (st == EQ_OK && added) {
        if (!eq_grow(&s->alloc, &c->hits, &c->cap, (size_t)number + 1, sizeof *c->hits))
            return EQ_NOMEM;
        st = ask(&c->hits[number], c, &s->events[index]);
    }
    *out = st == EQ_OK && c->hits[number];
    return st;
}

static eqlite_status feed_events(struct eqlite_store *s, eqlite_matcher *m, struct classes *c, bool sort)
{
    eqlite_status st = EQLITE_OK;
    for (size_t i = 0; i < s->n && st == EQLITE_OK && !eqlite_matcher_done(m); i++) {
        bool wanted = true;
        if (sort && i == TRIAL && c->numbers.n > TRIAL / 4 * 3)
            sort = false; /* nearly each event is its own class */
        if (sort)
            st = eq_api_status(could_match(&wanted, c, s, i));
        if (st == EQLITE_OK && wanted)
            st = eqlite_matcher_feed(m, &s->events[i]);
        if (st == EQLITE_OK && i % STOP_EVERY == 0 && stopped(s))
            st = EQLITE_END;
    }
    return st == EQLITE_OK ? eqlite_matcher_finish(m) : st;
}

eqlite_status eqlite_store_match(eqlite_store *s, eqlite_matcher *m)
{
    bool unwrap, sort = false;
    const struct eqlite_rules *rules = eq_api_matcher_rules(m, &unwrap);
    struct classes c = {0};
    struct eq_decode_options decode = {.unwrap = unwrap};
    eq_intern_init(&c.numbers, &s->alloc);
    enum eq_status st = find_columns(&sort, &c, s, eq_ruleset_program(rules->ruleset), unwrap);
    if (st == EQ_OK && sort)
        st = eq_engine_new(&c.engine, rules->ruleset, &decode, &s->alloc);
    eqlite_status result = st == EQ_OK ? feed_events(s, m, &c, sort) : eq_api_status(st);
    eq_engine_free(c.engine);
    eq_intern_free(&c.numbers);
    eq_free(&s->alloc, c.hits);
    return result;
}

/* ── Values ────────────────────────────────────────────────────────────────────────────────────────────────────── */

struct counted {
    struct eq_intern texts; /* a byte for the type, and the text */
    uint64_t *events;
    uint32_t *order;
    size_t cap_events, cap_order;
};

/* Count the values of a class of events that is met so many times. */
static enum eq_status count_values(struct counted *t, struct eq_buf *text, struct eq_slice encoded, uint64_t events,
                                   const struct eq_alloc *alloc)
{
    struct eq_value v;
    uint32_t number;
    while (eq_column_value(&v, &encoded)) {
        bool added;
        if (v.type == EQ_NULL)
            continue;
        eq_buf_clear(text);
        eq_buf_putc(text, v.type == EQ_STRING ? 's' : 'n');
        eq_value_text(text, &v);
        if (eq_buf_status(text) != EQ_OK || eq_intern_put(&number, &t->texts, eq_buf_slice(text), &added) != EQ_OK ||
            !eq_grow(alloc, &t->events, &t->cap_events, t->texts.n, sizeof *t->events) ||
            !eq_grow(alloc, &t->order, &t->cap_order, t->texts.n, sizeof *t->order))
            return EQ_NOMEM;
        if (added) {
            t->events[number] = 0;
            t->order[number] = number;
        }
        t->events[number] += events;
    }
    return EQ_OK;
}

static bool comes_before(uint32_t a, uint32_t b, const void *ctx)
{
    const struct counted *t = ctx;
    if (t->events[a] != t->events[b])
        return t->events[a] > t->events[b];
    return eq_slice_cmp(t->texts.items[a], t->texts.items[b]) < 0;
}

static enum eq_status count_column(struct counted *t, const struct eq_column *column, const struct eq_alloc *alloc)
{
    uint64_t *met = NULL;
    size_t cap = 0;
    struct eq_buf text;
    if (!eq_grow(alloc, &met, &cap, column->n_values + 1, sizeof *met))
        return EQ_NOMEM;
    memset(met, 0, (column->n_values + 1) * sizeof *met);
    for (size_t i = 0; i < column->n_events; i++)
        if (column->ids[i] != EQ_NONE)
            met[column->ids[i]]++;
    enum eq_status st = EQ_OK;
    eq_buf_init(&text, alloc);
    for (size_t i = 0; i < column->n_values && st == EQ_OK; i++)
        st = count_values(t, &text, column->values[i], met[i], alloc);
    eq_buf_free(&text);
    eq_free(alloc, met);
    return st;
}

eqlite_status eqlite_store_values(eqlite_store *s, const char *field, bool unwrap, eqlite_on_value *each, void *ctx)
{
    struct eq_slice path = eq_slice_of(field);
    struct eq_column column;
    struct counted t = {0};
    eq_intern_init(&t.texts, &s->alloc);
    enum eq_status st = read_columns(s, &path, 1, unwrap, false);
    if (st == EQ_OK && s->n && !eq_columns_find(&column, s->columns, path))
        st = EQ_LIMIT;
    if (st == EQ_OK && s->n)
        st = count_column(&t, &column, &s->alloc);
    if (st == EQ_OK)
        eq_sort(t.order, t.texts.n, comes_before, &t);
    for (size_t i = 0; i < t.texts.n && st == EQ_OK; i++) {
        struct eq_slice text = t.texts.items[t.order[i]];
        if (!each((eqlite_string){text.ptr + 1, text.len - 1}, text.ptr[0] == 's', t.events[t.order[i]], ctx))
            st = EQ_END;
    }
    eq_intern_free(&t.texts);
    eq_free(&s->alloc, t.events);
    eq_free(&s->alloc, t.order);
    return eq_api_status(st);
}
