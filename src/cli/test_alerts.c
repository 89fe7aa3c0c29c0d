/* test_alerts.c — the alerts of one run of a test's events: their number, and what a test may ask about them.
 *
 * Fields of alerts are read through a csv sink, so the program needs no JSON reader. */
#include <stdlib.h>
#include <string.h>

#include "cli/test_case.h"

/* The next cell of csv rows at *p; false at the end of its row. */
static bool next_cell(const char **p, const char *end, struct cli_text *out)
{
    const char *at = *p;
    bool quoted = at < end && *at == '"';
    at += quoted;
    for (; at < end; at++) {
        if (quoted ? *at == '"' : *at == ',' || *at == '\r')
            if (!quoted || at + 1 >= end || *++at != '"')
                break;
        cli_text_add(out, at, 1);
    }
    bool more = at < end && *at == ',';
    *p = at < end ? at + (more ? 1 : 2) : end; /* lines end with CR LF */
    return more;
}

/* The row of one event: its number in a sequence, event.id, and a cell for each field of the test. */
static void read_row(struct test_alerts *r, const char **p, const char *end, bool numbered, bool missing, struct cli_text *ids)
{
    struct cli_text cell = {0};
    bool more = *p < end;
    for (size_t i = 0; more; i++) {
        cell.len = 0;
        more = next_cell(p, end, &cell);
        if (i == numbered && !missing)
            cli_text_add(ids, cell.ptr ? cell.ptr : "", cell.len);
        if (i <= numbered || !r->met)
            continue;
        size_t n = i - 1 - numbered;
        const eqlite_expected_field *f = &r->test->fields[n];
        if (f->alert == r->out->alerts && !missing && f->value.len == cell.len &&
            (!cell.len || memcmp(cell.ptr, f->value.ptr, cell.len) == 0))
            r->met[n] = true;
    }
    if (missing)
        cli_text_add(ids, "-", 1);
    cli_text_free(&cell);
}

static void keep(struct cli_list *list, struct cli_text *text)
{
    cli_text_add(text, "", 0);
    cli_list_add(list, text->ptr); /* freed with the run */
}

static void keep_keys(struct test_run *out, const eqlite_alert *alert, struct cli_text *places)
{
    struct cli_text keys = {0};
    cli_text_add(&keys, "[", 1);
    for (size_t i = 0; i < eqlite_alert_key_count(alert); i++) {
        if (i)
            cli_text_add(&keys, ",", 1);
        eqlite_alert_key(alert, i, cli_text_write, &keys);
    }
    cli_text_add(&keys, "]", 1);
    cli_text_add(places, keys.ptr, keys.len);
    keep(&out->keys, &keys);
}

bool test_alerts_take(const eqlite_alert *alert, struct test_alerts *r)
{
    struct cli_text ids = {0}, places = {0};
    if (r->out->alerts >= (r->most ? r->most : TEST_ALERTS_MAX))
        return r->out->alerts++, true;
    r->rows.len = 0;
    if (eqlite_sink_put(r->sink, alert) != EQLITE_OK)
        return false;
    const char *p = r->rows.ptr, *end = p + r->rows.len;
    if (!r->header) {
        const char *line = memchr(p, '\n', r->rows.len);
        r->numbered = p[0] == 's'; /* "sequence" comes first then */
        p = line ? line + 1 : end;
        r->header = true;
    }
    for (size_t i = 0; i < eqlite_alert_event_count(alert); i++) {
        eqlite_alert_event event = eqlite_alert_get_event(alert, i);
        if (i)
            cli_text_add(&ids, " ", 1);
        read_row(r, &p, end, r->numbered, event.missing, &ids);
        cli_text_printf(&places, event.missing ? "- " : "%llu ", (unsigned long long)event.line);
    }
    keep(&r->out->ids, &ids);
    keep_keys(r->out, alert, &places);
    keep(&r->out->places, &places);
    r->out->alerts++;
    return true;
}

eqlite_status test_alerts_open(struct test_alerts *r, eqlite_rules *rules)
{
    eqlite_sink_options sink = EQLITE_SINK_OPTIONS_INIT;
    size_t n = r->test->n_fields;
    const char **columns = cli_alloc(NULL, (n + 1) * sizeof *columns);
    struct cli_text *names = cli_alloc(NULL, (n + 1) * sizeof *names);
    columns[0] = "event.id";
    for (size_t i = 0; i < n; i++) {
        names[i] = (struct cli_text){0};
        cli_text_add(&names[i], r->test->fields[i].path.ptr, r->test->fields[i].path.len);
        columns[i + 1] = names[i].ptr;
    }
    sink.format = "csv";
    sink.content = "events";
    sink.columns = columns;
    sink.n_columns = n + 1;
    sink.write = cli_text_write;
    sink.ctx = &r->rows;
    eqlite_status st = eqlite_sink_new(&r->sink, rules, &sink);
    for (size_t i = 0; i < n; i++)
        cli_text_free(&names[i]);
    free(names);
    free(columns);
    return st;
}

static void free_owned(struct cli_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        free((void *)(uintptr_t)l->items[i]);
    free(l->items);
}

void test_run_free(struct test_run *r)
{
    free_owned(&r->ids);
    free_owned(&r->keys);
    free_owned(&r->places);
    r->ids = r->keys = r->places = (struct cli_list){0};
}

void test_alerts_close(struct test_alerts *r)
{
    eqlite_sink_free(r->sink);
    cli_text_free(&r->rows);
}
