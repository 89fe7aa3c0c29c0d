/* intern.h — byte strings to dense numbers: the one hash table of eqlite.
 *
 *      "cmd.exe" ─▶ 0     "pwsh.exe" ─▶ 1     "cmd.exe" ─▶ 0
 *
 * Whatever is keyed by bytes gets a number here and lives in a plain array by that number. Bytes are
 * copied, unless they are lent. Hashing is XXH3 with a per-process seed (base/seed.h); numbers depend on the order of
 * insertion only, so nothing that a user sees depends on the seed. */
#ifndef EQ_BASE_INTERN_H
#define EQ_BASE_INTERN_H

#include "base/arena.h"
#include "base/status.h"

#define EQ_NONE UINT32_MAX

/* A place of the table. Enough of the hash stands in it that another key is hardly ever looked at. */
struct eq_intern_place {
    uint32_t number; /* + 1; 0: free */
    uint32_t tag;    /* the upper half of the hash */
};

struct eq_intern {
    struct eq_intern_place *table; /* open addressing */
    size_t table_size;
    struct eq_slice *items; /* by number */
    size_t n, cap;
    uint64_t *hashes; /* by number; to find new places when the table grows */
    size_t hash_cap;
    struct eq_arena bytes;
};

void eq_intern_init(struct eq_intern *t, const struct eq_alloc *alloc);
void eq_intern_free(struct eq_intern *t);
/* The number of `s`, adding it if new; *added (may be NULL) says which. */
enum eq_status eq_intern_put(uint32_t *out, struct eq_intern *t, struct eq_slice s, bool *added);
/* The same with bytes that outlive the table: they are not copied. */
enum eq_status eq_intern_lend(uint32_t *out, struct eq_intern *t, struct eq_slice s, bool *added);
/* The number of `s`, or EQ_NONE. Never allocates. */
uint32_t eq_intern_find(const struct eq_intern *t, struct eq_slice s);
uint64_t eq_hash_bytes(const char *ptr, size_t len); /* seeded */

#endif
