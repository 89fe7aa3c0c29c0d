/* replay.c — stands in for the fuzzer: runs a target over files and folders, each input as it is, cut in half, and with
 * one bit changed at places that depend on the input alone. A failure ends the program and so the test. */
#include <dirent.h>
#include <sys/stat.h>

#include "fuzz.h"

static unsigned n_inputs;

static void run(const char *path)
{
    FILE *in = fopen(path, "rb");
    if (!in) {
        fprintf(stderr, "%s: cannot open\n", path);
        exit(2);
    }
    static uint8_t bytes[1 << 20];
    size_t n = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(bytes, n);
    LLVMFuzzerTestOneInput(bytes, n / 2);
    uint32_t x = (uint32_t)n + 1;
    for (int i = 0; i < 64 && n; i++) {
        x = x * 1664525u + 1013904223u;
        size_t at = (x >> 8) % n;
        uint8_t flip = (uint8_t)(1u << (x & 7u));
        bytes[at] ^= flip;
        LLVMFuzzerTestOneInput(bytes, n);
        bytes[at] ^= flip;
    }
    n_inputs++;
}

static void run_folder(const char *path)
{
    struct dirent **names;
    int n = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char below[4096];
        snprintf(below, sizeof below, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.')
            run(below);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct stat st;
        if (!stat(argv[i], &st) && S_ISDIR(st.st_mode))
            run_folder(argv[i]);
        else
            run(argv[i]);
    }
    printf("%u passed, %d failed\n", n_inputs, n_inputs ? 0 : 1);
    return n_inputs ? 0 : 1;
}
