/* load_toml.c — a TOML document to a rule.
 *
 *      native     [metadata] [rule] rule_id …  [[rule.threat]]  [transform]     detection-rules
 *      endpoint   [rule] id os_list …  [[threat]] [[actions]] [internal]        protections-artifacts
 *
 * Strings are borrowed from the document, which lives in the same arena. check.c has reported what is wrong; here
 * a value of the wrong type counts as absent. */
#include "rule/check.h"

#include "base/suggest.h"

/* The severity of protections-artifacts, which say none: they kill processes. */
enum { ENDPOINT_LEVEL = EQ_LEVEL_HIGH };

static struct eq_slice text_at(const struct eq_toml *table, const char *path)
{
    const struct eq_toml *value = eq_toml_get(table, path);
    return value && value->kind == EQ_TOML_STRING ? value->text : eq_slice("", 0);
}

static void set_text(struct eq_slice *to, const struct eq_toml *table, const char *path)
{
    struct eq_slice text = text_at(table, path);
    if (text.len)
        *to = text;
}

static size_t count_kids(const struct eq_toml *parent, enum eq_toml_kind kind)
{
    size_t n = 0;
    if (parent && parent->kind == EQ_TOML_ARRAY)
        for (const struct eq_toml *kid = parent->first; kid; kid = kid->next)
            n += kid->kind == kind;
    return n;
}

/* A string, or the strings of an array. */
static enum eq_status read_list(struct eq_slice **out, size_t *n, const struct eq_toml *value, struct eq_arena *arena)
{
    bool single = value && value->kind == EQ_TOML_STRING;
    size_t count = single ? 1 : count_kids(value, EQ_TOML_STRING);

    *out = NULL;
    *n = 0;
    if (count == 0)
        return EQ_OK;
    *out = eq_arena_alloc(arena, count * sizeof **out);
    if (!*out)
        return EQ_NOMEM;
    for (const struct eq_toml *v = single ? value : value->first; v && *n < count; v = v->next)
        if (v->kind == EQ_TOML_STRING)
            (*out)[(*n)++] = v->text;
    return EQ_OK;
}

static enum eq_status read_joined(struct eq_slice *out, const struct eq_toml *value, struct eq_arena *arena)
{
    struct eq_slice *items;
    size_t n, len = 0;
    char *to;
    enum eq_status st = read_list(&items, &n, value, arena);

    if (st != EQ_OK || n == 0)
        return st;
    for (size_t i = 0; i < n; i++)
        len += items[i].len + 2;
    to = eq_arena_bytes(arena, len);
    if (!to)
        return EQ_NOMEM;
    *out = eq_slice(to, len - 2);
    for (size_t i = 0; i < n; i++) {
        if (i) {
            memcpy(to, ", ", 2);
            to += 2;
        }
        if (items[i].len)
            memcpy(to, items[i].ptr, items[i].len);
        to += items[i].len;
    }
    return EQ_OK;
}

/* ── ATT&CK ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

static struct eq_threat_item read_item(const struct eq_toml *table)
{
    return (struct eq_threat_item){text_at(table, "id"), text_at(table, "name"), text_at(table, "reference"), false};
}

/* Into `to` unless that is NULL, sub-techniques behind their technique; returns how many there are. */
static size_t read_techniques(struct eq_threat_item *to, const struct eq_toml *array, bool sub)
{
    size_t n = 0;

    if (!array || array->kind != EQ_TOML_ARRAY)
        return 0;
    for (const struct eq_toml *kid = array->first; kid; kid = kid->next) {
        if (kid->kind != EQ_TOML_TABLE)
            continue;
        if (to) {
            to[n] = read_item(kid);
            to[n].sub = sub;
        }
        n++;
        if (!sub)
            n += read_techniques(to ? to + n : NULL, eq_toml_get(kid, "subtechnique"), true);
    }
    return n;
}

static enum eq_status read_threat(struct eq_threat *threat, const struct eq_toml *table, struct eq_arena *arena)
{
    const struct eq_toml *techniques = eq_toml_get(table, "technique");

    threat->framework = text_at(table, "framework");
    threat->tactic = read_item(eq_toml_get(table, "tactic"));
    threat->n_techniques = read_techniques(NULL, techniques, false);
    if (threat->n_techniques == 0)
        return EQ_OK;
    threat->techniques = eq_arena_alloc(arena, threat->n_techniques * sizeof *threat->techniques);
    if (!threat->techniques)
        return EQ_NOMEM;
    read_techniques(threat->techniques, techniques, false);
    return EQ_OK;
}

static enum eq_status read_threats(struct eq_rule *rule, const struct eq_toml *array, struct eq_arena *arena)
{
    size_t n = count_kids(array, EQ_TOML_TABLE);
    enum eq_status st = EQ_OK;

    if (n == 0)
        return EQ_OK;
    rule->threats = eq_arena_alloc(arena, n * sizeof *rule->threats);
    if (!rule->threats)
        return EQ_NOMEM;
    for (const struct eq_toml *kid = array->first; kid && st == EQ_OK; kid = kid->next)
        if (kid->kind == EQ_TOML_TABLE)
            st = read_threat(&rule->threats[rule->n_threats++], kid, arena);
    return st;
}

/* ── The rule ────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* Severity and risk score: what is said, and where one of them is missing what goes with the other. */
static void read_severity(struct eq_rule *rule, const struct eq_toml *table)
{
    const struct eq_toml *risk = eq_toml_get(table, "risk_score");

    eq_level_parse(&rule->severity, text_at(table, "severity"));
    rule->risk_score = eq_level_risk(rule->severity);
    if (risk && risk->kind == EQ_TOML_INT && risk->integer >= 0 && risk->integer <= 100)
        rule->risk_score = (int)risk->integer;
}

/* By the options, else by the file, else by its shape. */
static void read_dialect(struct eq_load *l, struct eq_rule *rule, const struct eq_toml *root, enum eq_rule_shape shape)
{
    const struct eq_toml *said = eq_toml_get(root, "eqlite.dialect");
    struct eq_suggest nearest;
    struct eq_diag *diag;

    rule->dialect = shape == EQ_SHAPE_ENDPOINT ? EQ_DIALECT_ENDPOINT : EQ_DIALECT_ELASTIC;
    if (said && said->kind == EQ_TOML_STRING && !eq_dialect_parse(&rule->dialect, said->text)) {
        l->refused = true;
        eq_suggest_start(&nearest, said->text);
        for (int i = EQ_DIALECT_AUTO + 1; i < EQ_DIALECT_COUNT; i++)
            eq_suggest_try(&nearest, eq_slice_of(eq_languages[i].name));
        diag = eq_load_report(l, EQ_E0703, said->line, said->column, "eqlite.dialect names no dialect: \"%.*s\"",
                              EQ_SHOW(said->text));
        if (eq_suggest_found(&nearest))
            eq_diag_help(l->diags, diag, "did you mean \"%.*s\"?", EQ_SHOW(nearest.best));
    }
    if (l->options && l->options->dialect != EQ_DIALECT_AUTO)
        rule->dialect = l->options->dialect;
}

static enum eq_status read_query(struct eq_load *l, struct eq_rule *rule, const struct eq_toml *table)
{
    const struct eq_toml *query = eq_toml_get(table, "query");

    if (!query || query->kind != EQ_TOML_STRING)
        return EQ_OK; /* reported, refused */
    rule->source.text = query->text;
    return eq_toml_place(&rule->source, query, l->text, &l->set->arena);
}

static enum eq_status read_rule(struct eq_load *l, struct eq_rule *rule, const struct eq_toml *root,
                                enum eq_rule_shape shape)
{
    const struct eq_toml *table = eq_toml_get(root, "rule"), *max = eq_toml_get(table, "max_signals");
    bool endpoint = shape == EQ_SHAPE_ENDPOINT;
    struct eq_arena *arena = &l->set->arena;
    enum eq_status st;

    rule->document = root;
    rule->severity = endpoint ? (enum eq_level)ENDPOINT_LEVEL : EQ_LEVEL_MEDIUM;
    read_severity(rule, table);
    read_dialect(l, rule, root, shape);
    st = read_query(l, rule, table);
    if (st != EQ_OK)
        return st;
    set_text(&rule->id, table, endpoint ? "id" : "rule_id");
    set_text(&rule->name, table, "name");
    set_text(&rule->description, table, "description");
    set_text(&rule->note, table, "note");
    set_text(&rule->license, table, "license");
    set_text(&rule->interval, table, "interval");
    set_text(&rule->from, table, "from");
    set_text(&rule->category_field, table, "event_category_override");
    set_text(&rule->timestamp_field, table, "timestamp_field");
    set_text(&rule->timestamp_override, table, "timestamp_override");
    set_text(&rule->message, root, "eqlite.message");
    if (max && max->kind == EQ_TOML_INT && max->integer > 0)
        rule->max_signals = max->integer;

    st = read_joined(&rule->author, eq_toml_get(table, "author"), arena);
    if (st == EQ_OK)
        st = read_list(&rule->tags, &rule->n_tags, eq_toml_get(table, "tags"), arena);
    if (st == EQ_OK)
        st = read_list(&rule->index, &rule->n_index, eq_toml_get(table, "index"), arena);
    if (st == EQ_OK)
        st = read_list(&rule->references, &rule->n_references,
                       eq_toml_get(table, endpoint ? "reference" : "references"), arena);
    if (st == EQ_OK)
        st = read_threats(rule, eq_toml_get(root, endpoint ? "threat" : "rule.threat"), arena);
    return st;
}

/* Only the shape of protections-artifacts has these keys. A file without any is taken for a native one. */
static enum eq_rule_shape find_shape(const struct eq_toml *root)
{
    static const char *const endpoint_keys[] = {"threat",           "internal",     "actions",
                                                "optional_actions", "rule.os_list", "rule.min_endpoint_version"};
    if (eq_toml_get(root, "rule.rule_id"))
        return EQ_SHAPE_NATIVE;
    for (size_t i = 0; i < sizeof endpoint_keys / sizeof *endpoint_keys; i++)
        if (eq_toml_get(root, endpoint_keys[i]))
            return EQ_SHAPE_ENDPOINT;
    return EQ_SHAPE_NATIVE;
}

/* False: reported, because the rule has no query that we could run. */
static bool is_eql(struct eq_load *l, const struct eq_toml *rule)
{
    static const char *const keys[] = {"type", "language"};
    const struct eq_toml *value;

    if (!rule || rule->kind != EQ_TOML_TABLE) {
        eq_load_report(l, EQ_E0702, 1, 1, "the file has no [rule]");
        l->refused = true;
        return false;
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        value = eq_toml_get(rule, keys[i]);
        if (!value || value->kind != EQ_TOML_STRING || eq_slice_eq(value->text, EQ_LIT("eql")))
            continue;
        eq_load_report(l, EQ_E0704, value->line, value->column,
                       "rules with %s \"%.*s\" are not supported, only those with \"eql\"", keys[i],
                       EQ_SHOW(value->text));
        l->refused = true;
        return false;
    }
    return true;
}

enum eq_status eq_load_document(struct eq_toml **out, struct eq_load *l)
{
    struct eq_toml_error error;
    enum eq_status st = eq_toml_parse(out, l->text, &l->set->arena, &error);

    if (st != EQ_INVALID && st != EQ_LIMIT)
        return st;
    *out = NULL;
    l->refused = true;
    eq_load_report(l,
                   st == EQ_INVALID ? EQ_E0701
                   : error.too_deep ? EQ_E0901
                                    : EQ_E0903,
                   error.line, error.column, "%s", error.message);
    return EQ_OK;
}

enum eq_status eq_load_toml(struct eq_load *l)
{
    struct eq_toml *root;
    const struct eq_toml *id;
    struct eq_rule *rule;
    enum eq_rule_shape shape;
    enum eq_status st = eq_load_document(&root, l);

    if (st != EQ_OK || l->refused || !is_eql(l, eq_toml_get(root, "rule")))
        return st;
    shape = find_shape(root);
    eq_load_check(l, root, shape);
    rule = eq_rule_new(l);
    if (!rule)
        return EQ_NOMEM;
    st = read_rule(l, rule, root, shape);
    if (st != EQ_OK || l->refused)
        return st;
    if (l->options && l->options->metadata)
        eq_load_check_meta(l, root, shape);
    st = eq_load_tests(l, rule, eq_toml_get(root, "tests"));
    if (st != EQ_OK)
        return st;
    id = eq_toml_get(root, shape == EQ_SHAPE_ENDPOINT ? "rule.id" : "rule.rule_id");
    return eq_rule_set_add(l, rule, id->line, id->column);
}
