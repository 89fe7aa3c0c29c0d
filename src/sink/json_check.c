/* json_check.c — is a text JSON, to the letter?
 *
 * Reading is lenient: fields that no rule asks for are skipped, not looked at. What we print is read by programs that
 * are not, and an alert that its reader refuses is an alert that never was. So printed events are checked, in one pass,
 * with a bit for each open bracket:
 *
 *      {"a":[1,{          object, array, object = 0 1 0 */
#include "sink/json_check.h"

#define MAX_DEPTH 4096

struct check {
    const char *p, *end;
    unsigned char arrays[MAX_DEPTH / 8]; /* bit per level: it is an array */
    unsigned depth;
};

static void skip_blanks(struct check *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' || *c->p == '\r' || *c->p == '\t'))
        c->p++;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* After a backslash. */
static bool escape(struct check *c)
{
    if (c->p == c->end || !*c->p || !strchr("\"\\/bfnrtu", *c->p))
        return false;
    if (*c->p++ != 'u')
        return true;
    for (int i = 0; i < 4; i++, c->p++)
        if (c->p == c->end || !is_hex(*c->p))
            return false;
    return true;
}

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* Do none of eight bytes end a string, begin an escape or control? (May say no too early, never yes wrongly.) */
static bool eight_plain(const char *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
    uint64_t quote = w ^ EACH_BYTE('"'), backslash = w ^ EACH_BYTE('\\');
    uint64_t found = (quote - EACH_BYTE(1)) & ~quote;
    found |= (backslash - EACH_BYTE(1)) & ~backslash;
    found |= (w - EACH_BYTE(0x20)) & ~w;
    return !(found & EACH_BYTE(0x80));
}

static bool string(struct check *c)
{
    if (c->p == c->end || *c->p++ != '"')
        return false;
    while (c->p < c->end) {
        while (c->end - c->p >= 8 && eight_plain(c->p))
            c->p += 8;
        if (c->p == c->end)
            return false;
        unsigned char b = (unsigned char)*c->p++;
        if (b == '"')
            return true;
        if (b < 0x20 || (b == '\\' && !escape(c)))
            return false;
    }
    return false;
}

static bool digits(struct check *c)
{
    const char *start = c->p;
    while (c->p < c->end && is_digit(*c->p))
        c->p++;
    return c->p > start;
}

static bool number(struct check *c)
{
    if (c->p < c->end && *c->p == '-')
        c->p++;
    if (c->p < c->end && *c->p == '0')
        c->p++;
    else if (!digits(c))
        return false;
    if (c->p < c->end && *c->p == '.') {
        c->p++;
        if (!digits(c))
            return false;
    }
    if (c->p < c->end && (*c->p == 'e' || *c->p == 'E')) {
        c->p++;
        if (c->p < c->end && (*c->p == '+' || *c->p == '-'))
            c->p++;
        return digits(c);
    }
    return true;
}

static bool word(struct check *c, struct eq_slice w)
{
    if (!eq_slice_starts(eq_slice(c->p, (size_t)(c->end - c->p)), w))
        return false;
    c->p += w.len;
    return true;
}

static bool scalar(struct check *c)
{
    if (c->p == c->end)
        return false;
    switch (*c->p) {
    case '"': return string(c);
    case 't': return word(c, EQ_LIT("true"));
    case 'f': return word(c, EQ_LIT("false"));
    case 'n': return word(c, EQ_LIT("null"));
    default: return number(c);
    }
}

static bool open(struct check *c, bool array)
{
    unsigned char bit = (unsigned char)(1u << c->depth % 8);
    if (c->depth == MAX_DEPTH)
        return false;
    if (array)
        c->arrays[c->depth / 8] |= bit;
    else
        c->arrays[c->depth / 8] &= (unsigned char)~bit;
    c->depth++;
    c->p++;
    return true;
}

static bool in_array(const struct check *c)
{
    unsigned level = c->depth - 1;
    return c->arrays[level / 8] & 1u << level % 8;
}

static bool key(struct check *c)
{
    skip_blanks(c);
    if (!string(c))
        return false;
    skip_blanks(c);
    return c->p < c->end && *c->p++ == ':';
}

/* The beginning of a value: a scalar, or brackets up to the first scalar or empty bracket in them. */
static bool value(struct check *c)
{
    for (;;) {
        skip_blanks(c);
        if (c->p == c->end || (*c->p != '{' && *c->p != '['))
            return scalar(c);
        bool array = *c->p == '[';
        if (!open(c, array))
            return false;
        skip_blanks(c);
        if (c->p < c->end && *c->p == (array ? ']' : '}')) {
            c->p++;
            c->depth--;
            return true;
        }
        if (!array && !key(c))
            return false;
    }
}

/* After a value: close brackets until a comma leads to the next value. False at a mistake; *more: there is a next. */
static bool after_value(struct check *c, bool *more)
{
    *more = false;
    while (c->depth) {
        skip_blanks(c);
        if (c->p == c->end)
            return false;
        char b = *c->p++;
        if (b == ',') {
            *more = true;
            return in_array(c) || key(c);
        }
        if (b != (in_array(c) ? ']' : '}'))
            return false;
        c->depth--;
    }
    return true;
}

bool eq_json_check(struct eq_slice text)
{
    struct check c = {.p = text.ptr, .end = text.ptr + text.len};
    bool more = true;
    while (more)
        if (!value(&c) || !after_value(&c, &more))
            return false;
    skip_blanks(&c);
    return c.p == c.end;
}

bool eq_json_check_scalar(struct eq_slice text)
{
    struct check c = {.p = text.ptr, .end = text.ptr + text.len};
    return text.len && *text.ptr != '"' && scalar(&c) && c.p == c.end;
}
