/* slab.c — see slab.h. A list of slabs, gone through from the first: there is one for each 2 MiB, and it is asked for chunks
 * and tables, not for values. Requests of more than a slab have a mapping of their own, which counts as one.
 *
 *      runs   [ 3 . . 2 . 0 0 0 1 0 … ]        by page: how many pages begin here; 0: free, or inside a run */
#define _GNU_SOURCE /* MADV_HUGEPAGE */
#include "base/slab.h"

#include "base/fence.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

/* With fences around each piece of memory the heap of the C library finds more than this saves. */
#if defined(MADV_HUGEPAGE) && !defined(EQ_HAS_FENCES)

/* A large page is there as a whole. Programs that take little have small ones, of which they take what they touch. */
enum { PAGES = EQ_SLAB_BYTES / EQ_SLAB_PAGE, SLABS_OF_SMALL_PAGES = 2 };

struct slab {
    char *base;
    size_t bytes;    /* EQ_SLAB_BYTES; more: one run takes all */
    unsigned n_free; /* pages */
    uint16_t runs[PAGES];
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct slab **slabs;
static size_t n_slabs, cap_slabs;

/* ── Who forks while another thread is in here ── */

static void lock(void)
{
    pthread_mutex_lock(&mutex);
}

static void unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

static void watch_forks(void)
{
    (void)pthread_atfork(lock, unlock, unlock); /* without memory for it a child may find the lock taken */
}

/* ── Mappings ── */

/* `bytes`, a multiple of EQ_SLAB_BYTES, at such a multiple; NULL without memory. */
static char *map(size_t bytes, bool large_pages)
{
    size_t all = bytes + EQ_SLAB_BYTES;
    char *from = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (from == MAP_FAILED)
        return NULL;
    size_t before = -(uintptr_t)from & (EQ_SLAB_BYTES - 1);
    if (before)
        munmap(from, before);
    if (before < EQ_SLAB_BYTES)
        munmap(from + before + bytes, EQ_SLAB_BYTES - before);
    if (large_pages)
        madvise(from + before, bytes, MADV_HUGEPAGE); /* a wish: without it all is as it was, and slower */
    return from + before;
}

static struct slab *add_slab(size_t bytes)
{
    if (n_slabs == cap_slabs) {
        size_t want = cap_slabs ? cap_slabs * 2 : 16;
        struct slab **more = realloc(slabs, want * sizeof *slabs);
        if (!more)
            return NULL;
        slabs = more;
        cap_slabs = want;
    }
    struct slab *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    bool large_pages = bytes > EQ_SLAB_BYTES || n_slabs >= SLABS_OF_SMALL_PAGES;
    *s = (struct slab){.base = map(bytes, large_pages), .bytes = bytes, .n_free = PAGES};
    if (!s->base) {
        free(s);
        return NULL;
    }
    slabs[n_slabs++] = s;
    return s;
}

static void remove_slab(size_t number)
{
    struct slab *s = slabs[number];
    munmap(s->base, s->bytes);
    free(s);
    slabs[number] = slabs[--n_slabs];
    if (n_slabs == 0) {
        free(slabs);
        slabs = NULL;
        cap_slabs = 0;
    }
}

/* Where in the list the slab of a pointer stands; n_slabs: it has none. */
static size_t find(const void *ptr)
{
    size_t i = 0;
    while (i < n_slabs && (uintptr_t)ptr - (uintptr_t)slabs[i]->base >= slabs[i]->bytes)
        i++;
    return i;
}

/* ── Runs ── */

/* The first page of so many free ones; PAGES: there are none. */
static size_t find_run(const struct slab *s, size_t pages)
{
    size_t at = 0;
    while (at < PAGES) {
        size_t end = at;
        while (end < PAGES && !s->runs[end] && end - at < pages)
            end++;
        if (end - at == pages)
            return at;
        at = end < PAGES ? end + s->runs[end] : PAGES;
    }
    return PAGES;
}

static void *take_run(struct slab *s, size_t pages)
{
    size_t at = s->n_free >= pages ? find_run(s, pages) : PAGES;
    if (at == PAGES)
        return NULL;
    s->runs[at] = (uint16_t)pages;
    s->n_free -= (unsigned)pages;
    return s->base + at * EQ_SLAB_PAGE;
}

static void *take_pages(size_t pages)
{
    void *ptr = NULL;
    for (size_t i = 0; i < n_slabs && !ptr; i++)
        ptr = take_run(slabs[i], pages);
    struct slab *s = ptr ? NULL : add_slab(EQ_SLAB_BYTES);
    return s ? take_run(s, pages) : ptr;
}

static size_t whole_slabs(size_t size)
{
    return (size + EQ_SLAB_BYTES - 1) & ~(EQ_SLAB_BYTES - 1);
}

/* More than a slab holds. */
static void *take_alone(size_t size)
{
    struct slab *s = size <= SIZE_MAX / 4 ? add_slab(whole_slabs(size)) : NULL;
    if (!s)
        return NULL;
    s->n_free = 0;
    return s->base;
}

void *eq_slab_take(size_t size)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (size < EQ_SLAB_LEAST)
        return NULL;
    pthread_once(&once, watch_forks);
    lock();
    void *ptr = size > EQ_SLAB_BYTES ? take_alone(size) : take_pages((size + EQ_SLAB_PAGE - 1) / EQ_SLAB_PAGE);
    unlock();
    return ptr;
}

size_t eq_slab_room(const void *ptr)
{
    if ((uintptr_t)ptr % EQ_SLAB_PAGE) /* nearly all that is not from here */
        return 0;
    lock();
    size_t number = find(ptr), room = 0;
    if (number < n_slabs) {
        const struct slab *s = slabs[number];
        size_t page = (size_t)((const char *)ptr - s->base) / EQ_SLAB_PAGE;
        room = s->bytes > EQ_SLAB_BYTES ? s->bytes : s->runs[page] * (size_t)EQ_SLAB_PAGE;
    }
    unlock();
    return room;
}

/* One that is empty is kept, for what comes next. */
static bool another_is_empty(size_t number)
{
    for (size_t i = 0; i < n_slabs; i++)
        if (i != number && slabs[i]->n_free == PAGES)
            return true;
    return false;
}

void eq_slab_give(void *ptr)
{
    lock();
    size_t number = find(ptr);
    struct slab *s = slabs[number];
    if (s->bytes > EQ_SLAB_BYTES) {
        remove_slab(number);
    } else {
        size_t page = (size_t)((char *)ptr - s->base) / EQ_SLAB_PAGE;
        s->n_free += s->runs[page];
        s->runs[page] = 0;
        if (s->n_free == PAGES && another_is_empty(number))
            remove_slab(number);
    }
    unlock();
}

static void *grow_alone(struct slab *s, size_t bytes)
{
    char *to = map(bytes, true);
    if (!to)
        return NULL;
    if (mremap(s->base, s->bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to) == MAP_FAILED) {
        munmap(to, bytes);
        return NULL;
    }
    s->base = to;
    s->bytes = bytes;
    return to;
}

void *eq_slab_grow(void *ptr, size_t size)
{
    lock();
    struct slab *s = slabs[find(ptr)];
    bool alone = s->bytes > EQ_SLAB_BYTES && size > s->bytes && size <= SIZE_MAX / 4;
    void *to = alone ? grow_alone(s, whole_slabs(size)) : NULL;
    unlock();
    return to;
}

size_t eq_slab_count(void)
{
    lock();
    size_t n = n_slabs;
    unlock();
    return n;
}

#else

void *eq_slab_take(size_t size)
{
    (void)size;
    return NULL;
}

size_t eq_slab_room(const void *ptr)
{
    (void)ptr;
    return 0;
}

void eq_slab_give(void *ptr)
{
    (void)ptr;
}

void *eq_slab_grow(void *ptr, size_t size)
{
    (void)ptr, (void)size;
    return NULL;
}

size_t eq_slab_count(void)
{
    return 0;
}

#endif
