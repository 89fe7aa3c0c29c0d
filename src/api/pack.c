/* pack.c — see pack.h.
 *
 *      options ─ rules ─ nodes ─ plans ─ leaves and clauses        in an image of base/image.h
 *
 * A file is read, not mapped: one that is overwritten while a stream is being watched must not change the rules that
 * were checked, nor end the program. */
#include "api/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENDING ".eqlpack"

/* ── Writing ── */

static void pack_options(struct eq_image *k, struct eq_slice *category, struct eq_slice *timestamp)
{
    eq_image_text(k, category);
    eq_image_text(k, timestamp);
}

static void write_all(struct eq_image *k, const eqlite_rules *r, const struct eq_program *p)
{
    struct eq_slice category = r->category_field, timestamp = r->timestamp_field;
    struct eq_plan_pack x;
    size_t n = r->set.n;
    pack_options(k, &category, &timestamp);
    eq_image_array(k, NULL, &n, 1);
    for (size_t i = 0; i < n; i++) {
        struct eq_rule copy = *r->set.items[i];
        eq_rule_pack(k, &copy);
    }
    eq_plan_pack_begin(&x, k);
    for (size_t i = 0; i < n; i++)
        eq_plan_pack_number_all(&x, p->rules[i].plan);
    eq_program_pack_number(&x, p);
    eq_plan_pack_nodes(&x);
    for (size_t i = 0; i < n; i++) {
        struct eq_plan copy = *p->rules[i].plan;
        eq_plan_pack(&x, &copy);
    }
    eq_program_pack(&x, p);
    eq_plan_pack_end(&x);
}

/* The program of the naive engine, compiled as all others are. */
static enum eq_status compile_again(struct eq_program **out, const eqlite_rules *r)
{
    const struct eq_program *plain = eq_ruleset_program(r->ruleset);
    enum eq_status st = eq_program_new(out, false, &r->alloc);
    for (size_t i = 0; i < plain->n_rules && st == EQ_OK; i++)
        st = eq_program_add(*out, plain->rules[i].plan, NULL);
    return st == EQ_OK ? eq_program_finish(*out) : st;
}

eqlite_status eqlite_rules_pack(const eqlite_rules *r, eqlite_write *write, void *ctx)
{
    struct eq_image k;
    struct eq_program *again = NULL;
    const struct eq_program *p = eq_ruleset_program(r->ruleset);
    enum eq_status st = p->plain ? compile_again(&again, r) : EQ_OK;
    eq_image_write(&k, &r->alloc);
    if (st == EQ_OK) {
        write_all(&k, r, again ? again : p);
        st = eq_image_seal(&k, eqlite_version(), eq_plan_pack_tables(), write, ctx);
    }
    eq_image_free(&k);
    eq_program_free(again);
    return eq_api_status(st);
}

/* ── Reading ── */

/* Up to `size` bytes; how many there were, or -1. */
static ssize_t read_up_to(int fd, char *to, size_t size)
{
    size_t n = 0;
    while (n < size) {
        ssize_t got = read(fd, to + n, size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return (ssize_t)n;
}

bool eqlite_is_pack(const char *path)
{
    char magic[EQ_IMAGE_MAGIC_LEN];
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return false;
    if (eq_slice_ends(eq_slice_of(path), EQ_LIT(ENDING)))
        return true;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool whole = read_up_to(fd, magic, sizeof magic) == EQ_IMAGE_MAGIC_LEN;
    bool is = whole && memcmp(magic, EQ_IMAGE_MAGIC, sizeof magic) == 0;
    close(fd);
    return is;
}

static ptrdiff_t read_more(char *to, size_t n, void *ctx)
{
    return read_up_to(*(const int *)ctx, to, n);
}

static enum eq_status read_file(struct eq_image *k, const char *path, struct eq_arena *arena, const char **why)
{
    struct stat info = {0};
    enum eq_status st = EQ_IO;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is_there = fd >= 0 && fstat(fd, &info) == 0;
    if (is_there && info.st_size > (off_t)EQ_IMAGE_MAX) {
        *why = "the pack is larger than 256 MiB";
        st = EQ_INVALID;
    } else if (is_there) {
        /* In one piece with what becomes of it: in large pages, and thousands of page faults less. */
        size_t size = (size_t)info.st_size;
        char *room = eq_arena_reserve(arena, 2 * size) ? eq_arena_room(arena, size) : NULL;
        st = room ? eq_image_read(k, room, size, read_more, &fd, eqlite_version(), eq_plan_pack_tables(), arena, why)
                  : EQ_NOMEM;
    }
    if (st == EQ_IO) {
        *why = strerror(errno);
        st = EQ_INVALID;
    }
    if (fd >= 0)
        close(fd);
    return st;
}

static void read_all(struct eq_api_packed *out, struct eq_image *k)
{
    struct eq_plan_pack x;
    pack_options(k, &out->category, &out->timestamp);
    eq_image_array(k, &out->rules, &out->n, sizeof *out->rules);
    for (size_t i = 0; i < out->n; i++)
        eq_rule_pack(k, &out->rules[i]);
    k->bad |= out->n > EQ_RULES_MAX;
    eq_plan_pack_begin(&x, k);
    eq_plan_pack_nodes(&x);
    out->plans = k->bad ? NULL : eq_arena_alloc(k->arena, (out->n + 1) * sizeof *out->plans);
    k->nomem |= !k->bad && !out->plans;
    for (size_t i = 0; out->plans && i < out->n && !k->bad; i++)
        eq_plan_pack(&x, &out->plans[i]);
    eq_program_unpack(&out->program, &x, out->plans, out->n);
    eq_plan_pack_end(&x);
}

enum eq_status eq_api_unpack(struct eq_api_packed *out, const char *path, struct eq_arena *arena, const char **why)
{
    struct eq_image k;
    *out = (struct eq_api_packed){0};
    enum eq_status st = read_file(&k, path, arena, why);
    if (st != EQ_OK)
        return st;
    read_all(out, &k);
    if (k.nomem)
        return EQ_NOMEM;
    *why = "the pack is not one that eqlite compile wrote";
    return eq_image_is_done(&k) ? EQ_OK : EQ_INVALID;
}
