/* case_file.c — see case_file.h. */
#define _GNU_SOURCE /* vasprintf, strchrnul */
#include "case_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void case_die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(2);
}

void *case_alloc(size_t size)
{
    void *p = calloc(1, size ? size : 1);
    if (!p)
        case_die("out of memory");
    return p;
}

char *case_printf(const char *format, ...)
{
    char *text;
    va_list args;
    va_start(args, format);
    int n = vasprintf(&text, format, args);
    va_end(args);
    if (n < 0)
        case_die("out of memory");
    return text;
}

static char *read_all(const char *path)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        case_die("%s: cannot open", path);
    size_t len = 0, cap = 1 << 16;
    char *text = case_alloc(cap + 1);
    for (size_t n; (n = fread(text + len, 1, cap - len, in)) > 0;) {
        len += n;
        if (len == cap) {
            cap *= 2;
            text = realloc(text, cap + 1);
            if (!text)
                case_die("out of memory");
        }
    }
    fclose(in);
    text[len] = '\0';
    if (strlen(text) != len)
        case_die("%s: holds a NUL; write \\0 forms in JSON instead", path);
    return text;
}

static void split_lines(struct case_file *f, char *text)
{
    size_t max = 1;
    for (const char *p = text; *p; p++)
        max += *p == '\n';
    f->lines = case_alloc(max * sizeof *f->lines);
    for (char *p = text, *end; *p; p = end) {
        end = strchrnul(p, '\n');
        f->lines[f->n_lines++] = case_printf("%.*s", (int)(end - p), p);
        end += *end == '\n';
    }
}

static bool is_blank(const char *line)
{
    return line[strspn(line, " \t")] == '\0';
}

/* Does line i go on with the item above it? The lines of `events` need no indent. */
static bool goes_on(const struct case_file *f, size_t i, bool events)
{
    if (i >= f->n_lines)
        return false;
    const char *line = f->lines[i];
    return events ? !is_blank(line) : !strncmp(line, "  ", 2);
}

static char *join_body(const struct case_file *f, size_t first, size_t end)
{
    size_t size = 1;
    for (size_t i = first; i < end; i++)
        size += strlen(f->lines[i]) + 1;
    char *body = case_alloc(size), *to = body;
    for (size_t i = first; i < end; i++) {
        const char *line = f->lines[i];
        to = stpcpy(to, !strncmp(line, "  ", 2) ? line + 2 : line);
        if (i + 1 < end)
            to = stpcpy(to, "\n");
    }
    return body;
}

static char *trimmed(const char *text)
{
    text += strspn(text, " \t");
    size_t n = strlen(text);
    while (n && strchr(" \t\r", text[n - 1]))
        n--;
    return case_printf("%.*s", (int)n, text);
}

void case_file_read(struct case_file *f, const char *path)
{
    *f = (struct case_file){.path = case_printf("%s", path)};
    char *text = read_all(path);
    split_lines(f, text);
    free(text);
    f->items = case_alloc((f->n_lines + 1) * sizeof *f->items);
    for (size_t i = 0; i < f->n_lines;) {
        const char *line = f->lines[i];
        if (is_blank(line) || line[0] == '#') {
            i++;
            continue;
        }
        if (line[0] == ' ' || line[0] == '\t')
            case_die("%s:%zu: an indented line that goes on with nothing", path, i + 1);
        size_t word = strcspn(line, " \t"), end = i + 1;
        struct case_item *item = &f->items[f->n_items++];
        item->keyword = case_printf("%.*s", (int)word, line);
        item->argument = trimmed(line + word);
        while (goes_on(f, end, !strcmp(item->keyword, "events")))
            end++;
        item->body = join_body(f, i + 1, end);
        item->line = i + 1;
        item->n_lines = end - i;
        i = end;
    }
}

void case_file_write(const struct case_file *f)
{
    char *temporary = case_printf("%s.new", f->path);
    FILE *out = fopen(temporary, "wb");
    if (!out)
        case_die("%s: cannot write", temporary);
    size_t at = 0; /* lines written */
    for (size_t i = 0; i < f->n_items; i++) {
        const struct case_item *item = &f->items[i];
        if (!item->replacement)
            continue;
        while (at < item->line - 1)
            fprintf(out, "%s\n", f->lines[at++]);
        fputs(item->replacement, out);
        at += item->n_lines;
    }
    while (at < f->n_lines)
        fprintf(out, "%s\n", f->lines[at++]);
    if (fclose(out) || rename(temporary, f->path))
        case_die("%s: cannot write", f->path);
    free(temporary);
}

void case_file_free(struct case_file *f)
{
    for (size_t i = 0; i < f->n_items; i++) {
        free((char *)f->items[i].keyword);
        free((char *)f->items[i].argument);
        free((char *)f->items[i].body);
        free(f->items[i].replacement);
    }
    for (size_t i = 0; i < f->n_lines; i++)
        free(f->lines[i]);
    free(f->items);
    free(f->lines);
    free(f->path);
    *f = (struct case_file){0};
}
