/* repl_data.c — the events of a session: their bytes in blocks, a store that is asked about them, and a survey of what
 * fields they have.
 *
 *      blocks  [event event event …] [event …]        store  event numbers, columns of fields        survey  names */
#include <stdlib.h>
#include <string.h>

#include "cli/repl.h"

#define BLOCK_BYTES ((size_t)4 << 20)
enum { PREPARED = 64 }; /* fields whose values are kept from the start, if they are few */

static const char *file_name(struct repl_data *d, eqlite_string path)
{
    if (d->files.n && cli_string_is(path, d->files.items[d->files.n - 1]))
        return d->files.items[d->files.n - 1];
    char *copy = cli_alloc(NULL, path.len + 1);
    if (path.len)
        memcpy(copy, path.ptr, path.len);
    copy[path.len] = '\0';
    cli_list_add(&d->files, copy);
    return copy;
}

/* A copy of an event's bytes, with padding behind it. */
static const char *keep_bytes(struct repl_data *d, const char *json, size_t len)
{
    size_t need = len + EQLITE_PADDING;
    if (need > d->room) {
        d->room = need > BLOCK_BYTES ? need : BLOCK_BYTES;
        d->free = cli_alloc(NULL, d->room);
        cli_list_add(&d->blocks, d->free);
    }
    char *copy = d->free;
    memcpy(copy, json, len);
    memset(copy + len, 0, EQLITE_PADDING);
    d->free += need;
    d->room -= need;
    return copy;
}

static eqlite_status keep(struct cli_feed *f, const eqlite_event *e)
{
    struct repl_data *d = f->ctx;
    eqlite_status st = eqlite_survey_feed(d->survey, e);
    if (st == EQLITE_INVALID) {
        eqlite_bad_event bad = {e->path, e->line, e->offset, 0, NULL};
        bad.reason = eqlite_survey_bad_event(d->survey, &bad.at);
        cli_feed_bad(f, &bad);
        return EQLITE_OK;
    }
    if (st != EQLITE_OK)
        return st;
    eqlite_event kept = *e;
    kept.json = keep_bytes(d, e->json, e->len);
    kept.padded = true;
    kept.path = cli_string(file_name(d, e->path));
    return eqlite_store_add(d->store, &kept);
}

static bool stop(void *ctx)
{
    (void)ctx;
    return cli_stopped();
}

static eqlite_status make(struct repl_data *d, const struct cli *c)
{
    eqlite_store_options options = EQLITE_STORE_OPTIONS_INIT;
    options.column_bytes = c->memory;
    options.stop = stop;
    eqlite_status st = d->survey ? EQLITE_OK : eqlite_survey_new(&d->survey, NULL);
    return st == EQLITE_OK && !d->store ? eqlite_store_new(&d->store, &options) : st;
}

static int by_events(const void *a, const void *b)
{
    const eqlite_survey_field *x = a, *y = b;
    if (x->events != y->events)
        return x->events > y->events ? -1 : 1;
    size_t n = x->path.len < y->path.len ? x->path.len : y->path.len;
    int order = memcmp(x->path.ptr, y->path.ptr, n);
    return order ? order : (x->path.len > y->path.len) - (x->path.len < y->path.len);
}

/* Read the values of the commonest fields now, so that even the first query finds them. */
static eqlite_status prepare(struct repl_data *d, const struct cli *c)
{
    eqlite_string paths[PREPARED];
    size_t n = eqlite_survey_count(d->survey);
    eqlite_survey_field *fields = cli_alloc(NULL, (n + 1) * sizeof *fields);
    for (size_t i = 0; i < n; i++)
        fields[i] = eqlite_survey_get(d->survey, i);
    qsort(fields, n, sizeof *fields, by_events);
    for (size_t i = 0; i < n && i < PREPARED; i++)
        paths[i] = fields[i].path;
    eqlite_status st = eqlite_store_prepare(d->store, paths, n < PREPARED ? n : PREPARED, !c->no_unwrap);
    free(fields);
    return st == EQLITE_END ? EQLITE_OK : st;
}

bool repl_data_add(struct repl_data *d, const struct cli *c, const struct cli_list *files)
{
    struct cli_feed feed = {.cli = c, .event = keep, .ctx = d};
    eqlite_status st = make(d, c);
    if (st == EQLITE_OK)
        st = cli_feed_files(&feed, files);
    if (st == EQLITE_OK && !cli_stopped())
        st = prepare(d, c);
    if (st != EQLITE_OK)
        cli_failed(st);
    return st == EQLITE_OK && !feed.trouble;
}

static void free_all(struct cli_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        free((void *)(uintptr_t)l->items[i]);
    free(l->items);
}

void repl_data_clear(struct repl_data *d)
{
    eqlite_store_free(d->store);
    eqlite_survey_free(d->survey);
    free_all(&d->blocks);
    free_all(&d->files);
    *d = (struct repl_data){0};
}

size_t repl_data_count(const struct repl_data *d)
{
    return d->store ? eqlite_store_count(d->store) : 0;
}
