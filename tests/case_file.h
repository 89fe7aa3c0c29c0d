/* case_file.h — a .test file as a list of items, and how to rewrite some of them.
 *
 *      query  process where        keyword "query", argument "process where", and below it the
 *               x == 1             indented lines that go on with it
 *      ids    1 2
 *
 * In a page (.md) the blocks ```case are such text, and each block ```eql is a query that must compile.
 * Knows the shape of the file and nothing of its meaning: tests/README.md, Case files. */
#ifndef CASE_FILE_H
#define CASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct case_item {
    const char *keyword;
    const char *argument; /* the rest of the line, without blanks around it */
    const char *body;     /* the lines that go on with it, two blanks of indent cut, joined by newlines; may be "" */
    size_t line;          /* 1-based, of the keyword */
    size_t n_lines;       /* with its body; 0: stands for lines of a page, and cannot be rewritten */
    char *replacement;    /* NULL, or new text for these lines (with newlines) */
};

struct case_file {
    char *path;
    struct case_item *items;
    size_t n_items;
    char **lines;
    size_t n_lines;
};

/* Read it all; dies with a message if the file cannot be read. */
void case_file_read(struct case_file *f, const char *path);
/* Write the file again with its replacements; dies with a message if it cannot. */
void case_file_write(const struct case_file *f);
void case_file_free(struct case_file *f);

/* Test programs do not go on without memory. */
void *case_alloc(size_t size);
char *case_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void case_die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
