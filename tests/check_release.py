#!/usr/bin/env python3
"""Could this be released?

  version     CHANGELOG.md begins with the version of eqlite.h; program and pkg-config say it too, and so does the README
  nowhere     no file of the build or the sources writes the version down again
  archive     git archive gives the same bytes twice, and all that git knows but what .gitattributes leaves out

Ends with "N passed, N failed". Without git, or outside of a repository, the archive is skipped.
"""
import argparse
import io
import pathlib
import re
import subprocess
import tarfile

import checks

ROOT = pathlib.Path(__file__).resolve().parent.parent


def text_of(path):
    return (ROOT / path).read_text(encoding="utf-8")


def version():
    return ".".join(re.findall(r"^#define EQLITE_VERSION_\w+ (\d+)", text_of("src/api/eqlite.h"), re.M))


def check_version(args):
    ours = version()
    if not re.fullmatch(r"\d+\.\d+\.\d+", ours):
        yield f"{ours} is not a semantic version"
    newest = re.search(r"^## \[(?!Unreleased)([^]]+)\] - \d{4}-\d\d-\d\d$", text_of("CHANGELOG.md"), re.M)
    if not newest or newest[1] != ours:
        yield f"the newest release in CHANGELOG.md is not {ours}"
    if f'"eqlite": {{"version": "{ours}"' not in text_of("README.md"):
        yield f"the alert in README.md is not of {ours}"
    if args.program:
        said = subprocess.run([args.program, "version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
        if said != f"eqlite {ours}":
            yield f"the program says: {said}"
    if args.build:
        cache = pathlib.Path(args.build, "CMakeCache.txt").read_text(encoding="utf-8")
        if f"CMAKE_PROJECT_VERSION:STATIC={ours}\n" not in cache:
            yield f"CMake does not take the project to be {ours}"


def check_nowhere(_):
    # Packages need the version since which a symbol is there: that of the past, which stays.
    past = {"src/api/eqlite.abi", "packaging/debian.cmake", "src/api/eqlite.h"}
    paths = [p for folder in ("src", "packaging", "grammar") for p in sorted((ROOT / folder).rglob("*")) if p.is_file()]
    for path in [ROOT / "CMakeLists.txt", ROOT / "CMakePresets.json", ROOT / "dev", *paths]:
        name = str(path.relative_to(ROOT))
        if name not in past and re.search(rf"(?<![\d.]){re.escape(version())}(?![\d.])", text_of(name)):
            yield f"{name} has the version {version()} again"


def git(*words):
    return subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, check=True).stdout


def check_archive(_):
    try:
        one, two = (git("archive", "--prefix=eqlite/", "HEAD") for _ in range(2))
    except (OSError, subprocess.CalledProcessError):
        print("  skipped: no git, or not a repository")
        return
    if one != two:
        yield "git archive gave other bytes the second time"
    with tarfile.open(fileobj=io.BytesIO(one)) as tar:
        has = {m.name.removeprefix("eqlite/") for m in tar.getmembers() if not m.isdir()}
    known = set(git("ls-tree", "-r", "-z", "--name-only", "HEAD").decode().split("\0")) - {""}
    ignored = {line.split()[0] for line in text_of(".gitattributes").splitlines() if line.endswith("export-ignore")}
    for name in sorted(known - ignored - has):
        yield f"the archive lacks {name}"
    for name in sorted(has & ignored):
        yield f"the archive has {name}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", help="eqlite, to ask for its version")
    parser.add_argument("--build", help="the build folder")
    args = parser.parse_args()
    return checks.run([check_version, check_nowhere, check_archive], args)


if __name__ == "__main__":
    raise SystemExit(main())
