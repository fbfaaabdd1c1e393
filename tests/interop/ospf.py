"""OSPF with FRR and BIRD on one network, our router behind a tap device in each part: Designated Router, Backup
and neither; with MD5; on a point-to-point link. What is asked is asked of FRR, of BIRD and of their kernels.
For test.py.
"""
import json
import os
import time

FRR, BIRD, OURS = "10.44.0.1", "10.44.0.3", "10.44.0.4"
FRR_ID, BIRD_ID, OUR_ID = "1.1.1.1", "3.3.3.3", "4.4.4.4"
FOLDERS = ("/usr/lib/frr", "/usr/libexec/frr", "/usr/sbin")


def frr_program(name):
    return next((f"{folder}/{name}" for folder in FOLDERS if os.path.exists(f"{folder}/{name}")), name)


def wait_for(what, seconds, holds):
    """What `holds` said at last, as soon as that is true."""
    end = time.monotonic() + seconds
    while True:
        answer = holds()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.2)


def our_scenario(priority, lines=(), area="0"):
    """A router with a host behind it, a network of its own and one that is external."""
    config = ["ip route 172.31.5.0/24 Null0", "interface eth0", "ip ospf hello-interval 1",
              "ip ospf dead-interval 4", f"ip ospf priority {priority}", *lines, "exit", "interface eth1",
              "ip ospf passive", "exit", "router ospf", f"ospf router-id {OUR_ID}",
              f"network 10.44.0.0/24 area {area}", f"network 10.42.0.0/24 area {area}", "redistribute static"]
    router = {"name": "r", "kind": "router", "config": config,
              "interfaces": [{"name": "eth0", "address": OURS + "/24"}, {"name": "eth1", "address": "10.42.0.1/24"}]}
    host = {"name": "h", "interfaces": [{"name": "eth0", "address": "10.42.0.9/24"}], "gateway": "10.42.0.1"}
    return json.dumps({"netstep": 1, "seed": 4, "nodes": [router, host], "links": [{"between": ["r:eth1", "h"]}]})


class Lan:
    """A bridge with FRR, BIRD and room for us; a host behind FRR."""

    def __init__(self, net, frr=10, bird=1, kind="broadcast", md5=False):
        self.net, self.kind, self.md5 = net, kind, md5
        for space in ("sw", "f", "b", "leaf"):
            net.space(space)
        net.must("sw", "ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
        net.up("sw", "br0")
        net.veth("f", "fe0", FRR + "/24", "sw", "s1", None)
        net.veth("f", "fe1", "10.41.0.1/24", "leaf", "le0", "10.41.0.9/24")
        net.must("leaf", "ip", "route", "add", "default", "via", "10.41.0.1")
        net.tap("sw", "s4")
        ports = ["s1", "s4"]
        if kind == "broadcast":
            net.veth("b", "be0", BIRD + "/24", "sw", "s3", None)
            ports.append("s3")
        for port in ports:
            net.must("sw", "ip", "link", "set", port, "master", "br0")
        for space in ("f", "b"):
            net.must(space, "sysctl", "-qw", "net.ipv4.ip_forward=1")
        self.start_frr(frr)
        if kind == "broadcast":
            self.start_bird(bird)

    def start_frr(self, priority):
        self.frr = os.path.join(self.net.folder, "frr")
        os.makedirs(self.frr)
        os.chmod(self.frr, 0o777)
        lines = [f" ip ospf network {self.kind}", " ip ospf hello-interval 1", " ip ospf dead-interval 4",
                 f" ip ospf priority {priority}"]
        if self.md5:
            lines += [" ip ospf authentication message-digest", " ip ospf message-digest-key 1 md5 sekret"]
        self.net.file("frr/zebra.conf", "hostname f\n")
        self.net.file("frr/ospfd.conf", "\n".join(["hostname f", "interface fe0", *lines, "router ospf",
                                                   f" ospf router-id {FRR_ID}", " network 10.44.0.0/24 area 0",
                                                   " network 10.41.0.0/24 area 0", " passive-interface fe1", ""]))
        common = ["-z", f"{self.frr}/zserv", "--vty_socket", self.frr, "-A", "127.0.0.1"]
        self.net.start("f", frr_program("zebra"), "-f", f"{self.frr}/zebra.conf", "-i", f"{self.frr}/z.pid", *common)
        wait_for("zebra's socket", 10, lambda: os.path.exists(f"{self.frr}/zserv"))
        self.net.start("f", frr_program("ospfd"), "-f", f"{self.frr}/ospfd.conf", "-i", f"{self.frr}/o.pid", *common)

    def start_bird(self, priority):
        auth = 'authentication cryptographic; password "sekret" { id 1; algorithm keyed md5; };' if self.md5 else ""
        config = self.net.file("bird.conf", f"""router id {BIRD_ID};
protocol device {{ scan time 1; }}
protocol kernel {{ ipv4 {{ export all; }}; }}
protocol ospf v2 o {{ tick 1; ipv4 {{ import all; export none; }};
  area 0 {{ interface "be0" {{ type broadcast; hello 1; dead 4; wait 4; priority {priority}; {auth} }}; }}; }}
""")
        self.control = os.path.join(self.net.folder, "bird.ctl")
        self.net.start("b", "bird", "-f", "-c", config, "-s", self.control, "-P", config + ".pid")

    def ask_frr(self, line):
        return self.net.run("f", "vtysh", "--vty_socket", self.frr, "-c", line).stdout

    def ask_bird(self):
        return self.net.run("b", "birdc", "-s", self.control, "show", "ospf", "neighbors", "o").stdout

    def neighbor(self, said, router_id):
        """The line about that neighbour."""
        return next((line for line in said.splitlines() if router_id in line), "")

    def our_part(self, state):
        """FRR's line about us, when it has this in it."""
        line = self.neighbor(self.ask_frr("show ip ospf neighbor"), OUR_ID)
        return line if state in line else ""

    def our_part_for_bird(self, state):
        line = self.neighbor(self.ask_bird(), OUR_ID)
        return line if state in line else ""

    def kernel_has(self, space, network):
        return network in self.net.run(space, "ip", "route", "show").stdout

    def has_our_networks(self, space):
        wait_for(f"{space} has our network", 20, lambda: self.kernel_has(space, "10.42.0.0/24"))
        wait_for(f"{space} has our external network", 20, lambda: self.kernel_has(space, "172.31.5.0/24"))

    def reaches_our_host(self):
        wait_for("the host behind us answers the one behind FRR", 15, lambda: self.net.run(
            "leaf", "ping", "-c1", "-W1", "10.42.0.9").returncode == 0)

    def join(self, priority, lines=()):
        lines = [f"ip ospf network {self.kind}", *lines]
        if self.md5:
            lines += ["ip ospf authentication message-digest", "ip ospf message-digest-key 1 md5 sekret"]
        path = self.net.file("ours.json", our_scenario(priority, lines))
        return self.net.bridge("sw", path, "--attach", "r:eth0=s4")


def as_designated_router(net, md5=False):
    lan = Lan(net, md5=md5)
    bridge = lan.join(200)
    wait_for("FRR is Full with us, the DR", 30, lambda: lan.our_part("Full/DR "))
    wait_for("BIRD is Full with us, the DR", 30, lambda: lan.our_part_for_bird("Full/DR"))
    lan.has_our_networks("f")
    lan.has_our_networks("b")
    lan.reaches_our_host()
    return bridge.stop()


def as_backup_and_then_as_designated_router(net):
    lan = Lan(net, frr=100)
    bridge = lan.join(50)
    wait_for("FRR is Full with us, the Backup", 30, lambda: lan.our_part("Full/Backup"))
    wait_for("BIRD is Full with us, the Backup", 30, lambda: lan.our_part_for_bird("Full/BDR"))
    lan.has_our_networks("b")
    net.must("sw", "ip", "link", "set", "s1", "down")
    wait_for("we have taken over", 15, lambda: lan.our_part_for_bird("Full/DR"))
    wait_for("BIRD has our network still", 10, lambda: lan.kernel_has("b", "10.42.0.0/24"))
    net.must("sw", "ip", "link", "set", "s1", "up")
    wait_for("FRR is back, and we stay DR", 30, lambda: lan.our_part("Full/DR "))
    lan.has_our_networks("f")
    return bridge.stop()


def as_neither(net):
    lan = Lan(net, frr=100, bird=50)
    bridge = lan.join(0)
    wait_for("FRR is Full with us", 30, lambda: lan.our_part("Full/DROther"))
    wait_for("BIRD is Full with us", 30, lambda: lan.our_part_for_bird("Full/Other"))
    lan.has_our_networks("f")
    lan.has_our_networks("b")
    lan.reaches_our_host()
    net.must("sw", "ip", "link", "set", "s4", "nomaster")
    wait_for("we are gone", 10, lambda: not lan.our_part("Full"))
    wait_for("our network is gone", 10, lambda: not lan.kernel_has("f", "10.42.0.0/24"))
    net.must("sw", "ip", "link", "set", "s4", "master", "br0")
    wait_for("we are back", 30, lambda: lan.our_part("Full/DROther"))
    lan.has_our_networks("f")
    return bridge.stop()


def on_a_point_to_point_link(net):
    lan = Lan(net, kind="point-to-point")
    bridge = lan.join(1)
    wait_for("FRR is Full with us", 30, lambda: lan.our_part("Full/-"))
    lan.has_our_networks("f")
    lan.reaches_our_host()
    return bridge.stop()


def with_another_key(net):
    """Nobody becomes anybody's neighbour."""
    lan = Lan(net, md5=True, kind="point-to-point")
    lan.md5 = False
    bridge = lan.join(1, ("ip ospf authentication message-digest", "ip ospf message-digest-key 1 md5 other"))
    time.sleep(8)
    if lan.our_part(OUR_ID):
        raise AssertionError("FRR has taken a packet with a wrong digest")
    return bridge.stop()
