/* why_near.c — the events that came nearest to each stage of a sequence or sample without meeting it.
 *
 *      stage 2   line 7: 1 part away · line 3: 2 parts away · …          EQ_WHY_NEAR of them, whatever comes
 *
 * Near is who lacks few parts; of those, whose values are like the wanted ones; of those, who came first. What an event
 * lacked is written down when it is seen, for it is gone afterwards; as few events enter the list, that costs little.
 */
#include "match/why_priv.h"

enum { SHOWN = 3, KEYS = 1024 /* bytes kept of the join keys */ };

/* Values of the stage's join keys as a JSON array, the first of each. */
static void print_keys(struct eq_buf *out, const struct eq_why *w, uint32_t stage)
{
    eq_buf_putc(out, '[');
    for (uint32_t k = 0; k < w->n_keys; k++) {
        uint32_t v = w->event->frame.slots[w->keys[stage * w->n_keys + k]].head;
        eq_buf_puts(out, k ? "," : "");
        if (v == EQ_END_OF_CHAIN)
            eq_buf_puts(out, "null");
        else
            eq_value_json(out, &w->event->frame.values[v]);
    }
    eq_buf_putc(out, ']');
}

static void remove_near(struct eq_why *w, uint32_t stage, uint32_t at)
{
    struct eq_why_near *list = w->near[stage];
    eq_free(w->alloc, list[at].text);
    w->n_near[stage]--;
    memmove(&list[at], &list[at + 1], (w->n_near[stage] - at) * sizeof *list);
}

static enum eq_status add_near(struct eq_why *w, uint32_t stage, uint64_t distance, const struct eq_origin *origin)
{
    struct eq_why_near n = {.distance = distance, .line = origin->line};
    struct eq_buf text;
    eq_buf_init(&text, w->alloc);
    eq_buf_add(&text, origin->path);
    n.path_len = text.len;
    print_keys(&text, w, stage);
    if (!text.failed && text.len > n.path_len + KEYS)
        text.len = n.path_len + KEYS;
    n.keys_len = text.len - n.path_len;
    eq_why_blame(&text, w, stage, 0);
    n.blame_len = text.len - n.path_len - n.keys_len;
    enum eq_status st = eq_buf_status(&text);
    n.text = st == EQ_OK ? eq_new(w->alloc, text.len + 1) : NULL;
    if (n.text)
        memcpy(n.text, text.ptr, text.len);
    eq_buf_free(&text);
    if (!n.text)
        return EQ_NOMEM;
    if (w->n_near[stage] == EQ_WHY_NEAR)
        remove_near(w, stage, EQ_WHY_NEAR - 1);
    uint32_t at = w->n_near[stage]++;
    for (; at > 0 && w->near[stage][at - 1].distance > distance; at--)
        w->near[stage][at] = w->near[stage][at - 1];
    w->near[stage][at] = n;
    return EQ_OK;
}

enum eq_status eq_why_note_near(struct eq_why *w, const struct eq_origin *origin)
{
    enum eq_status st = EQ_OK;
    for (uint32_t i = 0; i < w->plan->n_stages && st == EQ_OK; i++) {
        const struct eq_why_entry *root = &w->parts[w->roots[i]];
        uint64_t worst = w->n_near[i] == EQ_WHY_NEAR ? w->near[i][EQ_WHY_NEAR - 1].distance : UINT64_MAX;
        uint64_t distance = (uint64_t)root->to_true * (EQ_WHY_FAR + 1);
        if (w->plan->stages[i].missing || root->value == EQ_WHY_TRUE || root->to_true == UINT32_MAX ||
            distance >= worst)
            continue;
        distance += eq_why_slips(w, i);
        if (distance < worst && w->status == EQ_OK)
            st = add_near(w, i, distance, origin);
    }
    return st == EQ_OK ? w->status : st;
}

void eq_why_free_near(struct eq_why *w)
{
    for (uint32_t i = 0; w->near && w->n_near && i < w->n_stages; i++)
        while (w->n_near[i])
            remove_near(w, i, w->n_near[i] - 1);
}

/* ── Telling ── */

static void tell(struct eq_buf *out, const struct eq_why_near *n, bool keyed, unsigned indent)
{
    struct eq_slice blame = {n->text + n->path_len + n->keys_len, n->blame_len};
    eq_buf_fill(out, ' ', indent * 2);
    eq_buf_terminal(out, eq_slice(n->text, n->path_len));
    eq_buf_printf(out, ":%llu", (unsigned long long)n->line);
    if (keyed) {
        eq_buf_putc(out, ' ');
        eq_buf_terminal(out, eq_slice(n->text + n->path_len, n->keys_len));
    }
    eq_buf_putc(out, '\n');
    while (blame.len) {
        const char *end = memchr(blame.ptr, '\n', blame.len);
        size_t len = end ? (size_t)(end - blame.ptr) + 1 : blame.len;
        eq_buf_fill(out, ' ', (indent + 1) * 2);
        eq_buf_add(out, eq_slice(blame.ptr, len));
        blame = eq_slice(blame.ptr + len, blame.len - len);
    }
}

/* The stage that comes after so many events. */
static uint32_t stage_after(const struct eq_why *w, uint32_t n_events)
{
    uint32_t stage = 0;
    for (uint32_t end = 0; stage < w->plan->n_stages; stage++) {
        end += w->plan->stages[stage].missing ? 0 : w->plan->stages[stage].runs;
        if (n_events < end)
            break;
    }
    return stage;
}

void eq_why_nearest(struct eq_buf *out, struct eq_why *w, uint32_t n_events, struct eq_slice keys, unsigned indent)
{
    uint32_t stage = stage_after(w, n_events), shown = 0;
    if (stage >= w->plan->n_stages)
        return;
    for (unsigned pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < w->n_near[stage] && shown < SHOWN; i++) {
            const struct eq_why_near *n = &w->near[stage][i];
            bool alike = keys.len && eq_slice_eq(keys, eq_slice(n->text + n->path_len, n->keys_len));
            if (alike != (pass == 0))
                continue;
            tell(out, n, w->n_keys > 0, indent);
            shown++;
        }
    if (!shown) {
        eq_buf_fill(out, ' ', indent * 2);
        eq_buf_puts(out, "no event came near it\n");
    }
}
