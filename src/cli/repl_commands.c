/* repl_commands.c — the lines that begin with a dot. One row of the table adds one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/repl.h"

struct command {
    const char *name, *arguments, *help;
    repl_run *run;
};

/* ── Data ── */

static void told_events(const struct repl *r)
{
    struct cli_text n = {0};
    if (!r->line)
        return;
    cli_text_count(&n, repl_data_count(&r->data));
    cli_note("%s events", n.ptr);
    cli_text_free(&n);
}

static void do_add(struct repl *r, const struct cli_list *words)
{
    if (!words->n) {
        cli_error("which files?");
        return;
    }
    repl_data_add(&r->data, &r->cli, words);
    cli_clear_stop();
    told_events(r);
}

static void do_open(struct repl *r, const struct cli_list *words)
{
    if (words->n)
        repl_data_clear(&r->data);
    do_add(r, words);
}

static void do_files(struct repl *r, const struct cli_list *words)
{
    (void)words;
    for (size_t f = 0; f < r->data.files.n; f++) {
        uint64_t n = 0;
        struct cli_text name = {0};
        for (size_t i = 0; i < repl_data_count(&r->data); i++)
            n += eqlite_store_get(r->data.store, i).path.ptr == r->data.files.items[f];
        cli_text_escape(&name, cli_string(r->data.files.items[f]));
        printf("%10llu  %s\n", (unsigned long long)n, name.ptr);
        cli_text_free(&name);
    }
}

static bool wanted(const struct cli_list *words, eqlite_string path)
{
    struct cli_text pattern = {0};
    if (!words->n)
        return true;
    /* A word without wildcards is looked for anywhere in the name. */
    bool plain = !strpbrk(words->items[0], "*?");
    cli_text_printf(&pattern, plain ? "*%s*" : "%s", words->items[0]);
    bool like = cli_like(pattern.ptr, path);
    cli_text_free(&pattern);
    return like;
}

static void print_field(const eqlite_survey_field *f, size_t width)
{
    struct cli_text name = {0}, example = {0};
    cli_text_escape(&name, f->path);
    cli_text_escape(&example, f->example);
    printf("%-*s %10llu  %s%s  %s\n", (int)width, name.ptr, (unsigned long long)f->events,
           f->strings   ? "string"
           : f->numbers ? "number"
                        : "boolean",
           f->array ? "[]" : "  ", example.ptr ? example.ptr : "");
    cli_text_free(&name);
    cli_text_free(&example);
}

static void do_schema(struct repl *r, const struct cli_list *words)
{
    size_t n = r->data.survey ? eqlite_survey_count(r->data.survey) : 0, width = 10;
    for (size_t i = 0; i < n; i++) {
        eqlite_survey_field f = eqlite_survey_get(r->data.survey, i);
        if (wanted(words, f.path) && cli_columns(f.path) > width && f.path.len < 60)
            width = cli_columns(f.path);
    }
    for (size_t i = 0; i < n; i++) {
        eqlite_survey_field f = eqlite_survey_get(r->data.survey, i);
        if (wanted(words, f.path))
            print_field(&f, width);
    }
}

static void do_fields(struct repl *r, const struct cli_list *words)
{
    size_t n = r->data.survey ? eqlite_survey_count(r->data.survey) : 0;
    for (size_t i = 0; i < n; i++) {
        eqlite_survey_field f = eqlite_survey_get(r->data.survey, i);
        struct cli_text name = {0};
        if (!wanted(words, f.path))
            continue;
        cli_text_escape(&name, f.path);
        printf("%s\n", name.ptr ? name.ptr : "");
        cli_text_free(&name);
    }
}

struct told_values {
    uint64_t left;
};

static bool print_value(eqlite_string text, bool is_string, uint64_t events, void *ctx)
{
    struct told_values *t = ctx;
    struct cli_text shown = {0};
    (void)is_string;
    if (!t->left)
        return false;
    t->left--;
    cli_text_escape(&shown, text);
    printf("%10llu  %s\n", (unsigned long long)events, shown.ptr ? shown.ptr : "");
    cli_text_free(&shown);
    return true;
}

static void do_values(struct repl *r, const struct cli_list *words)
{
    struct told_values told = {20};
    if (!words->n || (words->n > 1 && !repl_count(&told.left, words->items[1]))) {
        cli_error(words->n ? "how many values? a number" : "the values of which field?");
        return;
    }
    eqlite_status st = r->data.store ? eqlite_store_values(r->data.store, words->items[0], !r->cli.no_unwrap, print_value, &told)
                                     : EQLITE_OK;
    if (cli_stopped())
        cli_note("cancelled");
    else if (st == EQLITE_LIMIT)
        cli_error("too many values to count in memory; --memory gives more");
    else if (st != EQLITE_OK && st != EQLITE_END)
        cli_failed(st);
    cli_clear_stop();
}

/* ── Rules ── */

static void list_rules(const struct repl *r)
{
    size_t n = r->rules ? eqlite_rules_count(r->rules) : 0;
    for (size_t i = 0; i < n; i++) {
        eqlite_rule rule = eqlite_rules_get(r->rules, i);
        struct cli_text line = {0};
        cli_text_escape(&line, rule.id);
        cli_text_printf(&line, "  ");
        cli_text_escape(&line, rule.severity);
        cli_text_printf(&line, "  ");
        cli_text_escape(&line, rule.name);
        printf("%s\n", line.ptr);
        cli_text_free(&line);
    }
}

static void do_rules(struct repl *r, const struct cli_list *words)
{
    size_t refused = 0, unreadable = 0;
    if (!words->n) {
        list_rules(r);
        return;
    }
    eqlite_rules *rules = cli_compile_rules(&r->cli, words, &refused, &unreadable);
    if (!rules)
        return;
    eqlite_rules_free(r->rules);
    r->rules = rules;
    if (r->line)
        cli_note("%zu rules, %zu refused", eqlite_rules_count(rules), refused);
}

static bool to_stdout(const char *ptr, size_t len, void *ctx)
{
    (void)ctx;
    return fwrite(ptr, 1, len, stdout) == len;
}

static void do_rule(struct repl *r, const struct cli_list *words)
{
    size_t n = r->rules ? eqlite_rules_count(r->rules) : 0, shown = 0;
    for (size_t i = 0; i < n && words->n; i++) {
        eqlite_rule rule = eqlite_rules_get(r->rules, i);
        if (!cli_like(words->items[0], rule.id) && !cli_like(words->items[0], rule.name))
            continue;
        shown++;
        eqlite_rules_json(r->rules, i, to_stdout, NULL);
        printf("\n");
    }
    if (!shown)
        cli_error(words->n ? "no rule is like that" : "which rule? (.rules lists them)");
}

static void do_run(struct repl *r, const struct cli_list *words)
{
    if (!r->rules) {
        cli_error("no rules; load some with .rules PATH");
        return;
    }
    if (!words->n) {
        repl_match(r, r->rules, "compact", NULL);
        return;
    }
    /* Only the rules like the word: their files, compiled by themselves. */
    struct cli_list paths = {0};
    size_t refused = 0, unreadable = 0;
    for (size_t i = 0; i < eqlite_rules_count(r->rules); i++) {
        eqlite_rule rule = eqlite_rules_get(r->rules, i);
        if (cli_like(words->items[0], rule.id) || cli_like(words->items[0], rule.name))
            cli_list_add(&paths, repl_keep(r, rule.path.ptr, rule.path.len));
    }
    eqlite_rules *rules = paths.n ? cli_compile_rules(&r->cli, &paths, &refused, &unreadable) : NULL;
    if (rules)
        repl_match(r, rules, "compact", NULL);
    else if (!paths.n)
        cli_error("no rule is like that");
    eqlite_rules_free(rules);
    free(paths.items);
}

/* ── Explanations ── */

static void do_explain(struct repl *r, const struct cli_list *words)
{
    eqlite_compiler *compiler = r->last.len ? cli_compiler(&r->cli) : NULL;
    if (!compiler) {
        cli_error("no query to explain yet");
        return;
    }
    eqlite_status st = eqlite_explain(compiler, words->n ? words->items[0] : "plan", "<query>", r->last.ptr,
                                      r->last.len, to_stdout, NULL);
    cli_print_diagnostics(&r->cli, eqlite_compiler_diagnostics(compiler), 0);
    if (st != EQLITE_OK && eqlite_diagnostics_count(eqlite_compiler_diagnostics(compiler)) == 0)
        cli_error("no such stage; there are tokens, ast, plan and program");
    eqlite_compiler_free(compiler);
}

size_t repl_event_number(const struct repl *r, const char *word)
{
    char *end;
    unsigned long long n = strtoull(word, &end, 10);
    if (*end == '\0' && word[0] >= '0' && word[0] <= '9' && n >= 1 && n <= repl_data_count(&r->data))
        return (size_t)n;
    cli_error("there are events 1 to %zu", repl_data_count(&r->data));
    return 0;
}

/* The tree of each stage about event `n`. What depends on the past needs the events before it, too. */
static eqlite_status print_why(struct repl *r, eqlite_rules *rules, size_t n)
{
    eqlite_why *why = NULL;
    eqlite_why_options options = EQLITE_WHY_OPTIONS_INIT;
    options.unwrap = !r->cli.no_unwrap;
    options.alone = !eqlite_rules_need_order(rules);
    eqlite_status st = eqlite_why_new(&why, rules, 0, &options);
    for (size_t i = options.alone ? n - 1 : 0; i < n && st == EQLITE_OK && !cli_stopped(); i++) {
        eqlite_event event = eqlite_store_get(r->data.store, i);
        st = eqlite_why_feed(why, &event);
        if (st == EQLITE_INVALID && i + 1 < n)
            st = EQLITE_OK; /* of those before, broken ones do not count */
    }
    size_t stages = st == EQLITE_OK ? eqlite_why_get(why, eqlite_why_count(why) - 1).stage + 1 : 0;
    for (size_t i = 0; i < stages && st == EQLITE_OK; i++) {
        if (stages > 1)
            printf("stage %zu\n", i + 1);
        st = eqlite_why_print(why, i, "tree", stages > 1, to_stdout, NULL);
    }
    eqlite_why_free(why);
    return st;
}

/* NULL: told. */
static eqlite_rules *compile_last(struct repl *r)
{
    eqlite_rules *rules = NULL;
    eqlite_compiler *compiler = cli_compiler(&r->cli);
    if (!compiler)
        return NULL;
    eqlite_status st = eqlite_compiler_add_query(compiler, "<query>", r->last.ptr, r->last.len);
    cli_print_diagnostics(&r->cli, eqlite_compiler_diagnostics(compiler), 0);
    if (st == EQLITE_OK && (st = eqlite_compiler_finish(&rules, compiler)) != EQLITE_OK)
        cli_failed(st);
    eqlite_compiler_free(compiler);
    return rules;
}

static void do_why(struct repl *r, const struct cli_list *words)
{
    if (!words->n || !r->last.len) {
        cli_error(r->last.len ? "which event? they are counted from 1" : "no query to explain yet");
        return;
    }
    size_t n = repl_event_number(r, words->items[0]);
    eqlite_rules *rules = n ? compile_last(r) : NULL;
    eqlite_status st = rules ? print_why(r, rules, n) : EQLITE_OK;
    if (st != EQLITE_OK)
        cli_failed(st);
    eqlite_rules_free(rules);
}

/* ── How far sequences came ── */

static void on_trace(const eqlite_trace *t, void *ctx)
{
    cli_partials_trace(ctx, t);
}

static eqlite_status tell_partials(struct repl *r, eqlite_rules *rules, size_t most)
{
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    eqlite_matcher *m = NULL;
    struct cli_partials *partials = cli_partials_new();
    struct cli_text text = {0};
    options.on_trace = on_trace;
    options.ctx = partials;
    options.unwrap = !r->cli.no_unwrap;
    options.memory_bytes = r->cli.memory;
    eqlite_status st = eqlite_matcher_new(&m, rules, &options);
    if (st == EQLITE_OK)
        st = r->data.store ? eqlite_store_match(r->data.store, m) : eqlite_matcher_finish(m);
    if (st == EQLITE_OK)
        cli_partials_add(&text, partials, rules, false, most);
    fwrite(text.ptr ? text.ptr : "", 1, text.len, stdout);
    eqlite_matcher_free(m);
    cli_partials_free(partials);
    cli_text_free(&text);
    return st;
}

static void do_partial(struct repl *r, const struct cli_list *words)
{
    uint64_t most = CLI_PARTIALS_SHOWN;
    if (!r->last.len || (words->n && !repl_count(&most, words->items[0]))) {
        cli_error(r->last.len ? "how many keys? a number" : "no query to explain yet");
        return;
    }
    eqlite_rules *rules = compile_last(r);
    if (rules && eqlite_rules_get(rules, 0).kind != EQLITE_RULE_SEQUENCE) {
        cli_error("the last query is no sequence");
    } else if (rules) {
        eqlite_status st = tell_partials(r, rules, most < SIZE_MAX ? (size_t)most : SIZE_MAX);
        if (cli_stopped())
            cli_note("cancelled");
        else if (st != EQLITE_OK)
            cli_failed(st);
        cli_clear_stop();
    }
    eqlite_rules_free(rules);
}

static void do_plan(struct repl *r, const struct cli_list *words)
{
    (void)words;
    do_explain(r, &(struct cli_list){0});
}

static void do_save(struct repl *r, const struct cli_list *words)
{
    repl_save(r, words);
}

static void do_read(struct repl *r, const struct cli_list *words)
{
    if (words->n)
        repl_read(r, words->items[0]);
    else
        cli_error("which file?");
}

static void do_fmt(struct repl *r, const struct cli_list *words)
{
    (void)words;
    if (!r->last.len) {
        cli_error("no query to format yet");
        return;
    }
    eqlite_compiler *compiler = cli_compiler(&r->cli);
    if (!compiler)
        return;
    eqlite_format(compiler, "<query>", r->last.ptr, r->last.len, 0, to_stdout, NULL);
    cli_print_diagnostics(&r->cli, eqlite_compiler_diagnostics(compiler), 0);
    eqlite_compiler_free(compiler);
}

static void do_quit(struct repl *r, const struct cli_list *words)
{
    (void)words;
    r->quit = true;
}

static void do_help(struct repl *r, const struct cli_list *words);

static const struct command commands[] = {
    {".open", "FILE...", "read events from files, forget those before", do_open},
    {".add", "FILE...", "read more events", do_add},
    {".files", "", "the files and how many events each gave", do_files},
    {".schema", "[PATTERN]", "fields of the events, with types and an example", do_schema},
    {".fields", "[PATTERN]", "names of the fields", do_fields},
    {".values", "FIELD [N]", "values of a field, the commonest first; 20, or N of them", do_values},
    {".rules", "[PATH...]", "load rules; without a path, list them", do_rules},
    {".rule", "ID", "all that a rule says, as JSON; ID may have * and ?", do_rule},
    {".run", "[ID]", "run the rules over the events", do_run},
    {".explain", "[STAGE]", "the last query as tokens, ast, plan or program", do_explain},
    {".plan", "", "the same as .explain plan", do_plan},
    {".why", "EVENT", "why the last query matches an event or not; EVENT counts from 1", do_why},
    {".partial", "[N]", "how far the last query, a sequence, came for each key; 20, or N of them", do_partial},
    {".fmt", "", "the last query in its one layout", do_fmt},
    {".save", "WHAT FILE", "results: FILE; the query: --rule FILE; a test: --test FILE [EVENT...]", do_save},
    {".read", "FILE", "statements from a file", do_read},
    {".mode", "[FORM]", "print as ndjson, table, json or csv", repl_mode},
    {".cols", "[A,B]", "fields to print, columns of tables; *: the usual ones", repl_cols},
    {".width", "[N]", "columns of the terminal for tables; 0: as it is", repl_width},
    {".pager", "on|off", "show results through $PAGER", repl_pager},
    {".timer", "on|off", "tell how many results there are and how long it took", repl_timer},
    {".dialect", "[NAME]", "dialect of the queries", repl_dialect},
    {".limit", "[N]", "at most N results; 0: all", repl_limit},
    {".set", "KEY [VALUE]", "change a setting", repl_set},
    {".show", "", "the settings", repl_show},
    {".history", "[N]", "statements typed before; the last 20, or N of them", repl_history},
    {".edit", "", "change the last query in $EDITOR, and run it", repl_edit},
    {".help", "", "this list", do_help},
    {".quit", "", "leave; so does Ctrl-D", do_quit},
};
#define N_COMMANDS (sizeof commands / sizeof *commands)

const char *const repl_command_names[] = {
    ".open",  ".add",   ".files", ".schema", ".fields",  ".values", ".rules", ".rule",    ".run",  ".explain",
    ".plan",  ".why",   ".partial", ".fmt",  ".save",    ".read",   ".mode",  ".cols",    ".width", ".pager",
    ".timer", ".dialect", ".limit", ".set",  ".show",    ".history", ".edit", ".help",    ".quit", NULL};

static void do_help(struct repl *r, const struct cli_list *words)
{
    (void)r;
    (void)words;
    for (size_t i = 0; i < N_COMMANDS; i++)
        printf("%-10s %-12s %s\n", commands[i].name, commands[i].arguments, commands[i].help);
    printf("%-10s %-12s %s\n", "!COMMAND", "", "run a command of the system's shell");
    printf("A query ends with ';' or an empty line. Ctrl-C cancels, Tab completes.\n");
}

/* Split at blanks; "quoted words" may hold some. Returns false at a quote that is not closed. */
static bool split(struct cli_list *out, char *text)
{
    char *p = text;
    while (*(p += strspn(p, " \t")) != '\0') {
        char quote = *p == '"' || *p == '\'' ? *p : '\0';
        p += quote != '\0';
        cli_list_add(out, p);
        p = quote ? strchr(p, quote) : p + strcspn(p, " \t");
        if (!p)
            return false;
        if (*p)
            *p++ = '\0';
    }
    return true;
}

void repl_command(struct repl *r, const char *line)
{
    char *text = cli_alloc(NULL, strlen(line) + 1);
    struct cli_list words = {0};
    size_t i = 0;
    strcpy(text, line);
    if (!split(&words, text)) {
        cli_error("a quote is not closed");
        goto done;
    }
    size_t last = strlen(words.items[words.n - 1]);
    if (last > 1 && words.items[words.n - 1][last - 1] == ';') /* a habit from queries */
        ((char *)(uintptr_t)words.items[words.n - 1])[last - 1] = '\0';
    if (strcmp(words.items[0], ".exit") == 0)
        words.items[0] = ".quit";
    while (i < N_COMMANDS && strcmp(words.items[0], commands[i].name) != 0)
        i++;
    if (i == N_COMMANDS) {
        repl_one_of(words.items[0], repl_command_names);
        goto done;
    }
    struct cli_list rest = {words.items + 1, words.n - 1, 0};
    commands[i].run(r, &rest);
    if (fflush(stdout) != 0)
        r->failed = r->quit = true;
done:
    free(words.items);
    free(text);
}
