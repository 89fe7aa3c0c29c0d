# When the world fails: what is missing is said, and the exit status says it too

A rule file below a folder that cannot be read is trouble, although the other rules run.

  $ mkdir -p rules/inner
  $ printf 'any where true' > rules/all.eql
  $ ln -s nowhere rules/inner/gone.eql
  $ echo '{"a":1}' > one.ndjson
  $ eqlite run -q --alerts compact --fields a -r rules one.ndjson
  error[E0802]: rules/inner/gone.eql: No such file or directory
  {"rule":{"id":"all","name":"all","severity":"medium","risk_score":47},"reason":"event created medium alert all.","source":{"path":"one.ndjson","line":1,"offset":0},"events":[{"a":1}]}
  [2]
  $ eqlite check rules
  error[E0802]: rules/inner/gone.eql: No such file or directory
  eqlite: 2 checked, 1 error, 0 warnings
  [2]

A signal ends the wait for input that does not come.

  $ mkfifo slow
  $ sleep 10 > slow & writer=$!
  > eqlite query -e 'any where true' slow & sleep 0.5; kill -TERM $!; wait $!; echo $?; kill $writer; wait $writer 2> /dev/null; true
  143

When the terminal is gone, no half output file stays behind.

  $ yes '{"a":1}' > slow & writer=$!
  > eqlite run -q -r rules/all.eql -o out.ndjson slow & sleep 0.5; kill -HUP $!; wait $!; echo $?; kill $writer 2> /dev/null; wait $writer 2> /dev/null; ls
  129
  one.ndjson
  rules
  slow

A regular expression that is too much work for a text is taken as not matching, and that is said.

  $ awk 'BEGIN { printf "{\"a\":\""; for (i = 0; i < 10000; i++) printf "a"; print "\"}" }' > long.ndjson
  $ eqlite query -c -e 'any where a regex "(.*a){25}"' long.ndjson
  0
  eqlite: warning: too much work for a regular expression, 1 time: taken as not matching

Damaged gzip is told, and what is in front of the damage is read: cut, with a wrong check sum, followed by something
else. Zeros after it fill a tape. (What is told is printed last: through a pipe either may come first.)

  $ found() { eqlite query -e 'any where true' 2> told; status=$?; cat told; return $status; }
  $ gzip -nc one.ndjson > one.gz; size=$(wc -c < one.gz)
  $ head -c $((size - 4)) one.gz | found
  {"a":1}
  error[E0804]: -: truncated gzip input
  [2]
  $ (head -c $((size - 8)) one.gz; printf 'xxxx'; tail -c 4 one.gz) | found
  {"a":1}
  error[E0804]: -: incorrect data check
  [2]
  $ head -c 5 one.gz | found
  error[E0804]: -: truncated gzip input
  [2]
  $ cat one.gz one.ndjson | found
  {"a":1}
  error[E0804]: -: incorrect header check
  [2]
  $ (cat one.gz one.gz; head -c 1000 /dev/zero) | found
  {"a":1}
  {"a":1}

Logs that were cut while they were written begin with NUL bytes; packed or not, that is one broken event.

  $ (head -c 1000 /dev/zero; echo; cat one.ndjson) > zeros; gzip -c zeros | found
  {"a":1}
  <stdin>:1: warning[W0801]: broken event left out: not a JSON object, at byte 0
  eqlite: 2 events, 1 broken, 1 found
  $ eqlite query -e 'any where true' zeros
  zeros:1: warning[W0801]: broken event left out: not a JSON object, at byte 0
  {"a":1}
  eqlite: 2 events, 1 broken, 1 found

On a terminal, characters that hide or reorder text are escapes, in JSON too.

  $ printf '{"a":"\342\200\256x\342\200\250\342\200\213\363\240\201\201"}\n' > tricks.ndjson
  $ script -qc "eqlite query -e 'any where true' tricks.ndjson" /dev/null | tr -d '\r'
  {"a":"\u202ex\u2028\u200b\udb40\udc41"}
  $ eqlite query --format table --fields a -e 'any where true' tricks.ndjson
  a
  \u{202e}x\u{2028}\u{200b}\u{e0041}
  $ eqlite query -e 'any where true' "$(printf 'no\342\200\256file')"
  error[E0801]: no\u{202e}file: No such file or directory
  [2]

Names in a JUnit file hold no character that XML does not know, and a test is found where it is written.

  $ printf 'any where true' > named.eql
  $ cat > named.test.toml <<'END'
  > [[tests]]
  > name = "a\u0000\u001b\ufffe\uffff]]>"
  > expect = "match"
  > events = '{"a":1}'
  > END
  $ eqlite test --junit names.xml named.eql
  ok    named: a\x00\x1b\ufffe\uffff]]>
  1 passed, 0 failed
  $ cat names.xml
  <?xml version="1.0" encoding="UTF-8"?>
  <testsuite name="eqlite" tests="1" failures="0" skipped="0">
    <testcase classname="named" name="a\x00\x1b\ufffe\uffff]]&gt;" file="named.test.toml" line="1"/>
  </testsuite>
