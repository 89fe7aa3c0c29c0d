/* load_tests.c — the tests that a rule brings: [[tests]] of its own file, or of x.test.toml beside x.toml.
 *
 *      name = "…"   expect = "match" | "no_match" | N | { alerts = N, event_ids = [["a", "b"]], join_keys = [["h1"]],
 *                                                        fields = [{ "user.name" = "ada" }] }
 *                            | { at_least = N, at_most = N }
 *      events = '''NDJSON'''   or   file = "below/the/folder.ndjson"   now = "2026-01-01T00:20:00Z"
 *
 * A file of expectations is the same about the files of a corpus, with the rule_id of each.
 *
 * A test that is wrong is reported and left out; the rule stays. */
#include "event/time.h"
#include "rule/load.h"

/* Report at `value`, or at the test itself when that is NULL. */
#define WRONG(l, test, value, ...)                                                                                     \
    eq_load_report((l), EQ_E0705, ((value) ? (value) : (test))->line, ((value) ? (value) : (test))->column, __VA_ARGS__)

static bool is_string(const struct eq_toml *value)
{
    return value && value->kind == EQ_TOML_STRING;
}

static size_t count(const struct eq_toml *array)
{
    size_t n = 0;
    for (const struct eq_toml *kid = array->first; kid; kid = kid->next)
        n++;
    return n;
}

/* ── expect ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* The ids of one alert's events: a string, or strings joined by blanks. */
static bool read_ids(struct eq_slice *out, struct eq_load *l, const struct eq_toml *test, const struct eq_toml *value,
                     enum eq_status *st)
{
    size_t len = 0;
    char *to;

    if (value->kind == EQ_TOML_STRING) {
        *out = value->text;
        return true;
    }
    if (value->kind == EQ_TOML_ARRAY)
        for (const struct eq_toml *kid = value->first; kid; kid = kid->next) {
            if (kid->kind != EQ_TOML_STRING) {
                WRONG(l, test, kid, "event_ids must be strings, as event.id is in the events");
                return false;
            }
            len += kid->text.len + 1;
        }
    if (len == 0) {
        WRONG(l, test, value, "event_ids must hold, for each alert, the event.id of its events: [[\"a\", \"b\"]]");
        return false;
    }
    to = eq_arena_bytes(&l->set->arena, len);
    if (!to) {
        *st = EQ_NOMEM;
        return false;
    }
    *out = eq_slice(to, len - 1);
    for (const struct eq_toml *kid = value->first; kid; kid = kid->next) {
        if (kid->text.len)
            memcpy(to, kid->text.ptr, kid->text.len);
        to += kid->text.len;
        if (kid->next)
            *to++ = ' ';
    }
    return true;
}

static bool read_event_ids(struct eq_rule_test *out, struct eq_load *l, const struct eq_toml *test,
                           const struct eq_toml *value, enum eq_status *st)
{
    if (value->kind != EQ_TOML_ARRAY) {
        WRONG(l, test, value, "event_ids must be an array");
        return false;
    }
    out->n_event_ids = 0;
    if (!value->first)
        return true;
    out->event_ids = eq_arena_alloc(&l->set->arena, count(value) * sizeof *out->event_ids);
    if (!out->event_ids) {
        *st = EQ_NOMEM;
        return false;
    }
    for (const struct eq_toml *kid = value->first; kid; kid = kid->next)
        if (!read_ids(&out->event_ids[out->n_event_ids++], l, test, kid, st))
            return false;
    return true;
}

/* A count: an integer that is not negative. */
static bool read_count(int64_t *out, struct eq_load *l, const struct eq_toml *test, const struct eq_toml *value)
{
    if (value->kind != EQ_TOML_INT || value->integer < 0) {
        WRONG(l, test, value, "the number of alerts must be an integer from 0");
        return false;
    }
    *out = value->integer;
    return true;
}

/* An array of keys: strings, numbers and booleans. */
static bool is_keys(const struct eq_toml *value)
{
    if (value->kind != EQ_TOML_ARRAY)
        return false;
    for (const struct eq_toml *kid = value->first; kid; kid = kid->next)
        if (kid->kind == EQ_TOML_TABLE || kid->kind == EQ_TOML_ARRAY || kid->kind == EQ_TOML_DATE)
            return false;
    return true;
}

/* The keys of one alert, as the JSON that a matcher would print. */
static enum eq_status read_keys(struct eq_slice *out, struct eq_load *l, const struct eq_toml *value)
{
    struct eq_buf json;
    enum eq_status st;

    eq_buf_init(&json, l->set->alloc);
    eq_toml_json(&json, value);
    st = eq_buf_status(&json);
    if (st == EQ_OK) {
        *out = eq_arena_copy(&l->set->arena, eq_buf_slice(&json));
        st = out->ptr ? EQ_OK : EQ_NOMEM;
    }
    eq_buf_free(&json);
    return st;
}

static bool read_join_keys(struct eq_rule_test *out, struct eq_load *l, const struct eq_toml *test,
                           const struct eq_toml *value, enum eq_status *st)
{
    bool ok = value->kind == EQ_TOML_ARRAY;

    for (const struct eq_toml *kid = ok ? value->first : NULL; kid; kid = kid->next)
        ok = ok && is_keys(kid);
    if (!ok) {
        WRONG(l, test, value, "join_keys must hold, for each alert, an array of its keys: [[\"h1\"]]");
        return false;
    }
    out->join_keys = eq_arena_alloc(&l->set->arena, (count(value) + 1) * sizeof *out->join_keys);
    if (!out->join_keys)
        *st = EQ_NOMEM;
    for (const struct eq_toml *kid = value->first; kid && *st == EQ_OK; kid = kid->next)
        *st = read_keys(&out->join_keys[out->n_join_keys++], l, kid);
    return *st == EQ_OK;
}

/* fields = [{ "user.name" = "ada" }]: for each alert values that some of its events have. */
static bool read_fields(struct eq_rule_test *out, struct eq_load *l, const struct eq_toml *test,
                        const struct eq_toml *value, enum eq_status *st)
{
    size_t n = 0, alert = 0;
    bool ok = value->kind == EQ_TOML_ARRAY;

    for (const struct eq_toml *of = ok ? value->first : NULL; of && ok; of = of->next) {
        ok = of->kind == EQ_TOML_TABLE;
        n += ok ? count(of) : 0;
        for (const struct eq_toml *kid = ok ? of->first : NULL; kid; kid = kid->next)
            ok = ok && kid->kind != EQ_TOML_TABLE && kid->kind != EQ_TOML_ARRAY && kid->key.len &&
                 !memchr(kid->key.ptr, '\0', kid->key.len);
    }
    if (!ok) {
        WRONG(l, test, value, "fields must hold, for each alert, a table of values: [{ \"user.name\" = \"ada\" }]");
        return false;
    }
    out->fields = eq_arena_alloc(&l->set->arena, (n + 1) * sizeof *out->fields);
    if (!out->fields)
        *st = EQ_NOMEM;
    for (const struct eq_toml *of = value->first; of && *st == EQ_OK; of = of->next, alert++)
        for (const struct eq_toml *kid = of->first; kid && *st == EQ_OK; kid = kid->next) {
            struct eq_rule_field *f = &out->fields[out->n_fields++];
            *f = (struct eq_rule_field){alert, kid->key, kid->text};
            if (kid->kind != EQ_TOML_STRING && kid->kind != EQ_TOML_DATE)
                *st = read_keys(&f->value, l, kid);
        }
    return *st == EQ_OK;
}

/* The number of alerts follows from event_ids, join_keys or fields when it is not said. */
static bool read_bounds(struct eq_rule_test *out, struct eq_load *l, const struct eq_toml *test,
                        const struct eq_toml *least, const struct eq_toml *most)
{
    out->alerts = -1;
    out->at_least = 0;
    out->at_most = INT64_MAX;
    if ((least && !read_count(&out->at_least, l, test, least)) || (most && !read_count(&out->at_most, l, test, most)))
        return false;
    if (out->at_least > out->at_most)
        WRONG(l, test, most, "at_least is more than at_most");
    return out->at_least <= out->at_most;
}

static bool read_expect_table(struct eq_rule_test *out, struct eq_load *l, const struct eq_toml *test,
                              const struct eq_toml *table, enum eq_status *st)
{
    const struct eq_toml *alerts = NULL, *ids = NULL, *keys = NULL, *fields = NULL, *least = NULL, *most = NULL;
    int64_t listed = -1;

    for (const struct eq_toml *kid = table->first; kid; kid = kid->next) {
        if (eq_slice_eq(kid->key, EQ_LIT("alerts"))) {
            alerts = kid;
        } else if (eq_slice_eq(kid->key, EQ_LIT("event_ids"))) {
            ids = kid;
        } else if (eq_slice_eq(kid->key, EQ_LIT("join_keys"))) {
            keys = kid;
        } else if (eq_slice_eq(kid->key, EQ_LIT("fields"))) {
            fields = kid;
        } else if (eq_slice_eq(kid->key, EQ_LIT("at_least"))) {
            least = kid;
        } else if (eq_slice_eq(kid->key, EQ_LIT("at_most"))) {
            most = kid;
        } else {
            WRONG(l, test, kid, "expect knows alerts, at_least, at_most, event_ids, join_keys and fields, but not \"%.*s\"",
                  EQ_SHOW(kid->key));
            return false;
        }
    }
    if ((least || most) && (alerts || ids || keys || fields)) {
        WRONG(l, test, least ? least : most, "at_least and at_most stand alone: the others say how many alerts there are");
        return false;
    }
    if (least || most)
        return read_bounds(out, l, test, least, most);
    if (alerts && !read_count(&out->alerts, l, test, alerts))
        return false;
    if (keys && !read_join_keys(out, l, test, keys, st))
        return false;
    if (ids && !read_event_ids(out, l, test, ids, st))
        return false;
    if (fields && !read_fields(out, l, test, fields, st))
        return false;
    if (ids || keys || fields)
        listed = (int64_t)count(ids ? ids : keys ? keys : fields);
    if (fields && (int64_t)count(fields) != listed) {
        WRONG(l, test, fields, "fields of %zu alerts, but %lld are listed", count(fields), (long long)listed);
        return false;
    }
    if (ids && keys && count(ids) != count(keys)) {
        WRONG(l, test, keys, "join_keys of %zu alerts, but event_ids of %zu", count(keys), count(ids));
        return false;
    }
    if (alerts && listed >= 0 && listed != alerts->integer) {
        WRONG(l, test, alerts, "alerts = %lld, but %lld are listed", (long long)alerts->integer, (long long)listed);
        return false;
    }
    if (!alerts)
        out->alerts = listed;
    if (out->alerts < 0)
        out->at_least = 1;
    return true;
}

static bool read_expect(struct eq_rule_test *out, struct eq_load *l, const struct eq_toml *test, enum eq_status *st)
{
    const struct eq_toml *expect = eq_toml_get(test, "expect");

    if (!expect) {
        WRONG(l, test, expect, "the test has no expect");
        return false;
    }
    if (expect->kind == EQ_TOML_TABLE)
        return read_expect_table(out, l, test, expect, st);
    if (expect->kind == EQ_TOML_INT)
        return read_count(&out->alerts, l, test, expect);
    if (is_string(expect) && eq_slice_eq(expect->text, EQ_LIT("match"))) {
        out->alerts = -1;
        out->at_least = 1;
        return true;
    }
    if (is_string(expect) && eq_slice_eq(expect->text, EQ_LIT("no_match"))) {
        out->alerts = 0;
        return true;
    }
    WRONG(l, test, expect, "expect must be \"match\", \"no_match\", a number, or a table with alerts, event_ids, join_keys or fields");
    return false;
}

/* ── where expect stands ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* Bytes of the string or comment that `text` begins with; 0: neither. It may run to the end of the text. */
static size_t skip_quoted(struct eq_slice text)
{
    char quote = text.len ? text.ptr[0] : '\0';
    size_t at = 1;

    if (quote == '#') {
        while (at < text.len && text.ptr[at] != '\n')
            at++;
        return at;
    }
    if (quote != '"' && quote != '\'')
        return 0;
    while (at < text.len && text.ptr[at] != quote)
        at += quote == '"' && text.ptr[at] == '\\' ? 2 : 1;
    return at < text.len ? at + 1 : text.len;
}

static bool is_of_number(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '+';
}

/* Bytes of the value that `text` begins with: a number, a string on one line, or { … }. 0: something else. */
static size_t value_len(struct eq_slice text)
{
    size_t at = 0, depth = 0;

    if (text.len && (text.ptr[0] == '"' || text.ptr[0] == '\''))
        return text.len > 2 && text.ptr[1] == text.ptr[0] ? 0 : skip_quoted(text);
    if (text.len && (text.ptr[0] == '+' || (text.ptr[0] >= '0' && text.ptr[0] <= '9')))
        while (at < text.len && is_of_number(text.ptr[at]))
            at++;
    if (at || !text.len || text.ptr[0] != '{')
        return at;
    while (at < text.len) {
        size_t quoted = skip_quoted(eq_slice(text.ptr + at, text.len - at));
        depth += text.ptr[at] == '{' || text.ptr[at] == '[';
        depth -= text.ptr[at] == '}' || text.ptr[at] == ']';
        at += quoted ? quoted : 1;
        if (depth == 0)
            return at;
    }
    return 0;
}

static bool find_expect(struct eq_rule_test *out, struct eq_load *l, const struct eq_toml *test, enum eq_status *st)
{
    const struct eq_toml *expect = eq_toml_get(test, "expect");
    size_t at = eq_toml_offset(l->text, expect->line, expect->column);
    size_t len = value_len(eq_slice(l->text.ptr + at, l->text.len - at));

    if (!len)
        return true;
    out->expect_at = at;
    out->expect = eq_arena_copy(&l->set->arena, eq_slice(l->text.ptr + at, len));
    if (!out->expect.ptr)
        *st = EQ_NOMEM;
    return *st == EQ_OK;
}

/* ── events ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* A relative path that does not leave its folder: a rule from elsewhere may not name files of the machine. */
static bool is_below(struct eq_slice path)
{
    struct eq_slice rest = path;

    if (path.len == 0 || path.ptr[0] == '/' || memchr(path.ptr, '\0', path.len))
        return false;
    while (rest.len) {
        const char *slash = memchr(rest.ptr, '/', rest.len);
        size_t len = slash ? (size_t)(slash - rest.ptr) : rest.len;
        if (eq_slice_eq(eq_slice(rest.ptr, len), EQ_LIT("..")))
            return false;
        len += slash != NULL;
        rest = eq_slice(rest.ptr + len, rest.len - len);
    }
    return true;
}

/* `file` beside the rule file, or in the corpus. */
static enum eq_status resolve(struct eq_slice *out, struct eq_load *l, struct eq_slice file)
{
    struct eq_slice folder = l->corpus.ptr ? l->corpus : l->path;
    bool slash = l->corpus.ptr && folder.len && !eq_slice_ends(folder, EQ_LIT("/"));
    char *to;

    while (!l->corpus.ptr && folder.len > 0 && folder.ptr[folder.len - 1] != '/')
        folder.len--;
    to = eq_arena_bytes(&l->set->arena, folder.len + slash + file.len + 1);
    if (!to)
        return EQ_NOMEM;
    *out = eq_slice(to, folder.len + slash + file.len);
    if (folder.len)
        memcpy(to, folder.ptr, folder.len);
    if (slash)
        to[folder.len] = '/';
    memcpy(to + folder.len + slash, file.ptr, file.len);
    to[out->len] = '\0';
    return EQ_OK;
}

static bool read_events(struct eq_rule_test *out, struct eq_load *l, const struct eq_toml *test, enum eq_status *st)
{
    const struct eq_toml *events = eq_toml_get(test, "events"), *file = eq_toml_get(test, "file");

    if (l->corpus.ptr && (events || !file)) {
        WRONG(l, test, events, "an expectation needs file, a path below the corpus, and no events");
        return false;
    }
    if (!events == !file) {
        WRONG(l, test, file, "a test needs either events or file");
        return false;
    }
    if (!is_string(events ? events : file)) {
        WRONG(l, test, events ? events : file, "%s must be a string", events ? "events" : "file");
        return false;
    }
    if (events) {
        out->events = events->text;
        return true;
    }
    if (!is_below(file->text)) {
        WRONG(l, test, file, "file must be a path below the folder of the %s", l->corpus.ptr ? "corpus" : "rule");
        return false;
    }
    *st = resolve(&out->file, l, file->text);
    return *st == EQ_OK;
}

/* now = "2026-01-01T00:20:00Z", or without quotes. */
static bool read_now(struct eq_rule_test *out, struct eq_load *l, const struct eq_toml *test)
{
    const struct eq_toml *now = eq_toml_get(test, "now");
    struct eq_time time;

    if (!now)
        return true;
    if ((now->kind != EQ_TOML_STRING && now->kind != EQ_TOML_DATE) || !eq_time_parse(&time, NULL, now->text)) {
        WRONG(l, test, now, "now must be a time: \"2026-01-31T12:00:00Z\"");
        return false;
    }
    out->now = now->text;
    return true;
}

static bool read_name(struct eq_rule_test *out, struct eq_load *l, const struct eq_toml *test)
{
    const struct eq_toml *name = eq_toml_get(test, "name"), *file = eq_toml_get(test, "file");

    if (name && !is_string(name)) {
        WRONG(l, test, name, "the name of a test must be a string");
        return false;
    }
    out->name = name ? name->text : l->corpus.ptr && is_string(file) ? file->text : EQ_LIT("unnamed");
    return true;
}

/* False: the test is wrong and was reported, or *st says that memory ran out. */
static bool read_test(struct eq_rule_test *out, struct eq_load *l, const struct eq_toml *test, enum eq_status *st)
{
    *out = (struct eq_rule_test){.line = test->line, .at_most = INT64_MAX};
    return read_name(out, l, test) && read_expect(out, l, test, st) && read_events(out, l, test, st) &&
           read_now(out, l, test) && find_expect(out, l, test, st);
}

/* The rule that a test is for; NULL: reported. */
static struct eq_rule *rule_of(struct eq_load *l, const struct eq_toml *test, struct eq_rule *usual)
{
    const struct eq_toml *id = eq_toml_get(test, "rule_id");
    struct eq_rule *rule = is_string(id) ? eq_rule_set_find(l->set, id->text) : id ? NULL : usual;

    if (rule)
        return rule;
    WRONG(l, test, id, id ? is_string(id) ? "no rule with this id was loaded" : "rule_id must be a string"
                          : "the test has no rule_id");
    return NULL;
}

static enum eq_status add_test(struct eq_load *l, struct eq_rule *rule, const struct eq_rule_test *test)
{
    if (rule->n_tests == rule->cap_tests) {
        size_t cap = rule->n_tests ? 2 * rule->n_tests : 4;
        struct eq_rule_test *all = eq_arena_alloc(&l->set->arena, cap * sizeof *all);
        if (!all)
            return EQ_NOMEM;
        if (rule->n_tests)
            memcpy(all, rule->tests, rule->n_tests * sizeof *all);
        rule->tests = all;
        rule->cap_tests = cap;
    }
    rule->tests[rule->n_tests++] = *test;
    return EQ_OK;
}

enum eq_status eq_load_tests(struct eq_load *l, struct eq_rule *usual, const struct eq_toml *tests)
{
    struct eq_slice path;
    enum eq_status st = EQ_OK;

    if (!tests || tests->kind != EQ_TOML_ARRAY || !tests->first)
        return EQ_OK; /* a wrong type was reported by the check of fields */
    path = usual && eq_slice_eq(l->path, usual->path) ? usual->path : eq_arena_copy(&l->set->arena, l->path);
    if (!path.ptr)
        return EQ_NOMEM;
    for (const struct eq_toml *test = tests->first; test && st == EQ_OK; test = test->next) {
        struct eq_rule *rule = test->kind == EQ_TOML_TABLE ? rule_of(l, test, usual) : NULL;
        struct eq_rule_test new;
        if (!rule || !read_test(&new, l, test, &st))
            continue;
        new.path = path;
        st = add_test(l, rule, &new);
    }
    return st;
}

enum eq_status eq_load_side_file(struct eq_load *l, struct eq_rule *beside)
{
    struct eq_rule *rule = beside;
    struct eq_toml *root;
    const struct eq_toml *id;
    enum eq_status st = eq_load_document(&root, l);

    if (st != EQ_OK || l->refused)
        return st;
    eq_load_check(l, root, EQ_SHAPE_TESTS);
    id = eq_toml_get(root, "rule_id");
    if (is_string(id))
        rule = eq_rule_set_find(l->set, id->text);
    if (!rule && (id || !l->corpus.ptr) && !l->refused) {
        eq_load_report(l, EQ_E0705, id ? id->line : 1, id ? id->column : 1,
                       id ? "no rule with this id was loaded" : "no rule was loaded from the file beside this one");
        l->refused = true;
    }
    return l->refused ? EQ_OK : eq_load_tests(l, rule, eq_toml_get(root, "tests"));
}
