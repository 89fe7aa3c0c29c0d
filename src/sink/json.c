/* json.c — one JSON array, a document a line. Without alerts it is [], so the output is always JSON. */
#include "sink/sink_priv.h"

static enum eq_status put(struct eq_sink *s, const struct eq_alert *a)
{
    eq_buf_puts(&s->out, s->alerts == 1 ? "[\n" : ",\n");
    enum eq_status st = eq_sink_document(&s->out, s, a);
    return st == EQ_OK ? eq_sink_flush(s) : st;
}

static enum eq_status end(struct eq_sink *s)
{
    eq_buf_puts(&s->out, s->alerts ? "\n]\n" : "[]\n");
    return eq_sink_flush(s);
}

enum eq_status eq_sink_json(struct eq_sink *s)
{
    s->put = put;
    s->end = end;
    return EQ_OK;
}
