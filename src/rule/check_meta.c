/* check_meta.c — values of a rule file that do not fit each other.
 *
 *      severity ── risk_score      creation_date ── updated_date      from, interval ── maxspan
 *      tags      suppression
 *
 * All are warnings: the rule runs as it stands. */
#include "rule/check.h"

#include "base/suggest.h"
#include "rule/attack.h"
#include "rule/forms.h"

/* ── Severity ── */

static void check_score(struct eq_load *l, const struct eq_toml *root)
{
    static const struct {
        const char *name;
        int low, high;
    } bands[] = {{"low", 0, 21}, {"medium", 22, 47}, {"high", 48, 73}, {"critical", 74, 100}};
    const struct eq_toml *severity = eq_toml_get(root, "rule.severity"), *score = eq_toml_get(root, "rule.risk_score");

    if (!severity || severity->kind != EQ_TOML_STRING || !score || score->kind != EQ_TOML_INT)
        return;
    for (size_t i = 0; i < sizeof bands / sizeof *bands; i++)
        if (eq_slice_eq(severity->text, eq_slice_of(bands[i].name)) &&
            (score->integer < bands[i].low || score->integer > bands[i].high))
            eq_load_report(l, EQ_W0704, score->line, score->column,
                           "the risk score %lld does not go with the severity %s, which has %d to %d",
                           (long long)score->integer, bands[i].name, bands[i].low, bands[i].high);
}

/* ── Schedule ── */

static struct eq_slice text_or(const struct eq_toml *value, struct eq_slice usual)
{
    return value && value->kind == EQ_TOML_STRING ? value->text : usual;
}

/* Only rules that a scheduler runs say how far they look back: those of detection-rules. */
static void check_schedule(struct eq_load *l, const struct eq_toml *root)
{
    const struct eq_toml *from = eq_toml_get(root, "rule.from"), *interval = eq_toml_get(root, "rule.interval");
    struct eq_slice back = text_or(from, EQ_LIT("now-6m")), pause = text_or(interval, EQ_LIT("5m"));
    const struct eq_toml *at = from ? from : interval;
    int64_t back_ns, pause_ns;

    if (!at || !eq_form_look_back(&back_ns, back) || !eq_form_duration(&pause_ns, pause) || back_ns >= pause_ns)
        return;
    eq_load_report(l, EQ_W0709, at->line, at->column,
                   "the rule looks back less (%.*s) than it pauses between two runs (%.*s)", EQ_SHOW(back),
                   EQ_SHOW(pause));
}

/* ── Suppression ── */

static void check_groups(struct eq_load *l, const struct eq_toml *suppression)
{
    enum { MOST = 3 };
    const struct eq_toml *groups = eq_toml_get(suppression, "group_by");
    size_t n = 0;
    if (groups && groups->kind != EQ_TOML_ARRAY)
        return; /* told as such */
    for (const struct eq_toml *kid = groups ? groups->first : NULL; kid; kid = kid->next)
        n++;
    const struct eq_toml *at = groups ? groups : suppression;
    if (n == 0 || n > MOST)
        eq_load_report(l, EQ_W0702, at->line, at->column,
                       "alert_suppression.group_by must have one to %d fields, not %zu", MOST, n);
}

static void check_suppression(struct eq_load *l, const struct eq_toml *suppression)
{
    const struct eq_toml *duration = eq_toml_get(suppression, "duration");
    if (!suppression || suppression->kind != EQ_TOML_TABLE)
        return;
    check_groups(l, suppression);
    if (duration && duration->kind == EQ_TOML_TABLE &&
        (!eq_toml_get(duration, "value") || !eq_toml_get(duration, "unit")))
        eq_load_report(l, EQ_W0702, duration->line, duration->column,
                       "alert_suppression.duration needs both: value and unit");
}

/* ── Dates ── */

static bool is_day(const struct eq_toml *value)
{
    return value && value->kind == EQ_TOML_STRING && eq_form_is_day(value->text);
}

static void check_days(struct eq_load *l, const struct eq_toml *root)
{
    static const char *const later[] = {"metadata.updated_date", "metadata.deprecation_date"};
    const struct eq_toml *created = eq_toml_get(root, "metadata.creation_date");

    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        const struct eq_toml *day = eq_toml_get(root, later[i]);
        if (is_day(created) && is_day(day) && eq_slice_cmp(day->text, created->text) < 0)
            eq_load_report(l, EQ_W0711, day->line, day->column, "%s is earlier than metadata.creation_date, %.*s",
                           later[i], EQ_SHOW(created->text));
    }
}

/* ── Tags ── */

/* The usual groups of tags, as in "OS: Linux". */
static const struct eq_slice groups[] = {
    {"Data Source", 11}, {"Domain", 6},    {"Language", 8}, {"OS", 2},     {"Platform", 8},
    {"Resources", 9},    {"Rule Type", 9}, {"Tactic", 6},   {"Threat", 6}, {"Use Case", 8},
};

static void check_group(struct eq_load *l, const struct eq_toml *tag)
{
    const char *colon = memchr(tag->text.ptr, ':', tag->text.len);
    struct eq_suggest nearest;

    if (!colon)
        return;
    eq_suggest_start(&nearest, eq_slice(tag->text.ptr, (size_t)(colon - tag->text.ptr)));
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (eq_slice_eq(nearest.wanted, groups[i]))
            return;
        eq_suggest_try(&nearest, groups[i]);
    }
    if (!eq_suggest_found(&nearest))
        return;
    struct eq_diag *d = eq_load_report(l, EQ_W0712, tag->line, tag->column, "unusual group of a tag: \"%.*s\"",
                                       EQ_SHOW(nearest.wanted));
    eq_diag_help(l->diags, d, "did you mean \"%.*s\"?", EQ_SHOW(nearest.best));
}

static void check_tactic_tag(struct eq_load *l, const struct eq_toml *tag)
{
    struct eq_slice start = EQ_LIT("Tactic: ");
    if (!eq_slice_starts(tag->text, start))
        return;
    struct eq_slice name = {tag->text.ptr + start.len, tag->text.len - start.len};
    const char *near = eq_attack_tactic_id(name) ? NULL : eq_attack_nearest(name);
    if (!near)
        return; /* one of ATT&CK, or of a version that we do not know */
    struct eq_diag *d =
        eq_load_report(l, EQ_W0712, tag->line, tag->column, "ATT&CK has no tactic \"%.*s\"", EQ_SHOW(name));
    eq_diag_help(l->diags, d, "did you mean \"%s\"?", near);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Is the tag among those before it? Lists are short; of a long one only the start is looked at. */
static bool came_before(const struct eq_toml *array, const struct eq_toml *tag)
{
    enum { MOST = 1000 };
    size_t n = 0;
    for (const struct eq_toml *kid = array->first; kid != tag && n < MOST; kid = kid->next, n++)
        if (kid->kind == EQ_TOML_STRING && eq_slice_eq(kid->text, tag->text))
            return true;
    return false;
}

static void check_tags(struct eq_load *l, const struct eq_toml *tags)
{
    if (!tags || tags->kind != EQ_TOML_ARRAY)
        return;
    for (const struct eq_toml *tag = tags->first; tag; tag = tag->next) {
        struct eq_slice s = tag->text;
        if (tag->kind != EQ_TOML_STRING)
            continue;
        if (s.len == 0) {
            eq_load_report(l, EQ_W0712, tag->line, tag->column, "the tag is empty");
            continue;
        }
        if (is_blank(s.ptr[0]) || is_blank(s.ptr[s.len - 1]))
            eq_load_report(l, EQ_W0712, tag->line, tag->column, "the tag begins or ends with a blank");
        else if (came_before(tags, tag))
            eq_load_report(l, EQ_W0712, tag->line, tag->column, "the tag \"%.*s\" is given twice", EQ_SHOW(s));
        check_group(l, tag);
        check_tactic_tag(l, tag);
    }
}

void eq_load_check_meta(struct eq_load *l, const struct eq_toml *root, enum eq_rule_shape shape)
{
    check_score(l, root);
    if (shape == EQ_SHAPE_NATIVE)
        check_schedule(l, root);
    check_days(l, root);
    check_tags(l, eq_toml_get(root, "rule.tags"));
    check_suppression(l, eq_toml_get(root, "rule.alert_suppression"));
    if (shape == EQ_SHAPE_ENDPOINT)
        eq_load_check_threats(l, eq_toml_get(root, "threat"), false);
    else
        eq_load_check_threats(l, eq_toml_get(root, "rule.threat"), true);
}

/* ── What depends on the query ── */

/* Only rules that a scheduler runs have a look-back; false for others, and where nothing is said about a length. */
static bool find_times(int64_t *back_ns, int64_t *pause_ns, const struct eq_rule *rule, const struct eq_plan *plan)
{
    return eq_toml_get(rule->document, "rule.rule_id") && plan->maxspan_ns >= 0 &&
           eq_form_look_back(back_ns, rule->from) && eq_form_duration(pause_ns, rule->interval);
}

void eq_rule_check_plan(const struct eq_rule *rule, const struct eq_plan *plan, struct eq_diags *diags)
{
    int64_t back, pause;
    if (!find_times(&back, &pause, rule, plan))
        return;
    if (back < plan->maxspan_ns) {
        struct eq_diag *d =
            eq_diag_add(diags, EQ_W0709, &rule->source, plan->maxspan_at,
                        "the sequence may last longer than the rule looks back: from is %.*s", EQ_SHOW(rule->from));
        eq_diag_help(diags, d, "let it look back by maxspan and interval (%.*s), or shorten maxspan",
                     EQ_SHOW(rule->interval));
    }
    if (pause < plan->maxspan_ns / 2) {
        struct eq_diag *d = eq_diag_add(diags, EQ_W0715, &rule->source, plan->maxspan_at,
                                        "the rule runs every %.*s, which is less than half of maxspan: each run asks "
                                        "for most of the last one again",
                                        EQ_SHOW(rule->interval));
        eq_diag_help(diags, d, "an interval of at least half of maxspan will do");
    }
}

void eq_rule_note_plan(const struct eq_rule *rule, const struct eq_plan *plan, struct eq_diags *diags)
{
    int64_t back, pause;
    if (!find_times(&back, &pause, rule, plan) || back < plan->maxspan_ns || back - plan->maxspan_ns >= pause)
        return;
    struct eq_diag *d = eq_diag_add(diags, EQ_W0716, &rule->source, plan->maxspan_at,
                                    "a sequence that lasts nearly as long may fall between two runs: from is %.*s, "
                                    "interval is %.*s",
                                    EQ_SHOW(rule->from), EQ_SHOW(rule->interval));
    eq_diag_help(diags, d, "let the rule look back by maxspan and interval");
}

/* ── Fields that are named beside the query ── */

static enum eq_status tell_fields(const struct eq_rule *rule, const char *path, struct eq_arena *arena,
                                  eq_rule_field_name *each, void *ctx)
{
    const struct eq_toml *names = eq_toml_get(rule->document, path);
    enum eq_status st = EQ_OK;
    for (const struct eq_toml *kid = names && names->kind == EQ_TOML_ARRAY ? names->first : NULL; kid && st == EQ_OK;
         kid = kid->next) {
        if (kid->kind != EQ_TOML_STRING || !kid->text.len)
            continue;
        struct eq_source *source = eq_arena_alloc(arena, sizeof *source);
        if (!source)
            return EQ_NOMEM;
        *source = (struct eq_source){rule->path, kid->text, kid->line, kid->column + 1, NULL, 0}; /* behind the quote */
        st = each(source, ctx);
    }
    return st;
}

enum eq_status eq_rule_each_field(const struct eq_rule *rule, struct eq_arena *arena, eq_rule_field_name *each,
                                  void *ctx)
{
    static const char *const lists[] = {"rule.alert_suppression.group_by", "rule.investigation_fields.field_names"};
    enum eq_status st = EQ_OK;
    for (size_t i = 0; i < sizeof lists / sizeof *lists && st == EQ_OK; i++)
        st = tell_fields(rule, lists[i], arena, each, ctx);
    return st;
}
