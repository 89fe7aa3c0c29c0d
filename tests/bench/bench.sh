#!/usr/bin/env bash
# bench.sh BUILD [FILE] [--runs N] [--save] — how fast is it, next to what? See tests/bench/bench.cc for what is measured.
#
# Without FILE, seeded events are made (EQLITE_BENCH_MB, 60). The rules are all public ones if they lie beside the project
# (or where EQLITE_SHARED says), otherwise made up. --save writes the table into docs/performance.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$1
shift
file='' runs=5 save=''
while [ $# -gt 0 ]; do
    case "$1" in
    --runs) runs=$2; shift ;;
    --save) save=1 ;;
    -*) echo "usage: ./dev bench [FILE] [--runs N] [--save]" >&2; exit 2 ;;
    *) file=$1 ;;
    esac
    shift
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
shared=${EQLITE_SHARED:-$here/../../../shared}
origin=$file

if [ -z "$file" ]; then
    file=$work/events.ndjson
    origin="made by tests/bench/make_events.py, seed 1"
    python3 "$here/make_events.py" --mb "${EQLITE_BENCH_MB:-60}" --seed 1 > "$file"
elif [ "${file%.zst}" != "$file" ]; then
    zstd -dcq "$file" > "$work/events.ndjson"
    file=$work/events.ndjson
fi

# Folders of rules: all, a hundred of them, 10,000 synthetic ones.
archive=$shared/corpora/rules/eql_rules_toml.tar.zst
mkdir "$work/all" "$work/hundred"
if [ -f "$archive" ]; then
    zstd -dcq "$archive" | tar -x -C "$work/all"
    kind="public rules"
else
    python3 "$here/make_rules.py" "$work/all" 2400
    kind="synthetic rules"
fi
find "$work/all" -name '*.toml' | LC_ALL=C sort > "$work/list"
total=$(wc -l < "$work/list")
awk 'NR % 24 == 1' "$work/list" | head -n 100 | while read -r rule; do cp "$rule" "$work/hundred/"; done
python3 "$here/make_rules.py" "$work/synthetic" 10000

query='process where process.name : "powershell.exe" and process.args : "*update*"'
contenders=(
    "reading lines=lines"
    "simdjson On-Demand, 30 fields=simdjson"
    "eqlite, 1 query=query:$query"
    "eqlite, 100 $kind=rules:$work/hundred"
    "eqlite, $total $kind=rules:$work/all"
    "eqlite, 10000 synthetic rules=rules:$work/synthetic"
)
missing=()

# Others ask the same question; they get the first events only where they are slow.
head -n 5000 "$file" > "$work/some.ndjson"
if command -v jq > /dev/null; then
    filter='select(([.event.category] | flatten | index("process")) and ((.process.name // "" | ascii_downcase) == "powershell.exe")
        and any(.process.args[]?; test("update"; "i")))'
    printf '%s\n' "$filter" > "$work/filter.jq"
    contenders+=("jq, 1 query=command:@$work/some.ndjson jq -c -f $work/filter.jq $work/some.ndjson")
else
    missing+=(jq)
fi
if python3 -c 'import eql' 2> /dev/null; then
    # Its own dialect: case is ignored anyway, arrays are searched explicitly, and the category is not looked at.
    asked='any where process.name == "powershell.exe" and arraySearch(process.args, a, a == "*update*")'
    contenders+=("python EQL, 1 query=command:@$work/some.ndjson python3 -m eql query -f $work/some.ndjson --format jsonl '$asked'")
else
    missing+=("python EQL")
fi

{
    echo "events: ${origin}; $(uname -m), $(nproc) CPUs, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
    "$build/tests/bench/bench" --runs "$runs" "$file" "${contenders[@]}" || true
    [ ${#missing[@]} -eq 0 ] || { printf '\nnot installed, so not measured:'; printf ' %s;' "${missing[@]}"; echo; }
} | tee "$work/table"

if [ -n "$save" ]; then
    page=$here/../../docs/performance.md
    [ -f "$page" ] || printf '# Performance\n\n<!-- bench -->\n<!-- /bench -->\n' > "$page"
    grep -q '^<!-- bench -->' "$page" || printf '\n## Measured\n\n<!-- bench -->\n<!-- /bench -->\n' >> "$page"
    awk -v table="$work/table" '
        /^<!-- \/bench -->/ { inside = 0 }
        !inside { print }
        /^<!-- bench -->/ { inside = 1; while ((getline line < table) > 0) print line }' "$page" > "$work/page"
    cp "$work/page" "$page"
fi
