/* test_values.c — values as text and JSON, points in time, addresses. */
#include <math.h>
#include <stdio.h>

#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>

#include "event/ip.h"
#include "event/time.h"
#include "event/value.h"

static void check_text(struct eq_buf *b, const char *want)
{
    bool same = eq_slice_eq(eq_buf_slice(b), eq_slice_of(want));
    if (!same)
        printf("\n    got  %.*s\n    want %s\n", (int)b->len, b->len ? b->ptr : "", want);
    CU_ASSERT(same);
    eq_buf_clear(b);
}

static struct eq_value with_text(struct eq_value v, const char *text)
{
    v.s = text;
    v.len = (uint32_t)eq_slice_of(text).len;
    return v;
}

static void values_as_text_and_json(void)
{
    struct eq_ip ip;
    struct eq_value ip_value = {.type = EQ_IP, .s = (const char *)ip.b, .len = 16};
    const struct {
        struct eq_value v;
        const char *text, *json;
    } rows[] = {
        {EQ_VALUE_NULL, "", "null"},
        {eq_value_bool(true), "true", "true"},
        {eq_value_bool(false), "false", "false"},
        {eq_value_int(-42), "-42", "-42"},
        {eq_value_int(INT64_MIN), "-9223372036854775808", "-9223372036854775808"},
        {{.type = EQ_UINT, .u = UINT64_MAX}, "18446744073709551615", "18446744073709551615"},
        {eq_value_double(42.5), "42.5", "42.5"},
        {eq_value_double(1e10), "1.0E10", "1.0E10"},
        {eq_value_double(INFINITY), "Infinity", "null"},
        {eq_value_double(NAN), "NaN", "null"},
        {with_text(eq_value_double(1), "1.00"), "1.00", "1.00"},
        {with_text(eq_value_double(0.5), ".5"), ".5", "0.5"},
        {with_text(eq_value_double(1), "1."), "1.", "1.0"},
        {with_text(eq_value_double(1000), "1e3"), "1e3", "1e3"},
        {with_text(eq_value_int(7), "007"), "007", "7"},
        {with_text(eq_value_int(4624), "4624"), "4624", "4624"},
        {eq_value_string(EQ_LIT("a\"b")), "a\"b", "\"a\\\"b\""},
        {eq_value_string(eq_slice(NULL, 0)), "", "\"\""},
        {eq_value_time((struct eq_time){0, 500000000}), "1970-01-01T00:00:00.500Z", "\"1970-01-01T00:00:00.500Z\""},
        {ip_value, "10.1.2.3", "\"10.1.2.3\""},
    };
    struct eq_buf b;
    CU_ASSERT(eq_ip_parse(&ip, EQ_LIT("10.1.2.3")));
    eq_buf_init(&b, &eq_alloc_default);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        eq_value_text(&b, &rows[i].v);
        check_text(&b, rows[i].text);
        eq_value_json(&b, &rows[i].v);
        check_text(&b, rows[i].json);
    }
    eq_buf_free(&b);
}

static void times_name_periods(void)
{
    static const struct {
        const char *text, *first, *last;
    } rows[] = {
        {"2017-08-30T20:47:33Z", "2017-08-30T20:47:33.000Z", "2017-08-30T20:47:33.999999999Z"},
        {"2017-08-30T20:47:33", "2017-08-30T20:47:33.000Z", "2017-08-30T20:47:33.999999999Z"},
        {"2017-08-30 20:47:33", "2017-08-30T20:47:33.000Z", "2017-08-30T20:47:33.999999999Z"},
        {"2017-08-30T20:47", "2017-08-30T20:47:00.000Z", "2017-08-30T20:47:59.999999999Z"},
        {"2017-08-30T20", "2017-08-30T20:00:00.000Z", "2017-08-30T20:59:59.999999999Z"},
        {"2020-01-01", "2020-01-01T00:00:00.000Z", "2020-01-01T23:59:59.999999999Z"},
        {"2020-02", "2020-02-01T00:00:00.000Z", "2020-02-29T23:59:59.999999999Z"},
        {"2019-02", "2019-02-01T00:00:00.000Z", "2019-02-28T23:59:59.999999999Z"},
        {"2020", "2020-01-01T00:00:00.000Z", "2020-12-31T23:59:59.999999999Z"},
        {"2019", "2019-01-01T00:00:00.000Z", "2019-12-31T23:59:59.999999999Z"},
        {"2017-08-30T20:47:33.5Z", "2017-08-30T20:47:33.500Z", "2017-08-30T20:47:33.500Z"},
        {"2017-08-30T20:47:33.123456Z", "2017-08-30T20:47:33.123456Z", "2017-08-30T20:47:33.123456Z"},
        {"2017-08-30T20:47:33.123456789Z", "2017-08-30T20:47:33.123456789Z", "2017-08-30T20:47:33.123456789Z"},
        {"2017-08-30T20:47:33.1234567899999Z", "2017-08-30T20:47:33.123456789Z", "2017-08-30T20:47:33.123456789Z"},
        {"2017-08-30T20:47:33+02:00", "2017-08-30T18:47:33.000Z", "2017-08-30T18:47:33.999999999Z"},
        {"2017-08-30T20:47:33-0530", "2017-08-31T02:17:33.000Z", "2017-08-31T02:17:33.999999999Z"},
        {"2017-08-30T20:47:33+02", "2017-08-30T18:47:33.000Z", "2017-08-30T18:47:33.999999999Z"},
        {"2020-01-01+01:00", "2019-12-31T23:00:00.000Z", "2020-01-01T22:59:59.999999999Z"},
        {"0000-01-01", "0000-01-01T00:00:00.000Z", "0000-01-01T23:59:59.999999999Z"},
        {"9999-12-31", "9999-12-31T00:00:00.000Z", "9999-12-31T23:59:59.999999999Z"},
        {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
        {"1900-03-01", "1900-03-01T00:00:00.000Z", "1900-03-01T23:59:59.999999999Z"},
    };
    struct eq_buf b;
    struct eq_time first, last;
    eq_buf_init(&b, &eq_alloc_default);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CU_ASSERT(eq_time_parse(&first, &last, eq_slice_of(rows[i].text)));
        eq_buf_time(&b, first);
        check_text(&b, rows[i].first);
        eq_buf_time(&b, last);
        check_text(&b, rows[i].last);
    }
    eq_buf_free(&b);
}

static void wrong_times_are_refused(void)
{
    static const char *const wrong[] = {
        "",
        "x",
        "201",
        "20200",
        "2020-",
        "2020-1",
        "2020-13",
        "2020-00",
        "2020-02-30",
        "2019-02-29",
        "1900-02-29",
        "2020-01-00",
        "2020-01-32",
        "2020-01-01T",
        "2020-01-01T24",
        "2020-01-01T1",
        "2020-01-01T10:60",
        "2020-01-01T10:10:60",
        "2020-01-01T10:10:10.",
        "2020-01-01T10:10:10.Z",
        "2020-01-01T10:10:10ZZ",
        "2020-01-01T10:10:10+",
        "2020-01-01T10:10:10+1",
        "2020-01-01T10:10:10+24",
        "2020-01-01T10:10:10+10:60",
        "2020-01-01T10:10:10+10:",
        "2020-01-01T10:10:10 ",
        " 2020-01-01",
        "2020-01-01t10",
        "2020-01T10",
        "2020-01-01T10.5",
        "-2020-01-01",
        "+2020-01-01",
        "2020-01-01T10:10:10Zx",
    };
    struct eq_time t;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (eq_time_parse(&t, NULL, eq_slice_of(wrong[i]))) {
            printf("\n    accepted: %s\n", wrong[i]);
            CU_FAIL("accepted");
        }
    }
}

static void every_day_reads_back(void)
{
    struct eq_buf b;
    eq_buf_init(&b, &eq_alloc_default);
    for (int64_t day = -719528; day <= 2932896; day += 97) { /* 0000-01-01 to 9999-12-31 */
        struct eq_time t = {day * 86400 + 86399, 1}, back;
        eq_buf_clear(&b);
        eq_buf_time(&b, t);
        if (!eq_time_parse(&back, NULL, eq_buf_slice(&b)) || eq_time_cmp(t, back) != 0)
            CU_FAIL("does not read back");
    }
    eq_buf_free(&b);
}

/* Texts of all shapes, one after another: the minute that is remembered changes no answer. */
static void times_near_each_other(void)
{
    static const char *const texts[] = {"2024-05-01T10:20:30.123Z",  "2024-05-01T10:20:31Z",       "2024-05-01T10:20:61Z",
                                        "2024-05-01T10:20:59.1234567891Z", "2024-05-01T10:20:30.Z", "2024-05-01T10:21:00Z",
                                        "2024-05-01T10:20:30+02:00", "2024-05-01T10+02:00",        "2024-05-01T10+02:00Z",
                                        "2024-05-01 10:20:30Z",      "2024-05-01T10:20:3Z",        "2024-05-01T10:20Z",
                                        "2023-02-29T10:20:30Z",      "1714558830123.5",            "1969-12-31T23:59:59.5Z",
                                        "0000-01-01T00:00:00Z",      "2024-05-01T10:20:30,5Z",     "2024-05-01T10:20:30.5ZZ"};
    enum { N = sizeof texts / sizeof *texts };
    for (size_t i = 0; i < N * N; i++) {
        struct eq_time_minute minute = {.known = false};
        const char *both[] = {texts[i / N], texts[i % N]};
        for (size_t k = 0; k < 2; k++) {
            struct eq_value v = eq_value_string(eq_slice_of(both[k]));
            struct eq_time want = {0, 0}, got = {0, 0};
            CU_ASSERT_EQUAL(eq_time_near(&got, &v, &minute), eq_time_of_value(&want, &v));
            CU_ASSERT_EQUAL(eq_time_cmp(got, want), 0);
        }
    }
    struct eq_time_minute minute = {.known = false};
    struct eq_time t;
    struct eq_value number = eq_value_int(1714558830123);
    CU_ASSERT(eq_time_near(&t, &number, &minute));
    CU_ASSERT_EQUAL(t.s, 1714558830);
    CU_ASSERT(!minute.known);
}

static void values_as_times(void)
{
    const struct {
        struct eq_value v;
        const char *want; /* "" when it is none */
    } rows[] = {
        {eq_value_int(1), "1970-01-01T00:00:00.001Z"},
        {eq_value_int(-1), "1969-12-31T23:59:59.999Z"},
        {eq_value_int(2020), "1970-01-01T00:00:02.020Z"},
        {eq_value_int(1598820453123), "2020-08-30T20:47:33.123Z"},
        {eq_value_double(1598820453123.5), "2020-08-30T20:47:33.123500Z"},
        {eq_value_double(-0.5), "1969-12-31T23:59:59.999500Z"},
        {with_text(eq_value_double(1598820453123.456789), "1598820453123.456789"), "2020-08-30T20:47:33.123456789Z"},
        {with_text(eq_value_double(1.5e12), "1.5e12"), "2017-07-14T02:40:00.000Z"},
        {eq_value_string(EQ_LIT("1598820453123")), "2020-08-30T20:47:33.123Z"},
        {eq_value_string(EQ_LIT("-1.5")), "1969-12-31T23:59:59.998500Z"},
        {eq_value_string(EQ_LIT("2020")), "2020-01-01T00:00:00.000Z"},
        {eq_value_string(EQ_LIT("2020-01-01T00:00:00Z")), "2020-01-01T00:00:00.000Z"},
        {eq_value_time((struct eq_time){5, 1000}), "1970-01-01T00:00:05.000001Z"},
        {eq_value_string(EQ_LIT("yesterday")), ""},
        {eq_value_string(EQ_LIT("")), ""},
        {eq_value_string(EQ_LIT("-")), ""},
        {eq_value_string(EQ_LIT("9999999999999999999999")), ""},
        {eq_value_string(eq_slice(NULL, 0)), ""},
        {eq_value_int(99999999999999), "5138-11-16T09:46:39.999Z"},
        {eq_value_int(100000000000000), "1973-03-03T09:46:40.000Z"},
        {eq_value_int(1598820453123456), "2020-08-30T20:47:33.123456Z"},
        {eq_value_int(99999999999999999), "5138-11-16T09:46:39.999999Z"},
        {eq_value_int(100000000000000000), "1973-03-03T09:46:40.000Z"},
        {eq_value_int(1598820453123456789), "2020-08-30T20:47:33.123456789Z"},
        {eq_value_int(-1598820453123456789), "1919-05-04T03:12:26.876543211Z"},
        {eq_value_string(EQ_LIT("1598820453123456789")), "2020-08-30T20:47:33.123456789Z"},
        {with_text(eq_value_double(1598820453.123456789), "1598820453.123456789"), "2020-08-30T20:47:33.123456789Z"},
        {with_text(eq_value_double(1598820453.0), "1598820453.0"), "2020-08-30T20:47:33.000Z"},
        {with_text(eq_value_double(-1598820453.25), "-1598820453.25"), "1919-05-04T03:12:26.750Z"},
        {with_text(eq_value_double(99999999.5), "99999999.5"), "1970-01-02T03:46:39.999500Z"},
        {eq_value_double(1598820453.5), "2020-08-30T20:47:33.500Z"},
        {eq_value_int(1598820453), "1970-01-19T12:07:00.453Z"},
        {eq_value_int(INT64_MAX), "2262-04-11T23:47:16.854775807Z"},
        {eq_value_int(INT64_MIN), "1677-09-21T00:12:43.145224192Z"},
        {{.type = EQ_UINT, .u = UINT64_MAX}, "2554-07-21T23:34:33.709551615Z"},
        {eq_value_double(1e300), ""},
        {eq_value_double(NAN), ""},
        {eq_value_bool(true), ""},
        {EQ_VALUE_NULL, ""},
    };
    struct eq_buf b;
    struct eq_time t;
    eq_buf_init(&b, &eq_alloc_default);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (eq_time_of_value(&t, &rows[i].v))
            eq_buf_time(&b, t);
        check_text(&b, rows[i].want);
    }
    eq_buf_free(&b);
}

static void times_apart(void)
{
    CU_ASSERT_EQUAL(eq_time_diff_ns((struct eq_time){1, 5}, (struct eq_time){2, 3}), 999999998);
    CU_ASSERT_EQUAL(eq_time_diff_ns((struct eq_time){2, 3}, (struct eq_time){1, 5}), -999999998);
    CU_ASSERT_EQUAL(eq_time_diff_ns((struct eq_time){INT64_MIN, 0}, (struct eq_time){INT64_MAX, 0}), INT64_MAX);
    CU_ASSERT_EQUAL(eq_time_diff_ns((struct eq_time){253402300799, 0}, (struct eq_time){-62167219200, 0}), INT64_MIN);
    CU_ASSERT(eq_time_cmp((struct eq_time){1, 5}, (struct eq_time){1, 6}) < 0);
}

static void addresses_have_one_form(void)
{
    static const struct {
        const char *text, *form; /* "" when it is none */
    } rows[] = {
        {"10.1.2.3", "10.1.2.3"},
        {"255.255.255.255", "255.255.255.255"},
        {"::ffff:10.1.2.3", "10.1.2.3"},
        {"::FFFF:0a01:0203", "10.1.2.3"},
        {"0:0:0:0:0:ffff:10.1.2.3", "10.1.2.3"},
        {"::", "::"},
        {"::1", "::1"},
        {"1::", "1::"},
        {"fe80::1", "fe80::1"},
        {"FE80:0:0:0:0:0:0:1", "fe80::1"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        {"2001:0db8:0000:0001:0001:0001:0001:0001", "2001:db8:0:1:1:1:1:1"},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
        {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
        {"64:ff9b::1.2.3.4", "64:ff9b::102:304"},
        {"", ""},
        {"1.2.3", ""},
        {"1.2.3.4.5", ""},
        {"1.2.3.256", ""},
        {"01.2.3.4", ""},
        {"1.2.3.4 ", ""},
        {"1.2.3.4:80", ""},
        {"1..3.4", ""},
        {"a.b.c.d", ""},
        {"+1.2.3.4", ""},
        {":", ""},
        {":1", ""},
        {"1:", ""},
        {":::", ""},
        {"1::2::3", ""},
        {"1:2:3:4:5:6:7", ""},
        {"1:2:3:4:5:6:7:8:9", ""},
        {"1:2:3:4:5:6:7:8::", ""},
        {"::1:2:3:4:5:6:7:8", ""},
        {"12345::", ""},
        {"g::", ""},
        {"fe80::1%eth0", ""},
        {"[::1]", ""},
        {"::1.2.3", ""},
        {"::1.2.3.4:5", ""},
        {"1:2:3:4:5:6:7:1.2.3.4", ""},
        {"::0000000000000000000000000000000000000000000000001", ""},
        {"localhost", ""},
    };
    struct eq_buf b;
    struct eq_ip ip;
    eq_buf_init(&b, &eq_alloc_default);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (eq_ip_parse(&ip, eq_slice_of(rows[i].text)))
            eq_buf_ip(&b, &ip);
        check_text(&b, rows[i].form);
    }
    eq_buf_free(&b);
}

static void blocks_hold_addresses(void)
{
    static const struct {
        const char *block, *ip;
        bool has;
    } rows[] = {
        {"192.168.0.0/16", "192.168.7.9", true},
        {"10.0.0.0/8", "192.168.7.9", false},
        {"10.9.8.7/8", "10.1.2.3", true},
        {"FE80::/10", "fe80::1", true},
        {"FE80::/10", "fec0::1", false},
        {"::/0", "1.2.3.4", true},
        {"::/0", "fe80::1", true},
        {"0.0.0.0/0", "1.2.3.4", true},
        {"0.0.0.0/0", "::1", false},
        {"2001::/16", "1.2.3.4", false},
        {"::1", "::1", true},
        {"::1", "::2", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.1/32", "::ffff:127.0.0.1", true},
        {"::ffff:10.0.0.0/104", "10.1.2.3", true},
        {"10.128.0.0/9", "10.127.0.1", false},
        {"10.128.0.0/9", "10.200.0.1", true},
        {"1.2.3.4/31", "1.2.3.5", true},
        {"1.2.3.4/31", "1.2.3.6", false},
    };
    static const char *const wrong[] = {"",
                                        "/8",
                                        "10.0.0.0/",
                                        "10.0.0.0/33",
                                        "10.0.0.0/-1",
                                        "10.0.0.0/8x",
                                        "::/129",
                                        "10.0.0.0/0008",
                                        "10.0.0/8",
                                        "10.0.0.0/8/8",
                                        "10.0.0.0/ 8",
                                        "x/8"};
    struct eq_cidr block;
    struct eq_ip ip;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CU_ASSERT(eq_cidr_parse(&block, eq_slice_of(rows[i].block)));
        CU_ASSERT(eq_ip_parse(&ip, eq_slice_of(rows[i].ip)));
        CU_ASSERT_EQUAL(eq_cidr_has(&block, &ip), rows[i].has);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT_FALSE(eq_cidr_parse(&block, eq_slice_of(wrong[i])));
}

extern CU_TestInfo eq_tests_values[];
CU_TestInfo eq_tests_values[] = {
    {"values as text and as JSON", values_as_text_and_json},
    {"a text names a period of time", times_name_periods},
    {"what is not a time is refused", wrong_times_are_refused},
    {"every day from year 0 to 9999 reads back", every_day_reads_back},
    {"values as points in time", values_as_times},
    {"times in one minute", times_near_each_other},
    {"how far times are apart", times_apart},
    {"addresses have one form", addresses_have_one_form},
    {"blocks hold addresses of both families", blocks_hold_addresses},
    CU_TEST_INFO_NULL,
};
