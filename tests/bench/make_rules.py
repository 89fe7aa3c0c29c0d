#!/usr/bin/env python3
"""Makes rule files of the common kinds, for measuring how speed depends on the number of rules.

  make_rules.py FOLDER COUNT [SEED]

A rule asks what public rules ask most: a category, a type, a few names, words of a command line, paths with wildcards,
exceptions after `not`. Few events match. The same arguments give the same files.
"""
import pathlib
import random
import sys

CATEGORIES = ["process", "process", "process", "file", "registry", "network", "library", "any"]
WORDS = "payload beacon dump inject tunnel stager loader export shadow token ticket relay mimic hollow".split()
FILE_OF = {"file": "file.path", "registry": "registry.path", "library": "dll.path"}


def condition(r, category, i):
    """one more or less likely condition"""
    word = r.choice(WORDS)
    choices = [
        f'process.name : ("{word}{i}.exe", "{r.choice(WORDS)}{i % 97}.exe")',
        f'process.args : ("*{word}{i}*", "/{word}")',
        f'process.command_line like~ "*{word} -{r.choice(WORDS)}*{i % 1000}*"',
        f'process.pe.original_file_name == "{word.upper()}{i % 500}.EXE"',
        f'(process.parent.name in~ ("winword.exe", "excel.exe", "wmiprvse.exe") and process.args : "*{word}{i % 50}*")',
        f'process.executable regex~ """.*\\\\{word}[0-9]{{1,4}}\\.exe"""',
        f'user.id : "S-1-5-21-*-{i % 1000}"',
    ]
    if category in FILE_OF:
        choices += [f'{FILE_OF[category]} : "*\\\\{word}{i % 300}\\\\*"'] * 4
    if category == "network":
        choices += [f'cidrMatch(destination.ip, "203.0.{i % 256}.0/24", "198.51.{i % 100}.0/24")'] * 4
    return r.choice(choices)


def rule(i, r):
    category = r.choice(CATEGORIES)
    text = ['host.os.type == "windows"'] if r.random() < 0.5 else []
    text += [condition(r, category, i) for _ in range(r.randint(1, 3))]
    if r.random() < 0.4:
        text.append(f'({condition(r, category, i + 1)} or {condition(r, category, i + 2)})')
    if r.random() < 0.4:
        text.append('not process.executable : ("?:\\\\Program Files\\\\*", "?:\\\\Windows\\\\System32\\\\' + r.choice(WORDS) + '*")')
    query = f"{category} where " + " and\n  ".join(text)
    return (f'[rule]\nname = "Synthetic {i}"\nrule_id = "{i:08x}-0000-4000-8000-000000000000"\ndescription = "synthetic"\n'
            f'type = "eql"\nlanguage = "eql"\nseverity = "low"\nrisk_score = 21\nquery = \'\'\'\n{query}\n\'\'\'\n')


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__.strip())
    folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        seed = f"{sys.argv[3] if len(sys.argv) == 4 else 1}/{i}"
        (folder / f"synthetic_{i:05}.toml").write_text(rule(i, random.Random(seed)), encoding="utf-8")


if __name__ == "__main__":
    main()
