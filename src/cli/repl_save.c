/* repl_save.c — what was found at the prompt, kept: results as a file, a query as a rule, a result as a test of a rule.
 *
 *      last query  ─▶ FILE.toml [rule] query = '''…'''
 *      last result ─▶ [[tests]] events = '''…'''  at the end of FILE.toml
 *
 * What is written is read back first: a file that the rule reader refuses is never made. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/repl.h"

/* ── TOML ── */

static bool needs_escapes(eqlite_string s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7F || (c == '\'' && (i + 1 == s.len || s.ptr[i + 1] == '\'')))
            return true;
    }
    return false;
}

/* A string of several lines: as it is where that can be, else with escapes. */
static void add_lines(struct cli_text *t, const char *key, eqlite_string s)
{
    bool escape = needs_escapes(s);
    cli_text_printf(t, "%s = %s\n", key, escape ? "\"\"\"" : "'''");
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (escape && ((c < ' ' && c != '\n') || c == 0x7F))
            cli_text_printf(t, "\\u%04X", c);
        else
            cli_text_printf(t, escape && (c == '"' || c == '\\') ? "\\%c" : "%c", c);
    }
    cli_text_printf(t, "%s\n", escape ? "\"\"\"" : "'''");
}

static void add_line(struct cli_text *t, const char *key, eqlite_string s)
{
    cli_text_printf(t, "%s = ", key);
    cli_text_json(t, s); /* a string of JSON is one of TOML */
    cli_text_printf(t, "\n");
}

/* ── Files ── */

/* A file that was not there before. */
static bool write_new(const char *path, const struct cli_text *t)
{
    FILE *f = fopen(path, "wbx");
    if (!f) {
        cli_error("cannot write %s: %s", path, strerror(errno));
        return false;
    }
    bool fine = fwrite(t->ptr, 1, t->len, f) == t->len;
    int error = errno;
    if (fclose(f) != 0 && fine) {
        error = errno;
        fine = false;
    }
    if (!fine) {
        unlink(path);
        cli_error("cannot write %s: %s", path, strerror(error));
    }
    return fine;
}

/* The rule that a file with this text would be; NULL: none, told. */
static eqlite_rules *compile(const struct repl *r, const char *path, const struct cli_text *t)
{
    eqlite_rules *rules = NULL;
    eqlite_compiler *compiler = cli_compiler(&r->cli);
    if (!compiler)
        return NULL;
    eqlite_status st = eqlite_compiler_add_rule(compiler, path, t->ptr, t->len);
    if (st == EQLITE_OK)
        st = eqlite_compiler_finish(&rules, compiler);
    const eqlite_diagnostics *d = eqlite_compiler_diagnostics(compiler);
    if (st != EQLITE_OK) {
        cli_print_diagnostics(&r->cli, d, 0);
        cli_error("%s would be no rule; nothing was written", path);
    }
    eqlite_compiler_free(compiler);
    return rules;
}

static bool is_toml(const char *path)
{
    size_t n = strlen(path);
    if (n > 5 && strcmp(path + n - 5, ".toml") == 0)
        return true;
    cli_error("a rule file ends in .toml");
    return false;
}

/* ── A rule ── */

/* An id that the same query always gets: a UUID of version 8, of two hashes of the text. */
static void add_id(struct cli_text *t, eqlite_string query)
{
    uint64_t h[2] = {14695981039346656037u, 1099511628211u};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < query.len; i++)
            h[k] = (h[k] ^ (unsigned char)query.ptr[i]) * 1099511628211u;
    cli_text_printf(t, "rule_id = \"%08x-%04x-8%03x-%x%03x-%012llx\"\n", (unsigned)(h[0] >> 32),
                    (unsigned)(h[0] >> 16) & 0xFFFF, (unsigned)h[0] & 0xFFF, 8 + (unsigned)(h[1] >> 62),
                    (unsigned)(h[1] >> 48) & 0xFFF, (unsigned long long)(h[1] & 0xFFFFFFFFFFFF));
}

/* "a_rule" of dir/a_rule.toml, with blanks for what parts words. */
static void add_name(struct cli_text *t, const char *path)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    struct cli_text words = {0};
    cli_text_add(&words, name, strlen(name) - 5);
    for (size_t i = 0; i < words.len; i++)
        if (words.ptr[i] == '_')
            words.ptr[i] = ' ';
    add_line(t, "name", (eqlite_string){words.ptr, words.len});
    cli_text_free(&words);
}

/* The last query in its one layout, or as it was typed. */
static void add_query(struct cli_text *t, const struct repl *r)
{
    struct cli_text query = {0};
    eqlite_compiler *compiler = cli_compiler(&r->cli);
    if (!compiler || eqlite_format(compiler, "<query>", r->last.ptr, r->last.len, 0, cli_text_write, &query) != EQLITE_OK) {
        query.len = 0;
        cli_text_add(&query, r->last.ptr, r->last.len);
    }
    add_id(t, (eqlite_string){query.ptr, query.len});
    add_lines(t, "query", (eqlite_string){query.ptr, query.len});
    eqlite_compiler_free(compiler);
    cli_text_free(&query);
}

static void save_rule(struct repl *r, const char *path)
{
    struct cli_text t = {0};
    if (!r->last.len) {
        cli_error("no query to save yet");
        return;
    }
    if (!is_toml(path))
        return;
    cli_text_printf(&t, "[rule]\n");
    add_name(&t, path);
    cli_text_printf(&t, "description = \"Describe what this finds.\"\nauthor = [\"eqlite repl\"]\n"
                        "severity = \"low\"\nrisk_score = 21\ntype = \"eql\"\nlanguage = \"eql\"\n");
    add_query(&t, r);
    eqlite_rules *rules = compile(r, path, &t);
    if (rules && write_new(path, &t) && r->line)
        cli_note("saved; its name, description and severity are yours to fill in");
    eqlite_rules_free(rules);
    cli_text_free(&t);
}

/* ── A test ── */

static bool count_alert(const eqlite_alert *alert, void *ctx)
{
    (void)alert;
    ++*(uint64_t *)ctx;
    return true;
}

/* How many alerts the first rule gives over these events, each a line; false: told. */
static bool count_alerts(uint64_t *alerts, eqlite_rules *rules, const struct repl *r, const struct cli_text *events)
{
    eqlite_matcher *m = NULL;
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    options.on_alert = count_alert;
    options.ctx = alerts;
    options.unwrap = !r->cli.no_unwrap;
    eqlite_status st = eqlite_matcher_new(&m, rules, &options);
    for (size_t at = 0; at < events->len && st == EQLITE_OK;) {
        const char *line = events->ptr + at, *end = memchr(line, '\n', events->len - at);
        eqlite_event e = {.json = line, .len = end ? (size_t)(end - line) : events->len - at};
        st = eqlite_matcher_feed(m, &e);
        at += e.len + 1;
    }
    if (st == EQLITE_OK)
        st = eqlite_matcher_finish(m);
    eqlite_matcher_free(m);
    if (st != EQLITE_OK)
        cli_failed(st);
    return st == EQLITE_OK;
}

/* The events of a test: those of the words, by number, or those of the last query's first result. False: told. */
static bool choose_events(struct cli_text *out, struct repl *r, const struct cli_list *numbers)
{
    for (size_t i = 0; i < numbers->n; i++) {
        size_t n = repl_event_number(r, numbers->items[i]);
        if (!n)
            return false;
        repl_add_event(out, eqlite_store_get(r->data.store, n - 1));
    }
    if (!numbers->n)
        cli_text_add(out, r->hit.ptr, r->hit.len);
    if (!out->len)
        cli_error("the last query found nothing; name events by their numbers");
    return out->len > 0;
}

static void save_test(struct repl *r, const char *path, const struct cli_list *numbers)
{
    struct cli_text file = {0}, events = {0};
    uint64_t alerts = 0;
    eqlite_rules *rules = NULL;
    if (!is_toml(path) || !choose_events(&events, r, numbers) || !cli_read_file(&file, path))
        goto done;
    rules = compile(r, path, &file);
    if (!rules || !count_alerts(&alerts, rules, r, &events))
        goto done;
    cli_text_printf(&file, "%s\n[[tests]]\nname = \"%zu from the shell\"\nexpect = \"%s\"\n",
                    file.len && file.ptr[file.len - 1] == '\n' ? "" : "\n", eqlite_rules_get(rules, 0).n_tests + 1,
                    alerts ? "match" : "no_match");
    add_lines(&file, "events", (eqlite_string){events.ptr, events.len});
    eqlite_rules_free(rules);
    rules = compile(r, path, &file);
    if (rules && cli_replace_file(path, file.ptr, file.len) && (r->line || !alerts))
        cli_note("saved; the rule %s", alerts ? "matches these events" : "does not match these events");
done:
    eqlite_rules_free(rules);
    cli_text_free(&file);
    cli_text_free(&events);
}

void repl_save(struct repl *r, const struct cli_list *words)
{
    const struct cli_list rest = {words->items + 2, words->n > 2 ? words->n - 2 : 0, 0};
    if (words->n >= 2 && strcmp(words->items[0], "--rule") == 0)
        save_rule(r, words->items[1]);
    else if (words->n >= 2 && strcmp(words->items[0], "--test") == 0)
        save_test(r, words->items[1], &rest);
    else if (words->n == 1 && words->items[0][0] != '-')
        repl_save_results(r, words->items[0]);
    else
        cli_error("save what? .save FILE, .save --rule FILE or .save --test FILE [EVENT...]");
}
