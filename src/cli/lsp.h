/* lsp.h — the language server: what its files share.
 *
 *      stdin ─▶ lsp_wire  frames ─▶ lsp  queue ─▶ lsp_methods.def ─┬─▶ lsp_text      documents as the client has them
 *                                    │ empty                       ├─▶ lsp_complete, lsp_hover, lsp_edit
 *                                    ▼                             └─▶ lsp_find      rules of the workspace
 *                                lsp_check  diagnostics
 *
 * One thread. Messages that wait are read before the first of them is answered, so that a request can be cancelled; what
 * is wrong with a document is told when nothing waits. The client may be broken or gone: nothing that it sends ends the
 * program but "exit", and memory is bounded by what it has open. */
#ifndef EQLITE_CLI_LSP_H
#define EQLITE_CLI_LSP_H

#include "cli/cli.h"
#include "cli/lsp_json.h"

enum {
    LSP_DOCUMENTS_MAX = 1000,    /* open at once */
    LSP_DOCUMENT_MAX = 16 << 20, /* bytes of one; rule files may have 10 MiB */
    LSP_TEXT_MAX = 256 << 20,    /* bytes of all */
    LSP_MESSAGE_MAX = 40 << 20,  /* bytes of a message */
};

/* ── Messages (lsp_wire.c) ── */

enum lsp_frame {
    LSP_FRAME_NONE,     /* nothing is there now */
    LSP_FRAME_BODY,     /* a message */
    LSP_FRAME_GARBAGE,  /* bytes that are none were passed over */
    LSP_FRAME_TOO_LONG, /* a message was passed over */
    LSP_FRAME_END
};

struct lsp_input {
    struct cli_text buffer;
    size_t taken;    /* of the buffer */
    size_t skip;     /* bytes of a message that is too long, still to come */
    size_t body;     /* length of the message at hand; SIZE_MAX: its header has not come */
    bool lost, ended; /* garbage was told, no header seen since */
};
/* The next frame; its text, with 64 bytes behind it, is valid until the next call. Waits for it if `wait`. */
enum lsp_frame lsp_input_next(struct lsp_input *in, bool wait, eqlite_string *body);
/* Write a message. */
void lsp_send(const struct cli_text *body);

/* ── Text (lsp_text.c) ── */

struct lsp_place { /* as the protocol counts: lines from 0, UTF-16 code units from 0 */
    uint32_t line, character;
};
struct lsp_range {
    struct lsp_place start, end;
};

struct lsp_text {
    struct cli_text bytes;
    size_t *lines;          /* where lines begin, as far as they are known */
    size_t n_lines, cap_lines;
    size_t known;           /* bytes that were searched for lines */
    struct {
        size_t line, at, units;
    } cursor;               /* the place asked for last */
};
void lsp_text_set(struct lsp_text *t, const char *ptr, size_t len);
/* Put `with` in place of the bytes from start to end. */
void lsp_text_replace(struct lsp_text *t, size_t start, size_t end, eqlite_string with);
void lsp_text_free(struct lsp_text *t);
/* The byte at a place; a place behind the end of its line, or of the text, is that end. */
size_t lsp_text_offset(struct lsp_text *t, struct lsp_place place);
struct lsp_place lsp_text_place(struct lsp_text *t, size_t offset);
struct lsp_range lsp_text_range(struct lsp_text *t, size_t start, size_t end);
/* {"line":3,"character":7}: false, it is no place. */
bool lsp_read_place(struct lsp_place *out, struct lsp_json value);
void lsp_add_range(struct cli_text *out, struct lsp_range range);
/* An edit of `t` that makes it `after`, in an array: [] if it is that already. */
void lsp_add_change(struct cli_text *out, struct lsp_text *t, eqlite_string after);

/* ── Documents (lsp_documents.c) ── */

struct lsp_finding { /* of a document: a diagnostic that was told */
    size_t start, end;
    const char *code; /* static */
    char *instead;    /* owned: what is meant; NULL: not known */
};

struct lsp_document {
    char *uri, *name; /* name: its path, with the ending that says how it is read */
    struct lsp_text text;
    int64_t version;
    bool has_version;
    bool dirty;  /* changed since its diagnostics were told */
    bool told;   /* it has diagnostics at the client */
    bool lost;   /* too large to be followed, until all of it is sent again */
    struct lsp_finding *findings;
    size_t n_findings;
};

/* A folder of the workspace, or a rule of it (lsp_find.c). */
struct lsp_index;

struct lsp {
    struct cli *cli;
    struct lsp_input input;
    struct lsp_document **documents;
    size_t n_documents;
    size_t text_bytes;      /* of all documents */
    struct cli_list roots;  /* owned: folders of the workspace */
    struct lsp_index *index;
    enum { LSP_FRESH, LSP_RUNNING, LSP_SHUT_DOWN } state;
    bool exit;
    int error;              /* of the request at hand; 0: none */
    const char *message;    /* with it; static */
};

/* The document of params.textDocument.uri; NULL: it is not open, or, which is an error, none is named. */
struct lsp_document *lsp_document_of(struct lsp *s, struct lsp_json params);
struct lsp_document *lsp_find_document(struct lsp *s, eqlite_string uri);
bool lsp_is_toml(const struct lsp_document *d);
/* A TOML file that says it is a rule or tests of one; other files are none of our business. */
bool lsp_is_rule(const struct lsp_document *d);
/* file:///a%20b ─▶ /a b; what is no such URI gives its last part. */
void lsp_path_of_uri(struct cli_text *out, eqlite_string uri);
void lsp_uri_of_path(struct cli_text *out, const char *path);
void lsp_close_documents(struct lsp *s);

/* The query of a document, and where in it a place of params is. Free the outline. False: the place is in no query. */
struct lsp_query {
    eqlite_outline *outline;
    eqlite_string text;
    size_t at;     /* of the place, in the query */
    size_t offset; /* in the file */
    bool quoted;   /* it stands between " and ", where quotes need a backslash */
};
bool lsp_query_at(struct lsp_query *q, struct lsp_document *d, struct lsp_json params);
/* The query as a whole. */
bool lsp_query_of(struct lsp_query *q, struct lsp_document *d);

/* ── Tokens (lsp_scan.c) ── */

enum lsp_token_kind { LSP_WORD, LSP_STRING, LSP_COMMENT, LSP_MARK, LSP_END };
struct lsp_token {
    enum lsp_token_kind kind;
    size_t start, end;
};
/* The token at or behind `at`, as EQL has them; open strings and comments reach to the end. */
struct lsp_token lsp_next_token(eqlite_string query, size_t at);

/* ── What is offered ── */

/* Tell what is wrong with a document (lsp_check.c). */
void lsp_check(struct lsp *s, struct lsp_document *d);
/* Say that nothing is wrong with it. */
void lsp_clear(struct lsp_document *d);
/* Text in Markdown about a word of the language or a field; false: there is none. (lsp_hover.c) */
bool lsp_describe(struct cli_text *out, eqlite_string word);
/* The file of the rule with this id, or NULL; valid until the next message. (lsp_find.c) */
const char *lsp_rule_path(struct lsp *s, eqlite_string id);
void lsp_index_free(struct lsp_index *index);

/* A method: reads params, adds its result as JSON (nothing: null), or sets s->error. */
typedef void lsp_method(struct lsp *s, struct lsp_json params, struct cli_text *result);
#define METHOD(name, kind, function) lsp_method function;
#include "cli/lsp_methods.def"

/* Of a request that cannot be answered; sets s->error. */
void lsp_fail(struct lsp *s, int code, const char *message);
enum {
    LSP_PARSE_ERROR = -32700,
    LSP_INVALID_REQUEST = -32600,
    LSP_METHOD_NOT_FOUND = -32601,
    LSP_INVALID_PARAMS = -32602,
    LSP_NOT_INITIALIZED = -32002,
    LSP_CANCELLED = -32800
};

#endif
