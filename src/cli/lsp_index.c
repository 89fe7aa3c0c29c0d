/* lsp_index.c — the rules of the workspace: in which file which id stands.
 *
 *      folders ─▶ eqlite_rule_paths ─▶ files ─▶ outline ─▶ id, name, place      sorted by path
 *
 * Made when it is asked for the first time. Later only files are read whose time or size is another. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/lsp.h"
#include "cli/lsp_index.h"

enum { FILES_MAX = 100000 };

static void free_entry(struct lsp_entry *e)
{
    free(e->path);
    cli_text_free(&e->id);
    cli_text_free(&e->name);
}

static int by_path(const void *a, const void *b)
{
    const struct lsp_entry *x = a, *y = b;
    return strcmp(x->path, y->path);
}

void lsp_entry_read(struct lsp_entry *e, const char *name, struct lsp_text *text)
{
    eqlite_outline *o = NULL;
    if (eqlite_outline_new(&o, NULL, name, text->bytes.ptr, text->bytes.len) != EQLITE_OK)
        return;
    for (size_t i = 0; i < eqlite_outline_count(o); i++) {
        eqlite_outline_part part = eqlite_outline_get(o, i);
        struct cli_text *to = strcmp(part.kind, "id") == 0 ? &e->id : strcmp(part.kind, "name") == 0 ? &e->name : NULL;
        if (to && !to->len)
            cli_text_add(to, part.text.ptr, part.text.len);
        if (to == &e->id)
            e->range = lsp_text_range(text, part.start, part.end);
    }
    eqlite_outline_free(o);
}

/* What one file says; not more than its path and time if that is nothing of a rule. */
static void read_file(struct lsp_entry *e)
{
    struct lsp_text text = {0};
    if (cli_read_most(&text.bytes, e->path, LSP_DOCUMENT_MAX) && text.bytes.len <= LSP_DOCUMENT_MAX)
        lsp_entry_read(e, e->path, &text);
    lsp_text_free(&text);
}

struct walk {
    struct lsp_index *before, now;
};

/* An eqlite_on_path. */
static bool see_file(const char *path, void *ctx)
{
    struct walk *w = ctx;
    struct lsp_entry e = {.path = (char *)(uintptr_t)path};
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return true;
    e.changed = info.st_mtim;
    e.size = info.st_size;
    struct lsp_entry *old = w->before->n ? bsearch(&e, w->before->items, w->before->n, sizeof e, by_path) : NULL;
    bool same = old && old->size == e.size && old->changed.tv_sec == e.changed.tv_sec &&
                old->changed.tv_nsec == e.changed.tv_nsec;
    if (same && !old->moved) {
        e = *old;
        old->moved = true;
    } else {
        size_t len = strlen(path) + 1;
        e.path = memcpy(cli_alloc(NULL, len), path, len);
        read_file(&e);
    }
    e.moved = false;
    if (w->now.n == w->now.cap) {
        w->now.cap = w->now.cap ? 2 * w->now.cap : 64;
        w->now.items = cli_alloc(w->now.items, w->now.cap * sizeof e);
    }
    w->now.items[w->now.n++] = e;
    return w->now.n < FILES_MAX && !cli_stopped();
}

/* Sort by path; a file below two folders of the workspace stays once. */
static void settle(struct lsp_index *index)
{
    size_t kept = 0;
    if (index->n)
        qsort(index->items, index->n, sizeof *index->items, by_path);
    for (size_t i = 0; i < index->n; i++) {
        if (kept && strcmp(index->items[kept - 1].path, index->items[i].path) == 0)
            free_entry(&index->items[i]);
        else
            index->items[kept++] = index->items[i];
    }
    index->n = kept;
}

const struct lsp_index *lsp_index_of(struct lsp *s)
{
    eqlite_compiler *c = cli_compiler(s->cli);
    struct walk w = {.before = s->index};
    if (!w.before)
        w.before = memset(cli_alloc(NULL, sizeof *w.before), 0, sizeof *w.before);
    for (size_t i = 0; c && i < s->roots.n; i++)
        eqlite_rule_paths(c, s->roots.items[i], see_file, &w); /* what cannot be read is not there */
    eqlite_compiler_free(c);
    settle(&w.now);
    lsp_index_free(w.before);
    s->index = cli_alloc(NULL, sizeof *s->index);
    *s->index = w.now;
    return s->index;
}

void lsp_index_free(struct lsp_index *index)
{
    if (!index)
        return;
    for (size_t i = 0; i < index->n; i++)
        if (!index->items[i].moved)
            free_entry(&index->items[i]);
    free(index->items);
    free(index);
}

bool lsp_is_open(const struct lsp *s, const char *path)
{
    for (size_t i = 0; i < s->n_documents; i++)
        if (strcmp(s->documents[i]->name, path) == 0)
            return true;
    return false;
}

const char *lsp_rule_path(struct lsp *s, eqlite_string id)
{
    const struct lsp_index *index = lsp_index_of(s);
    for (size_t i = 0; i < index->n; i++)
        if (index->items[i].id.len == id.len && id.len && memcmp(index->items[i].id.ptr, id.ptr, id.len) == 0)
            return index->items[i].path;
    return NULL;
}
