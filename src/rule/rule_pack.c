/* rule_pack.c — all that eqlite reads of a rule, in an image and back: see base/image.h. The document is left out. */
#include "base/image.h"
#include "rule/rule.h"

static void pack_texts(struct eq_image *k, struct eq_slice **items, size_t *n)
{
    eq_image_array(k, items, n, sizeof **items);
    for (size_t i = 0; i < *n; i++)
        eq_image_text(k, &(*items)[i]);
}

/* A number below `limit`: `v`, or what is read. */
static uint32_t pack_choice(struct eq_image *k, uint32_t v, uint32_t limit)
{
    eq_image_u32(k, &v);
    k->bad |= v >= limit;
    return v < limit ? v : 0;
}

static void pack_item(struct eq_image *k, struct eq_threat_item *item)
{
    eq_image_text(k, &item->id);
    eq_image_text(k, &item->name);
    eq_image_text(k, &item->reference);
    eq_image_bool(k, &item->sub);
}

static void pack_threats(struct eq_image *k, struct eq_rule *r)
{
    eq_image_array(k, &r->threats, &r->n_threats, sizeof *r->threats);
    for (size_t i = 0; i < r->n_threats; i++) {
        struct eq_threat *t = &r->threats[i];
        eq_image_text(k, &t->framework);
        pack_item(k, &t->tactic);
        eq_image_array(k, &t->techniques, &t->n_techniques, sizeof *t->techniques);
        for (size_t j = 0; j < t->n_techniques; j++)
            pack_item(k, &t->techniques[j]);
    }
}

static void pack_expected(struct eq_image *k, struct eq_rule_test *t)
{
    eq_image_array(k, &t->fields, &t->n_fields, sizeof *t->fields);
    for (size_t i = 0; i < t->n_fields; i++) {
        uint64_t alert = t->fields[i].alert;
        eq_image_u64(k, &alert);
        k->bad |= alert > SIZE_MAX;
        if (k->reading)
            t->fields[i].alert = (size_t)alert;
        eq_image_text(k, &t->fields[i].path);
        eq_image_text(k, &t->fields[i].value);
    }
}

static void pack_test(struct eq_image *k, struct eq_rule_test *t)
{
    eq_image_text(k, &t->name);
    eq_image_text(k, &t->events);
    eq_image_text(k, &t->file);
    eq_image_text(k, &t->now);
    eq_image_i64(k, &t->alerts);
    eq_image_i64(k, &t->at_least);
    eq_image_i64(k, &t->at_most);
    pack_texts(k, &t->event_ids, &t->n_event_ids);
    pack_texts(k, &t->join_keys, &t->n_join_keys);
    pack_expected(k, t);
    eq_image_text(k, &t->path);
    eq_image_u32(k, &t->line);
}

static void pack_source(struct eq_image *k, struct eq_source *s)
{
    eq_image_text(k, &s->name);
    eq_image_text(k, &s->text);
    eq_image_u32(k, &s->line);
    eq_image_u32(k, &s->column);
}

static void pack_numbers(struct eq_image *k, struct eq_rule *r)
{
    uint32_t severity = pack_choice(k, r->severity, EQ_LEVEL_CRITICAL + 1);
    uint32_t risk = pack_choice(k, (uint32_t)r->risk_score, 101);
    uint32_t dialect = pack_choice(k, r->dialect, EQ_DIALECT_COUNT);
    eq_image_i64(k, &r->max_signals);
    if (!k->reading)
        return;
    r->severity = (enum eq_level)severity;
    r->risk_score = (int)risk;
    r->dialect = (enum eq_dialect)dialect;
}

void eq_rule_pack(struct eq_image *k, struct eq_rule *r)
{
    struct eq_slice *const texts[] = {&r->path,     &r->id,   &r->name,           &r->description,     &r->note,
                                      &r->license,  &r->author, &r->interval,     &r->from,            &r->message,
                                      &r->type,     &r->category_field, &r->timestamp_field, &r->timestamp_override};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        eq_image_text(k, texts[i]);
    pack_numbers(k, r);
    pack_texts(k, &r->tags, &r->n_tags);
    pack_texts(k, &r->index, &r->n_index);
    pack_texts(k, &r->references, &r->n_references);
    pack_threats(k, r);
    pack_source(k, &r->source);
    eq_image_array(k, &r->tests, &r->n_tests, sizeof *r->tests);
    for (size_t i = 0; i < r->n_tests; i++)
        pack_test(k, &r->tests[i]);
}
