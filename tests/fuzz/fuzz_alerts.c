/* fuzz_alerts.c — any bytes as alert documents, a line each, put into a page. Promised: its blocks of data are JSON,
 * and hold nothing that a browser could take for the end of them. */
#include "fuzz.h"
#include "sink/json_check.h"
#include "sink/sink_priv.h"

static bool keep(const char *ptr, size_t len, void *ctx)
{
    eq_buf_add(ctx, eq_slice(ptr, len));
    return true;
}

/* Behind the last place of `text` in the page. */
static const char *behind(struct eq_slice page, const char *text)
{
    size_t n = strlen(text), i = page.len - n;
    while (i > 0 && memcmp(page.ptr + i, text, n) != 0)
        i--;
    PROMISE(i > 0);
    return page.ptr + i + n;
}

static void check_block(struct eq_slice page, const char *begin)
{
    const char *start = behind(page, begin), *end = memchr(start, '<', (size_t)(page.ptr + page.len - start));
    PROMISE(end && memcmp(end, "</script>", 9) == 0 && eq_json_check(eq_slice(start, (size_t)(end - start))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eq_buf page;
    struct eq_sink *s = NULL;
    struct eq_sink_options o = {.form = EQ_SINK_HTML, .write = keep, .ctx = &page};
    struct eq_slice rest = eq_slice((const char *)data, size);
    eq_buf_init(&page, &eq_alloc_default);
    PROMISE(eq_sink_new(&s, &o, &eq_alloc_default) == EQ_OK);
    while (rest.len) { /* a document a line */
        const char *line_end = memchr(rest.ptr, '\n', rest.len);
        size_t n = line_end ? (size_t)(line_end - rest.ptr) : rest.len;
        char *document = fuzz_copy(rest.ptr, n);
        eq_sink_put_document(s, eq_slice(document, n));
        free(document);
        n += line_end != NULL;
        rest = eq_slice(rest.ptr + n, rest.len - n);
    }
    PROMISE(eq_sink_end(s) == EQ_OK);
    check_block(eq_buf_slice(&page), "id=\"alerts\">");
    check_block(eq_buf_slice(&page), "id=\"facts\">");
    eq_sink_free(s);
    eq_buf_free(&page);
    return 0;
}
