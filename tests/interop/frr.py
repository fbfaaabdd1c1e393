"""A scenario's routers as FRR routers: a network namespace for each node, a cable for each link, and the lines of
each node's "config" as its configuration. What FRR then says is what ours should say."""
import json
import os
import time

DAEMONS = "/usr/lib/frr"


class Frr:
    def __init__(self, net, scenario):
        self.net, self.scenario, self.names = net, scenario, {}
        for node in scenario["nodes"]:
            net.space(self.space(node["name"]))
            if node.get("kind") == "switch":
                net.run(self.space(node["name"]), "ip", "link", "add", "bridge0", "type", "bridge")
                net.run(self.space(node["name"]), "ip", "link", "set", "bridge0", "up")
            else:
                net.run(self.space(node["name"]), "sysctl", "-qw", "net.ipv4.ip_forward=1",
                        "net.ipv4.conf.all.rp_filter=0", "net.ipv4.fib_multipath_hash_policy=1")
        for number, link in enumerate(scenario["links"]):
            self.cable(number, link)
        for node in scenario["nodes"]:
            if node.get("kind") != "switch":
                self.addresses(node)

    def space(self, name):
        return "f" + name

    def cable(self, number, link):
        ends = [end.split(":") for end in link["between"]]
        names = [f"v{number}{end}" for end in "ab"]
        (a, port_a), (b, port_b) = ends
        self.net.veth(self.space(a), names[0], None, self.space(b), names[1], None)
        for (node, port), name in zip(ends, names):
            space = self.space(node)
            self.net.must(space, "ip", "link", "set", name, "down")
            self.net.must(space, "ip", "link", "set", name, "name", port)
            if self.kind(node) == "switch":
                self.net.must(space, "ip", "link", "set", port, "master", "bridge0")
            self.net.must(space, "ip", "link", "set", port, "up")

    def kind(self, name):
        return next(n.get("kind") for n in self.scenario["nodes"] if n["name"] == name)

    def addresses(self, node):
        space = self.space(node["name"])
        self.net.run(space, "ip", "link", "set", "lo", "up")
        for port in node["interfaces"]:
            # A port without a cable is up all the same, in the lab and here.
            if self.net.run(space, "ip", "link", "show", port["name"]).returncode:
                self.net.run(space, "ip", "link", "add", port["name"], "type", "veth", "peer", "name",
                             "x" + port["name"])
                self.net.run(space, "ip", "link", "set", port["name"], "up")
            if port.get("address"):
                self.net.run(space, "ip", "addr", "add", port["address"], "dev", port["name"])
        for route in node.get("routes", []):
            self.net.run(space, "ip", "route", "add", route["to"], "via", route["via"])

    def start(self):
        for node in self.scenario["nodes"]:
            if not node.get("config"):
                continue
            name = node["name"]
            folder = os.path.join(self.net.folder, name)
            os.makedirs(folder, exist_ok=True)
            os.chmod(folder, 0o777)
            self.names[name] = folder
            for daemon, lines in (("zebra", []), ("ospfd", node["config"])):
                path = os.path.join(folder, daemon + ".conf")
                with open(path, "w") as file:
                    file.write("\n".join([f"hostname {name}", *lines]) + "\n")
                os.chmod(path, 0o644)
            for daemon in ("zebra", "ospfd"):
                self.net.start(self.space(name), f"{DAEMONS}/{daemon}", "-f", f"{folder}/{daemon}.conf", "-z", f"{folder}/zserv",
                            "-i", f"{folder}/{daemon}.pid", "--vty_socket", folder, "-A", "127.0.0.1")
                time.sleep(0.3)

    def ask(self, name, words):
        return self.net.run(self.space(name), "vtysh", "--vty_socket", self.names[name], "-c", words).stdout

    def routes(self, name):
        """{network: sorted [(via, interface)]} of what ospfd gave to the kernel."""
        out = {}
        for route in json.loads(self.net.run(self.space(name), "ip", "-j", "route", "show", "proto", "ospf").stdout or "[]"):
            hops = route.get("nexthops") or [route]
            network = "0.0.0.0/0" if route["dst"] == "default" else route["dst"]
            network += "" if "/" in network else "/32"
            out[network] = sorted((hop.get("gateway", ""), hop["dev"]) for hop in hops)
        return out
