#!/usr/bin/env python3
"""Compare `netstep decode` with tshark's JSON, field by field.

usage: compare_tshark.py DECODE_COMMAND CAPTURES_DIR [NAME...]

CAPTURES_DIR holds NAME.pcap and decode/NAME.json.gz (tshark -T json -x). A field of tshark's that
owns octets (NAME_raw: hex, offset, length, mask, type) must be in our tree under the same name with
the same offset, length and value. tcp.seq and tcp.ack count as tcp.seq_raw and tcp.ack_raw do; a
field that we have and tshark has not is listed, and so is an octet that no leaf of ours owns.
"""
import collections
import gzip
import json
import os
import shlex
import subprocess
import sys


def tshark_fields(pairs, out):
    """Fields with octets. Duplicate keys are kept: pairs, not dicts."""
    values = collections.defaultdict(list)
    for key, value in pairs:
        values[key].append(value)
    used = collections.Counter()
    for key, value in pairs:
        is_raw = isinstance(value, list) and len(value) == 5 and isinstance(value[0], str)
        if is_raw and key.endswith("_raw"):
            name = key[:-4]
            shown = [v for v in values.get(name, []) if isinstance(v, str)]
            text = shown[used[name]] if used[name] < len(shown) else None
            used[name] += 1
            out.append((name, value[1], value[2], text))
        elif isinstance(value, list) and value and isinstance(value[0], tuple):
            tshark_fields(value, out)


def our_fields(nodes, out):
    for node in nodes:
        out.append((node["name"], node["offset"], node["length"], node["value"]))
        our_fields(node.get("fields", []), out)


def leaves(nodes):
    for node in nodes:
        children = [c for c in node.get("fields", []) if not c.get("generated")]
        if node.get("generated"):
            continue
        if children:
            yield from leaves(children)
        else:
            yield node


def uncovered(packet):
    """Octets that no leaf owns, and octets of which a bit is owned twice."""
    owned = [0] * packet["captured"]
    twice = set()
    for leaf in leaves(packet["tree"]):
        mask = leaf.get("mask") or (1 << 8 * leaf["length"]) - 1
        for i in range(leaf["length"]):
            bits = mask >> 8 * (leaf["length"] - 1 - i) & 255
            at = leaf["offset"] + i
            if owned[at] & bits:
                twice.add(at)
            owned[at] |= bits
    return [i for i, bits in enumerate(owned) if bits != 255], sorted(twice)


def compare(name, decode, folder, tally, missing, extra):
    pcap = os.path.join(folder, name + ".pcap")
    lines = subprocess.run(decode + [pcap], check=True, capture_output=True, text=True).stdout
    ours = [json.loads(line) for line in lines.splitlines()]
    with gzip.open(os.path.join(folder, "decode", name + ".json.gz")) as file:
        theirs = json.load(file, object_pairs_hook=lambda pairs: pairs)
    assert len(ours) == len(theirs), name
    here = collections.Counter()
    for number, (our, their) in enumerate(zip(ours, theirs), 1):
        want, have = [], []
        tshark_fields(dict(dict(their)["_source"])["layers"], want)
        our_fields(our["tree"], have)
        want = [w for w in want if w[0] != "frame"]
        places = collections.defaultdict(list)
        for field in have:
            places[field[0]].append(field)
        for field in want:
            fitting = [h for h in places[field[0]] if h[1:3] == field[1:3]]
            same = [h for h in fitting if field[3] is None or h[3] == field[3]]
            here["wanted"] += 1
            if same:
                here["same"] += 1
                places[field[0]].remove(same[0])
            elif places[field[0]]:
                here["different"] += 1
                missing[("DIFFERENT", field[0])].append((name, number, field, places[field[0]][0]))
            else:
                missing[("missing", field[0])].append((name, number, field))
        for left in places.values():
            for field in left:
                extra[field[0]].append((name, number, field))
        gaps, twice = uncovered(our)
        here["uncovered"] += len(gaps)
        here["twice"] += len(twice)
    tally[name] = here


def main():
    decode, folder, names = shlex.split(sys.argv[1]), sys.argv[2], sys.argv[3:]
    if not names:
        names = sorted(f[:-5] for f in os.listdir(folder) if f.endswith(".pcap"))
    tally, missing, extra = {}, collections.defaultdict(list), collections.defaultdict(list)
    for name in names:
        compare(name, decode, folder, tally, missing, extra)
    for (kind, name), list_ in sorted(missing.items()):
        print(f"{kind:9} {name} x{len(list_)}: {str(list_[0])[:230]}")
    for name, list_ in sorted(extra.items()):
        print(f"extra     {name} x{len(list_)}: {str(list_[0])[:150]}")
    for name, here in tally.items():
        print(f"{100 * here['same'] / max(here['wanted'], 1):6.2f} %  {name}: {here['same']} of "
              f"{here['wanted']}, {here['different']} differ, {here['uncovered']} octets "
              f"uncovered, {here['twice']} owned twice")
    return any(here["different"] or here["uncovered"] or here["twice"] for here in tally.values())


if __name__ == "__main__":
    sys.exit(main())
