/* run_cases.c — runs the case files of tests/cases, and the examples in docs, through the public API.
 *
 *      run_cases FOLDER|FILE...              EQLITE_BLESS=1 writes what came out into the files
 *
 * Each file is one CUnit test; a failed expectation is reported at its own line of the .test file. What a
 * file may say is in tests/README.md: settings that stick (dialect, events, …), then queries or rules, each
 * followed by expectations. An expectation is one row of the table `expectations`: a keyword and the
 * function that computes what really comes out, as text; the comparison is the same for all. */
#define _GNU_SOURCE /* strchrnul */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <CUnit/Basic.h>
#include <CUnit/TestDB.h>

#include "api/eqlite.h"
#include "case_file.h"
#include "timeline.h"

/* Text that grows. */
struct text {
    char *ptr;
    size_t len, cap;
};

struct event {
    char *id, *json;
};

/* What is true at one point of a file. */
struct state {
    const struct case_file *file;
    char *dialect, *category, *timestamp, *tiebreaker;
    uint64_t limit;
    unsigned width;
    int64_t lateness_ns;
    bool checks; /* fields and metadata are looked at, as `eqlite check` does */
    struct event *events;
    size_t n_events;
    const struct case_item *subject; /* the query or rule asked about; NULL at first */
    char *query;                     /* its text */
    bool checked;                    /* something was expected of it */
    eqlite_compiler *compiler;
    eqlite_rules *rules;
};

static bool bless;
static unsigned n_passed, n_failed, n_blessed;
static char **paths; /* of all files, sorted */
static size_t n_paths;

/* ── Small helpers ──────────────────────────────────────────────────────────────────────────────────────── */

static void text_add(struct text *t, const char *ptr, size_t len)
{
    if (t->len + len + 1 > t->cap) {
        t->cap = (t->len + len + 1) * 2;
        t->ptr = realloc(t->ptr, t->cap);
        if (!t->ptr)
            case_die("out of memory");
    }
    memcpy(t->ptr + t->len, ptr, len);
    t->len += len;
    t->ptr[t->len] = '\0';
}

static void text_puts(struct text *t, const char *s)
{
    text_add(t, s, strlen(s));
}

static bool text_write(const char *ptr, size_t len, void *ctx)
{
    text_add(ctx, ptr, len);
    return true;
}

/* Never NULL, without line ends at the end. */
static char *text_take(struct text *t)
{
    text_puts(t, "");
    while (t->len && t->ptr[t->len - 1] == '\n')
        t->ptr[--t->len] = '\0';
    return t->ptr;
}

/* The words of s, separated by single blanks. */
static char *squeezed(const char *s)
{
    struct text t = {0};
    while (*s) {
        size_t n = strcspn(s, " \t\n");
        if (n) {
            if (t.len)
                text_puts(&t, " ");
            text_add(&t, s, n);
        }
        s += n;
        s += strspn(s, " \t\n");
    }
    return text_take(&t);
}

static void set(char **where, const char *value)
{
    free(*where);
    *where = *value ? case_printf("%s", value) : NULL;
}

/* ── Events ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* "ID CATEGORY {JSON}" as a whole event: docs of the format in tests/README.md. */
static struct event make_event(const struct case_file *f, size_t line, const char *text)
{
    size_t id_len = strcspn(text, " \t");
    const char *category = text + id_len + strspn(text + id_len, " \t");
    size_t category_len = strcspn(category, " \t");
    const char *json = category + category_len + strspn(category + category_len, " \t");
    if (!*json)
        case_die("%s:%zu: an event is: ID CATEGORY {JSON}", f->path, line);
    struct event e = {.id = case_printf("%.*s", (int)id_len, text)};
    if (category_len == 3 && !memcmp(category, "raw", 3)) {
        e.json = case_printf("%s", json);
        return e;
    }
    if (*json != '{')
        case_die("%s:%zu: an event's JSON is an object", f->path, line);
    struct text t = {0};
    char *head = case_printf("{\"event.id\":\"%s\"", e.id);
    text_puts(&t, head);
    free(head);
    if (!(category_len == 1 && *category == '-')) {
        head = case_printf(",\"event.category\":\"%.*s\"", (int)category_len, category);
        text_puts(&t, head);
        free(head);
    }
    if (strspn(e.id, "0123456789") == id_len && !strstr(json, "\"@timestamp\"")) {
        head = case_printf(",\"@timestamp\":%s000", e.id);
        text_puts(&t, head);
        free(head);
    }
    json += 1 + strspn(json + 1, " \t");
    text_puts(&t, *json == '}' ? "" : ",");
    text_puts(&t, json);
    e.json = text_take(&t);
    return e;
}

static void forget_events(struct state *s)
{
    for (size_t i = 0; i < s->n_events; i++) {
        free(s->events[i].id);
        free(s->events[i].json);
    }
    free(s->events);
    s->events = NULL;
    s->n_events = 0;
}

static void set_events(struct state *s, const struct case_item *item)
{
    forget_events(s);
    s->events = case_alloc((item->n_lines + 1) * sizeof *s->events);
    const char *p = item->body;
    for (size_t line = item->line + 1; *p; line++) {
        const char *end = strchrnul(p, '\n');
        char *one = case_printf("%.*s", (int)(end - p), p);
        if (one[0] != '#')
            s->events[s->n_events++] = make_event(s->file, line, one);
        free(one);
        p = *end ? end + 1 : end;
    }
}

/* ── What comes out ─────────────────────────────────────────────────────────────────────────────────────── */

/* "E0101 1:29, E0102 1:30" of one severity, or "none". */
static char *found_diagnostics(const struct state *s, eqlite_severity severity, bool messages)
{
    const eqlite_diagnostics *d = eqlite_compiler_diagnostics(s->compiler);
    struct text t = {0};
    for (size_t i = 0; i < eqlite_diagnostics_count(d); i++) {
        eqlite_diagnostic one = eqlite_diagnostics_get(d, i);
        if (one.severity != severity)
            continue;
        char *text = messages ? case_printf("%s %u:%u %.*s", one.code, one.line, one.column, (int)one.message.len,
                                            one.message.ptr)
                              : case_printf("%s %u:%u", one.code, one.line, one.column);
        text_puts(&t, t.len ? ", " : "");
        text_puts(&t, text);
        free(text);
    }
    if (!t.len)
        text_puts(&t, "none");
    return text_take(&t);
}

static char *found_errors(const struct state *s, const char *keyword)
{
    (void)keyword;
    return found_diagnostics(s, EQLITE_ERROR, false);
}

static char *found_warnings(const struct state *s, const char *keyword)
{
    (void)keyword;
    return found_diagnostics(s, EQLITE_WARNING, false);
}

struct hits {
    const struct state *state;
    struct text text;
};

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct hits *hits = ctx;
    text_puts(&hits->text, hits->text.len ? " " : "");
    for (size_t i = 0; i < eqlite_alert_event_count(alert); i++) {
        eqlite_alert_event e = eqlite_alert_get_event(alert, i);
        text_puts(&hits->text, i ? "," : "");
        if (e.missing)
            text_puts(&hits->text, "_");
        else if (e.line == 0 || e.line > hits->state->n_events)
            text_puts(&hits->text, "?"); /* it lost its origin */
        else
            text_puts(&hits->text, hits->state->events[e.line - 1].id);
    }
    return true;
}

/* A compiler with what is asked about, for one engine (NULL: the usual one). */
static eqlite_status add_subject(eqlite_compiler **compiler, const struct state *s, const char *engine)
{
    bool is_rule = !strcmp(s->subject->keyword, "rule");
    size_t len = strlen(s->query);
    eqlite_options options = EQLITE_OPTIONS_INIT;
    options.dialect = s->dialect;
    options.category_field = s->category;
    options.timestamp_field = s->timestamp;
    options.tiebreaker_field = s->tiebreaker;
    options.engine = engine;
    options.schema = s->checks ? "ecs" : NULL;
    options.metadata = s->checks;
    if (eqlite_compiler_new(compiler, &options) != EQLITE_OK)
        case_die("%s:%zu: no compiler for these settings", s->file->path, s->subject->line);
    return is_rule ? eqlite_compiler_add_rule(*compiler, s->subject->argument, s->query, len)
                   : eqlite_compiler_add_query(*compiler, "<query>", s->query, len);
}

static eqlite_status compile(eqlite_compiler **compiler, eqlite_rules **rules, const struct state *s, const char *engine)
{
    eqlite_status status = add_subject(compiler, s, engine);
    return status == EQLITE_OK ? eqlite_compiler_finish(rules, *compiler) : status;
}

/* Another matcher goes on where this one stands. */
static eqlite_status replace_matcher(eqlite_matcher **matcher, eqlite_rules *rules, const eqlite_matcher_options *options)
{
    struct text saved = {0};
    eqlite_state state = EQLITE_STATE_INIT;
    eqlite_state_report report = {.size = sizeof report};
    state.matcher = *matcher;
    eqlite_status status = eqlite_state_save(&state, text_write, &saved);
    eqlite_matcher_free(*matcher);
    *matcher = NULL;
    if (status == EQLITE_OK)
        status = eqlite_matcher_new(matcher, rules, options);
    state.matcher = *matcher;
    if (status == EQLITE_OK)
        status = eqlite_state_restore(&state, saved.ptr, saved.len, &report);
    free(saved.ptr);
    return status;
}

/* How to match: each way must give the same. With several threads each event is a block of its own; `cut`: by another
 * matcher for each event. */
struct way {
    const char *name, *engine;
    unsigned threads;
    bool cut;
};

/* The ids of what the rules match. */
static char *match(const struct state *s, eqlite_rules *rules, const struct way *way)
{
    struct hits hits = {.state = s};
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    options.on_alert = on_alert;
    options.ctx = &hits;
    options.limit = s->limit;
    options.max_lateness_ns = s->lateness_ns;
    options.threads = way->threads;
    options.block_bytes = 1;
    eqlite_matcher *matcher = NULL;
    eqlite_status status = eqlite_matcher_new(&matcher, rules, &options);
    for (size_t i = 0; status == EQLITE_OK && i < s->n_events; i++) {
        eqlite_event event = {.json = s->events[i].json, .len = strlen(s->events[i].json), .line = i + 1};
        status = eqlite_matcher_feed(matcher, &event);
        if (way->cut && status == EQLITE_OK)
            status = replace_matcher(&matcher, rules, &options);
    }
    if (status == EQLITE_OK)
        status = eqlite_matcher_finish(matcher);
    eqlite_matcher_free(matcher);
    if (status != EQLITE_OK) {
        free(hits.text.ptr);
        return case_printf("failed: %s", eqlite_status_text(status));
    }
    if (!hits.text.len)
        text_puts(&hits.text, "none");
    return text_take(&hits.text);
}

static char *match_by(const struct state *s, const struct way *way)
{
    eqlite_compiler *compiler = NULL;
    eqlite_rules *rules = NULL;
    eqlite_status status = compile(&compiler, &rules, s, way->engine);
    char *ids = status == EQLITE_OK ? match(s, rules, way) : case_printf("failed: %s", eqlite_status_text(status));
    eqlite_rules_free(rules);
    eqlite_compiler_free(compiler);
    return ids;
}

/* ── Explanations ───────────────────────────────────────────────────────────────────────────────────────── */

struct explained {
    eqlite_why *why;   /* of the one rule */
    uint64_t alerts;
    bool bad;          /* the last event was broken */
    const char *wrong; /* NULL: nothing */
};

static void on_explained_bad(const eqlite_bad_event *bad, void *ctx)
{
    struct explained *x = ctx;
    x->bad = bad->reason != NULL;
}

/* Is each tree of [tree,null,…] that of something true, or of what events elsewhere decide? */
static bool steps_hold(const char *json)
{
    int depth = 0;
    bool text = false;
    for (const char *p = json; *p; p++) {
        if (*p == '"')
            text = !text;
        else if (text && *p == '\\')
            p++;
        else if (!text && (*p == '{' || *p == '[') && ++depth == 2) {
            const char *value = strstr(p, "\"value\":\"");
            if (!value || (strncmp(value + 9, "true", 4) && strncmp(value + 9, "unknown", 7)))
                return false;
        } else if (!text && (*p == '}' || *p == ']'))
            depth--;
    }
    return depth == 0 && !text;
}

static bool on_explained_alert(const eqlite_alert *alert, void *ctx)
{
    struct explained *x = ctx;
    struct text steps = {0};
    x->alerts++;
    if (eqlite_why_alert(x->why, alert, text_write, &steps) != EQLITE_OK || !steps_hold(text_take(&steps)))
        x->wrong = "the explanation of an alert does not hold";
    free(steps.ptr);
    return true;
}

/* Does each event's tree say what the matcher does? Only queries without pipes can be asked one event at a time. */
static const char *compare_trees(const struct state *s, eqlite_why *why, eqlite_matcher *matcher, struct explained *x)
{
    bool held = s->tiebreaker && eqlite_rules_need_order(s->rules); /* until those of the same time are there */
    bool each = eqlite_rules_get(s->rules, 0).kind == EQLITE_RULE_EVENT && !strchr(s->query, '|') && !held;
    for (size_t i = 0; i < s->n_events && !x->wrong; i++) {
        eqlite_event event = {.json = s->events[i].json, .len = strlen(s->events[i].json), .line = i + 1};
        uint64_t before = x->alerts;
        if (eqlite_matcher_feed(matcher, &event) != EQLITE_OK)
            return "the event could not be matched";
        bool bad = x->bad;
        x->bad = false;
        eqlite_status status = eqlite_why_feed(why, &event);
        if (status != (bad ? EQLITE_INVALID : EQLITE_OK))
            return "the event could not be explained";
        if (each && !bad && (x->alerts > before) != !strcmp(eqlite_why_get(why, 0).value, "true"))
            return "an event is explained otherwise than it is matched";
    }
    return eqlite_matcher_finish(matcher) == EQLITE_OK ? x->wrong : "the end could not be matched";
}

/* What is wrong with the explanations of the only rule; NULL: nothing. */
static const char *wrong_explanation(const struct state *s)
{
    struct explained x = {0};
    eqlite_why_options options = EQLITE_WHY_OPTIONS_INIT;
    eqlite_matcher_options matching = EQLITE_MATCHER_OPTIONS_INIT;
    eqlite_why *why = NULL;
    eqlite_matcher *matcher = NULL;
    const char *wrong = "no memory";
    if (eqlite_rules_count(s->rules) != 1)
        return NULL;
    matching.on_alert = on_explained_alert;
    matching.on_bad_event = on_explained_bad;
    matching.ctx = &x;
    eqlite_status status = eqlite_why_new(&why, s->rules, 0, &options);
    options.alone = true;
    if (status == EQLITE_OK)
        status = eqlite_why_new(&x.why, s->rules, 0, &options);
    if (status == EQLITE_OK)
        status = eqlite_matcher_new(&matcher, s->rules, &matching);
    if (status == EQLITE_OK)
        wrong = compare_trees(s, why, matcher, &x);
    eqlite_matcher_free(matcher);
    eqlite_why_free(why);
    eqlite_why_free(x.why);
    return wrong;
}

/* The ids of what matches, or why nothing can. All ways must agree, and explanations with them. */
static char *found_ids(const struct state *s, const char *keyword)
{
    static const struct way others[] = {
        {"without decisions", "memo", 1, false},
        {"without memory of values", "shared", 1, false},
        {"with the plan as written", "naive", 1, false},
        {"by three threads", NULL, 3, false},
        {"saved and restored after each event", NULL, 1, true},
        {"so by three threads", NULL, 3, true},
    };
    (void)keyword;
    if (!s->rules || eqlite_compiler_refused(s->compiler)) {
        char *errors = found_diagnostics(s, EQLITE_ERROR, true);
        char *text = case_printf("error %s", errors);
        free(errors);
        return text;
    }
    char *ids = match(s, s->rules, &(struct way){.threads = 1});
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char *other = match_by(s, &others[i]);
        if (strcmp(ids, other) != 0) {
            char *both = case_printf("%s, but %s %s", ids, others[i].name, other);
            free(ids);
            ids = both;
        }
        free(other);
    }
    const char *wrong = wrong_explanation(s);
    if (wrong) {
        char *both = case_printf("%s, but %s", ids, wrong);
        free(ids);
        ids = both;
    }
    return ids;
}

static char *found_stage(const struct state *s, const char *keyword)
{
    struct text t = {0};
    eqlite_status status =
        eqlite_explain(s->compiler, keyword, "<query>", s->query, strlen(s->query), text_write, &t);
    if (status != EQLITE_OK && !t.len) {
        free(t.ptr);
        return case_printf("failed: %s", eqlite_status_text(status));
    }
    return text_take(&t);
}

/* The text in its one layout. Formatted once more it must stay the same, and so must its plan. */
static char *found_format(const struct state *s, const char *keyword)
{
    bool is_rule = !strcmp(s->subject->keyword, "rule");
    const char *name = is_rule ? s->subject->argument : "<query>";
    struct text once = {0}, twice = {0}, plan = {0}, same = {0};
    (void)keyword;
    eqlite_status status = eqlite_format(s->compiler, name, s->query, strlen(s->query), s->width, text_write, &once);
    if (status != EQLITE_OK)
        return case_printf("failed: %s", eqlite_status_text(status));
    text_puts(&once, "");
    status = eqlite_format(s->compiler, name, once.ptr, once.len, s->width, text_write, &twice);
    text_puts(&twice, "");
    if (!is_rule) {
        eqlite_explain(s->compiler, "plan", name, s->query, strlen(s->query), text_write, &plan);
        eqlite_explain(s->compiler, "plan", name, once.ptr, once.len, text_write, &same);
        text_puts(&plan, "");
        text_puts(&same, "");
    }
    if (status != EQLITE_OK || strcmp(once.ptr, twice.ptr) != 0)
        text_puts(&once, "(and something else when it is formatted again)");
    if (!is_rule && strcmp(plan.ptr, same.ptr) != 0)
        text_puts(&once, "(which has another plan)");
    free(twice.ptr);
    free(plan.ptr);
    free(same.ptr);
    return text_take(&once);
}

static bool keep_text(const char *ptr, size_t len, void *ctx)
{
    text_add(ctx, ptr, len);
    return true;
}

/* What lint says of it, warnings and notes, in order of place; a mended form is read like a rule of its own. */
static char *found_lint(const struct state *s, const char *keyword)
{
    struct text t = {0};
    eqlite_compiler *c = NULL;
    (void)keyword;
    eqlite_status status = add_subject(&c, s, NULL);
    size_t before = eqlite_diagnostics_count(eqlite_compiler_diagnostics(c));
    if (status == EQLITE_OK)
        status = eqlite_compiler_lint(c, EQLITE_NOTE);
    const eqlite_diagnostics *d = eqlite_compiler_diagnostics(c);
    for (size_t i = before; i < eqlite_diagnostics_count(d); i++) {
        eqlite_diagnostic one = eqlite_diagnostics_get(d, i);
        char *text = case_printf("%s%s %u:%u", t.len ? ", " : "", one.code, one.line, one.column);
        text_puts(&t, text);
        free(text);
    }
    if (status != EQLITE_OK || !t.len)
        text_puts(&t, status == EQLITE_OK ? "none" : "failed");
    eqlite_compiler_free(c);
    return text_take(&t);
}

/* The query as mending leaves it. */
static char *found_mended(const struct state *s, const char *keyword)
{
    struct text t = {0};
    eqlite_compiler *c = NULL;
    size_t n = 0;
    bool is_rule = !strcmp(s->subject->keyword, "rule");
    (void)keyword;
    add_subject(&c, s, NULL);
    eqlite_status status = eqlite_fix(c, EQLITE_NOTE, is_rule ? s->subject->argument : "query.eql", s->query,
                                      strlen(s->query), &n, keep_text, &t);
    if (status != EQLITE_OK)
        text_puts(&t, eqlite_status_text(status));
    eqlite_compiler_free(c);
    return text_take(&t);
}

/* ── Expectations ───────────────────────────────────────────────────────────────────────────────────────── */

/* Equal lists, where an expected diagnostic without a position stands for any position. */
static bool same_list(const char *want, const char *got)
{
    while (*want && *got) {
        size_t w = strcspn(want, ","), g = strcspn(got, ",");
        bool only_code = !memchr(want, ' ', w);
        size_t compare = only_code ? strcspn(got, " ,") : g;
        if (w != compare || memcmp(want, got, w))
            return false;
        want += w + strspn(want + w, ", ");
        got += g + strspn(got + g, ", ");
    }
    return *want == *got;
}

static bool same_text(const char *want, const char *got)
{
    return !strcmp(want, got);
}

static const struct expectation {
    const char *keyword;
    char *(*found)(const struct state *s, const char *keyword);
    bool (*same)(const char *want, const char *got);
    bool block; /* the expected text is below the keyword, not beside it */
} expectations[] = {
    {"ids", found_ids, same_text, false},
    {"error", found_errors, same_list, false},
    {"warning", found_warnings, same_list, false},
    {"lint", found_lint, same_list, false},
    {"mended", found_mended, same_text, true},
    {"tokens", found_stage, same_text, true},
    {"ast", found_stage, same_text, true},
    {"plan", found_stage, same_text, true},
    {"program", found_stage, same_text, true},
    {"format", found_format, same_text, true},
};

static const struct expectation *find_expectation(const char *keyword)
{
    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
        if (!strcmp(expectations[i].keyword, keyword))
            return &expectations[i];
    }
    return NULL;
}

/* What item i expects; *n is how many items in a row say so together (error lines add up). */
static char *wanted(const struct expectation *e, const struct case_item *items, size_t left, size_t *n)
{
    *n = 1;
    if (e->block)
        return case_printf("%s", items->body);
    if (e->same != same_list) {
        char *both = case_printf("%s\n%s", items->argument, items->body), *text = squeezed(both);
        free(both);
        return text;
    }
    struct text t = {0};
    text_puts(&t, items->argument);
    for (; *n < left && !strcmp(items[*n].keyword, e->keyword); (*n)++) {
        text_puts(&t, ", ");
        text_puts(&t, items[*n].argument);
    }
    char *joined = text_take(&t), *text = squeezed(joined);
    free(joined);
    return text;
}

/* New lines for an expectation: beside the keyword, or indented below it. */
static char *rewritten(const struct expectation *e, const char *got)
{
    if (!e->block)
        return case_printf("%-6s %s\n", e->keyword, got);
    struct text t = {0};
    text_puts(&t, e->keyword);
    text_puts(&t, "\n");
    for (const char *end; *got; got = *end ? end + 1 : end) {
        end = strchrnul(got, '\n');
        text_puts(&t, "  ");
        text_add(&t, got, (size_t)(end - got));
        text_puts(&t, "\n");
    }
    return t.ptr;
}

/* Not a result that somebody could want. */
static bool is_trouble(const char *got)
{
    return !strncmp(got, "error ", 6) || !strncmp(got, "failed:", 7);
}

static void replace(struct case_item *items, size_t n, char *text)
{
    items[0].replacement = text;
    for (size_t i = 1; i < n; i++)
        items[i].replacement = case_printf("%s", "");
    n_blessed++;
}

/* Check the expectation that begins at items[0]; returns how many items it takes. */
static size_t check(struct state *s, const struct expectation *e, struct case_item *items, size_t left)
{
    size_t n;
    char *want = wanted(e, items, left, &n), *got = e->found(s, e->keyword);
    s->checked = true;
    if (e->same(want, got)) {
        n_passed++;
        CU_assertImplementation(CU_TRUE, (unsigned)items->line, "", s->file->path, "", CU_FALSE);
    } else if (bless && items->n_lines && !is_trouble(got)) {
        replace(items, n, rewritten(e, got));
    } else {
        const char *line_end = e->block ? "\n" : " ";
        char *message = case_printf("%s of: %s\n    expected:%s%s\n    found:%s%s", e->keyword, s->query, line_end, want,
                                    line_end, got);
        n_failed++;
        CU_assertImplementation(CU_FALSE, (unsigned)items->line, message, s->file->path, "", CU_FALSE);
        free(message);
    }
    free(want);
    free(got);
    return n;
}

/* ── Files ──────────────────────────────────────────────────────────────────────────────────────────────── */

static void fail(const struct state *s, size_t line, const char *message)
{
    n_failed++;
    CU_assertImplementation(CU_FALSE, (unsigned)line, message, s->file->path, "", CU_FALSE);
}

/* The last query is done with: it must have been asked something. */
static void leave_subject(struct state *s)
{
    if (s->subject && !s->checked)
        fail(s, s->subject->line, "nothing is expected of this query");
    eqlite_rules_free(s->rules);
    eqlite_compiler_free(s->compiler);
    free(s->query);
    s->rules = NULL;
    s->compiler = NULL;
    s->query = NULL;
    s->subject = NULL;
    s->checked = false;
}

static void enter_subject(struct state *s, const struct case_item *item)
{
    leave_subject(s);
    s->subject = item;
    if (!strcmp(item->keyword, "rule"))
        s->query = case_printf("%s\n", item->body);
    else
        s->query = case_printf("%s%s%s", item->argument, *item->argument && *item->body ? "\n" : "", item->body);
    eqlite_status status = compile(&s->compiler, &s->rules, s, NULL);
    if (status != EQLITE_OK && status != EQLITE_INVALID)
        fail(s, item->line, eqlite_status_text(status));
}

/* A timeline brings its own query and events, and says what must come out. */
static void check_timeline(const struct state *outer, const struct case_item *item)
{
    struct timeline t;
    char *problem = timeline_read(&t, item->body);
    if (problem) {
        fail(outer, item->line, problem);
        free(problem);
        timeline_free(&t);
        return;
    }
    struct state s = {.file = outer->file, .dialect = outer->dialect, .subject = item, .query = t.query};
    s.n_events = t.n;
    s.events = case_alloc((t.n + 1) * sizeof *s.events);
    for (size_t i = 0; i < t.n; i++)
        s.events[i] = (struct event){t.events[i].id, t.events[i].json};
    compile(&s.compiler, &s.rules, &s, NULL);
    char *found = found_ids(&s, "ids");
    bool same = !strcmp(found, t.want);
    n_passed += same;
    n_failed += !same;
    char *message = case_printf("timeline %s\n    query: %s\n    expected: %s\n    found: %s", item->argument, t.query, t.want,
                                found);
    CU_assertImplementation(same, (unsigned)item->line, message, s.file->path, "", CU_FALSE);
    free(message);
    free(found);
    free(s.events);
    eqlite_rules_free(s.rules);
    eqlite_compiler_free(s.compiler);
    timeline_free(&t);
}

/* Words that change what follows; true if the item was one. */
static bool apply_setting(struct state *s, const struct case_item *item)
{
    if (!strcmp(item->keyword, "dialect"))
        set(&s->dialect, item->argument);
    else if (!strcmp(item->keyword, "category"))
        set(&s->category, item->argument);
    else if (!strcmp(item->keyword, "timestamp"))
        set(&s->timestamp, item->argument);
    else if (!strcmp(item->keyword, "tiebreaker"))
        set(&s->tiebreaker, item->argument);
    else if (!strcmp(item->keyword, "limit"))
        s->limit = strtoull(item->argument, NULL, 10);
    else if (!strcmp(item->keyword, "width"))
        s->width = (unsigned)strtoul(item->argument, NULL, 10);
    else if (!strcmp(item->keyword, "lateness"))
        s->lateness_ns = strtoll(item->argument, NULL, 10) * 1000000000;
    else if (!strcmp(item->keyword, "checks"))
        s->checks = !strcmp(item->argument, "on");
    else if (!strcmp(item->keyword, "events"))
        set_events(s, item);
    else
        return false;
    return true;
}

static void run_items(struct state *s, struct case_file *file)
{
    for (size_t i = 0; i < file->n_items;) {
        struct case_item *item = &file->items[i];
        const struct expectation *e = find_expectation(item->keyword);
        if (!strcmp(item->keyword, "query") || !strcmp(item->keyword, "rule")) {
            enter_subject(s, item);
            i++;
        } else if (!strcmp(item->keyword, "timeline")) {
            check_timeline(s, item);
            i++;
        } else if (e && s->subject) {
            i += check(s, e, item, file->n_items - i);
        } else {
            if (e)
                fail(s, item->line, "an expectation without a query before it");
            else if (!apply_setting(s, item))
                fail(s, item->line, "unknown word: see tests/README.md");
            i++;
        }
    }
    leave_subject(s);
}

/* CUnit's tests take no argument: the name of the running test is the path of its file. */
static void run_file(void)
{
    const char *path = CU_get_current_test()->pName;
    unsigned blessed_before = n_blessed;
    struct case_file file;
    case_file_read(&file, path);
    struct state s = {.file = &file};
    run_items(&s, &file);
    if (n_blessed > blessed_before)
        case_file_write(&file);
    forget_events(&s);
    free(s.dialect);
    free(s.category);
    free(s.timestamp);
    free(s.tiebreaker);
    case_file_free(&file);
}

static void add_path(const char *path)
{
    paths = realloc(paths, (n_paths + 1) * sizeof *paths);
    if (!paths)
        case_die("out of memory");
    paths[n_paths++] = case_printf("%s", path);
}

static void find_files(const char *path, int depth)
{
    struct stat st;
    if (stat(path, &st))
        case_die("%s: cannot be read", path);
    if (!S_ISDIR(st.st_mode)) {
        add_path(path);
        return;
    }
    struct dirent **names;
    int n = scandir(path, &names, NULL, alphasort);
    if (n < 0 || depth > 16)
        case_die("%s: cannot be read", path);
    for (int i = 0; i < n; i++) {
        const char *name = names[i]->d_name;
        size_t len = strlen(name);
        char *below = case_printf("%s/%s", path, name);
        if (names[i]->d_type == DT_DIR && name[0] != '.')
            find_files(below, depth + 1);
        else if ((len > 5 && !strcmp(name + len - 5, ".test")) || (len > 3 && !strcmp(name + len - 3, ".md")))
            add_path(below);
        free(below);
        free(names[i]);
    }
    free(names);
}

int main(int argc, char **argv)
{
    const char *want_bless = getenv("EQLITE_BLESS");
    bless = want_bless && !strcmp(want_bless, "1");
    for (int i = 1; i < argc; i++)
        find_files(argv[i], 0);
    if (CU_initialize_registry() != CUE_SUCCESS)
        case_die("CUnit does not start");
    CU_pSuite suite = CU_add_suite("cases", NULL, NULL);
    for (size_t i = 0; i < n_paths; i++) {
        if (!suite || !CU_add_test(suite, paths[i], run_file))
            case_die("%s: %s", paths[i], CU_get_error_msg());
    }
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    CU_cleanup_registry();
    for (size_t i = 0; i < n_paths; i++)
        free(paths[i]);
    free(paths);
    if (n_blessed)
        printf("%u expectations rewritten: look at the difference before you keep it\n", n_blessed);
    printf("%u passed, %u failed\n", n_passed, n_failed);
    return n_failed || !n_passed ? 1 : 0;
}
