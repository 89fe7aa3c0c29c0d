/* check_threat.c — what a rule says about ATT&CK, held against the table of attack.def.
 *
 *      [[rule.threat]]
 *      tactic     { id, name, reference }        id and name agree; each tactic once
 *      technique  { id, name, reference }        it serves the tactic, and is not one that ATT&CK dropped
 *          subtechnique                          its id begins with that of the technique
 *
 * A file that is named after a tactic, as public rules are (defense_evasion_x.toml), is about that tactic.
 * The table is not the whole of ATT&CK and has one version: an id that it does not have is left alone. */
#include "rule/attack.h"
#include "rule/check.h"
#include "rule/forms.h"

static struct eq_slice text_of(const struct eq_toml *table, const char *key)
{
    const struct eq_toml *value = eq_toml_get(table, key);
    return value && value->kind == EQ_TOML_STRING ? value->text : eq_slice("", 0);
}

/* The value at a key, or the table itself, to report about. */
static const struct eq_toml *place(const struct eq_toml *table, const char *key)
{
    const struct eq_toml *value = eq_toml_get(table, key);
    return value ? value : table;
}

static struct eq_diag *report_at(struct eq_load *l, enum eq_code code, const struct eq_toml *at, const char *message)
{
    return eq_load_report(l, code, at->line, at->column, "%s", message);
}

/* A link names the id: …/techniques/T1059/001/ for T1059.001. */
static void check_reference(struct eq_load *l, const struct eq_toml *item, struct eq_slice id)
{
    struct eq_slice link = text_of(item, "reference");
    const struct eq_toml *at = place(item, "reference");
    char part[32];

    if (!link.len || !id.len || id.len + 2 >= sizeof part)
        return;
    memcpy(part, id.ptr, id.len);
    part[id.len] = '\0';
    for (char *p = part; *p; p++)
        *p = *p == '.' ? '/' : *p;
    for (size_t i = 0; i + id.len <= link.len; i++)
        if (memcmp(link.ptr + i, part, id.len) == 0 && (i + id.len == link.len || link.ptr[i + id.len] == '/'))
            return;
    eq_load_report(l, EQ_W0705, at->line, at->column, "the link does not lead to %.*s", EQ_SHOW(id));
}

/* ── Tactics ── */

static void check_tactic(struct eq_load *l, const struct eq_toml *tactic)
{
    struct eq_slice id = text_of(tactic, "id"), name = text_of(tactic, "name");
    const char *known = eq_attack_tactic(id), *its_id = eq_attack_tactic_id(name);
    const struct eq_toml *at = place(tactic, "id");

    if (id.len && !eq_form_is(id, "TA0000")) {
        eq_load_report(l, EQ_W0705, at->line, at->column, "no id of a tactic such as TA0002: \"%.*s\"", EQ_SHOW(id));
        return;
    }
    if (its_id && id.len && !eq_slice_eq(id, eq_slice_of(its_id))) {
        struct eq_diag *d = eq_load_report(l, EQ_W0705, at->line, at->column, "the tactic %.*s is %s, not %.*s",
                                           EQ_SHOW(name), its_id, EQ_SHOW(id));
        if (known)
            eq_diag_help(l->diags, d, "%.*s is %s", EQ_SHOW(id), known);
    } else if (known && !its_id && eq_attack_nearest(name)) {
        at = place(tactic, "name");
        eq_load_report(l, EQ_W0705, at->line, at->column, "the tactic %.*s is called %s", EQ_SHOW(id), known);
    }
    check_reference(l, tactic, id);
}

/* ── Techniques ── */

static bool has_word(const char *words, struct eq_slice word)
{
    while (*words) {
        size_t len = strcspn(words, " ");
        if (eq_slice_eq(word, eq_slice(words, len)))
            return true;
        words += len + (words[len] == ' ');
    }
    return false;
}

static void check_serves(struct eq_load *l, const struct eq_toml *item, struct eq_slice id, struct eq_slice tactic)
{
    const char *tactics = eq_attack_tactics_of(id), *name = eq_attack_tactic(tactic);
    const struct eq_toml *at = place(item, "id");

    if (!*tactics || !name || has_word(tactics, tactic))
        return;
    struct eq_diag *d = eq_load_report(l, EQ_W0706, at->line, at->column, "%.*s (%s) does not serve the tactic %s",
                                       EQ_SHOW(id), eq_attack_technique(id), name);
    const char *first = eq_attack_tactic(eq_slice(tactics, strcspn(tactics, " ")));
    eq_diag_help(l->diags, d, "it serves %s%s", first ? first : tactics, strchr(tactics, ' ') ? " and others" : "");
}

/* `parent`: the technique that it is a sub-technique of, or empty. */
static void check_technique(struct eq_load *l, const struct eq_toml *item, struct eq_slice parent,
                            struct eq_slice tactic)
{
    struct eq_slice id = text_of(item, "id"), name = text_of(item, "name");
    const char *known = eq_attack_technique(id), *instead = eq_attack_gone(id);
    const struct eq_toml *at = place(item, "id");

    if (!id.len)
        return;
    if (!eq_form_is(id, parent.len ? "T0000.000" : "T0000")) {
        eq_load_report(l, EQ_W0705, at->line, at->column, "no id of a %s: \"%.*s\"",
                       parent.len ? "sub-technique such as T1059.001" : "technique such as T1059", EQ_SHOW(id));
        return;
    }
    if (instead) {
        struct eq_diag *d =
            eq_load_report(l, EQ_W0707, at->line, at->column, "ATT&CK has dropped the technique %.*s", EQ_SHOW(id));
        if (*instead)
            eq_diag_help(l->diags, d, "it became %s", instead);
    }
    if (parent.len && !eq_slice_starts(id, parent))
        eq_load_report(l, EQ_W0705, at->line, at->column, "%.*s is no sub-technique of %.*s", EQ_SHOW(id),
                       EQ_SHOW(parent));
    if (known && name.len && !eq_slice_eq(name, eq_slice_of(known))) {
        at = place(item, "name");
        eq_load_report(l, EQ_W0705, at->line, at->column, "%.*s is called %s", EQ_SHOW(id), known);
    }
    check_serves(l, item, id, tactic);
    check_reference(l, item, id);
}

/* Tell the entries of an array whose id came before in it. */
static void check_once(struct eq_load *l, const struct eq_toml *array, const char *path, const char *what)
{
    for (const struct eq_toml *a = array->first; a; a = a->next) {
        struct eq_slice id = text_of(a, path);
        for (const struct eq_toml *b = array->first; id.len && b != a; b = b->next) {
            const struct eq_toml *at = place(a, path);
            if (!eq_slice_eq(id, text_of(b, path)))
                continue;
            eq_load_report(l, EQ_W0708, at->line, at->column, "the %s %.*s is listed twice", what, EQ_SHOW(id));
            break;
        }
    }
}

static bool is_small(const struct eq_toml *array, size_t most)
{
    size_t n = 0;
    if (!array || array->kind != EQ_TOML_ARRAY)
        return false;
    for (const struct eq_toml *kid = array->first; kid; kid = kid->next)
        n++;
    return n <= most;
}

/* No technique has more sub-techniques, no tactic more techniques: what is longer is no list of ATT&CK. */
enum { MOST_ITEMS = 200 };

static void check_techniques(struct eq_load *l, const struct eq_toml *array, struct eq_slice parent,
                             struct eq_slice tactic)
{
    if (!is_small(array, MOST_ITEMS)) {
        if (array && array->kind == EQ_TOML_ARRAY)
            report_at(l, EQ_W0705, array, "ATT&CK has no such number of techniques");
        return;
    }
    check_once(l, array, "id", parent.len ? "sub-technique" : "technique");
    for (const struct eq_toml *kid = array->first; kid; kid = kid->next) {
        if (kid->kind != EQ_TOML_TABLE)
            continue;
        check_technique(l, kid, parent, tactic);
        if (!parent.len)
            check_techniques(l, eq_toml_get(kid, "subtechnique"), text_of(kid, "id"), tactic);
    }
}

static bool is_attack(const struct eq_toml *threat)
{
    return threat->kind == EQ_TOML_TABLE && eq_slice_starts(text_of(threat, "framework"), EQ_LIT("MITRE ATT&CK"));
}

/* Native rules are named after their first tactic, endpoint rules after any. With a tactic of a version that we do not
 * know nothing is told. */
static void check_file_name(struct eq_load *l, const struct eq_toml *threats, bool first)
{
    const char *named = eq_attack_tactic_of_file(eq_path_stem(l->path, EQ_LIT(".toml")));
    const struct eq_toml *at = NULL;
    for (const struct eq_toml *kid = threats->first; kid && named; kid = kid->next) {
        struct eq_slice id = text_of(kid, "tactic.id");
        if (!is_attack(kid) || (first && at))
            continue;
        if (!eq_attack_tactic(id) || eq_slice_eq(id, eq_slice_of(named)))
            return;
        at = at ? at : place(eq_toml_get(kid, "tactic"), "name");
    }
    if (!at)
        return;
    struct eq_diag *d = eq_load_report(l, EQ_W0714, at->line, at->column, "the file is named after %s, which is not %s",
                                       eq_attack_tactic(eq_slice_of(named)),
                                       first ? "the first tactic of the rule" : "among the tactics of the rule");
    eq_diag_help(l->diags, d, "rename the file, or list that tactic%s", first ? " first" : "");
}

void eq_load_check_threats(struct eq_load *l, const struct eq_toml *threats, bool first)
{
    if (!is_small(threats, MOST_ITEMS)) {
        if (threats && threats->kind == EQ_TOML_ARRAY)
            report_at(l, EQ_W0705, threats, "ATT&CK has no such number of tactics");
        return;
    }
    check_once(l, threats, "tactic.id", "tactic");
    for (const struct eq_toml *kid = threats->first; kid; kid = kid->next) {
        if (!is_attack(kid))
            continue;
        if (eq_toml_get(kid, "tactic"))
            check_tactic(l, eq_toml_get(kid, "tactic"));
        check_techniques(l, eq_toml_get(kid, "technique"), eq_slice("", 0), text_of(eq_toml_get(kid, "tactic"), "id"));
    }
    check_file_name(l, threats, first);
}
