/* scaffold_regex.c — some text that a regular expression matches: one of its alternatives, few repetitions.
 *
 *      (a|b)+\.ex[ei]   ▶   b.exe */
#include "match/scaffold_priv.h"

enum { DEPTH_MAX = 30, REPEAT_MAX = 64 };

struct regex {
    struct eq_slice text;
    size_t at;
    struct eq_buf *out;
    struct eq_drafting *d;
    unsigned depth;
    bool failed;
};

static bool at_end(const struct regex *r)
{
    return r->failed || r->at >= r->text.len;
}

static char peek(const struct regex *r)
{
    return at_end(r) ? '\0' : r->text.ptr[r->at];
}

/* Behind '[': a character of the class. The first of a plain one, something unlikely of a negated one. */
static void one_of(struct regex *r)
{
    bool negated = peek(r) == '^', found = false;
    char chosen = '\0';
    r->at += negated;
    while (!at_end(r) && peek(r) != ']') {
        r->at += peek(r) == '\\' && r->at + 1 < r->text.len;
        if (!found)
            chosen = peek(r);
        found = true;
        r->at++;
    }
    if (at_end(r) || !found || (unsigned char)chosen >= 0x80)
        r->failed = true;
    r->at++;
    eq_buf_putc(r->out, negated ? '_' : chosen);
}

static void alternatives(struct regex *r);

static void atom(struct regex *r)
{
    char c = peek(r);
    r->at++;
    switch (c) {
    case '(':
        alternatives(r);
        r->failed = r->failed || peek(r) != ')';
        r->at++;
        break;
    case '[': one_of(r); break;
    case '.': eq_buf_putc(r->out, 'x'); break;
    case '@':
    case '#':
    case '~':
    case '&':
    case '<':
    case '"': r->failed = true; break; /* rare, and not worth it */
    case '\\':
        if (r->at < r->text.len)
            eq_buf_putc(r->out, r->text.ptr[r->at++]);
        break;
    default: eq_buf_putc(r->out, c);
    }
}

/* How often, by the quantifier behind an atom. */
static unsigned times(struct regex *r)
{
    char c = peek(r);
    unsigned n = 0;
    if (c == '*' || c == '?' || c == '+') {
        r->at++;
        return c == '+' ? 1 : eq_drafting_pick(r->d, 2);
    }
    if (c != '{')
        return 1;
    for (r->at++; peek(r) >= '0' && peek(r) <= '9' && n < REPEAT_MAX; r->at++)
        n = 10 * n + (unsigned)(peek(r) - '0');
    while (!at_end(r) && peek(r) != '}')
        r->at++;
    r->at++;
    r->failed = r->failed || n > REPEAT_MAX;
    return n;
}

/* An atom is read again for each further time. */
static void repeated(struct regex *r)
{
    size_t start = r->at, len = r->out->len;
    atom(r);
    unsigned n = times(r);
    size_t end = r->at;
    if (n == 0)
        r->out->len = len;
    for (unsigned i = 1; i < n && !r->failed && r->out->len < EQ_DRAFT_TEXT; i++) {
        r->at = start;
        atom(r);
    }
    r->at = end;
}

/* Of several alternatives the last one that is picked. */
static void alternatives(struct regex *r)
{
    size_t start = r->out->len;
    if (++r->depth > DEPTH_MAX)
        r->failed = true;
    for (unsigned n = 1; !r->failed; n++) {
        size_t begin = r->out->len;
        while (!at_end(r) && peek(r) != '|' && peek(r) != ')')
            repeated(r);
        if (r->out->failed)
            r->failed = true;
        else if (n > 1 && eq_drafting_pick(r->d, n) == 0) {
            size_t len = r->out->len - begin;
            if (len)
                memmove(r->out->ptr + start, r->out->ptr + begin, len);
            r->out->len = start + len;
        } else if (n > 1) {
            r->out->len = begin;
        }
        if (peek(r) != '|')
            break;
        r->at++;
    }
    r->depth--;
}

bool eq_scaffold_regex(struct eq_buf *out, struct eq_slice pattern, struct eq_drafting *d)
{
    struct regex r = {.text = pattern, .out = out, .d = d};
    alternatives(&r);
    return !r.failed && r.at == pattern.len;
}
