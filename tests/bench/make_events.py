#!/usr/bin/env python3
"""Makes events in the shape of the Elastic Common Schema, one JSON object a line, for measuring speed.

  make_events.py --mb 60 --seed 1 > events.ndjson

A fleet is drawn first: hosts, users, programs with their paths, hashes and signers, a few of which are much busier than
the rest. Events then repeat what the fleet holds and add what is new each time: times, process ids, entity ids, ports,
numbered file names. The same arguments give the same bytes. --unique makes every string new: no value repeats.
"""
import argparse
import json
import random
import sys

KINDS = {"process": 14, "process_end": 6, "file": 26, "registry": 20, "network": 14, "dns": 6, "library": 11, "authentication": 3}
PROGRAMS = """svchost.exe explorer.exe chrome.exe msedge.exe powershell.exe cmd.exe conhost.exe rundll32.exe services.exe lsass.exe
taskhostw.exe wmiprvse.exe msiexec.exe regsvr32.exe outlook.exe winword.exe excel.exe teams.exe onedrive.exe python.exe git.exe
node.exe java.exe sqlservr.exe w3wp.exe dllhost.exe schtasks.exe net.exe whoami.exe certutil.exe""".split()
FOLDERS = ["C:\\Windows\\System32", "C:\\Windows\\SysWOW64", "C:\\Program Files\\Vendor\\App", "C:\\Program Files (x86)\\Tool",
           "C:\\Users\\{user}\\AppData\\Local\\Programs\\App"]
WORDS = "update cache report index session profile config setup backup sync policy agent service driver worker".split()
EXTENSIONS = "tmp log dll exe json dat xml etl txt db".split()
SIGNERS = ["Microsoft Windows", "Microsoft Corporation", "Google LLC", "Contoso Ltd", ""]
KEYS = ["HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run", "HKLM\\SYSTEM\\CurrentControlSet\\Services\\{word}",
        "HKU\\{sid}\\SOFTWARE\\Vendor\\{word}", "HKLM\\SOFTWARE\\Policies\\{word}"]


class Maker:
    def __init__(self, seed, unique):
        self.r = random.Random(seed)
        self.unique = unique
        self.n = 0
        self.hosts = [self.host(i) for i in range(60)]
        self.users = [self.user(i) for i in range(90)]
        self.programs = [self.program(i) for i in range(180)]

    def hex(self, digits):
        return f"{self.r.getrandbits(digits * 4):0{digits}x}"

    def skewed(self, items):
        """the first ones are drawn far more often"""
        return items[int(len(items) * self.r.random() ** 3)]

    def host(self, i):
        return {"id": self.hex(32), "name": f"ws-{i:03}", "hostname": f"WS-{i:03}", "architecture": "x86_64",
                "ip": [f"10.{i % 7}.{i}.{self.r.randint(2, 250)}", f"fe80::{self.hex(4)}:{self.hex(4)}"], "mac": [self.hex(12)],
                "os": {"type": "windows", "family": "windows", "platform": "windows", "name": "Windows 11 Pro", "version": "10.0",
                       "kernel": "10.0.22631.3447", "build": "22631.3447"}}

    def user(self, i):
        sid = f"S-1-5-21-{self.r.randint(10**8, 10**9)}-{self.r.randint(10**8, 10**9)}-{1000 + i}"
        return {"id": "S-1-5-18" if i < 3 else sid, "name": "SYSTEM" if i < 3 else f"user{i:03}", "domain": "CONTOSO"}

    def program(self, i):
        name = PROGRAMS[i % len(PROGRAMS)] if i < 90 else f"{self.r.choice(WORDS)}{i}.exe"
        path = self.r.choice(FOLDERS).format(user=self.users[i % len(self.users)]["name"])
        signer = self.skewed(SIGNERS)
        return {"name": name, "executable": f"{path}\\{name}", "hash": {"md5": self.hex(32), "sha256": self.hex(64)},
                "pe": {"original_file_name": name, "company": signer, "file_version": "10.0.22621.1", "imphash": self.hex(32)},
                "code_signature": {"exists": bool(signer), "trusted": bool(signer), "status": "trusted" if signer else "unsigned",
                                   "subject_name": signer}}

    def process(self, deep):
        program = self.skewed(self.programs)
        args = [program["executable"]] + [f"/{self.skewed(WORDS)}" for _ in range(self.r.randint(0, 4))]
        if self.r.random() < 0.3:
            args.append(f"--id={self.hex(8)}")
        out = dict(program, pid=self.r.randint(4, 30000), entity_id="{%s-%s}" % (self.hex(8), self.hex(12)),
                   args=args, args_count=len(args), command_line=" ".join(args), working_directory="C:\\Windows\\system32\\")
        if deep:
            out["parent"] = {k: v for k, v in self.process(False).items() if k not in ("pe", "working_directory")}
        else:
            out.pop("pe")
        return out

    def path(self, user):
        name = f"{self.skewed(WORDS)}{self.r.randint(0, 400)}.{self.skewed(EXTENSIONS)}"
        folder = f"C:\\Users\\{user['name']}\\AppData\\Local\\Temp" if self.r.random() < 0.5 else "C:\\ProgramData\\Vendor"
        return name, f"{folder}\\{name}"

    def event(self):
        self.n += 1
        r, kind = self.r, self.r.choices(list(KINDS), KINDS.values())[0]
        host, user = self.skewed(self.hosts), self.skewed(self.users)
        ms = self.n * 7 + r.randint(0, 6)
        when = f"2024-05-{1 + ms // 86400000 % 28:02}T{ms // 3600000 % 24:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}Z"
        category = "process" if kind == "process_end" else kind
        action = {"process": "start", "process_end": "end", "authentication": "logged-in"}.get(kind, "event")
        process = self.process(kind == "process")
        e = {"@timestamp": when,
             "agent": {"id": host["id"], "name": host["name"], "type": "winlogbeat", "version": "8.13.2", "ephemeral_id": self.hex(32)},
             "ecs": {"version": "8.11.0"},
             "event": {"id": f"{self.n:08}-{self.hex(8)}", "kind": "event", "category": [category], "type": [action], "action": action,
                       "code": str(r.choice([1, 3, 5, 7, 11, 12, 13, 22, 4624])), "module": "endpoint", "provider": "Event-Provider",
                       "created": when, "ingested": when, "outcome": "success", "dataset": f"endpoint.events.{category}",
                       "sequence": self.n},
             "host": host, "user": user, "process": process, "log": {"level": "information"},
             "data_stream": {"dataset": f"endpoint.events.{category}", "namespace": "default", "type": "logs"}}
        e["winlog"] = {"channel": "Microsoft-Windows-Sysmon/Operational", "computer_name": host["hostname"] + ".contoso.local",
                       "record_id": 100000 + self.n, "provider_guid": "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}", "opcode": "Info",
                       "api": "wineventlog", "version": 5, "user": {"identifier": "S-1-5-18", "type": "User"},
                       "process": {"pid": 3160, "thread": {"id": 4868}},
                       "event_data": {"RuleName": "-", "LogonId": f"0x{r.randint(999, 99999):x}", "User": "CONTOSO\\" + user["name"]}}
        if kind == "file":
            name, path = self.path(user)
            e["file"] = {"name": name, "path": path, "extension": name.rsplit(".", 1)[1], "size": r.randint(0, 10**7),
                         "directory": path.rsplit("\\", 1)[0]}
        elif kind == "registry":
            key = self.skewed(KEYS).format(word=r.choice(WORDS), sid=user["id"])
            e["registry"] = {"hive": key[:4], "key": key[5:], "path": key + "\\Start", "value": "Start",
                             "data": {"type": "REG_DWORD", "strings": [str(r.randint(0, 4))]}}
        elif kind == "network":
            e["source"] = {"ip": host["ip"][0], "port": r.randint(49152, 65535)}
            e["destination"] = {"ip": f"93.184.{r.randint(0, 40)}.{r.randint(1, 254)}", "port": self.skewed([443, 80, 53, 445, 3389, 8080])}
            e["network"] = {"transport": "tcp", "type": "ipv4", "direction": "egress", "bytes": r.randint(60, 10**6)}
        elif kind == "dns":
            e["dns"] = {"question": {"name": f"{self.skewed(WORDS)}{r.randint(0, 60)}.example.com", "type": "A"},
                        "resolved_ip": [f"93.184.{r.randint(0, 40)}.{r.randint(1, 254)}"]}
        elif kind == "library":
            name = f"{self.skewed(WORDS)}{r.randint(0, 60)}.dll"
            e["dll"] = {"name": name, "path": f"C:\\Windows\\System32\\{name}", "code_signature": process["code_signature"],
                        "hash": {"sha256": self.hex(64)}}
        elif kind == "authentication":
            e["source"] = {"ip": f"10.1.2.{r.randint(1, 254)}", "port": r.randint(49152, 65535)}
        return self.renew(e) if self.unique else e

    def renew(self, value):
        """every string but the category, with something that was never there before"""
        if isinstance(value, dict):
            return {k: v if k in ("category", "@timestamp") else self.renew(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.renew(v) for v in value]
        return value + self.hex(6) if isinstance(value, str) else value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--unique", action="store_true")
    args = parser.parse_args()
    maker, left = Maker(args.seed, args.unique), args.mb * 1e6
    while left > 0:
        line = json.dumps(maker.event(), separators=(",", ":")) + "\n"
        sys.stdout.write(line)
        left -= len(line)


if __name__ == "__main__":
    main()
