#!/usr/bin/env python3
"""Do the colours for editors know the language?

  files      the JSON below editors/ is JSON, what package.json names is there, extension.js is JavaScript (if node is here)
  words      each keyword and function has its colour; names of fields that look like them have not
  pieces     pieces of a query get the colours that they should
  patterns   every pattern is a regular expression

Ends with "N passed, N failed".
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import checks  # noqa: E402

VSCODE = ROOT / "editors/vscode"
GRAMMAR = VSCODE / "syntaxes/eql.tmLanguage.json"


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def patterns_of(node):
    """each pattern of a grammar, in order, with its place behind includes"""
    if isinstance(node, dict):
        if "match" in node or "begin" in node:
            yield node
        for value in node.values():
            yield from patterns_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from patterns_of(value)


def flat(grammar, patterns):
    """patterns in the order in which they are tried, includes resolved"""
    for one in patterns:
        if one.get("include", "").startswith("#"):
            target = grammar["repository"][one["include"][1:]]
            yield from flat(grammar, target["patterns"] if "match" not in target and "begin" not in target else [target])
        else:
            yield one


def as_one(rule):
    """a pattern with beginning and end as one, for a line"""
    if "match" in rule:
        return rule["match"]
    inside = "|".join(r["match"] for r in rule["patterns"] if "match" in r) or "(?!)"
    return f"{rule['begin']}(?:{inside}|(?!{inside})[^\n])*?(?:{rule['end']})"


def colours(line):
    """(text, colour) of the tokens of a line: the pattern that matches first, of those the first one"""
    grammar = read(GRAMMAR)
    rules = [(re.compile(as_one(r)), r) for r in flat(grammar, grammar["patterns"])]
    at, found = 0, []
    while at < len(line):
        hits = [(m.start(), i, m, r) for i, (regex, r) in enumerate(rules) if (m := regex.search(line, at)) and m[0]]
        if not hits:
            break
        _, _, m, rule = min(hits, key=lambda hit: hit[:2])
        if "captures" in rule:
            found += [(m[int(n)], capture["name"]) for n, capture in rule["captures"].items()]
        else:
            found.append((m[0], rule["name"]))
        at = m.end()
    return found


def colour(line, word):
    return next((name for text, name in colours(line) if text == word), "none")


def check_files(_):
    for path in sorted((ROOT / "editors").rglob("*.json")):
        try:
            read(path)
        except ValueError as error:
            yield f"{path.name}: {error}"
    package = read(VSCODE / "package.json")
    named = [package["main"], *(g["path"] for g in package["contributes"]["grammars"]),
             *(x["configuration"] for x in package["contributes"]["languages"])]
    for name in named:
        if not (VSCODE / name).exists():
            yield f"package.json names {name}, which is not there"
    node = shutil.which("node")
    if node and subprocess.run([node, "--check", VSCODE / "extension.js"], check=False).returncode:
        yield "extension.js is not JavaScript"


def check_words(_):
    keywords = re.findall(r'^(?:KEYWORD\(\w+, |WORD\()"([^"]+)"\)', (ROOT / "src/lang/eql/keywords.def").read_text(), re.M)
    functions = re.findall(r'^FUNCTION\(\w+, "([a-zA-Z]\w*)"', (ROOT / "src/plan/functions.def").read_text(), re.M)
    if len(keywords) < 20 or len(functions) < 15:
        yield "the tables of the language could not be read"
    for word in keywords:
        if not re.match("keyword|constant", colour(f"[ {word} ]", word)):
            yield f"the keyword {word} has no colour"
        if "~" not in word and colour(f"x.{word} == 1", f"x.{word}") != "variable.other.field.eql":
            yield f"the field x.{word} has the colour of a keyword"
    for name in functions:
        if colour(f"x == {name}(a)", name) != "support.function.eql":
            yield f"the function {name} has no colour"


def check_pieces(_):
    wanted = [('process where process.name : "a\\"b" // x', 'process', "entity.name.type.category.eql"),
              ('process where process.name : "a\\"b" // x', 'process.name', "variable.other.field.eql"),
              ('process where x : "a\\"b" // x', '// x', "comment.line.double-slash.eql"),
              ('a == """raw\\""" and b', '"""raw\\"""', "string.quoted.triple.eql"),
              ('a == """raw\\""" and b', 'b', "variable.other.field.eql"),
              ("with maxspan=30s", "30s", "constant.numeric.time.eql"), ("a > 1.5e3", "1.5e3", "constant.numeric.eql"),
              ("a.`b c` == 1", "a.`b c`", "variable.other.field.eql"), ("like~", "like~", "keyword.operator.word.eql"),
              ("any.x == 1", "any.x", "variable.other.field.eql"), ("![", "!", "keyword.control.eql")]
    for line, text, name in wanted:
        if colour(line, text) != name:
            yield f"{text} in {line} is {colour(line, text)}, not {name}: {colours(line)}"


def check_patterns(_):
    for path in sorted((VSCODE / "syntaxes").glob("*.json")):
        grammar = read(path)
        for one in patterns_of(grammar):
            for key in ("match", "begin", "end"):
                try:
                    re.compile(one.get(key, ""))
                except re.error as error:
                    yield f"{path.name}: {one[key]}: {error}"
        for name in re.findall(r'"include": "#(\w+)"', path.read_text(encoding="utf-8")):
            if name not in grammar["repository"]:
                yield f"{path.name}: no pattern {name}"


if __name__ == "__main__":
    sys.exit(checks.run([check_files, check_words, check_pieces, check_patterns], None))
