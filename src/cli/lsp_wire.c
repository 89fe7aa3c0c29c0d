/* lsp_wire.c — bytes to messages and back.
 *
 *      Content-Length: 17\r\n\r\n{"jsonrpc":"2.0"}Content-Length: …
 *      └──── header ────────────┘└──── body ─────┘
 *
 * A length that is wrong puts us off the rails, so between messages we look for the next "Content-Length:" wherever it
 * stands, and pass over what is before it. Room is made as bytes come, never because a header promises them. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/lsp.h"

#define READ_STEP ((size_t)64 << 10)
#define PADDING 64 /* that simdjson wants behind a text */
#define HEADER_MAX ((size_t)8 << 10)
#define SKIP_MAX ((size_t)1 << 30) /* a length above is a mistake, not a message */
#define ROOM_KEPT ((size_t)1 << 20)

static const char length_key[] = "Content-Length:";
enum { KEY = sizeof length_key - 1 };

static char *here(const struct lsp_input *in)
{
    return in->buffer.ptr + in->taken;
}

static size_t left(const struct lsp_input *in)
{
    return in->buffer.len - in->taken;
}

/* Drop what was taken, and room that only a large message needed. */
static void tidy(struct lsp_input *in)
{
    struct cli_text *b = &in->buffer;
    if (in->taken) {
        memmove(b->ptr, here(in), left(in));
        b->len -= in->taken;
        in->taken = 0;
    }
    if (b->cap > ROOM_KEPT && b->len + PADDING < ROOM_KEPT / 4) {
        b->cap = ROOM_KEPT / 2;
        b->ptr = cli_alloc(b->ptr, b->cap);
    }
}

/* Read what there is; false: nothing now, or nothing any more. */
static bool read_more(struct lsp_input *in, bool wait)
{
    static const char blank[READ_STEP];
    struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};
    if (!wait && poll(&ready, 1, 0) <= 0)
        return false;
    tidy(in);
    size_t len = in->buffer.len;
    cli_text_add(&in->buffer, blank, READ_STEP); /* room; the padding of a body too */
    in->buffer.len = len;
    ssize_t got = read(STDIN_FILENO, in->buffer.ptr + len, READ_STEP - PADDING);
    if (got > 0)
        in->buffer.len += (size_t)got;
    else if (got == 0 || errno != EINTR)
        in->ended = true;
    return got > 0;
}

/* ── Headers ── */

static const char *find_key(const char *p, const char *end)
{
    for (; end - p >= KEY; p++)
        if (strncasecmp(p, length_key, KEY) == 0)
            return p;
    return NULL;
}

/* The number behind the key; SIZE_MAX: there is none on that line. */
static size_t read_length(const char *p, const char *end)
{
    size_t n = 0;
    bool digits = false;
    for (p += KEY; p < end && (*p == ' ' || *p == '\t'); p++)
        ;
    for (; p < end && *p >= '0' && *p <= '9'; p++, digits = true)
        n = n > SKIP_MAX ? n : n * 10 + (size_t)(*p - '0');
    for (; p < end && (*p == ' ' || *p == '\t' || *p == '\r'); p++)
        ;
    return digits && n <= SKIP_MAX && (p == end || *p == '\n') ? n : SIZE_MAX;
}

/* Behind the empty line that ends a header; NULL: it has not come. */
static const char *header_end(const char *p, const char *end)
{
    for (; (p = memchr(p, '\n', (size_t)(end - p))); p++) {
        if (end - p >= 2 && p[1] == '\n')
            return p + 2;
        if (end - p >= 3 && p[1] == '\r' && p[2] == '\n')
            return p + 3;
    }
    return NULL;
}

/* Lines before the key that are no headers? */
static bool is_garbage(const char *p, const char *key)
{
    while (p < key) {
        const char *line_end = memchr(p, '\n', (size_t)(key - p)), *colon = memchr(p, ':', (size_t)(key - p));
        if (!line_end || !colon || colon > line_end)
            return true;
        for (; p < colon; p++)
            if (*p != '-' && (*p < 'A' || *p > 'Z') && (*p < 'a' || *p > 'z'))
                return true;
        p = line_end + 1;
    }
    return false;
}

/* Bytes that are no message, told once until one comes. */
static enum lsp_frame pass(struct lsp_input *in, size_t n)
{
    bool told = in->lost;
    in->taken += n;
    in->lost = true;
    return told ? LSP_FRAME_NONE : LSP_FRAME_GARBAGE;
}

/* Take a header from the buffer. NONE and in->body set: a body follows; NONE and nothing taken: more is needed. */
static enum lsp_frame take_header(struct lsp_input *in)
{
    const char *p = here(in), *end = p + left(in), *stop = header_end(p, end);
    if (!stop) { /* a key at the very end may be cut in two */
        const char *key = find_key(p, end);
        size_t junk = key ? (size_t)(key - p) : left(in) - (left(in) < KEY ? left(in) : (size_t)KEY);
        return left(in) > HEADER_MAX ? pass(in, junk ? junk : left(in)) : LSP_FRAME_NONE;
    }
    const char *key = find_key(p, stop);
    size_t length = key ? read_length(key, stop) : SIZE_MAX;
    if (length == SIZE_MAX)
        return pass(in, (size_t)(stop - p));
    enum lsp_frame frame = is_garbage(p, key) ? pass(in, 0) : LSP_FRAME_NONE;
    in->taken += (size_t)(stop - p);
    in->lost = false;
    if (length > LSP_MESSAGE_MAX)
        in->skip = length;
    else
        in->body = length;
    return length > LSP_MESSAGE_MAX ? LSP_FRAME_TOO_LONG : frame;
}

enum lsp_frame lsp_input_next(struct lsp_input *in, bool wait, eqlite_string *body)
{
    for (;;) {
        size_t before = left(in), dropped = in->skip < before ? in->skip : before;
        in->taken += dropped;
        in->skip -= dropped;
        if (in->body != SIZE_MAX && left(in) >= in->body) {
            *body = (eqlite_string){here(in), in->body};
            in->taken += in->body;
            in->body = SIZE_MAX;
            return LSP_FRAME_BODY;
        }
        if (in->body == SIZE_MAX && !in->skip && left(in)) {
            enum lsp_frame frame = take_header(in);
            if (frame != LSP_FRAME_NONE)
                return frame;
        }
        if (left(in) != before)
            continue;
        if (in->ended)
            return LSP_FRAME_END;
        if (!read_more(in, wait))
            return in->ended ? LSP_FRAME_END : LSP_FRAME_NONE;
    }
}

void lsp_send(const struct cli_text *body)
{
    printf("Content-Length: %zu\r\n\r\n", body->len);
    fwrite(body->ptr, 1, body->len, stdout);
    fflush(stdout);
}
