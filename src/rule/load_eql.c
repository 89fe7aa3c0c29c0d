/* load_eql.c — a plain query with a few words about itself in front.
 *
 *      // @name Office starts a shell
 *      // @severity high
 *      process where process.parent.name : "winword.exe" and process.name : "cmd.exe"
 *
 * The header is the comment lines before the first line of the query. The whole text is the query's source, so
 * positions are those of the file. */
#include "rule/load.h"

#include "base/number.h"
#include "base/suggest.h"

/* The key and value of one "// @key value" line; `at` is where the value begins in the file. */
struct header_line {
    struct eq_slice key, value;
    size_t key_at, value_at;
};

typedef enum eq_status set_header(struct eq_load *l, struct eq_rule *rule, const struct header_line *line);

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct eq_slice trim(struct eq_slice s)
{
    while (s.len && is_blank(s.ptr[0]))
        s = eq_slice(s.ptr + 1, s.len - 1);
    while (s.len && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

static enum eq_status keep(struct eq_slice *to, struct eq_load *l, struct eq_slice text)
{
    *to = eq_arena_copy(&l->set->arena, text);
    return to->ptr ? EQ_OK : EQ_NOMEM;
}

static enum eq_status set_name(struct eq_load *l, struct eq_rule *rule, const struct header_line *line)
{
    return keep(&rule->name, l, line->value);
}

static enum eq_status set_id(struct eq_load *l, struct eq_rule *rule, const struct header_line *line)
{
    return keep(&rule->id, l, line->value);
}

static enum eq_status set_description(struct eq_load *l, struct eq_rule *rule, const struct header_line *line)
{
    return keep(&rule->description, l, line->value);
}

static enum eq_status set_author(struct eq_load *l, struct eq_rule *rule, const struct header_line *line)
{
    return keep(&rule->author, l, line->value);
}

static enum eq_status set_license(struct eq_load *l, struct eq_rule *rule, const struct header_line *line)
{
    return keep(&rule->license, l, line->value);
}

static enum eq_status set_message(struct eq_load *l, struct eq_rule *rule, const struct header_line *line)
{
    return keep(&rule->message, l, line->value);
}

static enum eq_status set_severity(struct eq_load *l, struct eq_rule *rule, const struct header_line *line)
{
    if (!eq_level_parse(&rule->severity, line->value))
        eq_load_report_at(l, EQ_W0702, line->value_at, "@severity must be one of low, medium, high, critical");
    return EQ_OK;
}

static enum eq_status set_risk(struct eq_load *l, struct eq_rule *rule, const struct header_line *line)
{
    struct eq_number n = eq_number_parse(line->value);
    if (n.kind == EQ_NUMBER_INT && n.i >= 0 && n.i <= 100)
        rule->risk_score = (int)n.i;
    else
        eq_load_report_at(l, EQ_W0702, line->value_at, "@risk_score must be from 0 to 100");
    return EQ_OK;
}

static enum eq_status set_dialect(struct eq_load *l, struct eq_rule *rule, const struct header_line *line)
{
    if (!eq_dialect_parse(&rule->dialect, line->value)) {
        l->refused = true;
        eq_load_report_at(l, EQ_E0703, line->value_at, "@dialect names no dialect: \"%.*s\"", EQ_SHOW(line->value));
    }
    return EQ_OK;
}

/* The members of "a, b, c" into `to` unless that is NULL; returns how many there are. */
static size_t split(struct eq_slice *to, struct eq_slice text)
{
    size_t n = 0;

    while (text.len) {
        const char *comma = memchr(text.ptr, ',', text.len);
        size_t len = comma ? (size_t)(comma - text.ptr) : text.len;
        struct eq_slice item = trim(eq_slice(text.ptr, len));
        if (item.len && to)
            to[n] = item;
        n += item.len > 0;
        len += comma != NULL;
        text = eq_slice(text.ptr + len, text.len - len);
    }
    return n;
}

static enum eq_status set_list(struct eq_load *l, struct eq_slice **items, size_t *n, struct eq_slice value)
{
    struct eq_slice text;

    if (keep(&text, l, value) != EQ_OK)
        return EQ_NOMEM;
    *n = split(NULL, text);
    if (*n == 0)
        return EQ_OK;
    *items = eq_arena_alloc(&l->set->arena, *n * sizeof **items);
    if (!*items)
        return EQ_NOMEM;
    split(*items, text);
    return EQ_OK;
}

static enum eq_status set_tags(struct eq_load *l, struct eq_rule *rule, const struct header_line *line)
{
    return set_list(l, &rule->tags, &rule->n_tags, line->value);
}

static enum eq_status set_references(struct eq_load *l, struct eq_rule *rule, const struct header_line *line)
{
    return set_list(l, &rule->references, &rule->n_references, line->value);
}

static const struct {
    const char *name;
    set_header *set;
} keys[] = {{"author", set_author},   {"description", set_description},
            {"dialect", set_dialect}, {"id", set_id},
            {"license", set_license}, {"message", set_message},
            {"name", set_name},       {"references", set_references},
            {"risk_score", set_risk}, {"severity", set_severity},
            {"tags", set_tags}};
enum { N_KEYS = sizeof keys / sizeof *keys };

/* Handle "key value" behind an @; *seen has a bit for each key that came before. */
static enum eq_status read_line(struct eq_load *l, struct eq_rule *rule, const struct header_line *line, unsigned *seen)
{
    struct eq_suggest nearest;
    struct eq_diag *diag;

    eq_suggest_start(&nearest, line->key);
    for (unsigned i = 0; i < N_KEYS; i++) {
        struct eq_slice name = eq_slice_of(keys[i].name);
        eq_suggest_try(&nearest, name);
        if (!eq_slice_eq(name, line->key))
            continue;
        if (*seen & 1u << i)
            eq_load_report_at(l, EQ_W0702, line->key_at, "@%s is given twice; the last one counts", keys[i].name);
        *seen |= 1u << i;
        if (line->value.len == 0) {
            eq_load_report_at(l, EQ_W0702, line->key_at, "@%s has no value", keys[i].name);
            return EQ_OK;
        }
        return keys[i].set(l, rule, line);
    }
    diag = eq_load_report_at(l, EQ_W0701, line->key_at, "unknown key @%.*s", EQ_SHOW(line->key));
    if (eq_suggest_found(&nearest))
        eq_diag_help(l->diags, diag, "did you mean @%.*s?", EQ_SHOW(nearest.best));
    return EQ_OK;
}

/* A line of the header that has a key. */
static bool split_line(struct header_line *out, struct eq_load *l, struct eq_slice comment)
{
    struct eq_slice text = trim(comment);
    size_t n = 1;

    if (text.len < 2 || text.ptr[0] != '@')
        return false;
    while (n < text.len && !is_blank(text.ptr[n]))
        n++;
    out->key = eq_slice(text.ptr + 1, n - 1);
    out->value = trim(eq_slice(text.ptr + n, text.len - n));
    out->key_at = (size_t)(out->key.ptr - l->text.ptr);
    out->value_at = (size_t)(out->value.ptr - l->text.ptr);
    return true;
}

static enum eq_status read_header(struct eq_load *l, struct eq_rule *rule)
{
    const char *p = l->text.ptr, *end = l->text.ptr + l->text.len;
    unsigned seen = 0;
    enum eq_status st = EQ_OK;

    rule->risk_score = -1;
    while (p < end && st == EQ_OK) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        struct eq_slice text = trim(eq_slice(p, (size_t)((newline ? newline : end) - p)));
        struct header_line line;
        if (text.len && !eq_slice_starts(text, EQ_LIT("//")))
            break;
        if (text.len && split_line(&line, l, eq_slice(text.ptr + 2, text.len - 2)))
            st = read_line(l, rule, &line, &seen);
        p = newline ? newline + 1 : end;
    }
    if (rule->risk_score < 0) /* not said: what goes with the severity */
        rule->risk_score = eq_level_risk(rule->severity);
    return st;
}

enum eq_status eq_load_eql(struct eq_load *l)
{
    struct eq_rule *rule = eq_rule_new(l);
    enum eq_status st;

    if (!rule)
        return EQ_NOMEM;
    rule->id = eq_path_stem(rule->path, EQ_LIT(".eql"));
    rule->name = rule->id;
    rule->dialect = EQ_DIALECT_ELASTIC;
    rule->source.line = rule->source.column = 1;
    st = keep(&rule->source.text, l, l->text);
    if (st == EQ_OK)
        st = read_header(l, rule);
    if (st != EQ_OK || l->refused)
        return st;
    if (l->options && l->options->dialect != EQ_DIALECT_AUTO)
        rule->dialect = l->options->dialect;
    return eq_rule_set_add(l, rule, 1, 1);
}
