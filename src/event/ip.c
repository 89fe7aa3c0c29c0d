/* ip.c — addresses and blocks.
 *
 *      10.1.2.3      ::ffff:10.1.2.3         both families are one line of 2^128 points, so a block of
 *      10.0.0.0/8    ::ffff:10.0.0.0/104     either can hold an address of either: ::/0 holds them all */
#include "event/ip.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* a.b.c.d into four bytes; the whole of p..end. No leading zeros, which some would read as octal. */
static bool parse_v4(uint8_t out[4], const char *p, const char *end)
{
    for (int i = 0; i < 4; i++) {
        unsigned value = 0;
        const char *start = p;
        if (i && (p == end || *p++ != '.'))
            return false;
        start = p;
        while (p < end && is_digit(*p) && p - start < 3)
            value = value * 10 + (unsigned)(*p++ - '0');
        if (p == start || value > 255 || (*start == '0' && p - start > 1))
            return false;
        out[i] = (uint8_t)value;
    }
    return p == end;
}

/* Make room for the zeros that "::" stood for: `gap` is where, `n` how many bytes were read. */
static void open_gap(uint8_t b[16], size_t gap, size_t n)
{
    size_t tail = n - gap;
    memmove(b + 16 - tail, b + gap, tail);
    memset(b + gap, 0, 16 - n);
}

static bool parse_v6(uint8_t b[16], const char *p, const char *end)
{
    enum { NO_GAP = 99 };
    size_t n = 0, gap = NO_GAP;

    if (end - p < 2 || (*p == ':' && p[1] != ':'))
        return false;
    if (*p == ':') {
        gap = 0;
        p += 2;
    }
    while (p < end) {
        const char *group = p;
        unsigned value = 0;
        while (p < end && hex_value(*p) >= 0 && p - group < 4)
            value = value << 4 | (unsigned)hex_value(*p++);
        if (p < end && *p == '.') {
            if (n > 12 || !parse_v4(b + n, group, end))
                return false;
            n += 4;
            break;
        }
        if (p == group || n == 16)
            return false;
        b[n++] = (uint8_t)(value >> 8);
        b[n++] = (uint8_t)value;
        if (p == end)
            break;
        if (*p++ != ':' || p == end)
            return false;
        if (*p == ':') {
            if (gap != NO_GAP)
                return false;
            gap = n;
            p++;
        }
    }
    if (gap == NO_GAP)
        return n == 16;
    if (n > 14)
        return false;
    open_gap(b, gap, n);
    return true;
}

/* *bits: how many bits an address of this family has. The first dot of an IPv4 address is within its first four
 * bytes; only "::1.2.3.4" has one there too. */
static bool parse(struct eq_ip *out, unsigned *bits, const char *p, const char *end)
{
    size_t len = (size_t)(end - p);
    if (len < 2 || len > 45)
        return false;
    if (p[0] == ':' || (p[1] != '.' && (len < 4 || (p[2] != '.' && p[3] != '.')))) {
        *bits = 128;
        return parse_v6(out->b, p, end);
    }
    memset(out->b, 0, 10);
    out->b[10] = out->b[11] = 0xFF;
    *bits = 32;
    return parse_v4(out->b + 12, p, end);
}

bool eq_ip_parse(struct eq_ip *out, struct eq_slice text)
{
    unsigned bits;
    return text.len && parse(out, &bits, text.ptr, text.ptr + text.len);
}

static void clear_host_bits(struct eq_cidr *c)
{
    size_t byte = c->bits / 8;
    if (byte == 16)
        return;
    c->addr.b[byte] &= (uint8_t)(0xFF00u >> c->bits % 8);
    memset(c->addr.b + byte + 1, 0, 15 - byte);
}

bool eq_cidr_parse(struct eq_cidr *out, struct eq_slice text)
{
    size_t len = text.len, digits = 0;
    unsigned family, bits = 0;

    while (digits < 3 && digits < len && is_digit(text.ptr[len - 1 - digits]))
        digits++;
    if (digits && digits < len && text.ptr[len - 1 - digits] == '/') {
        for (size_t i = len - digits; i < len; i++)
            bits = bits * 10 + (unsigned)(text.ptr[i] - '0');
        len -= digits + 1;
    }
    if (len == 0 || !parse(&out->addr, &family, text.ptr, text.ptr + len))
        return false;
    if (len == text.len)
        bits = family;
    if (bits > family)
        return false;
    out->bits = (uint8_t)(bits + 128 - family);
    clear_host_bits(out);
    return true;
}

bool eq_cidr_has(const struct eq_cidr *block, const struct eq_ip *ip)
{
    size_t whole = block->bits / 8;
    unsigned rest = block->bits % 8;
    if (memcmp(block->addr.b, ip->b, whole) != 0)
        return false;
    return rest == 0 || (uint8_t)(ip->b[whole] & (0xFF00u >> rest)) == block->addr.b[whole];
}

static unsigned group_of(const struct eq_ip *ip, int i)
{
    return (unsigned)ip->b[2 * i] << 8 | ip->b[2 * i + 1];
}

/* The first of the longest runs of two or more zero groups; *len is 0 if there is none. */
static int zero_run(const struct eq_ip *ip, int *len)
{
    int best = 0, best_len = 0, run = 0;
    for (int i = 0; i < 8; i++) {
        run = group_of(ip, i) ? 0 : run + 1;
        if (run > best_len) {
            best_len = run;
            best = i - run + 1;
        }
    }
    *len = best_len > 1 ? best_len : 0;
    return best;
}

void eq_buf_ip(struct eq_buf *b, const struct eq_ip *ip)
{
    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    int len, gap;

    if (memcmp(ip->b, mapped, sizeof mapped) == 0) {
        eq_buf_printf(b, "%u.%u.%u.%u", ip->b[12], ip->b[13], ip->b[14], ip->b[15]);
        return;
    }
    gap = zero_run(ip, &len);
    for (int i = 0; i < 8; i++) {
        if (len && i == gap) {
            eq_buf_puts(b, "::");
            i += len - 1;
            continue;
        }
        eq_buf_printf(b, i == 0 || (len && i == gap + len) ? "%x" : ":%x", group_of(ip, i));
    }
}
