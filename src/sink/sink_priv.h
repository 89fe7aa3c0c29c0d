/* sink_priv.h — what the forms of output share: one sink, a view of the event, and the documents they print.
 *
 *      put(alert) ─▶ document (events.c, alert_ecs.c, alert_compact.c) or row (rows.c) ─▶ form ─▶ out ─▶ write()
 *
 * A form is opened by the function in its row of sinks.def, which sets put, end and close. */
#ifndef EQ_SINK_SINK_PRIV_H
#define EQ_SINK_SINK_PRIV_H

#include "base/arena.h"
#include "sink/sink.h"
#include "sink/view.h"

struct eq_sink {
    struct eq_sink_options o; /* columns and slices point into arena */
    const struct eq_alloc *alloc;
    struct eq_arena arena;
    struct eq_buf out;                            /* text on its way to write() */
    struct eq_buf document;                       /* one document under construction */
    struct eq_view view;                          /* the event being looked at: well-known fields, then the columns */
    const uint32_t *known_fields, *column_fields; /* numbers in the view */
    struct eq_view template_view;                 /* fields of the message template of rule template_rule */
    uint32_t template_rule;                       /* EQ_NONE: no view yet */
    enum eq_status (*put)(struct eq_sink *s, const struct eq_alert *a);
    enum eq_status (*end)(struct eq_sink *s); /* NULL: nothing to do */
    void (*close)(struct eq_sink *s);         /* NULL: nothing held */
    void *state;                              /* of the form */
    uint64_t alerts;                          /* put so far */
    struct eq_alert_reader *reader;           /* of documents; NULL until one is put */
    struct eq_slice given_id;                 /* of the alert under way, if its document has one */
    bool numbered; /* rows begin with the number of their sequence: the first alert was one */
};

#define SINK(id, name, open, help) enum eq_status open(struct eq_sink *s);
#include "sink/sinks.def"
#undef SINK

/* Rules that a form tells of: those of the options, then foreign ones. Their numbers by index, and back. */
size_t eq_sink_rules(const struct eq_sink *s);
uint32_t eq_sink_rule_number(const struct eq_sink *s, size_t index);
size_t eq_sink_rule_index(const struct eq_sink *s, uint32_t number);

/* Hand s->out to write() and empty it. EQ_NOMEM if building it failed, EQ_IO if it could not be written. */
enum eq_status eq_sink_flush(struct eq_sink *s);

/* The rule of an alert; never NULL. */
const struct eq_sink_rule *eq_sink_rule_of(struct eq_sink *s, const struct eq_alert *a);
const struct eq_sink_rule *eq_sink_rule_at(struct eq_sink *s, uint32_t number); /* NULL: no memory */

/* Rules that are known from documents only have numbers from here on. */
#define EQ_SINK_FOREIGN 0x80000000u

/* ── Documents read back (alert_read.c) ── */

enum eq_status eq_alert_reader_new(struct eq_alert_reader **out, struct eq_sink *s);
void eq_alert_reader_free(struct eq_alert_reader *r); /* NULL is fine */
/* The alert in a document, valid until the next one. */
enum eq_status eq_alert_read(struct eq_alert *out, struct eq_alert_reader *r, struct eq_slice json);
size_t eq_alert_reader_rules(const struct eq_alert_reader *r); /* foreign ones; NULL: 0 */
/* Foreign rule number EQ_SINK_FOREIGN + i. */
const struct eq_sink_rule *eq_alert_reader_rule(const struct eq_alert_reader *r, size_t i);

/* ── Documents: one JSON value on one line, appended to `out` ── */

enum eq_status eq_sink_document(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a);
void eq_sink_events(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a);
void eq_sink_alert_ecs(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a);
void eq_sink_alert_compact(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a);

/* An event's JSON on one line, mended where it was broken; otherwise byte by byte as it was read. */
void eq_sink_event_json(struct eq_buf *out, const struct eq_alert_event *e);
/* A JSON text with characters that could trick a terminal (C1, DEL, bidi) escaped: the same JSON, harmless to show. */
void eq_sink_json_for_terminal(struct eq_buf *out, struct eq_slice json);
/* JSON with the characters of `more` (ASCII) and those that could trick a reader escaped: the same JSON. */
void eq_sink_json_escape(struct eq_buf *out, struct eq_slice json, const char *more);
/* {"path":…,"line":…,"offset":…} */
void eq_sink_origin(struct eq_buf *out, const struct eq_origin *o);
/* ,"explain":[…] if the sink is to tell why. */
void eq_sink_explain(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a);
/* [key,…] */
void eq_sink_join_keys(struct eq_buf *out, const struct eq_alert *a);

/* ── Facts about an alert (facts.c) ── */

/* The last event that is there; NULL if all are missing. */
const struct eq_alert_event *eq_sink_last_event(const struct eq_alert *a);
/* Kibana's sentence about an alert. Leaves the view on the last event. */
void eq_sink_reason(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a);
/* The rule's message with its {{fields}} filled in. */
void eq_sink_message(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a);
/* A few words on what happened: "cmd.exe → whoami.exe". */
void eq_sink_what(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a);
/* At most `max` bytes of a text, whole characters, and "…" for what is left out. */
void eq_sink_cut(struct eq_buf *out, struct eq_slice text, size_t max);
/* What one event is about, in a word; of the view's event. */
void eq_sink_what_event(struct eq_buf *out, struct eq_sink *s);
/* The time of the view's event as ISO-8601; nothing if it has none. */
void eq_sink_time(struct eq_buf *out, struct eq_sink *s);
/* The alert's own id: 64 hex digits, the same for the same input. docs/rules.md, Alerts. */
void eq_sink_alert_id(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a);

#endif
