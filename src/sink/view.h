/* view.h — a sink's look into one event: a few fields, read by their number.
 *
 * Alerts are rare and their events were copied as text, so the sink simply decodes again what it wants to show. An
 * event that cannot be decoded has no fields. */
#ifndef EQ_SINK_VIEW_H
#define EQ_SINK_VIEW_H

#include "base/buf.h"
#include "event/event.h"

enum eq_alert_field {
#define ALERT_FIELD(id, path, top) EQ_AF_##id,
#include "sink/alert_fields.def"
#undef ALERT_FIELD
    EQ_AF_COUNT
};

struct eq_view {
    const struct eq_alloc *alloc;
    struct eq_fields *fields;
    struct eq_decoder *decoder;
    struct eq_buf text;           /* the event, with padding */
    const struct eq_event *event; /* NULL: nothing to see */
};

/* A view of fields `paths`; numbers[i] becomes the number of paths[i]. A zeroed view may be freed. */
enum eq_status eq_view_init(struct eq_view *v, const struct eq_slice *paths, uint32_t *numbers, size_t n,
                            const struct eq_alloc *alloc);
void eq_view_free(struct eq_view *v);
/* Look at another event. Fails only without memory. */
enum eq_status eq_view_open(struct eq_view *v, struct eq_slice json);
/* The first value of a field; NULL if it has none. */
const struct eq_value *eq_view_first(const struct eq_view *v, uint32_t field);
/* Append all values of a field as text, with ", " between; false if it has none. */
bool eq_view_text(struct eq_buf *out, const struct eq_view *v, uint32_t field);
/* Append as JSON: null, a value, or an array of several. */
void eq_view_json(struct eq_buf *out, const struct eq_view *v, uint32_t field);

#endif
