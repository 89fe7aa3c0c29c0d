/* check.c — a document against rule_fields.def: every key known, every value of its type, nothing missing.
 *
 * The walk carries the path of the table at hand ("rule.threat[].tactic"); a key is known when the table of fields has
 * a row for path and key. What is wrong about a key that the rule needs to run is an error, all else a warning. */
#include "rule/load.h"

#include <stdio.h>

#include "base/suggest.h"

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

/* ── Forms of text ───────────────────────────────────────────────────────────────────────────────────────────────── */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* `s` follows a picture: 0 is a digit, x a hexadecimal digit, all else itself. */
static bool has_form(struct eq_slice s, const char *picture)
{
    size_t i = 0;

    for (; i < s.len && picture[i]; i++) {
        char c = s.ptr[i];
        bool hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (picture[i] == '0' ? !is_digit(c) : picture[i] == 'x' ? !hex : c != picture[i])
            return false;
    }
    return i == s.len && !picture[i];
}

static int two_digits(const char *p)
{
    return (p[0] - '0') * 10 + p[1] - '0';
}

static bool is_day(struct eq_slice s)
{
    if (!has_form(s, "0000/00/00"))
        return false;
    int month = two_digits(s.ptr + 5), day = two_digits(s.ptr + 8);
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* Take digits and one of `units` from the front of *s. */
static bool take_duration(struct eq_slice *s, const char *units)
{
    size_t n = 0;

    while (n < s->len && is_digit(s->ptr[n]))
        n++;
    if (n == 0 || n == s->len || s->ptr[n] == '\0' || !strchr(units, s->ptr[n]))
        return false;
    *s = eq_slice(s->ptr + n + 1, s->len - n - 1);
    return true;
}

static bool is_duration(struct eq_slice s)
{
    return take_duration(&s, "smhd") && s.len == 0;
}

/* now, or an ISO date before "||"; then +N unit or -N unit, and /unit for rounding, any number of times. */
static bool is_date_math(struct eq_slice s)
{
    const char *units = "yMwdhHms";
    const char *bars = s.len ? memchr(s.ptr, '|', s.len) : NULL;

    if (eq_slice_starts(s, EQ_LIT("now"))) {
        s = eq_slice(s.ptr + 3, s.len - 3);
    } else {
        size_t date = bars ? (size_t)(bars - s.ptr) : s.len;
        if (date < 4 || !has_form(eq_slice(s.ptr, 4), "0000"))
            return false;
        if (bars && !eq_slice_starts(eq_slice(bars, s.len - date), EQ_LIT("||")))
            return false;
        s = bars ? eq_slice(bars + 2, s.len - date - 2) : eq_slice(s.ptr + s.len, 0);
    }
    while (s.len) {
        char op = s.ptr[0];
        s = eq_slice(s.ptr + 1, s.len - 1);
        if (op == '+' || op == '-') {
            if (!take_duration(&s, units))
                return false;
        } else if (op == '/' && s.len && s.ptr[0] && strchr(units, s.ptr[0])) {
            s = eq_slice(s.ptr + 1, s.len - 1);
        } else {
            return false;
        }
    }
    return true;
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

    for (; is_digit(*p); p++)
        low = low * 10 + (*p - '0');
    if (*(p += 2)) /* behind ".." */
        for (high = 0; is_digit(*p); p++)
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

    if (field->type == T_UUID && !has_form(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"))
        report_form(c, field, value, "a UUID");
    if (field->type == T_DAY && !is_day(text))
        report_form(c, field, value, "a date like 2026/01/31");
    if (field->type == T_DATE_MATH && !is_date_math(text))
        report_form(c, field, value, "a time like now-9m");
    if (field->type == T_DURATION && !is_duration(text))
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
