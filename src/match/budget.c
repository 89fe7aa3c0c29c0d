/* budget.c — see budget.h.
 *
 * Who holds most is found by looking at all rules once, then that rule gives up until it holds half of what it did or
 * enough is free. So the search costs a small part of the freeing, whatever the number of rules. */
#include "match/budget.h"

void eq_budget_init(struct eq_budget *b, size_t limit, const struct eq_alloc *alloc)
{
    *b = (struct eq_budget){.alloc = alloc, .limit = limit ? limit : EQ_BUDGET_DEFAULT};
    if (b->limit < EQ_BUDGET_MIN)
        b->limit = EQ_BUDGET_MIN;
    if (b->limit > EQ_BUDGET_MAX)
        b->limit = EQ_BUDGET_MAX;
    eq_pool_init(&b->pool, alloc);
}

void eq_budget_free(struct eq_budget *b)
{
    if (b->alloc)
        eq_pool_free(&b->pool);
}

void eq_budget_add_holder(struct eq_budget *b, struct eq_holder *h)
{
    h->next = b->holders;
    b->holders = h;
}

void eq_budget_count(struct eq_budget *b, size_t bytes)
{
    b->used += bytes;
    if (b->used > b->peak)
        b->peak = b->used;
}

void eq_budget_uncount(struct eq_budget *b, size_t bytes)
{
    b->used -= bytes;
}

bool eq_budget_keep(struct eq_budget *b, size_t bytes)
{
    if (bytes > b->limit / 2 - b->kept)
        return false;
    b->kept += bytes;
    eq_budget_count(b, bytes);
    return true;
}

void eq_budget_unkeep(struct eq_budget *b, size_t bytes)
{
    b->kept -= bytes;
    b->used -= bytes;
}

static struct eq_holder *largest(const struct eq_budget *b)
{
    struct eq_holder *most = NULL;
    for (struct eq_holder *h = b->holders; h; h = h->next)
        if (!most || h->held > most->held)
            most = h;
    return most;
}

void eq_budget_relieve(struct eq_budget *b)
{
    size_t enough = b->limit - b->limit / 64;
    if (b->used <= b->limit)
        return;
    while (b->used > enough) {
        struct eq_holder *most = largest(b);
        if (!most || most->held == 0)
            return;
        for (size_t half = most->held / 2; b->used > enough && most->held > half;)
            most->shed(most->owner);
    }
}
