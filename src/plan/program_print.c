/* program_print.c — `explain --stage program`: predicates, clauses and jumps as text. */
#include "plan/program.h"

static void print_target(struct eq_buf *out, uint32_t target)
{
    if (target == EQ_ACCEPT)
        eq_buf_puts(out, "accept");
    else if (target == EQ_REJECT)
        eq_buf_puts(out, "reject");
    else
        eq_buf_printf(out, "%u", target);
}

static void print_predicate(struct eq_buf *out, const struct eq_program *p, uint32_t number)
{
    const struct eq_predicate *q = &p->predicates[number];
    eq_buf_printf(out, "  p%u %s ", number, number < p->n_eager ? "eager" : "lazy");
    eq_node_print(out, q->node->kind == EQ_N_ANY ? q->node->kids[0] : q->node);
    eq_buf_putc(out, '\n');
    if (q->kind == EQ_P_EXPR) {
        eq_buf_puts(out, "    ");
        eq_expr_print(out, &q->expr);
        eq_buf_putc(out, '\n');
    } else if (q->kind == EQ_P_SEARCH || q->kind == EQ_P_LINEAGE) {
        eq_buf_printf(out, "    each by clause %u\n", q->clause);
    }
}

/* The jumps of a clause: those that can be reached from its entry, which lie below it. */
static uint32_t lowest_jump(const struct eq_program *p, size_t clause)
{
    uint32_t low = 0;
    for (size_t c = 0; c < clause; c++)
        if (p->clauses[c].entry < EQ_REJECT && p->clauses[c].entry + 1 > low)
            low = p->clauses[c].entry + 1;
    return low;
}

static void print_clause(struct eq_buf *out, const struct eq_program *p, size_t number)
{
    const struct eq_clause *c = &p->clauses[number];
    eq_buf_printf(out, "clause %zu", number);
    if (c->rule != EQ_NONE)
        eq_buf_printf(out, " (stage %u)", c->stage);
    else
        eq_buf_puts(out, " (inner)");
    eq_buf_puts(out, c->n_witnesses ? " needs one of" : " may hold for any event");
    for (uint32_t w = 0; w < c->n_witnesses; w++)
        eq_buf_printf(out, " p%u", c->witnesses[w]);
    eq_buf_puts(out, ", enters at ");
    print_target(out, c->entry);
    eq_buf_putc(out, '\n');
    uint32_t low = lowest_jump(p, number);
    for (uint32_t j = c->entry; c->entry < EQ_REJECT && j + 1 > low; j--) {
        eq_buf_printf(out, "  %u: p%u ? ", j, p->jumps[j].predicate);
        print_target(out, p->jumps[j].on_true);
        eq_buf_puts(out, " : ");
        print_target(out, p->jumps[j].on_false);
        eq_buf_putc(out, '\n');
        if (j == 0)
            break;
    }
}

void eq_program_print(struct eq_buf *out, const struct eq_program *p)
{
    eq_buf_puts(out, "fields\n");
    for (uint32_t i = 0; i < eq_fields_count(p->fields); i++) {
        eq_buf_printf(out, "  f%u ", i);
        eq_buf_add(out, p->fields->items[i].path);
        eq_buf_putc(out, '\n');
    }
    eq_buf_puts(out, "predicates\n");
    for (uint32_t i = 0; i < p->n_predicates; i++)
        print_predicate(out, p, i);
    for (size_t i = 0; i < p->n_clauses; i++)
        print_clause(out, p, i);
}
