"""TFTP with the distribution's programs, through a tap device, both ways round: tftp-hpa's and atftp's clients
against our server, in.tftpd and atftpd against our clients. Every size and every option must come across whole.
For test.py.
"""
import hashlib
import json
import os
import time

SIZES = (0, 1, 511, 512, 513, 1024, 5000, 65464, 200000)
OPTIONS = (("blksize 1428", "tsize 0"), ("blksize 65464",), ("blksize 8",), ("timeout 3",), ("windowsize 8",),
           ("blksize 1428", "windowsize 4"))
TEXT = "line one\nline two\r\nbare cr \r end\nlast"
OURS, THEIRS = "10.90.0.2", "10.90.0.1"


def pattern(count):
    return b"".join(b"netstep %07x\n" % (n & 0xFFFFFFF) for n in range(0, count, 16))[:count]


def options_of(options):
    return [word for option in options for word in ("--option", option)]


class Judge:
    def __init__(self):
        self.good, self.bad = 0, []

    def say(self, what, good, why=""):
        self.good += good
        if not good:
            self.bad.append(f"{what} {why}")


def scenario(**more):
    node = {"name": "host", "interfaces": [{"name": "eth0", "address": OURS + "/24"}], **more.pop("node", {})}
    return json.dumps({"netstep": 1, "nodes": [node], **more})


def digest(path):
    return hashlib.sha256(open(path, "rb").read()).hexdigest() if os.path.exists(path) else "no such file"


def same(path, octets):
    return os.path.exists(path) and open(path, "rb").read() == octets


def our_server(n, judge, device):
    """Their clients; what is put is fetched again, so that it is seen to have come whole."""
    files = [{"name": f"f{size}", "size": size} for size in SIZES] + [
        {"name": "text", "text": TEXT}, {"name": "secret", "text": "no", "mode": "0600"}]
    path = n.file("server.json", scenario(node={"files": files}, script=[{"on": "host", "run": "in.tftpd -L -s -c"}]))
    bridge = n.bridge("t", path, "--attach", f"host:eth0={device}")
    here = n.folder

    def hpa(way, name, local, mode="binary"):
        return n.run("t", "tftp", "-4", "-m", mode, OURS, "-c", way, *((name, local) if way == "get" else (local, name)),
                     cwd=here, timeout=40)

    def atftp(way, name, local, options=()):
        return n.run("t", "atftp", *options_of(options), "-g" if way == "get" else "-p", "-r", name, "-l", local, OURS,
                     "69", cwd=here, timeout=40)

    for size in SIZES:
        octets = pattern(size)
        for client, fetch in (("tftp-hpa", hpa), ("atftp", atftp)):
            got = os.path.join(here, f"{client}{size}")
            result = fetch("get", f"f{size}", got)
            judge.say(f"{client} gets {size}", same(got, octets), result.stdout)
        for options in OPTIONS if size else OPTIONS[1:]:  # atftp itself fails at tsize 0 of an empty file
            got = os.path.join(here, "got")
            if os.path.exists(got):
                os.unlink(got)
            result = atftp("get", f"f{size}", got, options)
            judge.say(f"atftp gets {size} with {options}", same(got, octets), result.stdout)
    for size in (1, 512, 5000, 65464):
        local, octets = n.file(f"put{size}", pattern(size)[::-1]), pattern(size)[::-1]
        for client, send in (("tftp-hpa", hpa), ("atftp", atftp)):
            send("put", f"{client}-put{size}", local)
            hpa("get", f"{client}-put{size}", os.path.join(here, "back"))
            judge.say(f"{client} puts {size}", same(os.path.join(here, "back"), octets))
        for options in OPTIONS:
            name = f"put{size}-" + "".join(c for c in "".join(options) if c.isalnum())
            result = atftp("put", name, local, options)
            hpa("get", name, os.path.join(here, "back"))
            judge.say(f"atftp puts {size} with {options}", same(os.path.join(here, "back"), octets), result.stdout)
    hpa("get", "text", os.path.join(here, "text"), "ascii")
    judge.say("tftp-hpa gets netascii", same(os.path.join(here, "text"), TEXT.encode()))
    hpa("put", "text2", os.path.join(here, "text"), "ascii")
    hpa("get", "text2", os.path.join(here, "text3"))
    judge.say("tftp-hpa puts netascii", same(os.path.join(here, "text3"), TEXT.encode()))
    for name, said in (("absent", "File not found"), ("secret", "global read permissions"), ("../x", "Reverse path")):
        result = hpa("get", name, os.path.join(here, "none"))
        judge.say(f"tftp-hpa is refused {name}", said in result.stdout, result.stdout)
    bridge.stop()


def our_clients(n, judge, device, server, start, root):
    """A script of ours that fetches everything from their server, then sends everything back to it."""
    rows, script = [], []
    for size in SIZES:
        rows.append((size, "tftp", f"tftp -m binary {THEIRS} -c get f{size} a{size}", f"a{size}"))
        for i, options in enumerate(((), *OPTIONS)):
            line = " ".join(f'--option "{option}"' for option in options)
            rows.append((size, f"atftp {options}", f"atftp {line} -g -r f{size} -l b{size}.{i} {THEIRS}", f"b{size}.{i}"))
    lines = [row[2] for row in rows]
    puts = [f'atftp --option "blksize 1024" -p -l {row[3]} -r back.{row[3]} {THEIRS}' for row in rows]
    for line in lines + puts + [f"tftp {THEIRS} -c get text", f"tftp {THEIRS} -c put text back.text"]:
        script.append({"on": "host", "process": "sh", "run": line})
    path = n.file("client.json", scenario(script=script, limits={"file_octets": 64 << 20}))
    process = start()
    time.sleep(0.5)
    bridge = n.bridge("t", path, "--attach", f"host:eth0={device}")
    last = os.path.join(root, "back.text")
    for _ in range(1200):
        if os.path.exists(last) and os.path.getsize(last) >= len(TEXT):
            break
        time.sleep(0.1)
    time.sleep(1)
    bridge.stop()
    process.terminate()
    process.wait()
    for size, who, _, name in rows:
        back = os.path.join(root, "back." + name)
        judge.say(f"our {who} of {size} octets, {server}", digest(back) == digest(os.path.join(root, f"f{size}")))
    judge.say(f"our tftp, netascii, {server}", same(last, TEXT.encode()))


def against_their_clients(n):
    judge = Judge()
    n.space("t")
    n.tap("t", "tap0", THEIRS + "/24")
    our_server(n, judge, "tap0")
    return judge


def against_their_server(n, name):
    """`name` is in.tftpd, or where atftpd is."""
    judge = Judge()
    n.space("t")
    n.tap("t", "tap0", THEIRS + "/24")
    root = os.path.join(n.folder, "root")
    os.mkdir(root)
    os.chmod(root, 0o777)
    for size in SIZES:
        with open(os.path.join(root, f"f{size}"), "wb") as file:
            file.write(os.urandom(size))
        os.chmod(os.path.join(root, f"f{size}"), 0o644)
    with open(os.path.join(root, "text"), "wb") as file:
        file.write(TEXT.encode())
    words = ["in.tftpd", "-L", "-4", "-a", THEIRS + ":69", "-s", "-c", "-u", "nobody", root]
    if name != "in.tftpd":
        words = [name, "--daemon", "--no-fork", "--user", "nobody", "--group", "nogroup", "--port", "69",
                 "--bind-address", THEIRS, "--logfile", "/dev/null", root]
    our_clients(n, judge, "tap0", name, lambda: n.start("t", *words), root)
    return judge
