#!/bin/sh
# terminal.sh - the shell of eqlite as a person uses it: keys typed into a real terminal, and what stands on it then.
#
#     tests/cli/terminal.sh PATH_TO_EQLITE
#
# The terminal is one of tmux, with a server of its own. Every step types keys and waits for text; nothing depends on how
# long it takes, but for the time after which it is given up. The first failure ends the test, since what follows stands
# on it. Ends with "N passed, N failed"; without tmux it is skipped.
set -u

[ $# -eq 1 ] || { echo "usage: $0 PATH_TO_EQLITE" >&2; exit 2; }
case $1 in /*) program=$1 ;; *) program=$PWD/$1 ;; esac
command -v tmux > /dev/null || { echo "skipped: there is no tmux"; exit 77; }

data=$(cd "$(dirname "$0")" && pwd)/data
work=$(mktemp -d) || exit 2
socket=$work/tmux0 terminals=0
patience=${EQLITE_TEST_PATIENCE:-120} # seconds
passed=0 failed=0
tm() { tmux -S "$socket" -f /dev/null "$@"; }
trap 'tm kill-server 2> /dev/null; rm -rf "$work"' EXIT
unset TMUX NO_COLOR CLICOLOR_FORCE COLUMNS LINES 2> /dev/null
LC_ALL=C.UTF-8
export LC_ALL

screen() { tm capture-pane -p -J -t eqlite -S -200 2> /dev/null; }

# wait_for TIMES GREP...: wait until so many lines of the screen, or more, are such that grep finds them.
wait_for() {
    times=$1
    shift
    end=$(($(date +%s) + patience))
    while [ "$(screen | grep -c "$@")" -lt "$times" ]; do
        [ "$(date +%s)" -lt "$end" ] || return 1
        sleep 0.05
    done
}
has() { wait_for "${2:-1}" -F -e "$1"; } # has TEXT [TIMES]
has_line() { wait_for 1 -x -E -e "$1"; } # has_line PATTERN: of a whole line

# check WHAT COMMAND...: one point of the test.
check() {
    what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $what; the screen:"
        screen | sed '/^$/d; s/^/  | /'
        echo "$passed passed, $failed failed"
        exit 1
    fi
}

keys() { tm send-keys -t eqlite "$@"; }
say() { # types text; a ';' at the end would be tmux's own
    case $1 in *\;) keys -l "${1%;}\\;" ;; *) keys -l "$1" ;; esac
}
enter() { say "$1" && keys Enter; } # and Enter

# start WIDTH COMMAND: a new terminal, and the shell at its prompt in it.
start() {
    tm kill-server 2> /dev/null
    terminals=$((terminals + 1)) socket=$work/tmux$terminals
    tm new-session -d -s eqlite -x "$1" -y 24 "cd '$work' && env HOME='$work' XDG_STATE_HOME='$work/state' TERM=screen $2; echo exit=\$?; cat"
    check "a prompt: $2" has "eqlite>"
}

cp "$data"/ev.ndjson "$work"
awk 'BEGIN { for (i = 0; i < 400000; i++)
    printf "{\"@timestamp\":%d,\"event\":{\"category\":\"process\"},\"process\":{\"name\":\"p%d\",\"pid\":%d}}\n", i, i % 7, i }' > "$work/many.ndjson"
printf '{"event":{"category":"process"},"process":{"name":"\\u001b]0;owned\\u0007\\u202eexe.cmd"},"host":{"name":"a-host-with-a-long-name"}}\n' > "$work/hostile.ndjson"

# ── Typing, completion, history ──

start 100 "$program repl ev.ndjson"
say "pro"; keys Tab
check "Tab completes a category" has "eqlite> process"
say "wh"; keys Tab
check "Tab completes a word" has "eqlite> process where"
say "process.na"; keys Tab
check "Tab completes a field" has "where process.name"
say "== "; keys Tab Tab
check "Tab offers the data's values" has '"cmd.exe"'
check "Tab offers all of them" has '"curl"'
say 'm'; keys Tab
check "Tab completes a value" has '== "cmd.exe"'
enter ";"
check "the result is a table" has "1 found"
check "with its event" has "cmd.exe" 3

enter "process where process.name in ("
check "an open statement goes on" has "...>"
enter '"cmd.exe");'
check "and ends" has "1 found" 2
enter ".why 1"
check "why it matched" has 'process.name is "cmd.exe"'
enter ".plan"
check "the plan" has '(== event.category "process")'
keys Up Up Up
check "history holds whole statements" has 'in ( "cmd.exe");'
keys C-c
check "Ctrl-C forgets the line" has "eqlite> " 6
enter ".save --rule found.toml"
check "a rule is saved" has "saved;"
enter ".quit"
check "it leaves" has "exit=0"
check "history is kept" grep -q -F '.why' "$work/state/eqlite/history"

# ── History of the last session; Ctrl-C while a query runs; Ctrl-D ──

start 100 "$program repl many.ndjson"
keys Up Up
check "history of the last session" has "eqlite> .save --rule"
keys C-u
enter "process where process.name == \"p3\" | head 1;"
check "an answer" has "1 found"
enter "any where true;"
check "rows flow" has "p6" 5
keys C-c
check "Ctrl-C ends the query, not the shell" has "cancelled"
enter "any where process.pid == 77;"
check "the shell goes on" has "1 found" 1
keys C-d
check "Ctrl-D leaves" has "exit=0"

# ── What only a person can ask for ──

cat > "$work/pager.sh" << 'END'
echo "pager begins"; cat; echo "pager ends"
END
cat > "$work/editor.sh" << 'END'
sed -i 's/cmd/cu*/; s/ == / : /; s/cu\*.exe/cu*/' "$1"
END
start 100 "env PAGER='sh pager.sh' EDITOR='sh editor.sh' $program repl ev.ndjson"
enter '.mode csv'
enter '.cols process.name,event.id'
enter 'process where process.name == "cmd.exe";'
check "the chosen columns" has "cmd.exe,1"
enter '.edit'
check "an edited query runs" has "0 found"
enter '.plan'
check "as it was left" has '"cu*"'
enter '.pager on'
enter 'any where process.name == "curl";'
check "the pager shows results" has "curl,3"
check "and ends" has "pager ends"
enter '.pager off'
enter '.timer off'
enter 'any where true;'
check "no time is told" has_line '3 found'
enter '!echo one two | tr a-z A-Z'
check "a command of the system" has "ONE TWO"
enter '!exit 3'
check "and what it answered" has "exit status 3"
enter '.history 3'
check "statements typed before" has_line ' +[0-9]+  !exit 3'
printf '!touch %s\n.edit\n.pager on\n' "$work/touched" > "$work/script"
enter ".read script"
check "a file runs no commands" has "only where statements are typed" 2
check "none at all" test ! -e "$work/touched"
say 'any where process.pa'; keys Tab
check "Tab completes names of the schema that the events lack" has "where process.parent."
keys C-u
say 'any where event.kind == "al'; keys Tab
check "and values that it allows" has '== "alert"'
keys C-u
enter 'sequence with maxspan=1h [process where true] [dns where true];'
enter '.partial'
check "how far a sequence came" has "1 of 2"
enter ".quit"
check "it leaves" has "exit=0"

start 100 "env TMPDIR=/proc/nowhere EDITOR=true $program repl ev.ndjson"
enter ".edit"
check "no place for the query to be edited" has "cannot write /proc/nowhere"
enter "any where true;"
check "and the shell goes on" has "3 found"
enter ".quit"
check "it leaves" has "exit=0"

# ── A narrow terminal, another size, hostile values, no home ──

start 20 "$program repl hostile.ndjson"
enter "any where true;"
check "a table in 20 columns" has "1 found"
check "whose rows stay on their lines" sh -c "tmux -S '$socket' capture-pane -p -t eqlite | grep -q -F '@t…  ev…  hos…  pro…'"
enter ".partial"
check "an error in 20 columns" has "no sequence"
tm resize-window -t eqlite -x 90 -y 30
enter ".mode csv"
enter "any where true;"
check "values cannot write on the terminal" has '\u{1b}]0;owned\u{07}\u{202e}exe.cmd'
enter ".quit"
check "it leaves" has "exit=0"

start 80 "env -u HOME -u XDG_STATE_HOME $program repl ev.ndjson"
enter "any where true;"
check "without a home it answers" has "3 found"
enter ".quit"
check "and leaves" has "exit=0"

start 80 "env XDG_STATE_HOME=/dev/null $program repl ev.ndjson"
enter ".quit"
check "without a place for history it leaves" has "exit=0"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
