#!/usr/bin/env python3
"""Our hosts and routers beside a Linux kernel, through tap devices, judged by the distribution's own tools.

    test.py [NAME...]       only the tests whose names hold one of these words

Everything runs in network namespaces of its own. That needs root, /dev/net/tun and the tools; what cannot be
run is skipped, says why, and is counted as skipped. The last line is "N passed, N failed, N skipped".
"""
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import traceback

import ospf
import ospf_routes
import rip
import tftp
from net import HERE, NETSTEP, Net, missing

TESTS = []
OURS, KERNEL = "10.90.0.2", "10.90.0.1"


def test(*tools):
    def keep(function):
        TESTS.append((function.__name__, tools, function))
        return function
    return keep


def need(fine, what):
    if not fine:
        raise AssertionError(str(what)[-1500:])


def said(result, *words):
    """The tool ended well and said each of these (a regular expression)."""
    need(result.returncode == 0, result.stdout)
    for word in words:
        need(re.search(word, result.stdout), f"not said: {word}\n{result.stdout}")
    return result.stdout


def lab(script=(), nodes=(), links=(), seed=4, **host):
    """A scenario with a host for the tap device."""
    first = {"name": "host", "kind": "host", "interfaces": [{"name": "eth0", "address": OURS + "/24"}],
             "gateway": KERNEL, **host}
    return json.dumps({"netstep": 1, "seed": seed, "nodes": [first, *nodes], "links": list(links),
                       "script": [{"at": at, "on": on, "run": run} for at, on, run in script]})


def joined(net, scenario=None, *options, attach="host:eth0=tp"):
    """A kernel at 10.90.0.1 and a bridge behind its device; the standard host when no scenario is given."""
    net.space("k")
    net.tap("k", "tp", KERNEL + "/24")
    path = net.file("lab.json", scenario) if scenario else os.path.join(HERE, "host.json")
    net.journal = os.path.join(net.folder, "journal.ndjson")
    return net.bridge("k", path, "--attach", attach, "--journal", net.journal, *options)


def printed(net, bridge):
    """What processes in the lab printed, after the session's end."""
    bridge.stop()
    story = subprocess.run([NETSTEP, "run", "--journal", net.journal, "--events", "-"], capture_output=True, text=True)
    need(story.returncode == 0, story.stderr)
    events = [e for line in story.stdout.splitlines() if '"line":"events"' in line for e in json.loads(line)["e"]]
    return "\n".join(e["text"] for e in events if e["k"] == "con")


def clean(net, bridge, pcap):
    """tshark finds nothing wrong with any frame that our host has sent."""
    bridge.stop()
    wrong = subprocess.run(
        ["tshark", "-r", pcap, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE",
         "-o", "udp.check_checksum:TRUE", "-Y", "eth.src == 02:00:00:00:01:01 && (_ws.malformed || "
         "ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0 || icmp.checksum.status == 0)"],
        capture_output=True, text=True)
    need(wrong.stdout == "", wrong.stdout)


# ------------------------------------------------------------------------------------------------ ARP and ICMP

@test("arping")
def arping_is_answered_and_addresses_are_defended(net):
    joined(net)
    said(net.run("k", "arping", "-c", 2, "-w", 3, "-I", "tp", OURS))
    need(net.run("k", "arping", "-D", "-c", 2, "-w", 3, "-I", "tp", OURS).returncode, "its address was not defended")
    need(net.run("k", "arping", "-c", 1, "-w", 1, "-I", "tp", "10.90.0.77").returncode, "answered for another address")


@test("ping")
def ping_of_every_size(net):
    joined(net)
    for size in (0, 1, 56, 1472, 1473, 4000, 20000, 65507):
        said(net.run("k", "ping", "-c", 2, "-i", 0.1, "-W", 2, "-s", size, OURS), " 0% packet loss")
    said(net.run("k", "ping", "-f", "-c", 1000, "-W", 2, OURS), "1000 received")
    said(net.run("k", "ping", "-c", 1, "-t", 1, OURS), "1 received")
    out = said(net.run("k", "ping", "-c", 20, "-i", 0.01, OURS))
    need(float(re.search(r"= [\d.]+/([\d.]+)/", out).group(1)) < 5, "slow: " + out)


@test("ping")
def ping_with_options(net):
    joined(net)
    said(net.run("k", "ping", "-c", 1, "-R", OURS), r"RR:\s")
    said(net.run("k", "ping", "-c", 1, "-T", "tsandaddr", OURS), r"TS:\s")
    said(net.run("k", "ping", "-c", 1, "-Q", "0x10", OURS), "1 received")
    need(net.run("k", "ping", "-c", 1, "-W", 1, "-b", "10.90.0.255").returncode, "a broadcast was answered")


@test("hping3")
def hping_asks_for_the_time_and_a_mask(net):
    joined(net)
    need(re.search("(?i)tstamp|timestamp", net.run("k", "timeout", 5, "hping3", "-1", "--icmptype", 13, "-c", 1,
                                                   OURS).stdout), "no timestamp reply")
    need("0 packets received" in net.run("k", "timeout", 3, "hping3", "-1", "--icmptype", 17, "-c", 1, OURS).stdout,
         "a host answered for the mask")


@test("traceroute")
def traceroute_by_udp_icmp_and_tcp(net):
    joined(net)
    for how in ((), ("-I",), ("-T", "-p", 7)):
        said(net.run("k", "traceroute", "-n", "-q", 1, "-w", 2, "-m", 2, *how, OURS), rf"\n 1  {OURS}")


ROUTED = {
    "nodes": [{"name": "far", "kind": "host", "interfaces": [{"address": "10.91.0.2/24"}], "gateway": "10.91.0.1"}],
    "links": [{"between": ["host:eth1", "far"], "delay": "1ms"}],
    "kind": "router",
    "interfaces": [{"name": "eth0", "address": OURS + "/24"}, {"name": "eth1", "address": "10.91.0.1/24", "mtu": 600}],
}


def routed(net, script=()):
    bridge = joined(net, lab(script, **ROUTED))
    net.must("k", "ip", "route", "add", "10.91.0.0/24", "via", OURS)
    return bridge


@test("ping", "traceroute")
def a_router_forwards_counts_down_and_cuts(net):
    routed(net)
    said(net.run("k", "ping", "-c", 2, "-i", 0.1, "10.91.0.2"), "ttl=63")
    said(net.run("k", "traceroute", "-n", "-q", 1, "-w", 2, "-m", 3, "10.91.0.2"), rf" 1  {OURS}", " 2  10.91.0.2")
    need("Time to live exceeded" in net.run("k", "ping", "-c", 1, "-W", 1, "-t", 1, "10.91.0.2").stdout, "no 11/0")
    need(re.search(r"[Ff]rag needed.*mtu = 600", net.run("k", "ping", "-c", 1, "-W", 1, "-M", "do", "-s", 1400,
                                                         "10.91.0.2").stdout), "no 3/4")
    said(net.run("k", "ping", "-c", 1, "-W", 2, "-M", "dont", "-s", 5000, "10.91.0.2"), " 0% packet loss")
    need("Unreachable" in net.run("k", "ping", "-c", 1, "-W", 5, "10.91.0.99").stdout, "no 3/1")


@test()
def tcp_finds_the_path_mtu(net):
    routed(net, [("0s", "far", "nc -k -l 7 > /dev/null")])
    talk(net, "send", "10.91.0.2", 7, 300000)
    need("mtu 600" in net.run("k", "ip", "route", "get", "10.91.0.2").stdout, "the kernel has learnt no MTU")


# ------------------------------------------------------------------------------------------------ UDP and TCP

@test("nmap")
def nmap_sees_open_and_closed_ports(net):
    joined(net)
    said(net.run("k", "nmap", "-Pn", "-n", "-sS", "-p", "7,9", OURS), r"7/tcp +open", r"9/tcp +closed")
    said(net.run("k", "nmap", "-Pn", "-n", "-sT", "-p", "7,9", OURS), r"7/tcp +open", r"9/tcp +closed")
    said(net.run("k", "nmap", "-Pn", "-n", "-sA", "-p", "7,9", OURS), "unfiltered")
    said(net.run("k", "nmap", "-Pn", "-n", "-sU", "-p", "9", OURS), r"9/udp +closed")
    for scan in ("-sF", "-sN", "-sX"):
        said(net.run("k", "nmap", "-Pn", "-n", scan, "-p", "7,9", OURS), r"7/tcp +open", r"9/tcp +closed")


@test("nmap")
def nmap_takes_it_for_a_linux(net):
    joined(net)
    out = said(net.run("k", "timeout", 60, "nmap", "-Pn", "-n", "-O", "--osscan-guess", "--max-os-tries", 1, "-p", "7,9",
                       OURS, timeout=70))
    need("Linux" in out, out)


@test()
def a_closed_udp_port_refuses(net):
    joined(net)
    code = f"import socket; s = socket.socket(2, 2); s.settimeout(3); s.connect(('{OURS}', 9)); s.send(b'x'); s.recv(9)"
    need("ConnectionRefusedError" in net.run("k", sys.executable, "-c", code).stdout, "no 3/3 came to the socket")


def talk(net, *words):
    """The kernel's end of a transfer; its (octets, hash)."""
    result = net.run("k", sys.executable, os.path.join(HERE, "talk.py"), *words, timeout=60)
    need(result.returncode == 0, result.stdout)
    _, octets, digest = result.stdout.strip().split("\n")[-1].split()
    return int(octets), digest


@test()
def tcp_both_ways_octet_by_octet(net):
    bridge = joined(net, lab([("0s", "host", "nc -k -l 7 > /dev/null"), ("1500ms", "host", "nc -N 10.90.0.1 9 < 2000000")]))
    sent = talk(net, "send", OURS, 7, 2000000)
    got = talk(net, "recv", KERNEL, 9)
    sockets = bridge.stop()["sockets"]
    ours_got = next(s["delivered"] for s in sockets if s["delivered"]["octets"])
    ours_sent = next(s["sent"] for s in sockets if s["sent"]["octets"])
    need(sent == (ours_got["octets"], ours_got["sha256"]), (sent, ours_got))
    need(got == (ours_sent["octets"], ours_sent["sha256"]), (got, ours_sent))


@test("ethtool")
def tcp_over_a_bad_wire(net):
    for space in "am":
        net.space(space)
    net.veth("a", "a0", "10.76.0.1/24", "m", "m0", None)
    net.tap("m", "m1")
    net.start("m", sys.executable, os.path.join(HERE, "wire.py"), "m0", "m1", "delay=2", "loss=0.02", "dup=0.02",
              "reorder=0.02", "corrupt=0.02", "seed=5")
    path = net.file("lab.json", lab([("0s", "host", "nc -k -l 7 > /dev/null"), ("0s", "host", "nc -N 10.76.0.1 9 < 300000")],
                                    interfaces=[{"name": "eth0", "address": "10.76.0.2/24"}], gateway="10.76.0.1"))
    receiver = net.start("a", sys.executable, os.path.join(HERE, "talk.py"), "recv", "10.76.0.1", 9)
    receiver.stdout.readline()
    bridge = net.bridge("m", path, "--attach", "host:eth0=m1")
    result = net.run("a", sys.executable, os.path.join(HERE, "talk.py"), "send", "10.76.0.2", 7, 300000, timeout=60)
    need(result.returncode == 0, result.stdout)
    out, _ = receiver.communicate(timeout=60)
    sockets = bridge.stop()["sockets"]
    need(next(s["delivered"]["sha256"] for s in sockets if s["delivered"]["octets"]) == result.stdout.split()[-1], sockets)
    need(next(s["sent"]["sha256"] for s in sockets if s["sent"]["octets"]) == out.split()[-1], sockets)


@test("curl")
def curl_reads_what_we_serve(net):
    joined(net, lab([("0s", "host", "echo hello from the lab | nc -N -l 80")]))
    said(net.run("k", "curl", "-s", "--http0.9", "--max-time", 5, f"http://{OURS}/"), "hello from the lab")


@test()
def we_read_what_a_web_server_serves(net):
    net.file("page", "served by the kernel's side\n")
    net.space("k")
    net.tap("k", "tp", KERNEL + "/24")
    net.start("k", sys.executable, "-m", "http.server", 80, "--directory", net.folder, stdout=subprocess.DEVNULL,
              stderr=subprocess.DEVNULL)
    net.journal = os.path.join(net.folder, "journal.ndjson")
    bridge = net.bridge("k", net.file("lab.json", lab([("1s", "host", "echo GET /page | nc -N 10.90.0.1 80")])), "--attach",
                        "host:eth0=tp", "--journal", net.journal)
    time.sleep(2)
    need("served by the kernel's side" in printed(net, bridge), "not read")


@test("tshark", "tcpdump", "ping")
def tshark_finds_nothing_wrong(net):
    bridge = joined(net, lab([("0s", "host", "nc -k -l 7 > /dev/null"), ("1s", "host", "ping -c 2 -s 3000 10.90.0.1"),
                              ("1s", "host", "traceroute 10.90.0.1"), ("2s", "host", "nc -N 10.90.0.1 9 < 50000")]))
    pcap = os.path.join(net.folder, "tap.pcap")
    capture = net.start("k", "tcpdump", "-Z", "root", "-U", "-i", "tp", "-w", pcap)
    time.sleep(0.5)
    receiver = net.start("k", sys.executable, os.path.join(HERE, "talk.py"), "recv", KERNEL, 9)
    talk(net, "send", OURS, 7, 100000)
    net.run("k", "ping", "-c", 1, "-s", 4000, OURS)
    receiver.communicate(timeout=20)
    time.sleep(0.3)
    capture.terminate()
    capture.wait(5)
    clean(net, bridge, pcap)


# ------------------------------------------------------------------------------------------------ our own tools

@test()
def our_tools_reach_the_kernel(net):
    bridge = joined(net, lab([("500ms", "host", "ping -c 2 10.90.0.1"), ("500ms", "host", "ping -c 1 -s 20000 10.90.0.1"),
                              ("500ms", "host", "traceroute 10.90.0.1"), ("500ms", "host", "arping -c 1 10.90.0.1"),
                              ("500ms", "host", "nc -v -z 10.90.0.1 9")]))
    time.sleep(3.5)
    out = printed(net, bridge)
    for words in ("2 received", "20008 bytes from 10.90.0.1", r" 1\s+10.90.0.1", "(?i)reply from 10.90.0.1", "(?i)refused"):
        need(re.search(words, out), f"not said: {words}\n{out}")


# ------------------------------------------------------------------------------------------------ TFTP

@test("tftp", "atftp", "curl")
def tftp_clients_fetch_and_store(net):
    joined(net, lab([("0s", "host", "tftpd -c")], files=[{"name": "big", "size": 70000}, {"name": "none", "size": 0}]))
    for name, words in (("hpa", ("tftp", "-m", "binary", OURS, "-c", "get", "big")),
                        ("atftp", ("atftp", "--option", "blksize 1400", "-g", "-r", "big", "-l", "got", OURS)),
                        ("curl", ("curl", "-s", "-o", "got", f"tftp://{OURS}/big"))):
        folder = os.path.join(net.folder, name)
        os.mkdir(folder)
        result = net.run("k", "timeout", 20, *words, cwd=folder)
        sizes = [os.path.getsize(os.path.join(folder, file)) for file in os.listdir(folder)]
        need(sizes == [70000], f"{name}: {sizes} {result.stdout}")
    mine = os.urandom(5000)
    net.file("mine", mine)
    net.run("k", "timeout", 20, "tftp", "-m", "binary", OURS, "-c", "put", "mine", cwd=net.folder)
    net.run("k", "timeout", 20, "atftp", "-g", "-r", "mine", "-l", "back", OURS, cwd=net.folder)
    with open(os.path.join(net.folder, "back"), "rb") as file:
        need(file.read() == mine, "what was stored is not what was fetched")


@test("in.tftpd", "atftp")
def we_fetch_from_a_tftp_server(net):
    root = os.path.join(net.folder, "root")
    os.mkdir(root)
    os.chmod(root, 0o777)
    theirs = os.urandom(30000)
    net.file("root/theirs", theirs)
    net.space("k")
    net.tap("k", "tp", KERNEL + "/24")
    net.start("k", "in.tftpd", "-L", "-4", "-c", "-a", KERNEL + ":69", "-s", root)
    bridge = net.bridge("k", net.file("lab.json", lab([
        ("300ms", "host", "tftp -m binary 10.90.0.1 -c get theirs"), ("1s", "host", "tftpd")])), "--attach", "host:eth0=tp")
    time.sleep(1.5)
    result = net.run("k", "timeout", 10, "atftp", "-g", "-r", "theirs", "-l", "back", OURS, cwd=net.folder)
    bridge.stop()
    need(os.path.exists(os.path.join(net.folder, "back")), result.stdout)
    with open(os.path.join(net.folder, "back"), "rb") as file:
        need(file.read() == theirs, "what we fetched is not what we serve")


# ------------------------------------------------------------------------------------------------ the bridge itself

@test("ping", "nmap")
def a_session_is_replayed_to_its_hash(net):
    bridge = joined(net, None, "--events", os.path.join(net.folder, "story.ndjson"), "--pcap",
                    os.path.join(net.folder, "session.pcapng"))
    net.run("k", "ping", "-f", "-c", 300, "-s", 2000, OURS)
    net.run("k", "nmap", "-Pn", "-n", "-sS", "-p", "1-60", OURS)
    talk(net, "send", OURS, 7, 400000)
    session = bridge.stop()
    need(session["stopped"] == "signal" and bridge.status == 0, (session, bridge.errors))
    again = subprocess.run([NETSTEP, "run", os.path.join(HERE, "host.json"), "--journal", net.journal, "--events",
                            os.path.join(net.folder, "again.ndjson")], capture_output=True, text=True)
    need(again.returncode == 0, again.stderr)
    summary = json.loads(again.stdout)
    for key in ("hash", "hash_all", "time_ns", "steps", "records", "packets", "octets", "sockets"):
        need(summary[key] == session[key], f"{key}: {summary[key]} {session[key]}")
    stories = []
    for name in ("story", "again"):
        with open(os.path.join(net.folder, name + ".ndjson"), encoding="utf-8") as file:
            stories.append(file.read())
    need(stories[0] == stories[1] and len(stories[0]) > 100000, "the two stories differ")
    frames = subprocess.run([NETSTEP, "decode", os.path.join(net.folder, "session.pcapng")], capture_output=True, text=True)
    need(frames.returncode == 0 and len(frames.stdout.splitlines()) >= session["packets"], frames.stderr)


@test()
def rights_are_given_away(net):
    bridge = joined(net)
    with open(f"/proc/{bridge.process.pid}/status", encoding="utf-8") as file:
        status = file.read()
    need(re.search(r"^Uid:\t([1-9]\d*)\t\1\t\1\t\1$", status, re.M), status)
    need(re.search(r"^Gid:\t([1-9]\d*)\t\1\t\1\t\1$", status, re.M), status)
    for kind in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
        need(re.search(rf"^{kind}:\t0+$", status, re.M), status)
    need(re.search(r"^NoNewPrivs:\t1$", status, re.M), status)


def refused(net, space, words, *options):
    result = net.run(space, NETSTEP, "bridge", os.path.join(HERE, "host.json"), *options)
    need(result.returncode == 2 and re.search(words, result.stdout), f"{words}: {result.stdout}")
    need(len(result.stdout.strip().split("\n")) == 1, result.stdout)


@test()
def devices_that_cannot_be_had_are_told(net):
    joined(net)
    refused(net, "k", "busy.*another", "--attach", "host:eth0=tp")
    refused(net, "k", "no tap device", "--attach", "host:eth0=lo")
    refused(net, "k", "too long", "--attach", "host:eth0=a-name-of-sixteen")
    net.must("k", "ip", "tuntap", "add", "dev", "mine", "mode", "tap", "user", "12345")
    program = shutil.copy(NETSTEP, net.file("netstep"))
    os.chmod(program, 0o755)
    scenario = net.file("host.json", open(os.path.join(HERE, "host.json"), "rb").read())
    nobody = ("setpriv", "--reuid", 65534, "--regid", 65534, "--clear-groups", program, "bridge", scenario, "--until", "1s")
    result = net.run("k", *nobody, "--attach", "host:eth0=mine")
    need(result.returncode == 2 and len(result.stdout.strip().split("\n")) == 1, result.stdout)
    if os.stat("/dev/net/tun").st_mode & 0o666 != 0o666:
        need("no permission to open /dev/net/tun" in result.stdout, result.stdout)
        return  # on such a machine root alone may open any device
    need("ip tuntap add" in result.stdout, result.stdout)
    owner = ("setpriv", "--reuid", 12345, "--regid", 12345, "--clear-groups", program, "bridge", scenario, "--until", "300ms")
    need('"stopped":"until"' in net.run("k", *owner, "--attach", "host:eth0=mine").stdout, "its owner may not open it")


@test("ping")
def a_device_is_made_and_vanishes(net):
    net.space("k")
    bridge = net.bridge("k", os.path.join(HERE, "host.json"), "--attach", "host:eth0=made0")
    net.up("k", "made0", KERNEL + "/24")
    said(net.run("k", "ping", "-c", 1, "-W", 2, OURS), "1 received")
    net.must("k", "ip", "link", "del", "made0")
    bridge.process.wait(5)
    need(bridge.stop()["stopped"] == "device" and bridge.status == 1 and "made0" in bridge.errors, bridge.errors)


@test()
def files_are_bounded_and_time_ends(net):
    bridge = joined(net, None, "--limit", "1", "--until", "60s")
    talk(net, "send", OURS, 7, 400000)
    net.run("k", "timeout", 2, sys.executable, os.path.join(HERE, "talk.py"), "send", OURS, 7, 2000000)
    bridge.process.wait(5)
    need(bridge.stop()["stopped"] == "limit" and os.path.getsize(net.journal) < 2 << 20, bridge.summary)
    again = subprocess.run([NETSTEP, "run", "--journal", net.journal], capture_output=True, text=True)
    need(again.returncode == 0 and json.loads(again.stdout)["hash"] == bridge.summary["hash"], again.stderr)
    ended = net.run("k", NETSTEP, "bridge", os.path.join(HERE, "host.json"), "--attach", "host:eth0=tp", "--until", "500ms")
    need('"stopped":"until"' in ended.stdout, ended.stdout)


def memory_of(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))


@test("hping3", "ping")
def a_flood_is_borne(net):
    net.space("k")
    net.tap("k", "tp", KERNEL + "/24")
    bridge = net.bridge("k", os.path.join(HERE, "host.json"), "--attach", "host:eth0=tp")
    said(net.run("k", "ping", "-c", 1, OURS))
    memory = []
    for flood in (("--udp", "-p", 9), ("-S", "-p", 7, "--rand-source"), ("-1", "-d", 1400), ("-S", "-p", 7)):
        net.run("k", "timeout", "-s", "INT", 2, "hping3", *flood, "--flood", OURS)
        said(net.run("k", "ping", "-c", 3, "-i", 0.2, "-W", 2, OURS), "[123] received")
        memory.append(memory_of(bridge.process.pid))
    need(memory[-1] < 200000 and memory[-1] - memory[1] < 40000, f"KiB after each flood: {memory}")
    need(bridge.stop()["stopped"] == "signal", bridge.errors)


@test("curl", "ping")
def labs_of_the_service_are_joined(net):
    net.space("k")
    net.tap("k", "tp", KERNEL + "/24")
    port = 18000 + os.getpid() % 2000
    service = net.start("k", NETSTEP, "serve", "--listen", f"127.0.0.1:{port}", "--tap", "tp", "--lessons",
                        os.path.join(net.folder, "none"), stderr=subprocess.DEVNULL)

    def ask(path, body=None, key=None):
        words = ["curl", "-s", "--retry", 20, "--retry-connrefused", "--retry-delay", 1, f"http://127.0.0.1:{port}{path}"]
        if body is not None:
            words += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
        if key:
            words += ["-H", "Authorization: Bearer " + key]
        return json.loads(said(net.run("k", *words)))

    with open(os.path.join(HERE, "host.json"), encoding="utf-8") as file:
        made = ask("/api/labs", {"scenario": json.load(file)})
    need(ask("/api/devices") == {"devices": [{"name": "tp", "free": True}]}, "no device")
    timeline = f"/api/labs/{made['lab']}/timelines/T0/"
    answer = ask(timeline + "attach", {"device": "tp", "interface": "host:eth0"}, made["key"])
    need(answer.get("running"), answer)
    said(net.run("k", "ping", "-c", 5, "-i", 0.1, "-s", 3000, OURS), " 0% packet loss")
    talk(net, "send", OURS, 7, 300000)
    with open(f"/proc/{service.pid}/status", encoding="utf-8") as file:
        need(re.search(r"^CapEff:\t0+$", file.read(), re.M), "the service has kept its rights")
    answer = ask(timeline + "detach", {"device": "tp"}, made["key"])
    need(answer["devices"] == [], answer)
    need(net.run("k", "ping", "-c", 1, "-W", 1, OURS).returncode, "it answers without a device")
    service.send_signal(signal.SIGTERM)
    need(service.wait(10) == 0, "the service did not end well")


def whole(judge, least):
    need(not judge.bad, "\n".join(judge.bad))
    need(judge.good >= least, f"only {judge.good} were tried")


@test("tftp", "atftp")
def tftp_every_size_and_option_from_us(net):
    whole(tftp.against_their_clients(net), 100)


@test("in.tftpd")
def tftp_every_size_and_option_from_tftpd_hpa(net):
    whole(tftp.against_their_server(net, "in.tftpd"), 70)


# It cannot be installed beside in.tftpd: ATFTPD says where it is.
@test(os.environ.get("ATFTPD", "atftpd"))
def tftp_every_size_and_option_from_atftpd(net):
    whole(tftp.against_their_server(net, os.environ.get("ATFTPD", "atftpd")), 70)


# ------------------------------------------------------------------------------------------------ OSPF

OSPF_TOOLS = ("vtysh", "birdc", "bird")


@test(*OSPF_TOOLS)
def ospf_as_designated_router(net):
    ospf.as_designated_router(net)


@test(*OSPF_TOOLS)
def ospf_as_designated_router_with_md5(net):
    ospf.as_designated_router(net, md5=True)


@test(*OSPF_TOOLS)
def ospf_as_backup_and_then_as_designated_router(net):
    ospf.as_backup_and_then_as_designated_router(net)


@test(*OSPF_TOOLS)
def ospf_as_neither(net):
    ospf.as_neither(net)


@test("vtysh")
def ospf_on_a_point_to_point_link(net):
    ospf.on_a_point_to_point_link(net)


@test("vtysh")
def ospf_with_another_key_nobody_is_a_neighbour(net):
    ospf.with_another_key(net)


@test("vtysh", "ethtool", "/usr/lib/frr/ospfd")
def ospf_finds_the_routes_that_frr_finds(net):
    for number in (7, 8, 9):
        found, compared = ospf_routes.differences(net, number)
        need(not found, "\n".join(found[:20]))
        need(compared > 50, f"only {compared} were compared")
        net.close()
        net.__init__()


def rip_test(peer, mode, *tools):
    """One test for each peer and way; test.py finds it by its name."""
    def both_ways(net):
        rip.with_peer(net, peer, mode, printed)
    both_ways.__name__ = f"rip_{mode}_with_{peer}"
    test(*tools)(both_ways)


for rip_mode in ("v2", "v1", "text", "md5"):
    rip_test("frr", rip_mode, "vtysh", "ping")
    rip_test("bird", rip_mode, "bird", "ping")


def main():
    why = missing()
    wanted = [t for t in TESTS if len(sys.argv) == 1 or any(word in t[0] for word in sys.argv[1:])]
    if why:
        print(f"interop: skipped: {why}")
        print(f"0 passed, 0 failed, {len(wanted)} skipped")
        return 0
    passed = failed = skipped = 0
    for name, tools, function in wanted:
        absent = [tool for tool in tools if not shutil.which(tool)]
        if absent:
            skipped += 1
            print(f"skipped {name}: not installed: {', '.join(absent)}")
            continue
        net, began = Net(), time.monotonic()
        try:
            function(net)
            passed += 1
            print(f"ok      {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            print(f"FAILED  {name}: {error if isinstance(error, AssertionError) else traceback.format_exc()}", flush=True)
        finally:
            net.close()
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
