/* reference.h — a plain second opinion: events as trees, and what a plan means for them.
 *
 *      random rule ─▶ plan ─▶ reference, node by node over the tree ─┐
 *             └─────▶ the engine: program, index, dispatch, … ───────┴─▶ must agree
 *
 * Written for clarity from docs/semantics.md; shares nothing with src/match, and of src/plan only the nodes and the
 * bodies of functions. Everything lives in an arena. */
#ifndef EQ_TESTS_REFERENCE_H
#define EQ_TESTS_REFERENCE_H

#include "base/arena.h"
#include "base/buf.h"
#include "plan/plan.h"

/* ── Random numbers that are the same everywhere ── */

struct ref_random {
    uint64_t state;
};

uint64_t ref_next(struct ref_random *r);
unsigned ref_below(struct ref_random *r, unsigned n); /* 0 .. n-1 */
bool ref_chance(struct ref_random *r, unsigned percent);
uint64_t ref_number(const char *variable, uint64_t otherwise); /* of the environment */

/* ── Documents ── */

enum ref_kind { REF_NULL, REF_BOOL, REF_NUMBER, REF_STRING, REF_ARRAY, REF_OBJECT };

struct ref_json {
    enum ref_kind kind;
    bool truth;
    struct eq_slice text; /* NUMBER: as written; STRING: its bytes */
    struct eq_slice key;  /* a member's */
    struct ref_json **kids;
    size_t n, cap;
};

struct ref_json *ref_make(struct eq_arena *a, enum ref_kind kind, struct eq_slice text);
struct ref_json *ref_literal(struct eq_arena *a, const char *text); /* null, true, a number, or a string */
void ref_add(struct eq_arena *a, struct ref_json *parent, const char *key, struct ref_json *kid);
void ref_print(struct eq_buf *out, const struct ref_json *j);

/* A list of documents or values. */
struct ref_list {
    const struct ref_json **items;
    size_t n, cap;
};
/* Everything at a dotted path, objects and nulls too; arrays are walked through. "": the document itself. */
void ref_all(struct ref_list *out, struct eq_arena *a, const struct ref_json *doc, struct eq_slice path);
/* The values there: arrays flattened, nulls dropped, objects left out. */
void ref_values(struct ref_list *out, struct eq_arena *a, const struct ref_json *doc, struct eq_slice path);
struct eq_value ref_value_of(const struct ref_json *j);

/* ── Conditions ── */

/* What a condition looks at. Aliases are by stage as written; NULL ones are missing. */
struct ref_scene {
    struct eq_arena *arena;
    const struct ref_json *event, *element;
    const struct ref_json *const *aliases;
    size_t n_aliases;
};

bool ref_meets(struct ref_scene *scene, const struct eq_node *condition);
/* v op k: -1 unknown, 0 false, 1 true. */
int ref_compare(enum eq_compare op, const struct eq_value *v, const struct eq_value *k);

/* ── Sequences and samples ── */

struct ref_event {
    const struct ref_json *doc;
    size_t number;  /* as it is printed in results */
    int64_t time;   /* ns */
    int tiebreaker; /* orders events of equal time; INT_MAX: none */
    bool ordered;   /* it has a time, and is not older than one before */
};

/* The results of a plan over events, one line each, as "2,_,5 [u,1]": numbers of events, and keys. At most
 * `limit` of them (0: all); `per_key` samples for each key. */
void ref_run(struct eq_buf *out, struct eq_arena *arena, const struct eq_plan *plan, const struct ref_event *events,
             size_t n, size_t limit, size_t per_key);
/* A key as it is printed there. */
void ref_print_key(struct eq_buf *out, const struct ref_json *value);

/* The regular expressions that random rules may use, and the same for PCRE2. */
struct ref_regex {
    const char *lucene, *pcre;
};
extern const struct ref_regex ref_regexes[]; /* ends with NULLs */

#endif
