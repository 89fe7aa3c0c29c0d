/* test_base.c — memory, text, numbers and diagnostics: edges, and what happens when memory runs out. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>

#include "base/diag.h"
#include "base/intern.h"
#include "base/number.h"
#include "base/slab.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "unit/helpers.h"
#include "unit/reference.h"

static struct eq_slice text_of(const char *text)
{
    return eq_slice_of(text);
}

static void check_text(struct eq_buf *b, const char *want)
{
    bool same = eq_slice_eq(eq_buf_slice(b), eq_slice_of(want));
    if (!same)
        printf("\n    got  %.*s\n    want %s\n", (int)b->len, b->len ? b->ptr : "", want);
    CU_ASSERT(same);
    eq_buf_clear(b);
}

static void grows_and_keeps(void)
{
    size_t cap = 0;
    int *items = NULL;
    struct faulty w = FAULTY_AFTER(2);
    struct eq_alloc a = {faulty_resize, &w};

    for (size_t n = 0; eq_grow(&a, &items, &cap, n + 1, sizeof *items); n++)
        items[n] = (int)n;
    CU_ASSERT_EQUAL(cap, 32); /* 16, 32, and the third one failed */
    for (size_t i = 0; i < cap; i++)
        CU_ASSERT_EQUAL(items[i], (int)i);
    faulty_allow(&w, 1);
    CU_ASSERT_FALSE(eq_grow(&a, &items, &cap, SIZE_MAX / 2, sizeof *items));
    CU_ASSERT_FALSE(eq_grow(&a, &items, &cap, SIZE_MAX / 4 + 2, sizeof *items));
    CU_ASSERT_EQUAL(cap, 32);
    eq_free(&a, items);
    CU_ASSERT_EQUAL(w.live, 0);
}

/* ── The heap ── */

struct piece {
    unsigned char *ptr, mark;
    size_t size;
};

static size_t any_size(struct ref_random *r)
{
    static const unsigned most[] = {100, 9000, 70000, 300000, 5000000};
    return 1 + ref_below(r, most[ref_below(r, 5)]);
}

/* Its first, middle and last bytes. */
static void mark(struct piece *p)
{
    p->ptr[0] = p->ptr[p->size / 2] = p->ptr[p->size - 1] = p->mark;
}

static bool is_marked(const struct piece *p)
{
    return p->ptr[0] == p->mark && p->ptr[p->size / 2] == p->mark && p->ptr[p->size - 1] == p->mark;
}

/* Another size keeps the bytes that there are in both. */
static bool resize(struct piece *p, size_t size)
{
    unsigned char *ptr = eq_alloc_default.resize(p->ptr, size, eq_alloc_default.ctx);
    bool fine = ptr && ptr[0] == p->mark && (size < p->size || ptr[p->size - 1] == p->mark) &&
                (size <= p->size / 2 || ptr[p->size / 2] == p->mark);
    *p = (struct piece){ptr, p->mark, size};
    if (ptr)
        mark(p);
    return fine;
}

/* Takes, resizes and frees pieces at random; NULL: all kept what was written. */
static void *use_heap(void *seed)
{
    struct piece pieces[40] = {0};
    struct ref_random random = {*(const uint64_t *)seed};
    const char *wrong = NULL;
    for (int i = 0; i < 4000; i++) {
        struct piece *p = &pieces[ref_below(&random, 40)];
        if (p->ptr && !is_marked(p))
            wrong = "another wrote into it";
        if (p->ptr && ref_chance(&random, 50)) {
            eq_free(&eq_alloc_default, p->ptr);
            *p = (struct piece){0};
        } else if (p->ptr) {
            wrong = resize(p, any_size(&random)) ? wrong : "it lost bytes";
        } else {
            *p = (struct piece){.mark = (unsigned char)i, .size = any_size(&random)};
            p->ptr = eq_new(&eq_alloc_default, p->size);
            wrong = p->ptr && !p->ptr[p->size - 1] ? wrong : "it is not zeroed";
            if (p->ptr)
                mark(p);
        }
    }
    for (size_t i = 0; i < 40; i++)
        eq_free(&eq_alloc_default, pieces[i].ptr);
    return (void *)(uintptr_t)wrong;
}

static void the_heap_keeps_what_is_written(void)
{
    enum { THREADS = 3 };
    pthread_t threads[THREADS];
    uint64_t seeds[THREADS];
    size_t slabs = eq_slab_count();
    for (size_t i = 0; i < THREADS; i++) {
        seeds[i] = i + 1;
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, use_heap, &seeds[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *wrong = NULL;
        pthread_join(threads[i], &wrong);
        CU_ASSERT_PTR_NULL(wrong);
    }
    CU_ASSERT(eq_slab_count() <= slabs + 1); /* one may stay for what comes next */
}

static void small_things_are_not_in_slabs(void)
{
    char *small = eq_new(&eq_alloc_default, EQ_SLAB_LEAST - 1), *large = eq_new(&eq_alloc_default, EQ_SLAB_BYTES + 1);
    CU_ASSERT_PTR_NULL(eq_slab_take(EQ_SLAB_LEAST - 1));
    CU_ASSERT_EQUAL(eq_slab_room(small), 0);
    CU_ASSERT(eq_slab_room(large) == 0 || eq_slab_room(large) == 2 * EQ_SLAB_BYTES); /* 0: there are no slabs here */
    CU_ASSERT_PTR_NULL(eq_slab_take(SIZE_MAX));
    eq_free(&eq_alloc_default, small);
    eq_free(&eq_alloc_default, large);
}

static void arena_keeps_objects_apart(void)
{
    struct eq_arena arena;
    char *objects[500];
    eq_arena_init(&arena, &eq_alloc_default);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 500; i++) {
            size_t size = i * 7 % 300 + (i % 100 == 0 ? 100000 : 0);
            objects[i] = i % 2 ? eq_arena_bytes(&arena, size) : eq_arena_alloc(&arena, size);
            CU_ASSERT_PTR_NOT_NULL_FATAL(objects[i]);
            CU_ASSERT(i % 2 || (uintptr_t)objects[i] % 16 == 0);
            if (i % 2 == 0)
                for (size_t k = 0; k < size; k += 97)
                    CU_ASSERT_EQUAL(objects[i][k], 0);
            memset(objects[i], (int)(i % 128), size);
        }
        for (size_t i = 0; i < 500; i++) {
            size_t size = i * 7 % 300 + (i % 100 == 0 ? 100000 : 0);
            for (size_t k = 0; k < size; k++)
                if (objects[i][k] != (char)(i % 128))
                    CU_FAIL_FATAL("objects overlap");
        }
        CU_ASSERT(arena.used_bytes > 500000);
        eq_arena_reset(&arena);
        CU_ASSERT_EQUAL(arena.used_bytes, 0);
    }
    CU_ASSERT_PTR_NULL(eq_arena_alloc(&arena, SIZE_MAX));
    CU_ASSERT_PTR_NULL(eq_arena_bytes(&arena, SIZE_MAX - 8));
    CU_ASSERT_PTR_NOT_NULL(eq_arena_alloc(&arena, 0));
    eq_arena_free(&arena);
}

static void arena_rewinds(void)
{
    struct faulty w = FAULTY_AFTER(100);
    struct eq_alloc a = {faulty_resize, &w};
    struct eq_arena arena = {.alloc = &a};
    struct eq_arena_mark empty = eq_arena_mark(&arena), mark;
    struct eq_slice kept = eq_arena_copy(&arena, EQ_LIT("kept"));
    long made;

    mark = eq_arena_mark(&arena);
    for (int i = 0; i < 100; i++)
        eq_arena_alloc(&arena, 5000);
    made = w.live;
    eq_arena_rewind(&arena, mark);
    CU_ASSERT(eq_slice_eq(kept, EQ_LIT("kept")));
    CU_ASSERT_EQUAL(kept.ptr[4], '\0');
    for (int i = 0; i < 100; i++)
        eq_arena_alloc(&arena, 5000);
    CU_ASSERT_EQUAL(w.live, made); /* the chunks were still there */
    eq_arena_rewind(&arena, empty);
    CU_ASSERT_EQUAL(arena.used_bytes, 0);
    eq_arena_free(&arena);
    CU_ASSERT_EQUAL(w.live, 0);
    CU_ASSERT_PTR_NOT_NULL(eq_arena_alloc(&arena, 1));
    eq_arena_free(&arena);
}

static void arena_with_growing_requests_stays_small(void)
{
    struct faulty w = FAULTY_AFTER(10000);
    struct eq_alloc a = {faulty_resize, &w};
    struct eq_arena arena = {.alloc = &a};
    for (size_t i = 0; i < 1000; i++) {
        eq_arena_bytes(&arena, 100);
        eq_arena_bytes(&arena, 70000 + i * 100);
        eq_arena_reset(&arena);
    }
    CU_ASSERT(w.live <= 6);
    eq_arena_free(&arena);
}

static void arena_without_memory(void)
{
    for (size_t left = 0; left < 5; left++) {
        struct faulty w = FAULTY_AFTER(left);
        struct eq_alloc a = {faulty_resize, &w};
        struct eq_arena arena = {.alloc = &a};
        size_t made = 0;
        while (made < 100 && eq_arena_alloc(&arena, 4000))
            made++;
        CU_ASSERT(made < 100);
        CU_ASSERT(left == 0 ? made == 0 : made > 0);
        CU_ASSERT_PTR_NULL(eq_arena_copy(&arena, eq_slice("", 0)).len ? "" : NULL);
        eq_arena_free(&arena);
        CU_ASSERT_EQUAL(w.live, 0);
    }
}

static void buf_fails_once_and_stays_failed(void)
{
    struct faulty w = FAULTY_AFTER(1);
    struct eq_alloc a = {faulty_resize, &w};
    struct eq_buf b;
    eq_buf_init(&b, &a);
    eq_buf_puts(&b, "abc");
    eq_buf_fill(&b, 'x', 1000);
    CU_ASSERT_EQUAL(eq_buf_status(&b), EQ_NOMEM);
    faulty_allow(&w, 100);
    eq_buf_puts(&b, "later");
    eq_buf_printf(&b, "%d", 5);
    CU_ASSERT_EQUAL(b.len, 3);
    eq_buf_clear(&b);
    eq_buf_printf(&b, "%s%0200d", "abc", 7);
    CU_ASSERT_EQUAL(eq_buf_status(&b), EQ_OK);
    CU_ASSERT_EQUAL(b.len, 203);
    CU_ASSERT_EQUAL(b.ptr[202], '7');
    eq_buf_free(&b);
    CU_ASSERT_EQUAL(w.live, 0);
}

static void buf_escapes(void)
{
    struct eq_buf b;
    eq_buf_init(&b, &eq_alloc_default);
    eq_buf_json(&b, eq_slice("a\"\\\n\x01\0\x7f\xC3\xA9\xFF\xED\xA0\x80", 13));
    check_text(&b, "\"a\\\"\\\\\\n\\u0001\\u0000\x7f\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    eq_buf_json(&b, eq_slice(NULL, 0));
    check_text(&b, "\"\"");
    eq_buf_eql(&b, eq_slice("C:\\x\t\"\x1b\0\xE2\x80\xAE'", 12));
    check_text(&b, "\"C:\\\\x\\t\\\"\\u{1b}\\u{00}\\u{202e}'\"");
    eq_buf_terminal(&b, text_of("C:\\x \"q\" \x1b[2J\r\n\xC2\x9B\xE2\x80\xAE\xFF\xC3\xA9"));
    check_text(&b, "C:\\x \"q\" \\u{1b}[2J\\r\\n\\u{9b}\\u{202e}\\xff\xC3\xA9");
    eq_buf_free(&b);
}

static void intern_gives_dense_numbers(void)
{
    struct eq_intern t;
    uint32_t n;
    bool added;
    char key[32];

    eq_intern_init(&t, &eq_alloc_default);
    CU_ASSERT_EQUAL(eq_intern_find(&t, EQ_LIT("x")), EQ_NONE);
    for (uint32_t i = 0; i < 20000; i++) {
        int len = snprintf(key, sizeof key, "key%u", i);
        CU_ASSERT_EQUAL(eq_intern_put(&n, &t, eq_slice(key, (size_t)len), &added), EQ_OK);
        CU_ASSERT(added && n == i);
    }
    CU_ASSERT_EQUAL(eq_intern_put(&n, &t, EQ_LIT("key77"), &added), EQ_OK);
    CU_ASSERT(!added && n == 77);
    CU_ASSERT_EQUAL(eq_intern_find(&t, EQ_LIT("key19999")), 19999);
    CU_ASSERT_EQUAL(eq_intern_find(&t, EQ_LIT("key20000")), EQ_NONE);
    CU_ASSERT_EQUAL(eq_intern_put(&n, &t, eq_slice(NULL, 0), NULL), EQ_OK);
    CU_ASSERT_EQUAL(n, 20000);
    CU_ASSERT_EQUAL(eq_intern_put(&n, &t, eq_slice("a\0b", 3), NULL), EQ_OK);
    CU_ASSERT_EQUAL(eq_intern_find(&t, eq_slice("a\0c", 3)), EQ_NONE);
    CU_ASSERT_EQUAL(eq_intern_find(&t, eq_slice("", 0)), 20000);
    CU_ASSERT_EQUAL(t.n, 20002);
    eq_intern_free(&t);
    eq_intern_free(&t);
}

static void intern_without_memory(void)
{
    for (size_t left = 0; left < 20; left++) {
        struct faulty w = FAULTY_AFTER(left);
        struct eq_alloc a = {faulty_resize, &w};
        struct eq_intern t;
        uint32_t n, ok = 0;
        char key[400];
        eq_intern_init(&t, &a);
        for (int i = 0; i < 200; i++) {
            memset(key, 'a' + i % 26, sizeof key);
            key[0] = (char)(i / 26 + '0');
            if (eq_intern_put(&n, &t, eq_slice(key, sizeof key), NULL) == EQ_OK)
                CU_ASSERT_EQUAL(n, ok++);
        }
        CU_ASSERT_EQUAL(t.n, ok);
        faulty_allow(&w, 1000); /* what failed can be done again, and nothing was lost */
        for (int i = 0; i < 200; i++) {
            memset(key, 'a' + i % 26, sizeof key);
            key[0] = (char)(i / 26 + '0');
            CU_ASSERT_EQUAL(eq_intern_put(&n, &t, eq_slice(key, sizeof key), NULL), EQ_OK);
            CU_ASSERT_EQUAL(eq_intern_find(&t, eq_slice(key, sizeof key)), n);
        }
        CU_ASSERT_EQUAL(t.n, 200);
        eq_intern_free(&t);
        CU_ASSERT_EQUAL(w.live, 0);
    }
}

static void hash_is_stable_in_a_process(void)
{
    CU_ASSERT_EQUAL(eq_hash_bytes("abc", 3), eq_hash_bytes("abc", 3));
    CU_ASSERT_NOT_EQUAL(eq_hash_bytes("abc", 3), eq_hash_bytes("abd", 3));
    (void)eq_hash_bytes(NULL, 0);
}

static void utf8_decodes_strictly(void)
{
    static const struct {
        const char *bytes;
        int32_t code;
        unsigned len;
    } rows[] = {
        {"a", 'a', 1},
        {"\xC3\xA9", 0xE9, 2},
        {"\xE2\x82\xAC", 0x20AC, 3},
        {"\xF0\x9F\x98\x80", 0x1F600, 4},
        {"\xF4\x8F\xBF\xBF", 0x10FFFF, 4},
        {"\x80", -1, 1},
        {"\xC0\x80", -1, 1},
        {"\xC1\xBF", -1, 1},
        {"\xE0\x80\x80", -1, 1},
        {"\xED\xA0\x80", -1, 1},
        {"\xED\x9F\xBF", 0xD7FF, 3},
        {"\xF0\x80\x80\x80", -1, 1},
        {"\xF4\x90\x80\x80", -1, 1},
        {"\xF5\x80\x80\x80", -1, 1},
        {"\xFF", -1, 1},
        {"\xC3", -1, 1},
        {"\xE2\x82", -1, 1},
        {"\xF0\x9F\x98", -1, 1},
        {"\xC3z", -1, 1},
        {"\xE2\x82z", -1, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct eq_slice s = text_of(rows[i].bytes);
        unsigned len;
        CU_ASSERT_EQUAL(eq_utf8_decode(s.ptr, s.ptr + s.len, &len), rows[i].code);
        CU_ASSERT_EQUAL(len, rows[i].len);
        CU_ASSERT_EQUAL(eq_utf8_valid(s, NULL), rows[i].code >= 0);
    }
    for (uint32_t code = 0; code <= 0x10FFFF; code += code < 0x900 ? 1 : 61) {
        char bytes[4];
        unsigned len = eq_utf8_encode(bytes, code), again;
        bool surrogate = code >= 0xD800 && code <= 0xDFFF;
        CU_ASSERT_EQUAL(eq_utf8_decode(bytes, bytes + len, &again), surrogate ? -1 : (int32_t)code);
        CU_ASSERT_EQUAL(again, surrogate ? 1 : len);
    }
}

static void utf8_counts(void)
{
    struct eq_slice s = EQ_LIT("0123456789 \xC3\xA9\xE2\x82\xAC 0123456789\xFF"); /* é € */
    size_t bad;
    CU_ASSERT_EQUAL(eq_utf8_count(s), 25);
    CU_ASSERT_EQUAL(eq_utf8_offset(s, 0), 0);
    CU_ASSERT_EQUAL(eq_utf8_offset(s, 5), 5);
    CU_ASSERT_EQUAL(eq_utf8_offset(s, 12), 13);
    CU_ASSERT_EQUAL(eq_utf8_offset(s, 13), 16);
    CU_ASSERT_EQUAL(eq_utf8_offset(s, 24), 27);
    CU_ASSERT_EQUAL(eq_utf8_offset(s, 25), s.len);
    CU_ASSERT_EQUAL(eq_utf8_offset(s, 99), s.len);
    CU_ASSERT_FALSE(eq_utf8_valid(s, &bad));
    CU_ASSERT_EQUAL(bad, 27);
    CU_ASSERT_FALSE(eq_ascii(s));
    CU_ASSERT(eq_ascii(EQ_LIT("0123456789")));
    CU_ASSERT_EQUAL(eq_utf8_count(eq_slice(NULL, 0)), 0);
    CU_ASSERT_EQUAL(eq_utf8_width(EQ_LIT("a\xC3\xA9\xE4\xB8\xAD\xCC\x81\x01")), 5); /* a é 中 combining control */
}

static void check_fold(const char *from, const char *to)
{
    struct eq_buf b;
    eq_buf_init(&b, &eq_alloc_default);
    eq_fold(&b, text_of(from));
    check_text(&b, to);
    CU_ASSERT(eq_fold_eq(text_of(from), text_of(to)));
    CU_ASSERT(eq_fold_eq(text_of(to), text_of(from)));
    eq_buf_free(&b);
}

static void folds_one_to_one(void)
{
    check_fold("", "");
    check_fold("C:\\Windows\\SYSTEM32[]@`{~\x7F", "c:\\windows\\system32[]@`{~\x7F");
    check_fold("\xC3\x84\xC3\x96\xC3\x9C", "\xC3\xA4\xC3\xB6\xC3\xBC"); /* ÄÖÜ */
    check_fold("\xE1\xBA\x9E", "\xC3\x9F");                             /* ẞ to ß */
    check_fold("\xC3\x9F", "\xC3\x9F");                                 /* ß stays */
    check_fold("\xE2\x84\xAA\xC5\xBF", "ks");                           /* Kelvin, long s */
    check_fold("\xCF\x82\xCE\xA3", "\xCF\x83\xCF\x83");                 /* final and capital sigma */
    check_fold("\xC4\xB0", "\xC4\xB0");                                 /* İ stays */
    check_fold("I\xC4\xB1", "i\xC4\xB1");                               /* ı is not i */
    check_fold("\xC2\xB5", "\xCE\xBC");                                 /* micro to mu */
    check_fold("\xD0\x96", "\xD0\xB6");                                 /* Ж */
    check_fold("\xC8\xBA", "\xE2\xB1\xA5");                             /* Ⱥ gets longer */
    check_fold("\xEA\xAD\xB0", "\xE1\x8E\xA0");                         /* Cherokee folds upwards */
    check_fold("\xE1\xBE\x88", "\xE1\xBE\x80");                         /* ᾈ to ᾀ */
    check_fold("\xEF\xAC\x80", "\xEF\xAC\x80");                         /* ligature ff stays */
    check_fold("A\xFF\xC3Z", "a\xFF\xC3z");                             /* invalid bytes stay */
    CU_ASSERT_FALSE(eq_fold_eq(EQ_LIT("\xC3\x9F"), EQ_LIT("ss")));
    CU_ASSERT_FALSE(eq_fold_eq(EQ_LIT("abc"), EQ_LIT("ab")));
    CU_ASSERT_FALSE(eq_fold_eq(EQ_LIT("\xFF"), EQ_LIT("\xC3\xBF")));
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        uint32_t folded = eq_fold_code(code);
        if (folded != code && eq_fold_code(folded) != folded)
            CU_FAIL("folding twice is not folding once");
    }
}

static void check_number(const char *text, enum eq_number_kind kind, const char *want)
{
    struct eq_number n = eq_number_parse(text_of(text));
    struct eq_buf b;
    CU_ASSERT_EQUAL(n.kind, kind);
    if (n.kind != kind)
        printf("\n    %s is of kind %d\n", text, n.kind);
    eq_buf_init(&b, &eq_alloc_default);
    if (n.kind == EQ_NUMBER_INT)
        eq_buf_int(&b, n.i);
    else if (n.kind == EQ_NUMBER_UINT)
        eq_buf_uint(&b, n.u);
    else if (n.kind == EQ_NUMBER_DOUBLE)
        eq_buf_double(&b, n.d);
    check_text(&b, want);
    eq_buf_free(&b);
}

static void numbers_are_read_whole(void)
{
    static const char *const wrong[] = {"",   "+",   "-",    ".",     "x",      "1x",    "0x1", " 1",
                                        "1 ", "1e",  "1e+",  "e1",    "--1",    "1.2.3", "inf", "NaN",
                                        "1f", "1,5", "1e5.", "1e999", "-1e999", "+-1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        check_number(wrong[i], EQ_NOT_NUMBER, "");
    check_number("0", EQ_NUMBER_INT, "0");
    check_number("-0", EQ_NUMBER_INT, "0");
    check_number("+7", EQ_NUMBER_INT, "7");
    check_number("007", EQ_NUMBER_INT, "7");
    check_number("9223372036854775807", EQ_NUMBER_INT, "9223372036854775807");
    check_number("-9223372036854775808", EQ_NUMBER_INT, "-9223372036854775808");
    check_number("9223372036854775808", EQ_NUMBER_UINT, "9223372036854775808");
    check_number("18446744073709551615", EQ_NUMBER_UINT, "18446744073709551615");
    check_number("18446744073709551616", EQ_NUMBER_DOUBLE, "1.8446744073709552E19");
    check_number("-9223372036854775809", EQ_NUMBER_DOUBLE, "-9.223372036854776E18");
    check_number("1.", EQ_NUMBER_DOUBLE, "1.0");
    check_number(".5", EQ_NUMBER_DOUBLE, "0.5");
    check_number("-42.5", EQ_NUMBER_DOUBLE, "-42.5");
    check_number("1e3", EQ_NUMBER_DOUBLE, "1000.0");
    check_number("1.E5", EQ_NUMBER_DOUBLE, "100000.0");
    check_number(".5E-3", EQ_NUMBER_DOUBLE, "5.0E-4");
    check_number("-0.0", EQ_NUMBER_DOUBLE, "-0.0");
    check_number("0e999999999999", EQ_NUMBER_DOUBLE, "0.0");
    check_number("1e-999999999999", EQ_NUMBER_DOUBLE, "0.0");
    check_number("0.1", EQ_NUMBER_DOUBLE, "0.1");
    check_number("3.14159265358979323846", EQ_NUMBER_DOUBLE, "3.141592653589793");
    check_number("2.2250738585072014e-308", EQ_NUMBER_DOUBLE, "2.2250738585072014E-308");
    check_number("4.9e-324", EQ_NUMBER_DOUBLE, "4.9E-324");
    check_number("1.7976931348623157e308", EQ_NUMBER_DOUBLE, "1.7976931348623157E308");
}

/* Every text of digits, however long, gives the double that strtod gives. */
static void numbers_are_rounded_once(void)
{
    static char text[2000];
    unsigned state = 1;
    for (int round = 0; round < 3000; round++) {
        size_t len = 0, digits = (size_t)(round % 50 == 0 ? 900 : 1 + round % 40), point = (size_t)round % (digits + 1);
        double want;
        struct eq_number n;
        for (size_t i = 0; i < digits; i++) {
            state = state * 1103515245u + 12345u;
            if (i == point)
                text[len++] = '.';
            text[len++] = (char)('0' + (state >> 16) % 10);
        }
        len += (size_t)snprintf(text + len, sizeof text - len, "e%d", (int)(state >> 8) % 340 - 170);
        want = strtod(text, NULL);
        n = eq_number_parse(eq_slice(text, len));
        if (isinf(want) ? n.kind != EQ_NOT_NUMBER : n.kind != EQ_NUMBER_DOUBLE || n.d != want) {
            printf("\n    %s\n", text);
            CU_FAIL("differs from strtod");
        }
    }
    /* Halfway between two doubles, and then a hair above. */
    memset(text, '0', sizeof text);
    memcpy(text, "9007199254740993.", 17);
    CU_ASSERT_EQUAL(eq_number_parse(eq_slice(text, 1500)).d, 9007199254740992.0);
    text[1400] = '1';
    CU_ASSERT_EQUAL(eq_number_parse(eq_slice(text, 1500)).d, 9007199254740994.0);
}

static void doubles_read_back(void)
{
    struct eq_buf b;
    uint64_t state = 88172645463325252u;
    eq_buf_init(&b, &eq_alloc_default);
    for (int i = 0; i < 20000; i++) {
        double d;
        struct eq_number n;
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        memcpy(&d, &state, sizeof d);
        if (!isfinite(d))
            continue;
        eq_buf_clear(&b);
        eq_buf_double(&b, d);
        n = eq_number_parse(eq_buf_slice(&b));
        if (n.kind != EQ_NUMBER_DOUBLE || n.d != d)
            CU_FAIL("does not read back");
    }
    eq_buf_clear(&b);
    eq_buf_double(&b, 0.001);
    eq_buf_putc(&b, ' ');
    eq_buf_double(&b, 0.00099);
    eq_buf_putc(&b, ' ');
    eq_buf_double(&b, 9999999);
    eq_buf_putc(&b, ' ');
    eq_buf_double(&b, 1e7);
    eq_buf_putc(&b, ' ');
    eq_buf_double(&b, -INFINITY);
    eq_buf_putc(&b, ' ');
    eq_buf_double(&b, NAN);
    check_text(&b, "0.001 9.9E-4 9999999.0 1.0E7 -Infinity NaN");
    eq_buf_free(&b);
}

static struct eq_number int_number(int64_t i)
{
    return (struct eq_number){.kind = EQ_NUMBER_INT, .i = i};
}
static struct eq_number uint_number(uint64_t u)
{
    return (struct eq_number){.kind = EQ_NUMBER_UINT, .u = u};
}
static struct eq_number double_number(double d)
{
    return (struct eq_number){.kind = EQ_NUMBER_DOUBLE, .d = d};
}

static void check_order(struct eq_number a, struct eq_number b, int want)
{
    CU_ASSERT_EQUAL(eq_number_cmp(a, b), want);
    CU_ASSERT_EQUAL(eq_number_cmp(b, a), want == 2 ? 2 : -want);
}

static void numbers_compare_exactly(void)
{
    check_order(int_number(1), int_number(2), -1);
    check_order(int_number(1), double_number(1.0), 0);
    check_order(int_number(1), double_number(1.5), -1);
    check_order(int_number(-1), double_number(-1.5), 1);
    check_order(int_number(0), double_number(-0.5), 1);
    check_order(int_number(INT64_MAX), double_number(0x1p63), -1);
    check_order(int_number(INT64_MIN), double_number(-0x1p63), 0);
    check_order(int_number(INT64_MIN), double_number(-0x1p64), 1);
    check_order(int_number(9007199254740993), double_number(9007199254740992.0), 1);
    check_order(uint_number((uint64_t)INT64_MAX + 1), double_number(0x1p63), 0);
    check_order(uint_number(UINT64_MAX), double_number(0x1p64), -1);
    check_order(uint_number(UINT64_MAX), double_number(-1), 1);
    check_order(uint_number(UINT64_MAX), int_number(-1), 1);
    check_order(uint_number(UINT64_MAX), uint_number(UINT64_MAX - 1), 1);
    check_order(double_number(0.0), double_number(-0.0), 0);
    check_order(int_number(1), double_number(INFINITY), -1);
    check_order(int_number(1), double_number(NAN), 2);
    check_order(double_number(NAN), double_number(NAN), 2);
    check_order(int_number(1), (struct eq_number){.kind = EQ_NOT_NUMBER}, 2);
}

static const char *nearest(const char *wanted)
{
    static const char *const names[] = {"startsWith", "endsWith",     "stringContains",      "length",
                                        "concat",     "process.name", "process.parent.name", "head",
                                        "tail"};
    struct eq_suggest s;
    eq_suggest_start(&s, text_of(wanted));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        eq_suggest_try(&s, text_of(names[i]));
    return eq_suggest_found(&s) ? s.best.ptr : "";
}

static void suggests_the_nearest(void)
{
    CU_ASSERT_STRING_EQUAL(nearest("startwith"), "startsWith");
    CU_ASSERT_STRING_EQUAL(nearest("STARTSWITH"), "startsWith");
    CU_ASSERT_STRING_EQUAL(nearest("process.nmae"), "process.name");
    CU_ASSERT_STRING_EQUAL(nearest("haed"), "head");
    CU_ASSERT_STRING_EQUAL(nearest("lenght"), "length");
    CU_ASSERT_STRING_EQUAL(nearest("xyz"), "");
    CU_ASSERT_STRING_EQUAL(nearest("l"), "");
    CU_ASSERT_STRING_EQUAL(nearest(""), "");
}

/* One report about `text` at start..end, printed and compared. */
static void check_diag(const char *text, uint32_t start, uint32_t end, const char *help, const char *want)
{
    struct eq_source source = {.name = EQ_LIT("<query>"), .text = text_of(text)};
    struct eq_diags d;
    struct eq_diag *diag;
    struct eq_buf b;
    eq_buf_init(&b, &eq_alloc_default);
    eq_diags_init(&d, &eq_alloc_default);
    diag = eq_diag_add(&d, EQ_E0101, &source, (struct eq_span){start, end}, "a message");
    if (help)
        eq_diag_help(&d, diag, "%s", help);
    eq_diag_print(&b, diag, false);
    check_text(&b, want);
    eq_diags_free(&d);
    eq_buf_free(&b);
}

static void diag_points_at_the_text(void)
{
    check_diag("process where x = 1", 16, 17, "use ==",
               "<query>:1:17: error[E0101]: a message\n"
               "1 | process where x = 1\n"
               "  |                 ^ help: use ==\n");
    check_diag("a\n\tb c\r\nd", 5, 99, NULL,
               "<query>:2:4: error[E0101]: a message\n"
               "2 |  b c\n"
               "  |    ^\n");
    check_diag("x == ", 5, 5, NULL, "<query>:1:6: error[E0101]: a message\n1 | x == \n  |      ^\n");
    check_diag("\xC3\xA9\xE4\xB8\xAD == \x1b[2J", 2, 5, NULL,
               "<query>:1:2: error[E0101]: a message\n"
               "1 | \xC3\xA9\xE4\xB8\xAD == \\u{1b}[2J\n"
               "  |  ^^\n");
    check_diag("", 0, 0, "say something", "<query>:1:1: error[E0101]: a message\n  help: say something\n");
    check_diag("abc", 1000, 2000, NULL, "<query>:1:4: error[E0101]: a message\n1 | abc\n  |    ^\n");
}

static void diag_cuts_long_lines(void)
{
    static char text[4001];
    struct eq_source source = {.name = EQ_LIT("q"), .text = {text, 4000}};
    struct eq_diags d;
    struct eq_diag *diag;
    struct eq_buf b;
    struct eq_slice out, line;
    const char *caret, *mark;

    memset(text, 'x', 4000);
    text[2000] = '!';
    eq_buf_init(&b, &eq_alloc_default);
    eq_diags_init(&d, &eq_alloc_default);
    for (uint32_t at = 0; at <= 4000; at += 400) {
        text[at] = '!';
        diag = eq_diag_add(&d, EQ_E0101, &source, (struct eq_span){at, at + 1}, "m");
        eq_buf_clear(&b);
        eq_diag_print(&b, diag, false);
        eq_buf_putc(&b, '\0');
        out = eq_buf_slice(&b);
        line = eq_slice(strchr(out.ptr, '\n') + 1, 0);
        line.len = (size_t)(strchr(line.ptr, '\n') - line.ptr);
        CU_ASSERT(eq_utf8_width(line) <= 4 + 162);
        caret = strrchr(out.ptr, '^');
        mark = strrchr(line.ptr, '!');
        if (at < 4000 && caret && mark)
            CU_ASSERT_EQUAL((size_t)(caret - (line.ptr + line.len + 1)),
                            eq_utf8_width(eq_slice(line.ptr, (size_t)(mark - line.ptr))));
        text[at] = 'x';
    }
    eq_diags_free(&d);
    eq_buf_free(&b);
}

static void diag_inside_a_file(void)
{
    struct eq_source source = {.name = EQ_LIT("r.toml"), .text = EQ_LIT("any where\n  1"), .line = 10, .column = 9};
    struct eq_diags d;
    struct eq_diag *diag;
    struct eq_buf b;
    uint32_t line, column;

    eq_source_position(&source, 4, &line, &column);
    CU_ASSERT(line == 10 && column == 13);
    eq_buf_init(&b, &eq_alloc_default);
    eq_diags_init(&d, &eq_alloc_default);
    diag = eq_diag_add(&d, EQ_E0201, &source, (struct eq_span){12, 13}, "not \"%s\"", "boolean");
    diag->rule = EQ_LIT("R1");
    eq_diag_json(&b, diag);
    check_text(&b,
               "{\"code\":\"E0201\",\"severity\":\"error\",\"message\":\"not \\\"boolean\\\"\",\"source\":\"r.toml\","
               "\"rule\":\"R1\",\"line\":11,\"column\":3,\"end_line\":11,\"end_column\":4}");
    diag = eq_diag_add(&d, EQ_W0801, NULL, (struct eq_span){0, 0}, "odd");
    eq_diag_json(&b, diag);
    check_text(&b, "{\"code\":\"W0801\",\"severity\":\"warning\",\"message\":\"odd\"}");
    eq_diag_print(&b, diag, false);
    check_text(&b, "warning[W0801]: odd\n");
    CU_ASSERT_STRING_EQUAL(eq_code_title(EQ_E0101), "syntax error");
    eq_diags_free(&d);
    eq_buf_free(&b);
}

static void diag_counts_beyond_the_limit(void)
{
    struct eq_diags d;
    eq_diags_init(&d, &eq_alloc_default);
    d.max = 3;
    for (int i = 0; i < 5; i++)
        eq_diag_help(&d, eq_diag_add(&d, EQ_E0101, NULL, (struct eq_span){0, 0}, "%d", i), "h");
    eq_diag_add(&d, EQ_W0801, NULL, (struct eq_span){0, 0}, "w");
    CU_ASSERT(d.n == 3 && d.errors == 5 && d.warnings == 1 && !d.failed);
    CU_ASSERT(eq_slice_eq(d.items[2].message, EQ_LIT("2")));
    eq_diags_clear(&d);
    CU_ASSERT(d.n == 0 && d.errors == 0 && d.max == 3);
    eq_diags_free(&d);
}

static void diag_without_memory(void)
{
    struct eq_source source = {.name = EQ_LIT("q"), .text = EQ_LIT("text")};
    for (size_t left = 0; left < 12; left++) {
        struct faulty w = FAULTY_AFTER(left);
        struct eq_alloc a = {faulty_resize, &w};
        struct eq_diags d;
        struct eq_buf b;
        eq_diags_init(&d, &a);
        eq_buf_init(&b, &a);
        for (int i = 0; i < 3; i++)
            eq_diag_help(&d, eq_diag_add(&d, EQ_E0101, &source, (struct eq_span){0, 4}, "message %d", i), "help");
        CU_ASSERT_EQUAL(d.errors, 3);
        CU_ASSERT(d.n == 3 || d.failed);
        for (size_t i = 0; i < d.n; i++) {
            eq_diag_print(&b, &d.items[i], true);
            eq_diag_json(&b, &d.items[i]);
        }
        eq_buf_free(&b);
        eq_diags_free(&d);
        CU_ASSERT_EQUAL(w.live, 0);
    }
}

extern CU_TestInfo eq_tests_base[];
CU_TestInfo eq_tests_base[] = {
    {"arrays grow, and stay as they were when they cannot", grows_and_keeps},
    {"the heap keeps what is written, for several threads", the_heap_keeps_what_is_written},
    {"small things are not in slabs, too large ones nowhere", small_things_are_not_in_slabs},
    {"arena objects do not overlap", arena_keeps_objects_apart},
    {"an arena rewinds to a mark and keeps its chunks", arena_rewinds},
    {"growing requests leave few chunks behind", arena_with_growing_requests_stays_small},
    {"an arena without memory", arena_without_memory},
    {"a buffer fails once and stays failed", buf_fails_once_and_stays_failed},
    {"text as JSON, as EQL and for a terminal", buf_escapes},
    {"interned strings have dense numbers", intern_gives_dense_numbers},
    {"interning without memory", intern_without_memory},
    {"hashes are stable in a process", hash_is_stable_in_a_process},
    {"UTF-8 is decoded strictly", utf8_decodes_strictly},
    {"code points are counted and found", utf8_counts},
    {"case folds one code point to one", folds_one_to_one},
    {"numbers are read whole or not at all", numbers_are_read_whole},
    {"decimals are rounded once", numbers_are_rounded_once},
    {"doubles read back", doubles_read_back},
    {"numbers of all kinds compare exactly", numbers_compare_exactly},
    {"the nearest name is suggested", suggests_the_nearest},
    {"a report points at the text", diag_points_at_the_text},
    {"a report cuts long lines", diag_cuts_long_lines},
    {"a report inside a larger file, and as JSON", diag_inside_a_file},
    {"reports beyond the limit are counted", diag_counts_beyond_the_limit},
    {"reporting without memory", diag_without_memory},
    CU_TEST_INFO_NULL,
};
