/* image.h — numbers and texts as one sealed image of bytes, and back.
 *
 *      header ─ words ─────────── texts ────────────────────
 *      magic    3 0 7 12 7 4 …    C:\Windows\*·cmd.exe·…        12 7: the text of 7 bytes at 12
 *      version
 *      digest of all the rest
 *
 * One function describes a struct in both directions: it hands over the address of each member, which is written (and
 * stays as it is), or filled in from the image. So what is written is what is read, in the same order.
 *
 *      void image_point(struct eq_image *k, struct point *p) { eq_image_u32(k, &p->x); eq_image_u32(k, &p->y); }
 *
 * The digest tells damage, not malice: whoever changes an image can compute it anew. So nothing that is read is
 * believed. Reading beyond the end gives zeros and sets `bad`; whoever reads a number that means something checks it. */
#ifndef EQ_BASE_IMAGE_H
#define EQ_BASE_IMAGE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/intern.h"

#define EQ_IMAGE_MAGIC "EQLPACK\n"
#define EQ_IMAGE_MAGIC_LEN 8
#define EQ_IMAGE_HEADER 80        /* bytes */
#define EQ_IMAGE_MAX (256u << 20) /* bytes of an image */

struct eq_image {
    bool reading;
    bool nomem;
    bool bad; /* reading: the image says what cannot be; writing: it would be too large */

    struct eq_arena *arena; /* reading: what is made goes here */
    const uint32_t *at, *end;
    struct eq_slice text; /* texts borrow from it */

    struct eq_buf words;     /* writing */
    struct eq_intern known;  /* each distinct text, in the order in which they will stand */
    uint32_t *offsets;       /* by number in `known` */
    size_t cap_offsets, end_of_texts;
};

void eq_image_write(struct eq_image *k, const struct eq_alloc *alloc);
typedef bool eq_image_out(const char *ptr, size_t len, void *ctx); /* false: it cannot be written */
/* The whole image, piece by piece. `version` names who writes, `tables` is a number for what the numbers inside stand for;
 * both must be the same when it is read. EQ_NOMEM; EQ_LIMIT: larger than EQ_IMAGE_MAX; EQ_IO: `out` said so. */
enum eq_status eq_image_seal(struct eq_image *k, const char *version, uint64_t tables, eq_image_out *out, void *ctx);
void eq_image_free(struct eq_image *k); /* after writing */
/* Write the header of an image of `len` bytes, EQ_IMAGE_HEADER at least, as if we had made it: for tests. */
void eq_image_sign(char *image, size_t len, uint32_t n_words, const char *version, uint64_t tables);

/* Up to n bytes at `to`: how many there are; 0: no more; -1: they cannot be read. */
typedef ptrdiff_t eq_image_in(char *to, size_t n, void *ctx);
/* Take in an image of up to `len` bytes, to `room`, which stands at a multiple of 16 and outlives what is read; and begin to
 * read it. EQ_INVALID: *why says why it cannot be used; static. EQ_IO: `in` said so. */
enum eq_status eq_image_read(struct eq_image *k, char *room, size_t len, eq_image_in *in, void *ctx, const char *version,
                             uint64_t tables, struct eq_arena *arena, const char **why);
/* Reading: is all of it read, and none of it bad? */
bool eq_image_is_done(const struct eq_image *k);

/* Reading: the next word; 0 beyond the end. */
static inline uint32_t eq_image_next(struct eq_image *k)
{
    if (__builtin_expect(k->at < k->end, 1))
        return *k->at++;
    k->bad = true;
    return 0;
}

/* Reading: the next text; "" if it is none. */
static inline struct eq_slice eq_image_next_text(struct eq_image *k)
{
    uint32_t at = eq_image_next(k), len = eq_image_next(k);
    if (__builtin_expect(at < k->text.len && len < k->text.len - at && k->text.ptr[at + len] == '\0', 1))
        return eq_slice(k->text.ptr + at, len);
    k->bad = true;
    return EQ_LIT("");
}

void eq_image_u32(struct eq_image *k, uint32_t *v);
void eq_image_u64(struct eq_image *k, uint64_t *v);
void eq_image_i64(struct eq_image *k, int64_t *v);
void eq_image_bool(struct eq_image *k, bool *v);
void eq_image_text(struct eq_image *k, struct eq_slice *v); /* lent until the image is sealed; there a NUL follows */
/* The pointer at `items` and *n: writing writes the number, reading sets both, to zeroed elements of `size` bytes; NULL
 * if there are none. The caller goes on with each element, which must take at least one word. */
#define eq_image_array(k, items, n, size) eq_image_array_raw((k), (void *)(items), (n), (size))
void eq_image_array_raw(struct eq_image *k, void *items, size_t *n, size_t size);
/* *n words at *words: writing takes them, reading sets both, to where they stand in the image. */
void eq_image_words(struct eq_image *k, const uint32_t **words, size_t *n);

#endif
