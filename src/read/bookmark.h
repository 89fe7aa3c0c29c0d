/* bookmark.h — where reading stopped, so that another run can go on there.
 *
 *      a.ndjson   head 3f…, 81,920 bytes or more      offset 40,112, line 97
 *      b.zip      head 90…, 7,211 bytes or more       third text, offset 0, line 1
 *
 * A file is known by its name as given and by its first bytes, not by its inode: one that was rotated or written anew is
 * another. Offsets count unpacked bytes; packed ones are unpacked again up to there. What is no regular file (pipes,
 * standard input) has no bookmark. */
#ifndef EQ_READ_BOOKMARK_H
#define EQ_READ_BOOKMARK_H

#include "base/arena.h"
#include "base/pack.h"

/* Bookmarks of files that this run does not read are handed on, at most so many. */
#define EQ_BOOKMARKS_HANDED_ON 1000

/* What a file is known by. */
struct eq_file_id {
    bool known;
    uint64_t size;     /* bytes it had */
    uint64_t head_len; /* first bytes, of which this is the hash */
    char head[16];
};

/* How the format stood; numbers of enums that only the reader knows. */
struct eq_bookmark_format {
    uint8_t format, where;
    bool bulk, after_action;
    bool in_string, escaped;
    char before;
    uint64_t depth;
};

struct eq_bookmark {
    struct eq_slice path;   /* as given */
    bool begun;             /* false: begin at its start */
    struct eq_file_id file;
    uint64_t text;          /* of several in an archive, counted from 0 */
    uint64_t offset, line;
    struct eq_bookmark_format how;
};

struct eq_bookmarks {
    struct eq_arena arena;
    struct eq_bookmark *items;
    size_t n, cap;
};

void eq_bookmark_save(struct eq_pack *p, const struct eq_bookmark *b);
void eq_bookmarks_init(struct eq_bookmarks *b, const struct eq_alloc *alloc);
void eq_bookmarks_free(struct eq_bookmarks *b);
/* A list: how many, and each. */
void eq_bookmarks_restore(struct eq_bookmarks *out, struct eq_unpack *u);
/* Take the first one of a path out of the list; false if there is none. */
bool eq_bookmarks_take(struct eq_bookmark *out, struct eq_bookmarks *b, struct eq_slice path);
/* Those that can be written, of `n` and of what the list still has; see EQ_BOOKMARKS_HANDED_ON. */
void eq_bookmarks_save(struct eq_pack *p, const struct eq_bookmark *marks, size_t n, const struct eq_bookmarks *rest);

/* What an open file is known by; not `known` if it is not regular or cannot be read. */
struct eq_file_id eq_file_identify(int fd);
/* Is the file the one that was known, perhaps grown? */
bool eq_file_is(int fd, const struct eq_file_id *id);

#endif
