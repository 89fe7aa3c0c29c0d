#!/usr/bin/env python3
"""Does the project still have the shape that its documents promise?

  arrows    the #include lines below src/ keep to the block in docs/architecture.md
  headers   every header compiles alone, as C11; the public one as C++17 too
  exports   the shared library shows eqlite_* and nothing else
  tables    every diagnostic and every function occurs in some test, and every diagnostic in docs/errors.md
  links     pages link to files and headings that are there
  top       only the agreed files and folders lie at the top

Ends with "N passed, N failed".
"""
import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import tempfile

import checks

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
TOP = {"grammar", "src", "rules", "tests", "docs", "packaging", "editors", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md",
       "CMakeLists.txt", "README.md", "CMakePresets.json", "dev", "LICENSE",
       "build", "compile_commands.json"}


def text_of(path):
    return path.read_text(encoding="utf-8")


# ── arrows ──────────────────────────────────────────────────────────────────────────────────────────────────────────

def read_arrows():
    """folder -> what it may include: folders, or single headers"""
    block = re.search(r"^```arrows\n(.*?)^```", text_of(ROOT / "docs/architecture.md"), re.S | re.M)
    if not block:
        return {}
    rows = (line.split("->") for line in block.group(1).splitlines() if line.strip())
    return {name.strip(): set(allowed.split()) for name, allowed in rows}


def module_of(path):
    """("plan", "plan") of src/plan/x.c, ("lang", "lang/eql") of src/lang/eql/x.c"""
    parts = path.relative_to(SRC).parts[:-1]
    return parts[0], "/".join(parts)


def check_arrows(_):
    arrows = read_arrows()
    if not arrows:
        yield "docs/architecture.md has no block of arrows"
    files = sorted(p for p in SRC.rglob("*") if p.suffix in (".c", ".cc", ".h", ".def"))
    files += sorted((ROOT / "grammar").glob("*.[ry]*"))
    for path in files:
        folder, module = ("lang", "lang/" + path.stem) if path.parent.name == "grammar" else module_of(path)
        if folder not in arrows:
            yield f"{path.relative_to(ROOT)}: the arrows do not know the folder {folder}"
            continue
        for n, line in enumerate(text_of(path).splitlines(), 1):
            found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not found:
                continue
            target = found.group(1)
            own = target.startswith(module + "/") or target.startswith("lang/languages") and folder == "lang"
            generated = "/" not in target and folder == "lang"
            if own or generated or target in arrows[folder] or target.split("/")[0] in arrows[folder]:
                continue
            yield f"{path.relative_to(ROOT)}:{n}: {folder} may not include {target}"


# ── headers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

def compile_alone(compiler, header, standard, language, generated):
    flags = ["-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", f"-std={standard}", "-x", language]
    flags += ["-I", str(SRC), "-I", generated, "-D_GNU_SOURCE"]
    # twice: the guard must hold
    code = f'#include "{header}"\n#include "{header}"\n'
    done = subprocess.run([compiler, *flags, "-"], input=code, capture_output=True, text=True)
    return None if done.returncode == 0 else f"src/{header} does not compile alone ({standard}): {done.stderr[:300]}"


def check_headers(args):
    headers = sorted(str(p.relative_to(SRC)) for p in SRC.rglob("*.h"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(compile_alone, args.cc, h, "c11", "c", args.generated) for h in headers]
        jobs.append(pool.submit(compile_alone, args.cxx, "api/eqlite.h", "c++17", "c++", args.generated))
        for job in jobs:
            if job.result():
                yield job.result()


# ── exports ─────────────────────────────────────────────────────────────────────────────────────────────────────────

def check_exports(args):
    if not args.exports_of:
        return
    out = subprocess.run(["nm", "-D", "--defined-only", args.exports_of], capture_output=True, text=True, check=True).stdout
    names = {line.split()[-1].split("@")[0] for line in out.splitlines() if line.split()}
    names -= {"EQLITE_0"}  # the version itself
    for name in sorted(names):
        if not name.startswith("eqlite_"):
            yield f"the shared library exports {name}"
    promised = set(re.findall(r"^EQLITE_API [^;(]*?\b(eqlite_\w+)\(", text_of(SRC / "api/eqlite.h"), re.M))
    for name in sorted(promised - names):
        yield f"the shared library lacks {name}"
    for name in sorted(n for n in names - promised if n.startswith("eqlite_")):
        yield f"the shared library exports {name}, which eqlite.h does not declare"


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────

def all_tests():
    """the text of every test"""
    paths = [p for folder in ("cases", "cli", "unit") for p in (ROOT / "tests" / folder).rglob("*") if p.is_file()]
    return "\n".join(p.read_text(encoding="utf-8", errors="replace") for p in paths if p.suffix != ".def")


def check_tables(_):
    tests = all_tests()
    cases = "\n".join(text_of(p) for p in sorted((ROOT / "tests/cases").rglob("*.test")))
    errors = ROOT / "docs/errors.md"
    explained = text_of(errors) if errors.exists() else ""
    for code, title in re.findall(r'^DIAG\((\w+), \w+, "(.*)"\)', text_of(SRC / "base/diagnostics.def"), re.M):
        if not re.search(rf"(?<![A-Za-z0-9]){code}\b", tests):  # E0101, or EQ_E0101 in a unit test
            yield f"no test raises {code}"
        if f"\n## {code} {title}\n" not in explained:  # the program prints what stands below
            yield f"docs/errors.md does not explain {code} {title}"
    for name in re.findall(r'^FUNCTION\(\w+, "([^"_][^"]*)"', text_of(SRC / "plan/functions.def"), re.M):
        if not re.search(rf"\b{name}~?\(", cases):
            yield f"no case calls {name}()"


# ── links ───────────────────────────────────────────────────────────────────────────────────────────────────────────

def without_blocks(text):
    return re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)


def anchors(page):
    """of the headings: small letters, blanks as hyphens, no other signs"""
    titles = re.findall(r"^#+ (.*)$", without_blocks(text_of(page)), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def check_links(_):
    folders = ("docs", "src", "tests", "rules", "packaging", "editors")
    for page in sorted([*ROOT.glob("*.md"), *(p for folder in folders for p in (ROOT / folder).rglob("*.md"))]):
        for target in re.findall(r"\]\(([^()\s]+)\)", re.sub(r"`[^`\n]*`", "", without_blocks(text_of(page)))):
            if re.match(r"\w+:", target):
                continue
            name, _, anchor = target.partition("#")
            to = (page.parent / name).resolve() if name else page
            if not to.exists():
                yield f"{page.relative_to(ROOT)}: {target} is not there"
            elif anchor and to.suffix == ".md" and anchor not in anchors(to):
                yield f"{page.relative_to(ROOT)}: {target} has no such heading"


def check_top(_):
    for path in sorted(ROOT.iterdir()):
        if path.name not in TOP and not path.name.startswith("."):
            yield f"{path.name} does not belong at the top of the project"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exports-of", help="the shared library, for its exported names")
    parser.add_argument("--generated", default=tempfile.gettempdir(), help="folder of the generated parser")
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--cxx", default="c++")
    args = parser.parse_args()
    return checks.run([check_arrows, check_headers, check_exports, check_tables, check_links, check_top], args)


if __name__ == "__main__":
    raise SystemExit(main())
