/* event.h — one decoded event: values by field number, and nothing else.
 *
 *      slots[field] ─▶ values[3] ─▶ values[7] ─▶ end          a.b of {"a":[{"b":1},{"b":3}]}
 *
 * Everything here lives until the next event is decoded into the same object; blocks are kept, so a
 * steady stream allocates nothing. A string without escapes borrows the event's bytes. */
#ifndef EQ_EVENT_EVENT_H
#define EQ_EVENT_EVENT_H

#include "base/arena.h"
#include "base/status.h"
#include "event/fields.h"
#include "event/value.h"

#define EQ_END_OF_CHAIN UINT32_MAX

/* The values of one field: a chain through eq_values.next, in document order. Nulls are dropped, so a
 * missing field, null, [] and [null] are all the empty chain. Where an object with members stands in place of
 * a value the chain has one of type EQ_NULL: the field exists, and compares with nothing. */
struct eq_slot {
    uint32_t head, tail; /* indexes of values; EQ_END_OF_CHAIN when empty */
};

/* What one level of a document gives: the event itself, or one element of a searched array. */
struct eq_frame {
    const struct eq_slot *slots; /* by field number of the eq_fields it was decoded with */
    const struct eq_value *values;
    const uint32_t *next;
};

/* The decoded elements of one searched array. */
struct eq_elements {
    size_t n;
    const struct eq_slot *slots; /* n rows of eq_fields_count(elements) slots */
};

/* What had to be mended before the event could be read; bits of eq_event.repairs. */
enum eq_repair {
    EQ_REPAIR_BOM = 1 << 0,
    EQ_REPAIR_UTF8 = 1 << 1,      /* invalid bytes read as U+FFFD */
    EQ_REPAIR_SURROGATE = 1 << 2, /* lone surrogate escapes read as U+FFFD */
    EQ_REPAIR_NUMBER = 1 << 3,    /* beyond 64 bits or double range; its text is kept */
    EQ_REPAIR_NAN = 1 << 4,       /* NaN, Infinity read as null */
    EQ_REPAIR_CONTROL = 1 << 5,   /* raw control characters inside strings */
    EQ_REPAIR_DEPTH = 1 << 6,     /* deeper than the limit: those parts were not read */
    EQ_REPAIR_DUPLICATE = 1 << 7, /* a key twice in one object: the last one counts */
    EQ_REPAIR_ELEMENTS = 1 << 8   /* over 1,000,000 values, or 100,000 searched elements: the rest was not read */
};

struct eq_event {
    struct eq_frame frame;      /* points at the arrays below */
    const uint32_t *touched;    /* fields that have a value, in order of first appearance */
    size_t n_touched;
    struct eq_slice raw;        /* the event's own JSON, as it was read */
    struct eq_slice id, index;  /* _id and _index around it, if any */
    unsigned repairs;           /* enum eq_repair */
};

struct eq_decoder;

/* When events whose keys come in the same order as those of an event before are read without a walk: decode_shapes.h.
 * What is read does not depend on it. */
enum eq_shapes_use {
    EQ_SHAPES_LATER,   /* after some events: short inputs, as those of rule tests, do not pay for the memory */
    EQ_SHAPES_AT_ONCE, /* for testing */
    EQ_SHAPES_NEVER    /* for comparing */
};

struct eq_decode_options {
    bool unwrap;        /* read {"_source": {…}} as the event inside it */
    uint32_t max_depth; /* 0: 256 */
    enum eq_shapes_use shapes;
};

/* A decoder for events that are read through `fields` (frozen, borrowed). One per thread. */
enum eq_status eq_decoder_new(struct eq_decoder **out, const struct eq_fields *fields,
                              const struct eq_decode_options *options, const struct eq_alloc *alloc);
void eq_decoder_free(struct eq_decoder *d);

/* What shapes are good for. */
struct eq_shape_stats {
    uint64_t hits, misses, resets; /* events that needed no walk, others that were looked for; memory was full */
    size_t bytes;                  /* taken now */
};
struct eq_shape_stats eq_decoder_shapes(const struct eq_decoder *d);

/* Why a text is not an event. */
struct eq_decode_error {
    size_t offset;       /* byte in the text */
    const char *message; /* static, one clause: "expected ':' after a key" */
};

/* Decode one JSON object. `text` must be followed by EQ_JSON_PADDING readable bytes of any content. The
 * result is valid until the next call. EQ_INVALID: not an event, *error says why. EQ_NOMEM. */
#define EQ_JSON_PADDING 64
enum eq_status eq_decode(const struct eq_event **out, struct eq_decoder *d, struct eq_slice text,
                         struct eq_decode_error *error);

/* The decoded elements of array field `field` (made with eq_fields_add_array) of the event decoded last;
 * decoded on first use, kept until the next event. Values are in the event's own frame arrays, which may
 * move: read event->frame again afterwards. An object where an array is expected is an array of one. */
enum eq_status eq_decode_elements(struct eq_elements *out, struct eq_decoder *d, uint32_t field);

#endif
