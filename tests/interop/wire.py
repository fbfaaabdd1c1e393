#!/usr/bin/env python3
"""A bad wire between two interfaces of one namespace.

    wire.py A B [delay=MS] [jitter=MS] [loss=P] [dup=P] [corrupt=P] [reorder=P] [seed=N]

Both ways alike; P is a chance from 0 to 1. A frame that is reordered comes 30 to 50 ms late, a second
one 1 ms late; a corrupt one has one bit turned over behind its Ethernet header. Ends on SIGTERM and
says what it did.
"""
import heapq
import random
import select
import signal
import socket
import sys
import time

PACKET_IGNORE_OUTGOING, SO_RCVBUFFORCE, ETH_P_ALL = 23, 33, 3
values = {key: float(value) for key, value in (word.split("=", 1) for word in sys.argv[3:])}


def value(key):
    return values.get(key, 0.0)


def plug(name):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    s.setsockopt(263, PACKET_IGNORE_OUTGOING, 1)
    s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
    s.bind((name, 0))
    s.setblocking(False)
    return s


class Done(Exception):
    pass


def stop(*_):
    raise Done


ends = [plug(sys.argv[1]), plug(sys.argv[2])]
draw = random.Random(int(value("seed")))
delay, jitter = value("delay") / 1e3, value("jitter") / 1e3
loss, dup, corrupt, reorder = (value(key) for key in ("loss", "dup", "corrupt", "reorder"))
bad = loss or dup or corrupt or reorder
flying, order = [], 0
count = dict.fromkeys(("frames", "lost", "duplicated", "corrupted", "reordered"), 0)


def fly(at, to, frame):
    global order
    order += 1
    heapq.heappush(flying, (at, order, to, frame))


def take(to, frame, now):
    count["frames"] += 1
    at = now + delay + (draw.random() * jitter if jitter else 0)
    if not bad:
        return fly(at, to, frame)
    if draw.random() < loss:
        count["lost"] += 1
        return None
    if draw.random() < corrupt:
        octets = bytearray(frame)
        octets[draw.randrange(14, len(octets))] ^= 1 << draw.randrange(8)
        frame = bytes(octets)
        count["corrupted"] += 1
    if draw.random() < reorder:
        at += 0.03 + draw.random() * 0.02
        count["reordered"] += 1
    fly(at, to, frame)
    if draw.random() < dup:
        count["duplicated"] += 1
        fly(at + 0.001, to, frame)


signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, stop)
try:
    while True:
        wait = max(0.0, flying[0][0] - time.monotonic()) if flying else None
        ready, _, _ = select.select(ends, [], [], wait)
        for s in ready:
            now = time.monotonic()
            for _ in range(64):
                try:
                    take(ends[1] if s is ends[0] else ends[0], s.recv(65536), now)
                except (BlockingIOError, OSError):
                    break
        now = time.monotonic()
        while flying and flying[0][0] <= now:
            _, _, to, frame = heapq.heappop(flying)
            try:
                to.send(frame)
            except OSError:
                pass
except Done:
    print(" ".join(f"{key}={n}" for key, n in count.items()), flush=True)
