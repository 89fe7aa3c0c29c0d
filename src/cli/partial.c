/* partial.c — how far sequences came: for each key the furthest stage, and what became of it there.
 *
 *      started h1 ─ extended h1 ─ started h2 ─ expired h1        ▶   2 of 3  ["h1"]  expired
 *                                                                    1 of 3  ["h2"]  still waiting
 *
 * Keys stand in the order in which they were first seen; a table of hashes finds them. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

enum { MOST_KEYS = 100000, LONG_KEYS = 1024 /* bytes; longer ones are only counted */ };

struct key {
    size_t rule;
    struct cli_text keys; /* JSON array */
    uint32_t reached, needed;
    const char *what; /* static, of eqlite_trace */
    struct cli_text place;
    eqlite_string path; /* in `place` */
    uint64_t line;
};

struct cli_partials {
    struct key *keys;
    size_t n, cap;
    size_t *table; /* number of a key + 1, or 0; a power of two of them */
    size_t size;
    uint64_t untold; /* steps of keys that there was no room for */
};

struct cli_partials *cli_partials_new(void)
{
    struct cli_partials *p = cli_alloc(NULL, sizeof *p);
    memset(p, 0, sizeof *p);
    return p;
}

void cli_partials_free(struct cli_partials *p)
{
    for (size_t i = 0; p && i < p->n; i++) {
        cli_text_free(&p->keys[i].keys);
        cli_text_free(&p->keys[i].place);
    }
    if (p) {
        free(p->keys);
        free(p->table);
    }
    free(p);
}

/* ── Keys ── */

static uint64_t hash_of(size_t rule, eqlite_string keys)
{
    uint64_t h = 0xcbf29ce484222325u ^ rule;
    for (size_t i = 0; i < keys.len; i++)
        h = (h ^ (unsigned char)keys.ptr[i]) * 0x100000001b3u;
    return h ^ h >> 32;
}

/* Where the key is in the table, or would be. */
static size_t slot_of(const struct cli_partials *p, size_t rule, eqlite_string keys)
{
    size_t at = (size_t)hash_of(rule, keys) & (p->size - 1);
    for (; p->table[at]; at = (at + 1) & (p->size - 1)) {
        const struct key *k = &p->keys[p->table[at] - 1];
        if (k->rule == rule && k->keys.len == keys.len && memcmp(k->keys.ptr, keys.ptr, keys.len) == 0)
            break;
    }
    return at;
}

static void grow(struct cli_partials *p)
{
    p->size = p->size ? 2 * p->size : 256;
    p->table = cli_alloc(p->table, p->size * sizeof *p->table);
    memset(p->table, 0, p->size * sizeof *p->table);
    for (size_t i = 0; i < p->n; i++)
        p->table[slot_of(p, p->keys[i].rule, (eqlite_string){p->keys[i].keys.ptr, p->keys[i].keys.len})] = i + 1;
}

static struct key *find(struct cli_partials *p, const eqlite_trace *t)
{
    if (2 * p->n >= p->size)
        grow(p);
    size_t at = slot_of(p, t->rule, t->keys);
    if (p->table[at])
        return &p->keys[p->table[at] - 1];
    if (p->n == MOST_KEYS || t->keys.len > LONG_KEYS)
        return NULL;
    if (p->n == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 64;
        p->keys = cli_alloc(p->keys, p->cap * sizeof *p->keys);
    }
    struct key *k = &p->keys[p->n++];
    *k = (struct key){.rule = t->rule};
    cli_text_add(&k->keys, t->keys.ptr, t->keys.len);
    p->table[at] = p->n;
    return k;
}

void cli_partials_trace(struct cli_partials *p, const eqlite_trace *t)
{
    struct key *k = find(p, t);
    if (!k) {
        p->untold++;
        return;
    }
    if (t->events < k->reached)
        return;
    k->reached = t->events;
    k->needed = t->needed;
    k->what = t->what;
    k->place.len = 0;
    cli_text_add(&k->place, t->last_path.ptr ? t->last_path.ptr : "", t->last_path.len);
    k->path = (eqlite_string){k->place.ptr, k->place.len};
    k->line = t->last_line;
}

/* ── What is told ── */

static int by_reach(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->rule != y->rule)
        return x->rule < y->rule ? -1 : 1;
    if (x->reached != y->reached)
        return x->reached > y->reached ? -1 : 1;
    return cli_string_order((eqlite_string){x->keys.ptr, x->keys.len}, (eqlite_string){y->keys.ptr, y->keys.len});
}

static void add_key(struct cli_text *out, const struct key *k)
{
    cli_text_printf(out, "  %u of %u  ", k->reached, k->needed);
    if (k->keys.len > 2) { /* more than [] */
        cli_text_escape(out, (eqlite_string){k->keys.ptr, k->keys.len});
        cli_text_printf(out, "  ");
    }
    cli_text_printf(out, "%s (", cli_trace_words(k->what));
    cli_text_place(out, k->path, k->line);
    cli_text_printf(out, ")\n");
}

/* How many keys reached each stage, the furthest first. */
static void add_counts(struct cli_text *out, const struct key *keys, size_t n)
{
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && keys[end].reached == keys[i].reached; end++)
            ;
        cli_text_printf(out, "%s%zu key%s reached %u of %u", i ? ", " : "", end - i, end - i == 1 ? "" : "s",
                        keys[i].reached, keys[i].needed);
    }
}

static void add_rule(struct cli_text *out, const eqlite_rule *rule, const struct key *keys, size_t n, size_t most)
{
    cli_text_printf(out, "sequence ");
    cli_text_escape(out, rule->name.len ? rule->name : rule->id);
    cli_text_printf(out, ": ");
    add_counts(out, keys, n);
    cli_text_printf(out, n ? "\n" : "no event met the first stage\n");
    for (size_t i = 0; i < n && i < most; i++)
        add_key(out, &keys[i]);
    if (n > most)
        cli_text_printf(out, "  … and %zu more key%s\n", n - most, n - most == 1 ? "" : "s");
}

static void add_json(struct cli_text *out, const eqlite_rule *rule, const struct key *k)
{
    cli_text_printf(out, "{\"rule\":");
    cli_text_json(out, rule->name.len ? rule->name : rule->id);
    cli_text_printf(out, ",\"keys\":");
    cli_text_add(out, k->keys.ptr, k->keys.len);
    cli_text_printf(out, ",\"reached\":%u,\"needed\":%u,\"what\":\"%s\",\"path\":", k->reached, k->needed, k->what);
    cli_text_json(out, k->path);
    cli_text_printf(out, ",\"line\":%llu}\n", (unsigned long long)k->line);
}

void cli_partials_add(struct cli_text *out, struct cli_partials *p, const eqlite_rules *rules, bool json, size_t most)
{
    if (p->n)
        qsort(p->keys, p->n, sizeof *p->keys, by_reach); /* the table means nothing any more */
    for (size_t rule = 0, start = 0, end; rule < eqlite_rules_count(rules); rule++, start = end) {
        eqlite_rule r = eqlite_rules_get(rules, rule);
        for (end = start; end < p->n && p->keys[end].rule == rule; end++)
            if (json)
                add_json(out, &r, &p->keys[end]);
        if (!json && r.kind == EQLITE_RULE_SEQUENCE)
            add_rule(out, &r, p->keys + start, end - start, most);
    }
    if (p->untold && !json)
        cli_text_printf(out, "… and %llu more steps of other keys\n", (unsigned long long)p->untold);
    else if (p->untold)
        cli_error("more than %d keys: %llu steps of others are not told", MOST_KEYS, (unsigned long long)p->untold);
}
