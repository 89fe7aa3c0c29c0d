/* pack.c — see pack.h. */
#include "base/pack.h"

enum { ENOUGH = 64 << 10 }; /* bytes to hand over at once */

/* ── Packing ── */

void eq_pack_init(struct eq_pack *p, eq_pack_out *out, void *ctx, const struct eq_alloc *alloc)
{
    *p = (struct eq_pack){.out = out, .ctx = ctx};
    eq_buf_init(&p->waiting, alloc);
}

static void hand_over(struct eq_pack *p)
{
    if (p->status == EQ_OK)
        p->status = eq_buf_status(&p->waiting);
    if (p->status == EQ_OK && p->waiting.len)
        p->status = p->out(eq_buf_slice(&p->waiting), p->ctx);
    eq_buf_clear(&p->waiting);
}

enum eq_status eq_pack_end(struct eq_pack *p)
{
    hand_over(p);
    eq_buf_free(&p->waiting);
    return p->status;
}

void eq_pack_raw(struct eq_pack *p, struct eq_slice s)
{
    if (p->status != EQ_OK)
        return;
    if (s.len >= ENOUGH) { /* no need to copy it */
        hand_over(p);
        if (p->status == EQ_OK)
            p->status = p->out(s, p->ctx);
        return;
    }
    eq_buf_add(&p->waiting, s);
    if (p->waiting.len >= ENOUGH || p->waiting.failed)
        hand_over(p);
}

void eq_pack_u64(struct eq_pack *p, uint64_t n)
{
    char bytes[10];
    size_t len = 0;
    for (; n >= 0x80; n >>= 7)
        bytes[len++] = (char)(n | 0x80);
    bytes[len++] = (char)n;
    eq_pack_raw(p, eq_slice(bytes, len));
}

/* Small numbers of either sign are short: 0 -1 1 -2 2 … */
void eq_pack_i64(struct eq_pack *p, int64_t n)
{
    eq_pack_u64(p, (uint64_t)n << 1 ^ (n < 0 ? UINT64_MAX : 0));
}

void eq_pack_bool(struct eq_pack *p, bool b)
{
    eq_pack_u64(p, b);
}

void eq_pack_bytes(struct eq_pack *p, struct eq_slice s)
{
    eq_pack_u64(p, s.len);
    eq_pack_raw(p, s);
}

/* ── Unpacking ── */

void eq_unpack_init(struct eq_unpack *u, struct eq_slice bytes)
{
    u->at = bytes.len ? bytes.ptr : "";
    u->end = u->at + bytes.len;
    u->status = EQ_OK;
    u->why = NULL;
}

void eq_unpack_fail(struct eq_unpack *u, enum eq_status status, const char *why)
{
    if (u->status != EQ_OK)
        return;
    u->status = status;
    u->why = why;
    u->at = u->end;
}

uint64_t eq_unpack_u64(struct eq_unpack *u)
{
    uint64_t n = 0;
    for (unsigned shift = 0; u->at < u->end && shift < 64; shift += 7) {
        unsigned char byte = (unsigned char)*u->at++;
        if (shift == 63 && byte > 1)
            break;
        n |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return n;
    }
    eq_unpack_fail(u, EQ_INVALID, NULL);
    return 0;
}

int64_t eq_unpack_i64(struct eq_unpack *u)
{
    uint64_t n = eq_unpack_u64(u);
    return (int64_t)(n >> 1 ^ (n & 1 ? UINT64_MAX : 0));
}

uint64_t eq_unpack_most(struct eq_unpack *u, uint64_t max)
{
    uint64_t n = eq_unpack_u64(u);
    if (n <= max)
        return n;
    eq_unpack_fail(u, EQ_INVALID, NULL);
    return 0;
}

bool eq_unpack_bool(struct eq_unpack *u)
{
    return eq_unpack_most(u, 1) != 0;
}

struct eq_slice eq_unpack_raw(struct eq_unpack *u, size_t len)
{
    const char *at = u->at;
    if (u->status != EQ_OK || len > (size_t)(u->end - u->at)) {
        eq_unpack_fail(u, EQ_INVALID, NULL);
        return (struct eq_slice){"", 0};
    }
    u->at += len;
    return eq_slice(at, len);
}

struct eq_slice eq_unpack_bytes(struct eq_unpack *u)
{
    return eq_unpack_raw(u, (size_t)eq_unpack_most(u, (uint64_t)(u->end - u->at)));
}

size_t eq_unpack_count(struct eq_unpack *u)
{
    return (size_t)eq_unpack_most(u, (uint64_t)(u->end - u->at));
}
