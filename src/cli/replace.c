/* replace.c — new content for a file, all of it or nothing.
 *
 *      link ─▶ folder/x.toml      folder/x.toml.XXXXXX is written, gets the mode and owner, and takes the name
 *
 * A full disk, a crash or Ctrl-C leaves the old file. Whoever may not write the file may not replace it either. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

static bool write_all(int fd, const char *text, size_t len)
{
    while (len) {
        ssize_t n = write(fd, text, len);
        if (n < 0 && errno != EINTR)
            return false;
        text += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Write `temporary`, which mkstemp makes, with the mode and owner of `like`. */
static bool write_beside(char *temporary, const struct stat *like, const char *text, size_t len)
{
    int fd = mkstemp(temporary);
    if (fd < 0)
        return false;
    bool owned = like->st_uid == geteuid() && like->st_gid == getegid();
    bool fine = (owned || fchown(fd, like->st_uid, like->st_gid) == 0) && fchmod(fd, like->st_mode & 07777) == 0 &&
                write_all(fd, text, len) && fsync(fd) == 0;
    int error = errno;
    if (close(fd) != 0 && fine) {
        error = errno;
        fine = false;
    }
    if (!fine)
        unlink(temporary);
    errno = error;
    return fine;
}

bool cli_replace_file(const char *path, const char *text, size_t len)
{
    struct stat info;
    struct cli_text temporary = {0};
    char *real = realpath(path, NULL); /* what a link points at */
    bool fine = real && stat(real, &info) == 0 && access(real, W_OK) == 0;
    if (fine && !S_ISREG(info.st_mode)) {
        errno = EINVAL;
        fine = false;
    }
    if (fine) {
        cli_text_printf(&temporary, "%s.XXXXXX", real);
        fine = write_beside(temporary.ptr, &info, text, len);
        if (fine && rename(temporary.ptr, real) != 0) {
            int error = errno;
            unlink(temporary.ptr);
            errno = error;
            fine = false;
        }
    }
    if (!fine)
        cli_error("cannot write %s: %s", path, strerror(errno));
    cli_text_free(&temporary);
    free(real);
    return fine;
}
