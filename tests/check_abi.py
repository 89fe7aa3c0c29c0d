#!/usr/bin/env python3
"""Does the library still look to programs as src/api/eqlite.abi says?

The ledger has a row for each exported function, with the version that brought it, and for each struct, field and
enumerator of eqlite.h, with its size, place or value (on 64-bit Linux). A row that is gone or differs breaks programs
that are compiled already; a new one belongs into the ledger. EQLITE_BLESS=1 writes it: look at the difference, and
tell of it in CHANGELOG.md.

Ends with "N passed, N failed".
"""
import argparse
import os
import pathlib
import re
import struct
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEADER = ROOT / "src/api/eqlite.h"
LEDGER = ROOT / "src/api/eqlite.abi"


def header_text():
    return re.sub(r"/\*.*?\*/", " ", HEADER.read_text(encoding="utf-8"), flags=re.S)


def version():
    return ".".join(re.findall(r"^#define EQLITE_VERSION_\w+ (\d+)", header_text(), re.M))


def functions(library):
    """the exported names, each with its version of symbols"""
    out = subprocess.run(["nm", "-D", "--defined-only", "--with-symbol-versions", library], capture_output=True, text=True,
                         check=True).stdout
    for line in out.splitlines():
        kind, name = line.split()[1:3]
        if kind != "A":  # the version itself
            yield name.replace("@@EQLITE_0", "")


def fields(body):
    """the names that the members of a struct declare"""
    for member in body.split(";"):
        for one in re.split(r",(?![^(]*\))", member):
            name = re.search(r"\(\*(\w+)\)", one) or re.search(r"(\w+)\s*(?:\[[^]]*\])?\s*$", one)
            if name:
                yield name.group(1)


def layout(cc):
    """rows that a small program prints: the compiler knows best"""
    text, lines = header_text(), []
    for body, name in re.findall(r"^typedef struct \w+ \{(.*?)^\} (\w+);", text, re.S | re.M):
        lines.append(f'printf("struct {name} %zu\\n", sizeof({name}));')
        lines += [f'printf("field {name}.{f} %zu %zu\\n", offsetof({name}, {f}), sizeof((({name} *)0)->{f}));'
                  for f in fields(body)]
    for body in re.findall(r"^typedef enum \w+ \{(.*?)\} \w+;", text, re.S | re.M):
        lines += [f'printf("value {v} %d\\n", (int){v});' for v in re.findall(r"\b(EQLITE_\w+)", body)]
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "layout"
        code = '#include <stdio.h>\n#include "eqlite.h"\nint main(void) {\n' + "\n".join(lines) + "\nreturn 0;\n}\n"
        subprocess.run([cc, "-std=c11", "-I", str(HEADER.parent), "-x", "c", "-", "-o", str(program)], input=code, text=True,
                       check=True)
        return subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout.splitlines()


def split(row):
    kind, name, rest = row.split(" ", 2)
    return (kind, name), rest


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cc", default="cc")
    parser.add_argument("shared", help="the shared library")
    args = parser.parse_args()

    lines = LEDGER.read_text(encoding="utf-8").splitlines() if LEDGER.exists() else []
    ledger = dict(split(row) for row in lines if row and not row.startswith("#"))
    found = {}
    for name in sorted(functions(args.shared)):
        found["function", name] = ledger.get(("function", name), version())
    if struct.calcsize("P") == 8:
        found.update(map(split, layout(args.cc)))
    else:  # the ledger's sizes are not ours
        found.update({key: rest for key, rest in ledger.items() if key[0] != "function"})

    if os.environ.get("EQLITE_BLESS") == "1":
        head = [row for row in lines if row.startswith("#")]
        LEDGER.write_text("\n".join(head + [" ".join((*key, rest)) for key, rest in found.items()]) + "\n", encoding="utf-8")
        ledger = found
    passed = failed = 0
    for key in [*ledger, *(k for k in found if k not in ledger)]:
        if found.get(key) == ledger.get(key):
            passed += 1
            continue
        failed += 1
        what = ("is gone: programs that use it break" if key not in found else
                "is new: EQLITE_BLESS=1 writes it down" if key not in ledger else
                f"was {ledger[key]}, is now {found[key]}: compiled programs break")
        print(f"FAILED {key[0]} {key[1]} {what}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    raise SystemExit(main())
