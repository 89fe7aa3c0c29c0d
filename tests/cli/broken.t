# Broken events never stop a run; files that cannot be read end it with 2

  $ printf '{"a":1}\nnot json\n{"a":2}\r\n\n[1]\n{"a":' > bad.ndjson
  $ eqlite query --input ndjson -e 'any where true' bad.ndjson
  bad.ndjson:2: warning[W0801]: broken event left out: not a JSON object, at byte 8
  bad.ndjson:5: warning[W0801]: broken event left out: not a JSON object, at byte 27
  bad.ndjson:6: warning[W0801]: broken event left out: the object does not end, at byte 36
  {"a":1}
  {"a":2}
  eqlite: 5 events, 3 broken, 2 found
  $ eqlite query --input ndjson -q -e 'any where true' bad.ndjson
  {"a":1}
  {"a":2}
  $ eqlite query --input ndjson -q --strict -c -e 'any where true' bad.ndjson
  2
  [2]

Only the first few are shown.

  $ for i in 1 2 3 4 5 6 7 8 9; do echo "bad $i"; done | eqlite query --input ndjson -c -e 'any where true'
  <stdin>:1: warning[W0801]: broken event left out: not a JSON object, at byte 0
  <stdin>:2: warning[W0801]: broken event left out: not a JSON object, at byte 6
  <stdin>:3: warning[W0801]: broken event left out: not a JSON object, at byte 12
  <stdin>:4: warning[W0801]: broken event left out: not a JSON object, at byte 18
  <stdin>:5: warning[W0801]: broken event left out: not a JSON object, at byte 24
  eqlite: further broken events are only counted
  0
  eqlite: 9 events, 9 broken, 0 found

A file that is not there is told; the next one is read.

  $ echo '{"a":1}' > good.ndjson
  $ eqlite query -e 'any where true' nothing.ndjson good.ndjson
  error[E0801]: nothing.ndjson: No such file or directory
  {"a":1}
  [2]

Output that cannot be written is an error.

  $ eqlite query -e 'any where true' good.ndjson > /dev/full
  eqlite: cannot write standard output: No space left on device
  [2]
  $ eqlite help > /dev/full
  eqlite: cannot write standard output: No space left on device
  [2]
  $ eqlite version > /dev/full
  eqlite: cannot write standard output: No space left on device
  [2]
  $ eqlite completion bash > /dev/full
  eqlite: cannot write standard output: No space left on device
  [2]

A reader that has seen enough ends the program quietly.

  $ yes '{"a":1}' | head -n 100000 | eqlite query -e 'any where true' | head -n 1
  {"a":1}

What had to be mended in an event is mended in print.

  $ printf '{"a":"\377","b":NaN,"c":"\\ud800","d":"x\ty"}\n' | eqlite query -e 'any where true'
  {"a":"�","b":null,"c":"\ufffd","d":"x\u0009y"}

Terminal controls in values are escaped in tables.

  $ printf '{"a":"\\u001b[31mred"}\n' | eqlite query --format table --fields a -e 'any where true'
  a
  \u{1b}[31mred

What no rule read was skipped, not looked at; printed it is JSON all the same.

  $ printf '{"a":1,"b":4!,"c":"\\q","d":-,"e":[1 2]}\n{"a":1,"b":4!,"c":"\\q\\u12"}\n' | eqlite query -e 'any where a == 1'
  <stdin>:1: warning[W0801]: broken event left out: expected ',' or ']' after a value, at byte 36
  {"a":1,"b":"4!","c":"\\q\\u12"}
  eqlite: 2 events, 1 broken, 1 found

Closed streams are errors, and nothing else is written in their place.

  $ eqlite query -e 'any where true' good.ndjson >&-
  eqlite: cannot write standard output: Bad file descriptor
  [2]
  $ eqlite query -e 'any where true' nothing good.ndjson 2>&-
  {"a":1}
  [2]
  $ eqlite query -e 'any where true' <&-
  error[E0802]: -: Bad file descriptor
  [2]

A survey of fields says what is wrong with an event, as a query does.

  $ printf '{"a":1}\n{"a":\n[1]\n' > wrong.ndjson
  $ eqlite query -e 'any where false' wrong.ndjson
  wrong.ndjson:2: warning[W0801]: broken event left out: the object does not end, at byte 13
  wrong.ndjson:3: warning[W0801]: broken event left out: not a JSON object, at byte 14
  eqlite: 3 events, 2 broken, 0 found
  $ eqlite fields wrong.ndjson
  wrong.ndjson:2: warning[W0801]: broken event left out: the object does not end, at byte 13
  wrong.ndjson:3: warning[W0801]: broken event left out: not a JSON object, at byte 14
  FIELD      EVENTS  TYPES             EXAMPLE
  a               1  number            1
  $ printf '.open wrong.ndjson\n' | eqlite repl
  wrong.ndjson:2: warning[W0801]: broken event left out: the object does not end, at byte 13
  wrong.ndjson:3: warning[W0801]: broken event left out: not a JSON object, at byte 14
