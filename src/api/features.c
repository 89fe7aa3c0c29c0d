/* features.c — what this library stands on: the versions in use at run time, and what depends on the machine. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <archive.h>
#include <pcre2.h>
#include <utf8proc.h>
#include <xxhash.h>

#include "api/handles.h"
#include "event/json_index.h"
#include "rule/toml_shim.h"

/* "10.42 2022-12-11, JIT for x86 64bit (little endian + unaligned)" */
static void print_pcre2(struct eq_buf *out)
{
    char text[64] = "unknown"; /* PCRE2 needs at most 48 for the name of a target, 24 for a version */
    uint32_t jit = 0;
    pcre2_config(PCRE2_CONFIG_VERSION, text);
    eq_buf_printf(out, "pcre2: %s", text);
    pcre2_config(PCRE2_CONFIG_JIT, &jit);
    if (jit && pcre2_config(PCRE2_CONFIG_JITTARGET, text) >= 0)
        eq_buf_printf(out, ", JIT for %s\n", text);
    else
        eq_buf_puts(out, ", no JIT\n");
}

eqlite_status eqlite_features(eqlite_write *write, void *ctx)
{
    unsigned xxhash = XXH_versionNumber();
    struct eq_buf out;
    eq_buf_init(&out, &eq_alloc_default);
    print_pcre2(&out);
    eq_buf_printf(&out, "simdjson: %s, for %s\n", eq_json_version(), eq_json_processor());
    /* "libarchive 3.6.2 zlib/1.2.13 liblzma/5.4.1": with what it unpacks */
    const char *archive = strchr(archive_version_details(), ' ');
    eq_buf_printf(&out, "libarchive: %s\n", archive ? archive + 1 : "unknown");
    eq_buf_printf(&out, "toml++: %s\n", eq_toml_version());
    eq_buf_printf(&out, "utf8proc: %s\n", utf8proc_version());
    eq_buf_printf(&out, "xxhash: %u.%u.%u\n", xxhash / 10000, xxhash / 100 % 100, xxhash % 100);
    eqlite_status st = eq_api_write(&out, write, ctx);
    eq_buf_free(&out);
    return st;
}
