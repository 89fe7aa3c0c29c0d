/* test_reader.c — bytes to items: every format and codec, from files made here, with reads of every size.
 *
 * What a reader gives is shown as text: one line per item, "line@offset text" or "line@offset !problem". */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <CUnit/Basic.h>

#include "base/buf.h"
#include "read/reader_priv.h"
#include "unit/helpers.h"

/* ── Helpers ───────────────────────────────────────────────────────────────────────────────────────────────────── */

static char folder[64];

static const char *path_of(const char *name)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void set_up(void)
{
    snprintf(folder, sizeof folder, "/tmp/eqlite-reader-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
}

static void tear_down(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    CU_ASSERT_EQUAL(system(command), 0);
}

static void write_bytes(const char *name, struct eq_slice text, const char *mode)
{
    FILE *f = fopen(path_of(name), mode);
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    CU_ASSERT_EQUAL(fwrite(text.ptr, 1, text.len, f), text.len);
    fclose(f);
}

static void add_item(struct eq_buf *out, const struct eq_item *item, bool paths)
{
    if (paths) {
        const char *slash = memrchr(item->path.ptr, '/', item->path.len);
        const char *start = slash && !memchr(item->path.ptr, '!', item->path.len) ? slash + 1 : item->path.ptr;
        if (eq_slice_starts(item->path, eq_slice_of(folder)))
            start = item->path.ptr + strlen(folder) + 1;
        eq_buf_add(out, eq_slice(start, (size_t)(item->path.ptr + item->path.len - start)));
        eq_buf_putc(out, ':');
    }
    eq_buf_printf(out, "%llu@%llu ", (unsigned long long)item->line, (unsigned long long)item->offset);
    eq_buf_putc(out, item->problem ? '!' : '=');
    if (item->problem)
        eq_buf_puts(out, item->problem);
    else
        eq_buf_add(out, item->text);
    /* The padding must be there; sanitizers watch. */
    unsigned sum = 0;
    for (int i = 0; i < EQ_PAD; i++)
        sum += (unsigned char)item->text.ptr[item->text.len + (size_t)i];
    CU_ASSERT(sum < 64 * 256);
    eq_buf_putc(out, '\n');
}

/* Read everything; failures become lines "?code". */
static void read_all(struct eq_buf *out, struct eq_reader *r, bool paths)
{
    struct eq_diags diags;
    struct eq_item item;
    eq_diags_init(&diags, &eq_alloc_default);
    for (;;) {
        enum eq_status st = eq_reader_next(&item, r, &diags);
        if (st == EQ_END)
            break;
        if (st == EQ_OK) {
            add_item(out, &item, paths);
        } else {
            CU_ASSERT_EQUAL_FATAL(st, EQ_IO);
            CU_ASSERT_FATAL(diags.n > 0);
            eq_buf_printf(out, "?%s\n", eq_code_name(diags.items[diags.n - 1].code));
        }
    }
    eq_diags_free(&diags);
}

static void read_path(struct eq_buf *out, const char *path, const struct eq_reader_options *options, size_t unit,
                      bool paths)
{
    struct eq_reader *r;
    eq_buf_clear(out);
    CU_ASSERT_EQUAL_FATAL(eq_reader_new(&r, options, &eq_alloc_default), EQ_OK);
    if (unit)
        eq_reader_set_unit(r, unit);
    CU_ASSERT_EQUAL(eq_reader_add(r, path), EQ_OK);
    read_all(out, r, paths);
    eq_reader_free(r);
    eq_buf_putc(out, '\0');
}

/* The bytes as a file give these items, in whatever units they are read. */
static void expect_with(const struct eq_reader_options *options, struct eq_slice bytes, const char *items)
{
    static const size_t units[] = {0, 1, 2, 3, 7, 64};
    struct eq_buf got;
    eq_buf_init(&got, &eq_alloc_default);
    write_bytes("in", bytes, "w");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        read_path(&got, path_of("in"), options, units[i], false);
        CU_ASSERT_STRING_EQUAL(got.ptr, items);
        if (strcmp(got.ptr, items) != 0) {
            printf("\n  unit %zu: %.*s\n  gives\n%s", units[i], (int)(bytes.len < 300 ? bytes.len : 300), bytes.ptr,
                   got.ptr);
            break;
        }
    }
    eq_buf_free(&got);
}

static void expect(const char *text, const char *items)
{
    expect_with(NULL, eq_slice_of(text), items);
}

/* ── Formats ───────────────────────────────────────────────────────────────────────────────────────────────────── */

static void test_lines(void)
{
    set_up();
    expect("{\"a\":1}\n{\"a\":2}\n", "1@0 ={\"a\":1}\n2@8 ={\"a\":2}\n");
    expect("{\"a\":1}\r\n\r\n  \n\t{\"a\":2}", "1@0 ={\"a\":1}\n4@15 ={\"a\":2}\n");
    expect("\xEF\xBB\xBF{\"a\":1}\n", "1@3 ={\"a\":1}\n");
    expect("", "");
    expect("\n\n \n", "");
    expect("oops\n{\"a\":1}\n", "1@0 =oops\n2@5 ={\"a\":1}\n");
    expect("{\"a\":\"x\n{\"a\":1}\n", "1@0 ={\"a\":\"x\n2@8 ={\"a\":1}\n");
    expect("{\"a\":{\n{\"a\":1}\n", "1@0 ={\"a\":{\n2@7 ={\"a\":1}\n");
    expect("{\"a\":1}xx\n{\"a\":2}\n", "1@0 ={\"a\":1}xx\n2@10 ={\"a\":2}\n");
    struct eq_reader_options lines = {.input = EQ_INPUT_NDJSON};
    expect_with(&lines, EQ_LIT("[1]\n{\n"), "1@0 =[1]\n2@4 ={\n");
    tear_down();
}

static void test_json(void)
{
    set_up();
    expect("[{\"a\":1}, {\"a\":\"]\\\"}\"},\n{}]\n", "1@1 ={\"a\":1}\n1@10 ={\"a\":\"]\\\"}\"}\n2@24 ={}\n");
    expect(" \n[\n]\n", "");
    expect("{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n", "1@0 ={\n \"a\": 1\n}\n4@12 ={\n \"a\": 2\n}\n");
    expect("{\"a\":1} {\"a\":2}{\"a\":3}", "1@0 ={\"a\":1}\n1@8 ={\"a\":2}\n1@15 ={\"a\":3}\n");
    expect("[1, \"x, ]\", {\"a\":1}]", "1@1 !not a JSON object\n1@4 !not a JSON object\n1@12 ={\"a\":1}\n");
    expect("[[{\"a\":1}]]", "1@1 =[{\"a\":1}]\n");
    expect("[{\"a\":1},", "1@1 ={\"a\":1}\n1@9 !the input ends inside an array\n");
    expect("[{\"a\":1},{\"b\"", 
           "1@1 ={\"a\":1}\n1@9 !the input ends inside a JSON value\n1@13 !the input ends inside an array\n");
    expect("{\n\"a\":1", "1@0 !the input ends inside a JSON value\n");
    expect("{\n}\nnonsense\n{\n}", "1@0 ={\n}\n3@4 !not a JSON object\n4@13 ={\n}\n");
    tear_down();
}

static void test_hits(void)
{
    set_up();
    const char *hits = "1@30 ={\"_id\":\"1\",\"_source\":{}}\n1@56 ={\"_id\":\"2\"}\n";
    expect("{\"took\":3,\"hits\":{\"n\":1,\"hits\":[{\"_id\":\"1\"}]},\"aggs\":{\"hits\":[]}}\n{\"b\":\"hits\"}",
           "1@32 ={\"_id\":\"1\"}\n2@66 ={\"b\":\"hits\"}\n");
    expect("{\"took\":3,\"hits\": { \"hits\": [ {\"_id\":\"1\",\"_source\":{}}, {\"_id\":\"2\"} ] } }", hits);
    expect("{\"hits\":{\"hits\":[]}}", "");
    expect("{\"hits\":[1]}\n{\"hits\":{\"hits\":3}}\n", "1@0 ={\"hits\":[1]}\n2@13 ={\"hits\":{\"hits\":3}}\n");
    expect("{\"a\":{\"hits\":{\"hits\":[1]}}}\n", "1@0 ={\"a\":{\"hits\":{\"hits\":[1]}}}\n");
    expect("{\"x\":\"hits\",\"y\":{\"z\":\"hits\",\"w\":[1]}}\n",
           "1@0 ={\"x\":\"hits\",\"y\":{\"z\":\"hits\",\"w\":[1]}}\n");
    tear_down();
}

static void test_bulk(void)
{
    set_up();
    expect("{\"index\":{\"_index\":\"i\"}}\n{\"a\":1}\n{ \"delete\" : { \"_id\" : \"1\" } }\n{\"create\":{}}\n"
           "{\"index\":{}}\n{\"a\":2}\n",
           "2@25 ={\"a\":1}\n5@78 ={\"index\":{}}\n6@91 ={\"a\":2}\n");
    expect("{\"index\":{\"x\":1}}\n{\"a\":1}\n", "1@0 ={\"index\":{\"x\":1}}\n2@18 ={\"a\":1}\n");
    expect("{\"index\":{},\"x\":1}\n", "1@0 ={\"index\":{},\"x\":1}\n");
    expect("{\"a\":1}\n{\"index\":{}}\n", "1@0 ={\"a\":1}\n2@8 ={\"index\":{}}\n");
    struct eq_reader_options bulk = {.input = EQ_INPUT_NDJSON, .bulk = true};
    expect_with(&bulk, EQ_LIT("{\"a\":1}\n{\"index\":{}}\n{\"a\":2}\n"), "1@0 ={\"a\":1}\n3@21 ={\"a\":2}\n");
    tear_down();
}

static void test_long(void)
{
    struct eq_reader_options small = {.max_event = 20};
    struct eq_buf text;
    set_up();
    eq_buf_init(&text, &eq_alloc_default);
    eq_buf_puts(&text, "{\"a\":1}\n{\"a\":\"");
    eq_buf_fill(&text, 'x', 5000);
    eq_buf_puts(&text, "\"}\n{\"a\":2}\n{\"a\":\"");
    eq_buf_fill(&text, 'x', 50);
    eq_buf_puts(&text, "\"}");
    expect_with(&small, eq_buf_slice(&text),
                "1@0 ={\"a\":1}\n2@8 !longer than the limit for one event\n3@5017 ={\"a\":2}\n"
                "4@5025 !longer than the limit for one event\n");
    eq_buf_clear(&text);
    eq_buf_puts(&text, "[{\"a\":1},{\"a\":\"");
    eq_buf_fill(&text, '\n', 3000);
    eq_buf_puts(&text, "\"},{\"a\":2}]");
    expect_with(&small, eq_buf_slice(&text),
                "1@1 ={\"a\":1}\n1@9 !longer than the limit for one event\n3001@3018 ={\"a\":2}\n");
    eq_buf_free(&text);
    tear_down();
}

static void test_encodings(void)
{
    set_up();
    expect_with(NULL, EQ_LIT("\xFF\xFE{\0}\0"), "?E0802\n");
    expect_with(NULL, EQ_LIT("\xFE\xFF\0{\0}"), "?E0802\n");
    expect_with(NULL, EQ_LIT("{\0}\0"), "?E0802\n");
    tear_down();
}

/* ── Codecs ────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* Pack named texts with libarchive. */
static void pack(const char *name, const char *format, const char *filter, const char *const *files)
{
    struct archive *a = archive_write_new();
    CU_ASSERT_EQUAL_FATAL(archive_write_set_format_by_name(a, format), ARCHIVE_OK);
    if (filter)
        CU_ASSERT_EQUAL_FATAL(archive_write_add_filter_by_name(a, filter), ARCHIVE_OK);
    CU_ASSERT_EQUAL_FATAL(archive_write_open_filename(a, path_of(name)), ARCHIVE_OK);
    for (; *files; files += 2) {
        struct archive_entry *e = archive_entry_new();
        archive_entry_set_pathname(e, files[0]);
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0644);
        archive_entry_set_size(e, (la_int64_t)strlen(files[1]));
        archive_write_header(a, e);
        archive_write_data(a, files[1], strlen(files[1]));
        archive_entry_free(e);
    }
    archive_write_free(a);
}

static void expect_file(const char *name, const char *items)
{
    struct eq_buf got;
    eq_buf_init(&got, &eq_alloc_default);
    for (size_t unit = 0; unit < 2; unit++) {
        read_path(&got, path_of(name), NULL, unit, true);
        CU_ASSERT_STRING_EQUAL(got.ptr, items);
        if (strcmp(got.ptr, items) != 0)
            printf("\n  %s gives\n%s", name, got.ptr);
    }
    eq_buf_free(&got);
}

static void test_codecs(void)
{
    static const char *const filters[] = {"gzip", "zstd", "xz", "bzip2", "lz4", "compress", "lzma", "lzip"};
    static const char *const one[] = {"x", "{\"a\":1}\n{\"a\":2}\n", NULL};
    static const char *const two[] = {"d/x.ndjson", "{\"a\":1}\n", "y.json", "[{\"a\":2}]", NULL};
    const char *both = "p!d/x.ndjson:1@0 ={\"a\":1}\np!y.json:1@1 ={\"a\":2}\n";
    set_up();
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        pack("p", "raw", filters[i], one);
        expect_file("p", "p:1@0 ={\"a\":1}\np:2@8 ={\"a\":2}\n");
    }
    pack("p", "zip", NULL, two);
    expect_file("p", both);
    pack("p", "7zip", NULL, two);
    expect_file("p", both);
    pack("p", "ustar", NULL, two);
    expect_file("p", both);
    pack("p", "paxr", "gzip", two);
    expect_file("p", both);
    /* Archives inside archives, all but the last empty. */
    static const char empty[] = "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    struct archive *a = archive_write_new();
    archive_write_set_format_by_name(a, "ustar");
    archive_write_open_filename(a, path_of("p"));
    for (int i = 0; i <= 20000; i++) {
        struct archive_entry *e = archive_entry_new();
        struct eq_slice text = i < 20000 ? eq_slice(empty, sizeof empty) : EQ_LIT("{\"a\":1}");
        archive_entry_set_pathname(e, "e");
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_size(e, (la_int64_t)text.len);
        archive_write_header(a, e);
        archive_write_data(a, text.ptr, text.len);
        archive_entry_free(e);
    }
    archive_write_free(a);
    struct eq_buf got;
    eq_buf_init(&got, &eq_alloc_default);
    read_path(&got, path_of("p"), NULL, 0, false);
    CU_ASSERT_STRING_EQUAL(got.ptr, "1@0 ={\"a\":1}\n");
    eq_buf_free(&got);
    tear_down();
}

static void test_damaged(void)
{
    struct eq_buf text, got;
    char bytes[4096];
    set_up();
    eq_buf_init(&text, &eq_alloc_default);
    eq_buf_init(&got, &eq_alloc_default);
    for (int i = 0; i < 20000; i++)
        eq_buf_printf(&text, "{\"a\":%d}\n", i * 7919);
    eq_buf_putc(&text, '\0');
    const char *const one[] = {"x", text.ptr, NULL};
    pack("p", "raw", "gzip", one);
    struct stat packed;
    CU_ASSERT_EQUAL(stat(path_of("p"), &packed), 0);
    CU_ASSERT_EQUAL(truncate(path_of("p"), packed.st_size / 2), 0);
    read_path(&got, path_of("p"), NULL, 0, false);
    CU_ASSERT(eq_slice_starts(eq_buf_slice(&got), EQ_LIT("1@0 ={\"a\":0}\n2@8 ={\"a\":7919}\n")));
    CU_ASSERT(eq_slice_ends(eq_buf_slice(&got), eq_slice("\n?E0804\n\0", 9)));
    CU_ASSERT(got.len > 10000);
    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes, "PK\3\4", 4);
    write_bytes("p", eq_slice(bytes, sizeof bytes), "w");
    read_path(&got, path_of("p"), NULL, 0, false);
    CU_ASSERT_STRING_EQUAL(got.ptr, "?E0804\n");
    eq_buf_free(&text);
    eq_buf_free(&got);
    tear_down();
}

static void test_paths(void)
{
    struct eq_reader *r;
    struct eq_buf got;
    set_up();
    eq_buf_init(&got, &eq_alloc_default);
    write_bytes("one", EQ_LIT("{\"a\":1}"), "w");
    write_bytes("two", EQ_LIT("[{\"a\":2}]"), "w");
    CU_ASSERT_EQUAL_FATAL(eq_reader_new(&r, NULL, &eq_alloc_default), EQ_OK);
    eq_reader_add(r, path_of("none"));
    eq_reader_add(r, path_of("one"));
    eq_reader_add(r, folder);
    eq_reader_add(r, path_of("two"));
    CU_ASSERT_EQUAL(eq_reader_total_bytes(r), 16);
    read_all(&got, r, true);
    eq_buf_putc(&got, '\0');
    CU_ASSERT_STRING_EQUAL(got.ptr, "?E0801\none:1@0 ={\"a\":1}\n?E0801\ntwo:1@1 ={\"a\":2}\n");
    eq_reader_free(r);
    eq_buf_free(&got);
    tear_down();
}

/* ── Following ─────────────────────────────────────────────────────────────────────────────────────────────────── */

/* What happens to the files, one step each time the reader has looked around and found nothing. */
static int step;

static bool next_step(void *ctx)
{
    bool *idle = ctx;
    if (!*idle) { /* asked at the start of a call: only the second time means waiting */
        *idle = true;
        return false;
    }
    *idle = false;
    switch (step++) {
    case 0: write_bytes("log", EQ_LIT("{\"a\":1}\n{\"a\""), "a"); break;
    case 1: write_bytes("log", EQ_LIT(":2}\n"), "a"); break;
    case 2: write_bytes("other", EQ_LIT("{\"b\":1}\n"), "w"); break;
    case 3: write_bytes("log", EQ_LIT("{\"a\":3}\n"), "w"); break; /* cut */
    case 4: write_bytes("log", EQ_LIT("{\"a\":4}"), "a"); break;
    case 5: {
        char old[160];
        snprintf(old, sizeof old, "%s", path_of("log"));
        rename(old, path_of("log.1"));
        write_bytes("log", EQ_LIT("{\"a\":5}\n"), "w");
        break;
    }
    default: return true;
    }
    return false;
}

static void test_follow(void)
{
    struct eq_reader *r;
    struct eq_item item;
    struct eq_diags diags;
    struct eq_buf got;
    bool idle = false;
    struct eq_reader_options options = {.input = EQ_INPUT_AUTO, .follow = true, .stop = next_step, .ctx = &idle};
    set_up();
    step = 0;
    eq_buf_init(&got, &eq_alloc_default);
    eq_diags_init(&diags, &eq_alloc_default);
    CU_ASSERT_EQUAL_FATAL(eq_reader_new(&r, &options, &eq_alloc_default), EQ_OK);
    eq_reader_add(r, path_of("log"));
    eq_reader_add(r, path_of("other"));
    while (idle = false, eq_reader_next(&item, r, &diags) == EQ_OK)
        add_item(&got, &item, true);
    eq_buf_putc(&got, '\0');
    CU_ASSERT_STRING_EQUAL(got.ptr, "log:1@0 ={\"a\":1}\nlog:2@8 ={\"a\":2}\nother:1@0 ={\"b\":1}\nlog:1@0 ={\"a\":3}\n"
                                    "log:2@8 ={\"a\":4}\nlog:1@0 ={\"a\":5}\n");
    if (strstr(got.ptr, "\"a\":5") == NULL)
        printf("\n%s", got.ptr);
    CU_ASSERT_EQUAL(diags.n, 0);
    eq_reader_free(r);
    eq_diags_free(&diags);
    eq_buf_free(&got);
    tear_down();
}

/* ── Random boundaries ─────────────────────────────────────────────────────────────────────────────────────────── */

static void test_boundaries(void)
{
    struct eq_buf text, want, got;
    uint32_t seed = 7;
    set_up();
    eq_buf_init(&text, &eq_alloc_default);
    eq_buf_init(&want, &eq_alloc_default);
    eq_buf_init(&got, &eq_alloc_default);
    for (int round = 0; round < 40; round++) {
        static const char *const parts[] = {"{\"a\":1}", "\n", "{\"b\":[1,{}]}", "\r\n", "[", "]",
                                            ",", "\"x{\\\"\"", "x", "{", "}", " "};
        eq_buf_clear(&text);
        for (int i = 0; i < 60; i++) {
            seed = seed * 1664525 + 1013904223;
            eq_buf_puts(&text, parts[(seed >> 16) % (round % 2 ? 4 : 12)]);
        }
        write_bytes("in", eq_buf_slice(&text), "w");
        read_path(&want, path_of("in"), NULL, 0, false);
        for (size_t unit = 1; unit < 40; unit += 5) {
            read_path(&got, path_of("in"), NULL, unit, false);
            CU_ASSERT_STRING_EQUAL(got.ptr, want.ptr);
            if (strcmp(got.ptr, want.ptr) != 0)
                printf("\n  unit %zu of %.*s\n--- want\n%s--- got\n%s", unit, (int)text.len, text.ptr,
                       want.ptr, got.ptr);
        }
    }
    eq_buf_free(&text);
    eq_buf_free(&want);
    eq_buf_free(&got);
    tear_down();
}

/* ── Memory ────────────────────────────────────────────────────────────────────────────────────────────────────── */

static enum eq_status read_with(const struct eq_alloc *alloc)
{
    struct eq_reader *r = NULL;
    struct eq_diags diags;
    struct eq_item item;
    eq_diags_init(&diags, &eq_alloc_default);
    enum eq_status st = eq_reader_new(&r, NULL, alloc);
    if (st == EQ_OK)
        st = eq_reader_add(r, path_of("p"));
    while (st == EQ_OK)
        st = eq_reader_next(&item, r, &diags);
    eq_reader_free(r);
    eq_diags_free(&diags);
    return st;
}

/* ── A stop at any time ────────────────────────────────────────────────────────────────────────────────────────── */

struct patience {
    size_t left; /* so often is the answer no */
};

static bool is_over(void *ctx)
{
    struct patience *p = ctx;
    if (p->left == 0)
        return true;
    p->left--;
    return false;
}

static enum eq_status add_packed(struct eq_slice bytes, void *ctx)
{
    eq_buf_add(ctx, bytes);
    return eq_buf_status(ctx);
}

/* Read what comes before the stop, from where `state` (may be empty) says, and note there how far that was. */
static void read_until_stop(struct eq_buf *out, struct eq_buf *state, size_t patience, size_t unit)
{
    struct patience left = {patience};
    struct eq_reader_options options = {.leave_half = true, .stop = is_over, .ctx = &left};
    struct eq_reader *r;
    struct eq_pack p;
    CU_ASSERT_EQUAL_FATAL(eq_reader_new(&r, &options, &eq_alloc_default), EQ_OK);
    eq_reader_set_unit(r, unit);
    CU_ASSERT_EQUAL(eq_reader_add(r, path_of("in")), EQ_OK);
    if (state->len) {
        struct eq_unpack u;
        eq_unpack_init(&u, eq_buf_slice(state));
        eq_reader_restore(&u, r);
        CU_ASSERT(eq_unpack_ok(&u));
    }
    read_all(out, r, true);
    struct eq_buf now;
    eq_buf_init(&now, &eq_alloc_default);
    eq_pack_init(&p, add_packed, &now, &eq_alloc_default);
    eq_reader_save(&p, r);
    CU_ASSERT_EQUAL(eq_pack_end(&p), EQ_OK);
    eq_reader_free(r);
    eq_buf_free(state);
    *state = now;
}

/* However early a reader is stopped, perhaps inside an event, and then another: together they give the same items. */
static void check_stops(void)
{
    static const size_t units[] = {1, 3, 16, 4096};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct eq_buf whole, parts, state;
        eq_buf_init(&whole, &eq_alloc_default);
        eq_buf_init(&parts, &eq_alloc_default);
        eq_buf_init(&state, &eq_alloc_default);
        read_until_stop(&whole, &state, SIZE_MAX, units[i]);
        for (size_t patience = 0; patience < 300; patience += patience < 60 ? 1 : 7) {
            eq_buf_clear(&parts);
            eq_buf_clear(&state);
            read_until_stop(&parts, &state, patience, units[i]);
            read_until_stop(&parts, &state, patience / 2, units[i]);
            read_until_stop(&parts, &state, SIZE_MAX, units[i]);
            CU_ASSERT(eq_slice_eq(eq_buf_slice(&parts), eq_buf_slice(&whole)));
            if (!eq_slice_eq(eq_buf_slice(&parts), eq_buf_slice(&whole))) {
                printf("\n  unit %zu, stopped after %zu: got\n%.*s  not\n%.*s", units[i], patience, (int)parts.len,
                       parts.ptr, (int)whole.len, whole.ptr);
                break;
            }
        }
        eq_buf_free(&whole);
        eq_buf_free(&parts);
        eq_buf_free(&state);
    }
}

static void test_stops(void)
{
    static const char *const texts[] = {
        "{\"a\":1}\n{\"b\":[22]}\nbroken\n{\"c\":333}\n{\"d\":4}",
        "[{\"a\":1},\n {\"b\":[22]}, 7, \"x y\", {\"c\":333}]\n{\"d\":4} {\"e\":5}\n",
        "{\"took\":1,\"hits\":{\"hits\":[{\"_id\":1},{\"_id\":\"]}\"}],\"x\":\"}\"},\"y\":{}}\n{\"a\":2}\n",
        "{\"index\":{}}\n{\"a\":1}\n{\"delete\":{}}\n{\"create\":{}}\n{\"a\":2}\n"};
    static const char *const files[] = {"x", "{\"a\":1}\n{\"a\":2}\n", "y.json", "[{\"a\":3}, {\"a\":4}]", NULL};
    set_up();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *const one[] = {"x", texts[i], NULL};
        write_bytes("in", eq_slice_of(texts[i]), "w");
        check_stops();
        pack("in", "raw", "gzip", one);
        check_stops();
        pack("in", "raw", "zstd", one);
        check_stops();
    }
    pack("in", "zip", NULL, files);
    check_stops();
    pack("in", "pax", "gzip", files);
    check_stops();
    tear_down();
}

static void test_memory(void)
{
    static const char *const two[] = {"x", "{\"a\":1}\n", "y.json", "[{\"a\":2}]", NULL};
    set_up();
    pack("p", "zip", NULL, two);
    for (size_t n = 0;; n++) {
        struct faulty f = FAULTY_AFTER(n);
        struct eq_alloc alloc = {faulty_resize, &f};
        enum eq_status st = read_with(&alloc);
        CU_ASSERT_EQUAL(f.live, 0);
        if (st == EQ_END)
            break;
        CU_ASSERT_EQUAL(st, EQ_NOMEM);
        CU_ASSERT_FATAL(n < 1000);
    }
    tear_down();
}

CU_TestInfo eq_tests_reader[] = {{"lines", test_lines},
                                 {"arrays and larger texts", test_json},
                                 {"search responses", test_hits},
                                 {"bulk requests", test_bulk},
                                 {"events that are too long", test_long},
                                 {"UTF-16 is refused in words", test_encodings},
                                 {"compression and archives", test_codecs},
                                 {"damaged archives give what they have", test_damaged},
                                 {"several paths, some missing", test_paths},
                                 {"followed files are cut and rotated", test_follow},
                                 {"the size of reads changes nothing", test_boundaries},
                                 {"a stop at any time loses nothing", test_stops},
                                 {"every allocation may fail", test_memory},
                                 CU_TEST_INFO_NULL};
