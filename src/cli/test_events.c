/* test_events.c — the events of a test, in memory, so that they can be run more than once and in another order. */
#include <stdlib.h>
#include <string.h>

#include "cli/test_case.h"

/* Where the text will lie is not known until all is read: json is set by place_all. */
static bool add(struct test_events *e, eqlite_string json, eqlite_string path, uint64_t line, uint64_t offset)
{
    if (json.len > TEST_EVENTS_MAX || e->text.len > TEST_EVENTS_MAX - json.len)
        return false;
    if (e->n == e->cap) {
        e->cap = e->cap ? 2 * e->cap : 16;
        e->items = cli_alloc(e->items, e->cap * sizeof *e->items);
    }
    e->items[e->n++] = (eqlite_event){.len = json.len, .path = path, .line = line, .offset = offset};
    cli_text_add(&e->text, json.ptr, json.len);
    return true;
}

static void place_all(struct test_events *e)
{
    const char *at = e->text.ptr;
    for (size_t i = 0; i < e->n; i++) {
        e->items[i].json = at;
        at += e->items[i].len;
    }
}

static bool read_inline(struct test_events *e, eqlite_string text)
{
    uint64_t number = 0;
    while (text.len) {
        const char *newline = memchr(text.ptr, '\n', text.len);
        eqlite_string line = {text.ptr, newline ? (size_t)(newline - text.ptr) : text.len};
        size_t used = line.len + (newline != NULL);
        bool blank = true;
        for (size_t i = 0; i < line.len; i++)
            blank = blank && (line.ptr[i] == ' ' || line.ptr[i] == '\t' || line.ptr[i] == '\r');
        number++;
        if (!blank && !add(e, line, cli_string("test"), number, 0))
            return false;
        text.ptr += used;
        text.len -= used;
    }
    return true;
}

static eqlite_status on_event(struct cli_feed *f, const eqlite_event *event)
{
    struct test_events *e = f->ctx;
    eqlite_string json = {event->json, event->len}, path = {e->path.ptr, e->path.len};
    return add(e, json, path, event->line, event->offset) ? EQLITE_OK : EQLITE_LIMIT;
}

static eqlite_status read_file(struct test_events *e, const struct cli *c, eqlite_string path)
{
    struct cli_list files = {0};
    e->in_file = true;
    e->feed = (struct cli_feed){.cli = c, .event = on_event, .ctx = e};
    cli_text_add(&e->path, path.ptr, path.len);
    cli_list_add(&files, e->path.ptr);
    eqlite_status st = cli_feed_files(&e->feed, &files);
    free(files.items);
    return st;
}

bool test_events_read(struct test_events *e, const struct cli *c, const eqlite_rule_test *test, struct cli_text *problem)
{
    eqlite_status st = EQLITE_OK;
    if (test->file.len)
        st = read_file(e, c, test->file);
    else if (!read_inline(e, test->events))
        st = EQLITE_LIMIT;
    if (st == EQLITE_LIMIT)
        cli_text_printf(problem, "a test has at most %zu MiB of events", TEST_EVENTS_MAX >> 20);
    else if (st != EQLITE_OK)
        cli_text_printf(problem, "%s", eqlite_status_text(st));
    else if (e->feed.trouble)
        cli_text_printf(problem, "the file of events could not be read");
    place_all(e);
    return !problem->len;
}

void test_events_free(struct test_events *e)
{
    cli_text_free(&e->text);
    cli_text_free(&e->path);
    free(e->items);
}

bool test_events_are_before(eqlite_status *st, const struct test_events *e, const struct cli *c,
                            const eqlite_rules *rules, eqlite_string now)
{
    struct cli_text text = {0};
    size_t *ranks = cli_alloc(NULL, (e->n + 1) * sizeof *ranks);
    eqlite_event *items = cli_alloc(NULL, (e->n + 1) * sizeof *items);
    bool before = true;
    cli_text_printf(&text, "{");
    cli_text_json(&text, cli_string(c->timestamp_field ? c->timestamp_field : "@timestamp"));
    cli_text_printf(&text, ":");
    cli_text_json(&text, now);
    cli_text_printf(&text, "}");
    if (e->n)
        memcpy(items, e->items, e->n * sizeof *items);
    items[e->n] = (eqlite_event){.json = text.ptr, .len = text.len};
    *st = eqlite_event_ranks(ranks, rules, 0, items, e->n + 1, !c->no_unwrap);
    for (size_t i = 0; i < e->n && *st == EQLITE_OK; i++)
        before = before && ranks[i] < ranks[e->n];
    free(ranks);
    free(items);
    cli_text_free(&text);
    return before && *st == EQLITE_OK;
}

/* ── Another order ── */

struct place {
    uint64_t key;
    size_t rank, index;
};

static int by_key(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return x->key != y->key ? (x->key < y->key ? -1 : 1) : (x->index > y->index) - (x->index < y->index);
}

static int by_rank(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return x->rank != y->rank ? (x->rank < y->rank ? -1 : 1) : (x->index > y->index) - (x->index < y->index);
}

/* Well mixed bits of a number; any fixed choice will do. */
static uint64_t mix(uint64_t n)
{
    n = (n + 1) * 0x9e3779b97f4a7c15u;
    n = (n ^ n >> 29) * 0xd6e8feb86659fd93u;
    return n ^ n >> 32;
}

/* Each group of simultaneous events is sorted twice: by key it tells which places the group has, by index who comes
 * first there. */
static void order(struct place *places, size_t n)
{
    size_t end;
    qsort(places, n, sizeof *places, by_rank);
    for (size_t start = 0; start < n; start = end) {
        for (end = start + 1; end < n && places[end].rank == places[start].rank;)
            end++;
        for (size_t i = start; i < end; i++)
            places[i].key = mix(places[i].index);
        qsort(places + start, end - start, sizeof *places, by_key);
        uint64_t *keys = cli_alloc(NULL, (end - start) * sizeof *keys);
        for (size_t i = start; i < end; i++)
            keys[i - start] = places[i].key;
        qsort(places + start, end - start, sizeof *places, by_rank);
        for (size_t i = start; i < end; i++)
            places[i].key = keys[i - start];
        free(keys);
    }
    qsort(places, n, sizeof *places, by_key);
}

eqlite_status test_events_shuffle(struct test_events *e, const struct cli *c, const eqlite_rules *rules)
{
    if (e->n < 2)
        return EQLITE_OK;
    size_t *ranks = cli_alloc(NULL, e->n * sizeof *ranks);
    struct place *places = cli_alloc(NULL, e->n * sizeof *places);
    eqlite_event *items = cli_alloc(NULL, e->n * sizeof *items);
    eqlite_status st = eqlite_event_ranks(ranks, rules, 0, e->items, e->n, !c->no_unwrap);
    if (st == EQLITE_OK) {
        for (size_t i = 0; i < e->n; i++)
            places[i] = (struct place){.rank = ranks[i], .index = i};
        order(places, e->n);
        for (size_t i = 0; i < e->n; i++)
            items[i] = e->items[places[i].index];
        memcpy(e->items, items, e->n * sizeof *items);
    }
    free(ranks);
    free(places);
    free(items);
    return st;
}
