/* toml_shim.cc — toml++ parses, we copy its tree into an arena: all the C++ that there is here.
 *
 * toml++ keeps tables sorted by key; the copy is in document order again, which is the order of the keys' positions.
 * No exception leaves this file. Depth is bounded by eq_toml_parse before we are called. */
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <vector>

/* toml++ 3.3 asserts what wrong text can break ("[" and a line break), and with NDEBUG tells the compiler that it
 * cannot happen; behind each such place it reports the error properly. So where its code is compiled here (it is not
 * when the shared library is used, which Debian builds without assertions) the assertions say nothing. */
#undef NDEBUG
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow" /* in C a struct and a function may share a name */
extern "C" {
#include "rule/toml_shim.h"
}
#pragma GCC diagnostic pop

#if !TOML_EXCEPTIONS
#error "toml_shim.cc needs C++ exceptions: without them a failed allocation would end the program"
#endif

namespace
{

struct no_memory : std::exception {
};

/* Where the tree goes, and what comes from elsewhere. */
struct target {
    struct eq_arena *arena;
    const struct eq_toml_cuts *cuts;
};

struct eq_slice keep(struct eq_arena *arena, std::string_view text)
{
    struct eq_slice s = eq_arena_copy(arena, {text.data() ? text.data() : "", text.size()});
    if (!s.ptr)
        throw no_memory();
    return s;
}

/* The ISO form of dates and times; the fraction has as many digits as it needs. */
int print_time(char *out, size_t size, const toml::time &t)
{
    int n = std::snprintf(out, size, "%02u:%02u:%02u", unsigned(t.hour), unsigned(t.minute), unsigned(t.second));
    if (t.nanosecond == 0)
        return n;
    n += std::snprintf(out + n, size - size_t(n), ".%09u", unsigned(t.nanosecond));
    while (out[n - 1] == '0')
        out[--n] = '\0';
    return n;
}

int print_date(char *out, size_t size, const toml::date &d)
{
    return std::snprintf(out, size, "%04u-%02u-%02u", unsigned(d.year), unsigned(d.month), unsigned(d.day));
}

int print_offset(char *out, size_t size, const toml::time_offset &offset)
{
    int minutes = offset.minutes < 0 ? -offset.minutes : offset.minutes;
    if (minutes == 0)
        return std::snprintf(out, size, "Z");
    return std::snprintf(out, size, "%c%02d:%02d", offset.minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void convert_date(struct eq_toml *to, const toml::node &from, const target &t)
{
    char text[64];
    int n = 0;
    if (const auto *date = from.as_date()) {
        n = print_date(text, sizeof text, date->get());
    } else if (const auto *time = from.as_time()) {
        n = print_time(text, sizeof text, time->get());
    } else {
        const toml::date_time &both = from.as_date_time()->get();
        n = print_date(text, sizeof text, both.date);
        text[n++] = 'T';
        n += print_time(text + n, sizeof text - size_t(n), both.time);
        if (both.offset)
            n += print_offset(text + n, sizeof text - size_t(n), *both.offset);
    }
    to->kind = EQ_TOML_DATE;
    to->text = keep(t.arena, {text, size_t(n)});
}

void convert_string(struct eq_toml *to, const std::string &from, const target &t)
{
    const struct eq_toml_cut *cut = eq_toml_cut_at(t.cuts, to->line, to->column);
    to->kind = EQ_TOML_STRING;
    to->text = keep(t.arena, cut ? std::string_view{cut->content.ptr, cut->content.len} : std::string_view{from});
}

struct eq_toml *convert(const toml::node &from, const target &t);

bool before(const struct eq_toml *a, const struct eq_toml *b)
{
    return a->key_line != b->key_line ? a->key_line < b->key_line : a->key_column < b->key_column;
}

void chain(struct eq_toml *parent, const std::vector<struct eq_toml *> &kids)
{
    struct eq_toml **end = &parent->first;
    for (struct eq_toml *kid : kids) {
        *end = kid;
        end = &kid->next;
    }
}

void convert_table(struct eq_toml *to, const toml::table &from, const target &t)
{
    std::vector<struct eq_toml *> kids;
    kids.reserve(from.size());
    for (auto &&[key, value] : from) {
        struct eq_toml *kid = convert(value, t);
        kid->key = keep(t.arena, key.str());
        kid->key_line = uint32_t(key.source().begin.line);
        kid->key_column = uint32_t(key.source().begin.column);
        kids.push_back(kid);
    }
    std::sort(kids.begin(), kids.end(), before);
    to->kind = EQ_TOML_TABLE;
    chain(to, kids);
}

void convert_array(struct eq_toml *to, const toml::array &from, const target &t)
{
    std::vector<struct eq_toml *> kids;
    kids.reserve(from.size());
    for (const toml::node &value : from)
        kids.push_back(convert(value, t));
    to->kind = EQ_TOML_ARRAY;
    chain(to, kids);
}

struct eq_toml *convert(const toml::node &from, const target &t)
{
    auto *to = static_cast<struct eq_toml *>(eq_arena_alloc(t.arena, sizeof(struct eq_toml)));
    if (!to)
        throw no_memory();
    to->line = uint32_t(from.source().begin.line);
    to->column = uint32_t(from.source().begin.column);

    if (const auto *table = from.as_table()) {
        convert_table(to, *table, t);
    } else if (const auto *array = from.as_array()) {
        convert_array(to, *array, t);
    } else if (const auto *string = from.as_string()) {
        convert_string(to, string->get(), t);
    } else if (const auto *integer = from.as_integer()) {
        to->kind = EQ_TOML_INT;
        to->integer = integer->get();
    } else if (const auto *number = from.as_floating_point()) {
        to->kind = EQ_TOML_FLOAT;
        to->number = number->get();
    } else if (const auto *boolean = from.as_boolean()) {
        to->kind = EQ_TOML_BOOL;
        to->integer = boolean->get();
    } else {
        convert_date(to, from, t);
    }
    return to;
}

} // namespace

extern "C" enum eq_status eq_toml_shim_parse(struct eq_toml **out, struct eq_slice text,
                                             const struct eq_toml_cuts *cuts, struct eq_arena *arena,
                                             struct eq_toml_error *error)
{
    *out = nullptr;
    try {
        toml::table root = toml::parse(std::string_view{text.len ? text.ptr : "", text.len});
        *out = convert(root, {arena, cuts});
        return EQ_OK;
    } catch (const toml::parse_error &e) {
        error->line = uint32_t(e.source().begin.line);
        error->column = uint32_t(e.source().begin.column);
        std::snprintf(error->message, sizeof error->message, "%.*s", int(e.description().size()),
                      e.description().data());
        return EQ_INVALID;
    } catch (const no_memory &) {
        return EQ_NOMEM;
    } catch (const std::bad_alloc &) {
        return EQ_NOMEM;
    } catch (...) { /* length_error and the like: toml++ met something that it cannot hold */
        std::snprintf(error->message, sizeof error->message, "the document cannot be read");
        return EQ_INVALID;
    }
}

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

extern "C" const char *eq_toml_version(void)
{
    return TEXT(TOML_LIB_MAJOR) "." TEXT(TOML_LIB_MINOR) "." TEXT(TOML_LIB_PATCH);
}
