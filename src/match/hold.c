/* hold.c — see hold.h. */
#include "match/hold.h"

void eq_holds_init(struct eq_holds *h, const struct eq_alloc *alloc)
{
    *h = (struct eq_holds){0};
    eq_budget_init(&h->account, EQ_BUDGET_MAX, alloc);
    eq_key_table_init(&h->table, sizeof(struct eq_hold), &h->account);
}

static void enter_silent(struct eq_holds *h, eq_ref r)
{
    struct eq_hold *hold = eq_hold_at(h, r);
    hold->previous = h->silent.last;
    hold->next = 0;
    if (h->silent.last)
        eq_hold_at(h, h->silent.last)->next = r;
    else
        h->silent.first = r;
    h->silent.last = r;
}

static void leave_silent(struct eq_holds *h, eq_ref r)
{
    const struct eq_hold *hold = eq_hold_at(h, r);
    if (hold->previous)
        eq_hold_at(h, hold->previous)->next = hold->next;
    else
        h->silent.first = hold->next;
    if (hold->next)
        eq_hold_at(h, hold->next)->previous = hold->previous;
    else
        h->silent.last = hold->previous;
}

enum eq_status eq_holds_enter(eq_ref *hold, struct eq_holds *h, struct eq_slice partition)
{
    bool added;
    enum eq_status st = eq_key_put(hold, &h->table, partition, &added);
    if (st != EQ_OK)
        return st;
    if (added)
        eq_buf_init(&eq_hold_at(h, *hold)->last_tie, h->account.alloc);
    else
        leave_silent(h, *hold);
    enter_silent(h, *hold);
    return EQ_OK;
}

static void free_parts(struct eq_holds *h, struct eq_hold *hold)
{
    eq_budget_uncount(&h->account, hold->heap.cap * sizeof *hold->heap.slots + hold->last_tie.cap);
    eq_free(h->account.alloc, hold->heap.slots);
    eq_buf_free(&hold->last_tie);
}

void eq_holds_drop(struct eq_holds *h, eq_ref r)
{
    leave_silent(h, r);
    free_parts(h, eq_hold_at(h, r));
    eq_key_remove(&h->table, r);
}

void eq_holds_free(struct eq_holds *h)
{
    if (!h->account.alloc)
        return;
    for (eq_ref r = h->silent.first; r; r = eq_hold_at(h, r)->next)
        free_parts(h, eq_hold_at(h, r));
    eq_key_table_free(&h->table);
    eq_budget_free(&h->account);
}

bool eq_holds_grow(struct eq_holds *h, struct eq_hold *hold)
{
    struct eq_heap *heap = &hold->heap;
    size_t before = heap->cap;
    if (!eq_grow(h->account.alloc, &heap->slots, &heap->cap, heap->n + 1, sizeof *heap->slots))
        return false;
    eq_budget_count(&h->account, (heap->cap - before) * sizeof *heap->slots);
    return true;
}

enum eq_status eq_hold_let_go(struct eq_hold *hold, struct eq_budget *account, const struct eq_place *place)
{
    size_t before = hold->last_tie.cap;
    hold->last = *place;
    hold->has_last = true;
    if (place->tie.type != EQ_STRING)
        return EQ_OK;
    eq_buf_clear(&hold->last_tie);
    eq_buf_add(&hold->last_tie, eq_value_slice(&place->tie));
    eq_budget_count(account, hold->last_tie.cap - before);
    if (eq_buf_status(&hold->last_tie) != EQ_OK) {
        hold->last.tie = EQ_VALUE_NULL; /* its time and position alone count */
        return EQ_NOMEM;
    }
    hold->last.tie.s = hold->last_tie.ptr;
    return EQ_OK;
}
