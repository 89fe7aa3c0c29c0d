/* lsp_index.h — the rules of the workspace, for lsp_index.c and lsp_find.c. */
#ifndef EQLITE_CLI_LSP_INDEX_H
#define EQLITE_CLI_LSP_INDEX_H

#include <sys/types.h>
#include <time.h>

#include "cli/lsp.h"

struct lsp_entry { /* a file */
    char *path;
    struct timespec changed;
    off_t size;
    struct cli_text id, name; /* of its rule; empty: there is none */
    struct lsp_range range;   /* where the id stands */
    bool moved;               /* into a newer index */
};

struct lsp_index {
    struct lsp_entry *items;
    size_t n, cap;
};

/* The index as the files are now; valid until the next call. */
const struct lsp_index *lsp_index_of(struct lsp *s);
/* Id, name and range, of a text. */
void lsp_entry_read(struct lsp_entry *e, const char *name, struct lsp_text *text);
/* What the client has open is not looked up on the disk. */
bool lsp_is_open(const struct lsp *s, const char *path);

#endif
