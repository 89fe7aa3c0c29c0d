/* test_scaffold.c — `eqlite test --scaffold`: rules that have no tests get some.
 *
 *      x.toml  ─▶  x.test.toml   events that it matches, and near misses, each verified
 *
 * A file that is there already stays as it is. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/test_case.h"

/* x.test.toml beside x.toml or x.eql. */
static void side_path(struct cli_text *out, eqlite_string path)
{
    size_t len = path.len;
    for (size_t i = 0; i < path.len; i++)
        len = path.ptr[i] == '.' ? i : path.ptr[i] == '/' ? path.len : len;
    cli_text_add(out, path.ptr, len);
    cli_text_printf(out, ".test.toml");
}

/* All of a new file, or none. */
static bool write_new(const char *path, const struct cli_text *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    bool fine = fd >= 0;
    for (size_t at = 0; fine && at < text->len;) {
        ssize_t n = write(fd, text->ptr + at, text->len - at);
        fine = n >= 0 || errno == EINTR;
        at += n > 0 ? (size_t)n : 0;
    }
    int error = errno;
    if (fd >= 0 && close(fd) != 0 && fine) {
        error = errno;
        fine = false;
    }
    if (fine)
        return true;
    if (fd >= 0)
        unlink(path);
    cli_error("cannot write %s: %s", path, strerror(error));
    return false;
}

static void tell(struct cli_output *o, const char *what, const eqlite_rule *rule, const struct cli_text *more)
{
    struct cli_text line = {0};
    cli_text_printf(&line, "%s ", what);
    cli_text_escape(&line, rule->name.len ? rule->name : rule->id);
    cli_text_printf(&line, ": ");
    cli_text_escape(&line, (eqlite_string){more->ptr, more->len});
    cli_text_printf(&line, "\n");
    cli_output_write(line.ptr, line.len, o);
    cli_text_free(&line);
}

enum test_scaffolded test_scaffold(const struct cli *c, eqlite_rules *alone, const eqlite_rule *rule, struct cli_output *o)
{
    eqlite_why_options options = EQLITE_WHY_OPTIONS_INIT;
    struct cli_text text = {0}, path = {0};
    enum test_scaffolded done = TEST_SCAFFOLD_TROUBLE;
    options.unwrap = !c->no_unwrap;
    side_path(&path, rule->path);
    eqlite_status st = eqlite_scaffold(alone, 0, &options, cli_text_write, &text);
    if (st == EQLITE_LIMIT) {
        tell(o, "none ", rule, &text);
        done = TEST_SCAFFOLD_NONE;
    } else if (st != EQLITE_OK) {
        cli_failed(st);
    } else if (write_new(path.ptr, &text)) {
        tell(o, "new  ", rule, &path);
        done = TEST_SCAFFOLD_NEW;
    }
    cli_text_free(&text);
    cli_text_free(&path);
    return done;
}
