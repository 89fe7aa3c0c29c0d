#!/usr/bin/env python3
"""Is this SARIF 2.1.0, as far as eqlite writes it?

    check_sarif.py [FILE]

Reads FILE or standard input and says what is wrong: names of members that the standard does not have, wrong types,
missing members, indexes and places that lead nowhere. It knows the part of the standard that findings of a linter need,
and takes all else for a mistake. The last line is the number of results.
"""
import json
import re
import sys

LEVELS = {"none", "note", "warning", "error"}
URI = re.compile(r"(?:[A-Za-z0-9\-._~/:?#@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*\Z")
problems = []


def wrong(where, what):
    problems.append(f"{where}: {what}")


def text(value, where):
    if not isinstance(value, str) or not value:
        wrong(where, "not a text")


def count(value, where, least=1):
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        wrong(where, f"not an integer from {least} on")


def level(value, where):
    if value not in LEVELS:
        wrong(where, f"no level: {value!r}")


def message(value, where):
    table(value, where, {"text": text}, {})
    plain = value.get("text", "") if isinstance(value, dict) else ""
    if re.search(r"[{}]", plain.replace("{{", "").replace("}}", "")):
        wrong(where, "a brace that is not doubled would be a placeholder")


def uri(value, where):
    if not isinstance(value, str) or not URI.match(value):
        wrong(where, f"no URI: {value!r}")


def table(value, where, needed, allowed):
    """An object with these members: name -> check."""
    if not isinstance(value, dict):
        wrong(where, "not an object")
        return
    for name in needed:
        if name not in value:
            wrong(where, f"lacks {name}")
    for name, member in value.items():
        check = needed.get(name) or allowed.get(name)
        if check:
            check(member, f"{where}.{name}")
        else:
            wrong(where, f"has {name}, which the standard does not know")


def each(check):
    def check_list(value, where):
        if not isinstance(value, list):
            wrong(where, "not an array")
            return
        for i, item in enumerate(value):
            check(item, f"{where}[{i}]")
    return check_list


def constant(wanted):
    def check(value, where):
        if value != wanted:
            wrong(where, f"is {value!r}, not {wanted!r}")
    return check


def boolean(value, where):
    if not isinstance(value, bool):
        wrong(where, "not a boolean")


def region(value, where):
    places = {name: count for name in ("startLine", "startColumn", "endLine", "endColumn")}
    table(value, where, {"startLine": count}, places)
    if isinstance(value, dict) and all(isinstance(value.get(name), int) for name in places):
        if (value["endLine"], value["endColumn"]) < (value["startLine"], value["startColumn"]):
            wrong(where, "ends before it starts")


def location(value, where):
    table(value, where, {"physicalLocation": lambda v, w: table(
        v, w, {"artifactLocation": lambda x, y: table(x, y, {"uri": uri}, {})}, {"region": region})}, {})


def rule(value, where):
    table(value, where, {"id": text}, {
        "shortDescription": message,
        "defaultConfiguration": lambda v, w: table(v, w, {}, {"level": level})})


def result(value, where):
    table(value, where, {"message": message}, {
        "ruleId": text, "ruleIndex": lambda v, w: count(v, w, 0), "level": level, "locations": each(location)})


def notification(value, where):
    table(value, where, {"message": message}, {"level": level})


def invocation(value, where):
    table(value, where, {"executionSuccessful": boolean}, {"toolExecutionNotifications": each(notification)})


def driver(value, where):
    table(value, where, {"name": text}, {"version": text, "rules": each(rule)})


def run(value, where):
    table(value, where, {"tool": lambda v, w: table(v, w, {"driver": driver}, {})}, {
        "columnKind": lambda v, w: v in ("utf16CodeUnits", "unicodeCodePoints") or wrong(w, "unknown"),
        "invocations": each(invocation), "results": each(result)})
    if problems:
        return
    ids = [r["id"] for r in value["tool"]["driver"].get("rules", [])]
    if len(set(ids)) != len(ids):
        wrong(where, "a rule is described twice")
    for i, r in enumerate(value.get("results", [])):
        if r["ruleIndex"] >= len(ids) or ids[r["ruleIndex"]] != r["ruleId"]:
            wrong(f"{where}.results[{i}]", "ruleIndex does not lead to ruleId")


def main():
    with open(sys.argv[1], "rb") if len(sys.argv) > 1 else sys.stdin.buffer as file:
        log = json.loads(file.read().decode("utf-8"))
    table(log, "log", {"version": constant("2.1.0"), "runs": each(run)},
          {"$schema": constant("https://json.schemastore.org/sarif-2.1.0.json")})
    print("\n".join(problems) or f"{sum(len(r['results']) for r in log['runs'])} results")
    sys.exit(bool(problems))


main()
