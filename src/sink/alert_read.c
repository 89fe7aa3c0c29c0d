/* alert_read.c — alert documents read back: the text of an alert, as alert_ecs.c or alert_compact.c printed it, is an
 * alert again.
 *
 *      {"kibana.alert.rule.rule_id":…,"eqlite":{"join_keys":[…],"steps":[{"event":{…},"source":{…}}]}}     ecs
 *      {"rule":{"id":…},"join_keys":[…],"source":{…},"events":[{…},null]}                                  compact
 *      {"kibana.alert.rule.rule_id":…,"process":{…}}        of Elastic Security: the document is its only event
 *
 * Events are cut out as they are written, so nothing of them is lost. A rule that the caller does not know, a foreign
 * one, is described by the first alert that names it, in texts of bounded length. */
#include "sink/json_check.h"
#include "sink/json_cut.h"
#include "sink/sink_priv.h"

#define FOREIGN_MAX 5000 /* rules; alerts of further ones count for one that says so */
#define TEXT_MAX 300     /* bytes of an id or a name */
#define LONG_MAX 4096    /* of a description or a query */
#define TECHNIQUES_MAX 100

/* What a document or a piece of it may have: READ(id, path). */
#define READ_FIELDS(READ)                                                                                              \
    READ(RULE_ID, "kibana.alert.rule.rule_id")                                                                         \
    READ(RULE_UUID, "kibana.alert.rule.uuid")                                                                          \
    READ(RULE_NAME, "kibana.alert.rule.name")                                                                          \
    READ(DESCRIPTION, "kibana.alert.rule.description")                                                                 \
    READ(QUERY, "kibana.alert.rule.parameters.query")                                                                  \
    READ(SEVERITY, "kibana.alert.severity")                                                                            \
    READ(RISK, "kibana.alert.risk_score")                                                                              \
    READ(UUID, "kibana.alert.uuid")                                                                                    \
    READ(GROUP, "kibana.alert.group.id")                                                                               \
    READ(SHORT_ID, "rule.id")                                                                                          \
    READ(SHORT_NAME, "rule.name")                                                                                      \
    READ(SHORT_SEVERITY, "rule.severity")                                                                              \
    READ(SHORT_RISK, "rule.risk_score")                                                                                \
    READ(PATH, "path")                                                                                                 \
    READ(LINE, "line")                                                                                                 \
    READ(OFFSET, "offset")                                                                                             \
    READ(ID, "id")                                                                                                     \
    READ(NAME, "name")                                                                                                 \
    READ(KEY, "key")

enum read_field {
#define READ(id, path) READ_##id,
    READ_FIELDS(READ)
#undef READ
        READ_COUNT
};

struct eq_alert_reader {
    struct eq_sink *sink;
    struct eq_view document, piece;
    uint32_t document_fields[READ_COUNT], piece_fields[READ_COUNT];
    struct eq_arena arena; /* of the alert under way */
    struct eq_buf text;    /* scratch */
    struct eq_arena about; /* of foreign rules */
    struct eq_intern ids;  /* foreign rules by number */
    struct eq_sink_rule *rules;
    size_t rules_cap;
};

static enum eq_status open_views(struct eq_alert_reader *r)
{
    static const char *const paths[] = {
#define READ(id, path) path,
        READ_FIELDS(READ)
#undef READ
    };
    struct eq_slice slices[READ_COUNT];
    for (size_t i = 0; i < READ_COUNT; i++)
        slices[i] = eq_slice_of(paths[i]);
    enum eq_status st = eq_view_init(&r->document, slices, r->document_fields, READ_COUNT, r->sink->alloc);
    return st == EQ_OK ? eq_view_init(&r->piece, slices, r->piece_fields, READ_COUNT, r->sink->alloc) : st;
}

enum eq_status eq_alert_reader_new(struct eq_alert_reader **out, struct eq_sink *s)
{
    struct eq_alert_reader *r = eq_new(s->alloc, sizeof *r);
    if (!r)
        return EQ_NOMEM;
    r->sink = s;
    eq_arena_init(&r->arena, s->alloc);
    eq_arena_init(&r->about, s->alloc);
    eq_buf_init(&r->text, s->alloc);
    eq_intern_init(&r->ids, s->alloc);
    enum eq_status st = open_views(r);
    if (st != EQ_OK) {
        eq_alert_reader_free(r);
        return st;
    }
    *out = r;
    return EQ_OK;
}

void eq_alert_reader_free(struct eq_alert_reader *r)
{
    if (!r)
        return;
    eq_view_free(&r->document);
    eq_view_free(&r->piece);
    eq_arena_free(&r->arena);
    eq_arena_free(&r->about);
    eq_buf_free(&r->text);
    eq_intern_free(&r->ids);
    eq_free(r->sink->alloc, r->rules);
    eq_free(r->sink->alloc, r);
}

size_t eq_alert_reader_rules(const struct eq_alert_reader *r)
{
    return r ? r->ids.n : 0;
}

const struct eq_sink_rule *eq_alert_reader_rule(const struct eq_alert_reader *r, size_t i)
{
    return r && i < r->ids.n ? &r->rules[i] : NULL;
}

/* ── Texts ── */

/* A string of a view, at most `max` bytes of it with "…" for what is left out, kept in `arena`; empty if it has none.
 */
static bool keep_text(struct eq_slice *out, struct eq_arena *arena, const struct eq_view *v, uint32_t field, size_t max)
{
    const struct eq_value *value = eq_view_first(v, field);
    struct eq_buf cut;
    *out = eq_slice("", 0);
    if (!value || value->type != EQ_STRING)
        return true;
    eq_buf_init(&cut, arena->alloc);
    eq_sink_cut(&cut, eq_value_slice(value), max);
    *out = eq_arena_copy(arena, eq_buf_slice(&cut));
    bool fine = !cut.failed && out->ptr;
    eq_buf_free(&cut);
    return fine;
}

/* The first of two fields of the document that is there. */
static bool keep_either(struct eq_slice *out, struct eq_alert_reader *r, struct eq_arena *arena, enum read_field a,
                        enum read_field b)
{
    if (!keep_text(out, arena, &r->document, r->document_fields[a], TEXT_MAX))
        return false;
    return out->len || keep_text(out, arena, &r->document, r->document_fields[b], TEXT_MAX);
}

static uint64_t number(const struct eq_view *v, uint32_t field)
{
    const struct eq_value *value = eq_view_first(v, field);
    return value && value->type == EQ_INT && value->i > 0 ? (uint64_t)value->i : 0;
}

/* ── Foreign rules ── */

/* Look at an object inside the document. */
static bool open_piece(struct eq_alert_reader *r, struct eq_slice json)
{
    return eq_view_open(&r->piece, json) == EQ_OK;
}

static bool keep_item(struct eq_slice *id, struct eq_slice *name, struct eq_alert_reader *r, struct eq_slice json)
{
    return open_piece(r, json) && keep_text(id, &r->about, &r->piece, r->piece_fields[READ_ID], TEXT_MAX) &&
           keep_text(name, &r->about, &r->piece, r->piece_fields[READ_NAME], TEXT_MAX);
}

struct techniques {
    struct eq_sink_technique *items;
    size_t n;
};

/* One technique of a tactic, and its sub-techniques. */
static bool keep_technique(struct techniques *t, struct eq_alert_reader *r, struct eq_sink_technique tactic,
                           struct eq_slice json)
{
    struct eq_slice subs = {0}, sub;
    struct eq_sink_technique *item = &t->items[t->n];
    *item = tactic;
    if (!keep_item(&item->id, &item->name, r, json))
        return false;
    t->n++;
    if (!eq_json_cut_member(&subs, json, EQ_LIT("subtechnique")))
        return true;
    while (t->n < TECHNIQUES_MAX && eq_json_cut_next(&sub, &subs)) {
        item = &t->items[t->n];
        *item = tactic;
        if (!keep_item(&item->id, &item->name, r, sub))
            return false;
        t->n++;
    }
    return true;
}

/* rule.threat, as Elastic has it. */
static bool keep_threats(struct eq_sink_rule *rule, struct eq_alert_reader *r, struct eq_slice json)
{
    struct techniques t = {0};
    struct eq_slice threats = {0}, threat;
    if (!eq_json_cut_member(&threats, json, EQ_LIT("kibana.alert.rule.threat")))
        return true;
    t.items = eq_arena_alloc(&r->about, TECHNIQUES_MAX * sizeof *t.items);
    if (!t.items)
        return false;
    while (t.n < TECHNIQUES_MAX && eq_json_cut_next(&threat, &threats)) {
        struct eq_slice object = {0}, techniques = {0}, technique;
        struct eq_sink_technique tactic = {0};
        if (eq_json_cut_member(&object, threat, EQ_LIT("tactic")) &&
            !keep_item(&tactic.tactic_id, &tactic.tactic, r, object))
            return false;
        size_t before = t.n;
        if (eq_json_cut_member(&techniques, threat, EQ_LIT("technique")))
            while (t.n < TECHNIQUES_MAX && eq_json_cut_next(&technique, &techniques))
                if (!keep_technique(&t, r, tactic, technique))
                    return false;
        if (t.n == before)
            t.items[t.n++] = tactic;
    }
    rule->techniques = t.items;
    rule->n_techniques = t.n;
    return true;
}

static bool describe(struct eq_sink_rule *rule, struct eq_alert_reader *r, struct eq_slice id, struct eq_slice json)
{
    const struct eq_view *v = &r->document;
    uint64_t risk = number(v, r->document_fields[READ_RISK]);
    if (!risk)
        risk = number(v, r->document_fields[READ_SHORT_RISK]);
    *rule = (struct eq_sink_rule){.id = eq_arena_copy(&r->about, id), .risk_score = risk > 100 ? 100 : (int)risk};
    return rule->id.ptr && keep_either(&rule->name, r, &r->about, READ_RULE_NAME, READ_SHORT_NAME) &&
           keep_either(&rule->severity, r, &r->about, READ_SEVERITY, READ_SHORT_SEVERITY) &&
           keep_text(&rule->description, &r->about, v, r->document_fields[READ_DESCRIPTION], LONG_MAX) &&
           keep_text(&rule->query, &r->about, v, r->document_fields[READ_QUERY], LONG_MAX) &&
           keep_threats(rule, r, json);
}

static enum eq_status foreign_rule(uint32_t *out, struct eq_alert_reader *r, struct eq_slice id, struct eq_slice json)
{
    static const struct eq_slice others = {"further rules", 13};
    struct eq_slice key = r->ids.n < FOREIGN_MAX || eq_intern_find(&r->ids, id) != EQ_NONE ? id : others;
    bool added;
    uint32_t n;
    if (!eq_grow(r->sink->alloc, &r->rules, &r->rules_cap, r->ids.n + 1, sizeof *r->rules))
        return EQ_NOMEM;
    enum eq_status st = eq_intern_put(&n, &r->ids, key, &added);
    if (st != EQ_OK)
        return st;
    *out = EQ_SINK_FOREIGN + n;
    if (!added)
        return EQ_OK;
    r->rules[n] = (struct eq_sink_rule){.id = others, .name = others};
    return key.ptr == others.ptr || describe(&r->rules[n], r, id, json) ? EQ_OK : EQ_NOMEM;
}

static enum eq_status find_rule(uint32_t *out, struct eq_alert_reader *r, struct eq_slice json)
{
    const struct eq_sink_options *o = &r->sink->o;
    struct eq_slice id, name;
    if (!keep_either(&id, r, &r->arena, READ_RULE_ID, READ_SHORT_ID) ||
        (!id.len && !keep_text(&id, &r->arena, &r->document, r->document_fields[READ_RULE_UUID], TEXT_MAX)) ||
        !keep_either(&name, r, &r->arena, READ_RULE_NAME, READ_SHORT_NAME))
        return EQ_NOMEM;
    if (!id.len)
        id = name;
    if (!id.len)
        return EQ_INVALID;
    *out = o->find_rule ? o->find_rule(id, o->ctx) : EQ_NONE;
    return *out == EQ_NONE ? foreign_rule(out, r, id, json) : EQ_OK;
}

/* ── Events and keys ── */

static bool is_null(struct eq_slice json)
{
    return eq_slice_eq(json, EQ_LIT("null"));
}

static size_t count(struct eq_slice array)
{
    struct eq_slice element;
    size_t n = 0;
    while (eq_json_cut_next(&element, &array))
        n++;
    return n;
}

static bool read_source(struct eq_origin *out, struct eq_alert_reader *r, struct eq_slice object)
{
    struct eq_slice source = {0};
    if (!eq_json_cut_member(&source, object, EQ_LIT("source")))
        return true;
    if (!open_piece(r, source) || !keep_text(&out->path, &r->arena, &r->piece, r->piece_fields[READ_PATH], TEXT_MAX))
        return false;
    out->line = number(&r->piece, r->piece_fields[READ_LINE]);
    out->offset = number(&r->piece, r->piece_fields[READ_OFFSET]);
    return true;
}

/* `steps` are objects with an event inside, or (compact) the events themselves. */
static bool read_events(struct eq_alert *a, struct eq_alert_reader *r, struct eq_slice array, bool steps)
{
    struct eq_slice element;
    size_t n = count(array);
    struct eq_alert_event *events = eq_arena_alloc(&r->arena, (n + 1) * sizeof *events);
    a->events = events;
    a->n_events = n;
    if (!events)
        return false;
    for (size_t i = 0; i < n && eq_json_cut_next(&element, &array); i++) {
        events[i].json = element;
        if (steps) {
            events[i].json = eq_slice("null", 4);
            if (eq_json_cut_member(&events[i].json, element, EQ_LIT("event")) &&
                !read_source(&events[i].origin, r, element))
                return false;
        }
        events[i].missing = is_null(events[i].json);
    }
    return true;
}

/* A compact document tells of the last event where it was. */
static bool read_short_events(struct eq_alert *a, struct eq_alert_reader *r, struct eq_slice array,
                              struct eq_slice json)
{
    struct eq_origin origin = {0};
    if (!read_events(a, r, array, false) || !read_source(&origin, r, json))
        return false;
    struct eq_alert_event *last = (struct eq_alert_event *)eq_sink_last_event(a); /* ours */
    if (last)
        last->origin = origin;
    return true;
}

static bool read_itself(struct eq_alert *a, struct eq_alert_reader *r, struct eq_slice json)
{
    struct eq_alert_event *event = eq_arena_alloc(&r->arena, sizeof *event);
    if (!event)
        return false;
    event->json = json;
    a->events = event;
    a->n_events = 1;
    return true;
}

/* Keys are scalars; each is read as the member of an object made for it. */
static bool read_keys(struct eq_alert *a, struct eq_alert_reader *r, struct eq_slice array)
{
    struct eq_slice element;
    size_t n = count(array);
    struct eq_value *keys = eq_arena_alloc(&r->arena, (n + 1) * sizeof *keys);
    if (!keys)
        return false;
    for (size_t i = 0; i < n && eq_json_cut_next(&element, &array); i++) {
        eq_buf_clear(&r->text);
        eq_buf_puts(&r->text, "{\"key\":");
        eq_buf_add(&r->text, element);
        eq_buf_putc(&r->text, '}');
        if (r->text.failed || !open_piece(r, eq_buf_slice(&r->text)))
            return false;
        const struct eq_value *v = eq_view_first(&r->piece, r->piece_fields[READ_KEY]);
        if (!v)
            continue; /* null */
        keys[i] = *v;
        if (v->len)
            keys[i].s = eq_arena_copy(&r->arena, eq_value_slice(v)).ptr;
        if (v->len && !keys[i].s)
            return false;
    }
    a->keys = keys;
    a->n_keys = n;
    return true;
}

static bool read_body(struct eq_alert *a, struct eq_alert_reader *r, struct eq_slice json)
{
    struct eq_slice own = json, events = {0}, keys = {0};
    bool steps = eq_json_cut_member(&own, json, EQ_LIT("eqlite"));
    bool has_keys = eq_json_cut_member(&keys, own, EQ_LIT("join_keys"));
    bool group = steps ? eq_view_first(&r->document, r->document_fields[READ_GROUP]) != NULL : has_keys;
    bool fine;
    if (eq_json_cut_member(&events, own, steps ? EQ_LIT("steps") : EQ_LIT("events")))
        fine = steps ? read_events(a, r, events, true) : read_short_events(a, r, events, json);
    else
        fine = read_itself(a, r, json);
    a->is_event = !group && a->n_events == 1;
    return fine && read_keys(a, r, keys);
}

enum eq_status eq_alert_read(struct eq_alert *out, struct eq_alert_reader *r, struct eq_slice json)
{
    struct eq_slice inside = {0};
    eq_arena_reset(&r->arena);
    *out = (struct eq_alert){0};
    if (!eq_json_check(json))
        return EQ_INVALID;
    if (eq_json_cut_member(&inside, json, EQ_LIT("_source"))) /* as a search of Elasticsearch gives it */
        json = inside;
    if (eq_view_open(&r->document, json) != EQ_OK)
        return EQ_NOMEM;
    if (!r->document.event)
        return EQ_INVALID;
    enum eq_status st = find_rule(&out->rule, r, json);
    if (st != EQ_OK)
        return st;
    if (!read_body(out, r, json) ||
        !keep_text(&r->sink->given_id, &r->arena, &r->document, r->document_fields[READ_UUID], TEXT_MAX))
        return EQ_NOMEM;
    return EQ_OK;
}
