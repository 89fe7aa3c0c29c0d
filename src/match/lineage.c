/* lineage.c — see lineage.h. */
#include "match/lineage_priv.h"

#include "event/value.h"

/* ── Sets ── */

static void forget(struct eq_lineage *l, uint32_t process)
{
    memset(eq_lineage_sources(l, process), 0, l->words * 2 * sizeof *l->sets);
}

/* Drop processes that nothing is known of any more, and number the others anew. */
static enum eq_status sweep(struct eq_lineage *l)
{
    struct eq_intern kept;
    eq_intern_init(&kept, l->alloc);
    for (uint32_t i = 0; i < l->processes.n; i++) {
        uint32_t to;
        if (eq_lineage_empty(l, i))
            continue;
        if (eq_intern_put(&to, &kept, l->processes.items[i], NULL) != EQ_OK) {
            eq_intern_free(&kept);
            return EQ_NOMEM;
        }
        memmove(eq_lineage_sources(l, to), eq_lineage_sources(l, i), l->words * 2 * sizeof *l->sets);
    }
    eq_intern_free(&l->processes);
    l->processes = kept;
    l->sweep_at = kept.n * 2 > EQ_LINEAGE_FIRST_SWEEP ? kept.n * 2 : EQ_LINEAGE_FIRST_SWEEP;
    return EQ_OK;
}

/* Make sure that the event's process has a place in the table; self stays EQ_NONE when the table is full. */
static enum eq_status remember_self(struct eq_lineage *l)
{
    bool added;
    if (l->self != EQ_NONE)
        return EQ_OK;
    if (l->processes.n >= l->sweep_at && sweep(l) != EQ_OK)
        return EQ_NOMEM;
    if (l->processes.n >= EQ_LINEAGE_PROCESSES) {
        l->untracked++;
        return EQ_OK;
    }
    if (!eq_grow(l->alloc, &l->sets, &l->cap_sets, (l->processes.n + 1) * l->words * 2, sizeof *l->sets))
        return EQ_NOMEM;
    enum eq_status st = eq_intern_put(&l->self, &l->processes, eq_buf_slice(&l->key), &added);
    if (st == EQ_OK && added)
        forget(l, l->self);
    return st;
}

/* ── Reading events ── */

static const struct eq_value *first_value(const struct eq_lineage *l, const struct eq_frame *f, enum eq_lineage_field field)
{
    uint32_t v = f->slots[l->program->lineage_fields[field]].head;
    return v == EQ_END_OF_CHAIN ? NULL : &f->values[v];
}

/* The key of a process: its entity id, or host and pid. False if the event has neither. */
static bool process_key(struct eq_buf *out, const struct eq_lineage *l, const struct eq_frame *f,
                        enum eq_lineage_field entity, enum eq_lineage_field pid)
{
    const struct eq_value *id = first_value(l, f, entity), *number = first_value(l, f, pid);
    const struct eq_value *host = first_value(l, f, EQ_LF_HOST_ID);
    eq_buf_clear(out);
    if (id) {
        eq_buf_putc(out, 'e');
        eq_value_text(out, id);
        return true;
    }
    if (!number)
        return false;
    eq_buf_putc(out, 'p');
    eq_value_text(out, number);
    eq_buf_putc(out, 0);
    if (host)
        eq_value_text(out, host);
    return true;
}

static void inherit(struct eq_lineage *l, uint32_t from, bool is_parent)
{
    const uint64_t *s = eq_lineage_sources(l, from), *d = eq_lineage_derived(l, from);
    for (size_t i = 0; i < l->words; i++) {
        l->inherited[i] |= (s[i] | d[i]) & l->descendant[i];
        if (is_parent)
            l->inherited[i] |= s[i] & l->child[i];
    }
}

static void inherit_from_ancestors(struct eq_lineage *l, const struct eq_frame *f)
{
    uint32_t v = f->slots[l->program->lineage_fields[EQ_LF_ANCESTRY]].head;
    for (; v != EQ_END_OF_CHAIN; v = f->next[v]) {
        eq_buf_clear(&l->other);
        eq_buf_putc(&l->other, 'e');
        eq_value_text(&l->other, &f->values[v]);
        uint32_t process = eq_intern_find(&l->processes, eq_buf_slice(&l->other));
        if (process != EQ_NONE && process != l->self)
            inherit(l, process, false);
    }
}

static bool has_text(const struct eq_lineage *l, const struct eq_frame *f, enum eq_lineage_field field,
                     struct eq_slice text)
{
    for (uint32_t v = f->slots[l->program->lineage_fields[field]].head; v != EQ_END_OF_CHAIN; v = f->next[v])
        if (f->values[v].type == EQ_STRING && eq_slice_eq(eq_value_slice(&f->values[v]), text))
            return true;
    return false;
}

static bool ends_process(const struct eq_lineage *l, const struct eq_frame *f)
{
    return has_text(l, f, EQ_LF_EVENT_CATEGORY, EQ_LIT("process")) &&
           (has_text(l, f, EQ_LF_EVENT_TYPE, EQ_LIT("end")) || has_text(l, f, EQ_LF_EVENT_ACTION, EQ_LIT("end")));
}

/* A process is forgotten with the first process event after the one that ended it, so that the ending itself, and what
 * is logged together with it, still counts. It is kept by its key: what comes in between may make it a source yet. */
static void purge(struct eq_lineage *l, const struct eq_frame *f)
{
    if (l->ended.len == 0 || !has_text(l, f, EQ_LF_EVENT_CATEGORY, EQ_LIT("process")))
        return;
    uint32_t process = eq_intern_find(&l->processes, eq_buf_slice(&l->ended));
    if (process != EQ_NONE)
        forget(l, process);
    eq_buf_clear(&l->ended);
}

enum eq_status eq_lineage_begin(struct eq_lineage *l, const struct eq_event *event)
{
    const struct eq_frame *f = &event->frame;
    purge(l, f);
    l->self = EQ_NONE;
    l->has_key = process_key(&l->key, l, f, EQ_LF_ENTITY, EQ_LF_PID);
    if (!l->has_key)
        return EQ_OK;
    l->self = eq_intern_find(&l->processes, eq_buf_slice(&l->key));
    memset(l->inherited, 0, l->words * sizeof *l->inherited);
    uint32_t parent = EQ_NONE;
    if (process_key(&l->other, l, f, EQ_LF_PARENT_ENTITY, EQ_LF_PARENT_PID))
        parent = eq_intern_find(&l->processes, eq_buf_slice(&l->other));
    if (parent != EQ_NONE && parent != l->self)
        inherit(l, parent, true);
    inherit_from_ancestors(l, f);
    if (eq_buf_status(&l->key) != EQ_OK || eq_buf_status(&l->other) != EQ_OK)
        return EQ_NOMEM;
    uint64_t any = 0;
    for (size_t i = 0; i < l->words; i++)
        any |= l->inherited[i];
    if (any && remember_self(l) != EQ_OK)
        return EQ_NOMEM;
    for (size_t i = 0; l->self != EQ_NONE && i < l->words; i++)
        eq_lineage_derived(l, l->self)[i] |= l->inherited[i];
    if (ends_process(l, f))
        eq_buf_add(&l->ended, eq_buf_slice(&l->key));
    return eq_buf_status(&l->ended);
}

enum eq_status eq_lineage_source(struct eq_lineage *l, uint32_t tracker)
{
    if (!l->has_key)
        return EQ_OK;
    enum eq_status st = remember_self(l);
    if (st == EQ_OK && l->self != EQ_NONE)
        eq_lineage_sources(l, l->self)[tracker / 64] |= (uint64_t)1 << (tracker % 64);
    return st;
}

bool eq_lineage_holds(const struct eq_lineage *l, uint32_t tracker)
{
    uint64_t bit = (uint64_t)1 << (tracker % 64);
    size_t word = tracker / 64;
    if (l->self == EQ_NONE)
        return false;
    const uint64_t *set = l->event[word] & bit ? eq_lineage_sources(l, l->self) : eq_lineage_derived(l, l->self);
    return set[word] & bit;
}

bool eq_lineage_any(const struct eq_lineage *l)
{
    return l->self != EQ_NONE && !eq_lineage_empty(l, l->self);
}

uint64_t eq_lineage_untracked(const struct eq_lineage *l)
{
    return l->untracked;
}

/* ── Life ── */

static void note_relation(struct eq_lineage *l, const struct eq_predicate *q)
{
    uint64_t *sets[] = {[EQ_CHILD_OF] = l->child, [EQ_DESCENDANT_OF] = l->descendant, [EQ_EVENT_OF] = l->event};
    sets[q->node->op][q->tracker / 64] |= (uint64_t)1 << (q->tracker % 64);
}

enum eq_status eq_lineage_new(struct eq_lineage **out, const struct eq_program *program, const struct eq_alloc *alloc)
{
    *out = NULL;
    if (program->n_trackers == 0)
        return EQ_OK;
    struct eq_lineage *l = eq_new(alloc, sizeof *l);
    if (!l)
        return EQ_NOMEM;
    l->alloc = alloc;
    l->program = program;
    l->words = (program->n_trackers + 63) / 64;
    l->self = EQ_NONE;
    l->sweep_at = EQ_LINEAGE_FIRST_SWEEP;
    eq_intern_init(&l->processes, alloc);
    eq_buf_init(&l->key, alloc);
    eq_buf_init(&l->other, alloc);
    eq_buf_init(&l->ended, alloc);
    l->child = eq_new(alloc, l->words * sizeof *l->child);
    l->descendant = eq_new(alloc, l->words * sizeof *l->descendant);
    l->event = eq_new(alloc, l->words * sizeof *l->event);
    l->inherited = eq_new(alloc, l->words * sizeof *l->inherited);
    if (!l->child || !l->descendant || !l->event || !l->inherited) {
        eq_lineage_free(l);
        return EQ_NOMEM;
    }
    for (size_t i = program->n_eager; i < program->n_predicates; i++)
        if (program->predicates[i].kind == EQ_P_LINEAGE)
            note_relation(l, &program->predicates[i]);
    *out = l;
    return EQ_OK;
}

void eq_lineage_free(struct eq_lineage *l)
{
    if (!l)
        return;
    eq_intern_free(&l->processes);
    eq_buf_free(&l->key);
    eq_buf_free(&l->other);
    eq_buf_free(&l->ended);
    eq_free(l->alloc, l->sets);
    eq_free(l->alloc, l->child);
    eq_free(l->alloc, l->descendant);
    eq_free(l->alloc, l->event);
    eq_free(l->alloc, l->inherited);
    eq_free(l->alloc, l);
}
