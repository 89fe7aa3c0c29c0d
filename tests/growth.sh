#!/usr/bin/env bash
# growth.sh PROGRAM — does the work grow as it should? Counted in instructions by valgrind, so nothing depends on how
# fast or busy the machine is. Without valgrind it says that it skipped, with exit status 77.
#
#   rules     ten times as many rules: at most 1.25 times the work for each
#   list      ten times as many elements of a list: at most 1.25 times the work for each
#   look-up   an event against the long list: at most 1.25 times what it costs against the short one
#   pack      rules from a pack: at most 0.4 of the work that their files make
#
# Ends with "N passed, N failed".
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$1
command -v valgrind > /dev/null || { echo "skipped: no valgrind"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# Instructions of the program with these arguments.
count()
{
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" 2>&1 > /dev/null | sed -n 's/.*Collected : //p'
}

# at_most NAME A B LIMIT: is A / B at most so many hundredths?
at_most()
{
    local ratio=$(($2 * 100 / ($3 > 0 ? $3 : 1)))
    if [ "$2" -gt 0 ] && [ "$3" -gt 0 ] && [ $ratio -le "$4" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED: '
    fi
    printf '%s: %d.%02d, at most %d.%02d\n' "$1" $((ratio / 100)) $((ratio % 100)) $(($4 / 100)) $(($4 % 100))
}

# list N: a rule with so many elements.
list()
{
    { printf 'any where hash : ("x"'; seq 1 "$1" | sed 's/.*/, "&z"/'; printf ')\n'; } > "$work/list$1.eql"
}

: > "$work/none.ndjson"
seq 1 1000 | sed 's/.*/{"event":{"category":"a"},"hash":"&y"}/' > "$work/events.ndjson"
python3 "$here/bench/make_rules.py" "$work/rules200" 200
python3 "$here/bench/make_rules.py" "$work/rules2000" 2000
list 4000
list 40000
"$program" compile -q -r "$work/rules2000" -o "$work/rules.eqlpack" > /dev/null 2>&1

start=$(count query -e 'any where true' "$work/none.ndjson")
few=$(count run -q -r "$work/rules200" "$work/none.ndjson")
many=$(count run -q -r "$work/rules2000" "$work/none.ndjson")
pack=$(count run -q -r "$work/rules.eqlpack" "$work/none.ndjson")
short=$(count run -q -r "$work/list4000.eql" "$work/none.ndjson")
long=$(count run -q -r "$work/list40000.eql" "$work/none.ndjson")
# The tables are made with the first event, so what events cost is the difference between many and one of them.
head -n 1 "$work/events.ndjson" > "$work/one.ndjson"
short_look=$(($(count run -q -r "$work/list4000.eql" "$work/events.ndjson") - $(count run -q -r "$work/list4000.eql" "$work/one.ndjson")))
long_look=$(($(count run -q -r "$work/list40000.eql" "$work/events.ndjson") - $(count run -q -r "$work/list40000.eql" "$work/one.ndjson")))

at_most "a rule among 2,000, to one among 200" $(((many - start) / 10)) $((few - start)) 125
at_most "an element of 40,000, to one of 4,000" $(((long - start) / 10)) $((short - start)) 125
at_most "an event and a list of 40,000, to one of 4,000" $long_look $short_look 125
at_most "2,000 rules from a pack, to those from files" $((pack - start)) $((many - start)) 40
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
