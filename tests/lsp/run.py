#!/usr/bin/env python3
"""Drives `eqlite lsp` as an editor does: opens, edits, completes, hovers, formats, mends, finds, shuts down; and as no
editor should: broken messages, requests out of order, huge documents, a client that dies.

    run.py PATH_TO_EQLITE [NAME...]      NAME: only tests whose name has it in it

Ends with "N passed, N failed".
"""
import pathlib
import random
import subprocess
import sys
import tempfile
import traceback

from client import Client, Gone, frame

RULE = """[rule]
name = "Office starts a shell"
rule_id = "3b0f8a4e-5c8e-4d0e-9d0c-7a3f3f0f6a11"
description = "x"
severity = "high"
risk_score = 73
type = "eql"
language = "eql"
author = ["Ada"]
query = '''
sequence by host.id
  [process where process.name : "cmd.exe"]
  [file where file.nmae == "é🙂" and user.name == "a"]
'''

[[tests]]
name = "it matches"
expect = "match"
events = ''
"""
URI = "file:///nowhere/q.eql"
TOML = "file:///nowhere/r.toml"


def place(line, character):
    return {"line": line, "character": character}


def span(line, start, end):
    return {"start": place(line, start), "end": place(line, end)}


def codes(diagnostics):
    return [d["code"] for d in diagnostics]


def labels(result):
    return [item["label"] for item in result["items"]]


def offset_of(text, at):
    """a place as the protocol has it to an index of Python"""
    lines = text.split("\n")
    before = sum(len(line) + 1 for line in lines[:at["line"]])
    units = at["character"]
    for i, c in enumerate(lines[at["line"]]):
        if units <= 0:
            return before + i
        units -= 2 if ord(c) > 0xFFFF else 1
    return before + len(lines[at["line"]])


def apply(text, edits):
    for edit in sorted(edits, key=lambda e: offset_of(text, e["range"]["start"]), reverse=True):
        start, end = (offset_of(text, edit["range"][key]) for key in ("start", "end"))
        text = text[:start] + edit["newText"] + text[end:]
    return text


class Tests:
    def __init__(self, program):
        self.program = program

    def client(self, *options):
        return Client(self.program, *options)

    def started(self, *folders):
        c = self.client()
        c.start(*folders)
        return c

    # ── a session ──

    def test_life(self):
        c = self.client()
        result = c.start()
        assert result["capabilities"]["positionEncoding"] == "utf-16", result
        assert result["capabilities"]["textDocumentSync"]["change"] == 2, result
        assert result["serverInfo"]["name"] == "eqlite", result
        assert c.stop() == (None, 0)
        assert c.said == "", c.said

    def test_order(self):
        c = self.client()
        assert c.ask("textDocument/hover", {}) == -32002
        c.tell("textDocument/didOpen", {"textDocument": {"uri": URI, "text": "x", "version": 1}})  # dropped
        c.start()
        assert c.at("hover", URI, 0, 0) is None
        assert c.ask("initialize", {}) == -32600
        assert c.ask("no/such") == -32601
        assert c.ask("$/no/such") == -32601
        assert c.ask("textDocument/didOpen") == -32601  # a notice, asked for
        assert c.ask("textDocument/hover", {}) == -32602
        c.tell("$/setTrace", {"value": "off"})
        c.tell("workspace/didChangeConfiguration", {"settings": {}})
        c.tell("no/such/notice", [1, 2])
        c.send({"jsonrpc": "2.0", "id": 99, "result": None})  # an answer to nothing
        assert c.ask("shutdown") is None
        assert c.ask("textDocument/hover", {}) == -32600
        assert c.ask("shutdown") == -32600
        c.tell("exit")
        assert c.wait() == 0

    def test_initialize_wrong(self):
        c = self.client()
        assert c.ask("initialize", [1]) == -32602
        assert c.ask("initialize", {"rootUri": 7, "workspaceFolders": "x"}) != -32602
        assert c.stop() == (None, 0)

    def test_exit_without_shutdown(self):
        c = self.started()
        c.tell("exit")
        assert c.wait() == 1

    def test_exit_at_once(self):
        c = self.client()
        c.tell("exit")
        assert c.wait() == 1

    def test_ids(self):
        c = self.started()
        c.send({"jsonrpc": "2.0", "id": "näm\"e", "method": "no/such"})
        assert c.receive()["id"] == "näm\"e"
        c.send({"jsonrpc": "2.0", "id": -5, "method": "no/such"})
        assert c.receive()["id"] == -5
        for wrong in (1.5, None, {"a": 1}, True):
            c.send({"jsonrpc": "2.0", "id": wrong, "method": "shutdown"})
            assert c.error() == -32600
        assert c.stop() == (None, 0)

    # ── diagnostics ──

    def test_diagnostics(self):
        c = self.started()
        told = c.open(URI, "process where process.nmae == \"x\"\n")
        assert codes(told) == ["W0202"], told
        assert told[0]["range"] == span(0, 14, 26), told
        assert told[0]["severity"] == 2 and told[0]["source"] == "eqlite", told
        assert "did you mean" in told[0]["message"], told
        told = c.change(URI, 2, {"text": "process where process.name == \"x\n"})
        assert codes(told) == ["E0103"] and told[0]["severity"] == 1, told
        assert c.change(URI, 3, {"text": "process where process.name == \"x\"\n"}) == []
        c.change(URI, 4, {"text": "process where"})
        c.tell("textDocument/didClose", {"textDocument": {"uri": URI}})
        assert c.diagnostics(URI) == []
        assert c.stop() == (None, 0)

    def test_diagnostics_in_toml(self):
        c = self.started()
        told = c.open(TOML, RULE, "toml")
        field = [d for d in told if d["code"] == "W0202"]
        assert [d["range"] for d in field] == [span(12, 14, 23)], told
        told = c.change(TOML, 2, {"range": span(12, 14, 23), "text": "file.name"})
        assert "W0202" not in codes(told), told
        # behind characters that are two code units: é is one, 🙂 is two
        told = c.change(TOML, 3, {"range": span(12, 37, 46), "text": "user.nmae"})
        assert [d["range"] for d in told if d["code"] == "W0202"] == [span(12, 37, 46)], told
        told = c.change(TOML, 4, {"range": span(5, 0, 7), "text": "risk_score = [\n"})
        assert codes(told) == ["E0701"], told
        assert c.stop() == (None, 0)

    def test_escapes(self):
        c = self.started()
        text = RULE.replace("'''", '"""').replace('"cmd.exe"', '\\"cmd.exe\\"').replace('"é🙂"', '\\"\\u00e9🙂\\"')
        told = [d for d in c.open(TOML, text, "toml") if d["code"] == "W0202"]
        assert [d["range"] for d in told] == [span(12, 14, 23)], told
        hover = c.at("hover", TOML, 12, text.split("\n")[12].index("user.name") + 6)  # 🙂 makes it five
        assert hover["range"]["start"]["character"] == text.split("\n")[12].index("user.name") + 1, hover
        assert c.stop() == (None, 0)

    def test_other_toml(self):
        c = self.started()
        c.tell("textDocument/didOpen", {"textDocument": {"uri": "file:///x/Cargo.toml", "languageId": "toml",
                                                         "version": 1, "text": "[package]\nname = \"x\"\n"}})
        assert c.at("hover", "file:///x/Cargo.toml", 0, 3) is None
        assert c.silent()
        assert c.stop() == (None, 0)

    def test_many_findings(self):
        c = self.started()
        told = c.open(URI, "any where " + " or ".join(f"a{i}.b == 1" for i in range(1500)))
        assert len(told) <= 1001, len(told)
        assert c.stop() == (None, 0)

    def test_tests_beside(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "r.toml").write_text(RULE.replace("nmae", "name"))
            tests = '[[tests]]\nname = "x"\nexpect = "mtach"\nevents = "{}"\n'
            c = self.started(folder)
            told = c.open((folder / "r.test.toml").as_uri(), tests, "toml")
            assert told and all(d["range"]["start"]["line"] == 2 for d in told), told
            other = 'rule_id = "3b0f8a4e-5c8e-4d0e-9d0c-7a3f3f0f6a11"\n' + tests.replace("mtach", "match")
            assert c.open((folder / "other.test.toml").as_uri(), other, "toml") == []
            told = c.open((folder / "alone.test.toml").as_uri(), tests.replace("mtach", "match"), "toml")
            assert codes(told) == ["E0705"], told
            assert c.stop() == (None, 0)

    # ── sync ──

    def test_incremental(self):
        c = self.started()
        c.open(URI, "process where a == \"🙂é\"\r\n  and b == 1\rand c == 2")
        changes = [{"range": span(0, 22, 23), "text": ""},  # é
                   {"range": span(1, 6, 7), "text": "bb"},
                   {"range": {"start": place(1, 13), "end": place(2, 3)}, "text": "\nor"},
                   {"range": span(2, 99, 99), "text": " "},
                   {"range": span(99, 0, 0), "text": "\n"},
                   {"range": span(0, 21, 21), "text": "x"}]  # between the halves of 🙂
        c.change(URI, 2, *changes)
        edits = c.ask("textDocument/formatting", {"textDocument": {"uri": URI}, "options": {}})
        assert edits, edits
        symbols = c.ask("textDocument/documentSymbol", {"textDocument": {"uri": URI}})
        assert symbols[0]["range"]["end"] == place(3, 0), symbols
        c.change(URI, 3, {"text": "process where a == 1\n"})
        assert c.ask("textDocument/formatting", {"textDocument": {"uri": URI}, "options": {}}) == []
        assert c.stop() == (None, 0)

    def test_random_edits(self):
        """The server's text and ours stay the same: its symbols tell where the last line ends, and formatting what it has."""
        rng = random.Random(7)
        c = self.started()
        text = "process where a == 1\n"
        c.open(URI, text)
        for version in range(2, 60):
            at = sorted(rng.randrange(len(text) + 1) for _ in range(2))
            new = rng.choice(["", "\n", "🙂", "é", " or b == 2", "\r\n", "x"])
            if "\r" in text[max(0, at[0] - 1):at[1] + 1]:
                new = ""
                at = [0, len(text)]
            start, end = ([text[:i].count("\n"), len(text[:i].split("\n")[-1].encode("utf-16-le")) // 2] for i in at)
            text = text[:at[0]] + new + text[at[1]:]
            c.tell("textDocument/didChange", {"textDocument": {"uri": URI, "version": version}, "contentChanges": [
                {"range": {"start": place(*start), "end": place(*end)}, "text": new}]})
            found = c.ask("textDocument/documentSymbol", {"textDocument": {"uri": URI}})[0]["range"]["end"]
            lines = text.split("\n")
            assert found == place(len(lines) - 1, len(lines[-1].encode("utf-16-le")) // 2), (text, found)
        assert c.stop() == (None, 0)

    # ── what is offered ──

    def test_completion(self):
        c = self.started()

        def at(text):
            before, _, after = text.partition("|")
            c.open(URI, before + after)
            lines = before.split("\n")
            return c.at("completion", URI, len(lines) - 1, len(lines[-1]))

        assert "process" in labels(at("pro|")) and "sequence" in labels(at("|"))
        assert labels(at("process |")) == ["where"]
        result = at("process where process.na|")
        assert "process.name" in labels(result) and all(x.startswith("process.na") for x in labels(result))
        item = next(i for i in result["items"] if i["label"] == "process.name")
        assert item["textEdit"]["range"] == span(0, 14, 24) and item["kind"] == 5, item
        assert "cidrMatch" in labels(at("process where cidr|"))
        assert "like~" in labels(at("process where process.name |"))
        assert labels(at('process where event.type == "st|"')) == ['"start"']
        item = at('process where event.type == "st|"')["items"][0]
        assert item["textEdit"]["range"] == span(0, 28, 32), item  # the closing quote goes too
        assert "and" in labels(at("process where a == 1 |"))
        assert "]" in labels(at("sequence [process where a == 1 |"))
        assert "user.name" in labels(at("sequence by user.|"))
        assert labels(at("process where a == 1 // pro|")) == []
        assert at("process where |")["isIncomplete"] is True
        assert c.at("completion", "file:///not/open.eql", 0, 0) is None
        assert c.stop() == (None, 0)

    def test_completion_in_toml(self):
        c = self.started()
        c.open(TOML, RULE.replace("file.nmae", "file.na"), "toml")
        result = c.at("completion", TOML, 12, 21)
        assert "file.name" in labels(result), result
        assert result["items"][0]["textEdit"]["range"] == span(12, 14, 21), result
        assert c.at("completion", TOML, 1, 3) is None
        assert c.stop() == (None, 0)

    def test_hover(self):
        c = self.started()
        c.open(URI, 'sequence with maxspan=1m [process where length(process.name) > 3 and x : "user.name"] [any where true]\n')

        def value(character):
            result = c.at("hover", URI, 0, character)
            return result and result["contents"]["value"]

        assert "order" not in value(3) and "follow one another" in value(3), value(3)
        assert "Takes 1 argument" in value(42), value(42)
        assert "keyword" in value(50) and "ecs-process" in value(50), value(50)
        assert c.at("hover", URI, 0, 50)["range"] == span(0, 47, 59)
        assert value(79) is None  # in a string
        assert "this time" in value(16)
        c.open(URI, "process where process.nmae == 1")
        assert "W0202" in value(16), value(16)
        assert c.stop() == (None, 0)

    def test_formatting(self):
        c = self.started()
        text = "process   where a==1   and b  : \"🙂\"\n"
        c.open(URI, text)
        edits = c.ask("textDocument/formatting", {"textDocument": {"uri": URI}, "options": {"tabSize": 2}})
        assert apply(text, edits) == "process where a == 1 and b : \"🙂\"\n", edits
        c.open(TOML, RULE, "toml")
        edits = c.ask("textDocument/formatting", {"textDocument": {"uri": TOML}, "options": {}})
        assert "sequence by host.id\n  [process where" in apply(RULE, edits), edits
        c.open(URI, "process where (")
        assert c.ask("textDocument/formatting", {"textDocument": {"uri": URI}, "options": {}}) is None
        assert c.stop() == (None, 0)

    def test_code_actions(self):
        c = self.client("--info")
        c.start()
        text = 'process where process.name : ("a.exe", "a.exe", "b.exe") and user.name in ("x", "y", "x")\n'
        told = c.open(URI, text)
        assert told and all(d["code"].startswith("W05") for d in told), told

        def actions(at, **context):
            return c.ask("textDocument/codeAction", {"textDocument": {"uri": URI}, "range": at,
                                                     "context": {"diagnostics": [], **context}})
        first = [a for a in actions(told[0]["range"]) if a["kind"] == "quickfix"]
        assert len(first) == 1, first
        after = apply(text, first[0]["edit"]["changes"][URI])
        assert after == text.replace('"a.exe", "a.exe"', '"a.exe"'), after
        everything = actions(span(0, 0, 0), only=["source.fixAll"])
        assert len(everything) == 1, everything
        after = apply(text, everything[0]["edit"]["changes"][URI])
        assert after == text.replace('"a.exe", "a.exe"', '"a.exe"').replace(', "x")', ")"), after
        assert actions(span(0, 0, 3)) == []
        for wrong, right in (("process where process.nmae == 1", "process.name"), ("any where lenght(a) == 1", "length"),
                             ("seqence by a [any where true]", None), ("any where a == 1 nad b == 1", "and")):
            told = c.open(URI, wrong)
            fixed = [apply(wrong, a["edit"]["changes"][URI]) for a in actions(told[0]["range"])]
            assert (len(fixed) == 1 and right in fixed[0] if right else fixed == []), (wrong, fixed)
        assert actions(told[0]["range"], only=["refactor"]) == []
        assert c.stop() == (None, 0)

    def test_finding(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name) / "a b"
            folder.mkdir()
            (folder / "r.toml").write_text(RULE)
            (folder / "plain.eql").write_text("process where true\n")
            (folder / "bad.toml").write_text("[rule\n")
            c = self.started(folder)
            c.open(URI, "// see 3b0f8a4e-5c8e-4d0e-9d0c-7a3f3f0f6a11 and plain\nprocess where true")
            found = c.at("definition", URI, 0, 15)
            assert found == [{"uri": (folder / "r.toml").as_uri(), "range": span(2, 11, 47)}], found
            assert c.at("definition", URI, 0, 50)[0]["uri"].endswith("plain.eql")
            assert c.at("definition", URI, 1, 3) == []
            symbols = c.ask("workspace/symbol", {"query": "office"})
            assert [s["name"] for s in symbols] == ["Office starts a shell"], symbols
            assert len(c.ask("workspace/symbol", {"query": ""})) == 3
            # what is open counts as it is there
            c.open((folder / "r.toml").as_uri(), RULE.replace("3b0f", "0000"), "toml")
            assert c.at("definition", URI, 0, 15) == []
            c.tell("textDocument/didClose", {"textDocument": {"uri": (folder / "r.toml").as_uri()}})
            (folder / "r.toml").write_text("\n" + RULE)
            assert c.at("definition", URI, 0, 15)[0]["range"] == span(3, 11, 47)
            c.tell("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [
                {"uri": folder.as_uri(), "name": "x"}]}})
            assert c.at("definition", URI, 0, 15) == []
            assert c.stop() == (None, 0)

    def test_alias(self):
        c = self.client("--dialect", "endpoint")
        c.start()
        c.open(URI, "sequence by host.id\n  [process where true] as parent\n  [file where file.name == parent.process.name]\n")
        assert c.at("definition", URI, 2, 30) == [{"uri": URI, "range": span(1, 26, 32)}]
        assert c.stop() == (None, 0)

    def test_symbols(self):
        c = self.started()
        c.open(TOML, RULE, "toml")
        symbols = c.ask("textDocument/documentSymbol", {"textDocument": {"uri": TOML}})
        assert len(symbols) == 1 and symbols[0]["name"] == "Office starts a shell", symbols
        names = [kid["name"] for kid in symbols[0]["children"]]
        assert len(names) == 3 and names[0].startswith("process where") and names[2] == "it matches", names
        assert c.stop() == (None, 0)

    # ── what no client should do ──

    def test_not_json(self):
        c = self.started()
        for body in (b"{", b"", b"nul", b'{"a":"\xff"}', b'{"jsonrpc":"2.0"}}', b"[" * 5000, b'{"a":"\\ud800"}'):
            c.send_bytes(frame(body))
            assert c.error() == -32700, body
        for body in ([], [{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}], 7, "x", None, {}, {"id": 3},
                     {"jsonrpc": "1.0", "method": "shutdown"}, {"jsonrpc": "2.0", "method": 7}):
            c.send(body)
            error = c.receive()["error"]["code"]
            assert error == -32600, (body, error)
        assert c.stop() == (None, 0)

    def test_wrong_length(self):
        c = self.started()
        body = b'{"jsonrpc":"2.0","id":50,"method":"no/such"}'
        c.send_bytes(b"Content-Length: %d\r\n\r\n%s" % (len(body) - 7, body))  # too short: the rest is garbage
        assert c.error() == -32700
        assert c.ask("no/such") == -32601
        c.notices.clear()
        for head in (b"Content-Length: x", b"Content-Length: -3", b"Content-Length:", b"Length: 3", b"",
                     b"Content-Length: 99999999999999999999999999", b"\x00\x01\x02", b"Content-Length: 12z"):
            c.send_bytes(head + b"\r\n\r\n")
            assert c.error() == -32700, head
            assert c.ask("no/such") == -32601, head
        c.send_bytes(b"x" * 100000)  # no header at all
        assert c.error() == -32700
        assert c.ask("no/such") == -32601
        c.send_bytes(b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:%d\r\n\r\n%s"
                     % (len(body), body))
        assert c.answer(50)["error"]["code"] == -32601
        c.send_bytes(b"Content-Length: %d\n\n%s" % (len(body), body))
        assert c.answer(50)["error"]["code"] == -32601
        # too long: it takes the next message with it, and the one behind that is found again
        c.send_bytes(b"Content-Length: %d\r\n\r\n%s" % (len(body) + 10, body))
        c.request("no/such")
        assert c.error() == -32700
        assert c.ask("no/such") == -32601
        assert c.stop() == (None, 0)

    def test_piecewise(self):
        c = self.started()
        for byte in frame({"jsonrpc": "2.0", "id": 7, "method": "no/such"}):
            c.send_bytes(bytes([byte]))
        assert c.answer(7)["error"]["code"] == -32601
        assert c.stop() == (None, 0)

    def test_wrong_params(self):
        c = self.started()
        c.open(URI, "process where true")
        methods = ["completion", "hover", "formatting", "codeAction", "definition", "documentSymbol"]
        wrong = [None, [], {}, {"textDocument": 5}, {"textDocument": {"uri": 7}}, {"textDocument": {"uri": URI}},
                 {"textDocument": {"uri": URI}, "position": {"line": -1, "character": 1.5}, "range": []},
                 {"textDocument": {"uri": URI}, "position": {"line": 1 << 40, "character": 1 << 40},
                  "range": {"start": {"line": 1 << 60, "character": 0}, "end": {"line": 0, "character": 0}}}]
        for method in methods:
            for params in wrong:
                c.ask("textDocument/" + method, params)
        assert c.ask("workspace/symbol", {}) == -32602
        for params in wrong + [{"textDocument": {"uri": URI}, "contentChanges": [
                1, {}, {"text": 3}, {"range": 1, "text": "process where true"}, {"range": {}, "text": "x"},
                {"range": span(0, 9, 2), "text": ""}]}]:
            for notice in ("didOpen", "didChange", "didClose", "didSave"):
                if params and notice == "didClose":
                    continue
                c.tell("textDocument/" + notice, params)
        assert c.at("hover", URI, 0, 10)["contents"]
        assert c.stop() == (None, 0)

    def test_cancel(self):
        c = self.started()
        text = "any where " + " or ".join(f'a : "x{i}"' for i in range(3000))
        data = b""
        for i in range(20):
            data += frame({"jsonrpc": "2.0", "id": 1000 + i, "method": "no/such"})
        data += frame({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 1019}})
        data += frame({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 77}})
        data += frame({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": 7})
        c.send_bytes(data)
        seen = [c.answer(1000 + i)["error"]["code"] for i in range(20)]
        assert seen[0] == -32601 and set(seen) <= {-32601, -32800} and seen[19] == -32800, seen
        # typing is checked when it pauses
        c.tell("textDocument/didOpen", {"textDocument": {"uri": URI, "languageId": "eql", "version": 1, "text": text}})
        c.send_bytes(b"".join(frame({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {
            "textDocument": {"uri": URI, "version": v}, "contentChanges": [{"text": text + " "}]}})
            for v in range(2, 30)))
        c.diagnostics(URI, 29)
        assert len([n for n in c.notices if n.get("method")]) < 28
        assert c.stop() == (None, 0)

    def test_large(self):
        c = self.started()
        ten = "process where a == 1 // " + "é" * (5 << 20)
        line = 'process where x in ("' + "\n".join("abcdefg" * 9 for _ in range(160000)) + '")'
        told = c.open(URI, ten)
        assert codes(told) == ["E0902"], told
        told = c.open(URI, "process where a == 1 // " + "x" * (9 << 20))
        assert codes(told) == ["E0902"], told
        assert c.change(URI, 2, {"range": span(0, 24, 8 << 20), "text": ""}, {"range": span(0, 24, 1 << 20),
                                                                              "text": ""}) == []
        assert c.at("hover", URI, 0, 9)["contents"]
        told = c.open(URI, line)
        assert told, told
        told = c.open(URI, "any where " + " or ".join(f"a.b{i} == 1" for i in range(600000)))
        assert told, told
        told = c.open(URI, "x" * (17 << 20))
        assert "too large" in told[0]["message"], told
        assert c.change(URI, 3, {"range": span(0, 0, 1), "text": ""})[0]["message"] == told[0]["message"]
        assert c.change(URI, 4, {"text": "process where true"}) == []
        c.open(TOML, RULE.replace("description = \"x\"", "description = '''" + "y\n" * (4 << 20) + "'''"), "toml")
        c.send_bytes(b"Content-Length: %d\r\n\r\n" % (65 << 20))
        for _ in range(65):
            c.send_bytes(b" " * (1 << 20))
        assert c.error() == -32600
        assert c.ask("no/such") == -32601
        assert c.peak_kib() < 800 * 1024, c.peak_kib()
        assert c.stop() == (None, 0)

    def test_many_documents(self):
        c = self.started()
        for i in range(1010):
            c.tell("textDocument/didOpen", {"textDocument": {"uri": f"file:///d/{i}.eql", "languageId": "eql",
                                                             "version": 1, "text": "process where true"}})
        assert c.at("hover", "file:///d/999.eql", 0, 10)["contents"]
        assert c.at("hover", "file:///d/1005.eql", 0, 10) is None
        assert c.stop() == (None, 0)
        assert "more than 1000 documents" in c.said

    def test_client_dies(self):
        for data in (b"", b"Content-Length: 100\r\n\r\n{", b"Content-Le"):
            c = self.started()
            c.send_bytes(data)
            assert c.wait() == 1
        c = self.started()  # while the server writes
        for i in range(200):
            c.tell("textDocument/didOpen", {"textDocument": {"uri": f"file:///d/{i}.eql", "languageId": "eql",
                                                             "version": 1, "text": "x" * 10000}})
        c.server.stdout.close()
        c.server.stdin.close()
        assert c.server.wait(60) != 0
        c.server.stderr.close()

    def test_mutated(self):
        """Sessions with bytes changed at random: whatever comes, the server ends by itself, and with a status."""
        rng = random.Random(11)
        position = {"textDocument": {"uri": TOML}, "position": place(12, 20), "range": span(11, 0, 30), "context": {}}
        bodies = [{"id": 1, "method": "initialize", "params": {}}, {"method": "textDocument/didOpen", "params": {
            "textDocument": {"uri": TOML, "languageId": "toml", "version": 1, "text": RULE}}}]
        for i, method in enumerate(("completion", "hover", "definition", "codeAction", "formatting", "documentSymbol")):
            bodies.append({"method": "textDocument/didChange", "params": {"textDocument": {"uri": TOML}, "contentChanges": [
                {"range": span(12, 3 + i, 9 + i), "text": "é\n" * i}]}})
            bodies.append({"id": 2 + i, "method": "textDocument/" + method, "params": position})
        session = b"".join(frame({"jsonrpc": "2.0", **body}) for body in bodies)
        for _ in range(60):
            data = bytearray(session)
            for _ in range(rng.choice((1, 3, 10, 40))):
                at = rng.randrange(len(data))
                if rng.random() < 0.5:
                    data[at] = rng.choice(b'"{}[]:,0123456789\\\r\n\x00\xff/eE-.')
                elif rng.random() < 0.5:
                    del data[at:at + rng.randrange(1, 20)]
                else:
                    data[at:at] = data[at:at + rng.randrange(1, 30)]
            done = subprocess.run([self.program, "lsp"], input=bytes(data), capture_output=True, timeout=60, check=False)
            assert done.returncode in (0, 1), (done.returncode, bytes(data), done.stderr[-2000:])

    def test_usage(self):
        c = self.client("file.eql")
        assert c.wait() == 2
        c = self.client("--schema", "/no/such/file")
        assert c.wait() == 2


def main():
    program, wanted = sys.argv[1], sys.argv[2:]
    passed = failed = 0
    tests = Tests(program)
    for name in [n for n in vars(Tests) if n.startswith("test_")]:
        if wanted and not any(w in name for w in wanted):
            continue
        try:
            getattr(tests, name)()
            passed += 1
        except (AssertionError, Gone, OSError, KeyError, TypeError, IndexError, ValueError, StopIteration):
            failed += 1
            print(f"FAIL {name}")
            traceback.print_exc(limit=-2, file=sys.stdout)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
