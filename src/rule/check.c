/* check.c — a document against rule_fields.def: every key known, every value of its type, nothing missing.
 *
 * The walk carries the path of the table at hand ("rule.threat[].tactic"); a key is known when the table of fields has
 * a row for path and key. What is wrong about a key that the rule needs to run is an error, all else a warning. */
#include "rule/load.h"

#include <stdio.h>

#include "base/suggest.h"
#include "rule/forms.h"

enum field_type {
    T_ANY,
    T_IGNORED,
    T_STRING,
    T_NAME,
    T_WORDS,
    T_LIST,
    T_INTEGER,
    T_BOOL,
    T_VERSION,
    T_TABLE,
    T_EACH,
    T_UUID,
    T_DAY,
    T_DATE_MATH,
    T_DURATION
};

enum need { NEED_NO, NEED_NEEDED, NEED_BINDING, NEED_EXPECTED, NEED_ALLOWED };

struct field {
    struct eq_slice path;
    enum field_type type;
    enum need need[EQ_SHAPE_COUNT];
    const char *values;
};

static const struct field fields[] = {
#define FIELD(path, type, native, endpoint, tests, values)                                                             \
    {{path, sizeof(path) - 1}, T_##type, {NEED_##native, NEED_##endpoint, NEED_##tests}, values},
#include "rule/rule_fields.def"
#undef FIELD
};
enum { N_FIELDS = sizeof fields / sizeof *fields, PATH_MAX_BYTES = 256 };

struct check {
    struct eq_load *load;
    enum eq_rule_shape shape;
    bool seen[N_FIELDS];
};

static const struct field *find_field(struct eq_slice path)
{
    size_t low = 0, high = N_FIELDS;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = eq_slice_cmp(path, fields[middle].path);
        if (order == 0)
            return &fields[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* ── Values ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

static bool all_of(const struct eq_toml *array, enum eq_toml_kind kind)
{
    if (array->kind != EQ_TOML_ARRAY)
        return false;
    for (const struct eq_toml *kid = array->first; kid; kid = kid->next)
        if (kid->kind != kind)
            return false;
    return true;
}

static bool has_type(const struct eq_toml *value, enum field_type type)
{
    bool string = value->kind == EQ_TOML_STRING;

    switch (type) {
    case T_ANY:
    case T_IGNORED: return true;
    case T_STRING:
    case T_DAY:
    case T_DATE_MATH:
    case T_DURATION: return string;
    case T_NAME:
    case T_UUID: return string && value->text.len > 0;
    case T_WORDS: return all_of(value, EQ_TOML_STRING);
    case T_LIST: return string || all_of(value, EQ_TOML_STRING);
    case T_INTEGER: return value->kind == EQ_TOML_INT;
    case T_BOOL: return value->kind == EQ_TOML_BOOL;
    case T_VERSION: return string || value->kind == EQ_TOML_INT;
    case T_TABLE: return value->kind == EQ_TOML_TABLE;
    case T_EACH: return all_of(value, EQ_TOML_TABLE);
    }
    return false;
}

static const char *type_name(enum field_type type)
{
    switch (type) {
    case T_STRING: return "a string";
    case T_NAME:
    case T_UUID: return "a string that is not empty";
    case T_DAY: return "a string like \"2026/01/31\"";
    case T_DATE_MATH: return "a string like \"now-9m\"";
    case T_DURATION: return "a string like \"5m\"";
    case T_WORDS: return "an array of strings";
    case T_LIST: return "a string or an array of strings";
    case T_INTEGER: return "an integer";
    case T_BOOL: return "true or false";
    case T_VERSION: return "an integer or a string";
    case T_TABLE: return "a table";
    case T_EACH: return "an array of tables";
    default: return "anything";
    }
}

static struct eq_diag *report_wrong(struct check *c, const struct field *field, const struct eq_toml *value,
                                    const char *wanted)
{
    enum need need = field->need[c->shape];
    bool essential = need == NEED_NEEDED || need == NEED_BINDING;

    c->load->refused |= essential;
    return eq_load_report(c->load, essential ? EQ_E0703 : EQ_W0702, value->line, value->column, "%s must be %s",
                          field->path.ptr, wanted);
}

/* "low..high", where high may be absent. */
static bool in_range(int64_t value, const char *range)
{
    int64_t low = 0, high = INT64_MAX;
    const char *p = range;

    for (; *p >= '0' && *p <= '9'; p++)
        low = low * 10 + (*p - '0');
    if (*(p += 2)) /* behind ".." */
        for (high = 0; *p >= '0' && *p <= '9'; p++)
            high = high * 10 + (*p - '0');
    return value >= low && value <= high;
}

static void check_range(struct check *c, const struct field *field, const struct eq_toml *value)
{
    char wanted[64];
    const char *dots = strstr(field->values, "..");

    if (in_range(value->integer, field->values))
        return;
    if (dots[2])
        snprintf(wanted, sizeof wanted, "from %.*s to %s", (int)(dots - field->values), field->values, dots + 2);
    else
        snprintf(wanted, sizeof wanted, "at least %.*s", (int)(dots - field->values), field->values);
    report_wrong(c, field, value, wanted);
}

static void check_choice(struct check *c, const struct field *field, const struct eq_toml *value)
{
    struct eq_suggest nearest;
    struct eq_diag *diag;
    char wanted[128] = "one of ";
    size_t n = strlen(wanted);

    eq_suggest_start(&nearest, value->text);
    for (const char *p = field->values; *p;) {
        struct eq_slice choice = {p, strcspn(p, "|")};
        if (eq_slice_eq(choice, value->text))
            return;
        eq_suggest_try(&nearest, choice);
        n += (size_t)snprintf(wanted + n, sizeof wanted - n, "%s%.*s", p == field->values ? "" : ", ", (int)choice.len,
                              choice.ptr);
        p += choice.len + (p[choice.len] == '|');
    }
    diag = report_wrong(c, field, value, wanted);
    if (eq_suggest_found(&nearest))
        eq_diag_help(c->load->diags, diag, "did you mean \"%.*s\"?", EQ_SHOW(nearest.best));
}

static void report_form(struct check *c, const struct field *field, const struct eq_toml *value, const char *wanted)
{
    eq_load_report(c->load, EQ_W0702, value->line, value->column, "%s is not %s: \"%.*s\"", field->path.ptr, wanted,
                   EQ_SHOW(value->text));
}

/* The text of a value that has its type; a form that is unusual never refuses a rule. */
static void check_form(struct check *c, const struct field *field, const struct eq_toml *value)
{
    struct eq_slice text = value->text;

    if (field->type == T_UUID && !eq_form_is(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"))
        report_form(c, field, value, "a UUID");
    if (field->type == T_DAY && !eq_form_is_day(text))
        report_form(c, field, value, "a date like 2026/01/31");
    if (field->type == T_DATE_MATH && !eq_form_is_date_math(text))
        report_form(c, field, value, "a time like now-9m");
    if (field->type == T_DURATION && !eq_form_is_duration(text))
        report_form(c, field, value, "a duration like 5m");
}

static void check_value(struct check *c, const struct field *field, const struct eq_toml *value)
{
    if (!has_type(value, field->type)) {
        report_wrong(c, field, value, type_name(field->type));
        return;
    }
    if (field->type == T_IGNORED)
        eq_load_report(c->load, EQ_W0702, value->key_line, value->key_column, "%s changes nothing here",
                       field->path.ptr);
    check_form(c, field, value);
    if (field->values && value->kind == EQ_TOML_INT)
        check_range(c, field, value);
    if (field->values && value->kind == EQ_TOML_STRING)
        check_choice(c, field, value);
}

/* ── The walk ────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* The last key of a path. */
static struct eq_slice last_key(struct eq_slice path)
{
    size_t i = path.len;
    while (i > 0 && path.ptr[i - 1] != '.')
        i--;
    return eq_slice(path.ptr + i, path.len - i);
}

/* `parent` is the path of the table with a dot at its end, or empty. */
static void report_unknown(struct check *c, struct eq_slice parent, const struct eq_toml *value)
{
    struct eq_suggest nearest;
    struct eq_diag *diag;

    diag = eq_load_report(c->load, EQ_W0701, value->key_line, value->key_column, "unknown key %.*s%.*s",
                          EQ_SHOW(parent), EQ_SHOW(value->key));
    if (!diag)
        return;
    eq_suggest_start(&nearest, value->key);
    for (const struct field *f = fields; f < fields + N_FIELDS; f++) {
        struct eq_slice key = last_key(f->path);
        if (f->need[c->shape] != NEED_NO && f->path.len == parent.len + key.len && eq_slice_starts(f->path, parent))
            eq_suggest_try(&nearest, key);
    }
    if (eq_suggest_found(&nearest))
        eq_diag_help(c->load->diags, diag, "did you mean %.*s?", EQ_SHOW(nearest.best));
}

/* Append to a path of *len bytes; false when there is no room, which no path that we know needs. */
static bool extend(char *path, size_t *len, struct eq_slice more)
{
    if (more.len > PATH_MAX_BYTES - *len)
        return false;
    if (more.len)
        memcpy(path + *len, more.ptr, more.len);
    *len += more.len;
    return true;
}

/* Recurses only into tables of rule_fields.def, which bounds the depth. */
static void check_table(struct check *c, const struct eq_toml *table, char *path, size_t len)
{
    for (const struct eq_toml *kid = table->first; kid; kid = kid->next) {
        size_t end = len;
        bool odd =
            kid->key.len == 0 || memchr(kid->key.ptr, '.', kid->key.len) || memchr(kid->key.ptr, '[', kid->key.len);
        const struct field *field = NULL;

        if (!odd && extend(path, &end, kid->key))
            field = find_field(eq_slice(path, end));
        if (!field || field->need[c->shape] == NEED_NO) {
            report_unknown(c, eq_slice(path, len), kid);
            continue;
        }
        c->seen[field - fields] = true;
        check_value(c, field, kid);
        if (field->type == T_TABLE && kid->kind == EQ_TOML_TABLE && extend(path, &end, EQ_LIT(".")))
            check_table(c, kid, path, end);
        if (field->type != T_EACH || !has_type(kid, T_EACH) || !extend(path, &end, EQ_LIT("[].")))
            continue;
        for (const struct eq_toml *item = kid->first; item; item = item->next)
            check_table(c, item, path, end);
    }
}

/* Needed keys one by one, expected ones in one warning. A key below an absent table counts as well. */
static void check_missing(struct check *c, const struct eq_toml *root)
{
    const struct eq_toml *rule = eq_toml_get(root, "rule");
    const struct eq_toml *at = rule && rule->line ? rule : root;
    char missing[512];
    size_t n = 0;

    for (size_t i = 0; i < N_FIELDS; i++) {
        const struct field *f = &fields[i];
        enum need need = f->need[c->shape];
        if (c->seen[i] || memchr(f->path.ptr, '[', f->path.len) || (need != NEED_NEEDED && need != NEED_EXPECTED))
            continue;
        if (need == NEED_NEEDED) {
            c->load->refused = true;
            eq_load_report(c->load, EQ_E0702, at->line, at->column, "%s is missing", f->path.ptr);
        } else if (n < sizeof missing) {
            n += (size_t)snprintf(missing + n, sizeof missing - n, "%s%s", n ? ", " : "", f->path.ptr);
        }
    }
    if (n)
        eq_load_report(c->load, EQ_W0702, at->line, at->column, "missing: %s", missing);
}

void eq_load_check(struct eq_load *l, const struct eq_toml *root, enum eq_rule_shape shape)
{
    struct check c = {.load = l, .shape = shape};
    char path[PATH_MAX_BYTES];

    check_table(&c, root, path, 0);
    check_missing(&c, root);
}
