/* options.c — the command line, read with getopt_long by the rows of options.def. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define MOST_THREADS 256
#define ON(command) (1u << CLI_COMMAND_##command)
#define ON_ALL ((1u << CLI_COMMANDS) - 1)

const struct cli_command cli_commands[CLI_COMMANDS] = {
#define COMMAND(id, name, operands, files, summary, description) {name, operands, files, summary, description},
#include "cli/options.def"
};

const struct cli_option cli_options[CLI_OPTIONS] = {
#define OPTION(id, short, long, argument, choices, commands, help) {short, long, argument, choices, commands, help},
#include "cli/options.def"
};

enum cli_command_id cli_find_command(const char *name)
{
    unsigned i = 0;
    while (i < CLI_COMMANDS && strcmp(name, cli_commands[i].name) != 0)
        i++;
    return (enum cli_command_id)i;
}

int cli_usage(const struct cli *c, const char *format, ...)
{
    struct cli_text message = {0}, shown = {0};
    char buffer[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(buffer, sizeof buffer, format, args);
    va_end(args);
    cli_text_add(&message, buffer, strlen(buffer));
    cli_text_escape(&shown, (eqlite_string){message.ptr, message.len}); /* it quotes the command line */
    cli_error("%s: %s", cli_commands[c->command].name, shown.ptr ? shown.ptr : "");
    cli_note("Try 'eqlite help %s'.", cli_commands[c->command].name);
    cli_text_free(&message);
    cli_text_free(&shown);
    return CLI_TROUBLE;
}

bool cli_default_files(struct cli *c)
{
    if (c->files.n)
        return true;
    if (isatty(STDIN_FILENO)) {
        cli_usage(c, "no files given, and standard input is a terminal");
        return false;
    }
    cli_list_add(&c->files, "-");
    return true;
}

/* ── Values ── */

/* Is `value` one of the blank-separated `choices`? *index is its place. */
static bool choose(const char *choices, const char *value, unsigned *index)
{
    size_t len = strlen(value);
    for (*index = 0; *choices; ++*index) {
        size_t n = strcspn(choices, " ");
        if (n == len && memcmp(choices, value, n) == 0)
            return true;
        choices += n + (choices[n] == ' ');
    }
    return false;
}

static bool restricted(const struct cli_option *o)
{
    return o->argument && *o->choices && strcmp(o->choices, "FILE") != 0 && strcmp(o->choices, "DIR") != 0;
}

static bool wrong_choice(const struct cli *c, const struct cli_option *o, const char *value)
{
    const char *names[8];
    char words[128];
    size_t n = 0;
    snprintf(words, sizeof words, "%s", o->choices);
    for (char *save, *word = strtok_r(words, " ", &save); word && n < 8; word = strtok_r(NULL, " ", &save))
        names[n++] = word;
    const char *near = cli_nearest(value, names, n);
    if (near)
        cli_usage(c, "--%s: unknown value '%s'; did you mean '%s'?", o->name, value, near);
    else
        cli_usage(c, "--%s: unknown value '%s', expected one of: %s", o->name, value, o->choices);
    return false;
}

static bool number(const struct cli *c, const struct cli_option *o, const char *value, uint64_t *out)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(value, &end, 10);
    if (value[0] >= '0' && value[0] <= '9' && !*end && !errno) {
        *out = n;
        return true;
    }
    cli_usage(c, "--%s: '%s' is not a number", o->name, value);
    return false;
}

static bool check_threads(const struct cli *c)
{
    if (c->threads <= MOST_THREADS)
        return true;
    cli_usage(c, "--threads: at most %d", MOST_THREADS);
    return false;
}

static bool check_percent(const struct cli *c)
{
    if (c->min_coverage <= 100)
        return true;
    cli_usage(c, "--min-coverage: at most 100");
    return false;
}

/* A whole number and a unit; 0 needs none. */
static bool duration(const struct cli *c, const struct cli_option *o, const char *value, int64_t *out_ns)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {{"ns", 1},
                 {"us", 1000},
                 {"ms", 1000000},
                 {"s", INT64_C(1000000000)},
                 {"m", INT64_C(60000000000)},
                 {"h", INT64_C(3600000000000)},
                 {"d", INT64_C(86400000000000)}};
    char *unit;
    errno = 0;
    long long n = strtoll(value, &unit, 10);
    bool fine = value[0] >= '0' && value[0] <= '9' && !errno;
    *out_ns = 0;
    if (fine && n == 0 && !*unit)
        return true;
    for (size_t i = 0; fine && i < sizeof units / sizeof *units; i++)
        if (strcmp(unit, units[i].name) == 0 && !__builtin_mul_overflow((int64_t)n, units[i].ns, out_ns))
            return true;
    cli_usage(c, "--%s: '%s' is not a time such as 500ms, 10s, 5m", o->name, value);
    return false;
}

/* Bytes: a whole number and perhaps a unit. */
static bool bytes(const struct cli *c, const struct cli_option *o, const char *value, size_t *out)
{
    static const char units[] = "KMG";
    char *unit;
    errno = 0;
    unsigned long long n = strtoull(value, &unit, 10);
    bool fine = value[0] >= '0' && value[0] <= '9' && !errno && n > 0;
    const char *at = *unit ? strchr(units, *unit) : NULL;
    size_t factor = at ? (size_t)1 << 10 * (at - units + 1) : 1;
    if (fine && (!*unit || (at && !unit[1])) && !__builtin_mul_overflow((size_t)n, factor, out))
        return true;
    cli_usage(c, "--%s: '%s' is not a size such as 64M or 2G", o->name, value);
    return false;
}

static void add_columns(struct cli *c, char *list)
{
    char *save;
    for (char *name = strtok_r(list, ", ", &save); name; name = strtok_r(NULL, ", ", &save))
        cli_list_add(&c->columns, name);
}

static void add_query(struct cli *c, const char *text, const char *file)
{
    cli_list_add(&c->exprs, text);
    cli_list_add(&c->expr_files, file);
}

/* --name names the query that comes next; those without one have NULL. */
static void add_name(struct cli *c, const char *name)
{
    while (c->names.n < c->exprs.n)
        cli_list_add(&c->names, NULL);
    if (c->names.n > c->exprs.n)
        c->names.n--;
    cli_list_add(&c->names, name);
    c->named = true;
}

/* Take one option. `index`: which of its choices. */
static bool take(struct cli *c, enum cli_option_id id, char *value, unsigned index)
{
    const struct cli_option *o = &cli_options[id];
    switch (id) {
    case CLI_OPT_EXPR: add_query(c, value, NULL); break;
    case CLI_OPT_FILE: add_query(c, NULL, value); break;
    case CLI_OPT_NAME: add_name(c, value); break;
    case CLI_OPT_RULES: cli_list_add(&c->rules, value); break;
    case CLI_OPT_ONLY: cli_list_add(&c->only, value); break;
    case CLI_OPT_SKIP: cli_list_add(&c->skip, value); break;
    case CLI_OPT_MIN_SEVERITY: c->min_severity = (enum cli_level)index; break;
    case CLI_OPT_STAGE: c->stage = value; break;
    case CLI_OPT_EVENT: c->event = value; break;
    case CLI_OPT_DIALECT: c->dialect = value; break;
    case CLI_OPT_INPUT: c->input = value; break;
    case CLI_OPT_UNWRAP: c->no_unwrap = index == 1; break;
    case CLI_OPT_TIMESTAMP: c->timestamp_field = value; break;
    case CLI_OPT_CATEGORY: c->category_field = value; break;
    case CLI_OPT_TIEBREAKER: c->tiebreaker_field = value; break;
    case CLI_OPT_PARTITION: c->partition_by = value; break;
    case CLI_OPT_SCHEMA: c->schema = value; break;
    case CLI_OPT_AGAINST: cli_list_add(&c->against, value); break;
    case CLI_OPT_ENGINE: c->engine = value; break;
    case CLI_OPT_FOLLOW: c->follow = true; break;
    case CLI_OPT_MAX_LATENESS: c->lateness_given = true; return duration(c, o, value, &c->max_lateness_ns);
    case CLI_OPT_SORT: c->sort = true; break;
    case CLI_OPT_STATE: c->state = value; break;
    case CLI_OPT_STATE_EVERY: c->every_given = true; return duration(c, o, value, &c->state_every_ns);
    case CLI_OPT_NOW: c->now = value; break;
    case CLI_OPT_FLUSH: c->flush = true; break;
    case CLI_OPT_NO_MERGE: c->no_merge = true; break;
    case CLI_OPT_STRICT: c->strict = true; break;
    case CLI_OPT_FORMAT:
    case CLI_OPT_FIELDS_FORMAT:
    case CLI_OPT_CHECK_FORMAT:
    case CLI_OPT_HELP_FORMAT:
    case CLI_OPT_EXPLAIN_FORMAT: c->format = value; break;
    case CLI_OPT_FIELDS:
    case CLI_OPT_RUN_FIELDS: add_columns(c, value); break;
    case CLI_OPT_WHY: c->explain = true; break;
    case CLI_OPT_ALERTS: c->alerts = value; break;
    case CLI_OPT_OUTPUT: c->output = value; break;
    case CLI_OPT_REPORT: c->report = value; break;
    case CLI_OPT_TITLE: c->title = value; break;
    case CLI_OPT_MAX_SHOWN: return number(c, o, value, &c->max_alerts);
    case CLI_OPT_RAISED: cli_list_add(&c->raised, value); break;
    case CLI_OPT_LIMIT: return number(c, o, value, &c->limit);
    case CLI_OPT_SAMPLES: return number(c, o, value, &c->samples);
    case CLI_OPT_MEMORY: return bytes(c, o, value, &c->memory);
    case CLI_OPT_THREADS: return number(c, o, value, &c->threads) && check_threads(c);
    case CLI_OPT_BLOCK_SIZE: return bytes(c, o, value, &c->block_size);
    case CLI_OPT_MAX_ALERTS: return number(c, o, value, &c->max_alerts);
    case CLI_OPT_WRITE: c->write = true; break;
    case CLI_OPT_CHECK: c->check = true; break;
    case CLI_OPT_DIFF: c->diff = true; break;
    case CLI_OPT_WIDTH: return number(c, o, value, &c->width);
    case CLI_OPT_COUNT: c->count = true; break;
    case CLI_OPT_STATS:
        c->stats = true;
        c->stats_json = value != NULL;
        break;
    case CLI_OPT_PROFILE:
        c->profile = true;
        c->profile_json = value != NULL;
        break;
    case CLI_OPT_MISSING: c->missing = true; break;
    case CLI_OPT_FILTER: c->filter = value; break;
    case CLI_OPT_UPDATE: c->update = true; break;
    case CLI_OPT_SCAFFOLD: c->scaffold = true; break;
    case CLI_OPT_COVERAGE:
        c->coverage = true;
        c->coverage_json = value != NULL;
        break;
    case CLI_OPT_MIN_COVERAGE: return number(c, o, value, &c->min_coverage) && check_percent(c);
    case CLI_OPT_FAIL_FAST: c->fail_fast = true; break;
    case CLI_OPT_PARTIAL: c->partial = true; break;
    case CLI_OPT_EXPECT: c->expect = value; break;
    case CLI_OPT_CORPUS: c->corpus = value; break;
    case CLI_OPT_JUNIT: c->junit = value; break;
    case CLI_OPT_EXIT_STATUS: c->exit_status = true; break;
    case CLI_OPT_FAIL_ON: c->fail_on = (enum cli_level)index; break;
    case CLI_OPT_FAIL_LEVEL: c->fail_level = index < 2 ? (eqlite_severity)index : EQLITE_NOTE; break;
    case CLI_OPT_COLOR: c->color = (enum cli_when)index; break;
    case CLI_OPT_PROGRESS: c->progress = (enum cli_when)index; break;
    case CLI_OPT_QUIET: c->quiet = true; break;
    case CLI_OPT_FIX: c->fix = true; break;
    case CLI_OPT_INFO: c->info = true; break;
    case CLI_OPT_VERBOSE: c->verbose = true; break;
    case CLI_OPT_HELP: c->help = true; break;
    case CLI_OPTIONS: break;
    }
    return true;
}

/* ── getopt ── */

#define LONG_VALUE 256 /* getopt_long returns this + the number of the row */

struct table {
    struct option longs[CLI_OPTIONS + 1];
    char shorts[2 * CLI_OPTIONS + 2];
};

static void make_table(struct table *t, enum cli_command_id command)
{
    size_t n = 0, s = 0;
    memset(t, 0, sizeof *t);
    t->shorts[s++] = ':'; /* tell a missing argument from an unknown option */
    for (int i = 0; i < CLI_OPTIONS; i++) {
        const struct cli_option *o = &cli_options[i];
        if (!(o->commands & 1u << command))
            continue;
        int has = !o->argument ? no_argument : o->argument[0] == '[' ? optional_argument : required_argument;
        t->longs[n++] = (struct option){o->name, has, NULL, LONG_VALUE + i};
        if (!o->short_name)
            continue;
        t->shorts[s++] = o->short_name;
        if (o->argument)
            t->shorts[s++] = ':';
    }
}

static enum cli_option_id row_of(enum cli_command_id command, int value)
{
    if (value >= LONG_VALUE)
        return (enum cli_option_id)(value - LONG_VALUE);
    unsigned i = 0;
    while (i < CLI_OPTIONS && (cli_options[i].short_name != value || !(cli_options[i].commands & 1u << command)))
        i++;
    return (enum cli_option_id)i;
}

/* getopt returned '?': an unknown option, an ambiguous one, or an argument where there should be none. */
static bool unknown(const struct cli *c, const char *word)
{
    const char *names[CLI_OPTIONS];
    char name[64];
    size_t n = 0;
    if (optopt >= LONG_VALUE)
        return cli_usage(c, "--%s takes no argument", cli_options[optopt - LONG_VALUE].name), false;
    if (optopt)
        return cli_usage(c, "unknown option '-%c'", optopt), false;
    for (int i = 0; i < CLI_OPTIONS; i++)
        if (cli_options[i].commands & 1u << c->command)
            names[n++] = cli_options[i].name;
    word += strspn(word, "-");
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    const char *near = cli_nearest(name, names, n);
    if (near)
        cli_usage(c, "unknown option '--%s'; did you mean '--%s'?", name, near);
    else
        cli_usage(c, "unknown option '--%s'", name);
    return false;
}

static bool check_dialect(const struct cli *c)
{
    const char *const *dialects = eqlite_dialects();
    size_t n = 0;
    for (; dialects[n]; n++)
        if (!c->dialect || strcmp(c->dialect, dialects[n]) == 0)
            return true;
    const char *near = cli_nearest(c->dialect, dialects, n);
    if (near)
        cli_usage(c, "--dialect: unknown dialect '%s'; did you mean '%s'?", c->dialect, near);
    else
        cli_usage(c, "--dialect: unknown dialect '%s'", c->dialect);
    return false;
}

static bool check_state(const struct cli *c)
{
    if (!c->state && (c->every_given || c->now || c->flush))
        return cli_usage(c, "--%s belongs to --state", c->every_given ? "state-every" : c->now ? "now" : "flush"), false;
    if (c->state && c->sort)
        return cli_usage(c, "--sort waits for the end of the events, and with --state there is none; "
                            "use --max-lateness"), false;
    if (c->state && c->format && strcmp(c->format, "ndjson") != 0)
        return cli_usage(c, "with --state the output goes on where it was, line by line: only --format ndjson can"), false;
    return true;
}

bool cli_parse(struct cli *c, int argc, char **argv)
{
    struct table table;
    int value;
    make_table(&table, c->command);
    opterr = 0;
    while ((value = getopt_long(argc, argv, table.shorts, table.longs, NULL)) != -1) {
        if (value == '?')
            return unknown(c, argv[optind - 1]);
        enum cli_option_id id = row_of(c->command, value == ':' ? optopt : value);
        const struct cli_option *o = &cli_options[id];
        if (value == ':')
            return cli_usage(c, "--%s needs an argument: %s", o->name, o->argument), false;
        unsigned index = 0;
        if (optarg && restricted(o) && id != CLI_OPT_DIALECT && !choose(o->choices, optarg, &index))
            return wrong_choice(c, o, optarg);
        if (!take(c, id, optarg, index))
            return false;
    }
    for (int i = optind; i < argc; i++)
        cli_list_add(&c->files, argv[i]);
    if (c->sort && c->follow && !c->help)
        return cli_usage(c, "--sort waits for the end of the events, and --follow has none; use --max-lateness"), false;
    return c->help || (check_dialect(c) && check_state(c));
}

void cli_free(struct cli *c)
{
    struct cli_list *lists[] = {&c->files, &c->exprs, &c->expr_files, &c->names,
                                &c->rules, &c->only,  &c->skip,       &c->columns,
                                &c->against, &c->raised};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        free(lists[i]->items);
}
