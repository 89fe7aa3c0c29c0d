/* lucene_parse.c — Lucene's regular expressions into a tree.
 *
 *      union  := both ('|' both)*            both   := concat ('&' concat)*
 *      concat := repeat+                     repeat := atom ('?' | '*' | '+' | '{n}' | '{n,}' | '{n,m}')*
 *      atom   := '~' atom | '(' union ')' | '()' | '[' class ']' | '"' text '"' | '<m-n>' | '.' | '@' | '#' | char
 *
 * A quantifier after a quantifier repeats the repetition; '^' and '$' are plain characters. What Lucene would quietly
 * read as something else than its author meant (a group that begins with '?', '\b', an empty alternative, a
 * quantifier without an operand) is an error here. */
#include "plan/lucene_priv.h"

#include "base/utf8.h"

struct parser {
    struct eq_arena *arena;
    const char *start, *p, *end;
    unsigned depth;
    struct eq_lucene_error *error;
    enum eq_status status;
};

typedef struct eq_lucene_node node;

static node *parse_union(struct parser *s);

/* The first error counts. Returns NULL for the caller to pass on. */
static node *fail_at(struct parser *s, const char *at, enum eq_status status, const char *message)
{
    if (s->status == EQ_OK) {
        s->status = status;
        *s->error = (struct eq_lucene_error){(size_t)(at - s->start), message};
    }
    return NULL;
}

static node *fail(struct parser *s, const char *message)
{
    return fail_at(s, s->p, EQ_INVALID, message);
}

static node *new_node(struct parser *s, enum eq_lucene_kind kind, const char *at, uint64_t cost)
{
    if (cost > EQ_LUCENE_MAX_COST)
        return fail_at(s, at, EQ_LIMIT, "the pattern becomes too large when its repetitions are written out");
    node *n = eq_arena_alloc(s->arena, sizeof *n);
    if (!n) {
        s->status = EQ_NOMEM;
        return NULL;
    }
    n->kind = kind;
    n->offset = (size_t)(at - s->start);
    n->cost = (uint32_t)cost;
    return n;
}

/* A node over a list of kids. */
static node *new_parent(struct parser *s, enum eq_lucene_kind kind, const char *at, uint64_t cost, node *kids)
{
    uint32_t height = 0, stacked = 0;
    for (const node *kid = kids; kid; kid = kid->next) {
        height = kid->height > height ? kid->height : height;
        stacked = kid->stacked > stacked ? kid->stacked : stacked;
    }
    stacked += kind == EQ_L_REPEAT && kids->kind == EQ_L_REPEAT;
    if (height >= EQ_LUCENE_MAX_HEIGHT || stacked > EQ_LUCENE_MAX_STACKED)
        return fail_at(s, at, EQ_LIMIT, "the pattern is nested too deeply");
    node *n = new_node(s, kind, at, cost);
    if (n) {
        n->kid = kids;
        n->height = height + 1;
        n->stacked = stacked;
    }
    return n;
}

static bool more(const struct parser *s)
{
    return s->p < s->end;
}

static bool peek(const struct parser *s, char c)
{
    return s->p < s->end && *s->p == c;
}

static bool take(struct parser *s, char c)
{
    if (!peek(s, c))
        return false;
    s->p++;
    return true;
}

static bool deeper(struct parser *s)
{
    if (s->depth == EQ_LUCENE_MAX_NESTING) {
        fail_at(s, s->p, EQ_LIMIT, "the pattern is nested too deeply");
        return false;
    }
    s->depth++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One character, as it stands; the text is known to be UTF-8. */
static struct eq_slice take_char(struct parser *s)
{
    unsigned len;
    eq_utf8_decode(s->p, s->end, &len);
    s->p += len;
    return eq_slice(s->p - len, len);
}

static node *text_node(struct parser *s, struct eq_slice text, bool one_char)
{
    node *n = new_node(s, EQ_L_TEXT, text.ptr, text.len * 2);
    if (n) {
        n->text = text;
        n->one_char = one_char;
    }
    return n;
}

/* After a backslash: a shorthand, or a character that stands for itself. `shorthand` says which. */
static bool take_escaped(struct parser *s, struct eq_slice *out, bool *shorthand)
{
    if (!more(s)) {
        fail_at(s, s->p - 1, EQ_INVALID, "nothing follows the backslash");
        return false;
    }
    *shorthand = memchr("dDwWsS", *s->p, 6) != NULL;
    if (is_digit(*s->p)) {
        fail_at(s, s->p - 1, EQ_INVALID, "back-references are not supported; write the digit without a backslash");
        return false;
    }
    if (is_letter(*s->p) && !*shorthand) {
        fail_at(s, s->p - 1, EQ_INVALID,
                "this escape is not supported (only \\d \\D \\w \\W \\s \\S); write the letter without a backslash");
        return false;
    }
    *out = take_char(s);
    return true;
}

static node *shorthand_node(struct parser *s, struct eq_slice letter)
{
    node *n = new_node(s, EQ_L_SHORTHAND, letter.ptr - 1, 8);
    if (n)
        n->letter = *letter.ptr;
    return n;
}

static node *parse_escape(struct parser *s)
{
    struct eq_slice c;
    bool shorthand;
    s->p++;
    if (!take_escaped(s, &c, &shorthand))
        return NULL;
    return shorthand ? shorthand_node(s, c) : text_node(s, c, true);
}

/* ── Classes ── */

static bool take_class_char(struct parser *s, struct eq_slice *out, bool *shorthand)
{
    *shorthand = false;
    if (!more(s)) {
        fail(s, "the class is not closed: expected ']'");
        return false;
    }
    if (take(s, '\\'))
        return take_escaped(s, out, shorthand);
    *out = take_char(s);
    return true;
}

static uint32_t code_of(struct eq_slice c)
{
    unsigned len;
    return (uint32_t)eq_utf8_decode(c.ptr, c.ptr + c.len, &len);
}

/* The '-' has been read. */
static node *parse_span(struct parser *s, struct eq_slice low)
{
    struct eq_slice high;
    bool shorthand;
    const char *at = s->p;
    if (peek(s, ']'))
        return fail_at(s, s->p - 1, EQ_INVALID, "a '-' before ']' needs a backslash");
    if (!take_class_char(s, &high, &shorthand))
        return NULL;
    if (shorthand)
        return fail_at(s, at, EQ_INVALID, "a range cannot end in a class of characters");
    uint32_t first = code_of(low), last = code_of(high);
    if (first > last)
        return fail_at(s, low.ptr, EQ_INVALID, "the range is out of order");
    /* PCRE2 looks at every character of a range when case is ignored. */
    node *n = new_node(s, EQ_L_SPAN, low.ptr, 4 + (last - first) / 256);
    if (n) {
        n->low = low;
        n->high = high;
    }
    return n;
}

static node *parse_class_item(struct parser *s)
{
    struct eq_slice c;
    bool shorthand;
    if (!take_class_char(s, &c, &shorthand))
        return NULL;
    if (shorthand)
        return shorthand_node(s, c);
    return take(s, '-') ? parse_span(s, c) : text_node(s, c, true);
}

static node *parse_class(struct parser *s)
{
    const char *at = s->p++;
    bool negated = take(s, '^');
    node *first = NULL, **last = &first;
    uint64_t cost = 34; /* a map of 256 bits and a head */

    if (peek(s, ']'))
        return fail(s, "the class is empty; write \\] for the character");
    do {
        node *item = parse_class_item(s);
        if (!item)
            return NULL;
        cost += item->cost;
        *last = item;
        last = &item->next;
    } while (more(s) && !peek(s, ']'));
    if (!take(s, ']'))
        return fail_at(s, at, EQ_INVALID, "the class is not closed: expected ']'");
    if (!negated && !first->next && first->kind == EQ_L_TEXT)
        return first;
    node *n = new_node(s, EQ_L_CLASS, at, cost);
    if (n) {
        n->negated = negated;
        n->kid = first;
    }
    return n;
}

/* ── Other atoms ── */

static node *parse_quoted(struct parser *s)
{
    const char *at = ++s->p;
    const char *close = memchr(at, '"', (size_t)(s->end - at));
    if (!close)
        return fail_at(s, at - 1, EQ_INVALID, "the quoted text is not closed; write \\\" for the character");
    s->p = close + 1;
    if (close == at)
        return new_node(s, EQ_L_EMPTY, at - 1, 4);
    return text_node(s, eq_slice(at, (size_t)(close - at)), eq_utf8_count(eq_slice(at, (size_t)(close - at))) == 1);
}

static node *parse_group(struct parser *s)
{
    const char *at = s->p++;
    if (take(s, ')'))
        return new_node(s, EQ_L_EMPTY, at, 4);
    if (peek(s, '?'))
        return fail_at(s, at, EQ_INVALID, "groups that begin with (? are not supported; plain (...) does not capture");
    if (!deeper(s))
        return NULL;
    node *n = parse_union(s);
    s->depth--;
    if (n && !take(s, ')'))
        return fail_at(s, at, EQ_INVALID, "the group is not closed: expected ')'");
    return n;
}

/* Digits up to ten, as a number; false if there are none or too many. */
static bool take_number(struct parser *s, uint64_t *out, uint32_t *width)
{
    const char *at = s->p;
    *out = 0;
    while (more(s) && is_digit(*s->p) && s->p - at < 10)
        *out = *out * 10 + (uint64_t)(*s->p++ - '0');
    *width = (uint32_t)(s->p - at);
    return s->p > at && !(more(s) && is_digit(*s->p)) && *out <= INT32_MAX;
}

static node *parse_interval(struct parser *s)
{
    static const char *const message = "expected an interval of numbers as <1-99>; write \\< for the character";
    const char *at = s->p++;
    uint64_t low, high;
    uint32_t low_width, high_width;
    if (!take_number(s, &low, &low_width) || !take(s, '-') || !take_number(s, &high, &high_width) || !take(s, '>'))
        return fail_at(s, at, EQ_INVALID, message);
    node *n = new_node(s, EQ_L_INTERVAL, at, 400);
    if (n) {
        n->min = (uint32_t)(low < high ? low : high);
        n->max = (uint32_t)(low < high ? high : low);
        n->width = low_width == high_width ? low_width : 0;
    }
    return n;
}

static node *parse_complement(struct parser *s);

static node *parse_atom(struct parser *s)
{
    const char *at = s->p;
    if (!more(s))
        return fail(s, "the pattern ends too early; write () for the empty text");
    switch (*at) {
    case '~': return parse_complement(s);
    case '(': return parse_group(s);
    case '[': return parse_class(s);
    case '"': return parse_quoted(s);
    case '<': return parse_interval(s);
    case '\\': return parse_escape(s);
    case '.': s->p++; return new_node(s, EQ_L_ANY, at, 2);
    case '@': s->p++; return new_node(s, EQ_L_ANYTHING, at, 4);
    case '#': s->p++; return new_node(s, EQ_L_NOTHING, at, 4);
    case '|':
    case '&': return fail(s, "an alternative is empty; write () for the empty text");
    case ')':
        return fail(s, s->depth ? "an alternative is empty; write () for the empty text"
                                : "')' without '('; write \\) for the character");
    case '?':
    case '*':
    case '+':
    case '{': return fail(s, "nothing to repeat before the quantifier; a backslash makes it a character");
    default: return text_node(s, take_char(s), true);
    }
}

static node *parse_complement(struct parser *s)
{
    const char *at = s->p++;
    if (!deeper(s))
        return NULL;
    node *kid = parse_atom(s);
    s->depth--;
    return kid ? new_parent(s, EQ_L_COMPLEMENT, at, kid->cost, kid) : NULL;
}

/* ── Repetition ── */

/* {n}, {n,} or {n,m}; the '{' has been read. */
static bool take_counts(struct parser *s, uint32_t *min, uint32_t *max)
{
    const char *at = s->p - 1;
    uint64_t low, high;
    uint32_t width;
    bool ok = take_number(s, &low, &width);
    high = low;
    if (ok && take(s, ',')) {
        high = EQ_LUCENE_FOREVER;
        if (!peek(s, '}'))
            ok = take_number(s, &high, &width);
    }
    if (!ok || !take(s, '}')) {
        fail_at(s, at, EQ_INVALID, "expected {n}, {n,} or {n,m}; write \\{ for the character");
        return false;
    }
    if (low > high) {
        fail_at(s, at, EQ_INVALID, "the repeat counts are out of order");
        return false;
    }
    if (low > EQ_LUCENE_MAX_REPEAT || (high > EQ_LUCENE_MAX_REPEAT && high != EQ_LUCENE_FOREVER)) {
        fail_at(s, at, EQ_LIMIT, "the repeat count is more than 1000");
        return false;
    }
    *min = (uint32_t)low;
    *max = (uint32_t)high;
    return true;
}

static bool take_quantifier(struct parser *s, uint32_t *min, uint32_t *max)
{
    char c = *s->p++;
    *min = c == '+' ? 1 : 0;
    *max = c == '?' ? 1 : EQ_LUCENE_FOREVER;
    return c != '{' || take_counts(s, min, max);
}

/* What a repetition costs: a single character is counted, anything else is written out. */
static uint64_t repeat_cost(const node *kid, uint32_t min, uint32_t max)
{
    bool single = kid->kind == EQ_L_ANY || kid->kind == EQ_L_CLASS || kid->kind == EQ_L_SHORTHAND ||
                  (kid->kind == EQ_L_TEXT && kid->one_char);
    uint64_t times = max == EQ_LUCENE_FOREVER ? min : max;
    if (single)
        return kid->cost + 8;
    return (kid->cost + 8) * (times ? times : 1);
}

/* A repetition of a repetition that is one by itself: both are ?, * or +. (x+)? is x*, (x+)+ is x+. Without this, the
 * simplest of patterns that backtrack for ever would reach PCRE2. */
static bool merge_repeat(node *n, uint32_t min, uint32_t max)
{
    bool simple = n->kind == EQ_L_REPEAT && n->min <= 1 && (n->max == 1 || n->max == EQ_LUCENE_FOREVER) && min <= 1 &&
                  (max == 1 || max == EQ_LUCENE_FOREVER);
    if (!simple)
        return false;
    n->min = n->min && min;
    n->max = n->max == 1 && max == 1 ? 1 : EQ_LUCENE_FOREVER;
    return true;
}

static node *parse_repeat(struct parser *s)
{
    const char *at = s->p;
    node *n = parse_atom(s);
    while (n && more(s) && memchr("?*+{", *s->p, 4)) {
        uint32_t min, max;
        if (!take_quantifier(s, &min, &max))
            return NULL;
        if (merge_repeat(n, min, max))
            continue;
        n = new_parent(s, EQ_L_REPEAT, at, repeat_cost(n, min, max), n);
        if (n) {
            n->min = min;
            n->max = max;
        }
    }
    return n;
}

/* ── Lists ── */

/* Parse kids until `more_kids` says no; one alone needs no list. */
static node *parse_list(struct parser *s, enum eq_lucene_kind kind, node *(*parse)(struct parser *),
                        bool (*more_kids)(struct parser *))
{
    const char *at = s->p;
    node *first = NULL, **last = &first;
    uint64_t cost = 0;
    do {
        node *kid = parse(s);
        if (!kid)
            return NULL;
        cost += kid->cost + (kind == EQ_L_UNION ? 6u : 0u);
        *last = kid;
        last = &kid->next;
    } while (more_kids(s));
    if (!first->next)
        return first;
    return new_parent(s, kind, at, cost, first);
}

static bool concat_goes_on(struct parser *s)
{
    return more(s) && *s->p != '|' && *s->p != '&' && *s->p != ')';
}

static bool both_goes_on(struct parser *s)
{
    return take(s, '&');
}

static bool union_goes_on(struct parser *s)
{
    return take(s, '|');
}

static node *parse_concat(struct parser *s)
{
    return parse_list(s, EQ_L_CONCAT, parse_repeat, concat_goes_on);
}

static node *parse_both(struct parser *s)
{
    return parse_list(s, EQ_L_BOTH, parse_concat, both_goes_on);
}

static node *parse_union(struct parser *s)
{
    return parse_list(s, EQ_L_UNION, parse_both, union_goes_on);
}

enum eq_status eq_lucene_parse(struct eq_lucene_node **out, struct eq_slice pattern, struct eq_arena *arena,
                               struct eq_lucene_error *error)
{
    const char *start = pattern.len ? pattern.ptr : "";
    struct parser s = {.arena = arena, .start = start, .p = start, .end = start + pattern.len, .error = error};
    size_t bad_at;
    if (!eq_utf8_valid(pattern, &bad_at)) {
        fail_at(&s, start + bad_at, EQ_INVALID, "the pattern is not valid UTF-8");
        return s.status;
    }
    *out = pattern.len ? parse_union(&s) : new_node(&s, EQ_L_EMPTY, start, 4);
    if (*out && more(&s))
        fail(&s, "')' without '('; write \\) for the character");
    return s.status;
}
