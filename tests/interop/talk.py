#!/usr/bin/env python3
"""The kernel's end of a transfer: talk.py send ADDRESS PORT OCTETS | talk.py recv ADDRESS PORT

Sends or takes the octets that nobody chose, lines of 16 that tell their own offset (`netstep 0000010`), with
CUBIC, then prints seconds, octets and their SHA-256. The time begins with the connection and ends when
the peer has closed, too.
"""
import hashlib
import socket
import sys
import time


def pattern(count):
    lines = b"".join(b"netstep %07x\n" % (n & 0xFFFFFFF) for n in range(0, count, 16))
    return lines[:count]


way, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.setsockopt(socket.IPPROTO_TCP, 13, b"cubic")  # TCP_CONGESTION: a namespace has the machine's default
if way == "send":
    octets = pattern(int(sys.argv[4]))
    began = time.monotonic()
    s.connect((address, port))
    s.sendall(octets)
    s.shutdown(socket.SHUT_WR)
    while s.recv(65536):
        pass
    taken = time.monotonic() - began
else:
    s.bind((address, port))
    s.listen(8)
    print("ready", flush=True)
    peer, _ = s.accept()
    began = time.monotonic()
    pieces = []
    while piece := peer.recv(1 << 18):
        pieces.append(piece)
    taken = time.monotonic() - began
    peer.close()
    octets = b"".join(pieces)
print(f"{taken:.6f} {len(octets)} {hashlib.sha256(octets).hexdigest()}", flush=True)
