"""Our OSPF routers and FRR's on the same network, by the same scenario: both must find the same routes."""
import json
import os
import re
import subprocess
import time

from frr import Frr
from net import HERE, NETSTEP

WAIT = 60  # seconds, of the lab and of the clock; Hellos come each second here
DIRECT = "directly attached"


def world(number):
    """The scenario, with Hellos each second and the interfaces dead after four."""
    with open(os.path.join(HERE, f"../scenarios/ospf_random_{number}.json"), encoding="utf-8") as file:
        scenario = json.load(file)
    for node in scenario["nodes"]:
        lines = []
        for line in node.get("config", []):
            lines.append(line)
            if line.startswith("interface "):
                lines += [" ip ospf hello-interval 1", " ip ospf dead-interval 4"]
        if lines:
            node["config"] = lines
    return scenario


def routes_of(text):
    """What `show ip ospf route` says: {(table, destination): [(kind, cost, area, hops), ...]}."""
    out, table, last = {}, None, None
    for line in text.splitlines():
        if line.startswith("==="):
            table = line.strip("= ")
        elif found := re.match(r"\s+(via .*|directly attached .*)$", line):
            last.append(found[1])
        elif found := re.match(r"(?:[NR] )?\s*(IA|E1|E2)?\s*([\d./]+)?\s+(IA)?\s*(\[.*)$", line):
            if found[2]:
                destination = found[2]
            out.setdefault((table, destination), []).append(last := [found[1] or found[3] or "", found[4]])
    # FRR lists a hop twice when it is that of two border routers.
    return {key: sorted((kind, what, *sorted(set(hops))) for kind, what, *hops in paths) for key, paths in out.items()}


def ours(scenario):
    """{router: what its console says to `show ip ospf route`}."""
    routers = [node["name"] for node in scenario["nodes"] if node.get("config")]
    asked = {**scenario, "script": [{"at": f"{WAIT}s", "on": name, "run": "show ip ospf route"} for name in routers]}
    ran = subprocess.run([NETSTEP, "run", "-", "--until", f"{WAIT + 1}s", "--events", "-"], input=json.dumps(asked),
                         capture_output=True, text=True, check=True)
    numbers = {number: node["name"] for number, node in enumerate(scenario["nodes"], 1)}
    said = {name: [] for name in routers}
    for line in ran.stdout.splitlines():
        if '"k":"con"' not in line:
            continue
        for event in json.loads(line)["e"]:
            if event["k"] == "con":
                said[numbers[event["n"]]].append(event["text"])
    return {name: "\n".join(lines) for name, lines in said.items()}


def to_kernel(routes):
    """Of these, the networks that a daemon gives to the kernel, with their hops."""
    out = {}
    for (table, destination), paths in routes.items():
        hops = [hop for path in paths for hop in path[2:]]
        if "router" in table or not hops or any(hop.startswith(DIRECT) for hop in hops):
            continue
        out[destination] = sorted(tuple(hop[len("via "):].split(", ")) for hop in hops)
    return out


def connected(node):
    networks = set()
    for port in node["interfaces"]:
        if "address" in port:
            networks.add(re.sub(r"\d+/24$", "0/24", port["address"]))
    return networks


def differences(net, number):
    """What differs between both, a line each."""
    scenario = world(number)
    theirs = Frr(net, scenario)
    theirs.start()
    mine = {name: routes_of(text) for name, text in ours(scenario).items()}
    nodes = {node["name"]: node for node in scenario["nodes"]}
    found = ["nothing was compared"]
    end = time.monotonic() + WAIT
    while found and time.monotonic() < end:  # until FRR has settled
        time.sleep(2)
        found = []
        for name, own in mine.items():
            said = routes_of(theirs.ask(name, "show ip ospf route"))
            for key in sorted(own.keys() | said.keys()):
                if own.get(key) != said.get(key):
                    found.append(f"{name} {key}: we {own.get(key)}, FRR {said.get(key)}")
            kernel = {at: hops for at, hops in to_kernel(own).items() if at not in connected(nodes[name])}
            if kernel != theirs.routes(name):
                found.append(f"{name}: we would write {kernel}, FRR's kernel has {theirs.routes(name)}")
    return found, sum(map(len, mine.values()))
