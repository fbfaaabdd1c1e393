#!/bin/bash
# make bench: medians, each as a ratio to a baseline that runs in the same call. Never a test: these
# figures belong to the machine and the minute in which they were taken.
set -eu
cd "$(dirname "$0")/../.."
make --no-print-directory -s -j2 program benches >/dev/null
echo 'engine (per CPU second; baselines: kernel loopback, fork, a run from the start)'
build/tests/bench/bench_engine
echo 'events (baseline: jansson)'
build/tests/bench/bench_event
echo 'crowds of connections (baseline: the same transfer beside ten)'
build/tests/bench/bench_scale
echo 'OSPF, tables checked after each of 1,000 link flaps (baseline: Floyd and Warshall on the same links)'
build/tests/bench/bench_ospf
echo 'routing'
build/tests/bench/bench_rip
echo "TCP through a tap device (baseline: the kernel against itself on the same wire)"
tests/interop/throughput.py
if [ -x tests/load/run.sh ]; then
    echo 'viewers (baseline: one viewer of the same stream)'
    tests/load/run.sh
fi
