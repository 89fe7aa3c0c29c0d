/* help.c — what `eqlite help` prints, and the manual pages: two layouts of the rows of options.def. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define HELP_COLUMN 32
#define LINE_WIDTH 100

/* Print text from column `at` on, broken into lines that begin at column `indent`. */
static void wrapped(const char *text, size_t at, size_t indent)
{
    while (*text) {
        size_t room = LINE_WIDTH > at ? LINE_WIDTH - at : 1, len = strlen(text), n = len;
        if (len > room) {
            n = room;
            while (n > 0 && text[n] != ' ')
                n--;
            if (n == 0)
                n = strcspn(text, " ");
        }
        printf("%.*s\n", (int)n, text);
        text += n;
        text += strspn(text, " ");
        at = indent;
        if (*text)
            printf("%*s", (int)indent, "");
    }
}

static void option_names(struct cli_text *t, const struct cli_option *o)
{
    if (o->short_name)
        cli_text_printf(t, "-%c, ", o->short_name);
    else
        cli_text_printf(t, "    ");
    cli_text_printf(t, "--%s", o->name);
    if (o->argument && o->argument[0] == '[')
        cli_text_printf(t, "[=%s", o->argument + 1);
    else if (o->argument)
        cli_text_printf(t, " %s", o->argument);
}

static void help_of(enum cli_command_id command)
{
    const struct cli_command *c = &cli_commands[command];
    printf("eqlite %s - %s\n\nUsage: eqlite %s [OPTION...] %s\n\n", c->name, c->summary, c->name, c->operands);
    wrapped(c->description, 0, 0);
    printf("\nOptions:\n");
    for (int i = 0; i < CLI_OPTIONS; i++) {
        if (!(cli_options[i].commands & 1u << command))
            continue;
        struct cli_text names = {0};
        option_names(&names, &cli_options[i]);
        if (names.len > HELP_COLUMN - 3)
            printf("  %s\n%*s", names.ptr, HELP_COLUMN, "");
        else
            printf("  %-*s ", HELP_COLUMN - 3, names.ptr);
        wrapped(cli_options[i].help, HELP_COLUMN, HELP_COLUMN);
        cli_text_free(&names);
    }
}

static void command_line(enum cli_command_id command)
{
    printf("  %-12s %s\n", cli_commands[command].name, cli_commands[command].summary);
}

static void overview(void)
{
    printf("eqlite - EQL, the Event Query Language, over files and streams\n\n"
           "Usage: eqlite COMMAND [OPTION...] [FILE...]\n\nAsk and detect:\n");
    command_line(CLI_COMMAND_QUERY);
    command_line(CLI_COMMAND_RUN);
    command_line(CLI_COMMAND_REPL);
    command_line(CLI_COMMAND_REPORT);
    printf("\nWrite rules:\n");
    command_line(CLI_COMMAND_CHECK);
    command_line(CLI_COMMAND_FMT);
    command_line(CLI_COMMAND_TEST);
    command_line(CLI_COMMAND_EXPLAIN);
    command_line(CLI_COMMAND_FIELDS);
    command_line(CLI_COMMAND_COVERAGE);
    command_line(CLI_COMMAND_COMPILE);
    command_line(CLI_COMMAND_LSP);
    printf("\nAbout eqlite:\n");
    command_line(CLI_COMMAND_COMPLETION);
    command_line(CLI_COMMAND_VERSION);
    command_line(CLI_COMMAND_HELP);
    printf("\nExamples:\n"
           "  eqlite query -e 'process where process.name : \"cmd.exe\"' events.ndjson.gz\n"
           "  eqlite run -r rules/ --format table events.ndjson\n"
           "  tail -F events.ndjson | eqlite run -r rules/ -\n"
           "\nExit status: 0 fine, 1 the answer is no, 2 trouble, 130 interrupted.\n"
           "'eqlite help COMMAND' explains a command.\n");
}

/* ── Manual pages ── */

/* Text for roff: a hyphen and a backslash are escaped, a dot at the beginning of a line too. */
static void roff(const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (; *text; text++) {
        if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '\\')
            fputs("\\e", stdout);
        else
            putchar(*text);
    }
}

static void man_title(const char *name, const char *summary)
{
    printf(".TH ");
    for (const char *p = name; *p; p++)
        putchar(toupper((unsigned char)*p));
    printf(" 1 \"\" \"eqlite %s\" \"User Commands\"\n.SH NAME\n", eqlite_version());
    roff(name);
    printf(" \\- ");
    roff(summary);
    printf("\n.SH SYNOPSIS\n");
}

static void man_option(const struct cli_option *o)
{
    printf(".TP\n");
    if (o->short_name)
        printf("\\fB\\-%c\\fR, ", o->short_name);
    printf("\\fB\\-\\-");
    roff(o->name);
    printf("\\fR");
    if (o->argument && o->argument[0] == '[')
        printf("[=\\fI%.*s\\fR]", (int)strlen(o->argument) - 2, o->argument + 1);
    else if (o->argument)
        printf(" \\fI%s\\fR", o->argument);
    printf("\n");
    roff(o->help);
    printf(".\n");
}

static void man_exit_status(void)
{
    printf(".SH EXIT STATUS\n"
           ".TP\n0\nIt ran, and there is nothing to complain about.\n"
           ".TP\n1\nIt ran, and the answer is no: a test failed, a finding or an alert at the asked level, no match.\n"
           ".TP\n2\nTrouble: wrong usage, a wrong query or rule, a file that could not be read or written.\n"
           ".TP\n130\nInterrupted, after writing what was found so far.\n");
}

static void man_environment(void)
{
    printf(".SH ENVIRONMENT\n"
           ".TP\n\\fBNO_COLOR\\fR\nIf set and not empty, no colours unless \\fB\\-\\-color\\fR asks for them.\n"
           ".TP\n\\fBCLICOLOR_FORCE\\fR\nIf set, not empty and not 0, colours also where there is no terminal.\n"
           ".TP\n\\fBTERM\\fR\nNo colours if it is \\fBdumb\\fR.\n");
}

static void man_of(enum cli_command_id command)
{
    const struct cli_command *c = &cli_commands[command];
    char name[32];
    snprintf(name, sizeof name, "eqlite-%s", c->name);
    man_title(name, c->summary);
    printf(".B eqlite %s\n.RI [ OPTION ...]\n", c->name);
    if (*c->operands) {
        roff(c->operands);
        printf("\n");
    }
    printf(".SH DESCRIPTION\n");
    roff(c->description);
    printf("\n.SH OPTIONS\n");
    for (int i = 0; i < CLI_OPTIONS; i++)
        if (cli_options[i].commands & 1u << command)
            man_option(&cli_options[i]);
    man_exit_status();
    man_environment();
    printf(".SH SEE ALSO\n.BR eqlite (1)\n");
}

static void man_overview(void)
{
    man_title("eqlite", "EQL, the Event Query Language, over files and streams");
    printf(
        ".B eqlite\n.I COMMAND\n.RI [ OPTION \"...] [\" FILE ...]\n.SH DESCRIPTION\n"
        "Finds events, sequences of events and samples in NDJSON and JSON files or streams with EQL, the Event Query "
        "Language, and runs detection rules written in it. Standard output is data only; messages go to standard "
        "error.\n.SH COMMANDS\n");
    for (int i = 0; i < CLI_COMMANDS; i++) {
        printf(".TP\n\\fB%s\\fR\n", cli_commands[i].name);
        roff(cli_commands[i].summary);
        printf(".\n");
    }
    man_exit_status();
    man_environment();
    printf(".SH SEE ALSO\n");
    for (int i = 0; i < CLI_COMMANDS; i++)
        printf(".BR eqlite\\-%s (1)%s\n", cli_commands[i].name, i + 1 < CLI_COMMANDS ? "," : "");
}

/* Everything was printed with stdio: did it arrive? */
static int finish(void)
{
    struct cli_output o = {.file = stdout, .error = 0};
    if (ferror(stdout))
        o.error = 5; /* EIO: the first error is gone, this is what remains of it */
    return cli_output_close(&o, true) ? CLI_OK : CLI_TROUBLE;
}

int cli_help_command(enum cli_command_id command)
{
    help_of(command);
    return finish();
}

int cli_help(struct cli *c)
{
    bool man = c->format && strcmp(c->format, "man") == 0;
    if (c->files.n > 1)
        return cli_usage(c, "one command at a time");
    if (c->files.n == 0) {
        man ? man_overview() : overview();
        return finish();
    }
    enum cli_command_id command = cli_find_command(c->files.items[0]);
    if (command == CLI_COMMANDS) {
        const char *names[CLI_COMMANDS];
        for (int i = 0; i < CLI_COMMANDS; i++)
            names[i] = cli_commands[i].name;
        const char *near = cli_nearest(c->files.items[0], names, CLI_COMMANDS);
        return near ? cli_usage(c, "unknown command '%s'; did you mean '%s'?", c->files.items[0], near)
                    : cli_usage(c, "unknown command '%s'", c->files.items[0]);
    }
    man ? man_of(command) : help_of(command);
    return finish();
}
