# report_page.awk - the page of a report as strings in C: awk -f report_page.awk report.html report.css report.js
#
# Byte by byte what is in the files; each becomes eq_report_EXTENSION.

function literal(text,    i, c, out) {
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        out = out (c == "\\" || c == "\"" || c == "?" ? "\\" c : c) # ? for there are no trigraphs then
    }
    return "\"" out "\\n\""
}

BEGIN { print "/* Made of report.html, report.css and report.js by report_page.awk. */\n#include \"sink/report_page.h\"" }

FNR == 1 {
    if (NR > 1) print "    ;"
    name = FILENAME
    sub(/.*\./, "", name)
    print "\nconst char eq_report_" name "[] ="
}

{ print "    " literal($0) }

END { print "    ;" }
