/* test_event.c — JSON to field values: what is flattened, mended, refused; compared with a plain walk over random
 * documents. A decoded event is shown as text: "a.b=1,2 c=x", fields in order of their numbers. */
#include <stdio.h>

#include <CUnit/Basic.h>

#include "base/buf.h"
#include "event/event.h"
#include "event/survey.h"
#include "unit/helpers.h"

/* ── Helpers ───────────────────────────────────────────────────────────────────────────────────────────────────── */

struct fixture {
    struct eq_fields *fields;
    struct eq_decoder *decoder;
    struct eq_buf text, shown;
    const struct eq_event *event;
    struct eq_decode_error error;
};

/* A decoder for the blank-separated paths; "path[]" is a searched array, "path[]inner" a field of its elements. */
static void set_up(struct fixture *f, const char *paths, uint32_t max_depth)
{
    struct eq_decode_options options = {.unwrap = true, .max_depth = max_depth};
    uint32_t number;
    *f = (struct fixture){0};
    eq_buf_init(&f->text, &eq_alloc_default);
    eq_buf_init(&f->shown, &eq_alloc_default);
    CU_ASSERT_EQUAL_FATAL(eq_fields_new(&f->fields, &eq_alloc_default), EQ_OK);
    while (*paths) {
        size_t n = strcspn(paths, " ");
        const char *mark = memchr(paths, '[', n);
        if (mark) {
            size_t outer = (size_t)(mark - paths);
            CU_ASSERT_EQUAL_FATAL(eq_fields_add_array(&number, f->fields, eq_slice(paths, outer)), EQ_OK);
            CU_ASSERT_EQUAL_FATAL(eq_fields_add(&number, f->fields->items[number].elements,
                                                eq_slice(mark + 2, n - outer - 2)), EQ_OK);
        } else {
            CU_ASSERT_EQUAL_FATAL(eq_fields_add(&number, f->fields, eq_slice(paths, n)), EQ_OK);
        }
        paths += n + (paths[n] == ' ');
    }
    CU_ASSERT_EQUAL_FATAL(eq_fields_freeze(f->fields), EQ_OK);
    CU_ASSERT_EQUAL_FATAL(eq_decoder_new(&f->decoder, f->fields, &options, &eq_alloc_default), EQ_OK);
}

static void tear_down(struct fixture *f)
{
    eq_decoder_free(f->decoder);
    eq_fields_free(f->fields);
    eq_buf_free(&f->text);
    eq_buf_free(&f->shown);
}

/* Decode bytes behind which only the padding may be read, and that holds what confuses most. */
static enum eq_status decode(struct fixture *f, struct eq_slice json)
{
    eq_buf_clear(&f->text);
    eq_buf_add(&f->text, json);
    for (int i = 0; i < EQ_JSON_PADDING; i++)
        eq_buf_putc(&f->text, "}\"]"[i % 3]);
    f->error = (struct eq_decode_error){0};
    return eq_decode(&f->event, f->decoder, eq_slice(f->text.ptr, json.len), &f->error);
}

/* The next value of a chain from `v` on that is more than the presence of an object. */
static uint32_t shown_value(const struct eq_frame *frame, uint32_t v)
{
    while (v != EQ_END_OF_CHAIN && frame->values[v].type == EQ_NULL)
        v = frame->next[v];
    return v;
}

static void show_row(struct eq_buf *out, const struct eq_fields *fields, const struct eq_frame *frame,
                     const struct eq_slot *slots)
{
    for (uint32_t i = 0; i < eq_fields_count(fields); i++) {
        uint32_t first = shown_value(frame, slots[i].head);
        if (first == EQ_END_OF_CHAIN)
            continue;
        if (out->len && out->ptr[out->len - 1] != '|')
            eq_buf_putc(out, ' ');
        eq_buf_add(out, fields->items[i].path);
        for (uint32_t v = first; v != EQ_END_OF_CHAIN; v = shown_value(frame, frame->next[v])) {
            eq_buf_putc(out, v == first ? '=' : ',');
            const struct eq_value *value = &frame->values[v];
            if (value->type == EQ_BOOL)
                eq_buf_puts(out, value->b ? "true" : "false");
            else
                eq_buf_add(out, eq_value_slice(value));
        }
    }
}

static const char *show(struct fixture *f)
{
    eq_buf_clear(&f->shown);
    show_row(&f->shown, f->fields, &f->event->frame, f->event->frame.slots);
    eq_buf_putc(&f->shown, '\0');
    return f->shown.ptr;
}

static void expect(struct fixture *f, const char *json, const char *values, unsigned repairs)
{
    enum eq_status st = decode(f, eq_slice_of(json));
    CU_ASSERT_EQUAL(st, EQ_OK);
    if (st != EQ_OK) {
        printf("\n  %s: %s at %zu\n", json, f->error.message, f->error.offset);
        return;
    }
    CU_ASSERT_STRING_EQUAL(show(f), values);
    if (strcmp(f->shown.ptr, values) != 0)
        printf("\n  %s gives %s\n", json, f->shown.ptr);
    CU_ASSERT_EQUAL(f->event->repairs, repairs);
}

static void expect_error(struct fixture *f, const char *json, size_t offset, const char *message)
{
    CU_ASSERT_EQUAL(decode(f, eq_slice_of(json)), EQ_INVALID);
    CU_ASSERT_EQUAL(f->error.offset, offset);
    CU_ASSERT_PTR_NOT_NULL_FATAL(f->error.message);
    CU_ASSERT_STRING_EQUAL(f->error.message, message);
    if (f->error.offset != offset || strcmp(f->error.message, message) != 0)
        printf("\n  %s: %s at %zu\n", json, f->error.message, f->error.offset);
}

/* ── What is found ─────────────────────────────────────────────────────────────────────────────────────────────── */

static void test_flatten(void)
{
    struct fixture f;
    set_up(&f, "a a.b a.b.c x", 0);
    expect(&f, "{\"a\":{\"b\":1}}", "a.b=1", 0);
    expect(&f, "{\"a.b\":1}", "a.b=1", 0);
    expect(&f, " { \"a\" : { \"b.c\" : \"v\" , \"b\" : 2 } } ", "a.b=2 a.b.c=v", 0);
    expect(&f, "{\"a\":[{\"b\":1,\"q\":2},{\"b\":3}]}", "a.b=1,3", 0);
    expect(&f, "{\"a\":[[1,[2]],[],[[3]]]}", "a=1,2,3", 0);
    expect(&f, "{\"a\":[null,1,null]}", "a=1", 0);
    expect(&f, "{\"a\":[null],\"x\":[],\"a.b\":null}", "", 0);
    expect(&f, "{\"a\":\"v\",\"x\":true}", "a=v x=true", 0);
    expect(&f, "{\"a\":[1,{\"b\":[{\"c\":2},3]}]}", "a=1 a.b=3 a.b.c=2", 0);
    expect(&f, "{\"A\":1,\"aa\":2,\"\":3,\".\":4,\"a.\":5,\".a\":6,\"x\":\"\"}", "x=", 0);
    expect(&f, "{\"0\":1,\"a\":{\"0\":{\"b\":1}}}", "", 0);
    expect(&f, "{}", "", 0);
    tear_down(&f);
}

static void test_keys(void)
{
    struct fixture f;
    set_up(&f, "a\\b a.b 0123456789abcdef 0123456789abcdefg 0123456789xbcdefg caf\xC3\xA9 a..b", 0);
    expect(&f, "{\"a\\\\b\":1,\"a\\b\":2}", "a\\b=1", 0);
    expect(&f, "{\"\\u0061.\\u0062\":1}", "a.b=1", 0);
    expect(&f, "{\"a\\u002eb\":1}", "a.b=1", 0);
    expect(&f, "{\"0123456789abcdef\":1,\"0123456789abcdefg\":2,\"0123456789xbcdefg\":3}",
           "0123456789abcdef=1 0123456789abcdefg=2 0123456789xbcdefg=3", 0);
    expect(&f, "{\"caf\xC3\xA9\":1,\"caf\\u00e9s\":2}", "caf\xC3\xA9=1", 0);
    expect(&f, "{\"a\":{\"\":{\"b\":1}},\"a..b\":2}", "a..b=1,2", 0);
    tear_down(&f);
}

static void test_duplicates(void)
{
    struct fixture f;
    set_up(&f, "a a.b a.c x y[]z", 0);
    expect(&f, "{\"a\":1,\"x\":2,\"a\":3}", "a=3 x=2", EQ_REPAIR_DUPLICATE);
    expect(&f, "{\"a\":{\"b\":1,\"c\":2},\"a\":{\"b\":3}}", "a.b=3", EQ_REPAIR_DUPLICATE);
    expect(&f, "{\"a.b\":1,\"a\":{\"b\":2}}", "a.b=1,2", 0);
    expect(&f, "{\"a\":{\"b\":2},\"a.b\":1}", "a.b=2,1", 0);
    expect(&f, "{\"a.b\":1,\"a\":{\"b\":2},\"a.b\":3}", "a.b=2,3", EQ_REPAIR_DUPLICATE);
    expect(&f, "{\"a\":[{\"b\":1},{\"b\":2}]}", "a.b=1,2", 0);
    expect(&f, "{\"a\":[{\"b\":1,\"b\":4},{\"b\":2}]}", "a.b=4,2", EQ_REPAIR_DUPLICATE);
    expect(&f, "{\"a\":1,\"\\u0061\":2}", "a=2", EQ_REPAIR_DUPLICATE);
    expect(&f, "{\"a\":1,\"a\":null}", "", EQ_REPAIR_DUPLICATE);
    expect(&f, "{\"a\":{\"b\":1,\"b\":2},\"a\":{\"b\":3,\"b\":4},\"x\":1}", "a.b=4 x=1", EQ_REPAIR_DUPLICATE);
    struct eq_elements e;
    expect(&f, "{\"y\":[{\"z\":1}],\"y\":[{\"z\":2,\"z\":3},{}]}", "", EQ_REPAIR_DUPLICATE);
    CU_ASSERT_EQUAL(eq_decode_elements(&e, f.decoder, 4), EQ_OK);
    CU_ASSERT_EQUAL(e.n, 2);
    CU_ASSERT_EQUAL(f.event->frame.values[e.slots[0].head].i, 3);
    CU_ASSERT_EQUAL(e.slots[0].head, e.slots[0].tail);
    expect(&f, "{\"a\":1}", "a=1", 0);
    tear_down(&f);
}

static void test_scalars(void)
{
    struct fixture f;
    set_up(&f, "a", 0);
    expect(&f, "{\"a\":[0,-1,9223372036854775807,-9223372036854775808]}",
           "a=0,-1,9223372036854775807,-9223372036854775808", 0);
    CU_ASSERT_EQUAL(f.event->frame.values[2].i, INT64_MAX);
    CU_ASSERT_EQUAL(f.event->frame.values[3].i, INT64_MIN);
    expect(&f, "{\"a\":18446744073709551615}", "a=18446744073709551615", 0);
    CU_ASSERT_EQUAL(f.event->frame.values[0].type, EQ_UINT);
    expect(&f, "{\"a\":18446744073709551616}", "a=18446744073709551616", EQ_REPAIR_NUMBER);
    CU_ASSERT_EQUAL(f.event->frame.values[0].type, EQ_DOUBLE);
    expect(&f, "{\"a\":[1.5,-0.25,1e3,1E-2,0.1]}", "a=1.5,-0.25,1e3,1E-2,0.1", 0);
    CU_ASSERT_EQUAL(f.event->frame.values[4].d, 0.1);
    expect(&f, "{\"a\":1e999999}", "", EQ_REPAIR_NUMBER);
    expect(&f, "{\"a\":[true,false,null]}", "a=true,false", 0);
    expect(&f, "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"}",
           "a=\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9F\x98\x80", 0);
    expect(&f, "{\"a\":\"C:\\\\Windows\\\\x\"  ,\"b\":1}", "a=C:\\Windows\\x", 0);
    const char *bad[] = {"01", "1.", "+1", ".5", "-", "1e", "1e+", "0x1", "1.5.5",
                         "tru", "truee", "nul", "True", "1\"x\""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char json[64];
        snprintf(json, sizeof json, "{\"a\":[%s]}", bad[i]);
        CU_ASSERT_EQUAL(decode(&f, eq_slice_of(json)), EQ_INVALID);
        CU_ASSERT_EQUAL(f.error.offset, 6);
    }
    tear_down(&f);
}

/* ── What is mended ────────────────────────────────────────────────────────────────────────────────────────────── */

static void test_repairs(void)
{
    struct fixture f;
    set_up(&f, "a b", 0);
    expect(&f, "\xEF\xBB\xBF{\"a\":1}", "a=1", EQ_REPAIR_BOM);
    expect(&f, "{\"a\":\"x\xFFy\",\"b\":1}", "a=x\xEF\xBF\xBDy b=1", EQ_REPAIR_UTF8);
    CU_ASSERT_EQUAL(f.event->raw.len, 17);
    expect(&f, "{\"q\":\"\xC3\",\"b\":1}", "b=1", EQ_REPAIR_UTF8);
    expect(&f, "{\"a\":\"x\\ud800y\\udc00\"}", "a=x\xEF\xBF\xBDy\xEF\xBF\xBD", EQ_REPAIR_SURROGATE);
    expect(&f, "{\"a\":\"x\ty\",\"b\":1}", "a=x\ty b=1", EQ_REPAIR_CONTROL);
    expect(&f, "{\"a\":NaN,\"b\":[-Infinity,1,Infinity]}", "b=1", EQ_REPAIR_NAN);
    expect(&f, "{\"q\":NaN,\"b\":\"NaN\"}", "b=NaN", EQ_REPAIR_NAN);
    expect(&f, "{\"_source\":{\"a\":\"\x01\"},\"_id\":\"7\"}", "a=\x01", EQ_REPAIR_CONTROL);
    CU_ASSERT(eq_slice_eq(f.event->raw, EQ_LIT("{\"a\":\"\x01\"}")));
    CU_ASSERT(eq_slice_eq(f.event->id, EQ_LIT("7")));
    CU_ASSERT_EQUAL(decode(&f, eq_slice("{\"a\":\"x\0y\"}", 11)), EQ_OK);
    CU_ASSERT_EQUAL(f.event->frame.values[0].len, 3);
    expect_error(&f, "{\"a\":\"\xFF\xFF\",\"b\" 1}", 14, "expected ':' after a key");
    tear_down(&f);
}

static void test_depth(void)
{
    struct fixture f;
    set_up(&f, "a a.a a.a.a b", 2);
    expect(&f, "{\"a\":{\"a\":1}}", "a.a=1", 0);
    expect(&f, "{\"a\":{\"a\":{\"a\":1},\"a.a\":3},\"b\":1}", "a.a.a=3 b=1", EQ_REPAIR_DEPTH);
    expect(&f, "{\"a\":[2,[1]],\"b\":1}", "a=2 b=1", EQ_REPAIR_DEPTH);
    tear_down(&f);
    set_up(&f, "a b", 0);
    struct eq_buf deep;
    eq_buf_init(&deep, &eq_alloc_default);
    for (int i = 0; i < 4; i++) { /* projected or not, closed rightly or not */
        size_t n = 1000000;
        eq_buf_clear(&deep);
        eq_buf_puts(&deep, i & 1 ? "{\"a\":" : "{\"q\":");
        eq_buf_fill(&deep, '[', n);
        eq_buf_fill(&deep, ']', i & 2 ? n - 1 : n);
        eq_buf_puts(&deep, ",\"b\":1}");
        CU_ASSERT_EQUAL(decode(&f, eq_buf_slice(&deep)), i & 2 ? EQ_INVALID : EQ_OK);
        if (!(i & 2)) {
            CU_ASSERT_STRING_EQUAL(show(&f), "b=1");
            CU_ASSERT_EQUAL(f.event->repairs, i & 1 ? EQ_REPAIR_DEPTH : 0);
        } else {
            CU_ASSERT_EQUAL(f.error.offset, 2 * n + 8); /* the ':' where ',' or ']' should be */
        }
    }
    eq_buf_free(&deep);
    tear_down(&f);
}

static void test_errors(void)
{
    struct fixture f;
    set_up(&f, "a a.b", 0);
    expect_error(&f, "", 0, "empty");
    expect_error(&f, "  ", 0, "empty");
    expect_error(&f, "[1]", 0, "not a JSON object");
    expect_error(&f, " 1", 1, "not a JSON object");
    expect_error(&f, "{", 1, "the object does not end");
    expect_error(&f, "{\"a\"}", 4, "expected ':' after a key");
    expect_error(&f, "{\"a\":}", 5, "expected a value");
    expect_error(&f, "{\"a\":1", 6, "the object does not end");
    expect_error(&f, "{\"a\":1,}", 7, "expected a key in quotes");
    expect_error(&f, "{\"a\":[1,]}", 8, "expected a value");
    expect_error(&f, "{\"a\":[1}", 7, "expected ',' or ']' after a value");
    expect_error(&f, "{\"a\":{\"b\":1]}", 11, "expected ',' or '}' after a value");
    expect_error(&f, "{\"q\":{\"b\":1]}", 11, "expected ',' or '}' after a value");
    expect_error(&f, "{\"a\":1}x", 7, "text after the object");
    expect_error(&f, "{\"a\":1}{\"a\":1}", 7, "text after the object");
    expect_error(&f, "{\"a\":1}}", 7, "text after the object");
    expect_error(&f, "{\"a\" \"b\"}", 5, "expected ':' after a key");
    expect_error(&f, "{\"a\":\"b\"c}", 8, "expected ',' or '}' after a value");
    expect_error(&f, "{a:1}", 1, "expected a key in quotes");
    expect_error(&f, "{\"a\":\"b}", 5, "a string does not end");
    expect_error(&f, "{\"q\":{\"b\":\"c}", 10, "a string does not end");
    expect_error(&f, "{\"a\":\"\\q\"}", 6, "invalid escape in a string");
    expect_error(&f, "{\"a\":\"\\u12\"}", 6, "invalid escape in a string");
    expect_error(&f, "{\"q\":[{\"b\":{}}", 14, "the object does not end");
    expect_error(&f, "{\"q\":{\"b\":1}", 12, "the object does not end");
    tear_down(&f);
}

static void test_unwrap(void)
{
    struct fixture f;
    set_up(&f, "a _index", 0);
    expect(&f, "{\"_index\":\"i\\u0031\",\"_id\":\"7\",\"_source\":{\"a\":1,\"_index\":\"in\"},\"a\":2}",
           "a=1 _index=in", 0);
    CU_ASSERT(eq_slice_eq(f.event->raw, EQ_LIT("{\"a\":1,\"_index\":\"in\"}")));
    CU_ASSERT(eq_slice_eq(f.event->id, EQ_LIT("7")));
    CU_ASSERT(eq_slice_eq(f.event->index, EQ_LIT("i1")));
    expect(&f, "{\"a\":2,\"_source\":\"x\"}", "a=2", 0);
    CU_ASSERT_EQUAL(f.event->id.len, 0);
    expect(&f, "{\"q\":{\"_source\":{\"a\":1}},\"a\":3}", "a=3", 0);
    expect(&f, "{\"_source\":{\"a\":1,\"a\":2}}", "a=2", EQ_REPAIR_DUPLICATE);
    expect_error(&f, "{\"_source\":{\"a\":1},\"b\"}", 22, "expected ':' after a key");
    expect_error(&f, "{\"_source\":{\"a\":1}}}", 19, "text after the object");
    tear_down(&f);
    set_up(&f, "", 0);
    expect(&f, "{\"_source\":{\"a\":1}}", "", 0);
    CU_ASSERT(eq_slice_eq(f.event->raw, EQ_LIT("{\"a\":1}")));
    tear_down(&f);
}

/* ── Elements ──────────────────────────────────────────────────────────────────────────────────────────────────── */

static void expect_elements(struct fixture *f, const char *json, uint32_t field, const char *rows)
{
    struct eq_elements e;
    CU_ASSERT_EQUAL_FATAL(decode(f, eq_slice_of(json)), EQ_OK);
    CU_ASSERT_EQUAL_FATAL(eq_decode_elements(&e, f->decoder, field), EQ_OK);
    const struct eq_fields *fields = f->fields->items[field].elements;
    eq_buf_clear(&f->shown);
    for (size_t i = 0; i < e.n; i++) {
        show_row(&f->shown, fields, &f->event->frame, e.slots + i * eq_fields_count(fields));
        eq_buf_putc(&f->shown, '|');
    }
    eq_buf_putc(&f->shown, '\0');
    CU_ASSERT_STRING_EQUAL(f->shown.ptr, rows);
    if (strcmp(f->shown.ptr, rows) != 0)
        printf("\n  %s gives %s\n", json, f->shown.ptr);
}

static void test_elements(void)
{
    struct fixture f;
    set_up(&f, "s[]n s[]m.k t.u[] t.u[]n s.n", 0);
    expect_elements(&f, "{\"s\":[{\"n\":1,\"m\":{\"k\":2}},{\"m.k\":[3,4]},{}]}", 0, "n=1 m.k=2|m.k=3,4||");
    CU_ASSERT_STRING_EQUAL(show(&f), "s.n=1");
    expect_elements(&f, "{\"s\":{\"n\":1}}", 0, "n=1|");
    expect_elements(&f, "{\"s\":[[{\"n\":1}],[[{\"n\":2}]],null,5]}", 0, "n=1|n=2||");
    expect_elements(&f, "{\"s\":[]}", 0, "");
    expect_elements(&f, "{\"s\":null}", 0, "");
    expect_elements(&f, "{}", 0, "");
    expect_elements(&f, "{\"t\":{\"u\":[\"x\",{\"n\":1}]}}", 1, "=x|n=1|");
    CU_ASSERT_STRING_EQUAL(show(&f), "t.u=x");
    expect_elements(&f, "{\"t.u\":[1],\"t\":[{\"u\":[2,3]},{\"u\":4}]}", 1, "=1|=2|=3|=4|");
    expect_elements(&f, "{\"_source\":{\"s\":[{\"n\":\"\\u0041\"}]}}", 0, "n=A|");
    struct eq_buf many;
    struct eq_elements e;
    eq_buf_init(&many, &eq_alloc_default);
    eq_buf_puts(&many, "{\"s\":[1");
    for (int i = 0; i < 100000; i++)
        eq_buf_puts(&many, ",1");
    eq_buf_puts(&many, "]}");
    CU_ASSERT_EQUAL(decode(&f, eq_buf_slice(&many)), EQ_OK);
    CU_ASSERT_EQUAL(eq_decode_elements(&e, f.decoder, 0), EQ_OK);
    CU_ASSERT_EQUAL(e.n, 100000);
    CU_ASSERT_EQUAL(f.event->repairs, EQ_REPAIR_ELEMENTS);
    tear_down(&f);
    set_up(&f, "s x", 0);
    eq_buf_clear(&many);
    eq_buf_puts(&many, "{\"s\":[1");
    for (int i = 1; i < 1000001; i++)
        eq_buf_puts(&many, ",1");
    eq_buf_puts(&many, "],\"x\":{\"y\":2}}");
    CU_ASSERT_EQUAL(decode(&f, eq_buf_slice(&many)), EQ_OK);
    CU_ASSERT_EQUAL(f.event->frame.slots[0].tail, 999999);
    CU_ASSERT_EQUAL(f.event->repairs, EQ_REPAIR_ELEMENTS);
    expect(&f, "{\"s\":1}", "s=1", 0);
    eq_buf_free(&many);
    tear_down(&f);
}

/* ── Random documents, and a plain walk over them ──────────────────────────────────────────────────────────────── */

static uint64_t random_state = 20240229;

static unsigned random_below(unsigned n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 33) % n;
}

/* A random value as JSON, and its leaves as "path=text\n" lines of those paths that count. */
struct made {
    struct eq_buf json, leaves;
    size_t marks[64]; /* where members of open objects began in `leaves` */
};

static const char *const random_keys[] = {"a", "b", "c", "a.b", "b.c", "a.b.c", "d",
                                            "\\u0061", "c\\u002eb", "", "longer_than_sixteen_bytes"};
static const char *const plain_keys[] = {"a", "b", "c", "a.b", "b.c", "a.b.c", "d",
                                            "a", "c.b", "", "longer_than_sixteen_bytes"};

static void make_value(struct made *m, const char *path, int depth);

static void make_object(struct made *m, const char *path, int depth)
{
    unsigned n = random_below(5);
    struct {
        const char *key;
        size_t start;
    } seen[5];
    eq_buf_putc(&m->json, '{');
    if (n && depth)
        eq_buf_printf(&m->leaves, "%s=\n", path); /* it exists */
    for (unsigned i = 0; i < n; i++) {
        unsigned k = random_below(sizeof random_keys / sizeof *random_keys);
        char inner[512];
        snprintf(inner, sizeof inner, "%s%s%s", path, depth ? "." : "", plain_keys[k]);
        /* The last of equal keys counts: what an earlier one brought is cut out. */
        for (unsigned j = 0; j < i; j++) {
            if (strcmp(seen[j].key, plain_keys[k]) != 0)
                continue;
            size_t from = seen[j].start, to = j + 1 < i ? seen[j + 1].start : m->leaves.len;
            memmove(m->leaves.ptr + from, m->leaves.ptr + to, m->leaves.len - to);
            m->leaves.len -= to - from;
            for (unsigned l = j + 1; l < i; l++)
                seen[l].start -= to - from;
            seen[j].key = "\x01 gone";
        }
        seen[i].key = plain_keys[k];
        seen[i].start = m->leaves.len;
        eq_buf_printf(&m->json, "%s\"%s\"%s:", i ? "," : "", random_keys[k], random_below(4) ? "" : " ");
        make_value(m, inner, depth + 1);
    }
    eq_buf_putc(&m->json, '}');
}

static void make_value(struct made *m, const char *path, int depth)
{
    static const char *const scalars[] = {"1", "-2.5", "true", "\"x\"", "\"y\\\\\"", "\"\\u00e9\"", "null", "1e3"};
    static const char *const texts[] = {"1", "-2.5", "true", "x", "y\\", "\xC3\xA9", NULL, "1e3"};
    unsigned kind = depth > 6 ? 9 : random_below(10);
    if (kind < 3) {
        make_object(m, path, depth);
    } else if (kind < 5) {
        unsigned n = random_below(4);
        eq_buf_putc(&m->json, '[');
        for (unsigned i = 0; i < n; i++) {
            eq_buf_puts(&m->json, i ? ", " : "");
            make_value(m, path, depth + 1);
        }
        eq_buf_putc(&m->json, ']');
    } else {
        unsigned i = random_below(sizeof scalars / sizeof *scalars);
        eq_buf_puts(&m->json, scalars[i]);
        if (texts[i])
            eq_buf_printf(&m->leaves, "%s=%s\n", path, texts[i]);
    }
}

/* The values that the plain walk gave to one field, comma-separated. */
static void reference_of(struct eq_buf *out, struct eq_slice leaves, struct eq_slice path)
{
    while (leaves.len) {
        size_t n = (size_t)((const char *)memchr(leaves.ptr, '\n', leaves.len) - leaves.ptr);
        struct eq_slice line = {leaves.ptr, n};
        if (eq_slice_starts(line, path) && line.len > path.len && line.ptr[path.len] == '=') {
            eq_buf_add(out, eq_slice(line.ptr + path.len + 1, line.len - path.len - 1));
            eq_buf_putc(out, ',');
        }
        leaves = eq_slice(leaves.ptr + n + 1, leaves.len - n - 1);
    }
}

static void decoded_of(struct eq_buf *out, const struct eq_frame *frame, uint32_t field)
{
    for (uint32_t v = frame->slots[field].head; v != EQ_END_OF_CHAIN; v = frame->next[v]) {
        const struct eq_value *value = &frame->values[v];
        if (value->type == EQ_BOOL)
            eq_buf_puts(out, "true");
        else
            eq_buf_add(out, eq_value_slice(value));
        eq_buf_putc(out, ',');
    }
}

static void test_random(void)
{
    struct fixture f;
    struct made m;
    struct eq_buf want, got;
    set_up(&f, "a b a.b a.b.c b.c c.a.b d a.a a.b.b c.b longer_than_sixteen_bytes d.longer_than_sixteen_bytes a.", 0);
    eq_buf_init(&m.json, &eq_alloc_default);
    eq_buf_init(&m.leaves, &eq_alloc_default);
    eq_buf_init(&want, &eq_alloc_default);
    eq_buf_init(&got, &eq_alloc_default);
    int wrong = 0;
    for (int i = 0; i < 20000 && wrong < 5; i++) {
        eq_buf_clear(&m.json);
        eq_buf_clear(&m.leaves);
        make_object(&m, "", 0);
        enum eq_status st = decode(&f, eq_buf_slice(&m.json));
        CU_ASSERT_EQUAL(st, EQ_OK);
        for (uint32_t k = 0; st == EQ_OK && k < eq_fields_count(f.fields); k++) {
            eq_buf_clear(&want);
            eq_buf_clear(&got);
            reference_of(&want, eq_buf_slice(&m.leaves), f.fields->items[k].path);
            decoded_of(&got, &f.event->frame, k);
            bool same = eq_slice_eq(eq_buf_slice(&want), eq_buf_slice(&got));
            CU_ASSERT(same);
            if (!same)
                printf("\n  %.*s\n  %.*s: want %.*s got %.*s\n", (int)m.json.len, m.json.ptr,
                       (int)f.fields->items[k].path.len, f.fields->items[k].path.ptr, (int)want.len, want.ptr,
                       (int)got.len, got.ptr);
            wrong += !same;
        }
    }
    /* Damaged at random: whatever is said, nothing may be read or written out of bounds. */
    for (int i = 0; i < 20000; i++) {
        eq_buf_clear(&m.json);
        eq_buf_clear(&m.leaves);
        make_object(&m, "", 0);
        for (unsigned k = random_below(3) + 1; k > 0; k--)
            m.json.ptr[random_below((unsigned)m.json.len)] = "{}[]\",:\\ n1\x80\x0c\0"[random_below(14)];
        size_t cut = random_below(4) ? m.json.len : random_below((unsigned)m.json.len + 1);
        decode(&f, eq_slice(m.json.ptr, cut));
    }
    eq_buf_free(&m.json);
    eq_buf_free(&m.leaves);
    eq_buf_free(&want);
    eq_buf_free(&got);
    tear_down(&f);
}

/* ── Size and memory ───────────────────────────────────────────────────────────────────────────────────────────── */

static void test_many_fields(void)
{
    struct eq_fields *fields;
    uint32_t number;
    char path[64];
    CU_ASSERT_EQUAL_FATAL(eq_fields_new(&fields, &eq_alloc_default), EQ_OK);
    for (int i = 0; i < 100000; i++) {
        int n = snprintf(path, sizeof path, "prefix00.same_beginning_%06d_same_end", i);
        CU_ASSERT_EQUAL(eq_fields_add(&number, fields, eq_slice(path, (size_t)n)), EQ_OK);
    }
    struct eq_buf deep;
    eq_buf_init(&deep, &eq_alloc_default);
    eq_buf_puts(&deep, "x");
    for (int i = 0; i < 100000; i++)
        eq_buf_puts(&deep, ".x");
    CU_ASSERT_EQUAL(eq_fields_add(&number, fields, eq_buf_slice(&deep)), EQ_OK);
    CU_ASSERT_EQUAL(eq_fields_freeze(fields), EQ_OK);
    struct eq_decoder *d;
    const struct eq_event *event;
    CU_ASSERT_EQUAL_FATAL(eq_decoder_new(&d, fields, NULL, &eq_alloc_default), EQ_OK);
    static const char json[200] = "{\"prefix00\":{\"same_beginning_077777_same_end\":1}}";
    CU_ASSERT_EQUAL(eq_decode(&event, d, eq_slice_of(json), NULL), EQ_OK);
    CU_ASSERT_EQUAL(event->n_touched, 1);
    CU_ASSERT_EQUAL(event->touched[0], 77777);
    eq_decoder_free(d);
    eq_fields_free(fields);
    eq_buf_free(&deep);
}

static enum eq_status use_all(const struct eq_alloc *alloc)
{
    static const char json[300] = "{\"_source\":{\"a\":\"\\u0041\",\"a\":[1,2,\"\\n\"],"
                                  "\"s\":[{\"n\":1,\"n\":2},{\"n\":\"\x01\"}]}}";
    struct eq_fields *fields = NULL;
    struct eq_decoder *d = NULL;
    struct eq_survey *survey = NULL;
    const struct eq_event *event;
    struct eq_elements e;
    uint32_t number;
    struct eq_decode_options options = {.unwrap = true};
    enum eq_status st = eq_fields_new(&fields, alloc);
    if (st == EQ_OK)
        st = eq_fields_add(&number, fields, EQ_LIT("a"));
    if (st == EQ_OK)
        st = eq_fields_add_array(&number, fields, EQ_LIT("s"));
    if (st == EQ_OK)
        st = eq_fields_add(&number, fields->items[1].elements, EQ_LIT("n"));
    if (st == EQ_OK)
        st = eq_fields_freeze(fields);
    if (st == EQ_OK)
        st = eq_decoder_new(&d, fields, &options, alloc);
    if (st == EQ_OK)
        st = eq_decode(&event, d, eq_slice_of(json), NULL);
    if (st == EQ_OK)
        st = eq_decode_elements(&e, d, 1);
    if (st == EQ_OK) {
        CU_ASSERT_EQUAL(event->repairs, EQ_REPAIR_DUPLICATE | EQ_REPAIR_CONTROL);
        CU_ASSERT_EQUAL(e.n, 2);
        st = eq_survey_new(&survey, alloc);
    }
    if (st == EQ_OK)
        st = eq_survey_feed(survey, eq_slice_of(json), NULL);
    eq_survey_free(survey);
    eq_decoder_free(d);
    eq_fields_free(fields);
    return st;
}

static void test_memory(void)
{
    for (size_t n = 0;; n++) {
        struct faulty f = FAULTY_AFTER(n);
        struct eq_alloc alloc = {faulty_resize, &f};
        enum eq_status st = use_all(&alloc);
        CU_ASSERT_EQUAL(f.live, 0);
        if (st == EQ_OK)
            break;
        CU_ASSERT_EQUAL(st, EQ_NOMEM);
        CU_ASSERT_FATAL(n < 1000);
    }
}

static void test_survey(void)
{
    static const char first[200] = "{\"b\":{\"c\":[1,2]},\"a\":\"x\\ny\",\"a.b\":true,\"n\":null}";
    static const char second[200] = "{\"_id\":\"1\",\"_source\":{\"b.c\":\"t\"}}";
    static const char broken[200] = "{\"z\":1,}";
    struct eq_survey *s;
    CU_ASSERT_EQUAL_FATAL(eq_survey_new(&s, &eq_alloc_default), EQ_OK);
    CU_ASSERT_EQUAL(eq_survey_feed(s, eq_slice_of(first), NULL), EQ_OK);
    CU_ASSERT_EQUAL(eq_survey_feed(s, eq_slice_of(second), NULL), EQ_OK);
    CU_ASSERT_EQUAL(eq_survey_feed(s, eq_slice_of(broken), NULL), EQ_INVALID);
    CU_ASSERT_EQUAL_FATAL(eq_survey_count(s), 3);
    struct eq_survey_field f = eq_survey_get(s, 0);
    CU_ASSERT(eq_slice_eq(f.path, EQ_LIT("a")));
    CU_ASSERT(eq_slice_eq(f.example, EQ_LIT("x\ny")));
    CU_ASSERT(eq_slice_eq(eq_survey_get(s, 1).path, EQ_LIT("a.b")));
    f = eq_survey_get(s, 2);
    CU_ASSERT(eq_slice_eq(f.path, EQ_LIT("b.c")));
    CU_ASSERT_EQUAL(f.events, 2);
    CU_ASSERT_EQUAL(f.numbers, 2);
    CU_ASSERT_EQUAL(f.strings, 1);
    CU_ASSERT(f.array);
    eq_survey_free(s);
}

/* Two escapes, the first behind so much text, the second so much further on: wherever blocks end, the result is the same. */
static void test_escapes(void)
{
    static const char *const escapes[][2] = {{"\\\\", "\\"},
                                             {"\\n", "\n"},
                                             {"\\\"", "\""},
                                             {"\\u00e9", "\xC3\xA9"},
                                             {"\\uD83D\\uDE00", "\xF0\x9F\x98\x80"}};
    enum { N = sizeof escapes / sizeof *escapes };
    static const char plain[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    struct fixture f;
    char json[160], values[160];
    set_up(&f, "a", 0);
    for (int before = 0; before < 36; before++)
        for (int between = 0; between < 20; between++)
            for (int i = 0; i < N * N; i++) {
                const char *const *one = escapes[i / N], *const *two = escapes[i % N];
                snprintf(json, sizeof json, "{\"a\":\"%.*s%s%.*s%s%.*s\"}", before, plain, one[0], between, plain, two[0],
                         i % 3, plain);
                snprintf(values, sizeof values, "a=%.*s%s%.*s%s%.*s", before, plain, one[1], between, plain, two[1],
                         i % 3, plain);
                expect(&f, json, values, 0);
            }
    tear_down(&f);
}

CU_TestInfo eq_tests_event[] = {{"nested, dotted and arrays are one field", test_flatten},
                                {"keys of any length, with escapes", test_keys},
                                {"the last of equal keys counts", test_duplicates},
                                {"numbers, words and strings", test_scalars},
                                {"escapes stand anywhere", test_escapes},
                                {"odd bytes are mended", test_repairs},
                                {"depth is bounded", test_depth},
                                {"errors have a place and a reason", test_errors},
                                {"search hits are unwrapped", test_unwrap},
                                {"elements of searched arrays", test_elements},
                                {"random documents agree with a plain walk", test_random},
                                {"a hundred thousand fields", test_many_fields},
                                {"every allocation may fail", test_memory},
                                {"a survey learns fields", test_survey},
                                CU_TEST_INFO_NULL};
