/* crew.c — see crew.h.
 *
 * Blocks are numbered as they are filled, and number n stands at n % n_blocks of the ring:
 *
 *      taken ≤ passed ≤ filled ≤ taken + n_blocks
 *
 * What a thread finds must be copied for the caller, and its events come from the caches of another processor. So of
 * t threads the caller is left every t-th block, and looks at its events when it takes them:
 *
 *      caller   0 ─────── take 1 ─ 2 ─────── take 3 ─ 4 …
 *      thread   1 ─────────── 3 ─────────── 5 …                  when nothing else is left, the newest of 6 8 10 …
 *
 * The numbers and the states of blocks belong to the mutex; the inside of a block belongs to the thread that its state
 * names, and to the caller while it is being filled or taken. */
#include "match/crew.h"

#include <pthread.h>
#include <signal.h>

/* A block that a large event has swollen is given back when it is larger than so many usual ones. */
#define SWOLLEN 4
/* So many that a thread which is not let run for a while holds nobody up. */
#define BLOCKS_A_THREAD 8
/* So many blocks are taken, if they are found, for each that is filled. */
#define TAKEN_AT_A_TIME 2

struct record {
    uint64_t line, offset;
    size_t text, len, path, path_len; /* in the block's bytes */
    size_t clauses;                   /* in the block's hits */
    size_t answers;                   /* in the block's answers */
    bool late, is_carried, is_open;
    struct eq_known known;            /* if it is open */
    struct eq_carried carried;        /* in the block's pack */
    struct eq_finding found;
};

enum state { FILLING, READY, WORKED_ON, FOUND, TAKEN /* looked at while it is taken */ };

struct block {
    enum state state;
    struct eq_buf bytes;     /* texts and paths */
    struct record *records;
    size_t n, cap;
    size_t n_taken;          /* while it is taken */
    uint32_t *hits;          /* of a record: its clauses, then their questions */
    size_t n_hits, cap_hits;
    uint32_t *answers;       /* what is known of events with open questions */
    size_t n_answers, cap_answers;
    struct eq_carry_pack pack;
};

struct worker {
    struct eq_crew *crew;
    struct eq_engine *engine;
    pthread_t thread;
};

struct eq_crew {
    const struct eq_alloc *alloc;
    const struct eq_ruleset *rules;
    struct eq_crew_options options;
    struct worker *workers;
    size_t n_workers, n_wanted; /* running; to be started with the next full block */
    struct block *blocks;
    size_t n_blocks;
    uint64_t filled, taken;
    uint64_t passed; /* of what stands before it, nothing but the caller's is left to work on */
    bool stopping;
    pthread_mutex_t mutex;
    pthread_cond_t ready, found; /* a block to work on; a block to take */
    struct eq_carry_view view;   /* of the event that is taken */
    uint32_t *questions;         /* of its hits, by clause */
};

/* ── Life ── */

static enum eq_status make(struct eq_crew *c)
{
    c->n_wanted = c->options.threads - 1;
    c->n_blocks = BLOCKS_A_THREAD * (size_t)c->options.threads;
    c->workers = eq_new(c->alloc, c->n_wanted * sizeof *c->workers);
    c->blocks = eq_new(c->alloc, c->n_blocks * sizeof *c->blocks);
    c->questions = eq_new(c->alloc, (eq_ruleset_program(c->rules)->n_clauses + 1) * sizeof *c->questions);
    if (!c->workers || !c->blocks || !c->questions)
        return EQ_NOMEM;
    for (size_t i = 0; i < c->n_blocks; i++) {
        eq_buf_init(&c->blocks[i].bytes, c->alloc);
        eq_carry_pack_init(&c->blocks[i].pack, c->alloc);
    }
    return eq_carry_view_init(&c->view, eq_fields_count(eq_ruleset_program(c->rules)->fields), c->alloc);
}

enum eq_status eq_crew_new(struct eq_crew **out, const struct eq_ruleset *rules, const struct eq_crew_options *options,
                           const struct eq_alloc *alloc)
{
    struct eq_crew *c = eq_new(alloc, sizeof *c);
    if (!c)
        return EQ_NOMEM;
    c->alloc = alloc;
    c->rules = rules;
    c->options = *options;
    if (!c->options.block_bytes)
        c->options.block_bytes = EQ_CREW_BLOCK_BYTES;
    if (c->options.threads > EQ_CREW_THREADS_MAX)
        c->options.threads = EQ_CREW_THREADS_MAX;
    pthread_mutex_init(&c->mutex, NULL);
    pthread_cond_init(&c->ready, NULL);
    pthread_cond_init(&c->found, NULL);
    enum eq_status st = make(c);
    if (st != EQ_OK) {
        eq_crew_free(c);
        return st;
    }
    *out = c;
    return EQ_OK;
}

void eq_crew_free(struct eq_crew *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&c->mutex);
    c->stopping = true;
    pthread_cond_broadcast(&c->ready);
    pthread_mutex_unlock(&c->mutex);
    for (size_t i = 0; i < c->n_workers; i++) {
        pthread_join(c->workers[i].thread, NULL);
        eq_engine_free(c->workers[i].engine);
    }
    for (size_t i = 0; c->blocks && i < c->n_blocks; i++) {
        eq_buf_free(&c->blocks[i].bytes);
        eq_carry_pack_free(&c->blocks[i].pack);
        eq_free(c->alloc, c->blocks[i].records);
        eq_free(c->alloc, c->blocks[i].hits);
        eq_free(c->alloc, c->blocks[i].answers);
    }
    eq_carry_view_free(&c->view);
    pthread_mutex_destroy(&c->mutex);
    pthread_cond_destroy(&c->ready);
    pthread_cond_destroy(&c->found);
    eq_free(c->alloc, c->questions);
    eq_free(c->alloc, c->workers);
    eq_free(c->alloc, c->blocks);
    eq_free(c->alloc, c);
}

static struct block *block_at(struct eq_crew *c, uint64_t number)
{
    return &c->blocks[number % c->n_blocks];
}

/* ── What threads do ── */

static enum eq_status keep_known(struct eq_crew *c, struct block *b, struct record *r, struct eq_engine *e)
{
    enum eq_status st = eq_engine_tell(&r->known, e, &r->found);
    if (st != EQ_OK)
        return st;
    if (!eq_grow(c->alloc, &b->answers, &b->cap_answers, b->n_answers + r->known.n, sizeof *b->answers))
        return EQ_NOMEM;
    if (r->known.n)
        memcpy(b->answers + b->n_answers, r->known.answers, r->known.n * sizeof *b->answers);
    r->answers = b->n_answers;
    b->n_answers += r->known.n;
    return EQ_OK;
}

static enum eq_status look_at(struct eq_crew *c, struct block *b, struct record *r, struct eq_engine *e)
{
    struct eq_slice text = eq_slice(b->bytes.ptr + r->text, r->len);
    struct eq_finding *f = &r->found;
    enum eq_status st = EQ_OK;
    eq_engine_find(f, e, text);
    r->is_carried = f->status == EQ_OK && (f->n || c->options.carry_all);
    if (r->is_carried)
        st = eq_carry_add(&r->carried, &b->pack, c->options.carried, f, text);
    r->is_open = f->n && eq_engine_leaves_open(e, f);
    if (r->is_open && st == EQ_OK)
        st = keep_known(c, b, r, e);
    f->event = NULL; /* the next one takes its place */
    if (f->n == 0 || st != EQ_OK)
        return st;
    if (!eq_grow(c->alloc, &b->hits, &b->cap_hits, b->n_hits + 2 * f->n, sizeof *b->hits))
        return EQ_NOMEM;
    r->clauses = b->n_hits;
    for (size_t i = 0; i < f->n; i++) {
        b->hits[b->n_hits + i] = f->clauses[i];
        b->hits[b->n_hits + f->n + i] = f->questions[f->clauses[i]];
    }
    b->n_hits += 2 * f->n;
    return EQ_OK;
}

static void work_on(struct eq_crew *c, struct block *b, struct eq_engine *e)
{
    for (size_t i = 0; i < b->n; i++) {
        struct record *r = &b->records[i];
        enum eq_status st = look_at(c, b, r, e);
        if (st != EQ_OK)
            r->found = (struct eq_finding){.status = st};
    }
}

static bool is_callers(const struct eq_crew *c, uint64_t number)
{
    return number % c->options.threads == 0;
}

static struct block *newest_of_caller(struct eq_crew *c)
{
    const uint64_t step = c->options.threads;
    for (uint64_t above = (c->filled + step - 1) / step * step; above >= c->taken + step; above -= step)
        if (block_at(c, above - step)->state == READY)
            return block_at(c, above - step);
    return NULL;
}

/* The next block to work on: the oldest that is not the caller's, or else the newest that is. NULL if there is none. With
 * the mutex held. */
static struct block *claim(struct eq_crew *c)
{
    struct block *b = NULL;
    while (c->passed < c->filled && !b) {
        uint64_t number = c->passed++;
        if (!is_callers(c, number) && block_at(c, number)->state == READY)
            b = block_at(c, number);
    }
    if (!b)
        b = newest_of_caller(c);
    if (b)
        b->state = WORKED_ON;
    return b;
}

static void work_unlocked(struct eq_crew *c, struct block *b, struct eq_engine *e)
{
    pthread_mutex_unlock(&c->mutex);
    work_on(c, b, e);
    pthread_mutex_lock(&c->mutex);
    b->state = FOUND;
    pthread_cond_signal(&c->found); /* only the caller waits for it */
}

static void *work(void *ctx)
{
    struct worker *w = ctx;
    struct eq_crew *c = w->crew;
    pthread_mutex_lock(&c->mutex);
    while (!c->stopping) {
        struct block *b = claim(c);
        if (b)
            work_unlocked(c, b, w->engine);
        else
            pthread_cond_wait(&c->ready, &c->mutex);
    }
    pthread_mutex_unlock(&c->mutex);
    return NULL;
}

static bool start_one(struct eq_crew *c)
{
    struct eq_decode_options decode = {.unwrap = c->options.unwrap};
    struct worker *w = &c->workers[c->n_workers];
    sigset_t all, before;
    *w = (struct worker){.crew = c};
    if (eq_engine_new(&w->engine, c->rules, &decode, c->alloc) != EQ_OK)
        return false;
    if (c->options.profile && eq_engine_open_profile(w->engine) != EQ_OK) {
        eq_engine_free(w->engine);
        return false;
    }
    sigfillset(&all); /* signals are the caller's business */
    bool masked = pthread_sigmask(SIG_SETMASK, &all, &before) == 0;
    bool started = pthread_create(&w->thread, NULL, work, w) == 0;
    if (masked)
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!started)
        eq_engine_free(w->engine);
    return started;
}

/* Fewer threads than wanted are enough: without any the caller does everything. */
static void start(struct eq_crew *c)
{
    for (; c->n_wanted > 0; c->n_wanted--) {
        if (!start_one(c)) {
            c->n_wanted = 0;
            return;
        }
        c->n_workers++;
    }
}

/* ── Taking ── */

static void show_hits(struct eq_crew *c, struct eq_finding *out, uint32_t *hits)
{
    out->clauses = hits;
    for (size_t i = 0; i < out->n; i++)
        c->questions[hits[i]] = hits[out->n + i];
    out->questions = c->questions;
}

/* What a thread has found, to be hidden again. */
static void show(struct eq_crew *c, struct eq_crew_event *event, struct block *b, struct record *r)
{
    event->found = r->found;
    show_hits(c, &event->found, r->found.n ? b->hits + r->clauses : NULL);
    if (r->is_open && r->found.status == EQ_OK) {
        r->known.answers = b->answers ? b->answers + r->answers : NULL;
        event->known = &r->known;
    }
    if (r->is_carried && r->found.status == EQ_OK)
        event->found.event = eq_carry_show(&c->view, &b->pack, &r->carried);
}

/* Take the rest of a block; `is_found`: a thread has looked at its events. */
static enum eq_status take_block(struct eq_crew *c, struct block *b, bool is_found)
{
    while (b->n_taken < b->n) {
        struct record *r = &b->records[b->n_taken++];
        struct eq_crew_event event = {
            .text = eq_slice(b->bytes.ptr + r->text, r->len),
            .origin = {eq_slice(b->bytes.ptr + r->path, r->path_len), r->line, r->offset},
            .late = r->late,
        };
        if (is_found)
            show(c, &event, b, r);
        else
            eq_engine_find(&event.found, c->options.engine, event.text);
        enum eq_status st = c->options.take(&event, c->options.ctx);
        eq_carry_hide(&c->view);
        if (st != EQ_OK)
            return st;
    }
    return EQ_OK;
}

static void empty(struct eq_crew *c, struct block *b)
{
    b->n = b->n_taken = b->n_hits = b->n_answers = 0;
    eq_carry_pack_clear(&b->pack);
    if (b->bytes.cap > SWOLLEN * c->options.block_bytes)
        eq_buf_free(&b->bytes);
    else
        eq_buf_clear(&b->bytes);
}

/* What has become of the oldest block: FOUND, or TAKEN if no thread has begun with it. Meanwhile work on others. */
static enum state wait_for_oldest(struct eq_crew *c, struct block *oldest)
{
    pthread_mutex_lock(&c->mutex);
    while (oldest->state == WORKED_ON) {
        struct block *b = claim(c);
        if (b)
            work_unlocked(c, b, c->options.engine);
        else
            pthread_cond_wait(&c->found, &c->mutex);
    }
    if (oldest->state == READY)
        oldest->state = TAKEN;
    enum state state = oldest->state;
    pthread_mutex_unlock(&c->mutex);
    return state;
}

static bool oldest_is_found(struct eq_crew *c)
{
    pthread_mutex_lock(&c->mutex);
    bool yes = c->taken < c->filled && block_at(c, c->taken)->state == FOUND;
    pthread_mutex_unlock(&c->mutex);
    return yes;
}

static enum eq_status take_oldest(struct eq_crew *c)
{
    struct block *b = block_at(c, c->taken);
    enum eq_status st = take_block(c, b, wait_for_oldest(c, b) == FOUND);
    if (b->n_taken < b->n)
        return st;
    empty(c, b);
    pthread_mutex_lock(&c->mutex);
    b->state = FILLING;
    c->taken++;
    pthread_mutex_unlock(&c->mutex);
    return st;
}

/* Let threads have the block that is being filled. Its padding was reserved with its events. */
static void submit(struct eq_crew *c)
{
    struct block *b = block_at(c, c->filled);
    eq_buf_fill(&b->bytes, ' ', EQ_JSON_PADDING);
    pthread_mutex_lock(&c->mutex);
    b->state = READY;
    c->filled++;
    pthread_cond_signal(&c->ready);
    pthread_mutex_unlock(&c->mutex);
}

/* ── Putting ── */

static bool add(struct eq_crew *c, struct block *b, struct eq_slice text, const struct eq_origin *origin, bool late)
{
    if (!eq_grow(c->alloc, &b->records, &b->cap, b->n + 1, sizeof *b->records))
        return false;
    struct record *r = &b->records[b->n];
    const struct record *last = b->n ? r - 1 : NULL;
    *r = (struct record){.line = origin->line, .offset = origin->offset, .late = late};
    if (!eq_buf_reserve(&b->bytes, origin->path.len + text.len + EQ_JSON_PADDING)) {
        b->bytes.failed = false; /* what is in it is whole */
        return false;
    }
    r->path = b->bytes.len;
    r->path_len = origin->path.len;
    if (last && eq_slice_eq(eq_slice(b->bytes.ptr + last->path, last->path_len), origin->path))
        r->path = last->path;
    else
        eq_buf_add(&b->bytes, origin->path);
    r->text = b->bytes.len;
    r->len = text.len;
    eq_buf_add(&b->bytes, text);
    b->n++;
    return true;
}

/* Before a block is filled: what stands there must have been taken. What was found since goes with it, but not all at once:
 * others would be without work meanwhile. */
static enum eq_status begin_block(struct eq_crew *c, bool full)
{
    enum eq_status st = EQ_OK;
    for (int i = 0; i < TAKEN_AT_A_TIME && st == EQ_OK && (full || oldest_is_found(c)); i++) {
        st = take_oldest(c);
        full = false;
    }
    return st;
}

enum eq_status eq_crew_put(struct eq_crew *c, struct eq_slice text, const struct eq_origin *origin, bool late)
{
    struct block *b = block_at(c, c->filled);
    bool full = c->filled - c->taken == c->n_blocks;
    enum eq_status st = full || b->n == 0 ? begin_block(c, full) : EQ_OK;
    if (st != EQ_OK)
        return st;
    if (!add(c, b, text, origin, late))
        return EQ_NOMEM;
    if (b->bytes.len >= c->options.block_bytes) {
        start(c);
        submit(c);
    }
    return EQ_OK;
}

enum eq_status eq_crew_settle(struct eq_crew *c)
{
    enum eq_status st = EQ_OK;
    if (c->filled - c->taken < c->n_blocks && block_at(c, c->filled)->n)
        submit(c);
    while (st == EQ_OK && c->taken < c->filled)
        st = take_oldest(c);
    return st;
}

void eq_crew_add_stats(const struct eq_crew *c, struct eq_engine_stats *sum)
{
    for (size_t i = 0; i < c->n_workers; i++)
        eq_engine_add_stats(c->workers[i].engine, sum);
}

void eq_crew_add_profile(const struct eq_crew *c, struct eq_profile *sum)
{
    for (size_t i = 0; i < c->n_workers; i++)
        eq_profile_add(sum, eq_engine_profile(c->workers[i].engine));
}

void eq_crew_add_profile_part(const struct eq_crew *c, struct eq_profile_counts *sum, uint32_t clause)
{
    for (size_t i = 0; i < c->n_workers; i++)
        eq_profile_add_part(sum, &eq_engine_profile(c->workers[i].engine)->parts[clause]);
}
