/* carry.c — see carry.h. */
#include "match/carry.h"

#include "match/past.h"

/* ── Which fields ── */

static void note(bool *wanted, const uint32_t *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fields[i] != EQ_NONE)
            wanted[fields[i]] = true;
}

/* Fields of the event that are compared with aliases: asked about by whoever knows those. */
static void note_open(bool *wanted, const struct eq_program *p)
{
    for (size_t i = p->n_eager; i < p->n_predicates; i++) {
        const struct eq_expr *x = &p->predicates[i].expr;
        for (uint32_t c = 0; p->predicates[i].kind == EQ_P_EXPR && p->predicates[i].reads && c < x->n_choices; c++)
            if (x->choices[c].frame == EQ_FRAME_EVENT)
                wanted[x->choices[c].field] = true;
    }
}

/* The noted fields as a list; none is noted any more. */
static uint32_t *take_noted(size_t *n, bool *wanted, const struct eq_program *program, struct eq_arena *arena)
{
    uint32_t count = eq_fields_count(program->fields);
    uint32_t *list = eq_arena_alloc(arena, (count + 1) * sizeof *list);
    *n = 0;
    for (uint32_t f = 0; list && f < count; f++) {
        if (wanted[f])
            list[(*n)++] = f;
        wanted[f] = false;
    }
    return list;
}

/* The keys of a stage as one of the lists. */
static enum eq_status note_keys(uint32_t *out, struct eq_carry_fields *fields, struct eq_intern *lists,
                                struct eq_carry_keys keys)
{
    bool added;
    enum eq_status st = eq_intern_put(out, lists, eq_slice((const char *)keys.fields, keys.n * sizeof *keys.fields), &added);
    if (st == EQ_OK && added)
        fields->keys[fields->n_keys++] = keys;
    return st;
}

static enum eq_status note_hits(struct eq_carry_fields *out, const struct eq_program *p)
{
    static const uint32_t nothing[1];
    struct eq_intern lists;
    uint32_t first;
    eq_intern_init(&lists, p->alloc);
    enum eq_status st = note_keys(&first, out, &lists, (struct eq_carry_keys){nothing, 0}); /* of what is no rule's */
    for (size_t c = 0; c < p->n_clauses && st == EQ_OK; c++) {
        const struct eq_clause *clause = &p->clauses[c];
        if (clause->rule == EQ_NONE) /* of a tracker, or inside a search */
            continue;
        const struct eq_program_rule *r = &p->rules[clause->rule];
        uint32_t n = r->plan->stages[0].n_keys; /* all stages, and until behind them, have as many */
        struct eq_carry_hit *hit = &out->hits[c];
        hit->is_open = r->has_aliases;
        st = note_keys(&hit->keys, out, &lists, (struct eq_carry_keys){r->keys + (size_t)clause->stage * n, n});
    }
    eq_intern_free(&lists);
    return st;
}

enum eq_status eq_carry_fields_find(struct eq_carry_fields *out, const struct eq_program *program, struct eq_arena *arena)
{
    struct eq_past_fields past;
    size_t n = eq_fields_count(program->fields);
    bool *wanted = eq_arena_alloc(arena, n + 1);
    *out = (struct eq_carry_fields){.n_fields = n,
                                    .hits = eq_arena_alloc(arena, (program->n_clauses + 1) * sizeof *out->hits),
                                    .keys = eq_arena_alloc(arena, (program->n_clauses + 1) * sizeof *out->keys)};
    if (!wanted || !out->hits || !out->keys || eq_past_fields_find(&past, program, arena) != EQ_OK ||
        note_hits(out, program) != EQ_OK)
        return EQ_NOMEM;
    note(wanted, program->partition_fields, program->n_partition_fields);
    if (program->n_trackers)
        note(wanted, program->lineage_fields, EQ_LF_COUNT);
    out->always = take_noted(&out->n_always, wanted, program, arena);
    note_open(wanted, program);
    note(wanted, past.fields, past.n);
    out->open = take_noted(&out->n_open, wanted, program, arena);
    return out->always && out->open ? EQ_OK : EQ_NOMEM;
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
    eq_free(p->alloc, p->stamps);
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

/* Room for one more value in all three arrays. */
static enum eq_status make_room(struct eq_carry_pack *p)
{
    if (p->n >= UINT32_MAX - 1)
        return EQ_LIMIT;
    bool fine = eq_grow(p->alloc, &p->values, &p->cap_values, p->n + 1, sizeof *p->values) &&
                eq_grow(p->alloc, &p->fields, &p->cap_fields, p->n + 1, sizeof *p->fields) &&
                eq_grow(p->alloc, &p->next, &p->cap_next, p->n + 1, sizeof *p->next);
    if (!fine)
        return EQ_NOMEM;
    p->cap = p->cap_values < p->cap_fields ? p->cap_values : p->cap_fields;
    p->cap = p->cap < p->cap_next ? p->cap : p->cap_next;
    return EQ_OK;
}

static enum eq_status add_value(struct eq_carry_pack *p, uint32_t field, const struct eq_value *v, struct eq_slice text)
{
    struct eq_slice s = eq_slice(v->s, v->len);
    enum eq_status st = p->n < p->cap ? EQ_OK : make_room(p);
    if (st != EQ_OK)
        return st;
    if ((v->type == EQ_STRING || eq_value_is_number(v)) && !stay(&s, p, text))
        return EQ_NOMEM;
    /* Member by member: a copy of the whole would have to wait until all that was written before has arrived. */
    struct eq_value *copy = &p->values[p->n];
    copy->type = v->type;
    copy->len = v->len;
    copy->s = s.ptr;
    copy->u = v->u;
    p->fields[p->n] = field;
    p->next[p->n] = EQ_END_OF_CHAIN;
    p->n++;
    return EQ_OK;
}

static enum eq_status add_field(struct eq_carry_pack *p, uint32_t field, const struct eq_event *event, struct eq_slice text)
{
    const struct eq_frame *f = &event->frame;
    bool more = false;
    if (p->stamps[field] == p->stamp)
        return EQ_OK;
    p->stamps[field] = p->stamp;
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

static enum eq_status add_fields(struct eq_carry_pack *p, const uint32_t *fields, size_t n, const struct eq_event *event,
                                 struct eq_slice text)
{
    enum eq_status st = EQ_OK;
    for (size_t i = 0; i < n && st == EQ_OK; i++)
        st = add_field(p, fields[i], event, text);
    return st;
}

/* A new event: nothing of it was taken. */
static bool begin_event(struct eq_carry_pack *p, const struct eq_carry_fields *fields)
{
    size_t n = fields->n_fields + fields->n_keys + 1;
    if (!p->stamps)
        p->stamps = eq_new(p->alloc, n * sizeof *p->stamps);
    if (!p->stamps)
        return false;
    if (++p->stamp == 0) {
        memset(p->stamps, 0, n * sizeof *p->stamps);
        p->stamp = 1;
    }
    return true;
}

/* The keys of all hits; is any of them open? */
static enum eq_status add_keys(bool *is_open, struct eq_carry_pack *p, const struct eq_carry_fields *fields,
                               const struct eq_finding *found, struct eq_slice text)
{
    uint32_t *stamps = p->stamps + fields->n_fields;
    enum eq_status st = EQ_OK;
    for (size_t i = 0; i < found->n && st == EQ_OK; i++) {
        const struct eq_carry_hit *hit = &fields->hits[found->clauses[i]];
        *is_open |= hit->is_open;
        if (stamps[hit->keys] == p->stamp)
            continue;
        stamps[hit->keys] = p->stamp;
        st = add_fields(p, fields->keys[hit->keys].fields, fields->keys[hit->keys].n, found->event, text);
    }
    return st;
}

enum eq_status eq_carry_add(struct eq_carried *out, struct eq_carry_pack *p, const struct eq_carry_fields *fields,
                            const struct eq_finding *found, struct eq_slice text)
{
    const struct eq_event *event = found->event;
    bool is_open = false;
    *out = (struct eq_carried){(uint32_t)p->n, 0, event->raw, event->id, event->index, event->repairs};
    if (!begin_event(p, fields) || !stay(&out->raw, p, text) || !stay(&out->id, p, text) || !stay(&out->index, p, text))
        return EQ_NOMEM;
    enum eq_status st = add_fields(p, fields->always, fields->n_always, event, text);
    if (st == EQ_OK)
        st = add_keys(&is_open, p, fields, found, text);
    if (st == EQ_OK && is_open)
        st = add_fields(p, fields->open, fields->n_open, event, text);
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
