/* sink.h — alerts to bytes, one file per form.
 *
 *      alert ─▶ sink (sinks.def: ndjson, json, table, csv) ─▶ write callback
 *
 * A sink is told what to print of an alert by `content`: the matched events themselves (query) or alert documents
 * about them (run). Output is a function of the input alone. */
#ifndef EQ_SINK_SINK_H
#define EQ_SINK_SINK_H

#include "base/buf.h"
#include "match/alert.h"

enum eq_sink_form {
#define SINK(id, name, open, help) EQ_SINK_##id,
#include "sink/sinks.def"
#undef SINK
    EQ_SINK_COUNT
};

enum eq_sink_content {
    EQ_SINK_EVENTS, /* event: its JSON verbatim; sequence: {"join_keys":[…],"events":[…]}, null for a missing one */
    EQ_SINK_ALERTS_ECS,    /* documents with kibana.alert.* fields: docs/rules.md, Alerts */
    EQ_SINK_ALERTS_COMPACT /* {"rule":{id,name,severity,…},"reason":…,"events":[…],"source":…} */
};

/* What a sink says about the rule of an alert. Strings borrow. */
struct eq_sink_rule {
    struct eq_slice id, name, severity, query, dialect, description, message, rule_type;
    struct eq_slice kind; /* "event", "sequence", "sample"; empty: told from the alert */
    int risk_score;
    const struct eq_slice *tags, *index, *references;
    size_t n_tags, n_index, n_references;
    struct eq_slice threat_json; /* a JSON array, ready to print */
    struct eq_slice ecs_json;    /* what eq_sink_rule_ecs makes of it; empty: made for each alert */
};

struct eq_sink_options {
    enum eq_sink_form form;
    enum eq_sink_content content;
    /* Field paths. table and csv: what to show, 0: a sensible choice. ndjson and json with EQ_SINK_EVENTS: an event is
     * printed as an object of these fields alone, 0: verbatim. */
    const struct eq_slice *columns;
    size_t n_columns;
    struct eq_slice timestamp_field; /* empty: "@timestamp" */
    struct eq_slice category_field;  /* empty: "event.category" */
    struct eq_slice version;         /* of eqlite, for alert documents; may be empty */
    unsigned width;                  /* table: terminal columns; 0: no limit */
    bool colour;                     /* table */
    bool terminal;                   /* escape event values for a terminal */
    /* The rule of an alert. */
    const struct eq_sink_rule *(*rule)(uint32_t number, void *ctx);
    /* Why an alert came to be, as a JSON array for alert documents; NULL: not told. */
    enum eq_status (*explain)(struct eq_buf *out, const struct eq_alert *a, void *ctx);
    /* Takes the bytes; false: they could not be written (the sink then fails with EQ_IO). */
    bool (*write)(const char *ptr, size_t len, void *ctx);
    void *ctx;
};

struct eq_sink;

enum eq_status eq_sink_new(struct eq_sink **out, const struct eq_sink_options *options, const struct eq_alloc *alloc);
enum eq_status eq_sink_put(struct eq_sink *s, const struct eq_alert *alert);
enum eq_status eq_sink_end(struct eq_sink *s); /* closing bracket, table rows still held; call once */
void eq_sink_free(struct eq_sink *s);

/* The members that all ECS alerts of a rule share, each with a comma before it. */
void eq_sink_rule_ecs(struct eq_buf *out, const struct eq_sink_rule *rule);

bool eq_sink_form_parse(enum eq_sink_form *out, struct eq_slice name);

#endif
