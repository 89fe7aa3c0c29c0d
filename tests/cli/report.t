# Reports and coverage: alerts as a page for a browser, rules as a layer of the ATT&CK Navigator

What the page holds is compared in tests/report; here is how it is asked for.

  $ cp "$data"/ev.ndjson "$data"/rule.toml .
  $ eqlite run -q -r rule.toml ev.ndjson -o alerts.ndjson --report page.html
  $ eqlite report -r rule.toml alerts.ndjson -o again.html
  eqlite: 1 rule (0 refused), 1 alert, 0 broken
  $ cmp page.html again.html && head -n 1 page.html
  <!doctype html>
  $ gzip alerts.ndjson && eqlite report -q -r rule.toml < alerts.ndjson.gz -o - | cmp - page.html
  $ eqlite run -q -r rule.toml --report - -o alerts.ndjson ev.ndjson | cmp - page.html
  $ sed -n 's/.*id="alerts">\[/[/p; /^{"rule"/p; /^]</p' page.html | sed 's,</script>,,' | jq -c '.[] | [.what, .steps[0].line]'
  ["cmd.exe",1]

No alerts make a page, too; lines that are no alerts are told.

  $ eqlite run -q -r rule.toml --report none.html /dev/null && grep -c 'id="alerts">\[$' none.html
  1
  $ printf '{"a":1}\n[\n{"rule":{"id":"r","name":"elsewhere"},"events":[{}]}\n' | eqlite report -o x.html
  <stdin>:1: warning[W0801]: broken event left out: it is no alert, at byte 0
  <stdin>:2: warning[W0801]: broken event left out: it is no alert, at byte 8
  eqlite: 0 rules (0 refused), 1 alert, 2 broken
  $ grep -c '"id":"r","name":"elsewhere"' x.html
  1
  $ printf '{"a":1}\n' | eqlite report -q --strict -o x.html
  [2]

A report is whole or not there, and goes along with --follow and --state.

  $ eqlite run -q -r rule.toml --state state -o more.ndjson --report page2.html ev.ndjson && cmp page.html page2.html
  $ eqlite run -q -r rule.toml --report no/such/folder/x.html ev.ndjson; ls -A | grep -c 'html\.'
  eqlite: cannot write no/such/folder/x.html: No such file or directory
  0
  [1]
  $ eqlite run -q -r rule.toml --report /dev/full ev.ndjson > /dev/null
  eqlite: cannot write /dev/full: No space left on device
  [2]

  $ eqlite report alerts.ndjson
  eqlite: report: where to? use -o FILE.html
  Try 'eqlite help report'.
  [2]
  $ eqlite report missing.ndjson -o x.html
  error[E0801]: missing.ndjson: No such file or directory
  eqlite: 0 rules (0 refused), 0 alerts, 0 broken
  [2]
  $ eqlite report -r missing.toml -o x.html < /dev/null
  error[E0801]: missing.toml: No such file or directory
  eqlite: no rules there
  [2]
  $ eqlite run -r rule.toml --report - ev.ndjson
  eqlite: run: alerts and the report cannot both go to standard output; use -o FILE
  Try 'eqlite help run'.
  [2]
  $ eqlite run -r rule.toml --title x ev.ndjson
  eqlite: run: --title belongs to --report
  Try 'eqlite help run'.
  [2]
  $ eqlite run --format html -r rule.toml ev.ndjson
  eqlite: run: --format: unknown value 'html', expected one of: ndjson table json csv
  Try 'eqlite help run'.
  [2]

What rules cover.

  $ eqlite coverage -r rule.toml
  {
    "name": "eqlite coverage",
    "versions": {"attack": "18", "navigator": "5.1.0", "layer": "4.5"},
    "domain": "enterprise-attack",
    "description": "What 1 rule is about.",
    "hideDisabled": false,
    "techniques": [
    ],
    "gradient": {"colors": ["#deebf7", "#3182bd"], "minValue": 1, "maxValue": 2},
    "legendItems": [{"label": "covered by rules", "color": "#3182bd"}],
    "selectTechniquesAcrossTactics": false,
    "selectSubtechniquesWithParent": false
  }
  eqlite: 1 rule (0 refused), 0 alerts, 0 broken
  $ cat > t.toml <<'END'
  > [rule]
  > name = "A script"
  > rule_id = "t"
  > query = "any where true"
  > [[rule.threat]]
  > framework = "MITRE ATT&CK"
  > tactic = {id = "TA0011", name = "Command and Control", reference = "x"}
  > technique = [{id = "T1071", name = "n", subtechnique = [{id = "T1071.004", name = "DNS"}]}, {id = "T1192", name = "gone"}]
  > [[rule.threat]]
  > framework = "another"
  > tactic = {id = "TA0001", name = "x"}
  > technique = [{id = "T9999", name = "x"}]
  > END
  $ eqlite run -q -r t.toml ev.ndjson -o t.ndjson
  $ eqlite coverage -r t.toml -r rule.toml --alerts t.ndjson -o layer.json --title Ours
  eqlite: 2 warnings about rules, which eqlite check shows
  eqlite: 2 rules (0 refused), 3 alerts, 0 broken
  $ jq -c '[.name, .versions], (.techniques[] | [.techniqueID, .tactic, .score, .color, .metadata[0].value])' layer.json
  ["Ours",{"attack":"18","navigator":"5.1.0","layer":"4.5"}]
  ["T1071","command-and-control",1,"#e6550d","3"]
  ["T1071.004","command-and-control",1,"#e6550d","3"]
  ["T1566.002","command-and-control",1,"#e6550d","3"]
  $ eqlite coverage
  eqlite: coverage: no rules given: use -r FILE or -r FOLDER
  Try 'eqlite help coverage'.
  [2]
  $ eqlite coverage -r t.toml t.ndjson
  eqlite: coverage: alerts are given with --alerts
  Try 'eqlite help coverage'.
  [2]
  $ eqlite coverage -q -r missing.toml
  error[E0801]: missing.toml: No such file or directory
  eqlite: no rules there
  [2]
