#!/usr/bin/env bash
# bench.sh BUILD [FILE] [--runs N] [--save] — how fast is it, next to what? See tests/bench/bench.cc for what is measured.
#
# Without FILE, seeded events are made (EQLITE_BENCH_MB, 500). The rules are all public ones if they lie beside the project
# (or where EQLITE_SHARED says), otherwise made up. --save writes the tables into docs/performance.md and the plot of how
# cost grows into docs/growth.svg.
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
    python3 "$here/make_events.py" --mb "${EQLITE_BENCH_MB:-500}" --seed 1 > "$file"
elif [ "${file%.zst}" != "$file" ]; then
    zstd -dcq "$file" > "$work/events.ndjson"
    file=$work/events.ndjson
fi

# Folders of rules: all, a hundred of them, those that are sequences, 10,000 synthetic ones, and parts of those.
archive=$shared/corpora/rules/eql_rules_toml.tar.zst
mkdir "$work/all" "$work/hundred" "$work/sequences"
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
grep -lE "^(query = ['\"]*)?sequence " -r "$work/all" | while read -r rule; do cp "$rule" "$work/sequences/"; done
sequences=$(find "$work/sequences" -name '*.toml' | wc -l)
python3 "$here/make_rules.py" "$work/synthetic" 10000
part()
{
    mkdir -p "$work/part-$1"
    find "$work/synthetic" -name '*.toml' | LC_ALL=C sort | sed -n "1,$1p" | xargs cp -t "$work/part-$1"
}
for n in 1 10 100 1000; do part "$n"; done
python3 "$here/make_events.py" --mb "$((${EQLITE_BENCH_MB:-500} / 2))" --seed 2 --unique > "$work/unique.ndjson"
for n in 1000 10000 100000; do python3 "$here/make_keys.py" "$n" 200000 > "$work/keys-$n.ndjson"; done

"$build/eqlite" compile -q -r "$work/all" -o "$work/all.pack" 2> /dev/null || true # rules left out are left out of both

query='process where process.name : "powershell.exe" and process.args : "*update*"'
contenders=(
    "reading lines=lines"
    "simdjson On-Demand, 30 fields=simdjson"
    "eqlite, 1 query=query:$query"
    "eqlite, 100 $kind=rules:$work/hundred"
    "eqlite, $total $kind=rules:$work/all"
    "eqlite, the same from a pack=rules:$work/all.pack"
    "eqlite, $sequences sequence rules=rules:$work/sequences"
    "eqlite, 10000 synthetic rules=rules:$work/synthetic"
    "simdjson On-Demand, no value repeats=simdjson:@$work/unique.ndjson"
    "eqlite, $total rules, no value repeats=rules:@$work/unique.ndjson $work/all"
)
threads=1
while [ "$threads" -le "$(nproc)" ] && [ "$threads" -le 8 ]; do
    contenders+=("$threads threads=$threads threads:$work/all")
    [ "$threads" -eq 1 ] || contenders+=("$threads runs at a time, a thread each=$threads runs:$work/all")
    threads=$((threads * 2))
done
[ "$(nproc)" -gt 1 ] || contenders+=("2 threads=2 threads:$work/all")
waiting=$(python3 "$here/make_keys.py" --query)
growth=()
for n in 1 10 100 1000; do growth+=("$n made-up rules=rules:$work/part-$n"); done
growth+=("10000 made-up rules=rules:$work/synthetic" "100 public rules=rules:$work/hundred" "$total public rules=rules:$work/all")
for n in 1000 10000 100000; do growth+=("$n waiting sequences=query:@$work/keys-$n.ndjson $waiting"); done
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
    echo "$(date -u +%F), commit $(git -C "$here" describe --always --dirty 2> /dev/null || echo unknown)"
    "$build/tests/bench/bench" --runs "$runs" --tsv "$work/table.tsv" "$file" "${contenders[@]}" || true
    [ ${#missing[@]} -eq 0 ] || { printf '\nnot installed, so not measured:'; printf ' %s;' "${missing[@]}"; echo; }
    printf '\nHow cost grows:\n\n'
    "$build/tests/bench/bench" --runs 3 --tsv "$work/growth.tsv" "$work/some.ndjson" "${growth[@]}" || true
} | tee "$work/table"
grep ' threads' "$work/table.tsv" >> "$work/growth.tsv" || true

if [ -n "$save" ]; then
    page=$here/../../docs/performance.md
    [ -f "$page" ] || printf '# Performance\n\n<!-- bench -->\n<!-- /bench -->\n' > "$page"
    grep -q '^<!-- bench -->' "$page" || printf '\n## Measured\n\n<!-- bench -->\n<!-- /bench -->\n' >> "$page"
    awk -v table="$work/table" '
        /^<!-- \/bench -->/ { inside = 0 }
        !inside { print }
        /^<!-- bench -->/ { inside = 1; while ((getline line < table) > 0) print line }' "$page" > "$work/page"
    cp "$work/page" "$page"
    python3 "$here/plot.py" "$work/growth.tsv" > "$here/../../docs/growth.svg"
fi
