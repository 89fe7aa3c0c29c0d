#!/usr/bin/env python3
"""Is a report what it says it is, and safe whatever events hold?

    tests/report/run.py PROGRAM [small]       small: fewer alerts where many are tried, for slow builds

  page       one script, named by the policy; data that is JSON; nothing from a network
  documents  a report of alert documents is that of the run that wrote them, byte by byte
  bounded    what is left out is counted and told
  hostile    event values, rules and titles that would like to be HTML are none
  layer      a layer of the ATT&CK Navigator has what 4.5 requires
  draws, filters, keyboard, harmless, many    in a headless Chromium, if there is one

Ends with "N passed, N failed, N skipped".
"""
import base64
import hashlib
import html.parser
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import browser
import sample

PROGRAM = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else sys.exit(__doc__)
SMALL = "small" in sys.argv[2:]

HOSTILE = [
    "</script><script>window.pwned=1</script>", "\"><img src=x onerror=\"window.pwned=1\">",
    "'><svg/onload=window.pwned=1>",
    "<!--<script>", "-->", "]]>", "{{facts}}", "javascript:window.pwned=1", "&lt;b&gt;&#x3c;", "`${window.pwned=1}`",
    "line\u2028separator\u2029here", "exe.\u202etxt\u2066\u200b", "\u0000\u0007\x1b[31m", "__proto__", "constructor",
    "\\\"\\u003cscript>", "a" * 5000, "<style>*{display:none}</style>", "url(http://203.0.113.1/x)", "\ud800",
]


def eqlite(*arguments, status=0, **more):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, **more)
    assert done.returncode == status, f"eqlite {arguments}: status {done.returncode}: {done.stderr[:500]}"
    return done


class Page(html.parser.HTMLParser):
    """What a browser would see: elements, scripts and what stands in them."""

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.source = pathlib.Path(path).read_text(encoding="utf-8")
        self.elements, self.data, self.open = [], {}, None
        self.feed(self.source)
        self.close()
        self.policy = next(a["content"] for t, a in self.elements if a.get("http-equiv") == "Content-Security-Policy")
        self.alerts = json.loads(self.data["alerts"])
        self.facts = json.loads(self.data["facts"])

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.elements.append((tag, attributes))
        if tag in ("script", "style"):
            self.open = attributes.get("id", tag)
            self.data[self.open] = ""

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self.open = None

    def handle_data(self, data):
        if self.open:
            self.data[self.open] += data


def digest(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


class Fixture:
    """Reports that several tests look at."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        sample.write(self.folder)
        self.rules, self.events = self.folder / "rules", self.folder / "events.ndjson"
        self.alerts, self.page = self.folder / "alerts.ndjson", self.folder / "report.html"
        eqlite("run", "-q", "-r", self.rules, self.events, "-o", self.alerts, "--report", self.page, "--title", "A day")
        self.documents = [json.loads(line) for line in self.alerts.read_text().splitlines()]
        self.hostile_page = self.folder / "hostile.html"
        self.write_hostile()

    def write_hostile(self):
        """Hostile values wherever an event, an alert document or the command line can bring one."""
        with open(self.folder / "hostile.ndjson", "w", encoding="utf-8") as out:
            for n, value in enumerate(HOSTILE):
                event = {"@timestamp": f"2026-01-01T00:00:{n:02}Z", value: value, "event": {"category": value},
                         "host": {"name": value}, "user": {"name": value},
                         "process": {"name": value, "command_line": value, "parent": {"name": value}}}
                item = {"id": value, "name": value, "reference": value}
                alert = {"kibana.alert.uuid": value, "kibana.alert.rule.rule_id": value, "kibana.alert.rule.name": value,
                         "kibana.alert.rule.description": value, "kibana.alert.severity": value,
                         "kibana.alert.rule.parameters": {"query": value}, "kibana.alert.group.id": "g",
                         "kibana.alert.rule.threat": [{"tactic": item, "technique": [{**item, "subtechnique": [item]}]}],
                         "eqlite": {"join_keys": [value, None, 4], "steps": [
                             {"index": 0, "event": event, "source": {"path": value, "line": 1}},
                             {"index": 1, "missing": True},
                             {"index": 2, "event": event}]}}
                out.write(json.dumps(alert) + "\n")
        eqlite("report", "-q", self.folder / "hostile.ndjson", "-o", self.hostile_page, "--title", HOSTILE[0])


# ── Without a browser ───────────────────────────────────────────────────────────────────────────────────────────────

def test_page(f):
    page = Page(f.page)
    scripts = [a for t, a in page.elements if t == "script"]
    assert [s.get("type") for s in scripts] == ["application/json", "application/json", None], scripts
    policy = dict(part.strip().split(" ", 1) for part in page.policy.split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'", policy
    assert policy["script-src"] == digest(page.data["script"]), policy
    assert policy["style-src"] == digest(page.data["style"]), policy
    assert policy["require-trusted-types-for"] == "'script'", policy
    for tag, attributes in page.elements:
        loads = {"src", "href", "srcset", "action", "style"} & attributes.keys()
        assert not loads and not any(name.startswith("on") for name in attributes), (tag, attributes)
    assert not re.search(r"https?:|url\(|@import|innerHTML|eval\(", page.data["style"] + page.data["script"])
    assert "{{" not in page.source
    assert len(page.alerts) == len(f.documents) == page.facts["shown"] and page.facts["title"] == "A day"
    for alert, document in zip(page.alerts, f.documents):
        rule = page.facts["rules"][alert["rule"]]
        assert rule["id"] == document["kibana.alert.rule.rule_id"] and alert["id"] == document["kibana.alert.uuid"]
        assert alert["time"] == document["@timestamp"] and len(alert["steps"]) == len(document["eqlite"]["steps"])
        for step, told in zip(alert["steps"], document["eqlite"]["steps"]):
            assert step["missing"] == told.get("missing", False)
            assert step["missing"] or json.loads(step["event"]) == told["event"]
    assert [t["id"] for t in page.facts["rules"][0]["attack"]] == ["T1566", "T1566.001", "T1059", "T1059.001"]


def test_documents(f):
    want = f.page.read_bytes()
    compact = f.folder / "compact.ndjson"
    eqlite("run", "-q", "--alerts", "compact", "-r", f.rules, f.events, "-o", compact)
    for source in (f.alerts, compact):
        eqlite("report", "-q", "-r", f.rules, source, "-o", f.folder / "again.html", "--title", "A day")
        got = (f.folder / "again.html").read_bytes()
        if source == f.alerts:
            assert got == want
        else:  # it tells where the last event was only
            assert [a["id"] for a in Page(f.folder / "again.html").alerts] == [a["id"] for a in Page(f.page).alerts]
    for threads in ("1", "3"):
        eqlite("run", "-q", "--threads", threads, "-r", f.rules, f.events, "-o", "/dev/null", "--report",
               f.folder / "again.html", "--title", "A day")
        assert (f.folder / "again.html").read_bytes() == want
    # Without the rules they are known by what the alerts say.
    eqlite("report", "-q", f.alerts, "-o", f.folder / "foreign.html")
    page, own = Page(f.folder / "foreign.html"), Page(f.page)
    known = {r["id"]: r for r in own.facts["rules"]}
    assert len(page.facts["rules"]) == 10
    for rule in page.facts["rules"]:
        for key in ("name", "severity", "risk", "attack", "description", "query"):
            assert rule[key] == known[rule["id"]][key], (key, rule)


def test_bounded(f):
    eqlite("report", "-q", "-r", f.rules, "--max-alerts", "100", f.alerts, "-o", f.folder / "few.html")
    page = Page(f.folder / "few.html")
    assert page.facts["shown"] == len(page.alerts) == 100 and page.facts["left"] == len(f.documents) - 100
    assert sum(r["left"] for r in page.facts["rules"]) == page.facts["left"]
    events = f.folder / "large.ndjson"
    with open(events, "w", encoding="utf-8") as out:
        for n in range(4000):
            process = {"name": "net.exe", "n": n, "args": "x" * 7900}
            out.write(json.dumps({"event": {"category": "process"}, "process": process}) + "\n")
        process = {"name": "net.exe" + "y" * 9000, "parent": {"name": "a"}}
        out.write(json.dumps({"event": {"category": "process"}, "process": process}) + "\n")
    rule = f.folder / "all.eql"
    rule.write_text("process where true")
    eqlite("run", "-q", "-r", rule, events, "-o", "/dev/null", "--report", f.folder / "large.html")
    page = Page(f.folder / "large.html")
    assert len(page.alerts) == 4001 and 0 < page.facts["left_events"] < 2000
    assert sum("event" not in a["steps"][0] for a in page.alerts) == page.facts["left_events"]
    last = page.alerts[-1]
    assert last["what"].endswith("\u2026") and len(last["what"]) < 320 and last["steps"][0]["bytes"] > 9000
    assert (f.folder / "large.html").stat().st_size < 48 << 20


def test_hostile(f):
    page = Page(f.hostile_page)
    assert len(page.alerts) == len(HOSTILE) and page.facts["title"] == HOSTILE[0]
    assert sum(t == "script" for t, _ in page.elements) == 3 and not any(t in ("img", "svg") for t, _ in page.elements)
    for block in ("alerts", "facts"):
        assert not re.search("[<>&\u2028\u2029\u202e\u2066\u200b\x00\x1b\x07]", page.data[block]), block
    for alert, value in zip(page.alerts, HOSTILE):
        shown = value.replace("\ud800", "\ufffd")
        assert alert["host"] == (shown if len(value) < 300 else shown[:300] + "\u2026"), value[:50]
    assert f.folder.joinpath("hostile.html").read_text(encoding="utf-8").count("window.pwned") > 10  # they are there


def test_layer(f):
    layer = json.loads(eqlite("coverage", "-q", "-r", f.rules, "--alerts", f.alerts).stdout)
    assert layer["versions"]["layer"] == "4.5" and layer["domain"] == "enterprise-attack" and layer["name"]
    assert re.fullmatch(r"\d+", layer["versions"]["attack"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", layer["versions"]["navigator"])
    rows = {(t["techniqueID"], t["tactic"]): t for t in layer["techniques"]}
    assert len(rows) == len(layer["techniques"])
    assert [t["techniqueID"] for t in layer["techniques"]] == sorted(t["techniqueID"] for t in layer["techniques"])
    for row in layer["techniques"]:
        assert re.fullmatch(r"T\d{4}(\.\d{3})?", row["techniqueID"]) and re.fullmatch("[a-z-]+", row["tactic"]), row
        assert isinstance(row["score"], int) and row["score"] >= 1 and row["comment"] and row["enabled"] is True
        assert all(set(m) == {"name", "value"} and isinstance(m["value"], str) for m in row.get("metadata", []))
    shell = rows["T1059.001", "execution"]
    assert shell["score"] == 2 and shell["comment"] == "Office program starts a shell\nEncoded PowerShell command"
    raised = sum(d["kibana.alert.rule.name"] in shell["comment"] for d in f.documents)
    assert shell["metadata"] == [{"name": "alerts", "value": str(raised)}] and "color" in shell
    quiet = rows["T1048", "exfiltration"]
    assert quiet["score"] == 1 and "color" not in quiet and "metadata" not in quiet
    assert ("T1071.004", "command-and-control") in rows
    most = max(t["score"] for t in layer["techniques"])
    assert layer["gradient"]["maxValue"] == most and len(layer["gradient"]["colors"]) >= 2
    alone = json.loads(eqlite("coverage", "-q", "-r", f.rules).stdout)
    assert not any("color" in t for t in alone["techniques"])


# ── In a browser ────────────────────────────────────────────────────────────────────────────────────────────────────

def wait(b, condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not b.run("return " + condition):
        assert time.monotonic() < deadline, f"never true: {condition}"
        time.sleep(0.05)


def browse_draws(f, b):
    b.open(f.page)
    assert b.log() == []
    assert b.text("#title") == "A day" and b.run("return document.title") == "A day"
    assert b.text("#found") == f"{len(f.documents)} alerts" and "10 of 11 rules" in b.text("#summary")
    assert b.run("return performance.getEntriesByType('resource').length") == 0
    assert b.run("return document.querySelectorAll('.alert').length") == 100
    assert b.run("return document.querySelectorAll('.tactic').length") == 10
    b.click("#gaps")
    assert b.run("return document.querySelectorAll('.tactic').length") == 14
    assert b.run("return document.querySelectorAll('.cell.gap').length") > 100
    b.click("#gaps")
    b.run("[...document.querySelectorAll('#rules .bar')].find((r) => r.textContent.includes('SMB')).click()")
    b.click(".alert > summary")
    wait(b, "document.querySelector('.alert .strip')")
    dots = b.run("return [...document.querySelectorAll('.strip .dot')].map((d) => d.classList.contains('missing'))")
    assert dots == [False, True, False]
    assert "no such event" in b.text(".step:nth-child(2)") and "joined by srv-files" in b.text(".facts")
    b.click(".step:first-child .inner > summary")
    wait(b, "document.querySelector('.step pre')")
    told = next(d for d in f.documents if "SMB" in d["kibana.alert.rule.name"])
    assert json.loads(b.text(".step pre")) == told["eqlite"]["steps"][0]["event"]
    bottom = b.run("return [document.documentElement.scrollWidth, innerWidth]")
    assert bottom[0] <= bottom[1], "it is wider than the window"
    assert b.log() == []


def browse_filters(f, b):
    b.open(f.page)
    by = lambda key: [d for d in f.documents if key(d)]
    found = lambda n: wait(b, f"document.querySelector('#found').textContent.startsWith('{n} of ')")
    b.click("#severities .toggle.low")
    found(len(by(lambda d: d["kibana.alert.severity"] != "low")))
    b.click("#severities .toggle.low")
    host = "ws-07.corp.example"
    b.run("[...document.querySelectorAll('#hosts .bar')].find((r) => r.textContent.includes(arguments[0])).click()", host)
    on_host = by(lambda d: d["host"]["name"] == host)
    found(len(on_host))
    b.click("[data-technique='T1003']")
    found(len([d for d in on_host if "LSASS" in d["kibana.alert.rule.name"]]))
    assert b.run("return document.querySelectorAll('.chip').length") == 2
    b.click(".chip")
    b.click(".chip")
    wait(b, f"document.querySelector('#found').textContent === '{len(f.documents)} alerts'")
    b.type("#search", "COMSVCS.dll")
    found(len(by(lambda d: "comsvcs.dll" in json.dumps(d["eqlite"]))))
    b.type("#search", "(*")
    found(0)
    assert "No alert passes" in b.text("#list") and b.log() == []


def browse_keyboard(f, b):
    right, enter, escape = "\ue014", "\ue007", "\ue00c"
    b.open(f.page)
    bars = b.run("return document.querySelectorAll('#timeline button').length")
    assert 20 < bars <= 81
    b.type("#timeline [tabindex='0']", right)
    assert b.run("return [...document.querySelectorAll('#timeline button')].indexOf(document.activeElement)") == 1
    n = int(re.search(r"(\d+) alert", b.run("return document.activeElement.getAttribute('aria-label')")).group(1))
    b.type("#timeline [tabindex='0']", enter)
    wait(b, f"document.querySelector('#found').textContent.startsWith('{n} of ')")
    b.type("#timeline [tabindex='0']", escape)
    wait(b, f"document.querySelector('#found').textContent === '{len(f.documents)} alerts'")
    unnamed = ("(e) => !e.hidden && !e.textContent.trim() && !e.getAttribute('aria-label') && !e.labels?.length")
    assert b.run(f"return [...document.querySelectorAll('button, input, summary')].filter({unnamed}).length") == 0
    assert b.log() == []


def browse_harmless(f, b):
    # What the values would do if they could: else this test would prove nothing.
    control = f.folder / "control.html"
    control.write_text("<!doctype html><body>" + HOSTILE[0] + HOSTILE[1] + "</body>")
    b.open(control)
    wait(b, "window.pwned === 1")
    b.log()
    b.open(f.hostile_page)
    b.run("document.querySelector('#gaps').click(); for (const d of document.querySelectorAll('.alert')) d.open = true")
    wait(b, f"document.querySelectorAll('.body').length === {len(HOSTILE)}")
    b.run("for (const d of document.querySelectorAll('.inner')) d.open = true")
    wait(b, f"document.querySelectorAll('.step pre').length === {2 * sum(len(v) < 1000 for v in HOSTILE)}")
    b.run("for (const c of document.querySelectorAll('.bar, .cell:enabled, .toggle')) c.click()")
    assert b.run("return window.pwned === undefined && !document.querySelector('img, svg, iframe, a, link, object')")
    assert b.run("return document.querySelectorAll('script').length") == 3
    assert b.run("return document.querySelectorAll('style').length") == 1
    assert b.text("#title") == HOSTILE[0]
    b.open(f.hostile_page)
    shown = b.run("return [...document.querySelectorAll('.alert .host')].map((h) => h.textContent)")
    assert shown[1] == HOSTILE[1] and shown[11] == "exe.\u27e8U+202E\u27e9txt\u27e8U+2066\u27e9\u27e8U+200B\u27e9"
    assert not re.search("[\u202e\u2066\u200b\u2028\x00\x1b]", b.run("return document.body.innerText"))
    said = b.log()
    assert said == [], f"the policy stopped something, or the script failed: {said}"
    # And if a value did get through, the policy would hold.
    assert b.run("try { document.body.innerHTML = '<b>'; return 'set' } catch (e) { return e.name }") == "TypeError"
    assert b.run("const s = document.createElement('script'); try { s.textContent = 'window.pwned = 1'; "
                 "document.body.append(s) } catch (e) {} return window.pwned === undefined")


def browse_many(f, b):
    most = 2000 if SMALL else 100000
    many = f.folder / "many.ndjson"
    template = f.documents[0]
    with open(many, "w", encoding="utf-8") as out:
        for n in range(most + 50):
            template["@timestamp"] = f"2026-11-{1 + n % 28:02}T{n % 24:02}:00:00.000Z"
            template["kibana.alert.uuid"] = f"{n:064x}"
            event = template["eqlite"]["steps"][0]["event"]
            event |= {"@timestamp": template["@timestamp"], "host": {"name": f"host{n % 700}"}}
            out.write(json.dumps(template) + "\n")
    page = f.folder / "many.html"
    eqlite("report", "-q", "-r", f.rules, many, "-o", page, *(["--max-alerts", str(most)] if SMALL else []))
    assert page.stat().st_size < 100 << 20
    started = time.monotonic()
    b.open(page)
    wait(b, f"document.querySelector('#found')?.textContent === '{most:,} alerts'", 60)
    assert time.monotonic() - started < 30, "it opens too slowly"
    assert b.text("#notice").startswith(f"50 further alerts are not on this page, which shows the first {most:,}")
    click = "const t = performance.now(); document.querySelector('#hosts .bar').click(); return performance.now() - t"
    assert b.run(click) < 5000
    assert b.log() == []


def main():
    passed = failed = skipped = 0
    jobs = [(test, ()) for name, test in sorted(globals().items()) if name.startswith("test_")]
    browsing = [test for name, test in sorted(globals().items()) if name.startswith("browse_")]
    with tempfile.TemporaryDirectory() as folder:
        fixture = Fixture(folder)
        if browser.installed():
            jobs += [(test, (browser.Browser,)) for test in browsing]
        else:
            print("no chromium and chromedriver: what a browser would show is not looked at (./dev deps --browser)")
            skipped = len(browsing)
        for test, kinds in jobs:
            name = test.__name__.split("_", 1)[1]
            try:
                if kinds:
                    with kinds[0]() as b:
                        test(fixture, b)
                else:
                    test(fixture)
                passed += 1
                print(f"{name:10} ok")
            except (AssertionError, RuntimeError, KeyError, StopIteration) as problem:
                failed += 1
                print(f"{name:10} FAILED: {type(problem).__name__}: {problem}")
                at = problem.__traceback__
                while at.tb_next and at.tb_next.tb_frame.f_code.co_filename == __file__:
                    at = at.tb_next
                print(f"  {__file__}:{at.tb_lineno}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


sys.exit(main())
