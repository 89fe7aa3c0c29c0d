/* heap.c — see heap.h. Places are all different, so what comes out does not depend on how it was put in. */
#include "match/heap.h"

static bool earlier(const struct eq_heap_slot *a, const struct eq_heap_slot *b)
{
    int c = eq_time_cmp(a->time, b->time);
    return c ? c < 0 : eq_place_cmp(&a->event->place, &b->event->place) < 0;
}

void eq_heap_push(struct eq_heap *h, struct eq_held *event)
{
    struct eq_heap_slot slot = {event->place.time, event};
    size_t at = h->n++;
    while (at > 0 && earlier(&slot, &h->slots[(at - 1) / 2])) {
        h->slots[at] = h->slots[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    h->slots[at] = slot;
}

struct eq_held *eq_heap_pop(struct eq_heap *h)
{
    struct eq_held *first = h->slots[0].event;
    struct eq_heap_slot moved = h->slots[--h->n];
    size_t at = 0;
    for (size_t kid; (kid = 2 * at + 1) < h->n; at = kid) {
        kid += kid + 1 < h->n && earlier(&h->slots[kid + 1], &h->slots[kid]);
        if (!earlier(&h->slots[kid], &moved))
            break;
        h->slots[at] = h->slots[kid];
    }
    h->slots[at] = moved;
    return first;
}
