/* repl_complete.c — what Tab offers: commands after a dot, files after .open, else words of the language and fields. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "cli/repl.h"

static const char *const categories[] = {
    "any",     "api",     "authentication", "configuration", "database", "dns",
    "driver",  "email",   "file",           "host",          "iam",      "intrusion_detection",
    "library", "malware", "network",        "package",       "process",  "registry",
    "session", "threat",  "vulnerability",  "web",           NULL};

static void offer(struct cli_list *out, eqlite_string name, const char *prefix, size_t len)
{
    if (name.len < len || (len && memcmp(name.ptr, prefix, len) != 0))
        return;
    char *copy = cli_alloc(NULL, name.len + 1);
    if (name.len)
        memcpy(copy, name.ptr, name.len);
    copy[name.len] = '\0';
    cli_list_add(out, copy);
}

static void offer_all(struct cli_list *out, const char *const *names, const char *prefix, size_t len)
{
    for (; *names; names++)
        offer(out, cli_string(*names), prefix, len);
}

static void offer_files(struct cli_list *out, const char *prefix, size_t len)
{
    struct cli_text pattern = {0};
    glob_t found;
    cli_text_printf(&pattern, "%.*s*", (int)len, prefix);
    if (glob(pattern.ptr, GLOB_MARK, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            offer(out, cli_string(found.gl_pathv[i]), prefix, len);
        globfree(&found);
    }
    cli_text_free(&pattern);
}

static void offer_words(struct cli_list *out, const struct repl *r, bool first, const char *prefix, size_t len)
{
    if (first)
        offer_all(out, categories, prefix, len);
    offer_all(out, eqlite_keywords(), prefix, len);
    if (first)
        return;
    for (size_t i = 0; i < eqlite_function_count(); i++)
        offer(out, cli_string(eqlite_function_get(i).name), prefix, len);
    size_t n = r->data.survey ? eqlite_survey_count(r->data.survey) : 0;
    for (size_t i = 0; i < n; i++)
        offer(out, eqlite_survey_get(r->data.survey, i).path, prefix, len);
}

static int by_text(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

static void sort_once_each(struct cli_list *l)
{
    size_t kept = 0;
    if (l->n)
        qsort(l->items, l->n, sizeof *l->items, by_text);
    for (size_t i = 0; i < l->n; i++) {
        if (kept && strcmp(l->items[kept - 1], l->items[i]) == 0)
            free((void *)(uintptr_t)l->items[i]);
        else
            l->items[kept++] = l->items[i];
    }
    l->n = kept;
}

void repl_complete(struct cli_list *out, size_t *word, const struct repl *r, const char *text, size_t len)
{
    bool command = len && text[0] == '.' && !r->statement.len;
    size_t start = len;
    while (start > 0 && !strchr(command ? " \t\"'" : " \t()[]{},=<>!:\"'?|", text[start - 1]))
        start--;
    *word = start;
    const char *prefix = text + start;
    if (command && start == 0)
        offer_all(out, repl_command_names, prefix, len);
    else if (command &&
             (strncmp(text, ".open ", 6) == 0 || strncmp(text, ".add ", 5) == 0 || strncmp(text, ".rules ", 7) == 0))
        offer_files(out, prefix, len - start);
    else if (command && strncmp(text, ".mode ", 6) == 0)
        offer_all(out, (const char *const[]){"ndjson", "table", "json", "csv", NULL}, prefix, len - start);
    else if (command && strncmp(text, ".explain ", 9) == 0)
        offer_all(out, (const char *const[]){"tokens", "ast", "plan", "program", NULL}, prefix, len - start);
    else if (command && strncmp(text, ".dialect ", 9) == 0)
        offer_all(out, eqlite_dialects(), prefix, len - start);
    else
        offer_words(out, r, start == 0 && !r->statement.len, prefix, len - start);
    sort_once_each(out);
}
