#!/usr/bin/env python3
"""The kernel's TCP against ours through a tap device, as a ratio to the kernel against itself on the same wire.

    throughput.py [quick|full] [WIRE...]

Each transfer is done by both in turn, several times, each time over the same wire with another seed; the figure
is the median of the kernel's times divided by the median of ours, so 1.00 is as fast, 0.80 is a quarter
slower. Every transfer is checked octet by octet: a hash over all of it, at both ends. Needs root.
"""
import hashlib
import os
import statistics
import sys

from net import HERE, Net, missing

BAD = ["delay=5", "jitter=2", "loss=0.01", "dup=0.01", "reorder=0.02", "corrupt=0.01"]
WIRES = {
    "clean": [],
    "delay": ["delay=5"],
    "loss": ["delay=5", "loss=0.01"],
    "near": ["loss=0.01"],
    "dup": ["delay=5", "dup=0.02"],
    "reorder": ["delay=5", "reorder=0.02"],
    "corrupt": ["delay=5", "corrupt=0.01"],
    "bad": BAD,
}
HOST = ('{"netstep":1,"seed":%d,"nodes":[{"name":"host","interfaces":[{"address":"10.76.0.2/24"}],'
        '"sysctl":{"net.ipv4.tcp_congestion_control":"cubic"}}],"script":['  # as talk.py's
        '{"on":"host","run":"nc -k -l 7 > /dev/null"}%s]}')
failures = []


def transfer(ours, way, octets, wire, seed):
    """Seconds that one transfer took. `way` in: to 10.76.0.2, which is ours or a second kernel."""
    net = Net()
    net.space("a")
    net.space("m")
    net.veth("a", "a0", "10.76.0.1/24", "m", "m0", None)
    if ours:
        net.tap("m", "m1")
    else:
        net.space("b")
        net.veth("m", "m1", None, "b", "b0", "10.76.0.2/24")
    for space in "ab" if not ours else "a":
        net.run(space, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1")
    net.start("m", sys.executable, os.path.join(HERE, "wire.py"), "m0", "m1", *wire, f"seed={seed}")
    try:
        return run(net, ours, way, octets, seed)
    finally:
        net.close()


def talk(net, space, *words):
    return net.start(space, sys.executable, os.path.join(HERE, "talk.py"), *words)


def answer(process):
    out, errors = process.communicate(timeout=300)
    line = out.strip().split("\n")[-1].split()
    if len(line) != 3:
        raise RuntimeError(out + errors)
    return float(line[0]), int(line[1]), line[2]


def run(net, ours, way, octets, seed):
    # The receiver's clock runs from the connection on, the sender's until the peer has closed.
    receiver = None
    if way == "out":
        receiver = talk(net, "a", "recv", "10.76.0.1", 9)
        receiver.stdout.readline()
    line = f',{{"at":"500ms","on":"host","run":"nc -N 10.76.0.1 9 < {octets}"}}' if way == "out" else ""
    if ours:
        bridge = net.bridge("m", net.file("s.json", HOST % (seed, line)), "--attach", "host:eth0=m1")
    elif way == "in":
        receiver = talk(net, "b", "recv", "10.76.0.2", 7)
        receiver.stdout.readline()
    if way == "in":
        taken, sent, sent_hash = answer(talk(net, "a", "send", "10.76.0.2", 7, octets))
    elif not ours:
        _, sent, sent_hash = answer(talk(net, "b", "send", "10.76.0.1", 9, octets))
    if receiver:
        receiver_taken, got, got_hash = answer(receiver)
        taken = receiver_taken if way == "out" else taken
    if ours:
        summary = bridge.stop()
        side = next(s for s in summary["sockets"] if s["protocol"] == "tcp" and
                    s["delivered" if way == "in" else "sent"]["octets"])
        ends = side["delivered"] if way == "in" else side["sent"]
        if way == "in":
            got, got_hash = ends["octets"], ends["sha256"]
        else:
            sent, sent_hash = ends["octets"], ends["sha256"]
    if not sent == got == octets or sent_hash != got_hash:
        failures.append(f"{octets} octets {way}, seed {seed}: sent {sent}, got {got}")
    return taken


def figure(name, way, octets, times):
    kernel, ours = [], []
    for seed in range(1, times + 1):
        kernel.append(transfer(False, way, octets, WIRES[name], seed))
        ours.append(transfer(True, way, octets, WIRES[name], seed))
    k, o = statistics.median(kernel), statistics.median(ours)
    spread = " ".join(f"{t:.2f}" for t in sorted(ours)), " ".join(f"{t:.2f}" for t in sorted(kernel))
    print(f"  {octets / 1e6:3.0f} MB {way:3} {name:8} kernel {k:7.3f} s  ours {o:7.3f} s  ratio {k / o:5.2f}"
          f"   ours: {spread[0]}  kernel: {spread[1]}", flush=True)
    return k / o


def main():
    why = missing(["ethtool"])
    if why:
        print("throughput: skipped:", why)
        return 0
    words = sys.argv[1:]
    full = "full" in words
    names = [word for word in words if word in WIRES] or (list(WIRES) if full else ["clean", "loss", "bad"])
    ratios = []
    for name in names:
        for octets in (2_000_000, 50_000_000) if full else (2_000_000,):
            times = 9 if octets < 10_000_000 else 3
            for way in ("in", "out"):
                ratios.append(figure(name, way, octets, int(os.environ.get("TIMES", times))))
    print(f"  least ratio {min(ratios):.2f}; {len(failures)} transfers were wrong")
    for failure in failures:
        print("  wrong:", failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
