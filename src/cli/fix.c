/* fix.c — `eqlite check --fix`: rule files mended in place, before they are checked. */
#include <string.h>

#include "cli/cli.h"

/* Mend one file. Adds to *fixes; false: it could not be read or written, already told. */
static bool fix_file(const struct cli *c, eqlite_compiler *compiler, const char *path, size_t *fixes)
{
    struct cli_text text = {0}, mended = {0};
    size_t n = 0;
    bool fine = cli_read_file(&text, path);
    if (fine && eqlite_fix(compiler, c->info ? EQLITE_NOTE : EQLITE_WARNING, path, text.ptr, text.len, &n,
                           cli_text_write, &mended) == EQLITE_NOMEM) {
        cli_failed(EQLITE_NOMEM);
        fine = false;
    }
    if (fine && n)
        fine = cli_replace_file(path, mended.ptr, mended.len);
    if (fine && n && !c->quiet)
        cli_note("%s: mended in %zu place%s", path, n, n == 1 ? "" : "s");
    *fixes += fine ? n : 0;
    cli_text_free(&text);
    cli_text_free(&mended);
    return fine;
}

bool cli_fix(struct cli *c)
{
    eqlite_rules *rules = NULL;
    eqlite_compiler *compiler = cli_compiler(c);
    size_t unreadable = 0, fixes = 0; /* what cannot be read is told by the check that follows */
    bool fine = compiler && cli_add_paths(compiler, &c->files, &unreadable);
    if (fine && eqlite_compiler_finish(&rules, compiler) != EQLITE_OK)
        fine = false;
    for (size_t i = 0; fine && i < eqlite_rules_count(rules); i++) {
        eqlite_rule rule = eqlite_rules_get(rules, i);
        struct cli_text path = {0};
        cli_text_add(&path, rule.path.ptr, rule.path.len);
        fine = fix_file(c, compiler, path.ptr, &fixes);
        cli_text_free(&path);
    }
    eqlite_rules_free(rules);
    eqlite_compiler_free(compiler);
    return fine;
}
