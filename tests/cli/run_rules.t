# run: rules over events

  $ cp "$data"/ev.ndjson "$data"/rule.toml .
  $ eqlite run -q -r rule.toml ev.ndjson
  {"@timestamp":"2026-01-01T00:00:00.000Z","event":{"kind":"signal","category":["process"]},"host":{"name":"h1"},"process":{"name":"cmd.exe","pid":4},"kibana.alert.uuid":"d01e2f42522b49c856accfbc77ba5a017a94e249d090d7ac27dbd89a63b5e9c1","kibana.alert.rule.rule_id":"11111111-1111-4111-8111-111111111111","kibana.alert.rule.uuid":"11111111-1111-4111-8111-111111111111","kibana.alert.rule.name":"A command shell started","kibana.alert.rule.type":"eql","kibana.alert.rule.category":"Event Correlation Rule","kibana.alert.rule.description":"Somebody started a command shell.","kibana.alert.rule.tags":["OS: Windows","Shells"],"kibana.alert.rule.threat":[],"kibana.alert.rule.parameters":{"query":"process where process.name == \"cmd.exe\"","language":"eql"},"kibana.alert.severity":"high","kibana.alert.risk_score":73,"kibana.alert.reason":"process event with process cmd.exe, on h1 created high alert A command shell started.","kibana.alert.original_time":"2026-01-01T00:00:00.000Z","kibana.alert.depth":1,"kibana.alert.status":"active","kibana.alert.workflow_status":"open","eqlite":{"version":"0.1.0","join_keys":[],"steps":[{"index":0,"event":{"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process","id":"1"},"process":{"name":"cmd.exe","pid":4},"host":{"name":"h1"}},"source":{"path":"ev.ndjson","line":1,"offset":0}}],"source":{"path":"ev.ndjson","line":1,"offset":0},"message":"cmd.exe on h1 by -"}}
  $ eqlite run -q -r rule.toml --alerts compact ev.ndjson
  {"@timestamp":"2026-01-01T00:00:00.000Z","rule":{"id":"11111111-1111-4111-8111-111111111111","name":"A command shell started","severity":"high","risk_score":73},"reason":"process event with process cmd.exe, on h1 created high alert A command shell started.","message":"cmd.exe on h1 by -","source":{"path":"ev.ndjson","line":1,"offset":0},"events":[{"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process","id":"1"},"process":{"name":"cmd.exe","pid":4},"host":{"name":"h1"}}]}
  $ eqlite run -q -r rule.toml --format table ev.ndjson
  TIME                      SEVERITY  RULE                     HOST  WHAT
  2026-01-01T00:00:00.000Z  high      A command shell started  h1    cmd.exe on h1 by -
  $ eqlite run -q -r rule.toml --format csv ev.ndjson
  TIME,SEVERITY,RULE,HOST,WHAT\r
  2026-01-01T00:00:00.000Z,high,A command shell started,h1,cmd.exe on h1 by -\r
  $ eqlite run -r rule.toml ev.ndjson 2>&1 > /dev/null | sed 's/, [0-9.]* s.*//'
  eqlite: 3 events, 0 broken, 1 rule, 1 alert (1 high)

The same input gives the same alerts.

  $ eqlite run -q -r rule.toml ev.ndjson > one && eqlite run -q -r rule.toml ev.ndjson > two && cmp one two

Choosing rules.

  $ eqlite run -q -r rule.toml --only 'a COMMAND*' ev.ndjson | wc -l
  1
  $ eqlite run -q -r rule.toml --only 'tag:shells' ev.ndjson | wc -l
  1
  $ eqlite run -q -r rule.toml --skip '1111*' ev.ndjson
  eqlite: no rules to run
  [2]
  $ eqlite run -q -r rule.toml --min-severity critical ev.ndjson
  eqlite: no rules to run
  [2]

Exit status by severity.

  $ eqlite run -q -r rule.toml --fail-on medium ev.ndjson > /dev/null
  [1]
  $ eqlite run -q -r rule.toml --fail-on critical ev.ndjson > /dev/null

A file of alerts appears only when it is whole.

  $ eqlite run -q -r rule.toml -o alerts.ndjson ev.ndjson && wc -l < alerts.ndjson && ls
  1
  alerts.ndjson
  ev.ndjson
  one
  rule.toml
  two
  $ eqlite run -q -r rule.toml -o /dev/full ev.ndjson
  eqlite: cannot write /dev/full: No space left on device
  [2]
  $ eqlite run -q -r rule.toml -o /nowhere/alerts ev.ndjson
  eqlite: cannot write /nowhere/alerts: No such file or directory
  [2]

Alerts beyond a limit are told.

  $ cat ev.ndjson ev.ndjson ev.ndjson | eqlite run -r rule.toml --max-alerts-per-rule 2 2>&1 > /dev/null | sed 's/, [0-9.]* s[^;]*//'
  eqlite: 9 events, 0 broken, 1 rule, 2 alerts (2 high); 1 alert left out by --max-alerts-per-rule

Rules that are wrong are left out, the others run.

  $ mkdir rules && cp rule.toml rules/ && echo 'process where' > rules/wrong.eql
  $ eqlite run -q -r rules ev.ndjson | wc -l
  rules/wrong.eql:1:14: error[E0101]: expected an expression, found the end of the query
  1 | process where
    |              ^
  1
  $ eqlite run -q -r rules --strict ev.ndjson > /dev/null
  rules/wrong.eql:1:14: error[E0101]: expected an expression, found the end of the query
  1 | process where
    |              ^
  [2]
  $ eqlite run -q -r rules/wrong.eql ev.ndjson
  rules/wrong.eql:1:14: error[E0101]: expected an expression, found the end of the query
  1 | process where
    |              ^
  eqlite: no rule could be used
  [2]
  $ eqlite run -q -r nothing ev.ndjson
  error[E0801]: nothing: No such file or directory
  eqlite: no rules to run
  [2]

Remarks on rules are for those who write them.

  $ sed 's/^author.*/autor = "x"/' rule.toml > odd.toml
  $ eqlite run -r odd.toml ev.ndjson 2>&1 > /dev/null | sed 's/, [0-9.]* s.*//'
  eqlite: 2 warnings about rules, which eqlite check shows
  eqlite: 3 events, 0 broken, 1 rule, 1 alert (1 high)
  $ eqlite run -q -r odd.toml ev.ndjson 2>&1 > /dev/null
  $ eqlite run -v -r odd.toml ev.ndjson 2>&1 > /dev/null | sed 's/, [0-9.]* s.*//'
  odd.toml:13:1: warning[W0701]: unknown key rule.autor
  13 | autor = "x"
     | ^^^^^ help: did you mean author?
  odd.toml:5:1: warning[W0702]: missing: rule.author
  5 | [rule]
    | ^^^^^
  eqlite: 3 events, 0 broken, 1 rule, 1 alert (1 high)

--fields adds columns; alert documents stay whole.

  $ eqlite run -q -r rule.toml --format csv --fields event.id,process.pid ev.ndjson | tr -d '\r'
  TIME,SEVERITY,RULE,HOST,WHAT,event.id,process.pid
  2026-01-01T00:00:00.000Z,high,A command shell started,h1,cmd.exe on h1 by -,1,4
  $ eqlite run -q -r rule.toml ev.ndjson > whole && eqlite run -q -r rule.toml --fields event.id ev.ndjson | cmp - whole

Sub-techniques stand inside their technique.

  $ cat rule.toml - > threat.toml <<END
  > [[rule.threat]]
  > framework = "MITRE ATT&CK"
  > tactic = { id = "TA0002", name = "Execution", reference = "https://attack.mitre.org/tactics/TA0002/" }
  > [[rule.threat.technique]]
  > id = "T1059"
  > name = "Command and Scripting Interpreter"
  > reference = "https://attack.mitre.org/techniques/T1059/"
  > subtechnique = [{ id = "T1059.003", name = "Windows Command Shell" }, { id = "T1059.001", name = "PowerShell" }]
  > [[rule.threat.technique]]
  > id = "T1106"
  > name = "Native API"
  > reference = "https://attack.mitre.org/techniques/T1106/"
  > END
  $ eqlite run -q -r threat.toml ev.ndjson | grep -o '"kibana.alert.rule.threat":.*,"kibana.alert.rule.parameters"'
  "kibana.alert.rule.threat":[{"framework":"MITRE ATT&CK","tactic":{"id":"TA0002","name":"Execution","reference":"https://attack.mitre.org/tactics/TA0002/"},"technique":[{"id":"T1059","name":"Command and Scripting Interpreter","reference":"https://attack.mitre.org/techniques/T1059/","subtechnique":[{"id":"T1059.003","name":"Windows Command Shell","reference":""},{"id":"T1059.001","name":"PowerShell","reference":""}]},{"id":"T1106","name":"Native API","reference":"https://attack.mitre.org/techniques/T1106/"}]}],"kibana.alert.rule.parameters"
