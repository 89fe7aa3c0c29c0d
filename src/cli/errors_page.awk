# errors_page.awk - docs/errors.md as a table in C, for `eqlite explain CODE`: awk -f errors_page.awk docs/errors.md
#
#     ## E0101 syntax error     begins a row; the text up to the next heading follows, without fences and links,
#     ```console … ```          examples are indented in their place
#     <!-- sh … -->             what their tests need is left out

function literal(text,    i, c, out) {
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        out = out (c == "\\" || c == "\"" || c == "?" ? "\\" c : c)
    }
    return "\"" out "\\n\""
}

# [words](target) is its words.
function without_links(text,    words) {
    while (match(text, /\[[^]]*\]\([^)]*\)/)) {
        words = substr(text, RSTART + 1, RLENGTH - 1)
        sub(/\].*/, "", words)
        text = substr(text, 1, RSTART - 1) words substr(text, RSTART + RLENGTH)
    }
    return text
}

function end_row() {
    if (inside) print "    },"
    inside = 0
}

BEGIN {
    print "/* Made of docs/errors.md by errors_page.awk. */"
    print "#include \"cli/errors_page.h\"\n"
    print "const struct cli_page cli_pages[] = {"
}

/^<!-- / && !example { hidden = 1 }
hidden { if (/-->$/) hidden = 0; next }
/^```/ { example = !example; next }
!example && /^#/ {
    end_row()
    if ($2 ~ /^[EW][0-9][0-9][0-9][0-9]$/) {
        inside = 1
        blank = 0
        first = 1
        print "    {\"" $2 "\","
    }
    next
}
!inside { next }
$0 == "" { blank = 1; next } # printed once something follows
{
    if (blank && !first) print "     \"\\n\""
    blank = first = 0
    print "     " literal(example ? "    " $0 : without_links($0))
}

END {
    end_row()
    print "    {0, 0},\n};"
}
