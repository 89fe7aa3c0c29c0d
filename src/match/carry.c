/* carry.c — see carry.h. */
#include "match/carry.h"

/* ── Which fields ── */

struct finding {
    const struct eq_program *program;
    bool *seen;
};

static void note(struct finding *f, uint32_t field)
{
    if (field != EQ_NONE)
        f->seen[field] = true;
}

/* Fields that a condition reads through aliases: the events that they stand for are kept with them. */
static void note_aliases(struct finding *f, const struct eq_node *n)
{
    if (n->kind == EQ_N_FIELD && n->frame >= EQ_FRAME_ALIAS)
        note(f, eq_fields_find(f->program->fields, n->path));
    for (uint32_t i = 0; i < n->n_kids; i++)
        note_aliases(f, n->kids[i]);
}

static void note_rule(struct finding *f, const struct eq_program_rule *rule)
{
    const struct eq_plan *plan = rule->plan;
    for (uint32_t s = 0; s < plan->n_stages; s++) {
        for (uint32_t k = 0; k < plan->stages[s].n_keys; k++)
            note(f, rule->keys[s * plan->stages[s].n_keys + k]);
        note_aliases(f, plan->stages[s].filter);
    }
    if (!plan->until)
        return;
    for (uint32_t k = 0; k < plan->until->n_keys; k++)
        note(f, rule->keys[plan->n_stages * plan->until->n_keys + k]);
    note_aliases(f, plan->until->filter);
}

enum eq_status eq_carry_fields_find(struct eq_carry_fields *out, const struct eq_program *program, struct eq_arena *arena)
{
    uint32_t n = eq_fields_count(program->fields);
    struct finding f = {program, eq_arena_alloc(arena, n + 1)};
    out->fields = eq_arena_alloc(arena, (n + 1) * sizeof *out->fields);
    out->n = 0;
    if (!f.seen || !out->fields)
        return EQ_NOMEM;
    for (size_t r = 0; r < program->n_rules; r++)
        note_rule(&f, &program->rules[r]);
    for (uint32_t i = 0; i < program->n_partition_fields; i++)
        note(&f, program->partition_fields[i]);
    for (unsigned i = 0; program->n_trackers && i < EQ_LF_COUNT; i++)
        note(&f, program->lineage_fields[i]);
    for (uint32_t i = 0; i < n; i++)
        if (f.seen[i])
            out->fields[out->n++] = i;
    return EQ_OK;
}

/* ── Packs ── */

void eq_carry_pack_init(struct eq_carry_pack *p, const struct eq_alloc *alloc)
{
    *p = (struct eq_carry_pack){.alloc = alloc};
    eq_arena_init(&p->texts, alloc);
}

void eq_carry_pack_free(struct eq_carry_pack *p)
{
    eq_free(p->alloc, p->values);
    eq_free(p->alloc, p->fields);
    eq_free(p->alloc, p->next);
    eq_arena_free(&p->texts);
}

void eq_carry_pack_clear(struct eq_carry_pack *p)
{
    p->n = 0;
    eq_arena_reset(&p->texts);
}

/* A text that stays: in the event's bytes, or copied. False without memory. */
static bool stay(struct eq_slice *s, struct eq_carry_pack *p, struct eq_slice text)
{
    uintptr_t at = (uintptr_t)s->ptr, from = (uintptr_t)text.ptr;
    if (s->len == 0 || (at >= from && at - from <= text.len && s->len <= text.len - (at - from)))
        return true;
    *s = eq_arena_copy(&p->texts, *s);
    return s->ptr != NULL;
}

static enum eq_status add_value(struct eq_carry_pack *p, uint32_t field, const struct eq_value *v, struct eq_slice text)
{
    struct eq_value copy = *v;
    if (p->n >= UINT32_MAX - 1)
        return EQ_LIMIT;
    if (!eq_grow(p->alloc, &p->values, &p->cap_values, p->n + 1, sizeof *p->values) ||
        !eq_grow(p->alloc, &p->fields, &p->cap_fields, p->n + 1, sizeof *p->fields) ||
        !eq_grow(p->alloc, &p->next, &p->cap_next, p->n + 1, sizeof *p->next))
        return EQ_NOMEM;
    if (v->type == EQ_STRING || eq_value_is_number(v)) {
        struct eq_slice s = eq_slice(v->s, v->len);
        if (!stay(&s, p, text))
            return EQ_NOMEM;
        copy.s = s.ptr;
    }
    p->values[p->n] = copy;
    p->fields[p->n] = field;
    p->next[p->n] = EQ_END_OF_CHAIN;
    p->n++;
    return EQ_OK;
}

static enum eq_status add_field(struct eq_carry_pack *p, uint32_t field, const struct eq_event *event, struct eq_slice text)
{
    const struct eq_frame *f = &event->frame;
    bool more = false;
    for (uint32_t v = f->slots[field].head; v != EQ_END_OF_CHAIN; v = f->next[v]) {
        if (more)
            p->next[p->n - 1] = (uint32_t)p->n;
        enum eq_status st = add_value(p, field, &f->values[v], text);
        if (st != EQ_OK)
            return st;
        more = true;
    }
    return EQ_OK;
}

enum eq_status eq_carry_add(struct eq_carried *out, struct eq_carry_pack *p, const struct eq_carry_fields *fields,
                            const struct eq_event *event, struct eq_slice text)
{
    enum eq_status st = EQ_OK;
    *out = (struct eq_carried){(uint32_t)p->n, 0, event->raw, event->id, event->index, event->repairs};
    if (!stay(&out->raw, p, text) || !stay(&out->id, p, text) || !stay(&out->index, p, text))
        return EQ_NOMEM;
    for (size_t i = 0; i < fields->n && st == EQ_OK; i++)
        st = add_field(p, fields->fields[i], event, text);
    out->n = (uint32_t)p->n - out->first;
    return st;
}

/* ── Views ── */

enum eq_status eq_carry_view_init(struct eq_carry_view *v, size_t n_fields, const struct eq_alloc *alloc)
{
    *v = (struct eq_carry_view){.alloc = alloc, .n_fields = n_fields};
    v->slots = eq_new(alloc, (n_fields + 1) * sizeof *v->slots);
    if (!v->slots)
        return EQ_NOMEM;
    for (size_t i = 0; i < n_fields; i++)
        v->slots[i] = (struct eq_slot){EQ_END_OF_CHAIN, EQ_END_OF_CHAIN};
    return EQ_OK;
}

void eq_carry_view_free(struct eq_carry_view *v)
{
    if (v->alloc)
        eq_free(v->alloc, v->slots);
}

const struct eq_event *eq_carry_show(struct eq_carry_view *v, const struct eq_carry_pack *pack, const struct eq_carried *c)
{
    for (uint32_t i = c->first; i < c->first + c->n; i++) {
        struct eq_slot *slot = &v->slots[pack->fields[i]];
        if (slot->head == EQ_END_OF_CHAIN)
            slot->head = i;
        slot->tail = i;
    }
    v->shown = pack;
    v->first = c->first;
    v->n = c->n;
    v->event = (struct eq_event){
        .frame = {v->slots, pack->values, pack->next}, .raw = c->raw, .id = c->id, .index = c->index, .repairs = c->repairs};
    return &v->event;
}

void eq_carry_hide(struct eq_carry_view *v)
{
    for (uint32_t i = v->first; v->shown && i < v->first + v->n; i++)
        v->slots[v->shown->fields[i]] = (struct eq_slot){EQ_END_OF_CHAIN, EQ_END_OF_CHAIN};
    v->shown = NULL;
}
