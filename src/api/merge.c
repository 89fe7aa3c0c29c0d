/* merge.c — see merge.h. */
#include "api/merge.h"

#include "match/order.h"

struct input {
    struct eq_merge *merge;
    struct eq_reader *reader; /* of one path */
    bool ended;
    struct eq_item item;      /* its next one, if loaded */
    bool loaded;
    struct eq_bookmark before; /* where it stands, if loaded; its file is not filled in */
    bool has_time;            /* false until an event has one: those before are given at once */
    struct eq_time time;      /* of the item, or inherited */
    uint64_t bytes;           /* read so far */
};

struct eq_merge {
    const struct eq_alloc *alloc;
    struct eq_reader_options options; /* as given */
    struct eq_order *order;
    struct input inputs[EQ_MERGE_INPUTS];
    size_t n;
    struct eq_bookmarks marks; /* of other paths */
    uint64_t total;
};

/* ── What the readers of the inputs call ── */

static bool stop(void *ctx)
{
    const struct input *in = ctx;
    return in->merge->options.stop(in->merge->options.ctx);
}

static void progress(uint64_t bytes, void *ctx)
{
    struct input *in = ctx;
    struct eq_merge *m = in->merge;
    uint64_t sum = 0;
    in->bytes = bytes;
    for (size_t i = 0; i < m->n; i++)
        sum += m->inputs[i].bytes;
    m->options.progress(sum, m->options.ctx);
}

/* ── Life ── */

enum eq_status eq_merge_new(struct eq_merge **out, const struct eq_reader_options *options, struct eq_slice timestamp,
                            bool unwrap, const struct eq_alloc *alloc)
{
    struct eq_decode_options decode = {.unwrap = unwrap};
    struct eq_merge *m = eq_new(alloc, sizeof *m);
    if (!m)
        return EQ_NOMEM;
    m->alloc = alloc;
    m->options = *options;
    eq_bookmarks_init(&m->marks, alloc);
    enum eq_status st = eq_order_new(&m->order, timestamp, (struct eq_slice){0}, NULL, 0, &decode, alloc);
    if (st != EQ_OK) {
        eq_merge_free(m);
        return st;
    }
    *out = m;
    return EQ_OK;
}

void eq_merge_free(struct eq_merge *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->n; i++)
        eq_reader_free(m->inputs[i].reader);
    eq_order_free(m->order);
    eq_bookmarks_free(&m->marks);
    eq_free(m->alloc, m);
}

enum eq_status eq_merge_add(struct eq_merge *m, const char *path)
{
    if (m->n == EQ_MERGE_INPUTS)
        return EQ_LIMIT;
    struct input *in = &m->inputs[m->n];
    struct eq_reader_options options = m->options;
    options.ctx = in;
    options.stop = m->options.stop ? stop : NULL;
    options.progress = m->options.progress ? progress : NULL;
    *in = (struct input){.merge = m};
    enum eq_status st = eq_reader_new(&in->reader, &options, m->alloc);
    if (st != EQ_OK)
        return st;
    m->n++; /* from here on it is freed with the others */
    st = eq_reader_add(in->reader, path);
    m->total += eq_reader_total_bytes(in->reader);
    return st;
}

uint64_t eq_merge_total_bytes(const struct eq_merge *m)
{
    return m->total;
}

/* ── Reading ── */

/* The next item of an input and its time. */
static enum eq_status load(struct eq_merge *m, struct input *in, struct eq_diags *diags)
{
    struct eq_place place;
    in->before = eq_reader_bookmark(in->reader, 0);
    enum eq_status st = eq_reader_next(&in->item, in->reader, diags);
    in->ended = st == EQ_END;
    if (st != EQ_OK)
        return st;
    in->loaded = true;
    st = in->item.problem ? EQ_INVALID : eq_order_find(&place, m->order, in->item.text);
    if (st == EQ_OK && place.has_time) {
        in->time = place.time;
        in->has_time = true;
    }
    return st == EQ_INVALID ? EQ_OK : st; /* broken events are the matcher's to tell */
}

static bool earlier(const struct input *a, const struct input *b)
{
    if (!a->has_time || !b->has_time)
        return !a->has_time && b->has_time;
    return eq_time_cmp(a->time, b->time) < 0;
}

enum eq_status eq_merge_next(struct eq_item *out, struct eq_merge *m, struct eq_diags *diags)
{
    struct input *first = NULL;
    if (m->options.stop && m->options.stop(m->options.ctx))
        return EQ_END;
    for (size_t i = 0; i < m->n; i++) {
        struct input *in = &m->inputs[i];
        enum eq_status st = !in->ended && !in->loaded ? load(m, in, diags) : EQ_OK;
        if (st != EQ_OK && st != EQ_END)
            return st; /* the other inputs keep what they have */
        if (in->loaded && (!first || earlier(in, first)))
            first = in;
    }
    if (!first)
        return EQ_END;
    *out = first->item;
    first->loaded = false;
    return EQ_OK;
}

/* ── Bookmarks ── */

void eq_merge_save(struct eq_pack *p, const struct eq_merge *m)
{
    struct eq_bookmark marks[EQ_MERGE_INPUTS];
    for (size_t i = 0; i < m->n; i++) {
        marks[i] = m->inputs[i].loaded ? m->inputs[i].before : eq_reader_bookmark(m->inputs[i].reader, 0);
        marks[i].file = eq_reader_file(m->inputs[i].reader, 0);
    }
    eq_bookmarks_save(p, marks, m->n, &m->marks);
}

void eq_merge_restore(struct eq_unpack *u, struct eq_merge *m)
{
    eq_bookmarks_restore(&m->marks, u);
    for (size_t i = 0; i < m->n && eq_unpack_ok(u); i++)
        eq_reader_resume(m->inputs[i].reader, &m->marks);
}
