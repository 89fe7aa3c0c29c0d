/* toml.h — a TOML document as a plain tree with positions. The parser is toml++, behind toml_shim.cc. */
#ifndef EQ_RULE_TOML_H
#define EQ_RULE_TOML_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum eq_toml_kind {
    EQ_TOML_TABLE,
    EQ_TOML_ARRAY,
    EQ_TOML_STRING,
    EQ_TOML_INT,
    EQ_TOML_FLOAT,
    EQ_TOML_BOOL,
    EQ_TOML_DATE /* date, time or both: `text` is its ISO form */
};

struct eq_toml {
    enum eq_toml_kind kind;
    struct eq_slice key;   /* in its table; empty inside arrays */
    struct eq_slice text;  /* STRING, DATE */
    union {
        int64_t integer; /* INT, BOOL */
        double number;   /* FLOAT */
    };
    struct eq_toml *first; /* kids of TABLE and ARRAY, in document order */
    struct eq_toml *next;
    uint32_t line, column;         /* of the value, 1-based */
    uint32_t key_line, key_column; /* of the key; 0 inside arrays */
};

struct eq_toml_error {
    uint32_t line, column;
    bool too_deep; /* of EQ_LIMIT: nested too deeply; else too many values */
    char message[256];
};

#define EQ_TOML_DEPTH_MAX 64       /* tables and arrays within each other, headers and dotted keys each */
#define EQ_TOML_VALUES_MAX 200000u /* in a document */

/* The root table in `arena`; nothing in it borrows from `text`, which is UTF-8 without a byte order mark. EQ_INVALID
 * and EQ_LIMIT with *error; EQ_NOMEM. While it runs, toml++ takes memory from the heap of C++ besides the arena. */
enum eq_status eq_toml_parse(struct eq_toml **out, struct eq_slice text, struct eq_arena *arena,
                             struct eq_toml_error *error);

#ifdef __cplusplus
}
#endif

/* The value at a dotted path of keys below `table` (which may be NULL), or NULL. */
const struct eq_toml *eq_toml_get(const struct eq_toml *table, const char *path);
/* Byte offset of a position in `text`; the end of its line, or of the text, if it is shorter. */
size_t eq_toml_offset(struct eq_slice text, uint32_t line, uint32_t column);
/* The string `value` as it is written, quotes and all. */
struct eq_slice eq_toml_written(const struct eq_toml *value, struct eq_slice text);
/* Place the content of the string `value`, source->text, in the document `text`: where it begins, behind its opening
 * quotes and the line break that TOML drops there, and where escapes shift what follows them. Marks are in `arena`; EQ_NOMEM. */
enum eq_status eq_toml_place(struct eq_source *source, const struct eq_toml *value, struct eq_slice text,
                             struct eq_arena *arena);

#endif
