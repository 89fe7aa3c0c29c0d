/* image.c — see image.h. Bytes stand as this machine has them; a mark in the header tells one of the other order. */
#include "base/image.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Raise it whenever the order or the meaning of what is written changes. */
#define FORMAT 2u
#define BYTE_ORDER_MARK 0x01020304u
/* Bytes that are read at a time, and digested while the processor still has them at hand. */
#define PIECE ((size_t)256 << 10)

struct header {
    char magic[EQ_IMAGE_MAGIC_LEN];
    uint32_t byte_order, format;
    uint64_t tables, length; /* bytes of the image */
    uint32_t n_words, zero;
    char version[24];
    XXH128_canonical_t digest; /* of what stands before it, and of what follows */
};

_Static_assert(sizeof(struct header) == EQ_IMAGE_HEADER, "the header has no padding");

static XXH128_canonical_t digest_of(const struct header *h, XXH128_hash_t body)
{
    XXH128_canonical_t out;
    struct header head = *h;
    XXH128_canonicalFromHash(&head.digest, body);
    XXH128_canonicalFromHash(&out, XXH3_128bits(&head, sizeof head));
    return out;
}

/* ── Writing ── */

void eq_image_write(struct eq_image *k, const struct eq_alloc *alloc)
{
    *k = (struct eq_image){.reading = false};
    eq_buf_init(&k->words, alloc);
    eq_intern_init(&k->known, alloc);
}

void eq_image_free(struct eq_image *k)
{
    eq_free(k->words.alloc, k->offsets);
    eq_buf_free(&k->words);
    eq_intern_free(&k->known);
}

static struct header make_header(size_t len, uint32_t n_words, const char *version, uint64_t tables)
{
    struct header h = {.magic = EQ_IMAGE_MAGIC, .byte_order = BYTE_ORDER_MARK, .format = FORMAT, .tables = tables,
                       .length = len, .n_words = n_words};
    size_t named = strlen(version);
    memcpy(h.version, version, named < sizeof h.version ? named : sizeof h.version);
    return h;
}

void eq_image_sign(char *image, size_t len, uint32_t n_words, const char *version, uint64_t tables)
{
    struct header h = make_header(len, n_words, version, tables);
    h.digest = digest_of(&h, XXH3_128bits(image + sizeof h, len - sizeof h));
    memcpy(image, &h, sizeof h);
}

/* What goes out in pieces of a reasonable size. */
struct pieces {
    eq_image_out *out;
    void *ctx;
    size_t n;
    bool failed;
    char piece[1 << 14];
};

static void flush(struct pieces *p)
{
    p->failed = p->failed || (p->n && !p->out(p->piece, p->n, p->ctx));
    p->n = 0;
}

static void put(struct pieces *p, const char *ptr, size_t len)
{
    if (len > sizeof p->piece - p->n)
        flush(p);
    if (len > sizeof p->piece) {
        p->failed = p->failed || !p->out(ptr, len, p->ctx);
        return;
    }
    if (len)
        memcpy(p->piece + p->n, ptr, len);
    p->n += len;
}

/* Everything behind the header. */
static bool put_body(const struct eq_image *k, eq_image_out *out, void *ctx)
{
    struct pieces p = {.out = out, .ctx = ctx};
    put(&p, k->words.ptr, k->words.len);
    for (size_t i = 0; i < k->known.n; i++) {
        put(&p, k->known.items[i].ptr, k->known.items[i].len);
        put(&p, "", 1);
    }
    flush(&p);
    return !p.failed;
}

static bool digest_piece(const char *ptr, size_t len, void *state)
{
    return XXH3_128bits_update(state, ptr, len) == XXH_OK;
}

enum eq_status eq_image_seal(struct eq_image *k, const char *version, uint64_t tables, eq_image_out *out, void *ctx)
{
    size_t len = EQ_IMAGE_HEADER + k->words.len + k->end_of_texts;
    XXH3_state_t state;
    if (k->nomem || k->words.failed)
        return EQ_NOMEM;
    if (k->bad || len > EQ_IMAGE_MAX)
        return EQ_LIMIT;
    struct header h = make_header(len, (uint32_t)(k->words.len / sizeof(uint32_t)), version, tables);
    XXH3_128bits_reset(&state);
    put_body(k, digest_piece, &state);
    h.digest = digest_of(&h, XXH3_128bits_digest(&state));
    return out((const char *)&h, sizeof h, ctx) && put_body(k, out, ctx) ? EQ_OK : EQ_IO;
}

static void write_word(struct eq_image *k, uint32_t v)
{
    eq_buf_add(&k->words, eq_slice((const char *)&v, sizeof v));
}

/* Each distinct text is written once. */
static void write_text(struct eq_image *k, struct eq_slice s)
{
    uint32_t number;
    bool added;
    if (eq_intern_lend(&number, &k->known, s, &added) != EQ_OK) {
        k->nomem = true;
        return;
    }
    if (added) {
        if (!eq_grow(k->words.alloc, &k->offsets, &k->cap_offsets, number + 1u, sizeof *k->offsets)) {
            k->nomem = true;
            return;
        }
        k->offsets[number] = (uint32_t)k->end_of_texts;
        k->end_of_texts += s.len + 1;
        k->bad |= k->end_of_texts > EQ_IMAGE_MAX;
    }
    write_word(k, k->offsets[number]);
    write_word(k, (uint32_t)s.len);
}

/* ── Reading ── */

/* Read what there is, up to `len` bytes, and digest what follows the header. */
static enum eq_status fill(struct eq_slice *image, XXH128_hash_t *body, char *room, size_t len, eq_image_in *in, void *ctx)
{
    XXH3_state_t state;
    size_t n = 0, digested = sizeof(struct header);
    ptrdiff_t got = 1;
    XXH3_128bits_reset(&state);
    while (n < len && got > 0) {
        got = in(room + n, len - n < PIECE ? len - n : PIECE, ctx);
        if (got < 0)
            return EQ_IO;
        n += (size_t)got;
        if (n > digested) {
            XXH3_128bits_update(&state, room + digested, n - digested);
            digested = n;
        }
    }
    *image = eq_slice(room, n);
    *body = XXH3_128bits_digest(&state);
    return EQ_OK;
}

static const char *refuse(const struct header *h, struct eq_slice image, XXH128_hash_t body, const char *version,
                          uint64_t tables)
{
    char named[sizeof h->version] = {0};
    size_t len = strlen(version);
    memcpy(named, version, len < sizeof named ? len : sizeof named);
    if (h->byte_order != BYTE_ORDER_MARK)
        return "the pack was compiled on a machine of another byte order";
    if (h->format != FORMAT || memcmp(h->version, named, sizeof named) != 0 || h->tables != tables)
        return "the pack was compiled by another version of eqlite";
    if (h->length != image.len)
        return h->length > image.len ? "the pack is truncated" : "something follows the pack";
    XXH128_canonical_t digest = digest_of(h, body);
    if (memcmp(&digest, &h->digest, sizeof digest) != 0)
        return "the pack is damaged: its checksum is another";
    return h->n_words > (image.len - sizeof *h) / sizeof(uint32_t) ? "the pack is damaged" : NULL;
}

enum eq_status eq_image_read(struct eq_image *k, char *room, size_t len, eq_image_in *in, void *ctx, const char *version,
                             uint64_t tables, struct eq_arena *arena, const char **why)
{
    struct header h;
    struct eq_slice image;
    XXH128_hash_t body;
    *k = (struct eq_image){.reading = true, .arena = arena};
    enum eq_status st = fill(&image, &body, room, len, in, ctx);
    if (st != EQ_OK)
        return st;
    *why = "this is no pack";
    if (image.len < EQ_IMAGE_MAGIC_LEN || memcmp(image.ptr, EQ_IMAGE_MAGIC, EQ_IMAGE_MAGIC_LEN) != 0)
        return EQ_INVALID;
    *why = "the pack is truncated";
    if (image.len < sizeof h)
        return EQ_INVALID;
    memcpy(&h, image.ptr, sizeof h);
    *why = refuse(&h, image, body, version, tables);
    if (*why)
        return EQ_INVALID;
    k->at = (const uint32_t *)(const void *)(image.ptr + sizeof h);
    k->end = k->at + h.n_words;
    size_t before = sizeof h + h.n_words * sizeof(uint32_t);
    k->text = eq_slice(image.ptr + before, image.len - before);
    return EQ_OK;
}

bool eq_image_is_done(const struct eq_image *k)
{
    return !k->bad && k->at == k->end;
}

/* ── Both ── */

void eq_image_u32(struct eq_image *k, uint32_t *v)
{
    if (k->reading)
        *v = eq_image_next(k);
    else
        write_word(k, *v);
}

void eq_image_u64(struct eq_image *k, uint64_t *v)
{
    uint32_t low = k->reading ? 0 : (uint32_t)*v, high = k->reading ? 0 : (uint32_t)(*v >> 32);
    eq_image_u32(k, &low);
    eq_image_u32(k, &high);
    if (k->reading)
        *v = (uint64_t)high << 32 | low;
}

void eq_image_i64(struct eq_image *k, int64_t *v)
{
    uint64_t u = k->reading ? 0 : (uint64_t)*v;
    eq_image_u64(k, &u);
    if (k->reading)
        *v = (int64_t)u;
}

void eq_image_bool(struct eq_image *k, bool *v)
{
    uint32_t u = k->reading ? 0 : *v;
    eq_image_u32(k, &u);
    k->bad |= u > 1;
    if (k->reading)
        *v = u != 0;
}

void eq_image_text(struct eq_image *k, struct eq_slice *v)
{
    if (k->reading)
        *v = eq_image_next_text(k);
    else
        write_text(k, *v);
}

static void *read_array(struct eq_image *k, size_t *n, size_t size)
{
    *n = eq_image_next(k);
    k->bad |= *n > (size_t)(k->end - k->at);
    void *made = !k->bad && *n ? eq_arena_alloc(k->arena, *n * size) : NULL;
    if (!made && !k->bad && *n)
        k->nomem = k->bad = true;
    if (!made)
        *n = 0; /* no loop goes on */
    return made;
}

void eq_image_array_raw(struct eq_image *k, void *items, size_t *n, size_t size)
{
    if (k->reading) {
        void *made = read_array(k, n, size);
        memcpy(items, &made, sizeof made);
        return;
    }
    k->bad |= *n > UINT32_MAX;
    write_word(k, (uint32_t)*n);
}

void eq_image_words(struct eq_image *k, const uint32_t **words, size_t *n)
{
    if (!k->reading) {
        k->bad |= *n > UINT32_MAX;
        write_word(k, (uint32_t)*n);
        eq_buf_add(&k->words, eq_slice((const char *)*words, *n * sizeof **words));
        return;
    }
    *n = eq_image_next(k);
    k->bad |= *n > (size_t)(k->end - k->at);
    *n = k->bad ? 0 : *n;
    *words = k->at;
    k->at += *n;
}
