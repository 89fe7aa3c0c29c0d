/* fuzz_event.cc — any bytes as one event.
 *
 * Promised: an event is matched or counted as bad, never both; what simdjson's strict parser takes as an object is an
 * event; a field is there exactly if a plain walk of simdjson's document finds it; padding and repetition change
 * nothing; the alert carries the event's own bytes. */
#include <set>
#include <string>

#include <simdjson.h>

#include "api/eqlite.h"
#include "fuzz.h"

using simdjson::dom::element;
using simdjson::dom::element_type;

namespace
{

const char *const paths[] = {"process.name", "a", "a.b", "user.id"};
const size_t n_paths = sizeof paths / sizeof *paths;

/* Which rules matched: bit i for paths[i]. */
struct seen {
    unsigned bits = 0;
    std::string text;
    bool bad = false;
    size_t bad_at = 0;
    uint64_t bad_line = 0;
};

bool on_alert(const eqlite_alert *alert, void *ctx)
{
    auto s = static_cast<seen *>(ctx);
    eqlite_alert_event event = eqlite_alert_get_event(alert, 0);
    s->bits |= 1u << eqlite_alert_rule(alert);
    s->text.assign(event.json.ptr, event.json.len);
    return true;
}

eqlite_rules *make_rules()
{
    eqlite_compiler *c = nullptr;
    eqlite_rules *rules = nullptr;
    PROMISE(eqlite_compiler_new(&c, nullptr) == EQLITE_OK);
    for (const char *path : paths) {
        std::string query = std::string("any where ") + path + " != null";
        PROMISE(eqlite_compiler_add_query(c, path, query.data(), query.size()) == EQLITE_OK);
    }
    PROMISE(eqlite_compiler_finish(&rules, c) == EQLITE_OK);
    eqlite_compiler_free(c);
    return rules;
}

struct walk {
    unsigned bits = 0;
    bool repeated = false; /* some object has a key twice: the last one counts, and we do not follow that here */
    int deepest = 0;
};

/* Something stands at `path`. */
void note(const std::string &path, walk &w)
{
    for (size_t i = 0; i < n_paths; i++)
        w.bits |= unsigned(path == paths[i]) << i;
}

void visit(element value, const std::string &path, int depth, walk &w)
{
    w.deepest = depth > w.deepest ? depth : w.deepest;
    switch (value.type()) {
    case element_type::OBJECT: {
        std::set<std::string_view> keys;
        if (depth && simdjson::dom::object(value).size())
            note(path, w);
        for (auto field : simdjson::dom::object(value)) {
            w.repeated |= !keys.insert(field.key).second;
            visit(field.value, depth ? path + "." + std::string(field.key) : std::string(field.key), depth + 1, w);
        }
        return;
    }
    case element_type::ARRAY:
        for (auto one : simdjson::dom::array(value))
            visit(one, path, depth + 1, w);
        return;
    case element_type::NULL_VALUE: return;
    default: note(path, w);
    }
}

void on_bad_event(const eqlite_bad_event *bad, void *ctx)
{
    seen *s = static_cast<seen *>(ctx);
    PROMISE(!s->bad && bad->reason);
    s->bad = true;
    s->bad_at = bad->at;
    s->bad_line = bad->line;
}

/* One matcher for all inputs, as in a long run: what it remembers of earlier events must not change an answer. */
eqlite_matcher *make_matcher(seen *s)
{
    eqlite_rules *rules = make_rules();
    eqlite_matcher *m = nullptr;
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    options.on_alert = on_alert;
    options.on_bad_event = on_bad_event;
    options.ctx = s;
    options.unwrap = false;
    PROMISE(eqlite_matcher_new(&m, rules, &options) == EQLITE_OK);
    eqlite_rules_free(rules);
    return m;
}

seen match(const char *json, size_t len, bool padded, bool *bad)
{
    static seen s;
    static eqlite_matcher *const m = make_matcher(&s);
    eqlite_stats before = {}, after = {};
    before.size = after.size = sizeof before;
    eqlite_matcher_stats(m, &before);
    s = seen();
    eqlite_event event = {};
    event.json = json;
    event.len = len;
    event.padded = padded;
    event.line = 1;
    PROMISE(eqlite_matcher_feed(m, &event) == EQLITE_OK);
    *bad = s.bad;
    PROMISE(!*bad || (s.bad_at <= len && s.bad_line == 1));
    eqlite_matcher_stats(m, &after);
    PROMISE(after.events + after.bad_events == before.events + before.bad_events + 1);
    PROMISE(after.bad_events - before.bad_events == *bad);
    PROMISE(!*bad || s.bits == 0);
    return s;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static simdjson::dom::parser strict;
    if (size > 1 << 16)
        return 0;
    char *exact = fuzz_copy(data, size);
    std::string roomy(reinterpret_cast<const char *>(data), size);
    roomy.append(EQLITE_PADDING, '"');

    bool bad, bad_padded;
    seen one = match(exact, size, false, &bad), two = match(roomy.data(), size, true, &bad_padded);
    PROMISE(bad == bad_padded && one.bits == two.bits && one.text == two.text);
    PROMISE(one.text.empty() || std::string_view(exact, size).find(one.text) != std::string_view::npos);

    element document;
    if (!strict.parse(roomy.data(), size, true).get(document) && document.is_object()) {
        walk w;
        visit(document, "", 0, w);
        PROMISE(!bad);
        if (!w.repeated && w.deepest < 200)
            PROMISE(w.bits == one.bits);
    }

    eqlite_survey *survey = nullptr;
    PROMISE(eqlite_survey_new(&survey, nullptr) == EQLITE_OK);
    eqlite_event event = {};
    event.json = exact;
    event.len = size;
    eqlite_status status = eqlite_survey_feed(survey, &event);
    PROMISE(status == EQLITE_OK || status == EQLITE_INVALID || status == EQLITE_LIMIT);
    eqlite_survey_free(survey);
    free(exact);
    return 0;
}
