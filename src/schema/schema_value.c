/* schema_value.c — what fields are compared with.
 *
 *      process.pid : "12*"            a number is no text                       W0203
 *      process.pid == "first"         "first" is no number                      W0203
 *      event.type == "strat"          event.type is never "strat"               W0204
 *      file where event.type == "start"   files do not start                    W0205
 *
 * Only what cannot be right is told; a field that nobody knows may hold anything. */
#include "schema/schema_priv.h"

#include <stdio.h>

#include "base/suggest.h"
#include "base/utf8.h"
#include "event/ip.h"
#include "event/time.h"
#include "plan/functions.h"
#include "plan/glob.h"

static const char *type_name(enum eq_ecs_type type)
{
    switch (type) {
    case EQ_ECS_NUMBER: return "a number";
    case EQ_ECS_BOOLEAN: return "a boolean";
    case EQ_ECS_DATE: return "a date";
    case EQ_ECS_IP: return "an address";
    case EQ_ECS_OBJECT: return "an object";
    default: return "text";
    }
}

static bool is_event_field(const struct eq_node *n)
{
    return n->kind == EQ_N_FIELD && n->frame != EQ_FRAME_ELEMENT;
}

/* ── Types ── */

/* Can a field of this type have such a value? */
static bool can_be(enum eq_ecs_type type, const struct eq_value *v)
{
    struct eq_slice text = v->type == EQ_STRING ? eq_value_slice(v) : eq_slice("", 0);
    struct eq_cidr block;
    struct eq_time first, last;

    if (v->type == EQ_NULL)
        return true;
    switch (type) {
    case EQ_ECS_NUMBER: return v->type == EQ_STRING ? eq_number_parse(text).kind != EQ_NOT_NUMBER : v->type != EQ_BOOL;
    case EQ_ECS_BOOLEAN:
        return v->type == EQ_BOOL || eq_slice_eq(text, EQ_LIT("true")) || eq_slice_eq(text, EQ_LIT("false"));
    case EQ_ECS_DATE: return v->type == EQ_STRING ? eq_time_parse(&first, &last, text) : v->type != EQ_BOOL;
    case EQ_ECS_IP: return eq_cidr_parse(&block, text);
    default: return true;
    }
}

static void check_constant(struct eq_schema_run *run, const struct eq_node *field, enum eq_ecs_type type,
                           const struct eq_node *constant)
{
    const struct eq_value *v = &constant->value;

    if (constant->kind != EQ_N_CONST || v->type >= EQ_TIME || can_be(type, v))
        return;
    if (v->type == EQ_STRING)
        eq_diag_add(run->diags, EQ_W0203, run->source, constant->span, "%.*s is %s, and \"%.*s\" is none",
                    EQ_SHORT(field->path), type_name(type), EQ_SHORT(eq_value_slice(v)));
    else
        eq_diag_add(run->diags, EQ_W0203, run->source, constant->span, "%.*s is %s, not %s", EQ_SHORT(field->path),
                    type_name(type), v->type == EQ_BOOL ? "a boolean" : "a number");
}

static bool is_text(enum eq_ecs_type type)
{
    return type == EQ_ECS_OTHER || type == EQ_ECS_KEYWORD || type == EQ_ECS_TEXT || type == EQ_ECS_OBJECT;
}

static void report_not_text(struct eq_schema_run *run, const struct eq_node *field, enum eq_ecs_type type,
                            const char *what)
{
    struct eq_diag *d = eq_diag_add(run->diags, EQ_W0203, run->source, field->span, "%.*s is %s, and %s needs text",
                                    EQ_SHORT(field->path), type_name(type), what);
    if (type == EQ_ECS_IP)
        eq_diag_help(run->diags, d, "cidrMatch(%.*s, \"10.0.0.0/8\") finds blocks of addresses", EQ_SHORT(field->path));
    else
        eq_diag_help(run->diags, d, "Elasticsearch refuses it; compare with ==, < or >");
}

static void check_call(struct eq_schema_run *run, const struct eq_node *call)
{
    const struct eq_function *fn = &eq_functions[call->function];
    const char *wanted = fn->arguments;

    for (uint32_t i = 0; i < call->n_kids && fn->name[0] != '_' && call->function != EQ_FN_cidr_match; i++) {
        const struct eq_node *arg = call->kids[i];
        enum eq_ecs_type type = is_event_field(arg) ? eq_schema_type_of(run->schema, arg->path) : EQ_ECS_OTHER;
        bool number = *wanted == 'n' || *wanted == 'i';
        if (*wanted == 's' && !is_text(type))
            report_not_text(run, arg, type, fn->name);
        if (number && type != EQ_ECS_OTHER && type != EQ_ECS_NUMBER)
            eq_diag_add(run->diags, EQ_W0203, run->source, arg->span, "%.*s is %s, and %s needs a number",
                        EQ_SHORT(arg->path), type_name(type), fn->name);
        wanted += wanted[1] != '\0';
    }
}

/* ── Values of enumerated fields ── */

static bool same_text(struct eq_slice a, struct eq_slice b, bool fold)
{
    return fold ? eq_fold_eq(a, b) : eq_slice_eq(a, b);
}

/* Is `text`, a pattern if `like`, among the words? */
static bool is_listed(struct eq_schema_run *run, const char *words, struct eq_slice text, bool like, bool fold)
{
    struct eq_slice word;
    struct eq_glob glob;
    bool wild = like && eq_glob_is_wild(text);

    if (wild && !eq_glob_compile(&glob, text, false, &run->scratch))
        run->status = EQ_NOMEM;
    while (run->status == EQ_OK && eq_ecs_word(&word, &words))
        if (wild ? fold || eq_glob_match(&glob, word) : same_text(text, word, fold))
            return true;
    return false;
}

/* "a, b or c", as far as there is room. */
static void list_words(char *out, size_t size, const char *words)
{
    struct eq_slice word;
    size_t n = 0;

    out[0] = '\0';
    while (eq_ecs_word(&word, &words) && n + word.len + 8 < size)
        n += (size_t)snprintf(out + n, size - n, "%s%.*s", n ? ", " : "", (int)word.len, word.ptr);
}

/* `others`: it stands in a list, perhaps beside what newer events have in its place. */
static void check_listed(struct eq_schema_run *run, const struct eq_node *field, const struct eq_node *constant,
                         bool like, bool fold, bool others)
{
    bool only;
    const char *words = eq_ecs_values(&only, field->path), *rest = words;
    struct eq_suggest nearest;
    struct eq_slice text, word;
    struct eq_diag *d;
    char all[256];

    if (!words || constant->kind != EQ_N_CONST || constant->value.type != EQ_STRING)
        return;
    text = eq_value_slice(&constant->value);
    if (is_listed(run, words, text, like, fold))
        return;
    eq_suggest_start(&nearest, text);
    while (eq_ecs_word(&word, &rest))
        eq_suggest_try(&nearest, word);
    if ((!only || others) && !eq_suggest_found(&nearest))
        return; /* some senders have values of their own */
    d = eq_diag_add(run->diags, EQ_W0204, run->source, constant->span, "%.*s is %s \"%.*s\"", EQ_SHORT(field->path),
                    only ? "never" : "not usually", EQ_SHORT(text));
    list_words(all, sizeof all, words);
    if (eq_suggest_found(&nearest))
        eq_diag_help(run->diags, d, "did you mean \"%.*s\"?", EQ_SHORT(nearest.best));
    else
        eq_diag_help(run->diags, d, "ECS has: %s", all);
}

void eq_schema_check_value(struct eq_schema_run *run, const struct eq_node *n)
{
    bool compare = n->kind == EQ_N_COMPARE, in = n->kind == EQ_N_IN, like = n->kind == EQ_N_LIKE;
    bool regex = n->kind == EQ_N_REGEX;
    const struct eq_node *field = n->n_kids ? n->kids[0] : NULL;

    if (n->kind == EQ_N_CALL)
        check_call(run, n);
    if (!(compare || in || like || regex) || !is_event_field(field))
        return;
    enum eq_ecs_type type = eq_schema_type_of(run->schema, field->path);
    bool equality = !compare || n->op == EQ_CMP_EQ || n->op == EQ_CMP_NE;
    if ((like || regex) && !is_text(type)) {
        report_not_text(run, field, type, regex ? "a pattern" : n->fold ? "':'" : "'like'");
        return;
    }
    for (uint32_t i = 1; i < n->n_kids && run->status == EQ_OK; i++) {
        if (compare || in)
            check_constant(run, field, type, n->kids[i]);
        if (!regex && equality && eq_schema_has_ecs(run->schema))
            check_listed(run, field, n->kids[i], like, n->fold, n->n_kids > 2);
    }
}

/* ── event.category and event.type ── */

/* The constants that a leaf compares `path` with, or NULL if it is another leaf. */
static const struct eq_node *leaf_of(const struct eq_node *condition, struct eq_slice path)
{
    const struct eq_node *n = condition->kind == EQ_N_ANY ? condition->kids[0] : NULL;

    if (!n || !n->n_kids || !is_event_field(n->kids[0]) || !eq_slice_eq(n->kids[0]->path, path))
        return NULL;
    bool equal = n->kind == EQ_N_COMPARE && n->op == EQ_CMP_EQ;
    return equal || n->kind == EQ_N_IN || n->kind == EQ_N_LIKE ? n : NULL;
}

/* Can some constant of the leaf be an event.type of the category? What is no plain text, or told as W0204, can. */
static bool goes_with(struct eq_schema_run *run, const struct eq_node *leaf, const char *types)
{
    bool only;
    const char *all = eq_ecs_values(&only, EQ_LIT("event.type"));

    for (uint32_t i = 1; i < leaf->n_kids; i++) {
        const struct eq_node *k = leaf->kids[i];
        bool like = leaf->kind == EQ_N_LIKE;
        if (k->kind != EQ_N_CONST || k->value.type != EQ_STRING ||
            is_listed(run, types, eq_value_slice(&k->value), like, leaf->fold) ||
            !is_listed(run, all, eq_value_slice(&k->value), like, leaf->fold))
            return true;
    }
    return false;
}

static void check_type(struct eq_schema_run *run, const struct eq_node *condition, struct eq_slice category,
                       const char *types)
{
    const struct eq_node *leaf = leaf_of(condition, EQ_LIT("event.type"));
    char all[256];

    if (condition->kind == EQ_N_AND)
        for (uint32_t i = 0; i < condition->n_kids; i++)
            check_type(run, condition->kids[i], category, types);
    if (!leaf || goes_with(run, leaf, types))
        return;
    struct eq_diag *d = eq_diag_add(run->diags, EQ_W0205, run->source, condition->span,
                                    "events of the category %.*s have other types", EQ_SHORT(category));
    list_words(all, sizeof all, types);
    eq_diag_help(run->diags, d, "ECS has: %s", all);
}

/* Only a category that all of the stage depends on: the word before `where`, or a part of the outermost `and`. */
void eq_schema_check_pair(struct eq_schema_run *run, const struct eq_node *filter)
{
    if (filter->kind != EQ_N_AND)
        return;
    for (uint32_t i = 0; i < filter->n_kids; i++) {
        const struct eq_node *leaf = leaf_of(filter->kids[i], EQ_LIT("event.category"));
        if (!leaf || leaf->n_kids != 2 || leaf->kids[1]->kind != EQ_N_CONST || leaf->kids[1]->value.type != EQ_STRING)
            continue;
        struct eq_slice category = eq_value_slice(&leaf->kids[1]->value);
        const char *types = eq_ecs_types_of_category(category);
        if (types)
            check_type(run, filter, category, types);
    }
}
