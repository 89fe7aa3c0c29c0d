/* fmt.c — `eqlite fmt`: queries and rule files in the one layout of EQL.
 *
 *      path ─▶ files ─▶ text ─▶ eqlite_format ─▶ ┬─ printed        as it is by default
 *                                                ├─ --check, --diff, what differs
 *                                                └─ -w             into the file, at once
 *
 * What is wrong is described and left as it is; the rest goes on. */
#include <string.h>

#include "cli/cli.h"

#define MOST_BYTES ((size_t)10 << 20) /* what is longer is refused, so there is no need to read all of it */

struct fmt {
    const struct cli *c;
    struct cli_output out;
    size_t changed, seen;
    bool trouble;
};

/* The layout of one text. False: told. */
static bool format(struct cli_text *out, const struct fmt *f, const char *name, const struct cli_text *text)
{
    eqlite_compiler *compiler = cli_compiler(f->c); /* a new one each time, so that no file is remembered */
    if (!compiler)
        return false;
    eqlite_status st = eqlite_format(compiler, name, text->ptr ? text->ptr : "", text->len, (unsigned)f->c->width,
                                     cli_text_write, out);
    cli_print_diagnostics(f->c, eqlite_compiler_diagnostics(compiler), 0);
    eqlite_compiler_free(compiler);
    if (st != EQLITE_OK && st != EQLITE_INVALID)
        cli_failed(st);
    return st == EQLITE_OK;
}

/* Tell or keep what became of a text; `path` is NULL if it is in no file. */
static void show(struct fmt *f, const char *name, const char *path, const struct cli_text *before,
                 const struct cli_text *after)
{
    eqlite_string old = {before->ptr, before->len}, now = {after->ptr, after->len};
    bool changed = old.len != now.len || (now.len && memcmp(old.ptr, now.ptr, now.len) != 0);
    f->changed += changed;
    if (changed && f->c->check && !f->c->diff) {
        cli_output_write(name, strlen(name), &f->out);
        cli_output_write("\n", 1, &f->out);
    }
    if (changed && f->c->diff) {
        struct cli_text diff = {0};
        cli_diff(&diff, name, old, now);
        cli_output_write(diff.ptr, diff.len, &f->out);
        cli_text_free(&diff);
    }
    if (changed && f->c->write && path && !cli_replace_file(path, now.ptr, now.len))
        f->trouble = true;
    if (!f->c->check && !f->c->diff && !(f->c->write && path) && now.len)
        cli_output_write(now.ptr, now.len, &f->out);
}

static void format_text(struct fmt *f, const char *name, const char *path, const struct cli_text *text)
{
    struct cli_text out = {0};
    f->seen++;
    if (format(&out, f, name, text))
        show(f, name, path, text, &out);
    else
        f->trouble = true;
    cli_text_free(&out);
}

/* An eqlite_on_path. */
static bool format_file(const char *path, void *ctx)
{
    struct fmt *f = ctx;
    struct cli_text text = {0};
    bool input = strcmp(path, "-") == 0;
    if (cli_read_most(&text, path, MOST_BYTES))
        format_text(f, input ? "<stdin>" : path, input ? NULL : path, &text);
    else
        f->trouble = true;
    cli_text_free(&text);
    return !cli_stopped();
}

static void format_path(struct fmt *f, const char *path)
{
    eqlite_compiler *compiler = strcmp(path, "-") == 0 ? NULL : cli_compiler(f->c);
    if (!compiler) {
        format_file(path, f);
        return;
    }
    eqlite_status st = eqlite_rule_paths(compiler, path, format_file, f);
    cli_print_diagnostics(f->c, eqlite_compiler_diagnostics(compiler), 0);
    if (st != EQLITE_OK && st != EQLITE_END && st != EQLITE_IO)
        cli_failed(st);
    f->trouble = f->trouble || (st != EQLITE_OK && st != EQLITE_END);
    eqlite_compiler_free(compiler);
}

static void format_query(struct fmt *f, size_t i)
{
    struct cli_text name = {0}, text = {0};
    const char *file = f->c->expr_files.items[i];
    cli_query_name(&name, f->c, i);
    if (!file)
        cli_text_add(&text, f->c->exprs.items[i], strlen(f->c->exprs.items[i]));
    if (file && !cli_read_most(&text, file, MOST_BYTES))
        f->trouble = true;
    else
        format_text(f, name.ptr, NULL, &text);
    cli_text_free(&name);
    cli_text_free(&text);
}

static void summary(const struct fmt *f)
{
    const char *what = f->c->write ? "changed" : "would change";
    if (!f->c->quiet && (f->c->write || f->c->check))
        cli_note("eqlite: %zu of %zu %s", f->changed, f->seen, what);
}

int cli_fmt(struct cli *c)
{
    struct fmt f = {.c = c};
    if (c->write && c->check)
        return cli_usage(c, "-w writes the files, --check leaves them as they are; give one of them");
    if (c->width > 10000)
        return cli_usage(c, "--width: at most 10000");
    if (!c->exprs.n && !cli_default_files(c))
        return CLI_TROUBLE;
    if (!cli_output_open(&f.out, c, NULL))
        return CLI_TROUBLE;
    for (size_t i = 0; i < c->exprs.n && !cli_stopped(); i++)
        format_query(&f, i);
    for (size_t i = 0; i < c->files.n && !cli_stopped(); i++)
        format_path(&f, c->files.items[i]);
    bool written = cli_output_close(&f.out, true);
    summary(&f);
    if (cli_stopped())
        return cli_stop_status();
    return f.trouble || !written ? CLI_TROUBLE : c->check && f.changed ? CLI_NO : CLI_OK;
}
