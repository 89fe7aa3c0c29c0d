/* ndjson.c — one JSON document a line. */
#include "sink/sink_priv.h"

static enum eq_status put(struct eq_sink *s, const struct eq_alert *a)
{
    enum eq_status st = eq_sink_document(&s->out, s, a);
    eq_buf_putc(&s->out, '\n');
    return st == EQ_OK ? eq_sink_flush(s) : st;
}

enum eq_status eq_sink_ndjson(struct eq_sink *s)
{
    s->put = put;
    return EQ_OK;
}
