"""sample.py — rules and events for reports: an intrusion of one day on a handful of hosts, the same each time.

    tests/report/sample.py FOLDER        writes FOLDER/rules/*.toml and FOLDER/events.ndjson
"""
import datetime
import json
import pathlib
import random
import sys

NAMES = {
    "TA0001": "Initial Access", "TA0002": "Execution", "TA0003": "Persistence", "TA0005": "Defense Evasion",
    "TA0006": "Credential Access", "TA0007": "Discovery", "TA0008": "Lateral Movement",
    "TA0011": "Command and Control", "TA0010": "Exfiltration", "TA0040": "Impact",
    "T1566": "Phishing", "T1566.001": "Spearphishing Attachment", "T1059": "Command and Scripting Interpreter",
    "T1059.001": "PowerShell", "T1547": "Boot or Logon Autostart Execution",
    "T1547.001": "Registry Run Keys / Startup Folder", "T1218": "System Binary Proxy Execution",
    "T1218.011": "Rundll32", "T1003": "OS Credential Dumping", "T1003.001": "LSASS Memory",
    "T1087": "Account Discovery", "T1021": "Remote Services", "T1021.002": "SMB/Windows Admin Shares",
    "T1071": "Application Layer Protocol", "T1071.004": "DNS", "T1048": "Exfiltration Over Alternative Protocol",
    "T1490": "Inhibit System Recovery", "T1110": "Brute Force",
}

# name, severity, tactics with their techniques, query
RULES = [
    ("Office program starts a shell", "high", [("TA0001", ["T1566", "T1566.001"]), ("TA0002", ["T1059", "T1059.001"])],
     'process where process.parent.name : ("winword.exe", "excel.exe") and process.name : ("powershell.exe", "cmd.exe")'),
    ("Encoded PowerShell command", "medium", [("TA0002", ["T1059", "T1059.001"])],
     'process where process.name : "powershell.exe" and process.command_line : "* -enc *"'),
    ("Run key written by a script", "medium", [("TA0003", ["T1547", "T1547.001"])],
     'registry where registry.path : "*\\\\CurrentVersion\\\\Run\\\\*"'),
    ("Rundll32 without arguments goes to the network", "high", [("TA0005", ["T1218", "T1218.011"])],
     'sequence by host.name, process.pid with maxspan=1m [process where process.name : "rundll32.exe"] '
     '[network where process.name : "rundll32.exe"]'),
    ("Memory of LSASS is read", "critical", [("TA0006", ["T1003", "T1003.001"])],
     'process where process.command_line : "*lsass*.dmp*"'),
    ("Many logons fail, one succeeds", "high", [("TA0006", ["T1110"])],
     'sequence by host.name, user.name with maxspan=10m [authentication where event.outcome == "failure"] with runs=4 '
     '[authentication where event.outcome == "success"]'),
    ("Accounts are listed", "low", [("TA0007", ["T1087"])], 'process where process.name : ("net.exe", "whoami.exe")'),
    ("Service started over SMB, no administrator logged on", "high", [("TA0008", ["T1021", "T1021.002"])],
     'sequence by host.name with maxspan=5m [network where destination.port == 445] '
     '![authentication where user.name : "admin*"] [process where process.parent.name : "services.exe"]'),
    ("Long names are asked of DNS", "low", [("TA0011", ["T1071", "T1071.004"])],
     'dns where length(dns.question.name) > 40'),
    ("Backups are deleted", "critical", [("TA0040", ["T1490"])], 'process where process.command_line : "*delete shadows*"'),
    ("Archive copied to a web service", "medium", [("TA0010", ["T1048"])],
     'file where file.name : "*.7z" and user.name == "nobody"'),
]


def technique(ident):
    link = f"https://attack.mitre.org/techniques/{ident.replace('.', '/')}/"
    return f'name = "{NAMES[ident]}"\nid = "{ident}"\nreference = "{link}"\n'


def threat(tactic, techniques):
    text = f'[[rule.threat]]\nframework = "MITRE ATT&CK"\n[rule.threat.tactic]\nname = "{NAMES[tactic]}"\nid = "{tactic}"\n'
    text += f'reference = "https://attack.mitre.org/tactics/{tactic}/"\n'
    for ident in techniques:
        kind = "technique.subtechnique" if "." in ident else "technique"
        text += f"[[rule.threat.{kind}]]\n{technique(ident)}"
    return text


RISKS = {"low": 21, "medium": 47, "high": 73, "critical": 99}


def rule(number, name, severity, threats, query):
    return (f'[metadata]\nmaturity = "production"\n[rule]\nname = "{name}"\ndescription = "{name}."\nauthor = ["Ada"]\n'
            f'rule_id = "00000000-0000-4000-8000-{number:012d}"\nseverity = "{severity}"\nrisk_score = {RISKS[severity]}\n'
            f"type = \"eql\"\nlanguage = \"eql\"\nquery = '''\n{query}\n'''\n" + "".join(threat(*t) for t in threats))


def write_rules(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for number, row in enumerate(RULES):
        (folder / f"{number:02}.toml").write_text(rule(number, *row), encoding="utf-8")


class Log:
    """events in order of time"""

    def __init__(self):
        self.events = []
        self.random = random.Random(7)
        self.start = datetime.datetime(2026, 11, 20, 8, 0, tzinfo=datetime.timezone.utc)

    def add(self, seconds, host, category, **fields):
        event = {"@timestamp": seconds, "event": {"category": [category]}, "host": {"name": host}}
        for path, value in fields.items():
            at = event
            *heads, last = path.split("__")
            for head in heads:
                at = at.setdefault(head, {})
            at[last] = value
        self.events.append(event)

    def write(self, path):
        self.events.sort(key=lambda e: e["@timestamp"])
        with open(path, "w", encoding="utf-8") as out:
            for number, event in enumerate(self.events):
                moment = self.start + datetime.timedelta(seconds=event["@timestamp"])
                event["@timestamp"] = moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
                event["event"]["id"] = f"e{number}"
                out.write(json.dumps(event) + "\n")


def intrusion(log, at, host, user):
    log.add(at, host, "process", user__name=user, process__name="powershell.exe", process__pid=4120,
            process__parent__name="WINWORD.EXE", process__command_line="powershell.exe -nop -w hidden -enc SQBFAFgA")
    log.add(at + 42, host, "registry", user__name=user, process__name="powershell.exe",
            registry__path="HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Update")
    log.add(at + 70, host, "process", user__name=user, process__name="rundll32.exe", process__pid=5532,
            process__command_line="rundll32.exe")
    log.add(at + 78.25, host, "network", user__name=user, process__name="rundll32.exe", process__pid=5532,
            destination__ip="203.0.113.77", destination__port=443)
    log.add(at + 300, host, "process", user__name=user, process__name="rundll32.exe", process__pid=5601,
            process__command_line="rundll32 comsvcs.dll MiniDump 624 C:\\Windows\\Temp\\lsass.dmp full")


def fill(log):
    hosts = [f"ws-{n:02}.corp.example" for n in range(1, 9)] + ["srv-files.corp.example", "srv-dc1.corp.example"]
    for _ in range(240):
        at, host = log.random.uniform(0, 36000), log.random.choice(hosts)
        name = log.random.choice(["net.exe", "whoami.exe", "chrome.exe"])
        log.add(at, host, "process", user__name="ada", process__name=name)
    for n in range(90):
        log.add(20000 + n * 37 + log.random.uniform(0, 20), "ws-03.corp.example", "dns", process__name="rundll32.exe",
                dns__question__name=f"{log.random.getrandbits(200):050x}.cdn.example")
    for n in range(30):
        log.add(log.random.uniform(0, 36000), log.random.choice(hosts), "process", user__name="build",
                process__name="powershell.exe", process__command_line="powershell.exe -enc ZQBjAGgAbwA=")
    for n in range(6):
        log.add(14000 + n * 11, "srv-dc1.corp.example", "authentication", user__name="grace",
                event__outcome="failure" if n < 5 else "success", source__ip="10.0.0.17")
    intrusion(log, 13000, "ws-03.corp.example", "grace")
    intrusion(log, 18300, "ws-07.corp.example", "linus")
    log.add(25000, "srv-files.corp.example", "network", destination__port=445, source__ip="10.0.0.17")
    log.add(25031, "srv-files.corp.example", "process", process__name="svc.exe", process__parent__name="services.exe")
    log.add(30000, "srv-files.corp.example", "process", user__name="SYSTEM", process__name="vssadmin.exe",
            process__command_line="vssadmin.exe delete shadows /all /quiet")


def write(folder):
    folder = pathlib.Path(folder)
    write_rules(folder / "rules")
    log = Log()
    fill(log)
    log.write(folder / "events.ndjson")


if __name__ == "__main__":
    write(sys.argv[1])
