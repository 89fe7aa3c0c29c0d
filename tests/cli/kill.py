#!/usr/bin/env python3
"""A run that is killed again and again gives what one gives that is left alone.

    kill.py PATH_TO_EQLITE [INTERRUPTIONS [SEED]]

For each way to read (one file, files to be merged, gzip, a file that is followed) the same events go through rules of
every kind that remembers. The program is killed at a random moment, by SIGKILL mostly, and started again with the same
--state, until it has been interrupted so often; then it may end. Alerts may come twice, under the same id: what is left
after duplicates are dropped must be what one run without interruptions gives, none more and none less. In the file there
must be whole lines only. Ends with "N passed, N failed".
"""
import gzip
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

RULES = {
    "pair": 'sequence by k with maxspan=30s [any where t == "A"] [any where t == "B"] until [any where t == "U"]',
    "triple": 'sequence by k, j [any where t == "A"] with runs=2 [any where t in ("C", "B")]',
    "middle": 'sequence by k with maxspan=20s [any where t == "A"] ![any where t == "M"] [any where t == "C"]',
    "leading": 'sequence by j with maxspan=10s ![any where t == "M"] [any where t == "C"]',
    "trailing": 'sequence by k with maxspan=10s [any where t == "B"] ![any where t == "C"]',
    "sample": 'sample by k [any where t == "A"] [any where t == "U"]',
    "tail": 'any where t == "M" | tail 5',
    "head": 'any where t == "B" | head 7',
    "single": 'any where t == "U"',
}
EVENTS = 3000


def make_events(rng):
    """In order of time but for some that come up to 3 s late; more bytes than are read at once."""
    lines = []
    for i in range(EVENTS):
        ms = i * 250 + 1_767_225_600_000 - (rng.randrange(3000) if rng.random() < 0.1 else 0)
        event = {"@timestamp": ms, "event": {"id": f"e{i}", "category": "process"}, "t": rng.choice("AAABBCCMU"),
                 "k": rng.randrange(40), "j": rng.choice(["x", "y", None, "z"]), "pad": "-" * rng.randrange(2000)}
        lines.append(json.dumps(event, separators=(",", ":")) + "\n")
    return lines


class Way:
    """One way to read: how the inputs are laid out, and what that adds to the command."""

    def __init__(self, name, options=(), follow=False):
        self.name, self.options, self.follow = name, list(options), follow

    def lay_out(self, folder, lines):
        if self.name == "merged files":
            inputs = [folder / f"{i}.ndjson" for i in range(3)]
            for i, path in enumerate(inputs):
                path.write_text("".join(lines[i::3]))
            return inputs
        path = folder / ("events.ndjson.gz" if self.name == "gzip" else "events.ndjson")
        if self.name == "gzip":
            path.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))
        elif self.name == "one array":
            path.write_text("[\n" + ",\n".join(line.rstrip("\n") for line in lines) + "\n]\n")
        else:
            path.write_text("".join(lines))
        return [path]


WAYS = [Way("one file", ["--max-lateness", "3s"]),
        Way("one array", ["--max-lateness", "3s", "--input", "json"]),
        Way("merged files", ["--max-lateness", "3s"]),
        Way("gzip", ["--max-lateness", "3s", "--partition-by", "k"]),
        Way("followed", ["--max-lateness", "3s", "--follow"], follow=True)]


def alerts_of(path):
    """id -> alert; every line must be whole."""
    found = {}
    for line in path.read_text().splitlines(keepends=True):
        assert line.endswith("\n"), f"half a line: {line[:80]}"
        alert = json.loads(line)
        found.setdefault(alert["kibana.alert.uuid"], alert)
        assert found[alert["kibana.alert.uuid"]] == alert, f"two alerts with one id: {line[:80]}"
    return found


def run_once(command, rng, how, longest):
    """Start it and interrupt it. True if it had ended before."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        process.wait(timeout=rng.random() * longest)
    except subprocess.TimeoutExpired:
        process.send_signal(how)
        process.wait()
    error = process.stderr.read().decode()
    process.stderr.close()
    ended = process.returncode == 0
    assert ended or process.returncode in (-how, 128 + how), f"exit {process.returncode}: {error}"
    return ended


def end_followed(command, state):
    """Nothing more comes: wait until the state stands still, then stop it."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    before, same = None, 0
    while same < 4:
        time.sleep(0.25)
        now = state.stat().st_mtime_ns if state.exists() else None
        same = same + 1 if now == before else 0
        before = now
    process.terminate()
    assert process.wait() == 128 + signal.SIGTERM


def compare(program, way, lines, interruptions, rng, folder):
    rules = folder / "rules"
    rules.mkdir()
    for name, query in RULES.items():
        (rules / f"{name}.eql").write_text(f"// @id {name}\n{query}\n")
    inputs = [str(path) for path in way.lay_out(folder, lines)]
    options = [o for o in way.options if o != "--follow"]
    base = [program, "run", "-q", "-r", str(rules)]
    whole, out, state = folder / "whole", folder / "out", folder / "state"
    subprocess.run([*base, *options, "-o", str(whole), *inputs], check=True)

    command = [*base, *way.options, "--state", str(state), "-o", str(out), "--state-every"]
    ended = 0
    for n in range(interruptions):
        # now and then each event is followed by a saving, so that most kills come within one
        every = "0" if rng.random() < 0.3 else rng.choice(["1ms", "5ms", "1h"])
        how = signal.SIGTERM if rng.random() < 0.2 else signal.SIGKILL
        ended += run_once([*command, every, *inputs], rng, how, 0.12 if n % 3 else 0.02)
    if way.follow:
        end_followed([*command, "1ms", *inputs], state)
    last = [*base, *options, "--state", str(state), "-o", str(out), "--flush"]
    subprocess.run([*last, *inputs], check=True)
    expected, found = alerts_of(whole), alerts_of(out)
    missing, more = expected.keys() - found.keys(), found.keys() - expected.keys()
    rules_of = sorted({(expected.get(x) or found[x])["kibana.alert.rule.rule_id"] for x in missing | more})
    assert not missing and not more, f"{len(missing)} missing, {len(more)} too many, of {rules_of}"
    assert all(expected[x] == found[x] for x in expected), "an alert differs"
    assert len(expected) > 500
    return ended


def main():
    program = sys.argv[1]
    interruptions = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    lines = make_events(rng)
    failed = 0
    for way in WAYS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                compare(program, way, lines, interruptions, rng, pathlib.Path(folder))
            except AssertionError as error:
                failed += 1
                print(f"FAIL {way.name}: {error}")
    print(f"{len(WAYS) - failed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
