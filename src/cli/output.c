/* output.c — where results go: standard output, or a file that appears only when it is whole.
 *
 * A regular file is written beside its place and renamed at the end, so neither a full disk nor a killed run leaves
 * half a file that looks whole. Devices, pipes and --follow are written in place. With --state a file is added to: its
 * lines up to the last whole one stay. Failures are remembered, told once.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

static bool in_place(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

/* Where the last whole line ends. */
static off_t last_line(int fd, off_t size)
{
    char block[4096];
    while (size > 0) {
        off_t from = size > (off_t)sizeof block ? size - (off_t)sizeof block : 0;
        ssize_t n = pread(fd, block, (size_t)(size - from), from);
        if (n != size - from)
            return -1;
        while (n > 0 && block[n - 1] != '\n')
            n--;
        if (n > 0)
            return from + n;
        size = from;
    }
    return 0;
}

/* To the end of what is there. A run that was killed may have left half a line: the alert is given again. */
static FILE *open_to_append(const char *path)
{
    struct stat info;
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        return NULL;
    bool good = fstat(fd, &info) == 0;
    off_t end = good && S_ISREG(info.st_mode) ? last_line(fd, info.st_size) : info.st_size;
    if (good && end != info.st_size)
        good = end >= 0 && ftruncate(fd, end) == 0;
    FILE *file = good ? fdopen(fd, "ab") : NULL;
    if (!file)
        close(fd);
    return file;
}

static FILE *open_file(struct cli_output *o, bool whole)
{
    if (o->append && !in_place(o->path))
        return open_to_append(o->path);
    if (!whole || in_place(o->path))
        return fopen(o->path, "wb");
    struct cli_text name = {0};
    cli_text_printf(&name, "%s.XXXXXX", o->path);
    o->temporary = name.ptr;
    int fd = mkstemp(o->temporary);
    if (fd < 0)
        return NULL;
    mode_t mask = umask(0);
    umask(mask);
    FILE *file = fchmod(fd, 0666 & ~mask) == 0 ? fdopen(fd, "wb") : NULL;
    if (!file) {
        int error = errno;
        close(fd);
        unlink(o->temporary);
        errno = error;
    }
    return file;
}

static bool is_stdout(const char *path)
{
    return !path || strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0;
}

static bool open_path(struct cli_output *o, const char *path, bool whole)
{
    if (is_stdout(path))
        return true;
    o->path = path;
    o->file = open_file(o, whole);
    if (o->file)
        return true;
    cli_error("cannot write %s: %s", path, strerror(errno));
    free(o->temporary);
    o->temporary = NULL;
    return false;
}

bool cli_output_open(struct cli_output *o, const struct cli *c, const char *path)
{
    *o = (struct cli_output){.file = stdout, .flush_each = c->follow || (!path && isatty(STDOUT_FILENO)),
                             .append = c->state && !is_stdout(path)};
    return open_path(o, path, !c->follow);
}

bool cli_output_open_whole(struct cli_output *o, const char *path)
{
    *o = (struct cli_output){.file = stdout};
    return open_path(o, path, true);
}

bool cli_output_write(const char *ptr, size_t len, void *ctx)
{
    struct cli_output *o = ctx;
    errno = 0;
    o->pending = true;
    if (!o->error && fwrite(ptr, 1, len, o->file) != len)
        o->error = errno ? errno : EIO;
    return !o->error;
}

bool cli_output_flush(struct cli_output *o)
{
    errno = 0;
    if (o->flush_each && !o->error && fflush(o->file) != 0)
        o->error = errno ? errno : EIO;
    return !o->error;
}

bool cli_output_sync(struct cli_output *o)
{
    errno = 0;
    if (!o->error && fflush(o->file) != 0)
        o->error = errno ? errno : EIO;
    /* pipes and terminals have nothing to wait for */
    if (!o->error && fsync(fileno(o->file)) != 0 && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
        o->error = errno;
    o->pending = false;
    return !o->error;
}

bool cli_input_waits(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&input, 1, 0) == 0;
}

void cli_output_idle(struct cli_output *o)
{
    if (!o->pending || o->error || !cli_input_waits())
        return;
    errno = 0;
    if (fflush(o->file) != 0)
        o->error = errno ? errno : EIO;
    o->pending = false;
}

bool cli_output_close(struct cli_output *o, bool keep)
{
    if (!o->file)
        return true;
    errno = 0;
    if (fflush(o->file) != 0 && !o->error)
        o->error = errno ? errno : EIO;
    if (o->path && fclose(o->file) != 0 && !o->error)
        o->error = errno ? errno : EIO;
    if (o->temporary && keep && !o->error && rename(o->temporary, o->path) != 0)
        o->error = errno;
    if (o->temporary && (!keep || o->error))
        unlink(o->temporary);
    if (o->error)
        cli_error("cannot write %s: %s", o->path ? o->path : "standard output", strerror(o->error));
    free(o->temporary);
    o->temporary = NULL;
    o->file = NULL;
    return !o->error;
}

static unsigned terminal_width(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    if (columns && atoi(columns) > 0)
        return (unsigned)atoi(columns);
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void cli_sink_options(eqlite_sink_options *out, const struct cli *c, struct cli_output *o, const char *content)
{
    bool terminal = !o->path && isatty(STDOUT_FILENO);
    *out = (eqlite_sink_options)EQLITE_SINK_OPTIONS_INIT;
    out->format = c->format;
    out->content = content;
    out->columns = c->columns.items;
    out->n_columns = c->columns.n;
    out->width = terminal ? terminal_width() : 0;
    out->colour = !o->path && cli_colour(c, stdout);
    out->terminal = terminal;
    out->write = cli_output_write;
    out->ctx = o;
}
