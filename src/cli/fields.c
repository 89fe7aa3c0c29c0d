/* fields.c — `eqlite fields`: what rules read, what data has, and the difference.
 *
 * Two sorted lists, of the rules and of the survey, are walked side by side. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

struct row {
    eqlite_string path, example;
    uint64_t rules, events, strings, numbers, booleans;
    bool array;
};

struct report {
    struct row *rows;
    size_t n;
    bool of_rules, of_data;
};

static int by_path(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    size_t n = x->path.len < y->path.len ? x->path.len : y->path.len;
    int c = n ? memcmp(x->path.ptr, y->path.ptr, n) : 0;
    return c ? c : (x->path.len > y->path.len) - (x->path.len < y->path.len);
}

static void collect(struct report *r, const eqlite_rules *rules, const eqlite_survey *survey)
{
    size_t n_rules = rules ? eqlite_rules_field_count(rules) : 0, n_data = survey ? eqlite_survey_count(survey) : 0;
    r->rows = cli_alloc(NULL, (n_rules + n_data) * sizeof *r->rows);
    for (size_t i = 0; i < n_rules; i++) {
        size_t used = 0;
        struct row row = {.path = eqlite_rules_field(rules, i, &used)};
        row.rules = used;
        r->rows[r->n++] = row;
    }
    for (size_t i = 0; i < n_data; i++) {
        eqlite_survey_field f = eqlite_survey_get(survey, i);
        r->rows[r->n++] = (struct row){.path = f.path,
                                       .example = f.example,
                                       .events = f.events,
                                       .strings = f.strings,
                                       .numbers = f.numbers,
                                       .booleans = f.booleans,
                                       .array = f.array};
    }
    qsort(r->rows, r->n, sizeof *r->rows, by_path);
    /* A field of both sides stands there twice now. */
    size_t kept = 0;
    for (size_t i = 0; i < r->n; i++) {
        if (kept && by_path(&r->rows[kept - 1], &r->rows[i]) == 0) {
            struct row *a = &r->rows[kept - 1], *b = &r->rows[i];
            uint64_t used = a->rules + b->rules;
            if (b->events)
                *a = *b;
            a->rules = used;
        } else {
            r->rows[kept++] = r->rows[i];
        }
    }
    r->n = kept;
}

static void types(struct cli_text *t, const struct row *row)
{
    if (row->strings)
        cli_text_printf(t, "string");
    if (row->numbers)
        cli_text_printf(t, "%snumber", t->len ? ", " : "");
    if (row->booleans)
        cli_text_printf(t, "%sboolean", t->len ? ", " : "");
    if (row->array)
        cli_text_printf(t, "%sseveral", t->len ? ", " : "");
}

static void print_table(const struct report *r, struct cli_output *o)
{
    size_t width = 5;
    for (size_t i = 0; i < r->n; i++)
        if (cli_columns(r->rows[i].path) > width && r->rows[i].path.len < 80)
            width = cli_columns(r->rows[i].path);
    struct cli_text t = {0};
    cli_text_printf(&t, "%-*s%s%s\n", (int)width, "FIELD", r->of_rules ? "    RULES" : "",
                    r->of_data ? "      EVENTS  TYPES             EXAMPLE" : "");
    for (size_t i = 0; i < r->n; i++) {
        const struct row *row = &r->rows[i];
        struct cli_text words = {0};
        size_t from = t.len;
        cli_text_escape(&t, row->path);
        size_t shown = cli_columns((eqlite_string){t.ptr + from, t.len - from});
        cli_text_printf(&t, "%*s", shown < width ? (int)(width - shown) : 0, "");
        if (r->of_rules)
            cli_text_printf(&t, "%9llu", (unsigned long long)row->rules);
        if (r->of_data) {
            types(&words, row);
            cli_text_printf(&t, "%12llu  %-16s  ", (unsigned long long)row->events, words.ptr ? words.ptr : "");
            cli_text_escape(&t, row->example);
        }
        while (t.ptr[t.len - 1] == ' ')
            t.len--;
        cli_text_printf(&t, "\n");
        cli_text_free(&words);
    }
    cli_output_write(t.ptr, t.len, o);
    cli_text_free(&t);
}

static void print_json(const struct report *r, struct cli_output *o)
{
    struct cli_text t = {0};
    cli_text_printf(&t, "[");
    for (size_t i = 0; i < r->n; i++) {
        const struct row *row = &r->rows[i];
        cli_text_printf(&t, "%s{\"field\":", i ? ",\n" : "\n");
        cli_text_json(&t, row->path);
        if (r->of_rules)
            cli_text_printf(&t, ",\"rules\":%llu", (unsigned long long)row->rules);
        if (r->of_data) {
            cli_text_printf(&t,
                            ",\"events\":%llu,\"strings\":%llu,\"numbers\":%llu,\"booleans\":%llu,\"array\":%s,"
                            "\"example\":",
                            (unsigned long long)row->events, (unsigned long long)row->strings,
                            (unsigned long long)row->numbers, (unsigned long long)row->booleans,
                            row->array ? "true" : "false");
            cli_text_json(&t, row->example);
        }
        cli_text_printf(&t, "}");
    }
    cli_text_printf(&t, "%s]\n", r->n ? "\n" : "");
    cli_output_write(t.ptr, t.len, o);
    cli_text_free(&t);
}

/* Print the report; how many of its rows are missing fields. */
static size_t print(struct cli *c, struct report *r, struct cli_output *o)
{
    if (c->missing) {
        size_t kept = 0;
        for (size_t i = 0; i < r->n; i++)
            if (r->rows[i].rules && !r->rows[i].events)
                r->rows[kept++] = r->rows[i];
        r->n = kept;
        r->of_data = false;
    }
    if (c->format && strcmp(c->format, "json") == 0)
        print_json(r, o);
    else if (r->n)
        print_table(r, o);
    return r->n;
}

int cli_fields(struct cli *c)
{
    struct report report = {.of_rules = c->rules.n > 0};
    struct cli_feed feed = {.cli = c, .event = cli_survey_event};
    struct cli_output o;
    eqlite_rules *rules = NULL;
    eqlite_survey *survey = NULL;
    size_t refused = 0, unreadable = 0;
    int status = CLI_TROUBLE;
    if (c->missing && !c->rules.n)
        return cli_usage(c, "--missing needs rules: use -r FILE or -r FOLDER");
    if ((!c->rules.n || c->missing) && !cli_default_files(c))
        return CLI_TROUBLE;
    report.of_data = c->files.n > 0;

    if (c->rules.n && !(rules = cli_compile_rules(c, &c->rules, &refused, &unreadable)))
        goto done;
    eqlite_status st = report.of_data ? eqlite_survey_new(&survey, NULL) : EQLITE_OK;
    feed.ctx = survey;
    if (st == EQLITE_OK && report.of_data)
        st = cli_feed_files(&feed, &c->files);
    if (st != EQLITE_OK) {
        cli_failed(st);
        goto done;
    }
    collect(&report, rules, survey);
    if (!cli_output_open(&o, c, NULL))
        goto done;
    size_t n = print(c, &report, &o);
    bool trouble = feed.trouble || unreadable || (c->strict && (feed.bad || refused));
    status = !cli_output_close(&o, true) || trouble ? CLI_TROUBLE : c->missing && n ? CLI_NO : CLI_OK;
    if (cli_stopped())
        status = cli_stop_status();
done:
    eqlite_survey_free(survey);
    eqlite_rules_free(rules);
    free(report.rows);
    return status;
}
