/* diag.h — what we tell people about their rules, files and events.
 *
 *      code ─ severity ─ one sentence ─ source and span ─ perhaps a help line
 *
 * Codes are the rows of diagnostics.def: stable, each with a page in docs/errors.md. A list keeps what
 * it is told, in order, up to a limit; beyond it counts. */
#ifndef EQ_BASE_DIAG_H
#define EQ_BASE_DIAG_H

#include "base/arena.h"
#include "base/buf.h"

enum eq_severity { EQ_ERROR, EQ_WARNING, EQ_NOTE };

enum eq_code {
#define DIAG(code, severity, title) EQ_##code,
#include "base/diagnostics.def"
#undef DIAG
    EQ_CODE_COUNT
};

/* Byte `at` of a text stands at this place of its file. */
struct eq_mark {
    uint32_t at, line, column;
};

/* A text that diagnostics point into: a rule file, or a query of the command line. `line` and `column`
 * (1-based) place `text` inside a larger file, as a query inside TOML; both 1 for a whole file. */
struct eq_source {
    struct eq_slice name; /* "rules/x.toml", "<query>" */
    struct eq_slice text;
    uint32_t line, column;
    const struct eq_mark *marks; /* where file and text part ways, as at escapes; in order of `at`; may be NULL */
    size_t n_marks;
};

struct eq_diag {
    enum eq_code code;
    enum eq_severity severity;
    const struct eq_source *source; /* NULL: not about a text; borrowed */
    struct eq_span span;            /* bytes of source->text */
    struct eq_slice message, help;  /* help may be empty */
    struct eq_slice instead;        /* may stand in place of the span; empty: nothing is known */
    struct eq_slice rule;           /* id or name of the rule it is about; may be empty */
    uint32_t line, column;          /* resolved position in the file, 1-based; 0 without a source */
};

struct eq_diags {
    const struct eq_alloc *alloc;
    struct eq_arena arena;
    struct eq_diag *items;
    size_t n, cap, max;      /* max: kept at most (default 1000) */
    size_t errors, warnings, notes; /* counted, also beyond max */
    bool failed;             /* memory ran out while reporting */
};

void eq_diags_init(struct eq_diags *d, const struct eq_alloc *alloc);
void eq_diags_free(struct eq_diags *d);
void eq_diags_clear(struct eq_diags *d);

/* Report; the message is formatted with printf rules (no event bytes through %s: use %.*s).
 * Returns the new entry to add help or a rule to, valid until the next report; NULL when it was only counted. */
struct eq_diag *eq_diag_add(struct eq_diags *d, enum eq_code code, const struct eq_source *source, struct eq_span span,
                            const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Set the help line of an entry; does nothing on NULL. */
void eq_diag_help(struct eq_diags *d, struct eq_diag *diag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Say what is meant by a span that is `was` and nothing else, for editors to put there; does nothing on NULL. */
void eq_diag_instead(struct eq_diags *d, struct eq_diag *diag, struct eq_slice was, struct eq_slice instead);

const char *eq_code_name(enum eq_code code);  /* "E0101" */
const char *eq_code_title(enum eq_code code); /* "syntax error" */
enum eq_severity eq_code_severity(enum eq_code code);
const char *eq_severity_name(enum eq_severity s);
/* 1-based line and column (in code points) of byte `at` of the source, in the file it is part of. */
void eq_source_position(const struct eq_source *source, uint32_t at, uint32_t *line, uint32_t *column);

/* For a person, with the source line and carets (colour: ANSI colours). */
void eq_diag_print(struct eq_buf *out, const struct eq_diag *d, bool colour);
/* One JSON object, no newline. */
void eq_diag_json(struct eq_buf *out, const struct eq_diag *d);


/* The whole list, in a form of diag_report.c. */
void eq_diags_json(struct eq_buf *out, const struct eq_diags *d);
void eq_diags_sarif(struct eq_buf *out, const struct eq_diags *d, const char *version); /* of eqlite */
void eq_diags_github(struct eq_buf *out, const struct eq_diags *d);

#endif
