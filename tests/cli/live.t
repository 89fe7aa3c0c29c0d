# A pipe that falls silent: what was found is written before more is waited for

  $ mkfifo in
  $ eqlite query -e 'any where a == 1' - < in > out & reader=$!
  $ exec 9> in; printf '{"a":1}\n{"a":2}\n' >&9
  $ for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ -s out ] && break; sleep 0.1; done; cat out
  {"a":1}
  $ exec 9>&-; wait $reader; cat out
  {"a":1}

A followed file may come later; a mistyped name is told.

  $ (sleep 0.3; echo '{"a":1}' > later.ndjson; sleep 1.5; kill -TERM $(cat pid)) & 
  $ sh -c 'echo $$ > pid; exec eqlite query --follow -e "any where a == 1" later.ndjson'; echo $?
  eqlite: later.ndjson does not exist yet: waiting for it
  {"a":1}
  143
