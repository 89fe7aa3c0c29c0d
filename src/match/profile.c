/* profile.c — see profile.h. */
#include "match/profile.h"

#include <time.h>

#define CLOCK_TRIES 32
#define LONG_STEP_NS 50000

static uint64_t read_ns(clockid_t clock)
{
    struct timespec t = {0, 0};
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t now_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

/* The least of some tries: the others were disturbed. */
static uint64_t cost_of_clock(void)
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < CLOCK_TRIES; i++) {
        uint64_t from = now_ns(), took = now_ns() - from;
        least = took < least ? took : least;
    }
    return least;
}

/* 1 to 127 events, 64 in the middle. */
static void draw_gap(struct eq_profile *p)
{
    p->seed = p->seed * 1664525u + 1013904223u;
    p->gap = 1 + (p->seed >> 16) % 127;
}

enum eq_status eq_profile_new(struct eq_profile **out, size_t n_parts, const struct eq_alloc *alloc)
{
    struct eq_profile *p = eq_new(alloc, sizeof *p);
    if (!p)
        return EQ_NOMEM;
    p->alloc = alloc;
    p->parts = eq_new(alloc, (n_parts + 1) * sizeof *p->parts);
    if (!p->parts) {
        eq_profile_free(p);
        return EQ_NOMEM;
    }
    p->clock_ns = cost_of_clock();
    draw_gap(p);
    *out = p;
    return EQ_OK;
}

void eq_profile_free(struct eq_profile *p)
{
    if (!p)
        return;
    eq_free(p->alloc, p->parts);
    eq_free(p->alloc, p);
}

void eq_profile_begin(struct eq_profile *p)
{
    p->is_timed = --p->gap == 0;
    if (!p->is_timed)
        return;
    draw_gap(p);
    p->thread_ns = read_ns(CLOCK_THREAD_CPUTIME_ID);
    p->last = now_ns();
}

/* No longer than the thread was at work since the event began, or since the last such step. */
static uint64_t check_long(struct eq_profile *p, uint64_t took)
{
    uint64_t thread = read_ns(CLOCK_THREAD_CPUTIME_ID), worked = thread - p->thread_ns;
    p->thread_ns = thread;
    return worked < took ? worked : took;
}

uint64_t eq_profile_lap(struct eq_profile *p, enum eq_profile_step step)
{
    if (!p->is_timed)
        return 0;
    uint64_t now = now_ns(), took = now - p->last;
    took = took > p->clock_ns ? took - p->clock_ns : 0;
    if (took > LONG_STEP_NS) {
        took = check_long(p, took);
        now = now_ns();
    }
    p->last = now;
    p->ns[step] += took;
    return took;
}

void eq_profile_add(struct eq_profile *sum, const struct eq_profile *p)
{
    sum->events += p->events;
    sum->timed += p->timed;
    sum->candidates += p->candidates;
    sum->evaluations += p->evaluations;
    sum->predicates += p->predicates;
    sum->lazy += p->lazy;
    for (int i = 0; i < EQ_PROFILE_STEPS; i++)
        sum->ns[i] += p->ns[i];
}

void eq_profile_add_part(struct eq_profile_counts *sum, const struct eq_profile_counts *part)
{
    sum->candidates += part->candidates;
    sum->evaluations += part->evaluations;
    sum->matches += part->matches;
    sum->ns += part->ns;
}
