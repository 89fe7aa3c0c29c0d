/* repl_data.c — the events of a session, kept as the bytes they were read as, and what fields they have. */
#include <stdlib.h>
#include <string.h>

#include "cli/repl.h"

static size_t file_number(struct repl_data *d, eqlite_string path)
{
    if (d->files.n && cli_string_is(path, d->files.items[d->files.n - 1]))
        return d->files.n - 1;
    char *copy = cli_alloc(NULL, path.len + 1);
    if (path.len)
        memcpy(copy, path.ptr, path.len);
    copy[path.len] = '\0';
    cli_list_add(&d->files, copy);
    return d->files.n - 1;
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
    if (d->n == d->cap) {
        d->cap = d->cap ? 2 * d->cap : 1024;
        d->events = cli_alloc(d->events, d->cap * sizeof *d->events);
    }
    char *json = cli_alloc(NULL, e->len + EQLITE_PADDING);
    memcpy(json, e->json, e->len);
    memset(json + e->len, 0, EQLITE_PADDING);
    d->events[d->n++] = (struct repl_event){json, e->len, file_number(d, e->path), e->line, e->offset};
    return EQLITE_OK;
}

bool repl_data_add(struct repl_data *d, const struct cli *c, const struct cli_list *files)
{
    struct cli_feed feed = {.cli = c, .event = keep, .ctx = d};
    eqlite_status st = d->survey ? EQLITE_OK : eqlite_survey_new(&d->survey, NULL);
    if (st == EQLITE_OK)
        st = cli_feed_files(&feed, files);
    if (st != EQLITE_OK)
        cli_failed(st);
    return st == EQLITE_OK && !feed.trouble;
}

void repl_data_clear(struct repl_data *d)
{
    for (size_t i = 0; i < d->n; i++)
        free(d->events[i].json);
    for (size_t i = 0; i < d->files.n; i++)
        free((void *)(uintptr_t)d->files.items[i]);
    free(d->events);
    free(d->files.items);
    eqlite_survey_free(d->survey);
    *d = (struct repl_data){0};
}

eqlite_event repl_data_event(const struct repl_data *d, size_t index)
{
    const struct repl_event *e = &d->events[index];
    return (eqlite_event){.json = e->json,
                          .len = e->len,
                          .padded = true,
                          .path = cli_string(d->files.items[e->file]),
                          .line = e->line,
                          .offset = e->offset};
}
