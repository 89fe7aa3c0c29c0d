/* source_file.c — bytes from a file or from standard input. */
#include "read/reader_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct file {
    struct eq_stream stream; /* first: a stream is its file */
    const struct eq_alloc *alloc;
    const struct eq_reader_options *options;
    uint64_t *total;
    int fd;
};

static enum eq_status read_file(size_t *got, struct eq_stream *s, char *buf, size_t cap)
{
    struct file *f = (struct file *)s;
    while (!eq_reader_stopped(f->options)) { /* asked before each read: the signal may have ended the one before */
        ssize_t n = read(f->fd, buf, cap);
        if (n > 0) {
            *got = (size_t)n;
            *f->total += (uint64_t)n;
            if (f->options->progress)
                f->options->progress(*f->total, f->options->ctx);
            return EQ_OK;
        }
        if (n == 0)
            return EQ_END;
        if (errno == EAGAIN) { /* a terminal or pipe that someone else made non-blocking */
            struct pollfd wait = {.fd = f->fd, .events = POLLIN};
            poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            s->code = EQ_E0802;
            snprintf(s->why, sizeof s->why, "%s", strerror(errno));
            return EQ_IO;
        }
    }
    return EQ_END;
}

static int64_t seek_file(struct eq_stream *s, int64_t offset, int whence)
{
    return lseek(((struct file *)s)->fd, offset, whence);
}

static int fd_of_file(const struct eq_stream *s)
{
    return ((const struct file *)s)->fd;
}

static void close_file(struct eq_stream *s)
{
    struct file *f = (struct file *)s;
    if (f->fd > STDERR_FILENO)
        close(f->fd);
    eq_free(f->alloc, f);
}

/* An open descriptor of something that can be read, or -1 and why not. */
static int open_path(const char *path, bool *regular, char why[160])
{
    struct stat st;
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        snprintf(why, 160, "%s", strerror(errno));
        if (fd > STDERR_FILENO)
            close(fd);
        return -1;
    }
    if (S_ISDIR(st.st_mode)) {
        snprintf(why, 160, "it is a directory; name the files inside it");
        if (!standard)
            close(fd);
        return -1;
    }
    *regular = S_ISREG(st.st_mode);
    return fd;
}

enum eq_status eq_source_file(struct eq_stream **out, const char *path, const struct eq_reader_options *options,
                              uint64_t *total, char why[160], const struct eq_alloc *alloc)
{
    bool regular = false;
    struct file *f = eq_new(alloc, sizeof *f);
    if (!f)
        return EQ_NOMEM;
    int fd = open_path(path, &regular, why);
    if (fd < 0) {
        eq_free(alloc, f);
        return EQ_IO;
    }
    if (regular)
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    f->stream = (struct eq_stream){.read = read_file, .seek = regular ? seek_file : NULL,
                                   .close = close_file, .file = fd_of_file};
    f->alloc = alloc;
    f->options = options;
    f->total = total;
    f->fd = fd;
    *out = &f->stream;
    return EQ_OK;
}
