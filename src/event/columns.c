/* columns.c — one pass over the events reads all columns that are wanted and not complete.
 *
 *      values of a field in one event ─▶ encoded as bytes ─▶ eq_intern ─▶ its number, in ids[event]
 *
 * A value is a struct eq_value without its pointers, and the bytes of its text behind it. The encoding is exact: what
 * conditions can tell apart differs in it. Always true: ids[0..n) of a column are known; others are not read. */
#include "event/columns.h"

#include "base/buf.h"

enum {
    MOST_ENCODED = 4096, /* bytes of one event's values; more are not kept, the event is then asked itself */
    ENTRY_BYTES = 48,    /* what eq_intern needs for a value, about */
    STOP_EVERY = 1024
};

struct column {
    struct eq_slice path; /* of c->paths */
    struct eq_intern values;
    uint32_t *ids;
    size_t n, cap, bytes;
    uint64_t used;    /* number of the pass that asked for it last */
    bool many, given_up; /* too many values to be kept unasked; no room, in this pass */
};

struct eq_columns {
    const struct eq_alloc *alloc;
    struct eq_columns_options options;
    struct eq_intern paths;
    struct column *items; /* by path number */
    size_t cap, bytes;
    uint64_t pass;
    struct eq_buf encoded;
};

struct head { /* of an encoded value */
    uint64_t bits;
    uint32_t len, type;
};

enum eq_status eq_columns_new(struct eq_columns **out, const struct eq_columns_options *options,
                              const struct eq_alloc *alloc)
{
    struct eq_columns *c = eq_new(alloc, sizeof *c);
    if (!c)
        return EQ_NOMEM;
    c->alloc = alloc;
    c->options = *options;
    eq_intern_init(&c->paths, alloc);
    eq_buf_init(&c->encoded, alloc);
    *out = c;
    return EQ_OK;
}

/* Give up what a column holds. */
static void drop(struct eq_columns *c, struct column *col)
{
    eq_intern_free(&col->values);
    eq_intern_init(&col->values, c->alloc);
    eq_free(c->alloc, col->ids);
    c->bytes -= col->bytes;
    col->ids = NULL;
    col->n = col->cap = col->bytes = 0;
}

void eq_columns_free(struct eq_columns *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->paths.n; i++)
        drop(c, &c->items[i]);
    eq_free(c->alloc, c->items);
    eq_intern_free(&c->paths);
    eq_buf_free(&c->encoded);
    eq_free(c->alloc, c);
}

size_t eq_columns_bytes(const struct eq_columns *c)
{
    return c->bytes;
}

/* ── Values as bytes ───────────────────────────────────────────────────────────────────────────────────────────── */

static void encode(struct eq_buf *out, const struct eq_value *v)
{
    struct head head = {.len = v->len, .type = v->type};
    if (v->type != EQ_STRING && v->type != EQ_NULL)
        memcpy(&head.bits, &v->u, v->type == EQ_BOOL ? sizeof v->b : sizeof v->u);
    eq_buf_add(out, eq_slice((const char *)&head, sizeof head));
    if (v->len)
        eq_buf_add(out, eq_slice(v->s, v->len));
}

bool eq_column_value(struct eq_value *out, struct eq_slice *encoded)
{
    struct head head;
    if (encoded->len < sizeof head)
        return false;
    memcpy(&head, encoded->ptr, sizeof head);
    *out = (struct eq_value){.type = (uint8_t)head.type, .len = head.len, .s = encoded->ptr + sizeof head};
    memcpy(&out->u, &head.bits, sizeof head.bits);
    *encoded = eq_slice(encoded->ptr + sizeof head + head.len, encoded->len - sizeof head - head.len);
    return true;
}

/* ── Making columns ────────────────────────────────────────────────────────────────────────────────────────────── */

/* Room for one more event in a column, and for a value of so many bytes: others go first, then the column itself. */
static void make_room(struct eq_columns *c, struct column *col, size_t more)
{
    while (c->bytes + more > c->options.most_bytes && !col->given_up) {
        struct column *oldest = col;
        for (size_t i = 0; i < c->paths.n; i++)
            if (c->items[i].bytes && c->items[i].used < oldest->used)
                oldest = &c->items[i];
        drop(c, oldest);
        if (oldest == col)
            col->given_up = true;
    }
}

static void charge(struct eq_columns *c, struct column *col, size_t bytes)
{
    col->bytes += bytes;
    c->bytes += bytes;
}

static enum eq_status put(struct eq_columns *c, struct column *col, uint32_t id)
{
    if (col->n == col->cap) {
        size_t before = col->cap, most = before ? 2 * before : 1024;
        make_room(c, col, (most - before) * sizeof *col->ids);
        if (col->given_up)
            return EQ_OK;
        if (!eq_grow(c->alloc, &col->ids, &col->cap, most, sizeof *col->ids))
            return EQ_NOMEM;
        charge(c, col, (col->cap - before) * sizeof *col->ids);
    }
    col->ids[col->n++] = id;
    return EQ_OK;
}

/* The values of one event, those behind `slot`. */
static enum eq_status learn(struct eq_columns *c, struct column *col, const struct eq_frame *frame,
                            const struct eq_slot *slot, size_t most_values)
{
    bool added = false;
    uint32_t id = EQ_NONE;
    eq_buf_clear(&c->encoded);
    for (uint32_t at = slot->head; at != EQ_END_OF_CHAIN && c->encoded.len <= MOST_ENCODED; at = frame->next[at])
        encode(&c->encoded, &frame->values[at]);
    if (eq_buf_status(&c->encoded) != EQ_OK)
        return EQ_NOMEM;
    if (c->encoded.len <= MOST_ENCODED) {
        make_room(c, col, c->encoded.len + ENTRY_BYTES);
        if (col->given_up)
            return EQ_OK;
        enum eq_status st = eq_intern_put(&id, &col->values, eq_buf_slice(&c->encoded), &added);
        if (st != EQ_OK)
            return st;
        if (added)
            charge(c, col, c->encoded.len + ENTRY_BYTES);
    }
    if (col->values.n > most_values) {
        drop(c, col);
        col->many = col->given_up = true;
        return EQ_OK;
    }
    return put(c, col, id);
}

/* One event for the columns that have come as far as it. */
static enum eq_status read_event(struct eq_columns *c, struct column **wanted, size_t n, struct eq_decoder *decoder,
                                 size_t index, struct eq_slice text, size_t most_values)
{
    const struct eq_event *event = NULL;
    struct eq_decode_error error;
    enum eq_status st = eq_decode(&event, decoder, text, &error);
    if (st != EQ_OK && st != EQ_INVALID)
        return st;
    /* An event that cannot be read whole may still be read by who asks less of it. */
    bool known = st == EQ_OK && !(event->repairs & EQ_REPAIR_ELEMENTS);
    st = EQ_OK;
    for (size_t i = 0; i < n && st == EQ_OK; i++)
        if (wanted[i]->n == index && !wanted[i]->given_up)
            st = known ? learn(c, wanted[i], &event->frame, &event->frame.slots[i], most_values)
                       : put(c, wanted[i], EQ_NONE);
    return st;
}

static enum eq_status pass(struct eq_columns *c, struct column **wanted, size_t n, const struct eq_fields *fields,
                           bool few, const struct eq_columns_events *events)
{
    struct eq_decoder *decoder = NULL;
    struct eq_decode_options options = {.unwrap = c->options.unwrap};
    size_t first = events->n, most = events->n / 8 > EQ_COLUMN_FEW ? events->n / 8 : EQ_COLUMN_FEW;
    for (size_t i = 0; i < n; i++)
        first = wanted[i]->n < first ? wanted[i]->n : first;
    enum eq_status st = first < events->n ? eq_decoder_new(&decoder, fields, &options, c->alloc) : EQ_OK;
    for (size_t i = first; i < events->n && st == EQ_OK; i++) {
        st = read_event(c, wanted, n, decoder, i, events->text(i, events->ctx), few ? most : SIZE_MAX);
        if (st == EQ_OK && i % STOP_EVERY == 0 && events->stop && events->stop(events->ctx))
            st = EQ_END;
    }
    eq_decoder_free(decoder);
    return st;
}

/* The column of a path, empty if it is new. */
static enum eq_status column_of(uint32_t *out, struct eq_columns *c, struct eq_slice path)
{
    uint32_t number = eq_intern_find(&c->paths, path);
    if (number == EQ_NONE) {
        if (!eq_grow(c->alloc, &c->items, &c->cap, c->paths.n + 1, sizeof *c->items) ||
            eq_intern_put(&number, &c->paths, path, NULL) != EQ_OK)
            return EQ_NOMEM;
        c->items[number] = (struct column){.path = c->paths.items[number]};
        eq_intern_init(&c->items[number].values, c->alloc);
    }
    *out = number;
    return EQ_OK;
}

enum eq_status eq_columns_read(struct eq_columns *c, const struct eq_slice *paths, size_t n, bool few,
                               const struct eq_columns_events *events)
{
    struct eq_fields *fields = NULL;
    struct column **wanted = NULL;
    size_t cap = 0, n_wanted = 0;
    uint32_t number;
    enum eq_status st = eq_fields_new(&fields, c->alloc);
    c->pass++;
    for (size_t i = 0; i < n && st == EQ_OK; i++) /* first, since new ones move the old */
        st = column_of(&number, c, paths[i]);
    if (st == EQ_OK && n && !eq_grow(c->alloc, &wanted, &cap, n, sizeof *wanted))
        st = EQ_NOMEM;
    for (size_t i = 0; i < n && st == EQ_OK; i++) {
        struct column *col = &c->items[eq_intern_find(&c->paths, paths[i])];
        bool again = col->used == c->pass || (few && col->many);
        col->used = c->pass;
        col->given_up = false;
        if (again || col->n >= events->n)
            continue;
        st = eq_fields_add(&number, fields, col->path); /* the number is n_wanted */
        wanted[n_wanted++] = col;
    }
    if (st == EQ_OK)
        st = eq_fields_freeze(fields);
    if (st == EQ_OK)
        st = pass(c, wanted, n_wanted, fields, few, events);
    eq_free(c->alloc, wanted);
    eq_fields_free(fields);
    return st;
}

bool eq_columns_find(struct eq_column *out, struct eq_columns *c, struct eq_slice path)
{
    uint32_t number = eq_intern_find(&c->paths, path);
    if (number == EQ_NONE || !c->items[number].n)
        return false;
    const struct column *col = &c->items[number];
    *out = (struct eq_column){col->ids, col->values.items, col->n, col->values.n};
    return true;
}
