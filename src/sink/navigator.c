/* navigator.c — what rules cover, as a layer of the ATT&CK Navigator (format 4.5).
 *
 *      score       how many rules are about a technique; the lighter the fewer
 *      comment     which
 *      metadata    how many alerts they have raised, if there were any; such techniques stand out by their colour
 *
 * A layer says what the rules given are about: alerts that name other rules add theirs. A rule that names a tactic
 * alone colours no technique. Techniques are in order of their ids, so the same rules make the same layer. */
#include "base/sort.h"
#include "sink/sink_priv.h"

#define NAMES_MAX 20 /* rules in a comment */
#define RAISED "#e6550d"

struct cell { /* a technique as one tactic has it */
    struct eq_slice id, tactic;
    uint32_t *rules; /* by index, ascending */
    size_t n, cap;
    uint64_t alerts;
};

struct layer {
    uint64_t *alerts; /* by eq_sink_rule_index */
    size_t n_alerts, alerts_cap;
    struct eq_intern names; /* "T1059.001 execution" */
    struct cell *cells;     /* by number in `names` */
    size_t cells_cap;
};

static enum eq_status put(struct eq_sink *s, const struct eq_alert *a)
{
    struct layer *l = s->state;
    size_t index = eq_sink_rule_index(s, a->rule);
    if (!eq_grow(s->alloc, &l->alerts, &l->alerts_cap, index + 1, sizeof *l->alerts))
        return EQ_NOMEM;
    while (l->n_alerts <= index)
        l->alerts[l->n_alerts++] = 0;
    l->alerts[index]++;
    return EQ_OK;
}

/* ── Cells ── */

/* "Command and Control" is command-and-control there. */
static void short_name(struct eq_buf *out, struct eq_slice tactic)
{
    for (size_t i = 0; i < tactic.len; i++) {
        char c = tactic.ptr[i];
        eq_buf_putc(out, c == ' ' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
    }
}

static struct cell *cell_of(struct eq_sink *s, const struct eq_sink_technique *t)
{
    struct layer *l = s->state;
    struct eq_buf *key = &s->document;
    uint32_t number;
    bool added;
    eq_buf_clear(key);
    eq_buf_add(key, t->id);
    eq_buf_putc(key, ' ');
    short_name(key, t->tactic);
    if (key->failed || !eq_grow(s->alloc, &l->cells, &l->cells_cap, l->names.n + 1, sizeof *l->cells) ||
        eq_intern_put(&number, &l->names, eq_buf_slice(key), &added) != EQ_OK)
        return NULL;
    if (added) {
        struct eq_slice name = l->names.items[number];
        l->cells[number] = (struct cell){.id = eq_slice(name.ptr, t->id.len),
                                         .tactic = eq_slice(name.ptr + t->id.len + 1, name.len - t->id.len - 1)};
    }
    return &l->cells[number];
}

static enum eq_status add_rule(struct eq_sink *s, size_t index)
{
    struct layer *l = s->state;
    const struct eq_sink_rule *rule = eq_sink_rule_at(s, eq_sink_rule_number(s, index));
    if (!rule)
        return EQ_NOMEM;
    for (size_t i = 0; i < rule->n_techniques; i++) {
        const struct eq_sink_technique *t = &rule->techniques[i];
        struct cell *c = t->id.len ? cell_of(s, t) : NULL;
        if (t->id.len && !c)
            return EQ_NOMEM;
        if (!c || (c->n && c->rules[c->n - 1] == index))
            continue;
        if (!eq_grow(s->alloc, &c->rules, &c->cap, c->n + 1, sizeof *c->rules))
            return EQ_NOMEM;
        c->rules[c->n++] = (uint32_t)index;
        c->alerts += index < l->n_alerts ? l->alerts[index] : 0;
    }
    return EQ_OK;
}

/* ── The layer ── */

/* The names of rules that were described before (add_rule), so they are there. */
static void comment(struct eq_sink *s, const struct cell *c)
{
    struct eq_buf *text = &s->document;
    eq_buf_clear(text);
    for (size_t i = 0; i < c->n && i < NAMES_MAX; i++) {
        const struct eq_sink_rule *rule = eq_sink_rule_at(s, eq_sink_rule_number(s, c->rules[i]));
        eq_buf_puts(text, i ? "\n" : "");
        eq_sink_cut(text, rule->name.len ? rule->name : rule->id, 300);
    }
    if (c->n > NAMES_MAX)
        eq_buf_printf(text, "\nand %zu more", c->n - NAMES_MAX);
    eq_buf_json(&s->out, eq_buf_slice(text));
    s->out.failed = s->out.failed || text->failed;
}

static void technique(struct eq_sink *s, const struct cell *c)
{
    struct eq_buf *out = &s->out;
    eq_buf_puts(out, "    {\"techniqueID\":");
    eq_buf_json(out, c->id);
    if (c->tactic.len) {
        eq_buf_puts(out, ",\"tactic\":");
        eq_buf_json(out, c->tactic);
    }
    eq_buf_printf(out, ",\"score\":%zu", c->n);
    if (c->alerts)
        eq_buf_puts(out, ",\"color\":\"" RAISED "\"");
    eq_buf_puts(out, ",\"comment\":");
    comment(s, c);
    eq_buf_puts(out, ",\"enabled\":true");
    if (c->alerts)
        eq_buf_printf(out, ",\"metadata\":[{\"name\":\"alerts\",\"value\":\"%llu\"}]", (unsigned long long)c->alerts);
    eq_buf_puts(out, memchr(c->id.ptr, '.', c->id.len) ? "}" : ",\"showSubtechniques\":true}");
}

static void head(struct eq_sink *s, uint64_t alerts)
{
    struct eq_buf *out = &s->out;
    size_t n = eq_sink_rules(s);
    eq_buf_puts(out, "{\n  \"name\": ");
    eq_buf_json(out, s->o.title.len ? s->o.title : EQ_LIT("eqlite coverage"));
    eq_buf_puts(out, ",\n  \"versions\": {");
    if (s->o.attack_version.len) {
        eq_buf_puts(out, "\"attack\": ");
        eq_buf_json(out, s->o.attack_version);
        eq_buf_puts(out, ", ");
    }
    eq_buf_puts(out, "\"navigator\": \"5.1.0\", \"layer\": \"4.5\"},\n  \"domain\": \"enterprise-attack\",\n");
    eq_buf_printf(out, "  \"description\": \"What %zu rule%s about", n, n == 1 ? " is" : "s are");
    if (alerts)
        eq_buf_printf(out, ", and what %llu alert%s raised", (unsigned long long)alerts, alerts == 1 ? "" : "s");
    eq_buf_puts(out, ".\",\n  \"hideDisabled\": false,\n  \"techniques\": [\n");
}

static void tail(struct eq_sink *s, size_t most, bool alerts)
{
    struct eq_buf *out = &s->out;
    eq_buf_printf(
        out, "  ],\n  \"gradient\": {\"colors\": [\"#deebf7\", \"#3182bd\"], \"minValue\": 1, \"maxValue\": %zu},\n",
        most > 1 ? most : 2);
    eq_buf_puts(out, "  \"legendItems\": [{\"label\": \"covered by rules\", \"color\": \"#3182bd\"}");
    if (alerts)
        eq_buf_puts(out, ", {\"label\": \"raised alerts\", \"color\": \"" RAISED "\"}");
    eq_buf_puts(out,
                "],\n  \"selectTechniquesAcrossTactics\": false,\n  \"selectSubtechniquesWithParent\": false\n}\n");
}

static bool comes_before(uint32_t a, uint32_t b, const void *ctx)
{
    const struct layer *l = ctx;
    return eq_slice_cmp(l->names.items[a], l->names.items[b]) < 0;
}

static enum eq_status print(struct eq_sink *s)
{
    struct layer *l = s->state;
    size_t most = 0, n = l->names.n;
    uint64_t alerts = 0;
    uint32_t *order = eq_arena_alloc(&s->arena, (n + 1) * sizeof *order);
    if (!order)
        return EQ_NOMEM;
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    eq_sort(order, n, comes_before, l);
    for (size_t i = 0; i < n; i++)
        most = l->cells[i].n > most ? l->cells[i].n : most;
    for (size_t i = 0; i < l->n_alerts; i++)
        alerts += l->alerts[i];
    head(s, alerts);
    for (size_t i = 0; i < n; i++) {
        technique(s, &l->cells[order[i]]);
        eq_buf_puts(&s->out, i + 1 < n ? ",\n" : "\n");
    }
    tail(s, most, alerts > 0);
    return eq_sink_flush(s);
}

static enum eq_status end(struct eq_sink *s)
{
    enum eq_status st = EQ_OK;
    for (size_t i = 0, n = eq_sink_rules(s); st == EQ_OK && i < n; i++)
        st = add_rule(s, i);
    return st == EQ_OK ? print(s) : st;
}

static void close_layer(struct eq_sink *s)
{
    struct layer *l = s->state;
    for (size_t i = 0; i < l->names.n; i++)
        eq_free(s->alloc, l->cells[i].rules);
    eq_free(s->alloc, l->cells);
    eq_free(s->alloc, l->alerts);
    eq_intern_free(&l->names);
}

enum eq_status eq_sink_navigator(struct eq_sink *s)
{
    struct layer *l = eq_arena_alloc(&s->arena, sizeof *l);
    if (!l)
        return EQ_NOMEM;
    eq_intern_init(&l->names, s->alloc);
    s->state = l;
    s->put = put;
    s->end = end;
    s->close = close_layer;
    return EQ_OK;
}
