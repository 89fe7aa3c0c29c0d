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
