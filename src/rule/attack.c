/* attack.c — a generated, sorted table and a binary search in it. */
#include "rule/attack.h"

#include "base/suggest.h"

struct row {
    const char *id, *text, *tactics;
};

static const struct row tactics[] = {
#define TACTIC(id, name) {id, name, NULL},
#include "rule/attack.def"
};

static const struct row techniques[] = {
#define TECHNIQUE(id, name, tactics) {id, name, tactics},
#include "rule/attack.def"
};

static const struct row gone[] = {
#define GONE(id, instead) {id, instead, NULL},
#include "rule/attack.def"
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct row *find(const struct row *rows, size_t n, struct eq_slice id)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = eq_slice_cmp(id, eq_slice_of(rows[middle].id));
        if (order == 0)
            return &rows[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *eq_attack_tactic(struct eq_slice id)
{
    const struct row *row = find(tactics, COUNT(tactics), id);
    return row ? row->text : NULL;
}

const char *eq_attack_technique(struct eq_slice id)
{
    const struct row *row = find(techniques, COUNT(techniques), id);
    return row ? row->text : NULL;
}

const char *eq_attack_tactics_of(struct eq_slice technique)
{
    const struct row *row = find(techniques, COUNT(techniques), technique);
    return row ? row->tactics : "";
}

const char *eq_attack_gone(struct eq_slice technique)
{
    const struct row *row = find(gone, COUNT(gone), technique);
    return row ? row->text : NULL;
}

const char *eq_attack_tactic_id(struct eq_slice name)
{
    for (size_t i = 0; i < COUNT(tactics); i++)
        if (eq_slice_eq(name, eq_slice_of(tactics[i].text)))
            return tactics[i].id;
    return NULL;
}

/* "Defense Evasion" is defense_evasion_ in front of a file's name. */
static bool is_named_after(struct eq_slice stem, const char *name)
{
    size_t len = strlen(name);
    if (stem.len <= len || stem.ptr[len] != '_')
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = name[i] == ' ' ? '_' : name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] - 'A' + 'a') : name[i];
        if (stem.ptr[i] != c)
            return false;
    }
    return true;
}

const char *eq_attack_tactic_of_file(struct eq_slice stem)
{
    for (size_t i = 0; i < COUNT(tactics); i++)
        if (is_named_after(stem, tactics[i].text))
            return tactics[i].id;
    return NULL;
}

const char *eq_attack_nearest(struct eq_slice name)
{
    struct eq_suggest nearest;

    eq_suggest_start(&nearest, name);
    for (size_t i = 0; i < COUNT(tactics); i++)
        eq_suggest_try(&nearest, eq_slice_of(tactics[i].text));
    return eq_suggest_found(&nearest) ? nearest.best.ptr : NULL;
}

const char *eq_attack_version(void)
{
    static const char version[] =
#define VERSION(text) text
#include "rule/attack.def"
        ;
    return version;
}

/* Tactics in the order in which an attack goes through them, as the matrix of ATT&CK has them. */
static void print_tactics(struct eq_buf *out)
{
    static const char *const order[] = {"TA0043", "TA0042", "TA0001", "TA0002", "TA0003", "TA0004", "TA0005",
                                        "TA0006", "TA0007", "TA0008", "TA0009", "TA0011", "TA0010", "TA0040"};
    bool any = false;
    for (size_t i = 0; i < COUNT(order); i++) {
        const char *name = eq_attack_tactic(eq_slice_of(order[i]));
        if (!name)
            continue;
        eq_buf_printf(out, "%s[\"%s\",", any ? "," : "", order[i]);
        eq_buf_json(out, eq_slice_of(name));
        eq_buf_putc(out, ']');
        any = true;
    }
}

static void print_words(struct eq_buf *out, const char *words)
{
    for (bool any = false; *words; any = true) {
        size_t len = strcspn(words, " ");
        eq_buf_puts(out, any ? "," : "");
        eq_buf_json(out, eq_slice(words, len));
        words += len + (words[len] == ' ');
    }
}

void eq_attack_json(struct eq_buf *out)
{
    eq_buf_printf(out, "{\"version\":\"%s\",\"tactics\":[", eq_attack_version());
    print_tactics(out);
    eq_buf_puts(out, "],\"techniques\":[");
    for (size_t i = 0; i < COUNT(techniques); i++) {
        eq_buf_printf(out, "%s[\"%s\",", i ? "," : "", techniques[i].id);
        eq_buf_json(out, eq_slice_of(techniques[i].text));
        eq_buf_puts(out, ",[");
        print_words(out, techniques[i].tactics);
        eq_buf_puts(out, "]]");
    }
    eq_buf_puts(out, "]}");
}
