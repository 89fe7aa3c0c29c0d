/* view.c — decode an event again, for showing. See view.h. */
#include "sink/view.h"

enum eq_status eq_view_init(struct eq_view *v, const struct eq_slice *paths, uint32_t *numbers, size_t n,
                            const struct eq_alloc *alloc)
{
    *v = (struct eq_view){.alloc = alloc};
    eq_buf_init(&v->text, alloc);
    enum eq_status st = eq_fields_new(&v->fields, alloc);
    for (size_t i = 0; st == EQ_OK && i < n; i++)
        st = eq_fields_add(&numbers[i], v->fields, paths[i]);
    if (st == EQ_OK)
        st = eq_fields_freeze(v->fields);
    /* No unwrapping: an alert's event is already the one inside. */
    if (st == EQ_OK)
        st = eq_decoder_new(&v->decoder, v->fields, &(struct eq_decode_options){0}, alloc);
    return st;
}

void eq_view_free(struct eq_view *v)
{
    if (!v->alloc)
        return;
    if (v->decoder)
        eq_decoder_free(v->decoder);
    if (v->fields)
        eq_fields_free(v->fields);
    eq_buf_free(&v->text);
    *v = (struct eq_view){0};
}

enum eq_status eq_view_open(struct eq_view *v, struct eq_slice json)
{
    if (v->event && eq_slice_eq(json, eq_slice(v->text.ptr, v->text.len - EQ_JSON_PADDING)))
        return EQ_OK; /* it is open already: one alert looks at its event several times */
    v->event = NULL;
    eq_buf_clear(&v->text);
    eq_buf_add(&v->text, json);
    eq_buf_fill(&v->text, ' ', EQ_JSON_PADDING);
    if (eq_buf_status(&v->text) != EQ_OK)
        return EQ_NOMEM;

    struct eq_decode_error error;
    const struct eq_event *event;
    enum eq_status st = eq_decode(&event, v->decoder, eq_slice(v->text.ptr, json.len), &error);
    if (st == EQ_OK)
        v->event = event;
    return st == EQ_NOMEM ? EQ_NOMEM : EQ_OK;
}

static uint32_t head_of(const struct eq_view *v, uint32_t field)
{
    return v->event ? v->event->frame.slots[field].head : EQ_END_OF_CHAIN;
}

const struct eq_value *eq_view_first(const struct eq_view *v, uint32_t field)
{
    uint32_t at = head_of(v, field);
    return at == EQ_END_OF_CHAIN ? NULL : &v->event->frame.values[at];
}

bool eq_view_text(struct eq_buf *out, const struct eq_view *v, uint32_t field)
{
    uint32_t at = head_of(v, field);
    if (at == EQ_END_OF_CHAIN)
        return false;
    for (uint32_t i = at; i != EQ_END_OF_CHAIN; i = v->event->frame.next[i]) {
        if (i != at)
            eq_buf_puts(out, ", ");
        eq_value_text(out, &v->event->frame.values[i]);
    }
    return true;
}

void eq_view_json(struct eq_buf *out, const struct eq_view *v, uint32_t field)
{
    uint32_t at = head_of(v, field);
    if (at == EQ_END_OF_CHAIN) {
        eq_buf_puts(out, "null");
        return;
    }
    bool several = v->event->frame.next[at] != EQ_END_OF_CHAIN;
    if (several)
        eq_buf_putc(out, '[');
    for (uint32_t i = at; i != EQ_END_OF_CHAIN; i = v->event->frame.next[i]) {
        if (i != at)
            eq_buf_putc(out, ',');
        eq_value_json(out, &v->event->frame.values[i]);
    }
    if (several)
        eq_buf_putc(out, ']');
}
