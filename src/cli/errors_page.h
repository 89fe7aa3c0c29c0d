/* errors_page.h — docs/errors.md inside the program; the table is made when it is built (errors_page.awk). */
#ifndef EQLITE_CLI_ERRORS_PAGE_H
#define EQLITE_CLI_ERRORS_PAGE_H

struct cli_page {
    const char *code, *text; /* "E0101", and its paragraphs with line breaks */
};

extern const struct cli_page cli_pages[]; /* ends with a code that is NULL */

#endif
