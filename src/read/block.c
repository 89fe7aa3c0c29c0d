/* block.c — the one buffer of a chain.
 *
 *      ptr [ consumed | begin … unread … end | room ] padding
 *
 * Filling moves the unread rest to the front when room is short, so an item that crosses two reads ends up whole. It
 * grows only while the item at hand is longer than the block; formats see to it that this ends at max_event.
 *
 * Whether an end is one is asked here for formats, which only look at `ended`: codecs below see no difference. Where there is
 * no block, reader.c asks the same: at the next entry of an archive, and on the way to a bookmark (resume.c). */
#include "read/reader_priv.h"

void eq_block_start(struct eq_block *b, struct eq_stream *stream, const struct eq_reader_options *options)
{
    b->stream = stream;
    b->options = options;
    b->begin = b->end = 0;
    b->offset = 0;
    b->line = 1;
    b->waiting = b->ended = false;
    b->status = EQ_OK;
    b->head_len = 0;
}

void eq_block_free(struct eq_block *b)
{
    eq_free(b->alloc, b->ptr);
    b->ptr = NULL;
    b->cap = b->begin = b->end = 0;
}

/* Room for at least half a unit behind `end`. */
static bool make_room(struct eq_block *b)
{
    if (b->begin == b->end)
        b->begin = b->end = 0;
    size_t wanted = b->unit / 2 ? b->unit / 2 : 1;
    if (b->ptr && b->cap - b->end >= wanted)
        return true;
    size_t rest = b->end - b->begin;
    if (b->ptr && b->cap - rest >= wanted) {
        memmove(b->ptr, b->ptr + b->begin, rest);
        b->begin = 0;
        b->end = rest;
        return true;
    }
    size_t cap = b->cap ? b->cap * 2 : b->unit;
    char *ptr = b->alloc->resize(b->ptr, cap + EQ_PAD, b->alloc->ctx);
    if (!ptr)
        return false;
    memset(ptr + cap, 0, EQ_PAD);
    b->ptr = ptr;
    b->cap = cap;
    return true;
}

static bool end_with(struct eq_block *b, enum eq_status status)
{
    b->ended = true;
    b->status = status;
    return false;
}

bool eq_block_fill(struct eq_block *b)
{
    size_t got = 0;
    if (b->ended)
        return false;
    if (!make_room(b))
        return end_with(b, EQ_NOMEM);
    size_t room = b->cap - b->end;
    b->stream->restarted = false;
    enum eq_status st = b->stream->read(&got, b->stream, b->ptr + b->end, room < b->unit ? room : b->unit);
    /* A stop ends streams as if their bytes were through, or damaged. They are not: what is half read stays half read. */
    bool stopped = (st == EQ_END || st == EQ_IO) && eq_reader_stopped(b->options);
    if (st != EQ_OK && !stopped)
        return end_with(b, st);
    b->waiting = got == 0;
    if (b->stream->restarted && b->begin == b->end) {
        b->offset = 0;
        b->line = 1;
    }
    b->end += got;
    return got > 0;
}

void eq_block_pass(struct eq_block *b, size_t n)
{
    b->begin += n;
    b->offset += n;
}

void eq_block_pass_lines(struct eq_block *b, size_t n)
{
    const char *p = b->ptr + b->begin, *end = p + n;
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
        b->line++;
        p++;
    }
    eq_block_pass(b, n);
}
