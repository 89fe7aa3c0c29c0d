/* timeline.c — see timeline.h. */
#define _GNU_SOURCE /* strchrnul, open_memstream */
#include "timeline.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case_file.h"

#define MAX_EVENTS 200

/* An event as drawn: "u:3" in the rows A and U is one event of both. */
struct drawn {
    char *id;      /* "u:3", or "3" without keys */
    char *key;     /* "u", "u+v"; "-" has none; NULL without keys */
    double time;   /* seconds */
    char *rows[8]; /* names of its rows */
    size_t n_rows;
};

struct reading {
    char *field; /* the key's; NULL if there is none */
    struct drawn events[MAX_EVENTS];
    size_t n;
};

static FILE *open_text(char **text, size_t *len)
{
    FILE *f = open_memstream(text, len);
    if (!f)
        case_die("out of memory");
    return f;
}

/* ── stages ── */

/* "by user: [A] ![M] [B]" as a query; the key's field goes to r. */
static char *read_stages(struct reading *r, const char *line)
{
    size_t len, head = strcspn(line, ":["), by;
    char *query;
    FILE *f = open_text(&query, &len);
    fprintf(f, "sequence ");
    if (line[head] == ':') {
        fprintf(f, "%.*s ", (int)head, line);
        if (!strncmp(line, "by ", 3)) {
            const char *name = line + 3 + (line[3] == '?');
            by = strcspn(name, " ,:");
            r->field = case_printf("%.*s", (int)by, name);
        }
        line += head + 1;
    }
    for (; *line; line++) {
        fputc(*line, f);
        if (*line == '[') {
            size_t name = strcspn(line + 1, "]");
            fprintf(f, "any where is == \"%.*s\"", (int)name, line + 1);
            line += name;
        }
    }
    fclose(f);
    return query;
}

/* ── rows ── */

static struct drawn *find_id(struct reading *r, const char *id)
{
    for (size_t i = 0; i < r->n; i++)
        if (!strcmp(r->events[i].id, id))
            return &r->events[i];
    return NULL;
}

/* "u:3" in row `row`; false if there is no room. */
static bool read_event(struct reading *r, const char *row, char *id)
{
    struct drawn *e = find_id(r, id);
    const char *colon = strrchr(id, ':');
    if (!e && r->n < MAX_EVENTS) {
        e = &r->events[r->n++];
        *e = (struct drawn){.id = case_printf("%s", id), .time = strtod(colon ? colon + 1 : id, NULL)};
        e->key = colon ? case_printf("%.*s", (int)(colon - id), id) : NULL;
    }
    if (!e || e->n_rows == sizeof e->rows / sizeof *e->rows)
        return false;
    e->rows[e->n_rows++] = case_printf("%s", row);
    return true;
}

static bool read_row(struct reading *r, const char *row, char *cells)
{
    char *rest;
    for (char *cell = strtok_r(cells, " \t", &rest); cell; cell = strtok_r(NULL, " \t", &rest))
        if (!read_event(r, row, cell))
            return false;
    return true;
}

/* Earlier ones first; those of equal time as they were drawn. */
static void sort_events(struct reading *r)
{
    for (size_t i = 1; i < r->n; i++) {
        struct drawn e = r->events[i];
        size_t at = i;
        for (; at > 0 && r->events[at - 1].time > e.time; at--)
            r->events[at] = r->events[at - 1];
        r->events[at] = e;
    }
}

static char *json_of(const struct reading *r, const struct drawn *e)
{
    size_t len;
    char *json;
    FILE *f = open_text(&json, &len);
    fprintf(f, "{\"@timestamp\":%lld,\"is\":[", llround(e->time * 1000));
    for (size_t i = 0; i < e->n_rows; i++)
        fprintf(f, "%s\"%s\"", i ? "," : "", e->rows[i]);
    fprintf(f, "]");
    if (e->key && strcmp(e->key, "-") != 0) {
        fprintf(f, ",\"%s\":[\"", r->field);
        for (const char *p = e->key; *p; p++)
            fprintf(f, *p == '+' ? "\",\"" : "%c", *p);
        fprintf(f, "\"]");
    }
    fprintf(f, "}");
    fclose(f);
    return json;
}

/* ── => ── */

static bool has_key(const struct drawn *e, const char *key)
{
    size_t len = strlen(key);
    for (const char *p = e->key; p && *p; p = *strchrnul(p, '+') ? strchrnul(p, '+') + 1 : "")
        if (strcspn(p, "+") == len && !strncmp(p, key, len))
            return true;
    return false;
}

static bool in_row(const struct drawn *e, const char *row, size_t len)
{
    for (size_t i = 0; i < e->n_rows; i++)
        if (strlen(e->rows[i]) == len && !strncmp(e->rows[i], row, len))
            return true;
    return false;
}

/* The event that "A3" stands for in a result with this key (NULL: none was written). */
static const struct drawn *find_event(const struct reading *r, const char *word, const char *key)
{
    size_t row = strcspn(word, "0123456789.");
    double time = strtod(word + row, NULL);
    for (size_t i = 0; i < r->n; i++) {
        const struct drawn *e = &r->events[i];
        if (!(e->time < time) && !(e->time > time) && in_row(e, word, row) && (!key || has_key(e, key)))
            return e;
    }
    return NULL;
}

/* "u: A3 _ B4    v: A2 B5" or "A3 B4, A5 B6" as ids; NULL and a message in *problem if an event was not drawn. */
static char *read_results(char **problem, const struct reading *r, char *line)
{
    size_t len;
    char *ids, *rest, *key = NULL;
    bool first = true; /* of its result */
    FILE *f = open_text(&ids, &len);
    for (char *word = strtok_r(line, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
        size_t n = strlen(word);
        bool ends = word[n - 1] == ',';
        if (word[n - 1] == ':') {
            word[n - 1] = '\0';
            key = word;
            first = true;
            continue;
        }
        if (ends)
            word[n - 1] = '\0';
        const struct drawn *e = find_event(r, word, key);
        if (!e && strcmp(word, "_") != 0 && strcmp(word, "none") != 0)
            *problem = case_printf("there is no event %s%s%s", word, key ? " with the key " : "", key ? key : "");
        fprintf(f, "%s%s", ftell(f) == 0 ? "" : first ? " " : ",", e ? e->id : word);
        fflush(f);
        first = ends;
    }
    fclose(f);
    return ids;
}

/* ── All ── */

static void forget(struct reading *r)
{
    for (size_t i = 0; i < r->n; i++) {
        free(r->events[i].id);
        free(r->events[i].key);
        for (size_t k = 0; k < r->events[i].n_rows; k++)
            free(r->events[i].rows[k]);
    }
    free(r->field);
}

static char *read_line(struct timeline *out, struct reading *r, char *line)
{
    size_t word = strcspn(line, " \t");
    char *rest = line + word + strspn(line + word, " \t"), *problem = NULL;
    char *name = case_printf("%.*s", (int)word, line);
    if (!strcmp(name, "stages") && !out->query)
        out->query = read_stages(r, rest);
    else if (!strcmp(name, "=>") && out->query && !out->want)
        out->want = read_results(&problem, r, rest);
    else if (!out->query || out->want)
        problem = case_printf("a timeline is: stages, then rows, then =>");
    else if (!read_row(r, name, rest))
        problem = case_printf("too many events");
    free(name);
    return problem;
}

char *timeline_read(struct timeline *out, const char *body)
{
    struct reading *r = case_alloc(sizeof *r);
    char *problem = NULL;
    *out = (struct timeline){0};
    *r = (struct reading){0};
    while (*body && !problem) {
        const char *end = strchrnul(body, '\n');
        char *line = case_printf("%.*s", (int)(end - body), body);
        problem = read_line(out, r, line);
        free(line);
        body = *end ? end + 1 : end;
    }
    if (!problem && !out->want)
        problem = case_printf("a timeline is: stages, then rows, then =>");
    sort_events(r);
    out->events = case_alloc((r->n + 1) * sizeof *out->events);
    for (size_t i = 0; i < r->n; i++) {
        struct drawn *e = &r->events[i];
        if (e->key && !r->field && !problem)
            problem = case_printf("the stages have no key, but %s has", e->id);
        if (!problem)
            out->events[out->n++] = (struct timeline_event){case_printf("%s", e->id), json_of(r, e)};
    }
    forget(r);
    free(r);
    return problem;
}

void timeline_free(struct timeline *t)
{
    for (size_t i = 0; i < t->n; i++) {
        free(t->events[i].id);
        free(t->events[i].json);
    }
    free(t->events);
    free(t->query);
    free(t->want);
}
