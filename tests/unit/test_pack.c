/* test_pack.c — rules as an image and back: the same, or refused; never believed. */
#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/pack.h"
#include "helpers.h"

/* Something of every kind that a plan may hold. */
static const char *const queries[] = {
    "process where process.name : (\"cmd.exe\", \"power*\") and not user.name == \"root\"",
    "file where file.path like (\"/etc/passwd\", \"/tmp/*\") or file.name like~ \"x\" or file.extension in~ (\"a\", \"b\")",
    "any where length(process.name) + 1 > 3.5 and process.args in (1, \"2\", true, null) and ?x.y != null",
    "network where cidrMatch(source.ip, \"10.0.0.0/8\", \"::1\") or source.ip == \"192.168.0.1\"",
    "any where @timestamp > \"2026-01-02T03:04:05.678Z\" and concat(a, b) like~ \"*x?y*\"",
    "process where process.command_line regex~ \"a.*(b|c)[0-9]{2}\" and 18446744073709551615 > n",
    ("sequence by host.id, ?user.id with maxspan=5m [process where true] by a with runs=2 ![file where x == 1] by b "
    "[any where process.args == \"-x\"] by c until [process where process.name == \"stop\"] by d | head 5 | tail 2"),
    "sample by host.id [process where a == 1] [file where b == 2]",
    "any where _arraysearch(stack, $e, $e.symbol : \"*!x\" and $e.size > 5) or descendant of [process where p == 1]",
    "sequence by host.id [process where true] as first [file where file.path == first.process.executable]",
};
enum { QUERIES = sizeof queries / sizeof *queries };

static const char *const events[] = {
    "{\"event\":{\"category\":\"process\"},\"a\":1,"
    "\"process\":{\"name\":\"CMD.exe\",\"command_line\":\"axxb12\",\"args\":[\"-x\",1]},"
    "\"host\":{\"id\":\"h\"},\"@timestamp\":\"2026-11-21T09:00:00Z\",\"source\":{\"ip\":\"10.1.2.3\"},\"n\":5}",
    "{\"event\":{\"category\":\"file\"},\"stack\":[{\"symbol\":\"a!x\",\"size\":9}],\"b\":2,\"host\":{\"id\":\"h\"},"
    "\"@timestamp\":\"2026-11-21T09:00:01Z\",\"process\":{\"entity_id\":\"p\",\"name\":\"stop\"},\"file\":{\"path\":\"q\"}}",
};

static eqlite_rules *compile_for(const char *engine, const eqlite_allocator *allocator)
{
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    options.allocator = allocator;
    options.engine = engine;
    options.dialect = "endpoint";
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_new(&c, &options), EQLITE_OK);
    for (size_t i = 0; i < QUERIES; i++) {
        char name[16];
        snprintf(name, sizeof name, "q%zu", i);
        CU_ASSERT_EQUAL(eqlite_compiler_add_query(c, name, queries[i], strlen(queries[i])), EQLITE_OK);
    }
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_finish(&rules, c), EQLITE_OK);
    eqlite_compiler_free(c);
    CU_ASSERT_EQUAL_FATAL(eqlite_rules_count(rules), QUERIES);
    return rules;
}

static eqlite_rules *compile(const eqlite_allocator *allocator)
{
    return compile_for(NULL, allocator);
}

static bool add_to(const char *ptr, size_t len, void *buf)
{
    eq_buf_add(buf, eq_slice(ptr, len));
    return eq_buf_status(buf) == EQ_OK;
}

static struct eq_buf image; /* of the queries */

static void make_image(void)
{
    eqlite_rules *rules = compile(NULL);
    eq_buf_init(&image, &eq_alloc_default);
    CU_ASSERT_EQUAL_FATAL(eqlite_rules_pack(rules, add_to, &image), EQLITE_OK);
    eqlite_rules_free(rules);
}

static void drop_image(void)
{
    eq_buf_free(&image);
}

static char path[64];

static void put_file(struct eq_slice bytes)
{
    snprintf(path, sizeof path, "/tmp/eqlite-test-%ld.eqlpack", (long)getpid());
    FILE *f = fopen(path, "wb");
    CU_ASSERT_FATAL(f && fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len && fclose(f) == 0);
}

/* Rules from a file with these bytes; NULL: refused, and the diagnostic's message is kept. */
static char message[256];

static eqlite_rules *load_for(const char *engine, struct eq_slice bytes, const eqlite_allocator *allocator,
                              eqlite_status *status)
{
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    put_file(bytes);
    options.allocator = allocator;
    options.engine = engine;
    *message = '\0';
    *status = eqlite_compiler_new(&c, &options);
    if (*status == EQLITE_OK)
        *status = eqlite_compiler_add_path(c, path);
    if (*status == EQLITE_OK && eqlite_compiler_refused(c) == 0)
        *status = eqlite_compiler_finish(&rules, c);
    if (c && eqlite_diagnostics_count(eqlite_compiler_diagnostics(c))) {
        eqlite_diagnostic d = eqlite_diagnostics_get(eqlite_compiler_diagnostics(c), 0);
        snprintf(message, sizeof message, "%s %.*s", d.code, (int)d.message.len, d.message.ptr);
    }
    eqlite_compiler_free(c);
    unlink(path);
    return rules;
}

static eqlite_rules *load(struct eq_slice bytes, const eqlite_allocator *allocator, eqlite_status *status)
{
    return load_for(NULL, bytes, allocator, status);
}

static bool count_alert(const eqlite_alert *alert, void *n)
{
    (void)alert;
    ++*(size_t *)n;
    return true;
}

/* Alerts of the events, and the worst status; whatever the rules are, this must end. */
static size_t run(eqlite_rules *rules)
{
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    eqlite_matcher *m = NULL;
    size_t alerts = 0;
    options.on_alert = count_alert;
    options.ctx = &alerts;
    if (eqlite_matcher_new(&m, rules, &options) != EQLITE_OK)
        return 0;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        eqlite_event event = {.json = events[i], .len = strlen(events[i])};
        eqlite_matcher_feed(m, &event);
    }
    eqlite_matcher_finish(m);
    eqlite_matcher_free(m);
    return alerts;
}

static void print_rule(struct eq_buf *out, const eqlite_rules *rules, size_t i)
{
    eq_plan_print(out, eq_ruleset_program(rules->ruleset)->rules[i].plan);
    eqlite_rules_json(rules, i, add_to, out);
    eqlite_rule rule = eqlite_rules_get(rules, i);
    eq_buf_printf(out, "%.*s %u %lld", (int)rule.query.len, rule.query.ptr, rule.line, (long long)rule.max_signals);
}

/* What is told of a pack's predicates without compiling them is what compiling them tells. */
static void same_predicates(const struct eq_program *a, const struct eq_program *b)
{
    size_t texts = 0;
    CU_ASSERT_FATAL(a->n_eager == b->n_eager && a->n_witnesses == b->n_witnesses && a->n_predicates == b->n_predicates);
    for (size_t i = 0; i < a->n_eager; i++) {
        const struct eq_predicate *p = &a->predicates[i], *q = &b->predicates[i];
        CU_ASSERT(p->kind == q->kind && p->reads == q->reads && p->looks == q->looks);
        CU_ASSERT(eq_slice_eq(a->fields->items[p->field].path, b->fields->items[q->field].path));
        texts += p->kind == EQ_P_TEXT;
    }
    CU_ASSERT(texts > 5);
}

static void the_same_rules(void)
{
    eqlite_status status;
    eqlite_rules *before = compile(NULL), *after;
    struct eq_buf a, b;
    eq_buf_init(&a, &eq_alloc_default);
    eq_buf_init(&b, &eq_alloc_default);
    make_image();
    after = load(eq_buf_slice(&image), NULL, &status);
    CU_ASSERT_PTR_NOT_NULL_FATAL(after);
    CU_ASSERT_EQUAL_FATAL(eqlite_rules_count(after), QUERIES);
    for (size_t i = 0; i < QUERIES; i++) {
        eq_buf_clear(&a);
        eq_buf_clear(&b);
        print_rule(&a, before, i);
        print_rule(&b, after, i);
        CU_ASSERT(a.len > 0 && eq_slice_eq(eq_buf_slice(&a), eq_buf_slice(&b)));
    }
    same_predicates(eq_ruleset_program(before->ruleset), eq_ruleset_program(after->ruleset));
    CU_ASSERT(run(before) >= 4);
    CU_ASSERT_EQUAL(run(after), run(before));
    eq_buf_clear(&a);
    CU_ASSERT_EQUAL(eqlite_rules_pack(after, add_to, &a), EQLITE_OK); /* plans and clauses that were read: the same bytes */
    CU_ASSERT(eq_slice_eq(eq_buf_slice(&a), eq_buf_slice(&image)));
    eqlite_rules_free(before);
    eqlite_rules_free(after);
    eq_buf_free(&a);
    eq_buf_free(&b);
    drop_image();
}

/* A pack is the same whichever engine the rules were made for, and serves each of them. */
static void every_engine(void)
{
    static const char *const engines[] = {"decisions", "memo", "shared", "naive"};
    make_image();
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++) {
        eqlite_status status;
        struct eq_buf again;
        eqlite_rules *made = compile_for(engines[i], NULL), *loaded = load_for(engines[i], eq_buf_slice(&image), NULL, &status);
        CU_ASSERT_PTR_NOT_NULL_FATAL(loaded);
        CU_ASSERT_EQUAL(run(loaded), run(made));
        eqlite_rules *const both[] = {made, loaded};
        for (int k = 0; k < 2; k++) {
            eq_buf_init(&again, &eq_alloc_default);
            CU_ASSERT_EQUAL(eqlite_rules_pack(both[k], add_to, &again), EQLITE_OK);
            bool simplified = both[k] != made || strcmp(engines[i], "naive") != 0;
            CU_ASSERT(!simplified || eq_slice_eq(eq_buf_slice(&again), eq_buf_slice(&image)));
            eq_buf_free(&again);
            eqlite_rules_free(both[k]);
        }
    }
    drop_image();
}

static void damage_is_found(void)
{
    eqlite_status status;
    make_image();
    for (size_t i = 0; i < image.len; i += i < 200 ? 1 : 37) {
        image.ptr[i] = (char)(image.ptr[i] ^ 0x10);
        CU_ASSERT_PTR_NULL(load(eq_buf_slice(&image), NULL, &status));
        CU_ASSERT(status == EQLITE_OK && strncmp(message, "E0803 ", 6) == 0);
        image.ptr[i] = (char)(image.ptr[i] ^ 0x10);
    }
    for (size_t len = 0; len < image.len; len += len < 200 ? 1 : 41) {
        CU_ASSERT_PTR_NULL(load(eq_slice(image.ptr, len), NULL, &status));
        CU_ASSERT(strstr(message, len < EQ_IMAGE_MAGIC_LEN ? "no pack" : "truncated") != NULL);
    }
    eq_buf_putc(&image, 'x');
    CU_ASSERT_PTR_NULL(load(eq_buf_slice(&image), NULL, &status));
    CU_ASSERT(strstr(message, "something follows") != NULL);
    drop_image();
}

static void foreign_packs(void)
{
    static const struct {
        size_t at;
        const char *says;
    } changes[] = {{8, "byte order"}, {12, "another version"}, {16, "another version"}, {40, "another version"},
                   {80, "checksum"}, {65, "checksum"}};
    eqlite_status status;
    make_image();
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        image.ptr[changes[i].at] ^= 1;
        CU_ASSERT_PTR_NULL(load(eq_buf_slice(&image), NULL, &status));
        CU_ASSERT(strstr(message, changes[i].says) != NULL);
        image.ptr[changes[i].at] ^= 1;
    }
    drop_image();
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* Someone changes words and makes the checksum fit: the rules are refused, or others, but nothing breaks. */
static void malice_is_harmless(void)
{
    uint64_t state = 1;
    size_t refused = 0, loaded = 0;
    uint32_t n_words;
    make_image();
    memcpy(&n_words, image.ptr + 32, sizeof n_words);
    char *copy = malloc(image.len);
    CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
    for (int round = 0; round < 4000; round++) {
        eqlite_status status;
        memcpy(copy, image.ptr, image.len);
        for (uint64_t change = next_random(&state) % 3 + 1; change > 0; change--) {
            char *word = copy + EQ_IMAGE_HEADER + next_random(&state) % n_words * 4;
            uint32_t v;
            memcpy(&v, word, 4);
            uint64_t how = next_random(&state) % 4;
            v = how == 0   ? v + 1
                : how == 1 ? v - 1
                : how == 2 ? (uint32_t)next_random(&state) % 300
                           : v ^ 1u << next_random(&state) % 32;
            memcpy(word, &v, 4);
        }
        eq_image_sign(copy, image.len, n_words, eqlite_version(), eq_plan_pack_tables());
        eqlite_rules *rules = load(eq_slice(copy, image.len), NULL, &status);
        refused += rules == NULL;
        loaded += rules != NULL;
        if (rules)
            run(rules);
        eqlite_rules_free(rules);
    }
    CU_ASSERT(refused > 1000 && loaded > 100);
    free(copy);
    drop_image();
}

static void other_options(void)
{
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_compiler *c = NULL;
    make_image();
    put_file(eq_buf_slice(&image));
    const char **const members[] = {&options.category_field, &options.timestamp_field, &options.dialect};
    static const char *const values[] = {"kind", "ts", "elastic"};
    for (size_t i = 0; i < 3; i++) {
        *members[i] = values[i];
        CU_ASSERT_EQUAL_FATAL(eqlite_compiler_new(&c, &options), EQLITE_OK);
        CU_ASSERT_EQUAL(eqlite_compiler_add_path(c, path), EQLITE_OK);
        CU_ASSERT_EQUAL(eqlite_compiler_refused(c), 1);
        eqlite_diagnostic d = eqlite_diagnostics_get(eqlite_compiler_diagnostics(c), 0);
        CU_ASSERT(d.code && strcmp(d.code, "E0803") == 0 && d.help.len > 0);
        eqlite_compiler_free(c);
        *members[i] = NULL;
    }
    unlink(path);
    drop_image();
}

/* Rules of a pack among others, and some of finished ones. */
static void mixed(void)
{
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL, *some = NULL;
    make_image();
    put_file(eq_buf_slice(&image));
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_new(&c, NULL), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_compiler_add_query(c, "first", queries[0], strlen(queries[0])), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_compiler_add_path(c, path), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_compiler_add_path(c, path), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_compiler_add_query(c, "last", queries[0], strlen(queries[0])), EQLITE_OK);
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_finish(&rules, c), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_rules_count(rules), 2 * QUERIES + 2);
    eqlite_rules *alone = compile(NULL);
    CU_ASSERT_EQUAL(run(rules), 2 * run(alone) + 2);
    eqlite_rules_free(alone);

    CU_ASSERT_EQUAL(eqlite_compiler_add_from(c, rules, 2 * QUERIES + 2), EQLITE_INVALID);
    CU_ASSERT_EQUAL(eqlite_compiler_add_from(c, rules, 0), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_compiler_add_from(c, rules, 1), EQLITE_OK);
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_finish(&some, c), EQLITE_OK);
    eqlite_rules_free(rules);
    eqlite_compiler_free(c);
    CU_ASSERT_EQUAL(eqlite_rules_count(some), 2);
    CU_ASSERT_EQUAL(run(some), 2);
    eqlite_rules_free(some);
    unlink(path);
    drop_image();
}

static void *run_in_thread(void *rules)
{
    return (void *)(uintptr_t)run(rules);
}

/* The tables of a field are made by the first thread that needs them, while others wait. */
static void several_threads(void)
{
    enum { THREADS = 4, ROUNDS = 20 };
    eqlite_status status;
    make_image();
    eqlite_rules *alone = load(eq_buf_slice(&image), NULL, &status);
    CU_ASSERT_PTR_NOT_NULL_FATAL(alone);
    size_t wanted = run(alone);
    eqlite_rules_free(alone);
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t threads[THREADS];
        eqlite_rules *rules = load(eq_buf_slice(&image), NULL, &status);
        CU_ASSERT_PTR_NOT_NULL_FATAL(rules);
        for (int i = 0; i < THREADS; i++)
            CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, run_in_thread, rules), 0);
        for (int i = 0; i < THREADS; i++) {
            void *alerts = NULL;
            pthread_join(threads[i], &alerts);
            CU_ASSERT_EQUAL((size_t)(uintptr_t)alerts, wanted);
        }
        eqlite_rules_free(rules);
    }
    drop_image();
}

static void failing_memory(void)
{
    struct faulty memory = {0};
    eqlite_allocator allocator = {faulty_resize, &memory};
    eqlite_status status;
    size_t rounds = 0;
    make_image();
    do { /* PCRE2 does without some of its memory */
        memory = (struct faulty){.fail_at = ++rounds};
        eqlite_rules *rules = load(eq_buf_slice(&image), &allocator, &status);
        CU_ASSERT(status == EQLITE_OK || status == EQLITE_NOMEM);
        CU_ASSERT((rules != NULL) == (status == EQLITE_OK));
        eqlite_rules_free(rules);
        CU_ASSERT_EQUAL(memory.live, 0);
    } while (memory.failed && rounds < 100000);
    CU_ASSERT(rounds > 50);
    drop_image();
}

CU_TestInfo eq_tests_pack[] = {
    {"rules from a pack are the same rules", the_same_rules},
    {"a pack serves every engine", every_engine},
    {"a damaged pack is refused", damage_is_found},
    {"a pack of others is refused", foreign_packs},
    {"a pack that was changed on purpose breaks nothing", malice_is_harmless},
    {"a pack for other fields is refused", other_options},
    {"packs among rules, and rules of rules", mixed},
    {"several threads share rules from their first event", several_threads},
    {"every allocation fails once", failing_memory},
    CU_TEST_INFO_NULL,
};
