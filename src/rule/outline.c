/* outline.c — what stands where in a rule file; it need not be a rule that compiles, as while it is written. */
#include "rule/outline.h"

#include "rule/load.h"

static bool add_part(struct eq_outline *o, struct eq_outline_part part)
{
    if (o->n == o->cap) {
        size_t cap = o->cap ? 2 * o->cap : 8;
        struct eq_outline_part *parts = eq_arena_alloc(&o->arena, cap * sizeof *parts);
        if (!parts)
            return false;
        if (o->n)
            memcpy(parts, o->parts, o->n * sizeof *parts);
        o->parts = parts;
        o->cap = cap;
    }
    part.text = eq_arena_copy(&o->arena, part.text);
    o->parts[o->n++] = part;
    return part.text.ptr != NULL;
}

/* ── The query ── */

static size_t count_runs(struct eq_outline_run *runs, const size_t *at, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        bool joins = i && at[i] == at[i - 1] + 1;
        if (!joins && runs)
            runs[n] = (struct eq_outline_run){i, at[i], 0};
        n += !joins;
        if (runs)
            runs[n - 1].len++;
    }
    if (runs)
        runs[n] = (struct eq_outline_run){len, at[len], 0};
    return n + 1;
}

/* `value`: the string of the file that holds it; NULL: the query is the end of the file. */
static enum eq_status add_query(struct eq_outline *o, struct eq_slice query, const struct eq_toml *value,
                                struct eq_slice file, const struct eq_alloc *alloc)
{
    size_t *at = eq_new(alloc, (query.len + 1) * sizeof *at);
    enum eq_status st = EQ_NOMEM;
    if (!at)
        return EQ_NOMEM;
    if (!eq_rule_find_bytes(at, value, query, file)) {
        st = EQ_OK; /* it cannot be shown where it stands */
        goto done;
    }
    o->n_runs = count_runs(NULL, at, query.len);
    o->runs = eq_arena_alloc(&o->arena, o->n_runs * sizeof *o->runs);
    if (!o->runs)
        goto done;
    count_runs(o->runs, at, query.len);
    if (add_part(o, (struct eq_outline_part){"query", query, at[0], at[query.len]}))
        st = EQ_OK;
done:
    eq_free(alloc, at);
    return st;
}

size_t eq_outline_to_file(const struct eq_outline *o, size_t at)
{
    for (size_t i = o->n_runs; i-- > 0;)
        if (at >= o->runs[i].query)
            return at - o->runs[i].query <= o->runs[i].len ? o->runs[i].file + (at - o->runs[i].query) : SIZE_MAX;
    return SIZE_MAX;
}

size_t eq_outline_to_query(const struct eq_outline *o, size_t at)
{
    if (o->n_runs && at > o->runs[o->n_runs - 1].file)
        return SIZE_MAX;
    for (size_t i = o->n_runs; i-- > 0;) {
        const struct eq_outline_run *run = &o->runs[i];
        if (at >= run->file) /* inside an escape: behind what it says */
            return run->query + (at - run->file < run->len ? at - run->file : run->len);
    }
    return SIZE_MAX;
}

/* ── The file ── */

enum { TESTS_MAX = 1000 }; /* told of one file; each is looked for in its line */

/* A document, and the line that was looked at last: the next is searched from there. */
struct document {
    struct eq_slice text; /* without byte order mark */
    size_t mark;          /* bytes of that */
    uint32_t line;
    size_t at;
};

/* As eq_toml_written, for values that come in order. */
static struct eq_slice written(struct document *d, const struct eq_toml *value)
{
    struct eq_toml near = *value;
    if (value->line < d->line) {
        d->line = 1;
        d->at = 0;
    }
    near.line = value->line - d->line + 1;
    struct eq_slice s = eq_toml_written(&near, eq_slice(d->text.ptr + d->at, d->text.len - d->at));
    size_t at = (size_t)(s.ptr - d->text.ptr);
    while (at > 0 && d->text.ptr[at - 1] != '\n')
        at--;
    d->line = value->line;
    d->at = at;
    return s;
}

/* A string of the document, if it is one. */
static bool add_string(struct eq_outline *o, const char *kind, const struct eq_toml *value, struct document *d)
{
    if (!value || value->kind != EQ_TOML_STRING)
        return true;
    struct eq_slice s = written(d, value);
    size_t start = d->mark + (size_t)(s.ptr - d->text.ptr);
    size_t quotes = s.len >= 6 && s.ptr[1] == s.ptr[0] && s.ptr[2] == s.ptr[0] ? 3 : 1;
    if (s.len < 2 * quotes)
        return true;
    return add_part(o, (struct eq_outline_part){kind, value->text, start + quotes, start + s.len - quotes});
}

static bool add_tests(struct eq_outline *o, const struct eq_toml *tests, struct document *d)
{
    bool fine = true;
    size_t n = 0;
    if (!tests || tests->kind != EQ_TOML_ARRAY)
        return true;
    for (const struct eq_toml *test = tests->first; test && fine && n < TESTS_MAX; test = test->next, n++)
        if (test->kind == EQ_TOML_TABLE)
            fine = add_string(o, "test", eq_toml_get(test, "name"), d);
    return fine;
}

static enum eq_status read_document(struct eq_outline *o, const struct eq_toml *root, struct eq_slice file,
                                    struct eq_slice text, const struct eq_alloc *alloc)
{
    const struct eq_toml *id = eq_toml_get(root, "rule.rule_id"), *query = eq_rule_find_query(root);
    struct document d = {.text = text, .mark = file.len - text.len, .line = 1};
    enum eq_status st = EQ_OK;
    if (!add_string(o, "id", id ? id : eq_toml_get(root, "rule.id"), &d) ||
        !add_string(o, "name", eq_toml_get(root, "rule.name"), &d) ||
        !add_string(o, "tested", eq_toml_get(root, "rule_id"), &d))
        return EQ_NOMEM;
    if (query)
        st = add_query(o, query->text, query, file, alloc);
    return st == EQ_OK && !add_tests(o, eq_toml_get(root, "tests"), &d) ? EQ_NOMEM : st;
}

static enum eq_status read_eql(struct eq_outline *o, struct eq_slice name, struct eq_slice file, struct eq_slice text,
                               const struct eq_alloc *alloc)
{
    struct eq_outline_part id = {.kind = "id", .text = eq_path_stem(name, EQ_LIT(".eql"))};
    return add_part(o, id) ? add_query(o, text, NULL, file, alloc) : EQ_NOMEM;
}

enum eq_status eq_outline_read(struct eq_outline *o, struct eq_slice name, struct eq_slice text,
                               const struct eq_alloc *alloc)
{
    struct eq_rule_set set; /* where the loader keeps what it reads */
    struct eq_diags ignored;
    struct eq_toml *root = NULL;
    struct eq_load l = {.set = &set, .diags = &ignored, .path = name, .text = text.ptr ? text : EQ_LIT("")};
    enum eq_status st = EQ_INVALID;

    *o = (struct eq_outline){0};
    eq_arena_init(&o->arena, alloc);
    eq_rule_set_init(&set, alloc);
    eq_diags_init(&ignored, alloc);
    struct eq_slice file = l.text;
    bool readable = eq_load_readable(&l), toml = eq_slice_ends(name, EQ_LIT(".toml"));
    if (readable && toml)
        st = eq_load_document(&root, &l);
    if (root)
        st = read_document(o, root, file, l.text, alloc);
    else if (readable && !toml)
        st = read_eql(o, name, file, l.text, alloc);
    else if (st == EQ_OK)
        st = EQ_INVALID;
    if (ignored.failed)
        st = EQ_NOMEM;
    eq_diags_free(&ignored);
    eq_rule_set_free(&set);
    if (st != EQ_OK)
        eq_outline_free(o);
    return st;
}

void eq_outline_free(struct eq_outline *o)
{
    if (o->arena.alloc)
        eq_arena_free(&o->arena);
    *o = (struct eq_outline){0};
}
