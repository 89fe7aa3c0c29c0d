/* decode_priv.h — the decoder's insides, shared by decode*.c.
 *
 *      text ──json_index──▶ token offsets ──walk, along the trie──▶ values and slots
 *        │                                        │
 *        └── cannot be indexed or walked: repair, once, and try again
 *
 * Two pointers travel together everywhere: `base`, the text, and `p`, into the offsets; base[*p] is the token's first
 * byte. After the last offset stand two sentinels that point at the document's own '{': no rule of JSON accepts two
 * opening braces in a row, so a walk stops there by itself and never asks for the end. */
#ifndef EQ_EVENT_DECODE_PRIV_H
#define EQ_EVENT_DECODE_PRIV_H

#include "event/event.h"
#include "event/fields_trie.h"
#include "event/json_index.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* ── The document ──────────────────────────────────────────────────────────────────────────────────────────────── */

/* One indexed text. */
struct eq_doc {
    const struct eq_alloc *alloc;
    const char *base;
    size_t len;
    struct eq_json_index index;
    uint64_t *bits; /* open brackets of skipped parts, 1 for an object */
    size_t cap_bits;
    struct eq_buf repaired; /* what base points into after a repair */
    unsigned repairs;
    struct eq_decode_error error; /* of the call that returned EQ_INVALID */
};

void eq_doc_init(struct eq_doc *doc, const struct eq_alloc *alloc);
void eq_doc_free(struct eq_doc *doc);
/* Index a text and see that it looks like one object. */
enum eq_status eq_doc_index(struct eq_doc *doc, struct eq_slice text);
/* Mend `text` into doc->repaired and index that. EQ_INVALID, with the error left as it was, if there is nothing to
 * mend; *repaired says whether there was. */
enum eq_status eq_doc_repair(struct eq_doc *doc, struct eq_slice text, bool *repaired);
/* Check brackets, commas, colons and first characters of the whole document. EQ_INVALID: doc->error is the first
 * mistake. EQ_NOMEM. */
enum eq_status eq_doc_check(struct eq_doc *doc);
/* The token after the value at p; NULL if the value is not well formed (or memory ran out: *nomem). */
const uint32_t *eq_doc_skip(struct eq_doc *doc, const uint32_t *p, bool *nomem);
/* Room for `bits` more brackets. */
bool eq_doc_grow_bits(struct eq_doc *doc, size_t words);

/* What a token can be as a value, by its first byte. */
enum eq_token { EQ_TOKEN_BAD, EQ_TOKEN_SCALAR, EQ_TOKEN_OPEN };
extern const uint8_t eq_token_of[256];

/* What a walk tells apart by first bytes: decode_shapes.h. 0 is nothing that JSON knows. */
enum eq_kind {
    EQ_KIND_STRING = 1,
    EQ_KIND_NULL,
    EQ_KIND_OTHER, /* a number, true or false */
    EQ_KIND_OBJECT,
    EQ_KIND_END_OBJECT,
    EQ_KIND_ARRAY,
    EQ_KIND_END_ARRAY,
    EQ_KIND_COLON,
    EQ_KIND_COMMA
};
extern const uint8_t eq_kind_of[256];

/* The content of the string at p, between its quotes. */
static inline struct eq_slice eq_doc_string(const char *base, const uint32_t *p)
{
    const char *start = base + p[0] + 1, *end = base + p[1] - 1;
    while (*end != '"')
        end--;
    return (struct eq_slice){start, (size_t)(end - start)};
}

#if defined(__SSE2__)
/* Where one of two bytes is in the 16 bytes at s, as bits. */
static inline unsigned eq_block_hits(const char *s, char c1, char c2)
{
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)s);
    __m128i one = _mm_cmpeq_epi8(block, _mm_set1_epi8(c1)), two = _mm_cmpeq_epi8(block, _mm_set1_epi8(c2));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(one, two));
}
#endif

/* Is one of two bytes in the n bytes at s? The text is padded, so whole blocks can be read. */
static inline bool eq_has_either(const char *s, size_t n, char c1, char c2)
{
#if defined(__SSE2__)
    if (n <= 16) /* one block, of which the first n bytes count */
        return (eq_block_hits(s, c1, c2) & ((1u << n) - 1)) != 0;
    for (size_t i = 0; i < n - 16; i += 16)
        if (eq_block_hits(s + i, c1, c2))
            return true;
    return eq_block_hits(s + n - 16, c1, c2) != 0; /* the last block overlaps the one before */
#else
    return memchr(s, c1, n) != NULL || memchr(s, c2, n) != NULL;
#endif
}

/* The parts of a search hit, by number of their tokens; 0 where there is none, so that `source` is the event in any
 * case. */
struct eq_hit {
    uint32_t source;    /* the inner event */
    uint32_t end;       /* the token after it */
    uint32_t id, index; /* strings */
};
struct eq_notes;
/* Find them in the top level of a well-formed start; EQ_INVALID if it is not well formed. The keys there go to `notes`, which
 * may be NULL. */
enum eq_status eq_doc_hit(struct eq_hit *out, struct eq_doc *doc, struct eq_notes *notes);

/* ── Scalars ───────────────────────────────────────────────────────────────────────────────────────────────────── */

/* The text of a JSON string whose content is `raw`, which holds a backslash. NULL ptr and *error: a wrong escape
 * (its place) or, with *error NULL, no memory. */
struct eq_slice eq_unescape(struct eq_arena *scratch, struct eq_slice raw, unsigned *repairs, const char **bad_at);
/* A number, true, false or null at s. NULL if it is not one, or else its end. *value gets EQ_NULL for null and for
 * numbers beyond any double. */
const char *eq_scan_scalar(struct eq_value *value, const char *s, unsigned *repairs);

/* ── Duplicate keys ────────────────────────────────────────────────────────────────────────────────────────────── */

/* One key that was seen in one object, and what it brought. */
struct eq_visit {
    uint64_t key; /* object number << 32 | node */
    size_t value0, value1; /* values [value0, value1) */
    size_t found0, found1; /* occurrences of searched arrays */
};
struct eq_visits {
    struct eq_visit *items;
    size_t n, cap;
    uint32_t *table; /* item + 1; 0 is free */
    size_t size;
};
void eq_visits_clear(struct eq_visits *v);
void eq_visits_free(struct eq_visits *v, const struct eq_alloc *alloc);
/* The visit of `node` by object `serial`, made if new; EQ_NOMEM. */
enum eq_status eq_visits_put(uint32_t *out, bool *added, struct eq_visits *v, const struct eq_alloc *alloc,
                             uint32_t serial, uint32_t node);

/* ── The decoder ───────────────────────────────────────────────────────────────────────────────────────────────── */

/* A trie and, by its nodes, the object that last had this key: how duplicate keys are noticed. */
struct eq_level {
    const struct eq_trie *trie;
    uint32_t *stamps;
};

/* An open container of the walk. */
struct eq_open {
    const struct eq_trie_node *node;
    uint32_t serial; /* of an object; 0: an array */
    uint32_t visit;  /* careful: its latest key; EQ_NONE */
};

/* Where a searched array begins. */
struct eq_found {
    uint32_t field; /* EQ_NONE: taken back, its key came again */
    uint32_t depth;
    size_t at; /* offset in the index */
};

/* Why a walk stopped. */
enum eq_stop {
    EQ_STOP_NONE,
    EQ_STOP_STRUCTURE, /* not JSON; eq_doc_check knows where */
    EQ_STOP_TEXT,      /* a scalar is wrong; doc.error says so */
    EQ_STOP_NOMEM,
    EQ_STOP_CAREFUL, /* perhaps a duplicate key: walk again, carefully */
    EQ_STOP_WRAPPED  /* a search hit: the event is inside _source */
};

/* What was decoded from one searched array of the current event. */
struct eq_memo {
    struct eq_elements elements;
    struct eq_slot *rows;
    size_t cap;
    bool done;
};

/* What a walk looked at, token by token: what decode_shapes learns from. */
struct eq_noted_key {
    uint32_t token;
    struct eq_slice text; /* as it is written, escapes and all */
};
struct eq_notes {
    struct eq_noted_key *keys; /* that were looked up */
    size_t n_keys, cap_keys;
    uint32_t *values; /* the token of each value, by its number */
    size_t cap_values;
    uint32_t *nulls; /* tokens that were read, and are no value */
    size_t n_nulls, cap_nulls;
    bool failed; /* no memory: something is missing */
};
void eq_notes_clear(struct eq_notes *n);
void eq_note_key(struct eq_notes *n, const struct eq_doc *doc, const uint32_t *p, struct eq_slice key);
/* The value of this number. */
void eq_note_value(struct eq_notes *n, const struct eq_doc *doc, const uint32_t *p, size_t number);
void eq_note_null(struct eq_notes *n, const struct eq_doc *doc, const uint32_t *p);
void eq_notes_free(struct eq_notes *n, const struct eq_alloc *alloc);

struct eq_decoder {
    const struct eq_alloc *alloc;
    const struct eq_fields *fields;
    uint32_t max_depth;
    bool unwrap;
    struct eq_event event;
    struct eq_doc doc;
    struct eq_arena scratch; /* unescaped strings of this event */

    struct eq_value *values;
    uint32_t *next;  /* chains, by value */
    uint32_t *owner; /* careful: slot of each value; EQ_NONE: taken back */
    size_t n_values, cap_values, cap_next, cap_owner;
    size_t room;             /* for so many values, without growing */
    struct eq_value surplus; /* takes what is beyond the limit */
    struct eq_slot *slots;
    uint32_t *touched;
    size_t n_touched;

    struct eq_level level;      /* of the event */
    struct eq_level *elements;  /* by field */
    struct eq_memo *memos;      /* by field */
    uint32_t *arrays;           /* fields that are searched */
    size_t n_arrays;
    struct eq_found *found;
    size_t n_found, cap_found;

    struct eq_open *stack; /* max_depth long */
    uint32_t serial;       /* of the object opened last */
    bool careful;          /* keep visits, so that duplicates can be taken back */
    struct eq_visits visits;
    enum eq_stop stop;

    struct eq_shapes *shapes; /* NULL: switched off, or too early */
    struct eq_notes *notes;   /* to be taken by this walk; NULL */
    unsigned shapes_after;    /* so many more events; 0: there are shapes, or will be none */
    struct eq_hit hit;        /* around the event at hand; without shapes, of the latest hit */
};

/* The text of the string at p, its escapes undone. False: a wrong escape at *bad_at, or, with *bad_at NULL, no memory. */
static inline bool eq_read_string(struct eq_slice *out, struct eq_decoder *d, const uint32_t *p, const char **bad_at)
{
    *out = eq_doc_string(d->doc.base, p);
    if (eq_has_either(out->ptr, out->len, '\\', '\\'))
        *out = eq_unescape(&d->scratch, *out, &d->event.repairs, bad_at);
    return out->ptr != NULL;
}

/* Member by member: a struct copied as a whole, right after its parts were set, stalls. */
static inline void eq_set_string(struct eq_value *v, struct eq_slice s)
{
    v->type = EQ_STRING;
    v->len = (uint32_t)s.len;
    v->s = s.ptr;
    v->u = 0;
}

/* Where a walk puts what it finds. */
struct eq_target {
    const struct eq_level *level;
    struct eq_slot *slots;
    bool is_event; /* note touched fields, searched arrays and wrapping */
};

/* Read the value at p into the slots of `target`, from `node` of its trie at `depth` open containers. The token after
 * it, or NULL: d->stop says why. */
const uint32_t *eq_walk(struct eq_decoder *d, const struct eq_target *target, const uint32_t *p, uint32_t node,
                        uint32_t depth);
/* After a careful walk: chain the values from `first` on that were not taken back, in order. */
void eq_relink(struct eq_decoder *d, const struct eq_target *target, size_t first);

#endif
