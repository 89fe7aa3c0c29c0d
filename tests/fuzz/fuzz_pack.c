/* fuzz_pack.c — any bytes as a pack whose checksum fits.
 *
 * The first four bytes say how many words there are; header and checksum are made here. Promised: the rules are refused
 * with a diagnostic, or they are rules: an event goes through them, and they make a pack again. */
#include <stdio.h>
#include <unistd.h>

#include "api/eqlite.h"
#include "api/pack.h"
#include "fuzz.h"

static bool discard(const char *ptr, size_t len, void *ctx)
{
    (void)ptr, (void)len, (void)ctx;
    return true;
}

static void use(eqlite_rules *rules)
{
    static const char text[] = "{\"event\":{\"category\":\"process\"},\"process\":{\"name\":\"cmd.exe\",\"args\":[\"-x\",1]},\"a\":1,"
                               "\"stack\":[{\"symbol\":\"a!x\",\"size\":9}],\"@timestamp\":\"2026-11-21T09:00:00Z\"}";
    eqlite_event event = {.json = text, .len = sizeof text - 1};
    eqlite_matcher *m = NULL;
    for (size_t i = 0; i < eqlite_rules_count(rules); i++)
        PROMISE(eqlite_rules_json(rules, i, discard, NULL) == EQLITE_OK);
    PROMISE(eqlite_rules_pack(rules, discard, NULL) == EQLITE_OK);
    if (eqlite_matcher_new(&m, rules, NULL) == EQLITE_OK) {
        eqlite_matcher_feed(m, &event);
        eqlite_matcher_feed(m, &event);
        eqlite_matcher_finish(m);
    }
    eqlite_matcher_free(m);
}

static void load(const char *path)
{
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    PROMISE(eqlite_compiler_new(&c, NULL) == EQLITE_OK);
    eqlite_status status = eqlite_compiler_add_path(c, path);
    PROMISE(status == EQLITE_OK || status == EQLITE_LIMIT);
    PROMISE(eqlite_compiler_refused(c) == 0 || eqlite_diagnostics_errors(eqlite_compiler_diagnostics(c)) > 0);
    if (status == EQLITE_OK && eqlite_compiler_finish(&rules, c) == EQLITE_OK)
        use(rules);
    eqlite_compiler_free(c);
    eqlite_rules_free(rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    uint32_t n_words;
    if (size < sizeof n_words || size > 1 << 16)
        return 0;
    memcpy(&n_words, data, sizeof n_words);
    size_t body = size - sizeof n_words, len = EQ_IMAGE_HEADER + body;
    char *image = malloc(len);
    PROMISE(image);
    memcpy(image + EQ_IMAGE_HEADER, data + sizeof n_words, body);
    eq_image_sign(image, len, (uint32_t)(n_words % (body / 4 + 1)), eqlite_version(), eq_plan_pack_tables());
    snprintf(path, sizeof path, "/tmp/eqlite-fuzz-%ld.eqlpack", (long)getpid());
    FILE *f = fopen(path, "wb");
    PROMISE(f && fwrite(image, 1, len, f) == len && fclose(f) == 0);
    free(image);
    load(path);
    unlink(path);
    return 0;
}
