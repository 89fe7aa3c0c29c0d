/* lsp_json.cc — the shim over simdjson's documents, for messages. */
#include "cli/lsp_json.h"

#include <simdjson.h>

#include <cstring>
#include <new>
#include <string_view>

struct lsp_parsed {
    simdjson::dom::parser parser;
};

namespace {

using simdjson::dom::element;

/* A value in C is an element in other clothes. */
static_assert(sizeof(element) == sizeof(lsp_json), "a place in a document");
static_assert(std::is_trivially_copyable<element>::value, "which may be copied as bytes");

lsp_json wrap(element e)
{
    lsp_json value;
    std::memcpy(&value, &e, sizeof value);
    return value;
}

element unwrap(lsp_json value)
{
    element e;
    std::memcpy(static_cast<void *>(&e), &value, sizeof e);
    return e;
}

} // namespace

extern "C" struct lsp_parsed *lsp_json_parse(struct lsp_json *root, const char **why, const char *text, size_t len)
{
    *why = "out of memory";
    try {
        lsp_parsed *p = new (std::nothrow) lsp_parsed;
        element e;
        if (!p)
            return nullptr;
        simdjson::error_code code = p->parser.parse(text, len, false).get(e);
        if (!code) {
            *root = wrap(e);
            return p;
        }
        delete p;
        *why = simdjson::error_message(code);
    } catch (...) {
    }
    return nullptr;
}

extern "C" void lsp_json_free(struct lsp_parsed *p)
{
    delete p;
}

extern "C" bool lsp_json_there(struct lsp_json value)
{
    return value.document != nullptr;
}

extern "C" bool lsp_json_is_object(struct lsp_json value)
{
    return value.document && unwrap(value).is_object();
}

extern "C" bool lsp_json_is_true(struct lsp_json value)
{
    bool is = false;
    return value.document && !unwrap(value).get(is) && is;
}

extern "C" struct lsp_json lsp_json_get(struct lsp_json value, const char *path)
{
    while (value.document) {
        const size_t len = std::strcspn(path, ".");
        element member;
        if (unwrap(value)[std::string_view(path, len)].get(member))
            break;
        value = wrap(member);
        if (!path[len])
            return value;
        path += len + 1;
    }
    return lsp_json{};
}

extern "C" bool lsp_json_text(eqlite_string *out, struct lsp_json value)
{
    std::string_view text;
    if (!value.document || unwrap(value).get(text))
        return false;
    *out = eqlite_string{text.data(), text.size()};
    return true;
}

extern "C" bool lsp_json_integer(int64_t *out, struct lsp_json value)
{
    int64_t number = 0;
    if (!value.document || unwrap(value).get(number))
        return false;
    *out = number;
    return true;
}

extern "C" void lsp_json_each(struct lsp_json value, bool (*each)(struct lsp_json element, void *ctx), void *ctx)
{
    simdjson::dom::array array;
    if (!value.document || unwrap(value).get(array))
        return;
    for (element e : array)
        if (!each(wrap(e), ctx))
            return;
}
