/* lucene.c — the tree of a Lucene pattern, written for PCRE2.
 *
 *      ^a+?"x.y"   ─▶   \A(?:\^(?:a+)?x\.y)\z
 *
 * Parentheses are written where precedence needs them, quantifiers of quantifiers included. PCRE2 has neither
 * complement nor intersection: they are only understood around the whole pattern, where they become several
 * patterns that must match, or must not. */
#include "plan/lucene.h"

#include <stdio.h>

#include "base/buf.h"
#include "plan/lucene_priv.h"

enum { MAX_PARTS = 16 }; /* sides of & */

typedef struct eq_lucene_node node;

struct writer {
    struct eq_buf out;
    struct eq_lucene_error *error;
    enum eq_status status;
};

/* How tightly a piece of pattern holds together. */
enum level { UNION, CONCAT, REPEAT, ATOM };

static void fail(struct writer *w, const node *n, enum eq_status status, const char *message)
{
    if (w->status != EQ_OK)
        return;
    w->status = status;
    *w->error = (struct eq_lucene_error){n->offset, message};
}

static enum level level_of(const node *n)
{
    switch (n->kind) {
    case EQ_L_UNION: return UNION;
    case EQ_L_CONCAT: return CONCAT;
    case EQ_L_ANYTHING:
    case EQ_L_NOTHING: /* a look-ahead cannot be repeated like other atoms */
    case EQ_L_REPEAT: return REPEAT;
    case EQ_L_TEXT: return n->one_char ? ATOM : CONCAT;
    default: return ATOM;
    }
}

static void write_text(struct writer *w, struct eq_slice text, const char *special)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] && strchr(special, text.ptr[i]))
            eq_buf_putc(&w->out, '\\');
        eq_buf_putc(&w->out, text.ptr[i]);
    }
}

/* PCRE2's \d and \w are ASCII unless asked otherwise, and so is their complement, even when case is ignored; its \s
 * has two characters more than Lucene's. */
static void write_shorthand(struct writer *w, char letter, bool in_class)
{
    if (letter == 's')
        eq_buf_puts(&w->out, in_class ? " \\t\\n\\r" : "[ \\t\\n\\r]");
    else if (letter == 'S')
        eq_buf_puts(&w->out, in_class ? "\\S\\x0b\\x0c" : "[^ \\t\\n\\r]");
    else
        eq_buf_printf(&w->out, "\\%c", letter);
}

static void write_class(struct writer *w, const node *n)
{
    static const char special[] = "\\[]^-.:="; /* [. [: [= would begin something that POSIX has and Lucene has not */
    eq_buf_puts(&w->out, n->negated ? "[^" : "[");
    for (const node *kid = n->kid; kid; kid = kid->next) {
        if (kid->kind == EQ_L_SHORTHAND) {
            write_shorthand(w, kid->letter, true);
        } else if (kid->kind == EQ_L_SPAN) {
            write_text(w, kid->low, special);
            eq_buf_putc(&w->out, '-');
            write_text(w, kid->high, special);
        } else {
            write_text(w, kid->text, special);
        }
    }
    eq_buf_putc(&w->out, ']');
}

/* ── Intervals: <8-123> is 0*(?:[8-9]|[1-9][0-9]|1(?:…)) ── */

static void write_digits(struct writer *w, char from, char to)
{
    if (from == to)
        eq_buf_putc(&w->out, from);
    else
        eq_buf_printf(&w->out, "[%c-%c]", from, to);
}

/* One alternative: `prefix` digits as they are, one digit from..to, then any others up to `width`. */
static void write_branch(struct writer *w, const char *digits, size_t prefix, char from, char to, size_t width)
{
    if (from > to)
        return;
    if (w->out.len && w->out.ptr[w->out.len - 1] != ':')
        eq_buf_putc(&w->out, '|');
    eq_buf_add(&w->out, eq_slice(digits, prefix));
    write_digits(w, from, to);
    if (width > prefix + 1)
        eq_buf_printf(&w->out, "[0-9]{%zu}", width - prefix - 1);
}

/* Numbers low..high, both written with `width` digits. */
static void write_same_width(struct writer *w, const char *low, const char *high, size_t width)
{
    size_t fork = 0;
    while (fork < width && low[fork] == high[fork])
        fork++;
    if (fork == width) {
        write_branch(w, low, width - 1, low[width - 1], low[width - 1], width);
        return;
    }
    /* The last digit belongs to low and high themselves; before it, whatever is strictly between. */
    for (size_t i = width; i-- > fork + 1;)
        write_branch(w, low, i, i + 1 == width ? low[i] : (char)(low[i] + 1), '9', width);
    bool last = fork + 1 == width;
    write_branch(w, low, fork, last ? low[fork] : (char)(low[fork] + 1), last ? high[fork] : (char)(high[fork] - 1),
                 width);
    for (size_t i = fork + 1; i < width; i++)
        write_branch(w, high, i, '0', i + 1 == width ? high[i] : (char)(high[i] - 1), width);
}

static void write_interval(struct writer *w, const node *n)
{
    char low[16], high[16];
    int width = (int)n->width;
    eq_buf_puts(&w->out, width ? "(?:" : "(?:0*(?:");
    if (width) {
        snprintf(low, sizeof low, "%0*u", width, (unsigned)n->min);
        snprintf(high, sizeof high, "%0*u", width, (unsigned)n->max);
        write_same_width(w, low, high, (size_t)width);
    } else {
        /* One width after another: 8-9, 10-99, 100-123. */
        uint64_t from = n->min, end = 10;
        while (from >= end)
            end *= 10;
        for (; from <= n->max; from = end, end *= 10) {
            uint64_t to = end - 1 < n->max ? end - 1 : n->max;
            int digits = snprintf(low, sizeof low, "%llu", (unsigned long long)from);
            snprintf(high, sizeof high, "%llu", (unsigned long long)to);
            write_same_width(w, low, high, (size_t)digits);
        }
    }
    eq_buf_puts(&w->out, width ? ")" : "))");
}

/* ── Everything ── */

static void write_node(struct writer *w, const node *n, enum level least);

static void write_repeat(struct writer *w, const node *n)
{
    write_node(w, n->kid, ATOM);
    if (n->max == EQ_LUCENE_FOREVER && n->min <= 1)
        eq_buf_putc(&w->out, n->min ? '+' : '*');
    else if (n->max == EQ_LUCENE_FOREVER)
        eq_buf_printf(&w->out, "{%u,}", n->min);
    else if (n->min == 0 && n->max == 1)
        eq_buf_putc(&w->out, '?');
    else if (n->min == n->max)
        eq_buf_printf(&w->out, "{%u}", n->min);
    else
        eq_buf_printf(&w->out, "{%u,%u}", n->min, n->max);
}

static void write_bare(struct writer *w, const node *n)
{
    switch (n->kind) {
    case EQ_L_EMPTY: eq_buf_puts(&w->out, "(?:)"); break;
    case EQ_L_NOTHING: eq_buf_puts(&w->out, "(?!)"); break;
    case EQ_L_ANY: eq_buf_putc(&w->out, '.'); break;
    case EQ_L_ANYTHING: eq_buf_puts(&w->out, ".*"); break;
    case EQ_L_TEXT: write_text(w, n->text, "\\^$.[]|()?*+{}"); break;
    case EQ_L_CLASS: write_class(w, n); break;
    case EQ_L_SHORTHAND: write_shorthand(w, n->letter, false); break;
    case EQ_L_INTERVAL: write_interval(w, n); break;
    case EQ_L_REPEAT: write_repeat(w, n); break;
    case EQ_L_CONCAT:
        for (const node *kid = n->kid; kid; kid = kid->next)
            write_node(w, kid, CONCAT);
        break;
    case EQ_L_UNION:
        for (const node *kid = n->kid; kid; kid = kid->next) {
            if (kid != n->kid)
                eq_buf_putc(&w->out, '|');
            write_node(w, kid, UNION);
        }
        break;
    case EQ_L_BOTH: fail(w, n, EQ_INVALID, "& is supported only between two halves of the whole pattern"); break;
    case EQ_L_COMPLEMENT: fail(w, n, EQ_INVALID, "~ is supported only around the whole pattern, as ~(...)"); break;
    case EQ_L_SPAN: break; /* only inside classes */
    }
}

/* Write `n` so that it holds together at least as tightly as `least`. Recursion ends with the nesting of the tree. */
static void write_node(struct writer *w, const node *n, enum level least)
{
    bool wrap = level_of(n) < least;
    if (wrap)
        eq_buf_puts(&w->out, "(?:");
    write_bare(w, n);
    if (wrap)
        eq_buf_putc(&w->out, ')');
}

/* ── The literal that every match holds ── */

struct literal {
    struct eq_buf run, best;
};

static void end_run(struct literal *l)
{
    if (l->run.len > l->best.len) {
        eq_buf_clear(&l->best);
        eq_buf_add(&l->best, eq_buf_slice(&l->run));
    }
    if (!l->run.failed)
        l->run.len = 0;
}

static void find_literal(struct literal *l, const node *n)
{
    switch (n->kind) {
    case EQ_L_EMPTY: break;
    case EQ_L_TEXT: eq_buf_add(&l->run, n->text); break;
    case EQ_L_CONCAT:
        for (const node *kid = n->kid; kid; kid = kid->next)
            find_literal(l, kid);
        break;
    case EQ_L_REPEAT:
        end_run(l);
        if (n->min)
            find_literal(l, n->kid);
        end_run(l);
        break;
    default: end_run(l); break;
    }
}

/* ── The parts of a whole pattern ── */

struct parts {
    const node *nodes[MAX_PARTS];
    bool negate[MAX_PARTS];
    size_t n;
};

static void collect_parts(struct writer *w, struct parts *parts, const node *n, bool negate)
{
    if (n->kind == EQ_L_COMPLEMENT) {
        collect_parts(w, parts, n->kid, !negate);
    } else if (n->kind == EQ_L_BOTH && !negate) {
        for (const node *kid = n->kid; kid; kid = kid->next)
            collect_parts(w, parts, kid, false);
    } else if (parts->n == MAX_PARTS) {
        fail(w, n, EQ_LIMIT, "more than 16 patterns are joined by &");
    } else {
        parts->nodes[parts->n] = n;
        parts->negate[parts->n++] = negate;
    }
}

/* The pattern of one part, anchored. */
static bool write_part(struct writer *w, struct eq_slice *out, const node *n, struct eq_arena *arena)
{
    eq_buf_clear(&w->out);
    eq_buf_puts(&w->out, "\\A(?:");
    write_node(w, n, UNION);
    eq_buf_puts(&w->out, ")\\z");
    if (w->status != EQ_OK || w->out.failed)
        return false;
    *out = eq_arena_copy(arena, eq_buf_slice(&w->out));
    return out->ptr != NULL;
}

static enum eq_status write_parts(struct eq_lucene *out, struct writer *w, const struct parts *parts,
                                  struct eq_arena *arena)
{
    out->n = parts->n;
    out->patterns = eq_arena_alloc(arena, parts->n * sizeof *out->patterns);
    out->negate = eq_arena_alloc(arena, parts->n * sizeof *out->negate);
    if (!out->patterns || !out->negate)
        return EQ_NOMEM;
    for (size_t i = 0; i < parts->n; i++) {
        out->negate[i] = parts->negate[i];
        if (!write_part(w, &out->patterns[i], parts->nodes[i], arena))
            return w->status == EQ_OK ? EQ_NOMEM : w->status;
    }
    return EQ_OK;
}

static enum eq_status find_literals(struct eq_lucene *out, const struct parts *parts, struct eq_arena *arena)
{
    struct literal l;
    bool negated = false;
    enum eq_status st = EQ_OK;
    eq_buf_init(&l.run, arena->alloc);
    eq_buf_init(&l.best, arena->alloc);
    for (size_t i = 0; i < parts->n; i++) {
        negated |= parts->negate[i];
        find_literal(&l, parts->nodes[i]);
        end_run(&l);
    }
    if (l.run.failed || l.best.failed) {
        st = EQ_NOMEM;
    } else if (!negated && l.best.len) {
        out->literal = eq_arena_copy(arena, eq_buf_slice(&l.best));
        st = out->literal.ptr ? EQ_OK : EQ_NOMEM;
    }
    eq_buf_free(&l.run);
    eq_buf_free(&l.best);
    return st;
}

enum eq_status eq_lucene_translate(struct eq_lucene *out, struct eq_slice pattern, struct eq_arena *arena,
                                   struct eq_lucene_error *error)
{
    struct writer w = {.error = error};
    struct parts parts = {.n = 0};
    node *root;

    *out = (struct eq_lucene){0};
    *error = (struct eq_lucene_error){0};
    eq_buf_init(&w.out, arena->alloc);
    enum eq_status st = eq_lucene_parse(&root, pattern, arena, error);
    if (st != EQ_OK)
        goto done;
    collect_parts(&w, &parts, root, false);
    st = w.status;
    if (st == EQ_OK)
        st = write_parts(out, &w, &parts, arena);
    if (st == EQ_OK)
        st = find_literals(out, &parts, arena);
done:
    eq_buf_free(&w.out);
    return st;
}
