/* plan_pack.c — see plan_pack.h: nodes both ways, and whole plans. What a node that is read may be is in
 * plan_pack_check.c. */
#include "plan/plan_pack.h"

#include "plan/functions.h"
#include "plan/plan_pack_priv.h"

/* ── Values ── */

static void pack_ip(struct eq_image *k, struct eq_value *v)
{
    uint32_t words[4] = {0};
    char *bytes = k->reading ? eq_arena_bytes(k->arena, sizeof words) : NULL;
    if (!k->reading)
        memcpy(words, v->s, sizeof words);
    for (int i = 0; i < 4; i++)
        eq_image_u32(k, &words[i]);
    eq_image_u64(k, &v->u);
    if (!k->reading)
        return;
    k->nomem |= !bytes;
    k->bad |= !bytes || v->u > 128;
    if (bytes)
        memcpy(bytes, words, sizeof words);
    v->s = bytes;
    v->len = sizeof words;
}

/* The text of a string, or the one that a number was written as. */
static void pack_text(struct eq_image *k, struct eq_value *v)
{
    struct eq_slice text = eq_value_slice(v);
    eq_image_text(k, &text);
    v->s = text.ptr;
    v->len = (uint32_t)text.len;
}

static void pack_value(struct eq_image *k, struct eq_value *v)
{
    uint32_t type = v->type;
    eq_image_u32(k, &type);
    v->type = (uint8_t)type;
    switch (type) {
    case EQ_NULL: break;
    case EQ_BOOL: eq_image_bool(k, &v->b); break;
    case EQ_INT:
    case EQ_UINT:
    case EQ_DOUBLE:
        pack_text(k, v);
        eq_image_u64(k, &v->u);
        k->bad |= type == EQ_UINT && v->u <= INT64_MAX;
        break;
    case EQ_STRING: pack_text(k, v); break;
    case EQ_TIME:
        eq_image_u32(k, &v->len);
        eq_image_u64(k, &v->u);
        k->bad |= v->len >= 1000000000;
        break;
    case EQ_IP: pack_ip(k, v); break;
    default: k->bad = true; break;
    }
}

/* ── Nodes ── */

static uint32_t head_of(const struct eq_node *n)
{
    return n->kind | (uint32_t)n->op << 8 | (uint32_t)n->fold << 16;
}

/* The words of a node, behind those that are written. */
static void write_node(struct eq_plan_pack *x, const struct eq_node *n, const uint32_t *kids)
{
    uint32_t head = head_of(n), what = n->frame | (uint32_t)n->function << 16, n_kids = n->n_kids;
    struct eq_node copy = *n;
    eq_image_u32(x->k, &head);
    eq_image_u32(x->k, &what);
    if (n->kind == EQ_N_FIELD) {
        eq_image_text(x->k, &copy.path);
        return;
    }
    if (n->kind == EQ_N_CONST) {
        pack_value(x->k, &copy.value);
        return;
    }
    eq_image_u32(x->k, &n_kids);
    eq_buf_add(&x->k->words, eq_slice((const char *)kids, n_kids * sizeof *kids));
}

uint32_t eq_plan_pack_number(struct eq_plan_pack *x, const struct eq_node *n)
{
    const struct eq_alloc *alloc = x->k->words.alloc;
    uint32_t number = 0, *kids = eq_new(alloc, (n->n_kids + 1u) * sizeof *kids);
    size_t start = x->k->words.len;
    if (!kids) {
        x->k->nomem = true;
        return 0;
    }
    for (uint32_t i = 0; i < n->n_kids; i++)
        kids[i] = eq_plan_pack_number(x, n->kids[i]);
    write_node(x, n, kids);
    struct eq_slice words = {x->k->words.ptr + start, x->k->words.len - start};
    bool added = false;
    if (x->k->words.failed || eq_intern_put(&number, &x->known, words, &added) != EQ_OK)
        x->k->nomem = true;
    x->n_kids += added ? n->n_kids : 0;
    x->k->words.len = start;
    eq_free(alloc, kids);
    return number;
}

static void read_kids(struct eq_plan_pack *x, struct eq_node *n, uint32_t number)
{
    n->n_kids = eq_image_next(x->k);
    n->kids = x->kids;
    if (n->n_kids > x->n_kids) {
        x->k->bad = true;
        n->n_kids = 0;
    }
    for (uint32_t i = 0; i < n->n_kids; i++) {
        uint32_t kid = eq_image_next(x->k);
        x->k->bad |= kid >= number;
        n->kids[i] = &x->nodes[kid < number ? kid : 0];
    }
    x->kids += n->n_kids;
    x->n_kids -= n->n_kids;
}

static void read_node(struct eq_plan_pack *x, uint32_t number)
{
    uint32_t head = eq_image_next(x->k), what = eq_image_next(x->k);
    struct eq_node *n = &x->nodes[number];
    *n = (struct eq_node){.kind = (uint8_t)head, .op = (uint8_t)(head >> 8), .fold = head >> 16 & 1,
                          .frame = (uint16_t)what, .function = (uint16_t)(what >> 16)};
    x->k->bad |= head != head_of(n);
    if (n->kind == EQ_N_FIELD)
        n->path = eq_image_next_text(x->k);
    else if (n->kind == EQ_N_CONST)
        pack_value(x->k, &n->value);
    else
        read_kids(x, n, number);
    if (!x->k->bad)
        x->k->bad = !eq_image_check_node(x, number);
}

void eq_plan_pack_begin(struct eq_plan_pack *x, struct eq_image *k)
{
    *x = (struct eq_plan_pack){.k = k};
    if (!k->reading)
        eq_intern_init(&x->known, k->words.alloc);
}

void eq_plan_pack_number_all(struct eq_plan_pack *x, const struct eq_plan *plan)
{
    for (uint32_t i = 0; i < eq_plan_filters(plan); i++)
        eq_plan_pack_number(x, eq_plan_filter(plan, i)->filter);
}

static void read_nodes(struct eq_plan_pack *x)
{
    struct eq_image *k = x->k;
    x->n = eq_image_next(k);
    x->n_kids = eq_image_next(k);
    size_t words = (size_t)(k->end - k->at);
    if (x->n > words / 2 || x->n_kids > words)
        k->bad = true;
    if (k->bad)
        return;
    x->nodes = eq_arena_room(k->arena, (x->n + 1) * sizeof *x->nodes);
    x->kids = eq_arena_room(k->arena, (x->n_kids + 1) * sizeof *x->kids);
    x->facts = eq_arena_room(k->arena, (x->n + 1) * sizeof *x->facts);
    x->classes = eq_arena_room(k->arena, x->n + 1);
    if (!x->nodes || !x->kids || !x->facts || !x->classes)
        k->nomem = k->bad = true;
    for (uint32_t i = 0; i < x->n && !k->bad; i++)
        read_node(x, i);
}

void eq_plan_pack_nodes(struct eq_plan_pack *x)
{
    if (x->k->reading) {
        read_nodes(x);
        return;
    }
    uint32_t n = (uint32_t)x->known.n, n_kids = (uint32_t)x->n_kids;
    eq_image_u32(x->k, &n);
    eq_image_u32(x->k, &n_kids);
    for (size_t i = 0; i < x->known.n; i++)
        eq_buf_add(&x->k->words, x->known.items[i]);
}

void eq_plan_pack_end(struct eq_plan_pack *x)
{
    if (!x->k->reading)
        eq_intern_free(&x->known);
}

/* ── Plans ── */

static void pack_filter(struct eq_plan_pack *x, struct eq_node **filter)
{
    uint32_t number = x->k->reading ? 0 : eq_plan_pack_number(x, *filter);
    eq_image_u32(x->k, &number);
    if (!x->k->reading)
        return;
    x->k->bad |= number >= x->n;
    *filter = x->k->bad ? NULL : &x->nodes[number];
}

static void pack_stage(struct eq_plan_pack *x, struct eq_plan_stage *s)
{
    size_t n_keys = s->n_keys;
    pack_filter(x, &s->filter);
    eq_image_array(x->k, &s->keys, &n_keys, sizeof *s->keys);
    for (size_t i = 0; i < n_keys; i++) {
        eq_image_text(x->k, &s->keys[i].path);
        eq_image_bool(x->k, &s->keys[i].optional);
    }
    eq_image_u32(x->k, &s->runs);
    eq_image_bool(x->k, &s->missing);
    eq_image_text(x->k, &s->alias);
    if (x->k->reading)
        s->n_keys = (uint32_t)n_keys;
}

static void pack_stages(struct eq_plan_pack *x, struct eq_plan *plan)
{
    size_t n = plan->n_stages, n_until = plan->until != NULL;
    eq_image_array(x->k, &plan->stages, &n, sizeof *plan->stages);
    for (size_t i = 0; i < n; i++)
        pack_stage(x, &plan->stages[i]);
    eq_image_array(x->k, &plan->until, &n_until, sizeof *plan->until);
    for (size_t i = 0; i < n_until; i++)
        pack_stage(x, &plan->until[i]);
    x->k->bad |= n_until > 1;
    if (x->k->reading)
        plan->n_stages = (uint32_t)n;
}

static void pack_pipes(struct eq_image *k, struct eq_plan *plan)
{
    size_t n = plan->n_pipes;
    eq_image_array(k, &plan->pipes, &n, sizeof *plan->pipes);
    for (size_t i = 0; i < n; i++) {
        bool tail = plan->pipes[i].kind == EQ_PIPE_TAIL;
        eq_image_bool(k, &tail);
        eq_image_u32(k, &plan->pipes[i].count);
        if (k->reading)
            plan->pipes[i].kind = tail ? EQ_PIPE_TAIL : EQ_PIPE_HEAD;
    }
    if (k->reading)
        plan->n_pipes = (uint32_t)n;
}

void eq_plan_pack(struct eq_plan_pack *x, struct eq_plan *plan)
{
    struct eq_image *k = x->k;
    uint32_t kind = plan->kind;
    eq_image_u32(k, &kind);
    pack_stages(x, plan);
    eq_image_i64(k, &plan->maxspan_ns);
    pack_pipes(k, plan);
    k->bad |= kind > EQ_PLAN_SAMPLE;
    if (!k->reading || k->bad)
        return;
    plan->kind = (enum eq_plan_kind)kind;
    k->bad = !eq_image_check_plan(x, plan);
}

uint64_t eq_plan_pack_tables(void)
{
    /* Node kinds and step names have no table of names of their own: their number stands for them. */
    uint64_t h = EQ_N_KNOT + 31u * EQ_IP + 1000u * EQ_FUNCTION_COUNT;
    for (unsigned i = 0; i < EQ_FUNCTION_COUNT; i++)
        for (const char *p = eq_functions[i].name; *p; p++)
            h = (h ^ (unsigned char)*p) * 0x100000001B3u;
    return h;
}
