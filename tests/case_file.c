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

/* Words whose lines need no indent: they go on to the next blank line. */
static bool is_block(const char *keyword)
{
    return !strcmp(keyword, "events") || !strcmp(keyword, "timeline");
}

/* Does line i, before line `last`, go on with the item above it? The lines of a block need no indent. */
static bool goes_on(const struct case_file *f, size_t i, size_t last, bool block)
{
    if (i >= last)
        return false;
    const char *line = f->lines[i];
    return block ? !is_blank(line) : !strncmp(line, "  ", 2);
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

static struct case_item *add_item(struct case_file *f, const char *keyword, char *argument, char *body)
{
    struct case_item *item = &f->items[f->n_items++];
    item->keyword = case_printf("%s", keyword);
    item->argument = argument;
    item->body = body;
    return item;
}

/* The item that begins at line i, before line `last`; returns the line after it. */
static size_t read_item(struct case_file *f, size_t i, size_t last)
{
    const char *line = f->lines[i];
    if (line[0] == ' ' || line[0] == '\t')
        case_die("%s:%zu: an indented line that goes on with nothing", f->path, i + 1);
    size_t word = strcspn(line, " \t"), end = i + 1;
    char *keyword = case_printf("%.*s", (int)word, line);
    while (goes_on(f, end, last, is_block(keyword)))
        end++;
    struct case_item *item = add_item(f, keyword, trimmed(line + word), join_body(f, i + 1, end));
    item->line = i + 1;
    item->n_lines = end - i;
    free(keyword);
    return end;
}

static void read_items(struct case_file *f, size_t first, size_t end)
{
    for (size_t i = first; i < end;) {
        if (is_blank(f->lines[i]) || f->lines[i][0] == '#')
            i++;
        else
            i = read_item(f, i, end);
    }
}

/* A query of a page, lines first to end: it must compile. Not written by bless, so it has no lines. */
static void read_query(struct case_file *f, const char *dialect, size_t first, size_t end)
{
    add_item(f, "dialect", trimmed(dialect), case_printf("%s", ""))->line = first;
    add_item(f, "query", case_printf("%s", ""), join_body(f, first, end))->line = first;
    add_item(f, "error", case_printf("none"), case_printf("%s", ""))->line = first;
    add_item(f, "dialect", case_printf("%s", ""), case_printf("%s", ""))->line = first;
}

/* A page in Markdown: only its blocks ```case and ```eql count. */
static void read_page(struct case_file *f)
{
    for (size_t i = 0; i < f->n_lines; i++) {
        const char *fence = f->lines[i];
        if (strncmp(fence, "```", 3))
            continue;
        size_t end = ++i;
        while (end < f->n_lines && strncmp(f->lines[end], "```", 3))
            end++;
        if (!strcmp(fence, "```case"))
            read_items(f, i, end);
        else if (!strncmp(fence, "```eql", 6))
            read_query(f, fence + 6, i, end);
        i = end;
    }
}

void case_file_read(struct case_file *f, const char *path)
{
    size_t len = strlen(path);
    *f = (struct case_file){.path = case_printf("%s", path)};
    char *text = read_all(path);
    split_lines(f, text);
    free(text);
    f->items = case_alloc((4 * f->n_lines + 1) * sizeof *f->items);
    if (len > 3 && !strcmp(path + len - 3, ".md"))
        read_page(f);
    else
        read_items(f, 0, f->n_lines);
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
