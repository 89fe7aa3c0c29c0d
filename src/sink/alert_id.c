/* alert_id.c — the same alert always has the same id, in any run, on any machine.
 *
 *      SHA-256("eqlite-alert-v1" · rule id · kind · partition · identity of each event)
 *
 * where each part after the first is its length (8 bytes, big endian) and its bytes. The partition is empty until runs
 * are split. An event's identity is the first of these that it has:
 *
 *      "d" · _index · _id                  a document of Elasticsearch
 *      "e" · agent.id (or empty) · event.id
 *      "x" · XXH3-128 of its bytes
 *      "-"                                 the place of a missing event */
#include <sha2.h>
#include <xxhash.h>

#include "sink/sink_priv.h"

static void part(struct eq_buf *b, struct eq_slice text)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        eq_buf_putc(b, (char)(((uint64_t)text.len >> shift) & 0xff));
    eq_buf_add(b, text);
}

static void field_part(struct eq_buf *b, struct eq_sink *s, enum eq_alert_field field)
{
    size_t at = b->len;
    eq_buf_fill(b, '\0', 8);
    const struct eq_value *v = eq_view_first(&s->view, s->known_fields[field]);
    if (v)
        eq_value_text(b, v);
    if (b->failed)
        return;
    uint64_t n = b->len - at - 8;
    for (int i = 0; i < 8; i++)
        b->ptr[at + (size_t)i] = (char)((n >> (56 - 8 * i)) & 0xff);
}

static void identity(struct eq_buf *b, struct eq_sink *s, const struct eq_alert_event *e)
{
    if (e->missing) {
        eq_buf_putc(b, '-');
        return;
    }
    if (e->id.len) {
        eq_buf_putc(b, 'd');
        part(b, e->index);
        part(b, e->id);
        return;
    }
    if (eq_view_open(&s->view, e->json) != EQ_OK)
        b->failed = true;
    if (eq_view_first(&s->view, s->known_fields[EQ_AF_EVENT_ID])) {
        eq_buf_putc(b, 'e');
        field_part(b, s, EQ_AF_AGENT_ID);
        field_part(b, s, EQ_AF_EVENT_ID);
        return;
    }
    XXH128_canonical_t hash;
    XXH128_canonicalFromHash(&hash, XXH3_128bits(e->json.ptr, e->json.len));
    eq_buf_putc(b, 'x');
    eq_buf_add(b, eq_slice((const char *)hash.digest, sizeof hash.digest));
}

void eq_sink_alert_id(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a)
{
    const struct eq_sink_rule *rule = eq_sink_rule_of(s, a);
    struct eq_slice kind = rule->kind;
    struct eq_buf one, all;
    SHA2_CTX sha;
    uint8_t digest[SHA256_DIGEST_LENGTH];
    if (s->given_id.len) {
        eq_buf_add(out, s->given_id);
        return;
    }
    if (!kind.len)
        kind = a->is_event ? EQ_LIT("event") : EQ_LIT("sequence");

    eq_buf_init(&one, s->alloc);
    eq_buf_init(&all, s->alloc);
    eq_buf_puts(&all, "eqlite-alert-v1");
    part(&all, rule->id);
    part(&all, kind);
    part(&all, eq_slice("", 0));
    for (size_t i = 0; i < a->n_events; i++) {
        eq_buf_clear(&one);
        identity(&one, s, &a->events[i]);
        out->failed = out->failed || one.failed;
        part(&all, eq_buf_slice(&one));
    }
    out->failed = out->failed || all.failed;
    if (!out->failed) {
        SHA256Init(&sha);
        SHA256Update(&sha, (const uint8_t *)all.ptr, all.len);
        SHA256Final(digest, &sha);
        for (size_t i = 0; i < sizeof digest; i++)
            eq_buf_printf(out, "%02x", digest[i]);
    }
    eq_buf_free(&one);
    eq_buf_free(&all);
}
