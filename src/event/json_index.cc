/* json_index.cc — the shim over simdjson: its first stage, and nothing else of it. */
#include "event/json_index.h"

#include <simdjson.h>

#include <memory>
#include <new>
#include <string>

namespace {

using parser_type = simdjson::internal::dom_parser_implementation;

constexpr size_t kSmallest = 64 * 1024; /* capacity of a fresh index, in bytes of text */
constexpr size_t kLarge = 4 * 1024 * 1024;
constexpr unsigned kPatience = 256; /* small texts before a large index is given back */

size_t roomy(size_t len)
{
    size_t want = kSmallest;
    while (want < len && want < simdjson::SIMDJSON_MAXSIZE_BYTES / 2)
        want *= 2;
    return want < len ? simdjson::SIMDJSON_MAXSIZE_BYTES : want;
}

parser_type *make_parser(size_t len)
{
    std::unique_ptr<parser_type> made;
    /* Depth belongs to the second stage, which we do not use. */
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(roomy(len), 1, made))
        return nullptr;
    return made.release();
}

bool make_room(eq_json_index *x, size_t len)
{
    parser_type *p = static_cast<parser_type *>(x->parser);
    if (!p) {
        x->parser = make_parser(len);
        return x->parser != nullptr;
    }
    if (len > p->capacity())
        return !p->set_capacity(roomy(len));
    if (p->capacity() <= kLarge || len > kSmallest)
        x->small = 0;
    else if (++x->small == kPatience) {
        x->small = 0;
        return !p->set_capacity(kSmallest);
    }
    return true;
}

eq_json_fault fault_of(simdjson::error_code code)
{
    switch (code) {
    case simdjson::SUCCESS: return EQ_JSON_FINE;
    case simdjson::UTF8_ERROR: return EQ_JSON_UTF8;
    case simdjson::UNCLOSED_STRING: return EQ_JSON_UNCLOSED;
    case simdjson::UNESCAPED_CHARS: return EQ_JSON_CONTROL;
    case simdjson::CAPACITY: return EQ_JSON_TOO_LONG;
    case simdjson::MEMALLOC: return EQ_JSON_NOMEM;
    default: return EQ_JSON_EMPTY;
    }
}

eq_json_fault run(eq_json_index *x, const char *text, size_t len)
{
    if (len > simdjson::SIMDJSON_MAXSIZE_BYTES - 64)
        return EQ_JSON_TOO_LONG;
    if (!make_room(x, len))
        return EQ_JSON_NOMEM;
    parser_type *p = static_cast<parser_type *>(x->parser);
    simdjson::error_code code =
        p->stage1(reinterpret_cast<const uint8_t *>(text), len, simdjson::stage1_mode::regular);
    if (code)
        return fault_of(code);
    x->at = p->structural_indexes.get();
    x->n = p->n_structural_indexes;
    return x->n ? EQ_JSON_FINE : EQ_JSON_EMPTY;
}

} // namespace

extern "C" enum eq_json_fault eq_json_index_run(struct eq_json_index *x, const char *text, size_t len)
{
    x->at = nullptr;
    x->n = 0;
    try {
        return run(x, text, len);
    } catch (...) {
        return EQ_JSON_NOMEM;
    }
}

extern "C" void eq_json_index_free(struct eq_json_index *x)
{
    delete static_cast<parser_type *>(x->parser);
    *x = eq_json_index{};
}

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

extern "C" const char *eq_json_version(void)
{
    return TEXT(SIMDJSON_VERSION);
}

/* The name comes as a copy, so ours stands for it. */
extern "C" const char *eq_json_processor(void)
{
    static const char *const names[] = {"icelake", "haswell", "westmere", "arm64", "ppc64", "fallback"};
    try {
        const std::string name = simdjson::get_active_implementation()->name();
        for (const char *known : names)
            if (name == known)
                return known;
    } catch (...) { /* no memory for a name */
    }
    return "unknown";
}
