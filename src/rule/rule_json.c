/* rule_json.c — what a rule file says, as JSON: the TOML document as it is, or the metadata of plain .eql. */
#include <math.h>

#include "base/number.h"
#include "rule/load.h"

/* The depth of a document is bounded by eq_toml_parse. */
static void print_kids(struct eq_buf *out, const struct eq_toml *parent)
{
    bool table = parent->kind == EQ_TOML_TABLE;

    eq_buf_putc(out, table ? '{' : '[');
    for (const struct eq_toml *kid = parent->first; kid; kid = kid->next) {
        if (kid != parent->first)
            eq_buf_putc(out, ',');
        if (table) {
            eq_buf_json(out, kid->key);
            eq_buf_putc(out, ':');
        }
        eq_toml_json(out, kid);
    }
    eq_buf_putc(out, table ? '}' : ']');
}

void eq_toml_json(struct eq_buf *out, const struct eq_toml *value)
{
    switch (value->kind) {
    case EQ_TOML_TABLE:
    case EQ_TOML_ARRAY: print_kids(out, value); break;
    case EQ_TOML_STRING:
    case EQ_TOML_DATE: eq_buf_json(out, value->text); break;
    case EQ_TOML_INT: eq_buf_printf(out, "%lld", (long long)value->integer); break;
    case EQ_TOML_BOOL: eq_buf_puts(out, value->integer ? "true" : "false"); break;
    case EQ_TOML_FLOAT:
        if (isfinite(value->number))
            eq_buf_double(out, value->number);
        else
            eq_buf_puts(out, "null"); /* JSON has no infinities */
        break;
    }
}

static void print_text(struct eq_buf *out, const char *key, struct eq_slice text)
{
    if (text.len == 0)
        return;
    eq_buf_printf(out, ",\"%s\":", key);
    eq_buf_json(out, text);
}

static void print_list(struct eq_buf *out, const char *key, const struct eq_slice *items, size_t n)
{
    if (n == 0)
        return;
    eq_buf_printf(out, ",\"%s\":[", key);
    for (size_t i = 0; i < n; i++) {
        if (i)
            eq_buf_putc(out, ',');
        eq_buf_json(out, items[i]);
    }
    eq_buf_putc(out, ']');
}

void eq_rule_json(struct eq_buf *out, const struct eq_rule *rule)
{
    if (rule->document) {
        eq_toml_json(out, rule->document);
        return;
    }
    eq_buf_puts(out, "{\"rule\":{\"rule_id\":");
    eq_buf_json(out, rule->id);
    print_text(out, "name", rule->name);
    print_text(out, "description", rule->description);
    print_text(out, "author", rule->author);
    print_text(out, "license", rule->license);
    print_text(out, "type", rule->type);
    eq_buf_printf(out, ",\"severity\":\"%s\",\"risk_score\":%d", eq_level_name(rule->severity), rule->risk_score);
    print_list(out, "tags", rule->tags, rule->n_tags);
    print_list(out, "references", rule->references, rule->n_references);
    print_text(out, "query", rule->source.text);
    eq_buf_puts(out, "},\"eqlite\":{\"dialect\":");
    eq_buf_json(out, eq_slice_of(eq_languages[rule->dialect].name));
    print_text(out, "message", rule->message);
    eq_buf_puts(out, "}}");
}
