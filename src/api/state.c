/* state.c — what a run knows, sealed.
 *
 *      "eqlstate" │ version │ matcher │ reader │ note │ length of all before │ XXH3-128 of all before
 *        8 bytes    4          each: is there one? and what it packs    8           16
 *
 * It is written in one go, so length and checksum stand at the end; both are looked at before anything else is. That
 * keeps out what was cut or damaged. What was made on purpose has a right checksum, so each part is checked as it is
 * read, too (base/pack.h). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/handles.h"
#include "base/pack.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define MAGIC "eqlstate"
enum { VERSION = 1, HEAD = 12, SEAL = 24 };

/* ── Saving ── */

struct sealing {
    XXH3_state_t hash;
    uint64_t length;
    eqlite_write *write;
    void *ctx;
};

static enum eq_status seal_bytes(struct eq_slice bytes, void *ctx)
{
    struct sealing *s = ctx;
    XXH3_128bits_update(&s->hash, bytes.ptr, bytes.len);
    s->length += bytes.len;
    return s->write(bytes.ptr, bytes.len, s->ctx) ? EQ_OK : EQ_IO;
}

static void put_fixed(struct eq_pack *p, uint64_t n, unsigned bytes)
{
    char out[8];
    for (unsigned i = 0; i < bytes; i++)
        out[i] = (char)(n >> (8 * i));
    eq_pack_raw(p, eq_slice(out, bytes));
}

static void pack_parts(struct eq_pack *p, const eqlite_state *state)
{
    eq_pack_raw(p, EQ_LIT(MAGIC));
    put_fixed(p, VERSION, 4);
    eq_pack_bool(p, state->matcher);
    if (state->matcher)
        eq_api_matcher_save(p, state->matcher);
    eq_pack_bool(p, state->reader);
    if (state->reader)
        eq_api_reader_save(p, state->reader);
    eq_pack_bytes(p, eq_slice(state->note.ptr, state->note.len));
}

static const struct eq_alloc *alloc_of(const eqlite_state *state)
{
    return state->matcher ? eq_api_matcher_alloc(state->matcher)
           : state->reader ? eq_api_reader_alloc(state->reader)
                           : &eq_alloc_default;
}

eqlite_status eqlite_state_save(const eqlite_state *given, eqlite_write *write, void *ctx)
{
    eqlite_state state;
    struct eq_pack pack;
    struct sealing s = {.write = write, .ctx = ctx};
    eq_api_options(&state, sizeof state, given);
    XXH3_128bits_reset(&s.hash);
    eq_pack_init(&pack, seal_bytes, &s, alloc_of(&state));
    pack_parts(&pack, &state);
    put_fixed(&pack, s.length + pack.waiting.len, 8);
    enum eq_status st = eq_pack_end(&pack);
    if (st != EQ_OK)
        return eq_api_status(st);
    XXH128_canonical_t hash;
    XXH128_canonicalFromHash(&hash, XXH3_128bits_digest(&s.hash));
    return write((const char *)hash.digest, sizeof hash.digest, ctx) ? EQLITE_OK : EQLITE_IO;
}

/* ── A file ── */

static bool write_fd(const char *ptr, size_t len, void *ctx)
{
    int fd = *(int *)ctx;
    while (len > 0) {
        ssize_t n = write(fd, ptr, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        ptr += n;
        len -= (size_t)n;
    }
    return true;
}

/* The name of a file is on the disk when its folder is. */
static bool sync_folder(const char *path, struct eq_buf *name)
{
    const char *slash = strrchr(path, '/');
    eq_buf_clear(name);
    if (slash)
        eq_buf_add(name, eq_slice(path, slash == path ? 1 : (size_t)(slash - path)));
    else
        eq_buf_putc(name, '.');
    eq_buf_putc(name, '\0');
    int fd = name->failed ? -1 : open(name->ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool good = fsync(fd) == 0 || errno == EINVAL; /* some file systems cannot */
    close(fd);
    return good;
}

static eqlite_status write_and_rename(const eqlite_state *state, const char *path, struct eq_buf *name)
{
    int fd = open(name->ptr, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return EQLITE_IO;
    eqlite_status st = eqlite_state_save(state, write_fd, &fd);
    if (st == EQLITE_OK && fsync(fd) != 0)
        st = EQLITE_IO;
    int error = errno;
    if (close(fd) != 0 && st == EQLITE_OK) {
        error = errno;
        st = EQLITE_IO;
    }
    if (st == EQLITE_OK && rename(name->ptr, path) != 0) {
        error = errno;
        st = EQLITE_IO;
    }
    if (st != EQLITE_OK)
        unlink(name->ptr);
    errno = error;
    return st == EQLITE_OK && !sync_folder(path, name) ? EQLITE_IO : st;
}

eqlite_status eqlite_state_save_file(const eqlite_state *state, const char *path)
{
    struct eq_buf name;
    eq_buf_init(&name, &eq_alloc_default);
    eq_buf_puts(&name, path);
    eq_buf_add(&name, eq_slice(".tmp", sizeof ".tmp"));
    eqlite_status st = name.failed ? EQLITE_NOMEM : write_and_rename(state, path, &name);
    int error = errno;
    eq_buf_free(&name);
    errno = error;
    return st;
}

/* ── Restoring ── */

static uint64_t fixed(const char *ptr, unsigned bytes)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < bytes; i++)
        n |= (uint64_t)(unsigned char)ptr[i] << (8 * i);
    return n;
}

/* Why the bytes are no whole state of this version; NULL if they are. */
static const char *look_at(const char *ptr, size_t len)
{
    if (len < HEAD || memcmp(ptr, MAGIC, sizeof MAGIC - 1) != 0)
        return "it is not a saved state";
    if (fixed(ptr + HEAD - 4, 4) != VERSION)
        return "it was made by another version of eqlite, whose states this one does not read";
    if (len < HEAD + SEAL || fixed(ptr + len - SEAL, 8) != len - SEAL)
        return "it is cut short, or something was added to it";
    XXH128_canonical_t hash;
    XXH128_canonicalFromHash(&hash, XXH3_128bits(ptr, len - sizeof hash.digest));
    if (memcmp(hash.digest, ptr + len - sizeof hash.digest, sizeof hash.digest) != 0)
        return "it is damaged: its checksum is another";
    return NULL;
}

/* A part is wanted and there, or neither. */
static bool has_part(struct eq_unpack *u, const void *wanted, const char *why)
{
    bool there = eq_unpack_bool(u);
    if (there != (wanted != NULL))
        eq_unpack_fail(u, EQ_INVALID, why);
    return there && eq_unpack_ok(u);
}

eqlite_status eqlite_state_restore(const eqlite_state *given, const char *ptr, size_t len, eqlite_state_report *report)
{
    eqlite_state state;
    eqlite_state_report all = {.size = report->size, .problem = look_at(ptr, len)};
    struct eq_restored rules = {0};
    struct eq_unpack u = {.status = EQ_INVALID};
    eq_api_options(&state, sizeof state, given);
    if (!all.problem) {
        eq_unpack_init(&u, eq_slice(ptr + HEAD, len - HEAD - SEAL));
        if (has_part(&u, state.matcher, "it has no matcher, or one that is not asked for"))
            eq_api_matcher_restore(&rules, &u, state.matcher);
        if (has_part(&u, state.reader, "it has no reader, or one that is not asked for"))
            eq_api_reader_restore(&u, state.reader);
        struct eq_slice note = eq_unpack_bytes(&u);
        if (u.at != u.end)
            eq_unpack_fail(&u, EQ_INVALID, NULL);
        all.note = eq_api_string(note);
        all.kept = rules.kept;
        all.fresh = rules.fresh;
        all.dropped = rules.dropped;
        if (!eq_unpack_ok(&u))
            all.problem = u.why ? u.why : u.status == EQ_NOMEM ? "there is no memory for it" : "it is damaged inside";
    }
    memcpy(report, &all, report->size < sizeof all ? report->size : sizeof all);
    return eq_api_status(u.status);
}
