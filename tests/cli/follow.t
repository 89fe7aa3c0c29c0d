# --follow waits for more, and ends when it is told to, after writing what it has

  $ wait_for() { n=0; until grep -qs "$1" "$2" || [ $n -ge 200 ]; do sleep 0.1; n=$((n + 1)); done; }
  $ echo '{"event":{"id":"first"}}' > ev.ndjson
  $ eqlite query --follow --fields event.id -e 'any where true' ev.ndjson > out.ndjson &
  > wait_for first out.ndjson
  > echo '{"event":{"id":"later"}}' >> ev.ndjson
  > wait_for later out.ndjson
  > kill -TERM $!
  > wait $!
  [143]
  $ cat out.ndjson
  {"event.id":"first"}
  {"event.id":"later"}

A file of alerts that was not finished is not left behind.

  $ mkfifo pipe
  $ echo 'any where true' > all.eql
  $ eqlite run -q -r all.eql -o alerts.ndjson pipe &
  > exec 3> pipe
  > cat ev.ndjson >&3
  > kill -TERM $!
  > wait $!
  > status=$?; exec 3>&-; (exit $status)
  [143]
  $ ls
  all.eql
  ev.ndjson
  out.ndjson
  pipe

What is held back for order is matched when nothing more comes.

  $ event() { printf '{"@timestamp":"2026-01-01T00:00:%02dZ","event":{"category":"%s","id":"%s"}}\n' "$1" "$2" "$3"; }
  $ { event 5 file b; event 1 process a; } > seq.ndjson
  $ eqlite query --follow --max-lateness 500ms --fields event.id -e 'sequence [process where true] [file where true]' seq.ndjson > seq.out &
  > wait_for '"b"' seq.out
  > event 6 process c >> seq.ndjson
  > event 7 file d >> seq.ndjson
  > wait_for '"d"' seq.out
  > kill -TERM $!
  > wait $!
  [143]
  $ cat seq.out
  {"join_keys":[],"events":[{"event.id":"a"},{"event.id":"b"}]}
  {"join_keys":[],"events":[{"event.id":"c"},{"event.id":"d"}]}
