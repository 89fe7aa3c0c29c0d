"""client.py — a language client that does as it is told: the other end of `eqlite lsp`."""
import json
import os
import selectors
import subprocess
import time

TIMEOUT = 60  # seconds for an answer; sanitizers are slow


class Gone(Exception):
    """the server ended or fell silent"""


def frame(body):
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return b"Content-Length: %d\r\n\r\n" % len(data) + data


class Client:
    def __init__(self, program, *options):
        self.server = subprocess.Popen([program, "lsp", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
        os.set_blocking(self.server.stdout.fileno(), False)
        self.buffer = b""
        self.number = 0
        self.notices = []  # that nobody has asked for yet

    # ── messages ──

    def send_bytes(self, data):
        self.server.stdin.write(data)
        self.server.stdin.flush()

    def send(self, body):
        self.send_bytes(frame(body))

    def read_more(self, deadline):
        with selectors.DefaultSelector() as selector:
            selector.register(self.server.stdout, selectors.EVENT_READ)
            if not selector.select(max(0, deadline - time.monotonic())):
                raise Gone("no answer in time")
        data = self.server.stdout.read()
        if not data:
            raise Gone("the server has closed its output")
        self.buffer += data

    def receive(self, timeout=TIMEOUT):
        deadline = time.monotonic() + timeout
        while b"\r\n\r\n" not in self.buffer:
            self.read_more(deadline)
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        name, _, length = head.partition(b": ")
        assert name == b"Content-Length", head
        while len(self.buffer) < int(length):
            self.read_more(deadline)
        body, self.buffer = self.buffer[:int(length)], self.buffer[int(length):]
        return json.loads(body)

    def request(self, method, params=None):
        """the number of a request that is on its way"""
        self.number += 1
        body = {"jsonrpc": "2.0", "id": self.number, "method": method}
        if params is not None:
            body["params"] = params
        self.send(body)
        return self.number

    def answer(self, number):
        while True:
            body = self.receive()
            if body.get("id", "none") == number and "method" not in body:
                return body
            self.notices.append(body)

    def ask(self, method, params=None):
        """the result, or the error of a request"""
        body = self.answer(self.request(method, params))
        return body["error"]["code"] if "error" in body else body["result"]

    def tell(self, method, params=None):
        body = {"jsonrpc": "2.0", "method": method}
        if params is not None:
            body["params"] = params
        self.send(body)

    def next_notice(self, wanted):
        """the next message that has what is wanted"""
        def fits(body):
            return all(body.get(key) == value for key, value in wanted.items())
        for i, body in enumerate(self.notices):
            if fits(body):
                return self.notices.pop(i)
        while True:
            body = self.receive()
            if fits(body):
                return body
            self.notices.append(body)

    def error(self):
        """the code of the next error that answers no request"""
        return self.next_notice({"id": None})["error"]["code"]

    def silent(self, timeout=0.3):
        try:
            self.notices.append(self.receive(timeout))
        except Gone:
            return not self.notices
        return False

    # ── a session ──

    def start(self, *folders):
        result = self.ask("initialize", {"processId": None, "capabilities": {}, "rootUri": None,
                                         "workspaceFolders": [{"uri": f.as_uri(), "name": f.name} for f in folders]})
        self.tell("initialized", {})
        return result

    def open(self, uri, text, language="eql", version=1):
        """the diagnostics of a document that is opened"""
        self.tell("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": language, "version": version,
                                                            "text": text}})
        return self.diagnostics(uri)

    def change(self, uri, version, *changes):
        self.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": version},
                                             "contentChanges": list(changes)})
        return self.diagnostics(uri, version)

    def diagnostics(self, uri, version=None):
        while True:
            params = self.next_notice({"method": "textDocument/publishDiagnostics"})["params"]
            if params["uri"] == uri and version in (None, params.get("version")):
                return params["diagnostics"]

    def at(self, method, uri, line, character):
        return self.ask("textDocument/" + method, {"textDocument": {"uri": uri},
                                                   "position": {"line": line, "character": character}})

    def stop(self):
        """the exit status after an orderly end"""
        result = self.ask("shutdown")
        self.tell("exit")
        return (result, self.wait())

    def wait(self):
        for pipe in (self.server.stdin, self.server.stdout):
            try:
                pipe.close()
            except BrokenPipeError:
                pass
        status = self.server.wait(TIMEOUT)
        self.said = self.server.stderr.read().decode()
        self.server.stderr.close()
        return status

    def peak_kib(self):
        """the most memory that the server had, in KiB"""
        with open(f"/proc/{self.server.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
