/* load.c — a path to the texts of rule files, and each text to its loader.
 *
 *      folder ─▶ all paths below it, sorted by bytes ─▶ x.toml, x.eql ─▶ rules
 *                                                   └─▶ x.test.toml   ─▶ tests of rules loaded before
 *
 * Hidden files, symbolic links to folders and all that is not a plain file are passed over, so that a folder cannot
 * send us in circles or make us wait. A file that cannot be used is reported, and the next one is tried. */
#include "rule/load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

enum { REPORTS_PER_FILE = 50, SHOWN_BYTES = 500 };

/* ── Reports ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* What a diagnostic at a byte of the file needs to see of it: a copy of the line, of a long one the part around. NULL
 * without memory. */
static const struct eq_source *keep_line(size_t *kept_from, struct eq_load *l, size_t at)
{
    struct eq_arena *arena = &l->set->sources;
    struct eq_source *source = eq_arena_alloc(arena, sizeof *source);
    struct eq_slice text = l->text;
    size_t start = at, from, to = at;

    if (!source)
        return NULL;
    while (start > 0 && text.ptr[start - 1] != '\n')
        start--;
    from = at - start > SHOWN_BYTES ? at - SHOWN_BYTES : start;
    while (from > start && ((unsigned char)text.ptr[from] & 0xC0) == 0x80)
        from--; /* not inside a character */
    while (to < text.len && to - at < SHOWN_BYTES && text.ptr[to] != '\n')
        to++;

    source->line = 1;
    for (size_t i = 0; i < start; i++)
        source->line += text.ptr[i] == '\n';
    source->column = 1 + (uint32_t)eq_utf8_count(eq_slice(text.ptr + start, from - start));
    source->text = eq_arena_copy(arena, eq_slice(text.ptr + from, to - from));
    if (!l->shown_path.ptr)
        l->shown_path = eq_arena_copy(arena, l->path);
    source->name = l->shown_path;
    *kept_from = from;
    return source->text.ptr && source->name.ptr ? source : NULL;
}

/* The token at a byte of the file: a string to its closing quote, else what stands between blanks and signs. */
static struct eq_span token_at(struct eq_slice text, size_t at)
{
    size_t end = at;
    char quote = at < text.len ? text.ptr[at] : '\0';

    if (quote == '"' || quote == '\'') {
        end++;
        while (end < text.len && text.ptr[end] != quote && text.ptr[end] != '\n')
            end++;
        end += end < text.len && text.ptr[end] == quote;
    } else {
        while (end < text.len && !memchr(" \t\r\n=,]}#", text.ptr[end], 9))
            end++;
    }
    if (end == at && end < text.len && text.ptr[end] != '\n')
        end++;
    return (struct eq_span){(uint32_t)at, (uint32_t)end};
}

/* Count a report; false when there were enough about this file. */
static bool may_report(struct eq_load *l, enum eq_code code)
{
    unsigned *count = eq_code_name(code)[0] == 'E' ? &l->errors : &l->warnings;

    if (*count > REPORTS_PER_FILE)
        return false;
    ++*count;
    return true;
}

static struct eq_diag *report(struct eq_load *l, enum eq_code code, size_t at, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));
static struct eq_diag *report(struct eq_load *l, enum eq_code code, size_t at, const char *format, va_list args)
{
    bool last = (eq_code_name(code)[0] == 'E' ? l->errors : l->warnings) > REPORTS_PER_FILE;
    struct eq_span span = token_at(l->text, at);
    const struct eq_source *source;
    char message[1024];
    size_t from = at;

    vsnprintf(message, sizeof message, format, args);
    source = keep_line(&from, l, at);
    l->diags->failed |= !source;
    span = (struct eq_span){span.start - (uint32_t)from, span.end - (uint32_t)from};
    if (source && span.end > source->text.len)
        span.end = (uint32_t)source->text.len;
    return eq_diag_add(l->diags, code, source, span, "%s%s", message,
                       last ? " (more about this file is not shown)" : "");
}

struct eq_diag *eq_load_report(struct eq_load *l, enum eq_code code, uint32_t line, uint32_t column, const char *format,
                               ...)
{
    struct eq_diag *diag;
    va_list args;

    if (!may_report(l, code))
        return NULL;
    va_start(args, format);
    diag = report(l, code, eq_toml_offset(l->text, line, column), format, args);
    va_end(args);
    return diag;
}

struct eq_diag *eq_load_report_at(struct eq_load *l, enum eq_code code, size_t at, const char *format, ...)
{
    struct eq_diag *diag;
    va_list args;

    if (!may_report(l, code))
        return NULL;
    va_start(args, format);
    diag = report(l, code, at, format, args);
    va_end(args);
    return diag;
}

/* ── One text ────────────────────────────────────────────────────────────────────────────────────────────────────── */

static bool is_eql_path(struct eq_slice path)
{
    return eq_slice_ends(path, EQ_LIT(".eql"));
}

static bool is_side_path(struct eq_slice path)
{
    return eq_slice_ends(path, EQ_LIT(".test.toml"));
}

static bool is_rule_path(struct eq_slice path)
{
    return is_eql_path(path) || (eq_slice_ends(path, EQ_LIT(".toml")) && !is_side_path(path));
}

struct eq_slice eq_path_stem(struct eq_slice path, struct eq_slice ending)
{
    size_t start = path.len;

    while (start > 0 && path.ptr[start - 1] != '/')
        start--;
    if (path.len - start > ending.len && eq_slice_ends(path, ending))
        path.len -= ending.len;
    return eq_slice(path.ptr + start, path.len - start);
}

bool eq_load_readable(struct eq_load *l)
{
    size_t bad = 0;
    struct eq_diag *diag;
    bool utf16;

    if (l->text.len > EQ_RULE_FILE_MAX) {
        eq_diag_add(l->diags, EQ_E0902, NULL, (struct eq_span){0, 0}, "%.*s: the file is larger than %u MiB",
                    (int)l->path.len, l->path.ptr, EQ_RULE_FILE_MAX >> 20);
        return false;
    }
    utf16 = l->text.len >= 2 && (!memcmp(l->text.ptr, "\xff\xfe", 2) || !memcmp(l->text.ptr, "\xfe\xff", 2));
    if (eq_slice_starts(l->text, EQ_LIT("\xef\xbb\xbf")))
        l->text = eq_slice(l->text.ptr + 3, l->text.len - 3);
    if (eq_utf8_valid(l->text, &bad))
        return true;
    diag = eq_load_report_at(l, EQ_E0114, bad, "the file is not UTF-8");
    if (utf16)
        eq_diag_help(l->diags, diag, "it looks like UTF-16: save it as UTF-8");
    return false;
}

/* False: reported for the first file that does not fit. */
static bool has_room(struct eq_load *l)
{
    if (l->set->n < EQ_RULES_MAX)
        return true;
    if (!l->set->full)
        eq_diag_add(l->diags, EQ_E0903, NULL, (struct eq_span){0, 0}, "%.*s: more than %u rules; the rest is left out",
                    (int)l->path.len, l->path.ptr, EQ_RULES_MAX);
    l->set->full = true;
    return false;
}

/* `beside`: the rule that a file of tests stands beside, or NULL; `corpus`: where the events of expectations are, or NULL. A
 * file that is refused leaves nothing in the arena. */
static enum eq_status load_text(struct eq_rule_set *set, struct eq_slice path, struct eq_slice text,
                                const struct eq_rule_options *options, struct eq_diags *diags, struct eq_rule *beside,
                                const char *corpus)
{
    struct eq_load l = {.set = set, .options = options, .diags = diags, .path = path, .text = text};
    struct eq_arena_mark mark = eq_arena_mark(&set->arena);
    enum eq_status st = EQ_OK;

    if (corpus)
        l.corpus = eq_slice_of(corpus);
    if (corpus && !eq_load_readable(&l))
        l.refused = true;
    else if (corpus)
        st = eq_load_side_file(&l, NULL);
    else if (!eq_load_readable(&l) || (!is_side_path(path) && !has_room(&l)))
        l.refused = true;
    else if (is_side_path(path))
        st = eq_load_side_file(&l, beside);
    else if (is_eql_path(path))
        st = eq_load_eql(&l);
    else
        st = eq_load_toml(&l);

    if (st == EQ_OK && diags->failed)
        st = EQ_NOMEM; /* what should have been told is not */
    set->refused += l.refused;
    if (st != EQ_OK || l.refused)
        eq_arena_rewind(&set->arena, mark);
    return st;
}

/* The rule that was loaded from x.toml or x.eql, of x.test.toml. */
static struct eq_rule *find_beside(const struct eq_rule_set *set, struct eq_slice path)
{
    size_t stem = path.len - (sizeof(".test.toml") - 1);
    for (size_t i = set->n; i-- > 0;) {
        struct eq_slice other = set->items[i]->path;
        if (is_rule_path(other) && other.len > stem && other.ptr[stem] == '.' &&
            !memchr(other.ptr + stem + 1, '.', other.len - stem - 1) && memcmp(other.ptr, path.ptr, stem) == 0)
            return set->items[i];
    }
    return NULL;
}

enum eq_status eq_rule_load_text(struct eq_rule_set *set, struct eq_slice name, struct eq_slice text,
                                 const struct eq_rule_options *options, struct eq_diags *diags)
{
    struct eq_rule *beside = is_side_path(name) ? find_beside(set, name) : NULL;
    return load_text(set, name, text.ptr ? text : EQ_LIT(""), options, diags, beside, NULL);
}

/* ── Files ───────────────────────────────────────────────────────────────────────────────────────────────────────── */

struct loader {
    struct eq_rule_set *set;
    const struct eq_rule_options *options;
    struct eq_diags *diags;
    struct eq_arena scratch; /* paths */
    struct eq_buf text;      /* of the file at hand */
    struct eq_slice *paths;  /* terminated, of rule files and files of tests */
    size_t n, cap;
    bool unread;             /* something below the path could not be read */
    const char *corpus;      /* the path is a file of expectations, about this folder; else NULL */
};

static void report_path(struct loader *l, enum eq_code code, struct eq_slice path, int error)
{
    eq_diag_add(l->diags, code, NULL, (struct eq_span){0, 0}, "%.*s: %s", (int)path.len, path.ptr, strerror(error));
}

/* All of an open file into l->text, up to one byte more than is allowed. */
static enum eq_status read_all(struct loader *l, int fd)
{
    const size_t step = 64 << 10;

    eq_buf_clear(&l->text);
    while (l->text.len <= EQ_RULE_FILE_MAX) {
        ssize_t got;
        if (!eq_buf_reserve(&l->text, step))
            return EQ_NOMEM;
        got = read(fd, l->text.ptr + l->text.len, step);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return EQ_IO;
        if (got == 0)
            return EQ_OK;
        l->text.len += (size_t)got;
    }
    return EQ_OK;
}

/* Load one file; `path` is terminated. EQ_IO: it could not be read, errno says why, nothing was reported. `any`: also
 * what is not a plain file, as a pipe that the user named. */
static enum eq_status load_file(struct loader *l, struct eq_slice path, bool any, struct eq_rule *beside)
{
    struct stat info;
    enum eq_status st;
    int fd = open(path.ptr, O_RDONLY | O_CLOEXEC | (any ? 0 : O_NONBLOCK));
    int error;

    if (fd < 0)
        return EQ_IO;
    st = EQ_IO;
    if (fstat(fd, &info) != 0)
        goto done;
    if (!any && !S_ISREG(info.st_mode)) {
        st = EQ_OK;
        goto done;
    }
    st = read_all(l, fd);
    if (st == EQ_OK)
        st = load_text(l->set, path, l->text.ptr ? eq_buf_slice(&l->text) : EQ_LIT(""), l->options, l->diags, beside,
                       l->corpus);
done:
    error = errno;
    close(fd);
    errno = error;
    return st;
}

/* A file of a folder, or beside a file: what cannot be read is reported and passed over. */
static enum eq_status try_file(struct loader *l, struct eq_slice path, struct eq_rule *beside)
{
    enum eq_status st = load_file(l, path, false, beside);

    if (st != EQ_IO)
        return st;
    report_path(l, EQ_E0802, path, errno);
    l->set->refused++;
    l->unread = true;
    return EQ_OK;
}

/* ── Folders ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* The three parts as one terminated text in the scratch arena; ptr NULL without memory. */
static struct eq_slice concat(struct loader *l, struct eq_slice a, struct eq_slice b, struct eq_slice c)
{
    size_t len = a.len + b.len + c.len;
    char *to = eq_arena_bytes(&l->scratch, len + 1);

    if (!to)
        return eq_slice(NULL, 0);
    memcpy(to, a.ptr, a.len);
    memcpy(to + a.len, b.ptr, b.len);
    memcpy(to + a.len + b.len, c.ptr, c.len);
    to[len] = '\0';
    return eq_slice(to, len);
}

static struct eq_slice join_path(struct loader *l, struct eq_slice folder, struct eq_slice name)
{
    bool slash = !eq_slice_ends(folder, EQ_LIT("/"));
    return concat(l, folder, slash ? EQ_LIT("/") : EQ_LIT(""), name);
}

static enum eq_status collect(struct loader *l, struct eq_slice folder, int depth);

/* One entry of a folder: a folder is searched, the path of a rule file or file of tests remembered. */
static enum eq_status collect_entry(struct loader *l, struct eq_slice folder, const char *name, int depth)
{
    struct eq_slice path;
    struct stat info;

    if (name[0] == '.')
        return EQ_OK;
    path = join_path(l, folder, eq_slice_of(name));
    if (!path.ptr)
        return EQ_NOMEM;
    if (lstat(path.ptr, &info) == 0 && S_ISDIR(info.st_mode))
        return collect(l, path, depth + 1);
    if (!is_rule_path(path) && !is_side_path(path))
        return EQ_OK;
    if (!eq_grow(l->set->alloc, &l->paths, &l->cap, l->n + 1, sizeof *l->paths))
        return EQ_NOMEM;
    l->paths[l->n++] = path;
    return EQ_OK;
}

/* The paths below a folder, unsorted. Recursion ends at EQ_RULE_FOLDERS_MAX. What cannot be read is reported, noted in
 * l->unread, and passed over. */
static enum eq_status collect(struct loader *l, struct eq_slice folder, int depth)
{
    const struct dirent *entry;
    enum eq_status st = EQ_OK;
    DIR *dir;

    if (depth > EQ_RULE_FOLDERS_MAX) {
        eq_diag_add(l->diags, EQ_E0901, NULL, (struct eq_span){0, 0}, "%.*s: more than %d folders within each other",
                    (int)folder.len, folder.ptr, EQ_RULE_FOLDERS_MAX);
        l->unread = true;
        return EQ_OK;
    }
    dir = opendir(folder.ptr);
    if (!dir) {
        report_path(l, EQ_E0801, folder, errno);
        l->unread = true;
        return EQ_OK;
    }
    while (st == EQ_OK && (errno = 0, entry = readdir(dir)))
        st = collect_entry(l, folder, entry->d_name, depth);
    if (st == EQ_OK && errno) {
        report_path(l, EQ_E0802, folder, errno);
        l->unread = true;
    }
    closedir(dir);
    return st;
}

static int by_bytes(const void *a, const void *b)
{
    return eq_slice_cmp(*(const struct eq_slice *)a, *(const struct eq_slice *)b);
}

/* The rule that was loaded from a path, among those from number `first`, which are sorted by path; or NULL. */
static struct eq_rule *find_path(const struct eq_rule_set *set, size_t first, struct eq_slice stem,
                                 struct eq_slice ending)
{
    size_t low = first, high = set->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct eq_rule *rule = set->items[middle];
        struct eq_slice head = {rule->path.ptr, rule->path.len < stem.len ? rule->path.len : stem.len};
        int order = eq_slice_cmp(stem, head);
        if (order == 0)
            order = eq_slice_cmp(ending, eq_slice(rule->path.ptr + head.len, rule->path.len - head.len));
        if (order == 0)
            return rule;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static enum eq_status load_folder(struct loader *l, struct eq_slice folder)
{
    size_t first = l->set->n;
    enum eq_status st = collect(l, folder, 0);

    if (st != EQ_OK || l->n == 0)
        return st;
    qsort(l->paths, l->n, sizeof *l->paths, by_bytes);
    for (size_t i = 0; i < l->n && st == EQ_OK; i++)
        if (is_rule_path(l->paths[i]))
            st = try_file(l, l->paths[i], NULL);
    for (size_t i = 0; i < l->n && st == EQ_OK; i++) {
        struct eq_slice stem = {l->paths[i].ptr, l->paths[i].len - (sizeof(".test.toml") - 1)};
        struct eq_rule *beside;
        if (!is_side_path(l->paths[i]))
            continue;
        beside = find_path(l->set, first, stem, EQ_LIT(".toml"));
        if (!beside)
            beside = find_path(l->set, first, stem, EQ_LIT(".eql"));
        st = try_file(l, l->paths[i], beside);
    }
    return st;
}

/* A file that the user named, and the tests beside it, if there are any. */
static enum eq_status load_single(struct loader *l, struct eq_slice path)
{
    struct eq_slice ending = is_eql_path(path) ? EQ_LIT(".eql") : EQ_LIT(".toml");
    struct eq_slice stem = {path.ptr, path.len - ending.len}, side;
    size_t before = l->set->n;
    enum eq_status st = load_file(l, path, true, NULL);

    if (st == EQ_IO)
        report_path(l, EQ_E0802, path, errno);
    if (st != EQ_OK || !is_rule_path(path) || l->set->n == before)
        return st;
    side = concat(l, stem, EQ_LIT(".test"), EQ_LIT(".toml"));
    if (!side.ptr)
        return EQ_NOMEM;
    return access(side.ptr, F_OK) == 0 ? try_file(l, side, l->set->items[before]) : EQ_OK;
}

/* The rule files among the paths that were collected. */
static enum eq_status list_folder(struct loader *l, struct eq_slice folder, eq_rule_path *each, void *ctx)
{
    enum eq_status st = collect(l, folder, 0);
    struct stat info;

    if (l->n)
        qsort(l->paths, l->n, sizeof *l->paths, by_bytes);
    for (size_t i = 0; i < l->n && st == EQ_OK; i++) {
        const char *path = l->paths[i].ptr;
        if (!is_rule_path(l->paths[i]) || (stat(path, &info) == 0 && !S_ISREG(info.st_mode)))
            continue;
        st = each(path, ctx) ? EQ_OK : EQ_END;
    }
    return st;
}

enum eq_status eq_rule_paths(struct eq_rule_set *set, const char *path, eq_rule_path *each, void *ctx,
                             struct eq_diags *diags)
{
    struct loader l = {.set = set, .diags = diags};
    struct stat info;
    enum eq_status st;

    eq_arena_init(&l.scratch, set->alloc);
    if (stat(path, &info) != 0) {
        report_path(&l, EQ_E0801, eq_slice_of(path), errno);
        st = EQ_IO;
    } else if (!S_ISDIR(info.st_mode)) {
        st = each(path, ctx) ? EQ_OK : EQ_END;
    } else {
        st = list_folder(&l, eq_slice_of(path), each, ctx);
    }
    if (st == EQ_OK && l.unread)
        st = EQ_IO;
    eq_free(set->alloc, l.paths);
    eq_arena_free(&l.scratch);
    return st;
}

enum eq_status eq_rule_load(struct eq_rule_set *set, const char *path, const struct eq_rule_options *options,
                            struct eq_diags *diags)
{
    struct loader l = {.set = set, .options = options, .diags = diags};
    struct eq_slice name;
    struct stat info;
    enum eq_status st;

    eq_arena_init(&l.scratch, set->alloc);
    eq_buf_init(&l.text, set->alloc);
    name = eq_arena_copy(&l.scratch, eq_slice_of(path));
    if (!name.ptr) {
        st = EQ_NOMEM;
    } else if (stat(path, &info) != 0) {
        report_path(&l, EQ_E0801, name, errno);
        st = EQ_IO;
    } else {
        st = S_ISDIR(info.st_mode) ? load_folder(&l, name) : load_single(&l, name);
    }
    if (st == EQ_OK && l.unread)
        st = EQ_IO;
    eq_free(set->alloc, l.paths);
    eq_buf_free(&l.text);
    eq_arena_free(&l.scratch);
    return st;
}

enum eq_status eq_rule_load_expected(struct eq_rule_set *set, const char *path, const char *corpus,
                                     const struct eq_rule_options *options, struct eq_diags *diags)
{
    struct loader l = {.set = set, .options = options, .diags = diags, .corpus = corpus};
    enum eq_status st;

    eq_buf_init(&l.text, set->alloc);
    st = load_file(&l, eq_slice_of(path), true, NULL);
    if (st == EQ_IO)
        report_path(&l, EQ_E0801, eq_slice_of(path), errno);
    eq_buf_free(&l.text);
    return st;
}
