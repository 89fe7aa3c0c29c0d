/* test_update.c — `eqlite test --update`: what came out becomes what is expected.
 *
 *      expect = { event_ids = [["a", "b"]] }   # why
 *               └──── these bytes change ────┘
 *
 * The value keeps its form: a word stays a word, a number a number, a table keeps its members. The file is read again,
 * and replaced only if it still is as it was tested and if the new text says what came out. */
#include <stdlib.h>
#include <string.h>

#include "cli/test_case.h"

/* ── The new value ── */

static void add_string(struct cli_text *t, eqlite_string s)
{
    cli_text_add(t, "\"", 1);
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c < 0x20 || c == 0x7f)
            cli_text_printf(t, "\\u%04X", c);
        else
            cli_text_printf(t, c == '"' || c == '\\' ? "\\%c" : "%c", c);
    }
    cli_text_add(t, "\"", 1);
}

/* "a b" as ["a", "b"]. */
static void add_ids(struct cli_text *t, const char *ids)
{
    cli_text_printf(t, "[");
    for (bool first = true; ids; first = false) {
        const char *blank = strchr(ids, ' ');
        cli_text_printf(t, first ? "" : ", ");
        add_string(t, (eqlite_string){ids, blank ? (size_t)(blank - ids) : strlen(ids)});
        ids = blank ? blank + 1 : NULL;
    }
    cli_text_printf(t, "]");
}

/* A JSON array as one of TOML, which writes null as nan and DEL with an escape. */
static void add_keys(struct cli_text *t, const char *json)
{
    bool quoted = false;
    for (const char *at = json; *at; at++) {
        if (quoted && *at == '\\') {
            cli_text_add(t, at, 2);
            at++;
        } else if (!quoted && *at == 'n') {
            cli_text_printf(t, "nan");
            at += strlen("null") - 1;
        } else if (*at == 0x7f) {
            cli_text_printf(t, "\\u007F");
        } else {
            quoted = quoted != (*at == '"');
            cli_text_add(t, at, 1);
            if (!quoted && *at == ',')
                cli_text_add(t, " ", 1);
        }
    }
}

static void add_list(struct cli_text *t, const char *name, const struct cli_list *list,
                     void add(struct cli_text *, const char *))
{
    cli_text_printf(t, "%s%s = [", t->len > 2 ? ", " : "", name);
    for (size_t i = 0; i < list->n; i++) {
        cli_text_printf(t, i ? ", " : "");
        add(t, list->items[i]);
    }
    cli_text_printf(t, "]");
}

/* The bound that was crossed moves. */
static void add_bounds(struct cli_text *t, const eqlite_rule_test *test, bool least, bool most, long long n)
{
    if (least)
        cli_text_printf(t, "at_least = %lld", n < test->at_least ? n : (long long)test->at_least);
    if (most)
        cli_text_printf(t, "%sat_most = %lld", least ? ", " : "", n > test->at_most ? n : (long long)test->at_most);
}

static void add_table(struct cli_text *t, const eqlite_rule_test *test, const struct test_run *given)
{
    struct cli_text old = {0};
    cli_text_add(&old, test->expect.ptr, test->expect.len);
    bool ids = strstr(old.ptr, "event_ids"), keys = strstr(old.ptr, "join_keys");
    cli_text_printf(t, "{ ");
    if (strstr(old.ptr, "at_"))
        add_bounds(t, test, strstr(old.ptr, "at_least"), strstr(old.ptr, "at_most"), (long long)given->alerts);
    else if (strstr(old.ptr, "alerts") || (!ids && !keys))
        cli_text_printf(t, "alerts = %llu", (unsigned long long)given->alerts);
    if (ids)
        add_list(t, "event_ids", &given->ids, add_ids);
    if (keys)
        add_list(t, "join_keys", &given->keys, add_keys);
    cli_text_printf(t, " }");
    cli_text_free(&old);
}

bool test_update_add(struct test_updates *u, const eqlite_rule *rule, const eqlite_rule_test *test,
                     const struct test_run *given, struct cli_text *problem)
{
    const char *why = test->n_fields                     ? "it expects fields, which are to be changed by hand"
                      : !test->expect.len                ? "its expect is not one value on its own"
                      : given->alerts > TEST_ALERTS_MAX  ? "there are too many alerts to be listed"
                                                         : NULL;
    if (why) {
        cli_text_printf(problem, "\nnot updated: %s", why);
        return false;
    }
    if (u->n == u->cap) {
        u->cap = u->cap ? 2 * u->cap : 8;
        u->items = cli_alloc(u->items, u->cap * sizeof *u->items);
    }
    struct test_update *new = &u->items[u->n++];
    *new = (struct test_update){.rule = *rule, .test = *test};
    if (test->expect.ptr[0] == '{')
        add_table(&new->text, test, given);
    else if (test->expect.ptr[0] == '"' || test->expect.ptr[0] == '\'')
        cli_text_printf(&new->text, given->alerts ? "\"match\"" : "\"no_match\"");
    else
        cli_text_printf(&new->text, "%llu", (unsigned long long)given->alerts);
    return true;
}

void test_update_free(struct test_updates *u)
{
    for (size_t i = 0; i < u->n; i++)
        cli_text_free(&u->items[i].text);
    free(u->items);
}

/* ── The files ── */

static bool same_path(const eqlite_rule_test *a, const eqlite_rule_test *b)
{
    return a->path.len == b->path.len && memcmp(a->path.ptr, b->path.ptr, a->path.len) == 0;
}

/* Put the updates of the file of updates[first] into `out`. False: the file is another one by now. */
static bool patch(struct cli_text *out, const struct test_updates *u, size_t first, const struct cli_text *file)
{
    size_t mark = file->len >= 3 && memcmp(file->ptr, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, at = 0;
    for (size_t i = first; i < u->n; i++) {
        const eqlite_rule_test *test = &u->items[i].test;
        size_t start = mark + test->expect_at;
        if (!same_path(test, &u->items[first].test))
            continue;
        if (start < at || start > file->len || file->len - start < test->expect.len ||
            memcmp(file->ptr + start, test->expect.ptr, test->expect.len) != 0)
            return false;
        cli_text_add(out, file->ptr + at, start - at);
        cli_text_add(out, u->items[i].text.ptr, u->items[i].text.len);
        at = start + test->expect.len;
    }
    cli_text_add(out, file->ptr + at, file->len - at);
    return true;
}

/* Does the text still load as a file of tests? One of tests alone gets a rule for this. */
static bool loads(const struct cli *c, eqlite_string path, const struct cli_text *text)
{
    static const char side[] = ".test.toml";
    static const char rule[] = "\n[rule]\nname = \"x\"\nrule_id = \"00000000-0000-4000-8000-000000000000\"\n"
                               "query = \"any where true\"\n";
    size_t n = sizeof side - 1;
    struct cli_text whole = {0};
    eqlite_compiler *compiler = cli_compiler(c);
    if (!compiler)
        return false;
    cli_text_add(&whole, text->ptr, text->len);
    if (c->expect || (path.len > n && memcmp(path.ptr + path.len - n, side, n) == 0))
        cli_text_add(&whole, rule, sizeof rule - 1);
    eqlite_compiler_add_rule(compiler, "updated.toml", whole.ptr, whole.len);
    bool fine = eqlite_compiler_refused(compiler) == 0;
    eqlite_compiler_free(compiler);
    cli_text_free(&whole);
    return fine;
}

static bool write_one(const struct test_updates *u, size_t first, const struct cli *c)
{
    eqlite_string path = u->items[first].test.path;
    struct cli_text name = {0}, file = {0}, new = {0};
    cli_text_add(&name, path.ptr, path.len);
    bool fine = cli_read_file(&file, name.ptr);
    if (fine && !patch(&new, u, first, &file)) {
        cli_error("%s changed while it was tested", name.ptr);
        fine = false;
    }
    if (fine && !loads(c, path, &new)) {
        cli_error("%s cannot be updated: what came out cannot be written in it", name.ptr);
        fine = false;
    }
    fine = fine && cli_replace_file(name.ptr, new.ptr, new.len);
    cli_text_free(&name);
    cli_text_free(&file);
    cli_text_free(&new);
    return fine;
}

bool test_update_write(const struct test_updates *u, const struct cli *c)
{
    bool fine = true;
    for (size_t i = 0; i < u->n; i++) {
        size_t first = 0;
        while (!same_path(&u->items[first].test, &u->items[i].test))
            first++;
        if (first == i)
            fine = write_one(u, i, c) && fine;
    }
    return fine;
}
