#!/usr/bin/env bash
# instructions.sh PROGRAM — how many instructions an event costs, as callgrind counts them: a guard against drift that does
# not depend on how busy the machine is.
#
#      (instructions of a run over N events − of a run over none) / N
#
# for three fixed loads: one query, 300 made-up rules, and 100 made-up sequences. The counts must be within 2 % of
# instructions.expected; EQLITE_BLESS=1 writes them down (after a gain do, so that it is not lost again). They hold for the
# compiler and libraries of Debian 12 on x86-64 with AVX2; elsewhere, or without valgrind, it says so and exits with 77.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$1
expected=$here/instructions.expected
events=3000

skip()
{
    echo "skipped: $1"
    exit 77
}
command -v valgrind > /dev/null || skip "valgrind is not installed"
grep -qw avx2 /proc/cpuinfo 2> /dev/null || skip "the counts are those of a processor with AVX2"
# shellcheck source=/dev/null
. /etc/os-release 2> /dev/null || skip "not Debian 12"
[ "$ID $VERSION_ID" = "debian 12" ] || skip "not Debian 12"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$here/make_events.py" --mb 10 --seed 7 | sed -n "1,${events}p" > "$work/events.ndjson"
python3 "$here/make_rules.py" "$work/rules" 300
: > "$work/none.ndjson"
mkdir "$work/sequences"
for i in $(seq 100); do
    echo "sequence by host.id with maxspan=5m [process where process.name : \"*${i}.exe\" or process.pid == ${i}]" \
        "[any where event.code == \"$((i % 13))\" and user.name : \"user0${i}*\"]" > "$work/sequences/$i.eql"
done

# count FILE ARGUMENTS...: the instructions of one run.
count()
{
    local file=$1
    shift
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" --threads 1 -q "$file" 2>&1 > "$work/out" |
        sed -n 's/.*Collected : \([0-9]*\)$/\1/p'
}

measure()
{
    local name=$1 with without
    shift
    with=$(count "$work/events.ndjson" "$@")
    without=$(count "$work/none.ndjson" "$@")
    echo "$name $(((with - without) / events))"
}

{
    measure one-query query -e 'process where process.name : "powershell.exe" and process.args : "*update*"'
    measure made-up-rules run --alerts compact -r "$work/rules"
    measure sequences run --alerts compact -r "$work/sequences"
} > "$work/measured"

if [ "${EQLITE_BLESS:-}" = 1 ]; then
    { sed -n '/^#/p' "$expected" 2> /dev/null || true; cat "$work/measured"; } > "$work/new"
    cp "$work/new" "$expected"
fi
awk '
    /^#/ { next }
    NR == FNR { must[$1] = $2; next }
    {
        change = must[$1] ? 100 * ($2 - must[$1]) / must[$1] : 100
        far = change > 2 || change < -2
        printf "%-16s %8d instructions an event, expected %8d (%+.1f %%)%s\n", $1, $2, must[$1], change, far ? "  FAILED" : ""
        failed += far
        passed += !far
    }
    END { printf "%d passed, %d failed\n", passed, failed; exit failed > 0 || passed == 0 }' "$expected" "$work/measured"
