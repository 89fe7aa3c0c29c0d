/* lsp_json.h — messages of a client, read by simdjson.
 *
 *      {"params":{"position":{"line":3}}}        lsp_json_get(root, "params.position.line") is the 3
 *
 * The only door to C++ here: lsp_json.cc lets no exception through. What is not there, or is of another kind than asked
 * for, is a value like others: none, of which everything is none. */
#ifndef EQLITE_CLI_LSP_JSON_H
#define EQLITE_CLI_LSP_JSON_H

#include "api/eqlite.h"

#ifdef __cplusplus
extern "C" {
#endif

struct lsp_parsed; /* a text that was read; owns what its values point to */

struct lsp_json { /* a value; zeroed: none */
    const void *document;
    size_t at;
};

/* Read a text of which len + 64 bytes are readable; it may go afterwards. NULL: it is not JSON, *why says what is wrong
 * with it (static). */
struct lsp_parsed *lsp_json_parse(struct lsp_json *root, const char **why, const char *text, size_t len);
void lsp_json_free(struct lsp_parsed *p); /* NULL is fine */

bool lsp_json_is_object(struct lsp_json value);
bool lsp_json_is_true(struct lsp_json value);
/* The member at a path of keys, parted by dots. */
struct lsp_json lsp_json_get(struct lsp_json value, const char *path);
bool lsp_json_there(struct lsp_json value);
/* A string or a whole number; false, and *out untouched, if it is something else. */
bool lsp_json_text(eqlite_string *out, struct lsp_json value);
bool lsp_json_integer(int64_t *out, struct lsp_json value);
/* Each element of an array in order; false from `each` ends it. */
void lsp_json_each(struct lsp_json value, bool (*each)(struct lsp_json element, void *ctx), void *ctx);

#ifdef __cplusplus
}
#endif

#endif
