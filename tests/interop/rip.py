"""RIP with FRR's ripd and with BIRD, our router behind a tap device, in four ways: version 2, version 1, with a
password, with MD5. Routes and pings go through both ways, and a dead link is heard of at once, from either end.
What is asked is asked of the peer's kernel, and of what our console printed. For test.py.
"""
import json
import os
import re
import time

from ospf import frr_program, wait_for

PEER, OURS = "10.90.0.1", "10.90.0.2"
CUT_OURS, CUT_THEIRS = 14, 8  # seconds of the lab's clock, and after our own cut
OUR_LINES = {
    "v2": ["router rip", "version 2"],
    "v1": ["router rip", "version 1"],
    "text": ["interface eth0", "ip rip authentication mode text", "ip rip authentication string sekret", "router rip"],
    "md5": ["key chain kc", "key 1", "key-string sekret", "exit", "exit", "interface eth0",
            "ip rip authentication mode md5 auth-length old-ripd", "ip rip authentication key-chain kc", "router rip"],
}
FRR_LINES = {
    "v2": "", "v1": "",
    "text": "interface tp\n ip rip authentication mode text\n ip rip authentication string sekret\n",
    "md5": "key chain kc\n key 1\n  key-string sekret\ninterface tp\n"
           " ip rip authentication mode md5 auth-length old-ripd\n ip rip authentication key-chain kc\n",
}
BIRD_LINES = {
    "v2": "version 2;", "v1": "version 1; mode broadcast;",
    "text": 'version 2; authentication plaintext; password "sekret";',
    "md5": 'version 2; authentication cryptographic; password "sekret" { id 1; algorithm keyed md5; };',
}


def networks(mode):
    """Theirs and ours, without the last octet: version 1 knows no subnets of other networks."""
    return ("192.168.91", "192.168.92") if mode == "v1" else ("10.91.0", "10.92.0")


def scenario(mode):
    _, ours = networks(mode)
    config = [*OUR_LINES[mode], "timers basic 5 30 20", "network eth0", "network eth1", "passive-interface eth1"]
    router = {"name": "r", "kind": "router", "config": config,
              "interfaces": [{"name": "eth0", "address": OURS + "/24"}, {"name": "eth1", "address": ours + ".1/24"}]}
    host = {"name": "h", "interfaces": [{"name": "eth0", "address": ours + ".9/24"}], "gateway": ours + ".1"}
    script = [{"at": f"{CUT_OURS - 1}s", "on": "r", "run": "show ip rip"},
              {"at": f"{CUT_OURS}s", "on": "r", "run": "ip link set eth1 down"}]
    script += [{"at": f"{second}s", "on": "r", "run": "show ip rip"} for second in range(CUT_OURS + 1, 60)]
    return json.dumps({"netstep": 1, "seed": 4, "nodes": [router, host], "links": [{"between": ["r:eth1", "h"]}],
                       "script": script})


def start_frr(net, mode):
    folder = os.path.join(net.folder, "frr")
    os.makedirs(folder)
    os.chmod(folder, 0o777)
    zebra = net.file("frr/zebra.conf", "hostname f\n")
    rip = net.file("frr/ripd.conf", "hostname f\n" + FRR_LINES[mode] + "router rip\n timers basic 5 30 20\n network tp\n network leaf0\n"
                   f" passive-interface leaf0\n version {1 if mode == 'v1' else 2}\n")
    common = ["-z", folder + "/zserv", "--vty_socket", folder, "-A", "127.0.0.1"]
    net.start("k", frr_program("zebra"), "-f", zebra, "-i", folder + "/z.pid", *common)
    wait_for("zebra's socket", 10, lambda: os.path.exists(folder + "/zserv"))
    net.start("k", frr_program("ripd"), "-f", rip, "-i", folder + "/r.pid", *common)


def start_bird(net, mode):
    config = net.file("bird.conf", 'router id 1.1.1.1;\nprotocol device { scan time 1; }\n'
                      'protocol direct { ipv4; interface "leaf0"; }\nprotocol kernel { ipv4 { export all; }; }\n'
                      'protocol rip { ipv4 { import all; export where source ~ [ RTS_DEVICE, RTS_RIP ]; };\n'
                      f' interface "tp" {{ update time 5; timeout time 30; garbage time 20; {BIRD_LINES[mode]} }}; }}\n')
    net.start("k", "bird", "-f", "-c", config, "-s", net.folder + "/bird.ctl", "-P", net.folder + "/bird.pid")


def routes(net):
    return net.run("k", "ip", "route").stdout


def table_before_and_after(printed, network):
    """The metrics that our router had for their network, one for each time it was asked."""
    return [int(metric) for metric in re.findall(rf"{re.escape(network)}\.0/24\s+\S+\s+(\d+)", printed)]


def with_peer(net, peer, mode, printed):
    theirs, ours = networks(mode)
    for space in ("k", "leaf"):
        net.space(space)
    net.tap("k", "tp", PEER + "/24")
    net.veth("k", "leaf0", theirs + ".1/24", "leaf", "l0", theirs + ".9/24")
    net.must("leaf", "ip", "route", "add", "default", "via", theirs + ".1")
    net.must("k", "sysctl", "-qw", "net.ipv4.ip_forward=1")
    (start_frr if peer == "frr" else start_bird)(net, mode)
    time.sleep(1)
    net.journal = os.path.join(net.folder, "journal.ndjson")
    path = net.file("lab.json", scenario(mode))
    began = time.monotonic()
    bridge = net.bridge("k", path, "--attach", "r:eth0=tp", "--journal", net.journal)
    if (peer, mode) == ("bird", "v1"):
        time.sleep(CUT_OURS + 1)  # BIRD 2.0.12 takes no entry of version 1 from anybody: "reserved field is nonzero"
    else:
        wait_for("our network is in the peer's kernel", 10, lambda: re.search(rf"{ours}\.0/24 .*via {OURS} ", routes(net)))
        wait_for("a ping goes through both routers", 10, lambda: "1 received" in net.run(
            "leaf", "ping", "-c", 1, "-W", 1, f"{ours}.9").stdout)
        wait_for("our dead link is heard of", CUT_OURS + 4 - (time.monotonic() - began),
                 lambda: f"{ours}.0/24" not in routes(net))
        assert time.monotonic() - began > CUT_OURS - 1, "the route was gone before the link was"
    net.must("k", "ip", "link", "set", "leaf0", "down")
    time.sleep(CUT_THEIRS)
    metrics = table_before_and_after(printed(net, bridge), theirs)
    assert metrics and metrics[0] == 2, f"their network was not learnt: {metrics}"
    assert 16 in metrics, f"their dead link was not heard of: {metrics}"
