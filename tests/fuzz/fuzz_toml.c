/* fuzz_toml.c — any bytes as a rule file.
 *
 * Promised: a tree whose positions lie inside the file and whose depth is bounded, or an error with a place; the same
 * tree without cutting long strings out; and the loader, with the same bytes, gives rules or diagnostics. */
#include "api/eqlite.h"
#include "fuzz.h"
#include "base/utf8.h"
#include "rule/toml_shim.h"

static void check_tree(const struct eq_toml *node, uint32_t lines, int depth)
{
    PROMISE(depth < 1000);
    for (; node; node = node->next) {
        PROMISE(node->line <= lines && node->key_line <= lines);
        if (node->kind == EQ_TOML_TABLE || node->kind == EQ_TOML_ARRAY)
            check_tree(node->first, lines, depth + 1);
    }
}

static bool same(const struct eq_toml *a, const struct eq_toml *b)
{
    for (; a && b; a = a->next, b = b->next)
        if (a->kind != b->kind || !eq_slice_eq(a->key, b->key) || !eq_slice_eq(a->text, b->text) ||
            a->line != b->line || a->column != b->column || !same(a->first, b->first))
            return false;
    return a == b;
}

/* toml++ is given the whole text; its depth was found to be bounded. */
static void compare(const struct eq_toml *root, struct eq_slice text, struct eq_arena *arena)
{
    struct eq_toml *whole = NULL;
    struct eq_toml_error error = {0};
    struct eq_toml_cuts none;
    eq_toml_cuts_init(&none, text, &eq_alloc_default);
    PROMISE(eq_toml_shim_parse(&whole, text, &none, arena, &error) == EQ_OK);
    PROMISE(same(root, whole));
}

static void parse(const char *text, size_t size)
{
    struct eq_arena arena;
    struct eq_toml *root = NULL;
    struct eq_toml_error error = {0};
    uint32_t lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    eq_arena_init(&arena, &eq_alloc_default);
    enum eq_status status = eq_toml_parse(&root, eq_slice(text, size), &arena, &error);
    PROMISE(status == EQ_OK || status == EQ_INVALID || status == EQ_LIMIT);
    if (status == EQ_OK)
        check_tree(root, lines, 0);
    if (status == EQ_INVALID)
        PROMISE(error.message[0] && memchr(error.message, '\0', sizeof error.message));
    size_t bad;
    if (status == EQ_OK && eq_utf8_valid(eq_slice(text, size), &bad))
        compare(root, eq_slice(text, size), &arena);
    eq_arena_free(&arena);
}

static void load(const char *text, size_t size)
{
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    eqlite_options options = EQLITE_OPTIONS_INIT;
    options.schema = "ecs";
    options.metadata = true;
    PROMISE(eqlite_compiler_new(&c, &options) == EQLITE_OK);
    eqlite_compiler_add_schema(c, text, size); /* whatever it is */
    eqlite_status status = eqlite_compiler_add_rule(c, "x.toml", text, size);
    PROMISE(status == EQLITE_OK || status == EQLITE_INVALID || status == EQLITE_LIMIT);
    const eqlite_diagnostics *d = eqlite_compiler_diagnostics(c);
    PROMISE(status == EQLITE_OK || eqlite_diagnostics_errors(d) > 0);
    PROMISE(eqlite_compiler_finish(&rules, c) == EQLITE_OK);
    eqlite_compiler_free(c);
    eqlite_rules_free(rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 16)
        return 0;
    char *text = fuzz_copy(data, size);
    parse(text, size);
    load(text, size);
    free(text);
    return 0;
}
