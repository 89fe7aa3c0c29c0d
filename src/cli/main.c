/* main.c — the eqlite program: find the command, read its options, run it. */
#include <fcntl.h>
#include <string.h>

#include "cli/cli.h"

static int (*const functions[CLI_COMMANDS])(struct cli *c) = {
    [CLI_COMMAND_QUERY] = cli_query,     [CLI_COMMAND_RUN] = cli_run,
    [CLI_COMMAND_CHECK] = cli_check,     [CLI_COMMAND_FMT] = cli_fmt,
    [CLI_COMMAND_TEST] = cli_test,       [CLI_COMMAND_EXPLAIN] = cli_explain,
    [CLI_COMMAND_FIELDS] = cli_fields,   [CLI_COMMAND_REPL] = cli_repl,
    [CLI_COMMAND_COMPLETION] = cli_completion, [CLI_COMMAND_VERSION] = cli_version,
    [CLI_COMMAND_COMPILE] = cli_pack,    [CLI_COMMAND_HELP] = cli_help,
    [CLI_COMMAND_LSP] = cli_lsp,         [CLI_COMMAND_REPORT] = cli_report,
    [CLI_COMMAND_COVERAGE] = cli_coverage,
};

static int unknown_command(const char *name)
{
    const char *names[CLI_COMMANDS];
    for (size_t i = 0; i < CLI_COMMANDS; i++)
        names[i] = cli_commands[i].name;
    const char *near = cli_nearest(name, names, CLI_COMMANDS);
    struct cli_text shown = {0};
    cli_text_escape(&shown, cli_string(name));
    cli_error("unknown %s '%s'%s%s%s", name[0] == '-' ? "option before the command:" : "command",
              shown.ptr ? shown.ptr : "", near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    cli_note("Try 'eqlite help'.");
    cli_text_free(&shown);
    return CLI_TROUBLE;
}

static enum cli_command_id command_of(const char *word)
{
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return CLI_COMMAND_HELP;
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return CLI_COMMAND_VERSION;
    return cli_find_command(word);
}

/* If a standard stream is closed, the next file opened would take its place and get what was meant for it. Each gets a
 * file here that cannot be used its way, so that using it is an error. */
static void hold_standard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
    struct cli c = {.min_severity = CLI_NO_LEVEL, .fail_on = CLI_NO_LEVEL};
    hold_standard_streams();
    cli_catch_signals();
    if (argc < 2) {
        cli_note("eqlite: no command given\nTry 'eqlite help'.");
        return CLI_TROUBLE;
    }
    c.command = command_of(argv[1]);
    if (c.command == CLI_COMMANDS)
        return unknown_command(argv[1]);

    int status = CLI_TROUBLE;
    if (cli_parse(&c, argc - 1, argv + 1))
        status = c.help ? cli_help_command(c.command) : functions[c.command](&c);
    cli_free(&c);
    return status;
}
