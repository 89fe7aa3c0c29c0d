/* test_shapes.c — events that are read by a shape: each is read by a decoder that knows shapes and by one that walks, and
 * both must say the same in every respect. */
#include <stdio.h>

#include <CUnit/Basic.h>

#include "base/buf.h"
#include "event/event.h"
#include "unit/helpers.h"
#include "unit/reference.h"

/* ── Two decoders ──────────────────────────────────────────────────────────────────────────────────────────────── */

struct reader {
    struct eq_decoder *decoder;
    const struct eq_event *event;
    struct eq_decode_error error;
    enum eq_status status;
};

struct fixture {
    struct eq_fields *fields;
    uint32_t searched;
    struct reader by_shape, walking;
    struct eq_buf text;
};

static const char *const paths[] = {"a", "b", "a.b", "a.b.c", "d.e", "_id", "seven77", "eight888", "fifteen_bytes15",
                                    "sixteen_bytes_16", "longer_than_sixteen_bytes", "a.longer_than_sixteen_bytes",
                                    "a\\b"};

static enum eq_status make_fields(struct fixture *f, const struct eq_alloc *alloc)
{
    uint32_t number;
    enum eq_status st = eq_fields_new(&f->fields, alloc);
    for (size_t i = 0; i < sizeof paths / sizeof *paths && st == EQ_OK; i++)
        st = eq_fields_add(&number, f->fields, eq_slice_of(paths[i]));
    if (st == EQ_OK)
        st = eq_fields_add_array(&f->searched, f->fields, EQ_LIT("s"));
    if (st == EQ_OK)
        st = eq_fields_add(&number, f->fields->items[f->searched].elements, EQ_LIT("n"));
    return st == EQ_OK ? eq_fields_freeze(f->fields) : st;
}

static enum eq_status make_reader(struct reader *r, const struct fixture *f, enum eq_shapes_use use,
                                  const struct eq_alloc *alloc)
{
    struct eq_decode_options options = {.unwrap = true, .max_depth = 8, .shapes = use};
    return eq_decoder_new(&r->decoder, f->fields, &options, alloc);
}

static void set_up(struct fixture *f)
{
    *f = (struct fixture){0};
    eq_buf_init(&f->text, &eq_alloc_default);
    CU_ASSERT_EQUAL_FATAL(make_fields(f, &eq_alloc_default), EQ_OK);
    CU_ASSERT_EQUAL_FATAL(make_reader(&f->by_shape, f, EQ_SHAPES_AT_ONCE, &eq_alloc_default), EQ_OK);
    CU_ASSERT_EQUAL_FATAL(make_reader(&f->walking, f, EQ_SHAPES_NEVER, &eq_alloc_default), EQ_OK);
}

static void tear_down(struct fixture *f)
{
    CU_ASSERT_EQUAL(eq_decoder_shapes(f->walking.decoder).hits, 0);
    eq_decoder_free(f->by_shape.decoder);
    eq_decoder_free(f->walking.decoder);
    eq_fields_free(f->fields);
    eq_buf_free(&f->text);
}

static bool same_value(const struct eq_value *a, const struct eq_value *b)
{
    if (a->type != b->type || !eq_slice_eq(eq_value_slice(a), eq_value_slice(b)))
        return false;
    return a->type == EQ_NULL || a->type == EQ_STRING || (a->type == EQ_BOOL ? a->b == b->b : a->u == b->u);
}

static bool same_slots(const struct eq_frame *a, const struct eq_frame *b, const struct eq_slot *x,
                       const struct eq_slot *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t v = x[i].head, w = y[i].head;
        while (v != EQ_END_OF_CHAIN && w != EQ_END_OF_CHAIN && same_value(&a->values[v], &b->values[w])) {
            if ((v == x[i].tail) != (w == y[i].tail))
                return false;
            v = a->next[v];
            w = b->next[w];
        }
        if (v != EQ_END_OF_CHAIN || w != EQ_END_OF_CHAIN)
            return false;
    }
    return true;
}

static bool same_elements(const struct fixture *f)
{
    struct eq_elements a, b;
    enum eq_status st = eq_decode_elements(&a, f->by_shape.decoder, f->searched);
    if (eq_decode_elements(&b, f->walking.decoder, f->searched) != st)
        return false;
    return st != EQ_OK || (a.n == b.n && same_slots(&f->by_shape.event->frame, &f->walking.event->frame, a.slots, b.slots,
                                                    a.n));
}

static bool same_event(const struct fixture *f)
{
    const struct reader *x = &f->by_shape, *y = &f->walking;
    if (x->status != y->status)
        return false;
    if (x->status != EQ_OK)
        return x->error.offset == y->error.offset && strcmp(x->error.message, y->error.message) == 0;
    const struct eq_event *a = x->event, *b = y->event;
    if (a->repairs != b->repairs || !eq_slice_eq(a->raw, b->raw) || !eq_slice_eq(a->id, b->id) ||
        !eq_slice_eq(a->index, b->index) || a->n_touched != b->n_touched)
        return false;
    for (size_t i = 0; i < a->n_touched; i++)
        if (a->touched[i] != b->touched[i])
            return false;
    return same_slots(&a->frame, &b->frame, a->frame.slots, b->frame.slots, eq_fields_count(f->fields)) &&
           same_elements(f);
}

static void read_with(struct reader *r, const struct eq_buf *text)
{
    r->error = (struct eq_decode_error){0};
    r->status = eq_decode(&r->event, r->decoder, eq_slice(text->ptr, text->len - EQ_JSON_PADDING), &r->error);
}

/* Read a text with both; whether they agree. */
static bool agree(struct fixture *f, struct eq_slice json)
{
    eq_buf_clear(&f->text);
    eq_buf_add(&f->text, json);
    for (int i = 0; i < EQ_JSON_PADDING; i++)
        eq_buf_putc(&f->text, "\"}]"[i % 3]);
    read_with(&f->by_shape, &f->text);
    read_with(&f->walking, &f->text);
    bool same = same_event(f);
    if (!same)
        printf("\n  by shape and walking differ: %.*s\n", (int)json.len, json.ptr);
    return same;
}

static uint64_t hits(const struct fixture *f)
{
    return eq_decoder_shapes(f->by_shape.decoder).hits;
}

/* ── One shape ─────────────────────────────────────────────────────────────────────────────────────────────────── */

/* After `first` was read twice, `second` has its shape or not. */
static void expect(const char *first, const char *second, bool has_it)
{
    struct fixture f;
    set_up(&f);
    CU_ASSERT(agree(&f, eq_slice_of(first)));
    CU_ASSERT(agree(&f, eq_slice_of(first)));
    CU_ASSERT_EQUAL(hits(&f), 0);
    CU_ASSERT(agree(&f, eq_slice_of(second)));
    CU_ASSERT_EQUAL(hits(&f), has_it);
    if (hits(&f) != has_it)
        printf("\n  %s\n  %s: %s\n", first, second, has_it ? "another shape" : "the same shape");
    tear_down(&f);
}

static void test_values(void)
{
    expect("{\"a\":1}", "{\"a\":1}", true);
    expect("{\"a\":1}", "{\"a\":-2.5e3}", true);
    expect("{\"a\":1}", "{\"a\":true}", true);
    expect("{\"a\":false}", "{\"a\":12345678901234567890}", true);
    expect("{\"a\":1}", "{\"a\":\"1\"}", false);
    expect("{\"a\":1}", "{\"a\":null}", false);
    expect("{\"a\":null}", "{\"a\":null}", true);
    expect("{\"a\":null,\"b\":2}", "{\"a\":null,\"b\":3}", true);
    expect("{\"a\":\"x\"}", "{\"a\":\"\"}", true);
    expect("{\"a\":\"x\"}", "  { \"a\" :\t\"a longer one than sixteen bytes\" } ", true);
    expect("{\"a\":\"x\"}", "{\"a\":\"\\\\ \\u0041 \\n behind the first sixteen \\\"\"}", true);
    expect("{\"a\":[1,2,\"x\"]}", "{\"a\":[3,4,\"y\"]}", true);
    expect("{\"a\":[1,2,\"x\"]}", "{\"a\":[3,\"y\"]}", false);
    expect("{\"a\":{\"b\":1},\"a.b\":2}", "{\"a\":{\"b\":3},\"a.b\":4}", false); /* perhaps a key twice */
    expect("{\"a\":{\"b\":{}}}", "{\"a\":{\"b\":{}}}", true);
    expect("{\"a\":{\"b\":{}}}", "{\"a\":{\"b\":[]}}", false);
    expect("{\"a\":{\"b\":{\"c\":1}}}", "{\"a\":{\"b\":{\"c\":2}}}", true);
    expect("{\"s\":[{\"n\":1},{\"n\":[2,3]}]}", "{\"s\":[{\"n\":4},{\"n\":[5,6]}]}", true);
    expect("{}", "{}", true);
    expect("{\"z\":{\"y\":[1]}}", "{\"z\":{\"x\":[2]}}", true); /* not looked up */
}

static void test_keys(void)
{
    expect("{\"a\":1,\"b\":2}", "{\"a\":1,\"c\":2}", false);
    expect("{\"a\":1,\"b\":2}", "{\"b\":1,\"a\":2}", false);
    expect("{\"a\":1}", "{\"ab\":1}", false);
    expect("{\"ab\":1}", "{\"a\":1}", false);
    expect("{\"\":1}", "{\"\":2}", true);
    expect("{\"\":1}", "{\"a\":2}", false);
    expect("{\"z\":1}", "{\"y\":1}", false);
    expect("{\"seven77\":1}", "{\"seven77\":2}", true);
    expect("{\"seven77\":1}", "{\"seven78\":1}", false);
    expect("{\"seven77\":1}", "{\"seven777\":1}", false);
    expect("{\"eight888\":1}", "{\"eight888\":2}", true);
    expect("{\"eight888\":1}", "{\"eight88\":1}", false);
    expect("{\"eight888\":1}", "{\"eight889\":1}", false);
    expect("{\"fifteen_bytes15\":1}", "{\"fifteen_bytes15\":2}", true);
    expect("{\"fifteen_bytes15\":1}", "{\"fifteen-bytes15\":1}", false);
    expect("{\"fifteen_bytes15\":1}", "{\"fifteen_bytes1\":1}", false);
    expect("{\"sixteen_bytes_16\":1}", "{\"sixteen_bytes_16\":2}", true);
    expect("{\"sixteen_bytes_16\":1}", "{\"sixteen_bytes_17\":1}", false);
    expect("{\"longer_than_sixteen_bytes\":1}", "{\"longer_than_sixteen_bytes\":2}", true);
    expect("{\"longer_than_sixteen_bytes\":1}", "{\"longer_than.sixteen_bytes\":1}", false);
    expect("{\"longer_than_sixteen_bytes\":1}", "{\"longer_than_sixteen_bytes_\":1}", false);
    expect("{\"a.b\":1}", "{\"a.b\":2}", true);
    expect("{\"\\u0061\":1}", "{\"\\u0061\":2}", true);
    expect("{\"\\u0061\":1}", "{\"\\u0062\":2}", false);
    expect("{\"a\\\\b\":1}", "{\"a\\\\b\":2}", true);
    expect("{\"a\":{\"z\":1}}", "{\"a\":{\"b\":1}}", false);
}

static void test_trouble(void)
{
    /* What is wrong with a value is said as by a walk, and what was mended is noted. */
    expect("{\"a\":1}", "{\"a\":1x}", false);
    expect("{\"a\":1}", "{\"a\":01}", false);
    expect("{\"a\":1}", "{\"a\":1e999}", false);
    expect("{\"a\":true}", "{\"a\":tru}", false);
    expect("{\"a\":null}", "{\"a\":nul}", false);
    expect("{\"a\":\"x\",\"b\":\"y\"}", "{\"a\":\"\\n\",\"b\":\"\\q\"}", false);
    expect("{\"a\":\"x\"}", "{\"a\":\"\\ud800\"}", true);
    expect("{\"a\":\"\\ud800\"}", "{\"a\":\"x\"}", false); /* not learned from what was mended */
    expect("{\"a\":1}", "\xEF\xBB\xBF{\"a\":1}", true);
    expect("{\"a\":\"x\"}", "{\"a\":\"\x01\"}", true);
    expect("{\"a\":1}", "{\"a\":1}x", false);
    expect("{\"a\":1}", "{\"a\":1", false);
    expect("{\"a\":1,\"a\":2}", "{\"a\":1,\"a\":2}", false);
    expect("{\"a\":{\"z\":1},\"a\":2}", "{\"a\":{\"z\":1},\"a\":2}", false);
    expect("{\"z\":1,\"z\":2}", "{\"z\":3,\"z\":4}", true);
    expect("{\"a\":[[[[[[[[[[1]]]]]]]]]]}", "{\"a\":[[[[[[[[[[1]]]]]]]]]]}", false); /* too deep */
    expect("{\"s\":[{\"n\":1}]}", "{\"s\":[{\"n\":x}]}", false);
    expect("{\"s\":[{\"n\":1}]}", "{\"s\":[{\"n\":1,\"n\":2}]}", false);
}

static void test_hits(void)
{
    expect("{\"_index\":\"i\",\"_source\":{\"a\":1},\"_id\":\"1\"}",
           "{\"_index\":\"\\n\",\"_source\":{\"a\":2} ,\"_id\":\"2\"}", true);
    expect("{\"_source\":{\"a\":1},\"_id\":\"1\"}", "{\"_source\":{\"a\":1},\"_ix\":\"1\"}", false);
    expect("{\"_source\":{\"a\":1}}", "{\"_sourcf\":{\"a\":1}}", false);
    expect("{\"_source\":{\"a\":1}}", "{\"_source\":{\"b\":1}}", false);
    expect("{\"_source\":1}", "{\"_source\":2}", true);
    expect("{\"z\":1,\"_source\":{\"a\":1}}", "{\"z\":2,\"_source\":{\"a\":1}}", true);
    expect("{\"_index\":\"x\",\"_source\":{\"a\":1}}", "{\"_index\":\"\\q\",\"_source\":{\"a\":1}}", true);
    expect("{\"_source\":{\"a\":1},\"_id\":\"x\"}", "{\"_source\":{\"a\":1},\"_id\":\"\\q\"}", true);
    /* A field that comes before _source is read first, and may be wrong. */
    expect("{\"_id\":\"x\",\"_source\":{\"a\":1}}", "{\"_id\":\"\\q\",\"_source\":{\"a\":1}}", false);
    expect("{\"_source\":{\"a\":1},\"_source\":{\"a\":2}}", "{\"_source\":{\"a\":3},\"_source\":{\"a\":4}}", true);
}

/* ── Many shapes ───────────────────────────────────────────────────────────────────────────────────────────────── */

/* A random object with '%' for its numbers and words, and '$' for its strings. */
static void make_template(struct eq_buf *out, struct ref_random *r, int depth)
{
    static const char *const keys[] = {"a", "b", "c", "s", "n", "d", "e", "a.b", "a.b.c", "seven77", "_id", "_source",
                                       "longer_than_sixteen_bytes", "longer_than_sixteen_bytez", "\\u0061", "a\\\\b", "z"};
    unsigned n = ref_below(r, 5), key = ref_below(r, sizeof keys / sizeof *keys);
    eq_buf_putc(out, '{');
    for (unsigned i = 0; i < n; i++) {
        eq_buf_printf(out, "%s\"%s\":", i ? "," : "", keys[key]);
        key = (key + (ref_chance(r, 95) ? 7 : 0)) % (sizeof keys / sizeof *keys); /* a key twice is rare */
        unsigned kind = depth > 3 ? 2 : ref_below(r, 6);
        if (kind == 0) {
            make_template(out, r, depth + 1);
        } else if (kind == 1) {
            eq_buf_puts(out, "[%");
            for (unsigned k = ref_below(r, 3); k > 0; k--) {
                eq_buf_putc(out, ',');
                make_template(out, r, depth + 1);
            }
            eq_buf_putc(out, ']');
        } else {
            eq_buf_putc(out, kind == 2 ? '%' : '$');
        }
    }
    eq_buf_putc(out, '}');
}

static void fill(struct eq_buf *out, struct ref_random *r, struct eq_slice template)
{
    static const char *const scalars[] = {"1", "-2.5", "true", "123456789012345678901", "\"x\"", "\"\"", "\"y\\\\\"",
                                          "\"sixteen bytes or\\n more\"", "null", "1e999", "\"\\ud800\"", "01",
                                          "\"\\q\""};
    eq_buf_clear(out);
    for (size_t i = 0; i < template.len; i++) {
        char c = template.ptr[i];
        if (c == '%' || c == '$') /* rarely anything */
            eq_buf_puts(out, scalars[ref_chance(r, 2) ? ref_below(r, 13) : ref_below(r, 4) + (c == '%' ? 0 : 4)]);
        else
            eq_buf_putc(out, c);
        if (strchr("{}[],:", c) && ref_chance(r, 1))
            eq_buf_putc(out, ' ');
    }
    if (ref_chance(r, 2))
        out->ptr[ref_below(r, (unsigned)out->len)] = "{}[]\",:\\ n1"[ref_below(r, 11)];
}

static void test_random(void)
{
    enum { TEMPLATES = 200 };
    struct fixture f;
    struct eq_buf templates[TEMPLATES], json;
    struct ref_random r = {ref_number("EQLITE_SEED", 20261122)};
    set_up(&f);
    eq_buf_init(&json, &eq_alloc_default);
    for (int i = 0; i < TEMPLATES; i++) {
        eq_buf_init(&templates[i], &eq_alloc_default);
        make_template(&templates[i], &r, 0);
    }
    int n = (int)ref_number("EQLITE_CASES", 60000), wrong = 0;
    for (int i = 0; i < n && wrong < 5; i++) {
        fill(&json, &r, eq_buf_slice(&templates[ref_below(&r, TEMPLATES)]));
        wrong += !agree(&f, eq_buf_slice(&json));
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(hits(&f) > (uint64_t)n / 2);
    for (int i = 0; i < TEMPLATES; i++)
        eq_buf_free(&templates[i]);
    eq_buf_free(&json);
    tear_down(&f);
}

/* One of many objects: bits of `kinds` make their tokens different, and the last keys are numbered from `key` on. */
static void make_one_of_many(struct eq_buf *out, unsigned kinds, unsigned key, unsigned n_keys)
{
    eq_buf_clear(out);
    eq_buf_puts(out, "{\"a\":[");
    for (unsigned i = 0; i < 16; i++)
        eq_buf_puts(out, kinds >> i & 1 ? "\"1\"," : "1,");
    eq_buf_puts(out, "1]");
    for (unsigned i = 0; i < n_keys; i++)
        eq_buf_printf(out, ",\"key%u\":1", key + i);
    eq_buf_putc(out, '}');
}

static void test_many(void)
{
    struct fixture f;
    struct eq_buf json;
    int wrong = 0;
    set_up(&f);
    eq_buf_init(&json, &eq_alloc_default);
    /* Each six times in a row: from the third time on it is known. */
    for (unsigned i = 0; i < 18000; i++) {
        make_one_of_many(&json, i / 6, 0, 1);
        wrong += !agree(&f, eq_buf_slice(&json));
    }
    struct eq_shape_stats stats = eq_decoder_shapes(f.by_shape.decoder);
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(stats.hits > 11000);
    CU_ASSERT(stats.resets > 0 && stats.bytes < (4u << 20));
    tear_down(&f);

    /* So many different keys that these fill the memory before the shapes do. */
    set_up(&f);
    for (unsigned i = 0; i < 5400; i++) {
        make_one_of_many(&json, i / 6, i / 6 * 40, 40);
        wrong += !agree(&f, eq_buf_slice(&json));
    }
    stats = eq_decoder_shapes(f.by_shape.decoder);
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(stats.hits > 3000);
    CU_ASSERT(stats.resets == 1 && stats.bytes < (8u << 20));
    tear_down(&f);

    /* A few with the same tokens are told apart, and no more. */
    set_up(&f);
    for (unsigned i = 0; i < 900; i++) {
        make_one_of_many(&json, 0, i % 30, 1);
        wrong += !agree(&f, eq_buf_slice(&json));
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(hits(&f) > 90 && hits(&f) < 150);
    eq_buf_free(&json);
    tear_down(&f);
}

/* Where no shape repeats, few are looked for; and it is noticed when they repeat again. */
static void test_rest(void)
{
    struct fixture f;
    struct eq_buf json;
    set_up(&f);
    eq_buf_init(&json, &eq_alloc_default);
    for (unsigned i = 0; i < 40000; i++) {
        make_one_of_many(&json, i, 0, 1);
        agree(&f, eq_buf_slice(&json));
    }
    struct eq_shape_stats stats = eq_decoder_shapes(f.by_shape.decoder);
    CU_ASSERT_EQUAL(stats.hits, 0);
    CU_ASSERT(stats.misses > 1000 && stats.misses < 10000);
    for (unsigned i = 0; i < 40000; i++) {
        make_one_of_many(&json, i % 10, 0, 1);
        agree(&f, eq_buf_slice(&json));
    }
    CU_ASSERT(hits(&f) > 20000);
    eq_buf_free(&json);
    tear_down(&f);
}

/* ── Memory ────────────────────────────────────────────────────────────────────────────────────────────────────── */

static void test_memory(void)
{
    static const char json[] = "{\"a\":[1,{\"b\":\"\\n\"},null],\"longer_than_sixteen_bytes\":2,\"s\":[{\"n\":1}]}";
    char text[sizeof json + EQ_JSON_PADDING] = {0};
    memcpy(text, json, sizeof json - 1);
    bool learned = false;
    for (size_t n = 0; !learned; n++) {
        struct faulty faulty = FAULTY_AFTER(n);
        struct eq_alloc alloc = {faulty_resize, &faulty};
        struct fixture f = {0};
        struct reader *r = &f.by_shape;
        enum eq_status st = make_fields(&f, &alloc);
        if (st == EQ_OK)
            st = make_reader(r, &f, EQ_SHAPES_AT_ONCE, &alloc);
        for (int i = 0; i < 3 && st == EQ_OK; i++) {
            st = eq_decode(&r->event, r->decoder, eq_slice(text, sizeof json - 1), NULL);
            CU_ASSERT(st != EQ_OK || r->event->n_touched == 4);
        }
        learned = st == EQ_OK && eq_decoder_shapes(r->decoder).hits == 1;
        CU_ASSERT(st == EQ_OK || st == EQ_NOMEM);
        eq_decoder_free(r->decoder);
        eq_fields_free(f.fields);
        CU_ASSERT_EQUAL(faulty.live, 0);
        CU_ASSERT_FATAL(n < 1000);
    }
}

CU_TestInfo eq_tests_shapes[] = {
    {"values", test_values},   {"keys", test_keys}, {"trouble", test_trouble}, {"search hits", test_hits},
    {"random", test_random},   {"many", test_many}, {"rest", test_rest},       {"memory", test_memory},
    CU_TEST_INFO_NULL,
};
