/* sort.c — see sort.h: heapsort. qsort has no context for the comparison, and may allocate. */
#include "base/sort.h"

static void swap(uint32_t *a, uint32_t *b)
{
    uint32_t kept = *a;
    *a = *b;
    *b = kept;
}

/* Let numbers[at] sink to where it belongs among the first n; the root is what comes last. */
static void sift(uint32_t *numbers, size_t at, size_t n, eq_comes_before *before, const void *ctx)
{
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && before(numbers[child], numbers[child + 1], ctx))
            child++;
        if (!before(numbers[at], numbers[child], ctx))
            return;
        swap(&numbers[at], &numbers[child]);
    }
}

void eq_sort(uint32_t *numbers, size_t n, eq_comes_before *before, const void *ctx)
{
    for (size_t i = n / 2; i-- > 0;)
        sift(numbers, i, n, before, ctx);
    for (size_t i = n; i-- > 1;) {
        swap(&numbers[0], &numbers[i]);
        sift(numbers, 0, i, before, ctx);
    }
}

static bool is_less(uint32_t a, uint32_t b, const void *ctx)
{
    (void)ctx;
    return a < b;
}

void eq_sort_numbers(uint32_t *numbers, size_t n)
{
    enum { FEW = 24 };
    if (n > FEW) {
        eq_sort(numbers, n, is_less, NULL);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        uint32_t number = numbers[i];
        size_t at = i;
        for (; at > 0 && numbers[at - 1] > number; at--)
            numbers[at] = numbers[at - 1];
        numbers[at] = number;
    }
}
