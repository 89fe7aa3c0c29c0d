/* bookmark.c — see bookmark.h. */
#include "read/bookmark.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { HEAD_BYTES = 4096 };

/* ── Files ── */

/* Hash the first `len` bytes; false if there are fewer. */
static bool hash_head(char out[16], int fd, size_t len)
{
    char bytes[HEAD_BYTES];
    size_t n = 0;
    while (n < len) {
        ssize_t got = pread(fd, bytes + n, len - n, (off_t)n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        n += (size_t)got;
    }
    XXH128_canonical_t hash;
    XXH128_canonicalFromHash(&hash, XXH3_128bits(bytes, n));
    memcpy(out, hash.digest, 16);
    return true;
}

struct eq_file_id eq_file_identify(int fd)
{
    struct eq_file_id id = {0};
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return id;
    id.size = (uint64_t)st.st_size;
    id.head_len = id.size < HEAD_BYTES ? id.size : HEAD_BYTES;
    id.known = hash_head(id.head, fd, (size_t)id.head_len);
    return id;
}

bool eq_file_is(int fd, const struct eq_file_id *id)
{
    struct stat st;
    char head[16];
    return fd >= 0 && id->known && id->head_len <= HEAD_BYTES && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
           (uint64_t)st.st_size >= id->size && hash_head(head, fd, (size_t)id->head_len) &&
           memcmp(head, id->head, sizeof head) == 0;
}

/* ── Written down ── */

void eq_bookmark_save(struct eq_pack *p, const struct eq_bookmark *b)
{
    const struct eq_bookmark_format *how = &b->how;
    eq_pack_bytes(p, b->path);
    eq_pack_u64(p, b->file.size);
    eq_pack_u64(p, b->file.head_len);
    eq_pack_raw(p, eq_slice(b->file.head, sizeof b->file.head));
    eq_pack_u64(p, b->text);
    eq_pack_u64(p, b->offset);
    eq_pack_u64(p, b->line);
    eq_pack_u64(p, how->format);
    eq_pack_u64(p, how->where);
    eq_pack_bool(p, how->bulk);
    eq_pack_bool(p, how->after_action);
    eq_pack_bool(p, how->in_string);
    eq_pack_bool(p, how->escaped);
    eq_pack_u64(p, (unsigned char)how->before);
    eq_pack_u64(p, how->depth);
}

static void restore(struct eq_bookmark *b, struct eq_unpack *u)
{
    *b = (struct eq_bookmark){.path = eq_unpack_bytes(u), .begun = true, .file = {.known = true}};
    b->file.size = eq_unpack_u64(u);
    b->file.head_len = eq_unpack_most(u, HEAD_BYTES);
    struct eq_slice head = eq_unpack_raw(u, sizeof b->file.head);
    if (eq_unpack_ok(u))
        memcpy(b->file.head, head.ptr, sizeof b->file.head);
    b->text = eq_unpack_most(u, UINT32_MAX);
    b->offset = eq_unpack_most(u, INT64_MAX);
    b->line = eq_unpack_u64(u);
    b->how.format = (uint8_t)eq_unpack_most(u, UINT8_MAX);
    b->how.where = (uint8_t)eq_unpack_most(u, UINT8_MAX);
    b->how.bulk = eq_unpack_bool(u);
    b->how.after_action = eq_unpack_bool(u);
    b->how.in_string = eq_unpack_bool(u);
    b->how.escaped = eq_unpack_bool(u);
    b->how.before = (char)eq_unpack_most(u, UINT8_MAX);
    b->how.depth = eq_unpack_most(u, SIZE_MAX / 2);
}

/* ── Lists ── */

void eq_bookmarks_init(struct eq_bookmarks *b, const struct eq_alloc *alloc)
{
    *b = (struct eq_bookmarks){0};
    eq_arena_init(&b->arena, alloc);
}

void eq_bookmarks_free(struct eq_bookmarks *b)
{
    if (!b->arena.alloc)
        return;
    eq_free(b->arena.alloc, b->items);
    eq_arena_free(&b->arena);
}

void eq_bookmarks_restore(struct eq_bookmarks *out, struct eq_unpack *u)
{
    for (size_t n = eq_unpack_count(u); n-- && eq_unpack_ok(u);) {
        struct eq_bookmark b;
        restore(&b, u);
        if (!eq_unpack_ok(u))
            return;
        b.path = eq_arena_copy(&out->arena, b.path);
        if (!b.path.ptr || !eq_grow(out->arena.alloc, &out->items, &out->cap, out->n + 1, sizeof *out->items)) {
            eq_unpack_fail(u, EQ_NOMEM, NULL);
            return;
        }
        out->items[out->n++] = b;
    }
}

bool eq_bookmarks_take(struct eq_bookmark *out, struct eq_bookmarks *b, struct eq_slice path)
{
    for (size_t i = 0; i < b->n; i++) {
        if (!eq_slice_eq(b->items[i].path, path))
            continue;
        *out = b->items[i];
        memmove(&b->items[i], &b->items[i + 1], (--b->n - i) * sizeof *b->items);
        return true;
    }
    return false;
}

void eq_bookmarks_save(struct eq_pack *p, const struct eq_bookmark *marks, size_t n, const struct eq_bookmarks *rest)
{
    size_t written = 0, handed_on = rest->n < EQ_BOOKMARKS_HANDED_ON ? rest->n : EQ_BOOKMARKS_HANDED_ON;
    for (size_t i = 0; i < n; i++)
        written += marks[i].begun && marks[i].file.known;
    eq_pack_u64(p, written + handed_on);
    for (size_t i = 0; i < n; i++)
        if (marks[i].begun && marks[i].file.known)
            eq_bookmark_save(p, &marks[i]);
    for (size_t i = 0; i < handed_on; i++) /* those read last come first */
        eq_bookmark_save(p, &rest->items[i]);
}
