/* completion.c — completion scripts for shells, made of the rows of options.def. */
#include <string.h>

#include "cli/cli.h"

static bool names_files(const char *choices)
{
    return strcmp(choices, "FILE") == 0 || strcmp(choices, "DIR") == 0;
}

static bool on(const struct cli_option *o, int command)
{
    return o->commands & 1u << command;
}

static void command_words(void)
{
    for (int i = 0; i < CLI_COMMANDS; i++)
        printf("%s%s", i ? " " : "", cli_commands[i].name);
}

static const char *operand_words(int command)
{
    const char *files = cli_commands[command].files;
    return strcmp(files, "COMMAND") == 0 || names_files(files) ? "" : files;
}

/* ── bash ── */

static void bash_values(int command)
{
    for (int i = 0; i < CLI_OPTIONS; i++) {
        const struct cli_option *o = &cli_options[i];
        if (!on(o, command) || !o->argument || o->argument[0] == '[')
            continue;
        printf("            ");
        if (o->short_name)
            printf("-%c|", o->short_name);
        if (names_files(o->choices))
            printf("--%s) COMPREPLY=($(compgen -f -- \"$cur\")); compopt -o filenames; return ;;\n", o->name);
        else
            printf("--%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", o->name, o->choices);
    }
}

static void bash(void)
{
    printf("# bash completion for eqlite\n_eqlite() {\n"
           "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} options= words= files=\n"
           "    if [ \"$prev\" = = ] && [ \"$COMP_CWORD\" -gt 2 ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
           "    if [ \"$cur\" = = ]; then cur=; fi\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
           "        COMPREPLY=($(compgen -W '");
    command_words();
    printf(" --help --version' -- \"$cur\"))\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n");
    for (int c = 0; c < CLI_COMMANDS; c++) {
        printf("    %s)\n        case $prev in\n", cli_commands[c].name);
        bash_values(c);
        printf("        esac\n        options='");
        for (int i = 0; i < CLI_OPTIONS; i++)
            if (on(&cli_options[i], c))
                printf("--%s ", cli_options[i].name);
        printf("'\n        words='%s", operand_words(c));
        if (strcmp(cli_commands[c].files, "COMMAND") == 0)
            command_words();
        printf("' files=%s ;;\n", names_files(cli_commands[c].files) ? "yes" : "");
    }
    printf("    esac\n"
           "    case $cur in\n"
           "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")) ;;\n"
           "    *) if [ -n \"$files\" ]; then\n"
           "           COMPREPLY=($(compgen -f -- \"$cur\")); compopt -o filenames\n"
           "       else\n"
           "           COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
           "       fi ;;\n"
           "    esac\n}\ncomplete -F _eqlite eqlite\n");
}

/* ── zsh ── */

/* Text inside a quoted _arguments or _describe entry. */
static void zsh_text(const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            printf("'\\''");
        else if (strchr("[]:\\", *text))
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

static void zsh_value(const struct cli_option *o)
{
    if (!o->argument)
        return;
    bool optional = o->argument[0] == '[';
    printf("%s", optional ? "::" : ":");
    if (optional)
        printf("%.*s", (int)strlen(o->argument) - 2, o->argument + 1);
    else
        printf("%s", o->argument);
    if (names_files(o->choices))
        printf(":_files");
    else if (*o->choices)
        printf(":(%s)", o->choices);
    else
        printf(": ");
}

static void zsh_option(const struct cli_option *o)
{
    bool optional = o->argument && o->argument[0] == '[';
    printf("            '*--%s%s[", o->name, !o->argument ? "" : optional ? "=-" : "=");
    zsh_text(o->help);
    printf("]");
    zsh_value(o);
    printf("' \\\n");
    if (!o->short_name)
        return;
    printf("            '*-%c[", o->short_name);
    zsh_text(o->help);
    printf("]");
    zsh_value(o);
    printf("' \\\n");
}

static void zsh(void)
{
    printf("#compdef eqlite\n# zsh completion for eqlite\n_eqlite() {\n    local -a commands\n    commands=(\n");
    for (int c = 0; c < CLI_COMMANDS; c++) {
        printf("        '%s:", cli_commands[c].name);
        zsh_text(cli_commands[c].summary);
        printf("'\n");
    }
    printf("    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n        return\n    fi\n"
           "    local command=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $command in\n");
    for (int c = 0; c < CLI_COMMANDS; c++) {
        printf("    %s)\n        _arguments -s \\\n", cli_commands[c].name);
        for (int i = 0; i < CLI_OPTIONS; i++)
            if (on(&cli_options[i], c))
                zsh_option(&cli_options[i]);
        if (names_files(cli_commands[c].files)) {
            printf("            '*:file:_files' ;;\n");
        } else {
            printf("            '*:word:(%s", operand_words(c));
            if (strcmp(cli_commands[c].files, "COMMAND") == 0)
                command_words();
            printf(")' ;;\n");
        }
    }
    printf("    esac\n}\nif [ \"$funcstack[1]\" = _eqlite ]; then _eqlite \"$@\"; else compdef _eqlite eqlite; fi\n");
}

/* ── fish ── */

static void fish_text(const char *text)
{
    putchar('\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    putchar('\'');
}

static void fish(void)
{
    printf("# fish completion for eqlite\n");
    for (int c = 0; c < CLI_COMMANDS; c++) {
        const char *name = cli_commands[c].name;
        printf("complete -c eqlite -n __fish_use_subcommand -f -a %s -d ", name);
        fish_text(cli_commands[c].summary);
        printf("\n");
        for (int i = 0; i < CLI_OPTIONS; i++) {
            const struct cli_option *o = &cli_options[i];
            if (!on(o, c))
                continue;
            printf("complete -c eqlite -n '__fish_seen_subcommand_from %s' -l %s", name, o->name);
            if (o->short_name)
                printf(" -s %c", o->short_name);
            if (o->argument && o->argument[0] != '[')
                printf(names_files(o->choices) ? " -rF" : " -x");
            if (o->argument && *o->choices && !names_files(o->choices))
                printf(" -a '%s'", o->choices);
            printf(" -d ");
            fish_text(o->help);
            printf("\n");
        }
        if (names_files(cli_commands[c].files))
            continue;
        printf("complete -c eqlite -n '__fish_seen_subcommand_from %s' -f -a '%s", name, operand_words(c));
        if (strcmp(cli_commands[c].files, "COMMAND") == 0)
            command_words();
        printf("'\n");
    }
}

int cli_completion(struct cli *c)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
    if (c->files.n != 1)
        return cli_usage(c, "expected one shell: bash, zsh or fish");
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (strcmp(c->files.items[0], shells[i].name) == 0) {
            shells[i].print();
            struct cli_output o = {.file = stdout};
            return cli_output_close(&o, true) ? CLI_OK : CLI_TROUBLE;
        }
    return cli_usage(c, "unknown shell '%s', expected bash, zsh or fish", c->files.items[0]);
}
