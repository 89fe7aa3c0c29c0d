/* fuzz_state.c — any bytes as a saved state, with a right checksum.
 *
 * Promised: it is taken up or refused with a reason, and memory stays within bounds. One that is taken up works: events
 * go on, it can be saved and taken up again, and the end of the input comes. The first byte chooses the options. */
#include "api/eqlite.h"
#include "fuzz.h"
#include "seal.h"

static const char *const queries[] = {
    "sequence by k with maxspan=1m [any where t == \"A\"] [any where t == \"B\"] [any where t == \"C\"]",
    "sequence by k with maxspan=1m ![any where t == \"M\"] [any where t == \"A\"] [any where t == \"B\"] ![any where t == \"C\"]",
    "sequence by k with maxspan=1m [any where t == \"A\"] ![any where t == \"M\"] [any where t == \"B\"]",
    "sequence [any where t == \"A\"] as e0 [any where t == \"B\" and v == e0.v]",
    "sequence with maxspan=1m [any where t == \"A\"] as e0 ![any where v == e0.v] [any where t == \"B\"]",
    "any where descendant of [process where process.name == \"w\"]",
};
static const char *const other_queries[] = {
    "sample by k [any where t == \"A\"] [any where t == \"B\"]",
    "any where t == \"A\" | tail 3 | head 2",
    "sequence by k [any where t == \"A\"] with runs=2 | head 4",
    "sequence by k with maxspan=1m [any where t == \"A\"] [any where t == \"B\"]",
};
static const char *const events[] = {
    "{\"@timestamp\":1767225600000,\"t\":\"A\",\"k\":1,\"v\":2,\"host\":\"a\"}",
    "{\"@timestamp\":1767225601000,\"t\":\"M\",\"k\":[1,\"x\",null,2.5],\"v\":3,\"host\":\"b\"}",
    "{\"@timestamp\":1767225602000,\"t\":\"B\",\"k\":1,\"v\":2,\"host\":\"a\",\"process\":{\"entity_id\":\"p\",\"name\":\"w\"}}",
    "{\"@timestamp\":1767225602000,\"t\":\"B\",\"k\":\"x\",\"v\":2,\"host\":[\"a\",\"b\"]}",
    "{\"@timestamp\":1767225603000,\"t\":\"C\",\"k\":1,\"process\":{\"entity_id\":\"q\",\"parent\":{\"entity_id\":\"p\"}}}",
};

/* The rules of these options, made once. */
static eqlite_rules *compile(unsigned how)
{
    static eqlite_rules *made[4];
    if (made[how & 3])
        return made[how & 3];
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    bool endpoint = how & 1;
    const char *const *list = endpoint ? queries : other_queries;
    size_t n = endpoint ? sizeof queries / sizeof *queries : sizeof other_queries / sizeof *other_queries;
    options.dialect = endpoint ? "endpoint" : "elastic";
    options.partition_by = how & 2 ? "host" : NULL;
    PROMISE(eqlite_compiler_new(&c, &options) == EQLITE_OK);
    for (size_t i = 0; i < n; i++)
        eqlite_compiler_add_query(c, "q", list[i], strlen(list[i]));
    PROMISE(eqlite_compiler_finish(&rules, c) == EQLITE_OK);
    eqlite_compiler_free(c);
    PROMISE(eqlite_rules_count(rules) == n);
    made[how & 3] = rules;
    return rules;
}

static eqlite_matcher *matcher_of(unsigned how, eqlite_rules *rules)
{
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    eqlite_matcher *m = NULL;
    options.memory_bytes = 1 << 20;
    options.max_lateness_ns = how & 4 ? 2000000000 : 0;
    PROMISE(eqlite_matcher_new(&m, rules, &options) == EQLITE_OK);
    return m;
}

struct bytes {
    char *ptr;
    size_t len;
};

static bool add(const char *ptr, size_t len, void *ctx)
{
    struct bytes *b = ctx;
    b->ptr = realloc(b->ptr, b->len + len);
    PROMISE(b->ptr);
    memcpy(b->ptr + b->len, ptr, len);
    b->len += len;
    return true;
}

static void feed_all(eqlite_matcher *m)
{
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        eqlite_event e = {.json = events[i], .len = strlen(events[i])};
        eqlite_status st = eqlite_matcher_feed(m, &e);
        PROMISE(st == EQLITE_OK);
    }
}

static eqlite_status take_up(eqlite_matcher *m, const char *ptr, size_t len)
{
    eqlite_state state = EQLITE_STATE_INIT;
    eqlite_state_report report = {.size = sizeof report};
    state.matcher = m;
    eqlite_status st = eqlite_state_restore(&state, ptr, len, &report);
    PROMISE((st == EQLITE_OK) == (report.problem == NULL));
    PROMISE(st == EQLITE_OK || st == EQLITE_INVALID || st == EQLITE_LIMIT);
    return st;
}

static void go_on(unsigned how, eqlite_rules *rules, eqlite_matcher *m)
{
    eqlite_state state = EQLITE_STATE_INIT;
    eqlite_stats stats = {.size = sizeof stats};
    struct bytes saved = {0};
    state.matcher = m;
    PROMISE(eqlite_state_save(&state, add, &saved) == EQLITE_OK);
    eqlite_matcher *other = matcher_of(how, rules);
    PROMISE(take_up(other, saved.ptr, saved.len) == EQLITE_OK);
    eqlite_matcher_free(other);
    free(saved.ptr);
    feed_all(m);
    PROMISE(eqlite_matcher_finish(m) == EQLITE_OK);
    eqlite_matcher_stats(m, &stats);
    PROMISE(stats.memory_used <= stats.memory_limit + (1 << 16));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 1 << 16)
        return 0;
    unsigned how = data[0];
    size_t len = SEAL_HEAD + (size - 1) + SEAL_BYTES;
    char *state = malloc(len);
    PROMISE(state);
    memcpy(state, "eqlstate\1\0\0\0", SEAL_HEAD);
    memcpy(state + SEAL_HEAD, data + 1, size - 1);
    seal(state, len);
    eqlite_rules *rules = compile(how);
    eqlite_matcher *m = matcher_of(how, rules);
    if (take_up(m, state, len) == EQLITE_OK)
        go_on(how, rules, m);
    eqlite_matcher_free(m);
    free(state);
    return 0;
}

#ifdef MAKE_CORPUS
/* cc -DMAKE_CORPUS …: one file for each choice of options and number of events in front of the saving. */
int main(void)
{
    for (unsigned how = 0; how < 8; how++)
        for (size_t n = 0; n <= sizeof events / sizeof *events; n += 2) {
            eqlite_rules *rules = compile(how);
            eqlite_matcher *m = matcher_of(how, rules);
            eqlite_state state = EQLITE_STATE_INIT;
            struct bytes saved = {0};
            char name[64];
            for (size_t i = 0; i < n; i++)
                eqlite_matcher_feed(m, &(eqlite_event){.json = events[i], .len = strlen(events[i])});
            state.matcher = m;
            PROMISE(eqlite_state_save(&state, add, &saved) == EQLITE_OK);
            snprintf(name, sizeof name, "options_%u_events_%zu", how, n);
            FILE *out = fopen(name, "wb");
            PROMISE(out && fputc((int)how, out) != EOF);
            PROMISE(fwrite(saved.ptr + SEAL_HEAD, 1, saved.len - SEAL_HEAD - SEAL_BYTES, out) > 0 && fclose(out) == 0);
            eqlite_matcher_free(m);
            free(saved.ptr);
        }
    return 0;
}
#endif
