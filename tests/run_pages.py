#!/usr/bin/env python3
"""Runs the examples in pages: what stands behind "$ " must print what stands below it.

    run_pages.py PROGRAM PAGE.md...              EQLITE_BLESS=1 writes what was printed into the pages

Each page has an empty folder of its own, and `eqlite` on the PATH. From top to bottom, whether shown or not:

    ```console               commands behind "$ ", continued behind "> ", each in a shell; then both streams of output
    ```toml NAME.toml        what stands in the block is written to the file NAME.toml (any second word with a dot)
    <!-- sh COMMAND -->      what a page takes for granted: a command that must succeed; may go over several lines

A line "…" stands for any lines, and "0.0 s" at the end of a line for any time. $rules and $samples are where the project
has them. One test is one command. Ends with "N passed, N failed".
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^```(\w+)(?: (\S+\.\S+))?\s*$")
TIME = re.compile(r"\b\d+\.\d s$")


def run(command, folder, environment):
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode("utf-8", "replace").replace("\r", "")


def agrees(want, got):
    """lines as they must be; "…" is any lines"""
    pattern = "".join(r"(?:.*\n)*?" if line == "…" else re.escape(line) + r"\s*\n" for line in want)
    return re.fullmatch(pattern, "".join(line + "\n" for line in got))


def commands(lines):
    """of a block: command as shown, output"""
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append(([line], []))
        elif found and line.startswith("> ") and not found[-1][1]:
            found[-1][0].append(line)
        elif found:
            found[-1][1].append(line)
    return found


class Page:
    def __init__(self, path, folder, environment):
        self.path, self.folder, self.environment = path, folder, environment
        self.passed = self.failed = 0
        self.lines = path.read_text(encoding="utf-8").splitlines()
        self.out = []  # the page again, with what its commands print now

    def fail(self, line, text):
        self.failed += 1
        print(f"{self.path}:{line}: {text}")

    def prepare(self, first, command):
        status, output = run(command, self.folder, self.environment)
        if status:
            self.fail(first, f"exit status {status} of: {command}\n{output}")

    def block(self, first, lines):
        for shown, want in commands(lines):
            _, output = run("\n".join(line[2:] for line in shown), self.folder, self.environment)
            got = [TIME.sub("0.0 s", line.rstrip()) for line in output.splitlines()]
            while want and not want[-1]:  # a blank line before the next command
                want = want[:-1]
            self.out += shown
            if agrees(want, got):
                self.passed += 1
                self.out += want
                continue
            self.out += got
            text = "".join(f"\n  - {line}" for line in want) + "".join(f"\n  + {line}" for line in got)
            self.fail(first, f"{shown[0]}{text}")

    def read(self):
        n = 0
        while n < len(self.lines):
            line, first = self.lines[n], n + 1
            fence = FENCE.match(line)
            end = "```" if fence else "-->"
            if not fence and not line.startswith("<!-- sh "):
                self.out.append(line)
                n += 1
                continue
            inside = [] if fence else [line[8:]]
            while not (inside and not fence and inside[-1].endswith(end)):
                n += 1
                if n == len(self.lines) or fence and self.lines[n] == end:
                    break
                inside.append(self.lines[n])
            n += 1
            if fence and fence[1] == "console":
                self.out.append(line)
                self.block(first, inside)
                self.out.append(end)
                continue
            self.out += self.lines[first - 1:n]
            if not fence:
                self.prepare(first, "\n".join(inside)[:-len(end)])
            elif fence[2]:
                target = pathlib.Path(self.folder) / fence[2]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text("".join(one + "\n" for one in inside), encoding="utf-8")


def pages_of(arguments):
    for path in map(pathlib.Path, arguments):
        yield from sorted(path.rglob("*.md")) if path.is_dir() else [path]


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    program = pathlib.Path(sys.argv[1]).resolve()
    passed = failed = 0
    for path in pages_of(sys.argv[2:]):
        with tempfile.TemporaryDirectory() as work:
            (pathlib.Path(work) / "bin").mkdir()
            (pathlib.Path(work) / "here").mkdir()
            (pathlib.Path(work) / "bin/eqlite").symlink_to(program)
            environment = {**os.environ, "PATH": f"{work}/bin:{os.environ['PATH']}", "HOME": work, "LC_ALL": "C.UTF-8",
                           "TERM": "dumb", "TZ": "UTC", "rules": str(ROOT / "rules"), "samples": str(ROOT / "rules/samples")}
            for name in ("NO_COLOR", "CLICOLOR_FORCE", "COLUMNS"):
                environment.pop(name, None)
            page = Page(path, f"{work}/here", environment)
            page.read()
        if page.failed and os.environ.get("EQLITE_BLESS") == "1":
            path.write_text("\n".join(page.out) + "\n", encoding="utf-8")
        passed += page.passed
        failed += page.failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    raise SystemExit(main())
