/* ip.h — addresses and blocks, IPv4 and IPv6 alike as 128 bits (IPv4 mapped to ::ffff:a.b.c.d). */
#ifndef EQ_EVENT_IP_H
#define EQ_EVENT_IP_H

#include "base/buf.h"

struct eq_ip {
    uint8_t b[16];
};

struct eq_cidr {
    struct eq_ip addr; /* host bits are cleared */
    uint8_t bits;      /* 0..128, of the mapped form */
};

bool eq_ip_parse(struct eq_ip *out, struct eq_slice text); /* no zone, no port */
/* address[/bits]; without bits a single host. */
bool eq_cidr_parse(struct eq_cidr *out, struct eq_slice text);
bool eq_cidr_has(const struct eq_cidr *block, const struct eq_ip *ip);
void eq_buf_ip(struct eq_buf *b, const struct eq_ip *ip); /* canonical: IPv4 dotted, IPv6 as RFC 5952 */

#endif
