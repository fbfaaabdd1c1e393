#!/usr/bin/env python3
"""What tshark says of a capture, as the lines that test_captures.c reads.

usage: tshark -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE \\
           -r NAME.pcap -T json -x | tshark_tsv.py >NAME.tsv

A line is packet, field, offset, length, value; "-" stands for a protocol without a value, "*" for
octets; what cannot be printed is left out.
"""
import json
import sys

from compare_tshark import tshark_fields

OCTETS_SHOWN = 64


def lines(packet):
    fields = []
    layers = dict(dict(packet)["_source"])["layers"]
    tshark_fields(layers, fields)
    for name, offset, length, text in fields:
        octets = text is not None and len(text) == 3 * length - 1 and length > OCTETS_SHOWN
        if name == "frame":
            continue
        if text is None or (text.isprintable() and text != ""):
            yield name, offset, length, "-" if text is None else "*" if octets else text


def main():
    packets = json.load(sys.stdin, object_pairs_hook=lambda pairs: pairs)
    for number, packet in enumerate(packets, 1):
        for line in lines(packet):
            print(number, *line, sep="\t")


main()
