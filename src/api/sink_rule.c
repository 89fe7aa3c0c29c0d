/* sink_rule.c — what a sink says about a rule: its metadata, with threats as Elastic prints them and as ATT&CK counts
 * them. See sink_rule.h. */
#include "api/sink_rule.h"

#include "rule/attack.h"

/* Without the brace that closes it. */
static void open_item(struct eq_buf *out, const struct eq_threat_item *item)
{
    eq_buf_puts(out, "{\"id\":");
    eq_buf_json(out, item->id);
    eq_buf_puts(out, ",\"name\":");
    eq_buf_json(out, item->name);
    eq_buf_puts(out, ",\"reference\":");
    eq_buf_json(out, item->reference);
}

/* [{…},{…,"subtechnique":[{…}]}]; a sub-technique never comes first. */
static void print_techniques(struct eq_buf *out, const struct eq_threat_item *items, size_t n)
{
    eq_buf_putc(out, '[');
    for (size_t i = 0; i < n; i++) {
        bool first = i == 0 || items[i - 1].sub != items[i].sub;
        eq_buf_puts(out, !items[i].sub ? (i ? "," : "") : first ? ",\"subtechnique\":[" : ",");
        open_item(out, &items[i]);
        if (items[i].sub)
            eq_buf_putc(out, '}');
        if (i + 1 == n || !items[i + 1].sub)
            eq_buf_puts(out, items[i].sub ? "]}" : "}");
    }
    eq_buf_putc(out, ']');
}

/* Elastic's rule.threat: [{"framework":…,"tactic":{…},"technique":[{…}]}] */
static struct eq_slice threat_json(struct eq_arena *arena, const struct eq_rule *rule)
{
    struct eq_buf out;
    eq_buf_init(&out, arena->alloc);
    eq_buf_putc(&out, '[');
    for (size_t i = 0; i < rule->n_threats; i++) {
        const struct eq_threat *t = &rule->threats[i];
        eq_buf_puts(&out, i ? ",{\"framework\":" : "{\"framework\":");
        eq_buf_json(&out, t->framework);
        eq_buf_puts(&out, ",\"tactic\":");
        open_item(&out, &t->tactic);
        eq_buf_puts(&out, "},\"technique\":");
        print_techniques(&out, t->techniques, t->n_techniques);
        eq_buf_putc(&out, '}');
    }
    eq_buf_putc(&out, ']');
    struct eq_slice json = {0};
    if (eq_buf_status(&out) == EQ_OK)
        json = eq_arena_copy(arena, eq_buf_slice(&out));
    eq_buf_free(&out);
    return json;
}

/* Only what an alert adds is printed for each alert. */
static struct eq_slice ecs_json(struct eq_arena *arena, const struct eq_sink_rule *about)
{
    struct eq_buf out;
    struct eq_slice json = {0};
    eq_buf_init(&out, arena->alloc);
    eq_sink_rule_ecs(&out, about);
    if (eq_buf_status(&out) == EQ_OK)
        json = eq_arena_copy(arena, eq_buf_slice(&out));
    eq_buf_free(&out);
    return json;
}

/* ── ATT&CK ── */

/* A technique that ATT&CK dropped is the one that replaced it, if that is one. */
static struct eq_slice present_id(struct eq_slice id)
{
    const char *instead = eq_attack_gone(id);
    return instead && *instead && !strchr(instead, ',') ? eq_slice_of(instead) : id;
}

static struct eq_slice known_or(const char *known, struct eq_slice told)
{
    return known ? eq_slice_of(known) : told;
}

static bool find_techniques(struct eq_sink_rule *a, struct eq_arena *arena, const struct eq_rule *rule)
{
    size_t n = 0;
    for (size_t i = 0; i < rule->n_threats; i++)
        n += rule->threats[i].n_techniques + 1;
    struct eq_sink_technique *items = eq_arena_alloc(arena, (n + 1) * sizeof *items);
    if (!items)
        return false;
    n = 0;
    for (size_t i = 0; i < rule->n_threats; i++) {
        const struct eq_threat *t = &rule->threats[i];
        struct eq_sink_technique tactic = {.tactic_id = t->tactic.id,
                                           .tactic = known_or(eq_attack_tactic(t->tactic.id), t->tactic.name)};
        if (t->framework.len && !eq_slice_starts(t->framework, EQ_LIT("MITRE ATT&CK")))
            continue;
        if (!t->n_techniques)
            items[n++] = tactic;
        for (size_t k = 0; k < t->n_techniques; k++) {
            items[n] = tactic;
            items[n].id = present_id(t->techniques[k].id);
            items[n].name = known_or(eq_attack_technique(items[n].id), t->techniques[k].name);
            n += items[n].id.len > 0;
        }
    }
    a->techniques = items;
    a->n_techniques = n;
    return true;
}

struct eq_sink_rule *eq_api_sink_rule(struct eq_arena *arena, const struct eq_rule *rule)
{
    struct eq_sink_rule *a = eq_arena_alloc(arena, sizeof *a);
    if (!a)
        return NULL;
    *a = (struct eq_sink_rule){
        .id = rule->id,
        .name = rule->name,
        .severity = eq_slice_of(eq_level_name(rule->severity)),
        .query = rule->source.text,
        .dialect = eq_slice_of(eq_languages[rule->dialect].name),
        .description = rule->description,
        .message = rule->message,
        .rule_type = rule->type,
        .risk_score = rule->risk_score,
        .tags = rule->tags,
        .index = rule->index,
        .references = rule->references,
        .n_tags = rule->n_tags,
        .n_index = rule->n_index,
        .n_references = rule->n_references,
        .threat_json = threat_json(arena, rule),
    };
    if (!a->threat_json.ptr || !find_techniques(a, arena, rule))
        return NULL;
    a->ecs_json = ecs_json(arena, a);
    return a->ecs_json.ptr ? a : NULL;
}
