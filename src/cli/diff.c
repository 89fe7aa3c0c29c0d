/* diff.c — what changes in a text, line by line, as `diff -u` writes it and `patch` reads it.
 *
 *      before  a b   c d e
 *      after   a   x c   e
 *      script  = - + = - =       one mark a line
 *
 * Equal lines at both ends are cut off. For what is between, a table tells the longest common subsequence of any two
 * rests, and the script is the way through it. Should the middle be too large for a table, all of it is one change. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define CONTEXT 3
#define MOST_CELLS ((size_t)8 << 20)

struct lines {
    eqlite_string *items; /* each with its line break */
    size_t n;
};

static struct lines split(eqlite_string text)
{
    struct lines l = {0};
    size_t cap = 0;
    for (size_t at = 0; at < text.len;) {
        const char *newline = memchr(text.ptr + at, '\n', text.len - at);
        size_t len = newline ? (size_t)(newline - text.ptr) + 1 - at : text.len - at;
        if (l.n == cap) {
            cap = cap ? 2 * cap : 64;
            l.items = cli_alloc(l.items, cap * sizeof *l.items);
        }
        l.items[l.n++] = (eqlite_string){text.ptr + at, len};
        at += len;
    }
    return l;
}

static bool same(eqlite_string a, eqlite_string b)
{
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

/* The way from one text to the other: '=', '-' or '+' for each line. */
struct script {
    char *ops;
    size_t n;
};

static void repeat(struct script *s, char op, size_t n)
{
    memset(s->ops + s->n, op, n);
    s->n += n;
}

/* lengths[i][j]: of the longest common subsequence of a from i on and b from j on. */
static void compare_middle(struct script *s, const eqlite_string *a, size_t n, const eqlite_string *b, size_t m)
{
    if (n == 0 || m == 0 || n >= MOST_CELLS / (m + 1)) {
        repeat(s, '-', n);
        repeat(s, '+', m);
        return;
    }
    size_t row = m + 1, i = 0, j = 0;
    uint32_t *lengths = cli_alloc(NULL, (n + 1) * row * sizeof *lengths);
    memset(lengths, 0, (n + 1) * row * sizeof *lengths);
    for (size_t x = n; x-- > 0;)
        for (size_t y = m; y-- > 0;) {
            uint32_t down = lengths[(x + 1) * row + y], right = lengths[x * row + y + 1];
            lengths[x * row + y] = same(a[x], b[y]) ? lengths[(x + 1) * row + y + 1] + 1 : down > right ? down : right;
        }
    while (i < n || j < m) {
        if (i < n && j < m && same(a[i], b[j])) {
            repeat(s, '=', 1);
            i++, j++;
        } else if (i < n && (j == m || lengths[(i + 1) * row + j] >= lengths[i * row + j + 1])) {
            repeat(s, '-', 1);
            i++;
        } else {
            repeat(s, '+', 1);
            j++;
        }
    }
    free(lengths);
}

static struct script compare(const struct lines *a, const struct lines *b)
{
    struct script s = {.ops = cli_alloc(NULL, a->n + b->n + 1)};
    size_t shorter = a->n < b->n ? a->n : b->n, head = 0, tail = 0;
    while (head < shorter && same(a->items[head], b->items[head]))
        head++;
    while (tail < shorter - head && same(a->items[a->n - 1 - tail], b->items[b->n - 1 - tail]))
        tail++;
    repeat(&s, '=', head);
    compare_middle(&s, a->items + head, a->n - head - tail, b->items + head, b->n - head - tail);
    repeat(&s, '=', tail);
    return s;
}

static void put_line(struct cli_text *out, char mark, eqlite_string line)
{
    cli_text_add(out, &mark, 1);
    cli_text_add(out, line.ptr, line.len);
    if (line.ptr[line.len - 1] != '\n')
        cli_text_printf(out, "\n\\ No newline at end of file\n");
}

/* Where the hunk that begins at `from` ends: changes that are close to each other, and lines around them. */
static size_t hunk_end(const struct script *s, size_t from)
{
    size_t end = from, equal = 0;
    for (size_t i = from; i < s->n && equal <= (size_t)2 * CONTEXT; i++) {
        equal = s->ops[i] == '=' ? equal + 1 : 0;
        if (!equal)
            end = i + 1;
    }
    return end + CONTEXT < s->n ? end + CONTEXT : s->n;
}

/* "12,3", or "12" of one line; of none the line before. */
static void put_range(struct cli_text *out, size_t start, size_t n)
{
    if (n == 1)
        cli_text_printf(out, "%zu", start + 1);
    else
        cli_text_printf(out, "%zu,%zu", n ? start + 1 : start, n);
}

static void put_hunk(struct cli_text *out, const struct script *s, size_t from, size_t end, const struct lines *a,
                     const struct lines *b, size_t at_a, size_t at_b)
{
    size_t in_a = 0, in_b = 0;
    for (size_t i = from; i < end; i++) {
        in_a += s->ops[i] != '+';
        in_b += s->ops[i] != '-';
    }
    cli_text_printf(out, "@@ -");
    put_range(out, at_a, in_a);
    cli_text_printf(out, " +");
    put_range(out, at_b, in_b);
    cli_text_printf(out, " @@\n");
    for (size_t i = from; i < end; i++) {
        char op = s->ops[i];
        put_line(out, op == '=' ? ' ' : op, op == '+' ? b->items[at_b] : a->items[at_a]);
        at_a += op != '+';
        at_b += op != '-';
    }
}

void cli_diff(struct cli_text *out, const char *path, eqlite_string before, eqlite_string after)
{
    struct lines a = split(before), b = split(after);
    struct script s = compare(&a, &b);
    size_t at_a = 0, at_b = 0, i = 0;
    bool any = false;
    while (i < s.n) {
        size_t change = i;
        while (change < s.n && s.ops[change] == '=')
            change++;
        if (change == s.n)
            break;
        size_t from = change - i > CONTEXT ? change - CONTEXT : i, end = hunk_end(&s, change);
        at_a += from - i;
        at_b += from - i;
        if (!any)
            cli_text_printf(out, "--- %s\n+++ %s\n", path, path);
        any = true;
        put_hunk(out, &s, from, end, &a, &b, at_a, at_b);
        for (i = from; i < end; i++) {
            at_a += s.ops[i] != '+';
            at_b += s.ops[i] != '-';
        }
    }
    free(s.ops);
    free(a.items);
    free(b.items);
}
