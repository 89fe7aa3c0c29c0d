/* suggest.c — how many slips of the finger lie between two names.
 *
 * Inserting, leaving out, changing or swapping neighbours is one slip and counts 2; a letter in the other
 * case counts 1, and so does a name that differs in case alone. Three rows of the usual table are enough. */
#include "base/suggest.h"

#include "base/utf8.h"

enum { MAX_NAME = EQ_SUGGEST_MAX, SLIP = 2 };

void eq_suggest_start(struct eq_suggest *s, struct eq_slice wanted)
{
    *s = (struct eq_suggest){.wanted = wanted};
}

static unsigned min2(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned change_cost(char a, char b)
{
    if (a == b)
        return 0;
    return eq_fold_ascii[(unsigned char)a] == eq_fold_ascii[(unsigned char)b] ? 1 : SLIP;
}

unsigned eq_suggest_distance(struct eq_slice a, struct eq_slice b)
{
    unsigned rows[3][MAX_NAME + 1];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];

    for (size_t j = 0; j <= b.len; j++)
        last[j] = (unsigned)j * SLIP;
    for (size_t i = 1; i <= a.len; i++) {
        unsigned *spare = before;
        row[0] = (unsigned)i * SLIP;
        for (size_t j = 1; j <= b.len; j++) {
            unsigned d = last[j - 1] + change_cost(a.ptr[i - 1], b.ptr[j - 1]);
            d = min2(d, min2(last[j], row[j - 1]) + SLIP);
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1])
                d = min2(d, before[j - 2] + SLIP);
            row[j] = d;
        }
        before = last;
        last = row;
        row = spare;
    }
    return last[b.len];
}

static bool same_but_case(struct eq_slice a, struct eq_slice b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (change_cost(a.ptr[i], b.ptr[i]) == SLIP)
            return false;
    return true;
}

void eq_suggest_try(struct eq_suggest *s, struct eq_slice name)
{
    size_t apart = s->wanted.len > name.len ? s->wanted.len - name.len : name.len - s->wanted.len;
    unsigned d;

    if (name.len == 0 || s->wanted.len == 0 || name.len > MAX_NAME || s->wanted.len > MAX_NAME)
        return;
    if (apart * 3 > s->wanted.len || (s->best.len && apart * SLIP >= s->distance))
        return;
    d = same_but_case(s->wanted, name) ? 1 : eq_suggest_distance(s->wanted, name);
    if (d * 3 > s->wanted.len * SLIP || (s->best.len && d >= s->distance))
        return;
    s->best = name;
    s->distance = d;
}

bool eq_suggest_found(const struct eq_suggest *s)
{
    return s->best.len != 0;
}
