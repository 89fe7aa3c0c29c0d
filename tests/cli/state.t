# What sequences remember is bounded by --memory; what was given up is told

  $ seq 1001 3000 | sed 's/.*/{"@timestamp":176722560&,"event.category":"process","k":&,"t":"A","pad":"0123456789012345678901234567890123456789"}/' > ev.ndjson
  $ echo '{"@timestamp":1767225609999,"event.category":"process","k":3000,"t":"B"}' >> ev.ndjson
  $ echo '{"@timestamp":1767225609999,"event.category":"process","k":1001,"t":"B"}' >> ev.ndjson
  $ cat > rule.eql <<END
  > // @id flooded
  > // @name A flooded rule
  > sequence by k [process where t == "A"] [process where t == "B"]
  > END
  $ eqlite query -c -e 'sequence by k [process where t == "A"] [process where t == "B"]' ev.ndjson
  2
  $ eqlite query -c --memory 64K -e 'sequence by k [process where t == "A"] [process where t == "B"]' ev.ndjson 2>&1 | sed 's/[0-9,]* sequences/N sequences/'
  1
  eqlite: warning: state was full: N sequences in progress of 1 rule were given up ("<query>"); see --memory
  $ eqlite query -q -c --memory 64K -e 'sequence by k [process where t == "A"] [process where t == "B"]' ev.ndjson 2>&1 | sed 's/[0-9,]* sequences/N sequences/'
  1
  $ eqlite run --memory 64K --stats -r rule.eql -o alerts.ndjson ev.ndjson 2>&1 | grep -v seconds | tail -n 4 | sed 's/, [0-9.]* s.*//; s/1,[0-9]* *[0-9]* *[0-9]*  A/N N N  A/; s/1,[0-9]* seq/N seq/'
              hits    results    started   complete   given up    waiting       peak  rule
             2,002          1      2,000          1      N N N  A flooded rule
  eqlite: warning: state was full: N sequences in progress of 1 rule were given up ("A flooded rule"); see --memory
  eqlite: 2,002 events, 0 broken, 1 rule, 1 alert (1 medium)
  $ eqlite run --memory 64K --stats=json -r rule.eql -o alerts.ndjson ev.ndjson 2>&1 | sed 's/.*"rules"/"rules"/; s/"seconds".*//; s/"evicted":1[0-9]*,"live":[0-9]*,"peak":[0-9]*/"evicted":N,"live":N,"peak":N/'
  eqlite: 1 warning about rules, which eqlite check shows
  "rules":[{"rule":0,"id":"flooded","name":"A flooded rule","hits":2002,"results":1,"started":2000,"completed":1,"expired":0,"overwritten":0,"killed":0,"refuted":0,"evicted":N,"live":N,"peak":N,"forgotten":0,"not_kept":0}],
  $ eqlite query -c --memory 1M -e 'sample by k [process where t == "A"] [process where t == "B"]' -e 'process where true | tail 9999' ev.ndjson 2>&1 | sed 's/2:[0-9]*/2:N/; s/[0-9,]* events/N events/'
  1:0
  2:N
  eqlite: warning: state was full: N events of samples and results of tails of 2 rules were given up ("<query 1>", …); see --memory

Sizes that are none

  $ eqlite run --memory 64Q -r rule.eql ev.ndjson
  eqlite: run: --memory: '64Q' is not a size such as 64M or 2G
  Try 'eqlite help run'.
  [2]
  $ eqlite run --memory 0 -r rule.eql ev.ndjson
  eqlite: run: --memory: '0' is not a size such as 64M or 2G
  Try 'eqlite help run'.
  [2]
  $ eqlite repl --memory K ev.ndjson
  eqlite: repl: --memory: 'K' is not a size such as 64M or 2G
  Try 'eqlite help repl'.
  [2]

Sequences without maxspan: check warns, and query only with -v

  $ eqlite check --fail-level warning rule.eql
  rule.eql:3:1: warning[W0401]: sequence without maxspan: what it waits with is kept until memory is needed
  3 | sequence by k [process where t == "A"] [process where t == "B"]
    | ^^^^^^^^ help: write: sequence with maxspan=1h [...]
  eqlite: 1 checked, 0 errors, 1 warning
  [1]
  $ eqlite query -v -c -e 'sequence by k [process where t == "A"] [process where t == "B"]' ev.ndjson
  <query>:1:1: warning[W0401]: sequence without maxspan: what it waits with is kept until memory is needed
  1 | sequence by k [process where t == "A"] [process where t == "B"]
    | ^^^^^^^^ help: write: sequence with maxspan=1h [...]
  2
  eqlite: 2,002 events, 0 broken, 2 found
