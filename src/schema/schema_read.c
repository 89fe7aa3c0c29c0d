/* schema_read.c — names of fields from a JSON document, in either of two shapes.
 *
 *      {"logs-x": {"mappings": {"properties": {"a": {"properties": {"b": {"type": "long"}}}}}}}     a mapping, as
 *                                                                             Elasticsearch's GET INDEX/_mapping
 *      {"a.b": "long", "logs-*": {"c": {"d": "keyword"}}}                     names, nested or dotted; a key with a
 *                                                                             star stands for indices and is dropped
 *
 * The survey of events already turns a document into paths of leaves, so only the words of a path are read here:
 *
 *      logs-x.mappings.properties.a.properties.b.type   "long"   ─▶   a.b   number */
#include "schema/schema.h"

#include "base/buf.h"
#include "event/survey.h"

/* Take the word before the next dot. */
static struct eq_slice take_word(struct eq_slice *path)
{
    const char *dot = path->len ? memchr(path->ptr, '.', path->len) : NULL;
    struct eq_slice word = {path->ptr, dot ? (size_t)(dot - path->ptr) : path->len};
    size_t taken = word.len + (dot != NULL);

    *path = eq_slice(path->ptr + taken, path->len - taken);
    return word;
}

static bool is(struct eq_slice word, const char *text)
{
    return eq_slice_eq(word, eq_slice_of(text));
}

/* Behind the first "properties" of a mapping's path; false if there is none. */
static bool find_properties(struct eq_slice *path)
{
    while (path->len)
        if (is(take_word(path), "properties"))
            return true;
    return false;
}

/* The field that a path below "properties" gives the type of; false if it says something else. A name has one word at
 * least, so that a field may be called "type". */
static bool mapped_name(struct eq_buf *name, struct eq_slice path)
{
    eq_buf_clear(name);
    for (bool fresh = true; path.len;) {
        struct eq_slice word = take_word(&path);
        bool below = is(word, "properties") || is(word, "fields");
        if (!fresh && is(word, "type") && !path.len)
            return true;
        if (!fresh && below) {
            fresh = true;
            continue;
        }
        if (name->len)
            eq_buf_putc(name, '.');
        eq_buf_add(name, word);
        fresh = false;
    }
    return false;
}

static bool is_mapping(struct eq_survey *survey)
{
    for (size_t i = 0; i < eq_survey_count(survey); i++) {
        struct eq_slice path = eq_survey_get(survey, i).path;
        if (find_properties(&path) && eq_slice_ends(path, EQ_LIT(".type")))
            return true;
    }
    return false;
}

/* Without the key that stands for indices. */
static struct eq_slice plain_name(struct eq_slice path)
{
    const char *star = path.len ? memchr(path.ptr, '*', path.len) : NULL;
    const char *dot = star ? memchr(star, '.', path.len - (size_t)(star - path.ptr)) : NULL;
    size_t skip = dot ? (size_t)(dot - path.ptr) + 1 : 0;
    return eq_slice(path.ptr + skip, path.len - skip);
}

static enum eq_status read_fields(struct eq_schema *s, struct eq_survey *survey, struct eq_buf *name, size_t *n)
{
    bool mapping = is_mapping(survey);
    enum eq_status st = EQ_OK;

    for (size_t i = 0; i < eq_survey_count(survey) && st == EQ_OK; i++) {
        struct eq_survey_field leaf = eq_survey_get(survey, i);
        enum eq_ecs_type type = eq_schema_type(leaf.example);
        struct eq_slice path = leaf.path;
        if (!leaf.strings)
            continue;
        if (mapping && find_properties(&path) && mapped_name(name, path))
            path = eq_buf_slice(name);
        else if (!mapping && type != EQ_ECS_OTHER)
            path = plain_name(path);
        else
            continue;
        if (name->failed)
            return EQ_NOMEM;
        st = eq_schema_add(s, path, type);
        *n += 1;
    }
    return st;
}

enum eq_status eq_schema_read(struct eq_schema *s, struct eq_slice text, const struct eq_alloc *alloc)
{
    struct eq_survey *survey;
    struct eq_buf name;
    size_t n = 0;
    enum eq_status st = eq_survey_new(&survey, alloc);

    if (st != EQ_OK)
        return st;
    eq_buf_init(&name, alloc);
    st = eq_survey_feed(survey, text, NULL);
    if (st == EQ_OK)
        st = read_fields(s, survey, &name, &n);
    if (st == EQ_OK && n == 0)
        st = EQ_INVALID;
    eq_buf_free(&name);
    eq_survey_free(survey);
    return st;
}
