/* sink.h — alerts to bytes, one file per form.
 *
 *      alert ─▶ sink (sinks.def: ndjson, json, table, csv, html, navigator) ─▶ write callback
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

/* What a rule says it detects, in terms of ATT&CK: a tactic, and perhaps a technique that serves it. */
struct eq_sink_technique {
    struct eq_slice tactic_id, tactic; /* "TA0002", "Execution" */
    struct eq_slice id, name;          /* "T1059.001"; empty: the tactic alone */
};

/* What a sink says about the rule of an alert. Strings borrow. */
struct eq_sink_rule {
    struct eq_slice id, name, severity, query, dialect, description, message, rule_type;
    struct eq_slice kind; /* "event", "sequence", "sample"; empty: told from the alert */
    int risk_score;
    const struct eq_slice *tags, *index, *references;
    size_t n_tags, n_index, n_references;
    const struct eq_sink_technique *techniques; /* of ATT&CK, by its present ids */
    size_t n_techniques;
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
    size_t most_alerts;              /* html: alerts that it shows; the rest are counted. 0: EQ_SINK_REPORT_ALERTS */
    struct eq_slice title;           /* html; may be empty */
    /* The rule of an alert. */
    const struct eq_sink_rule *(*rule)(uint32_t number, void *ctx);
    size_t n_rules; /* html, navigator: rules that they tell of, whether there are alerts or not */
    /* The number of the rule with this id; EQ_NONE: there is none. For eq_sink_put_document; may be NULL. */
    uint32_t (*find_rule)(struct eq_slice id, void *ctx);
    /* html, navigator: ATT&CK, as eq_attack_json prints it, and its version; empty: not known. */
    struct eq_slice attack_json, attack_version;
    /* Why an alert came to be, as a JSON array for alert documents; NULL: not told. */
    enum eq_status (*explain)(struct eq_buf *out, const struct eq_alert *a, void *ctx);
    /* Takes the bytes; false: they could not be written (the sink then fails with EQ_IO). */
    bool (*write)(const char *ptr, size_t len, void *ctx);
    void *ctx;
};

#define EQ_SINK_REPORT_ALERTS 100000u

struct eq_sink;

enum eq_status eq_sink_new(struct eq_sink **out, const struct eq_sink_options *options, const struct eq_alloc *alloc);
enum eq_status eq_sink_put(struct eq_sink *s, const struct eq_alert *alert);
/* An alert that a sink has printed, as a document of either shape: as if it was put. A rule that find_rule does not know is
 * described by what the document says. A document of Elastic Security without steps is its own event. EQ_INVALID: it is no
 * JSON object, or says nothing of a rule. */
enum eq_status eq_sink_put_document(struct eq_sink *s, struct eq_slice json);
enum eq_status eq_sink_end(struct eq_sink *s); /* closing bracket, table rows still held; call once */
void eq_sink_free(struct eq_sink *s);

/* The members that all ECS alerts of a rule share, each with a comma before it. */
void eq_sink_rule_ecs(struct eq_buf *out, const struct eq_sink_rule *rule);

bool eq_sink_form_parse(enum eq_sink_form *out, struct eq_slice name);

#endif
