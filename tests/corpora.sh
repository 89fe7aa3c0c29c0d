#!/usr/bin/env bash
# corpora.sh PROGRAM [small] — the reference suites and public rules, if they lie beside the project (or where EQLITE_SHARED
# says); otherwise says that it skipped, with exit status 77.
#
# corpora.expected is a ledger: per suite how many cases must pass. More is welcome (write the new number down), fewer is
# a failure. "small" leaves the largest set out. EQLITE_BLESS=1 writes what came out. Ends with "N passed, N failed".
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$1 size=${2:-}
shared=${EQLITE_SHARED:-$here/../../shared}
ledger=$here/corpora.expected

if [ ! -d "$shared/conformance" ] || [ ! -d "$shared/corpora" ]; then
    echo "skipped: no reference suites beside the project"
    exit 77
fi
shared=$(cd "$shared" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Rows "SUITE PASSED TOTAL".
conformance()
{
    python3 "$shared/conformance/run.py" --eqlite "$program" > "$work/conformance.log"
    awk 'NF == 2 && $2 ~ /^[0-9]+\/[0-9]+$/ { split($2, n, "/"); print $1, n[1], n[2] }' "$work/conformance.log"
}

# corpus NAME ARGUMENTS...: one of the rule corpora.
corpus()
{
    local name=$1
    shift
    python3 "$shared/corpora/run_rules.py" --engine "$program" --show 5 "$@" > "$work/$name.log" 2>&1
    sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$work/$name.log" | tail -n 1 |
        while read -r good bad; do echo "$name $good $((good + bad))"; done
}

# Every public rule must compile.
rules()
{
    mkdir "$work/rules"
    zstd -dcq "$shared/corpora/rules/eql_rules_toml.tar.zst" | tar -x -C "$work/rules"
    local total refused
    total=$(find "$work/rules" -name '*.toml' | wc -l)
    "$program" check "$work/rules" > "$work/rules.log" 2>&1
    refused=$(grep -ho 'error\[E[0-9]*\]' "$work/rules.log" | wc -l)
    [ -s "$work/rules.log" ] && echo "rules-compile $((total > refused ? total - refused : 0)) $total"
}

# Public rules have been read by many people: what is found in them should be little, and worth it. A row for each kind of
# finding, of fields, metadata and queries, counts the rules that have none.
findings()
{
    local total with
    total=$(find "$work/rules" -name '*.toml' | wc -l)
    with=$(sed -n 's/^\([^ ].*\.toml\):[0-9]*:[0-9]*: warning\[W02[0-9]*\].*/\1/p' "$work/rules.log" | sort -u | wc -l)
    echo "rules-fields $((total - with)) $total"
    with=$(sed -n 's/^\([^ ].*\.toml\):[0-9]*:[0-9]*: warning\[W07[0-9]*\].*/\1/p' "$work/rules.log" | sort -u | wc -l)
    echo "rules-metadata $((total - with)) $total"
    with=$(sed -n 's/^\([^ ].*\.toml\):[0-9]*:[0-9]*: warning\[W0[45][0-9]*\].*/\1/p' "$work/rules.log" | sort -u | wc -l)
    echo "rules-queries $((total - with)) $total"
}

# Every public rule, formatted: another time nothing changes, and its plan is the same.
formatted()
{
    cp -r "$work/rules" "$work/before"
    (cd "$work/rules" && "$program" fmt -q -w . 2> "$work/format.log"; "$program" fmt -q --check . > "$work/unstable")
    for folder in before rules; do
        (cd "$work/$folder" && "$program" explain --stage plan . 2> /dev/null) > "$work/$folder.plans"
    done
    awk -v unstable="$(wc -l < "$work/unstable")" '
        FNR == 1 { file++ }
        /^# / { rule = $0; total += file == 1 }
        { plan[file, rule] = plan[file, rule] "\n" $0; if (file == 1) rules[rule] }
        END {
            for (rule in rules) same += plan[1, rule] == plan[2, rule]
            print "rules-format", same - unstable, total
        }' "$work/before.plans" "$work/rules.plans"
}

{
    conformance
    rules
    findings
    formatted
    corpus exchange --set "$shared/corpora/exchange"
    corpus synth-dev --set "$shared/corpora/synth/dev"
    corpus real-small --expected "$shared/corpora/events/small.expected.dev.jsonl" \
        --events "$shared/corpora/events/small.ndjson.zst"
    [ "$size" = small ] || corpus real-medium --expected "$shared/corpora/events/medium.expected.dev.jsonl" \
        --events "$shared/corpora/events/medium.ndjson.zst"
} > "$work/results"

if [ "${EQLITE_BLESS:-}" = 1 ]; then
    { sed -n '/^#/p' "$ledger"; cat "$work/results"; } > "$work/ledger" && cp "$work/ledger" "$ledger"
fi

# Compare with the ledger: a suite is one test for each case that must pass.
awk -v size="$size" '
    FNR == 1 { file++ }
    /^#/ || NF != 3 { next }
    file == 1 { if (size != "small" || $1 != "real-medium") { must[$1] = $2; order[++n] = $1 }; next }
    { got[$1] = $2; total[$1] = $3 }
    END {
        for (i = 1; i <= n; i++) {
            s = order[i]; lost = must[s] - got[s]
            note = lost > 0 ? "FAILED: " lost " cases lost" : lost < 0 ? "more than before: write it down" : ""
            printf "%-20s %5d of %5d, expected %5d  %s\n", s, got[s], total[s], must[s], note
            passed += lost > 0 ? got[s] : must[s] < got[s] ? got[s] : must[s]
            failed += lost > 0 ? lost : 0
            delete got[s]
        }
        for (s in got) { printf "%-20s %5d of %5d, not in the ledger\n", s, got[s], total[s]; passed += got[s] }
        printf "%d passed, %d failed\n", passed, failed
        exit failed > 0 || n == 0
    }' "$ledger" "$work/results"
status=$?
[ "$status" -eq 0 ] || { grep -h -m 20 '^FAIL' "$work"/*.log; tail -n 20 "$work"/synth-dev.log; } 2> /dev/null
exit "$status"
