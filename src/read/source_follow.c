/* source_follow.c — a file that grows: read what is there, and come back for more.
 *
 *      at the end of the open file:   shorter than what we read?      it was cut: begin again
 *                                     another file under its name?    it was rotated: read the new one
 *                                     neither?                        nothing now
 *
 * A last line without its newline gets one before the file begins anew, so two files never share a line. It is the
 * reader that sleeps; nothing waits here. */
#include "read/reader_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct follow {
    struct eq_stream stream; /* first: a stream is its file */
    const struct eq_alloc *alloc;
    const struct eq_reader_options *options;
    uint64_t *total;
    char *path;
    int fd;        /* -1: not there (any more) */
    dev_t device;
    ino_t inode;
    uint64_t at;   /* bytes read of the open file */
    char last;     /* byte; '\n' at the start of a line */
    bool restart;  /* the next bytes begin a file anew */
    bool leaving;  /* another file has its name: after one more look at this one, open that */
};

static enum eq_status failed(struct follow *f, enum eq_code code)
{
    f->stream.code = code;
    snprintf(f->stream.why, sizeof f->stream.why, "%s", strerror(errno));
    return EQ_IO;
}

/* Open the path if something is there by now. */
static enum eq_status try_open(struct follow *f)
{
    struct stat st;
    int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT || errno == EACCES ? EQ_OK : failed(f, EQ_E0801);
    if (fstat(fd, &st) != 0 || S_ISDIR(st.st_mode)) {
        close(fd);
        errno = EISDIR;
        return failed(f, EQ_E0801);
    }
    f->fd = fd;
    f->device = st.st_dev;
    f->inode = st.st_ino;
    f->at = 0;
    return EQ_OK;
}

static void give_up_file(struct follow *f)
{
    close(f->fd);
    f->fd = -1;
    f->restart = true;
    f->leaving = false;
}

/* At the end of the open file: has something become of it? True if reading should be tried again at once. */
static bool look_around(struct follow *f)
{
    struct stat st;
    if (f->leaving) {
        give_up_file(f);
        return true;
    }
    if (fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size < f->at) {
        if (lseek(f->fd, 0, SEEK_SET) != 0)
            return false;
        f->at = 0;
        f->restart = true;
        return true;
    }
    if (stat(f->path, &st) == 0 && (st.st_dev != f->device || st.st_ino != f->inode)) {
        f->leaving = true;
        return true;
    }
    return false;
}

static void took(struct follow *f, const char *buf, size_t n)
{
    f->at += n;
    f->last = buf[n - 1];
    *f->total += n;
    if (f->options->progress)
        f->options->progress(*f->total, f->options->ctx);
}

static enum eq_status read_follow(size_t *got, struct eq_stream *s, char *buf, size_t cap)
{
    struct follow *f = (struct follow *)s;
    *got = 0;
    for (;;) {
        if (f->restart && f->last != '\n') { /* end the line that was cut short */
            *buf = f->last = '\n';
            *got = 1;
            return EQ_OK;
        }
        if (f->fd < 0) {
            enum eq_status st = try_open(f);
            if (st != EQ_OK || f->fd < 0)
                return st;
        }
        ssize_t n = read(f->fd, buf, cap);
        if (n > 0) {
            took(f, buf, (size_t)n);
            s->restarted = f->restart;
            f->restart = false;
            *got = (size_t)n;
            return EQ_OK;
        }
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return failed(f, EQ_E0802);
        if (n < 0 || !look_around(f))
            return EQ_OK;
    }
}

/* To a place that was reached before: what stands in front of it decides whether a line was cut short there. */
static int64_t seek_follow(struct eq_stream *s, int64_t offset, int whence)
{
    struct follow *f = (struct follow *)s;
    char before = '\n';
    if (f->fd < 0 || (offset > 0 && pread(f->fd, &before, 1, offset - 1) != 1))
        return -1;
    offset = lseek(f->fd, offset, whence);
    if (offset >= 0) {
        f->at = (uint64_t)offset;
        f->last = before;
    }
    return offset;
}

static int fd_of_follow(const struct eq_stream *s)
{
    return ((const struct follow *)s)->fd;
}

static void close_follow(struct eq_stream *s)
{
    struct follow *f = (struct follow *)s;
    if (f->fd >= 0)
        close(f->fd);
    eq_free(f->alloc, f->path);
    eq_free(f->alloc, f);
}

enum eq_status eq_source_follow(struct eq_stream **out, const char *path, const struct eq_reader_options *options,
                                uint64_t *total, char why[160], const struct eq_alloc *alloc)
{
    struct follow *f = eq_new(alloc, sizeof *f);
    if (!f)
        return EQ_NOMEM;
    *f = (struct follow){.alloc = alloc, .options = options, .total = total, .fd = -1, .last = '\n'};
    f->stream = (struct eq_stream){
        .read = read_follow, .seek = seek_follow, .close = close_follow, .file = fd_of_follow};
    size_t size = strlen(path) + 1;
    f->path = eq_new(alloc, size);
    enum eq_status st = EQ_NOMEM;
    if (f->path) {
        memcpy(f->path, path, size);
        st = try_open(f);
    }
    if (st == EQ_OK) {
        *out = &f->stream;
        return EQ_OK;
    }
    memcpy(why, f->stream.why, sizeof f->stream.why);
    close_follow(&f->stream);
    return st;
}
