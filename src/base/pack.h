/* pack.h — numbers and bytes as bytes that outlive the program, and back.
 *
 *      put  5, "ab", 300        ─▶   05 │ 02 61 62 │ ac 02           the same on every machine
 *      get  number, bytes, …    ◀─
 *
 * A number takes seven bits a byte, the lowest first; bytes have their length in front. Both sides carry their failure
 * along: after the first one everything put is dropped and everything got is 0 or empty, so a caller checks once. What
 * is read may be anything: nothing is taken from outside the bytes, and no count is believed that they cannot hold. */
#ifndef EQ_BASE_PACK_H
#define EQ_BASE_PACK_H

#include "base/buf.h"

/* Takes bytes; what it returns other than EQ_OK ends the packing. */
typedef enum eq_status eq_pack_out(struct eq_slice bytes, void *ctx);

struct eq_pack {
    struct eq_buf waiting; /* for `out` */
    eq_pack_out *out;
    void *ctx;
    enum eq_status status;
};

void eq_pack_init(struct eq_pack *p, eq_pack_out *out, void *ctx, const struct eq_alloc *alloc);
/* Hand over what waits, and free. The first failure of all, or EQ_OK. */
enum eq_status eq_pack_end(struct eq_pack *p);
void eq_pack_u64(struct eq_pack *p, uint64_t n);
void eq_pack_i64(struct eq_pack *p, int64_t n);
void eq_pack_bool(struct eq_pack *p, bool b);
void eq_pack_bytes(struct eq_pack *p, struct eq_slice s);
void eq_pack_raw(struct eq_pack *p, struct eq_slice s); /* without a length */

struct eq_unpack {
    const char *at, *end;
    enum eq_status status; /* EQ_INVALID: the bytes are not what was asked for */
    const char *why;       /* static, of the failure; NULL: the bytes end, or are damaged */
};

void eq_unpack_init(struct eq_unpack *u, struct eq_slice bytes);
uint64_t eq_unpack_u64(struct eq_unpack *u);
int64_t eq_unpack_i64(struct eq_unpack *u);
bool eq_unpack_bool(struct eq_unpack *u);
struct eq_slice eq_unpack_bytes(struct eq_unpack *u); /* borrowed */
struct eq_slice eq_unpack_raw(struct eq_unpack *u, size_t len);
/* A number up to `max`. */
uint64_t eq_unpack_most(struct eq_unpack *u, uint64_t max);
/* How many things follow, of at least one byte each. */
size_t eq_unpack_count(struct eq_unpack *u);
/* It failed, unless it has already. */
void eq_unpack_fail(struct eq_unpack *u, enum eq_status status, const char *why);

static inline bool eq_unpack_ok(const struct eq_unpack *u)
{
    return u->status == EQ_OK;
}

#endif
