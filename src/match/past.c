/* past.c — see past.h. A kept event is one block: the struct, its values, and all text that they point at. */
#include "match/past.h"

#include <stdlib.h>

/* ── Which fields ── */

struct finding {
    const struct eq_program *program;
    bool *seen;
};

static void find_fields(struct finding *f, const struct eq_node *n)
{
    if (n->kind == EQ_N_FIELD && n->frame >= EQ_FRAME_ALIAS) {
        uint32_t field = eq_fields_find(f->program->fields, n->path);
        if (field != EQ_NONE)
            f->seen[field] = true;
    }
    for (uint32_t i = 0; i < n->n_kids; i++)
        find_fields(f, n->kids[i]);
}

enum eq_status eq_past_fields_find(struct eq_past_fields *out, const struct eq_program *program, struct eq_arena *arena)
{
    uint32_t n = eq_fields_count(program->fields);
    struct finding f = {program, eq_arena_alloc(arena, n + 1)};
    out->fields = eq_arena_alloc(arena, (n + 1) * sizeof *out->fields);
    out->n = 0;
    if (!f.seen || !out->fields)
        return EQ_NOMEM;
    for (size_t r = 0; r < program->n_rules; r++) {
        const struct eq_plan *plan = program->rules[r].plan;
        for (uint32_t s = 0; plan->kind == EQ_PLAN_SEQUENCE && s < plan->n_stages; s++) /* others have no aliases */
            find_fields(&f, plan->stages[s].filter);
    }
    for (uint32_t i = 0; i < n; i++)
        if (f.seen[i])
            out->fields[out->n++] = i;
    return EQ_OK;
}

/* ── Keeping ── */

struct eq_alert_event eq_moment_alert_event(const struct eq_moment *m)
{
    return (struct eq_alert_event){.json = m->event->raw,
                                   .id = m->event->id,
                                   .index = m->event->index,
                                   .repairs = m->event->repairs,
                                   .origin = m->origin};
}

static uint32_t first_value(const struct eq_moment *m, size_t i)
{
    return m->event->frame.slots[m->kept_fields->fields[i]].head;
}

static size_t text_bytes(const struct eq_value *v)
{
    return v->type == EQ_STRING || eq_value_is_number(v) ? v->len : 0;
}

/* How many values, and how many bytes of text they have. */
static size_t measure(const struct eq_moment *m, uint32_t *n_values)
{
    const struct eq_frame *f = &m->event->frame;
    size_t bytes = 0;
    *n_values = 0;
    for (size_t i = 0; i < m->kept_fields->n; i++)
        for (uint32_t v = first_value(m, i); v != EQ_END_OF_CHAIN; v = f->next[v]) {
            bytes += text_bytes(&f->values[v]);
            ++*n_values;
        }
    return bytes;
}

static struct eq_slice put(char **at, struct eq_slice s)
{
    char *to = *at;
    if (s.len)
        memcpy(to, s.ptr, s.len);
    *at += s.len;
    return eq_slice(to, s.len);
}

static void put_values(struct eq_past *p, const struct eq_moment *m, char **at)
{
    const struct eq_frame *f = &m->event->frame;
    uint32_t k = 0;
    for (size_t i = 0; i < m->kept_fields->n; i++)
        for (uint32_t v = first_value(m, i); v != EQ_END_OF_CHAIN; v = f->next[v]) {
            p->fields[k] = m->kept_fields->fields[i];
            p->values[k] = f->values[v];
            if (text_bytes(&f->values[v]))
                p->values[k].s = put(at, eq_value_slice(&f->values[v])).ptr;
            k++;
        }
}

struct eq_past *eq_past_block(char **at, const struct eq_alert_event *e, uint32_t n_values, size_t value_bytes,
                              struct eq_budget *budget)
{
    size_t text = e->json.len + e->id.len + e->index.len + e->origin.path.len + value_bytes;
    size_t bytes = sizeof(struct eq_past) + n_values * (sizeof(struct eq_value) + sizeof(uint32_t)) + text;
    struct eq_past *p = budget->alloc->resize(NULL, bytes, budget->alloc->ctx); /* all of it is written below */
    if (!p)
        return NULL;
    *p = (struct eq_past){.references = 1, .bytes = bytes, .event = *e, .n_values = n_values};
    eq_budget_count(budget, bytes);
    p->values = (struct eq_value *)(void *)(p + 1);
    p->fields = (uint32_t *)(void *)(p->values + n_values);
    *at = (char *)(p->fields + n_values);
    p->event.json = put(at, e->json);
    p->event.id = put(at, e->id);
    p->event.index = put(at, e->index);
    p->event.origin.path = put(at, e->origin.path);
    return p;
}

static struct eq_past *past_new(const struct eq_moment *m)
{
    uint32_t n_values;
    size_t value_bytes = measure(m, &n_values);
    struct eq_alert_event e = eq_moment_alert_event(m);
    char *at;
    struct eq_past *p = eq_past_block(&at, &e, n_values, value_bytes, m->budget);
    if (!p)
        return NULL;
    p->time = m->time;
    put_values(p, m, &at);
    return p;
}

struct eq_past *eq_moment_keep(struct eq_moment *m)
{
    if (!m->past)
        m->past = past_new(m);
    if (m->past)
        m->past->references++;
    return m->past;
}

void eq_past_release(struct eq_past *p, struct eq_budget *budget)
{
    if (!p || --p->references)
        return;
    eq_budget_uncount(budget, p->bytes);
    eq_free(budget->alloc, p);
}

void eq_moment_end(struct eq_moment *m)
{
    eq_past_release(m->past, m->budget);
    m->past = NULL;
}

/* ── Reading ── */

enum eq_status eq_past_frame_init(struct eq_past_frame *f, size_t n_fields, const struct eq_alloc *alloc)
{
    *f = (struct eq_past_frame){.slots = eq_new(alloc, (n_fields + 1) * sizeof *f->slots)};
    if (!f->slots)
        return EQ_NOMEM;
    for (size_t i = 0; i < n_fields; i++)
        f->slots[i] = (struct eq_slot){EQ_END_OF_CHAIN, EQ_END_OF_CHAIN};
    f->frame.slots = f->slots;
    return EQ_OK;
}

void eq_past_frame_free(struct eq_past_frame *f, const struct eq_alloc *alloc)
{
    eq_free(alloc, f->slots);
    eq_free(alloc, f->next);
}

enum eq_status eq_past_frame_show(struct eq_past_frame *f, const struct eq_past *p, const struct eq_alloc *alloc)
{
    for (uint32_t i = 0; f->shown && i < f->shown->n_values; i++)
        f->slots[f->shown->fields[i]] = (struct eq_slot){EQ_END_OF_CHAIN, EQ_END_OF_CHAIN};
    f->shown = NULL;
    if (!p)
        return EQ_OK;
    if (!eq_grow(alloc, &f->next, &f->cap_next, p->n_values + 1u, sizeof *f->next))
        return EQ_NOMEM;
    for (uint32_t i = 0; i < p->n_values; i++) {
        struct eq_slot *slot = &f->slots[p->fields[i]];
        f->next[i] = EQ_END_OF_CHAIN;
        if (slot->head == EQ_END_OF_CHAIN)
            slot->head = i;
        else
            f->next[slot->tail] = i;
        slot->tail = i;
    }
    f->frame.values = p->values;
    f->frame.next = f->next;
    f->shown = p;
    return EQ_OK;
}
