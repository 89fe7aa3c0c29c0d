#!/bin/sh
# run.sh - the program, tested as people use it: commands and what they print.
#
#     tests/cli/run.sh PATH_TO_EQLITE [CASE.t ...]
#
# A case is a text file. A line that begins with "  $ " is a command, "  > " continues it, other lines that begin with
# two blanks are what the command prints on both streams, "  [N]" is its exit status if not 0. The rest says what is
# shown. Each case runs in an empty folder of its own, with eqlite on the PATH and the files of data/ below $data. A
# carriage return at the end of a line is shown as \r. EQLITE_BLESS=1 rewrites the expectations; git shows what changed.
set -u

[ $# -ge 1 ] || { echo "usage: $0 PATH_TO_EQLITE [CASE.t ...]" >&2; exit 2; }
case $1 in /*) program=$1 ;; *) program=$PWD/$1 ;; esac
[ -x "$program" ] || { echo "$0: $program cannot be run" >&2; exit 2; }
shift
cases=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- "$cases"/*.t

data=$cases/data
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" && ln -s "$program" "$work/bin/eqlite"
tests=$(dirname "$cases")
PATH=$work/bin:$PATH HOME=$work TERM=dumb LC_ALL=C.UTF-8
output=$work/output cr=$(printf '\r')
export PATH HOME TERM LC_ALL output cr data tests
unset NO_COLOR CLICOLOR_FORCE XDG_STATE_HOME COLUMNS

# A case as a shell script that prints the case again, with what its commands really print.
script() {
    awk '
    function say(text) {
        gsub(/\047/, "\047\\\047\047", text)
        print "printf \"%s\\n\" \047" text "\047"
    }
    function run() {
        if (command == "") return
        say(shown)
        print "{ " command "\n} > \"$output\" 2>&1 < /dev/null; status=$?"
        print "sed \"s/$cr\\$/\\\\\\\\r/; s/^/  /\" \"$output\""
        print "[ $status -eq 0 ] || echo \"  [$status]\""
        command = ""
    }
    /^  \$ / { run(); shown = $0; command = substr($0, 5); next }
    /^  > / && command != "" { shown = shown "\n" $0; command = command "\n" substr($0, 5); next }
    /^  / { next }
    { run(); say($0) }
    END { run() }
    ' "$1"
}

passed=0 failed=0
for file in "$@"; do
    rm -rf "$work/here" && mkdir "$work/here"
    script "$file" > "$work/script"
    (cd "$work/here" && sh "$work/script") > "$work/actual" 2>&1
    if cmp -s "$file" "$work/actual"; then
        passed=$((passed + 1))
    elif [ -n "${EQLITE_BLESS:-}" ]; then
        cp "$work/actual" "$file"
        echo "blessed $(basename "$file")"
        passed=$((passed + 1))
    else
        echo "FAIL $(basename "$file")"
        diff -u "$file" "$work/actual" | sed '1,2d'
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
