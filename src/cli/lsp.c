/* lsp.c — `eqlite lsp`: a language server, as editors start it (JSON-RPC 2.0 over standard input and output).
 *
 *      what came ─▶ [ request 7 ][ change ][ request 8 ][ cancel 7 ]       taken in as far as it is there
 *                        ✗           │          │
 *                                    ▼          ▼
 *                                 document    answer                       nothing left ─▶ diagnostics of what changed
 *
 * Request 7 is cancelled, the others are done in order. Notices that we do not know are ignored, as the protocol wants
 * it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lsp.h"

enum { WAITING_MAX = 256 };
#define WAITING_BYTES ((size_t)LSP_MESSAGE_MAX)

enum kind { REQUEST, NOTICE };

static const struct {
    const char *name;
    enum kind kind;
    lsp_method *function;
} methods[] = {
#define METHOD(name, kind, function) {name, kind, function},
#include "cli/lsp_methods.def"
};

struct message {
    struct lsp_parsed *parsed;
    struct lsp_json root;
    size_t bytes;
    bool cancelled;
};

struct queue {
    struct message items[WAITING_MAX];
    size_t first, n, bytes;
};

void lsp_fail(struct lsp *s, int code, const char *message)
{
    s->error = code;
    s->message = message;
}

/* ── Answers ── */

static bool add_id(struct cli_text *out, struct lsp_json id)
{
    eqlite_string text;
    int64_t number;
    if (lsp_json_text(&text, id))
        cli_text_json(out, text);
    else if (lsp_json_integer(&number, id))
        cli_text_printf(out, "%" PRId64, number);
    else
        return false;
    return true;
}

static void answer(struct lsp_json id, int error, const char *message, const struct cli_text *result)
{
    struct cli_text out = {0};
    cli_text_printf(&out, "{\"jsonrpc\":\"2.0\",\"id\":");
    if (!add_id(&out, id))
        cli_text_printf(&out, "null");
    if (error) {
        cli_text_printf(&out, ",\"error\":{\"code\":%d,\"message\":", error);
        cli_text_json(&out, cli_string(message));
        cli_text_add(&out, "}", 1);
    } else {
        cli_text_printf(&out, ",\"result\":");
        cli_text_add(&out, result->len ? result->ptr : "null", result->len ? result->len : 4);
    }
    cli_text_add(&out, "}", 1);
    lsp_send(&out);
    cli_text_free(&out);
}

static void refuse(struct lsp_json id, int error, const char *message)
{
    answer(id, error, message, NULL);
}

/* ── One message ── */

static size_t find_method(eqlite_string name)
{
    size_t i = 0, n = sizeof methods / sizeof *methods;
    while (i < n && !cli_string_is(name, methods[i].name))
        i++;
    return i;
}

static void handle_request(struct lsp *s, struct lsp_json root, struct lsp_json id, eqlite_string name)
{
    size_t i = find_method(name);
    bool known = i < sizeof methods / sizeof *methods && methods[i].kind == REQUEST;
    bool initialize = cli_string_is(name, "initialize");
    struct cli_text result = {0};
    s->error = 0;
    if (s->state == LSP_FRESH && !initialize)
        lsp_fail(s, LSP_NOT_INITIALIZED, "the server waits for initialize");
    else if (s->state == LSP_SHUT_DOWN)
        lsp_fail(s, LSP_INVALID_REQUEST, "the server was shut down");
    else if (s->state == LSP_RUNNING && initialize)
        lsp_fail(s, LSP_INVALID_REQUEST, "the server is initialized already");
    else if (!known)
        lsp_fail(s, LSP_METHOD_NOT_FOUND, "there is no such method");
    else
        methods[i].function(s, lsp_json_get(root, "params"), &result);
    answer(id, s->error, s->message, &result);
    cli_text_free(&result);
}

static void handle_notice(struct lsp *s, struct lsp_json root, eqlite_string name)
{
    size_t i = find_method(name);
    if (cli_string_is(name, "exit")) {
        s->exit = true;
    } else if (s->state == LSP_RUNNING && i < sizeof methods / sizeof *methods && methods[i].kind == NOTICE) {
        struct cli_text nothing = {0};
        methods[i].function(s, lsp_json_get(root, "params"), &nothing);
        cli_text_free(&nothing);
    }
}

static void handle(struct lsp *s, const struct message *m)
{
    struct lsp_json id = lsp_json_get(m->root, "id");
    eqlite_string name, version = {0};
    struct cli_text copy = {0};
    bool named = lsp_json_text(&name, lsp_json_get(m->root, "method"));
    bool answered = lsp_json_there(lsp_json_get(m->root, "result")) || lsp_json_there(lsp_json_get(m->root, "error"));
    lsp_json_text(&version, lsp_json_get(m->root, "jsonrpc"));
    if (!named && answered)
        return; /* of a request that we never made */
    if (!named || !cli_string_is(version, "2.0") || (lsp_json_there(id) && !add_id(&copy, id)))
        refuse(id, LSP_INVALID_REQUEST, "not a request of JSON-RPC 2.0");
    else if (!lsp_json_there(id))
        handle_notice(s, m->root, name);
    else if (m->cancelled)
        refuse(id, LSP_CANCELLED, "the request was cancelled");
    else
        handle_request(s, m->root, id, name);
    cli_text_free(&copy);
}

/* ── The queue ── */

static bool same_id(struct lsp_json a, struct lsp_json b)
{
    struct cli_text x = {0}, y = {0};
    bool same = add_id(&x, a) && add_id(&y, b) && strcmp(x.ptr, y.ptr) == 0;
    cli_text_free(&x);
    cli_text_free(&y);
    return same;
}

static void cancel(struct queue *q, struct lsp_json id)
{
    for (size_t i = 0; i < q->n; i++) {
        struct message *m = &q->items[(q->first + i) % WAITING_MAX];
        m->cancelled = m->cancelled || same_id(lsp_json_get(m->root, "id"), id);
    }
}

static void put(struct queue *q, eqlite_string body)
{
    struct message m = {.bytes = body.len};
    eqlite_string name;
    const char *why;
    m.parsed = lsp_json_parse(&m.root, &why, body.ptr, body.len);
    if (!m.parsed) {
        refuse((struct lsp_json){0}, LSP_PARSE_ERROR, why);
        return;
    }
    if (lsp_json_text(&name, lsp_json_get(m.root, "method")) && cli_string_is(name, "$/cancelRequest"))
        cancel(q, lsp_json_get(m.root, "params.id"));
    q->items[(q->first + q->n++) % WAITING_MAX] = m;
    q->bytes += m.bytes;
}

static struct message take(struct queue *q)
{
    struct message m = q->items[q->first];
    q->first = (q->first + 1) % WAITING_MAX;
    q->n--;
    q->bytes -= m.bytes;
    return m;
}

static struct lsp_document *first_dirty(const struct lsp *s)
{
    for (size_t i = 0; s->state == LSP_RUNNING && i < s->n_documents; i++)
        if (s->documents[i]->dirty)
            return s->documents[i];
    return NULL;
}

/* Take what has come into the queue; with nothing else to do, wait for it. False: no more will come. */
static bool fill(struct lsp *s, struct queue *q)
{
    eqlite_string body;
    while (q->n < WAITING_MAX && q->bytes < WAITING_BYTES && !cli_stopped()) {
        switch (lsp_input_next(&s->input, !q->n && !first_dirty(s), &body)) {
        case LSP_FRAME_NONE: return true;
        case LSP_FRAME_BODY: put(q, body); break;
        case LSP_FRAME_GARBAGE: refuse((struct lsp_json){0}, LSP_PARSE_ERROR, "bytes that are no message"); break;
        case LSP_FRAME_TOO_LONG:
            refuse((struct lsp_json){0}, LSP_INVALID_REQUEST, "a message of more than 40 MiB");
            break;
        case LSP_FRAME_END: return false;
        }
    }
    return true;
}

static void serve(struct lsp *s, struct queue *q)
{
    bool more = true;
    while (!s->exit && !cli_stopped()) {
        more = more && fill(s, q);
        struct lsp_document *dirty = q->n ? NULL : first_dirty(s);
        if (q->n) {
            struct message m = take(q);
            handle(s, &m);
            lsp_json_free(m.parsed);
        } else if (dirty) {
            lsp_check(s, dirty);
        } else if (!more) {
            break;
        }
    }
    while (q->n)
        lsp_json_free(take(q).parsed);
}

/* ── Its life ── */

static bool add_root(struct lsp *s, struct lsp_json uri)
{
    struct cli_text path = {0};
    eqlite_string text;
    if (!lsp_json_text(&text, uri))
        return false;
    lsp_path_of_uri(&path, text);
    cli_list_add(&s->roots, path.ptr);
    return true;
}

static bool add_folder(struct lsp_json folder, void *ctx)
{
    struct lsp *s = ctx;
    add_root(s, lsp_json_get(folder, "uri"));
    return s->roots.n < 100;
}

static bool remove_folder(struct lsp_json folder, void *ctx)
{
    struct lsp *s = ctx;
    struct cli_text path = {0};
    eqlite_string uri;
    if (lsp_json_text(&uri, lsp_json_get(folder, "uri"))) {
        lsp_path_of_uri(&path, uri);
        for (size_t i = s->roots.n; i-- > 0;)
            if (strcmp(s->roots.items[i], path.ptr) == 0) {
                free((void *)(uintptr_t)s->roots.items[i]);
                s->roots.items[i] = s->roots.items[--s->roots.n];
            }
    }
    cli_text_free(&path);
    return true;
}

void lsp_did_change_folders(struct lsp *s, struct lsp_json params, struct cli_text *result)
{
    (void)result;
    lsp_json_each(lsp_json_get(params, "event.removed"), remove_folder, s);
    if (s->roots.n < 100)
        lsp_json_each(lsp_json_get(params, "event.added"), add_folder, s);
}

void lsp_initialize(struct lsp *s, struct lsp_json params, struct cli_text *result)
{
    struct lsp_json folders = lsp_json_get(params, "workspaceFolders");
    if (lsp_json_there(params) && !lsp_json_is_object(params)) {
        lsp_fail(s, LSP_INVALID_PARAMS, "initialize: params must be an object");
        return;
    }
    lsp_json_each(folders, add_folder, s);
    if (!s->roots.n)
        add_root(s, lsp_json_get(params, "rootUri"));
    s->state = LSP_RUNNING;
    cli_text_printf(result,
                    "{\"capabilities\":{\"positionEncoding\":\"utf-16\","
                    "\"textDocumentSync\":{\"openClose\":true,\"change\":2,\"save\":true},"
                    "\"completionProvider\":{\"triggerCharacters\":[\".\",\"\\\"\",\"[\"]},"
                    "\"hoverProvider\":true,\"definitionProvider\":true,\"documentSymbolProvider\":true,"
                    "\"workspaceSymbolProvider\":true,\"documentFormattingProvider\":true,"
                    "\"codeActionProvider\":{\"codeActionKinds\":[\"quickfix\",\"source.fixAll\"]},"
                    "\"workspace\":{\"workspaceFolders\":{\"supported\":true,\"changeNotifications\":true}}},"
                    "\"serverInfo\":{\"name\":\"eqlite\",\"version\":\"%s\"}}",
                    eqlite_version());
}

void lsp_shutdown(struct lsp *s, struct lsp_json params, struct cli_text *result)
{
    (void)params, (void)result;
    s->state = LSP_SHUT_DOWN;
}

int cli_lsp(struct cli *c)
{
    static struct queue queue; /* too large for a stack */
    struct lsp s = {.cli = c, .input = {.body = SIZE_MAX}};
    if (c->files.n)
        return cli_usage(c, "it takes no files: an editor starts it and sends them");
    eqlite_compiler *probe = cli_compiler(c); /* are the options right? */
    if (!probe)
        return CLI_TROUBLE;
    eqlite_compiler_free(probe);
    serve(&s, &queue);
    lsp_close_documents(&s);
    lsp_index_free(s.index);
    for (size_t i = 0; i < s.roots.n; i++)
        free((void *)(uintptr_t)s.roots.items[i]);
    free(s.roots.items);
    cli_text_free(&s.input.buffer);
    if (cli_stopped())
        return cli_stop_status();
    return s.exit && s.state == LSP_SHUT_DOWN ? CLI_OK : CLI_NO;
}
