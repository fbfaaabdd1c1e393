#!/bin/bash
# tshark reads every capture that we write: no malformed packet, no bad checksum, nothing that its
# experts call an error; and the number of packets is ours.
#   SEEDS=5 tests/tshark.sh
set -u
cd "$(dirname "$0")/.."
netstep=${NETSTEP:-build/netstep}
if ! command -v tshark >/dev/null; then
    echo 'tshark: it is not installed; run .ci/setup.sh test'
    exit 1
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# A capture has every link of the lab, so a forwarded segment is in it more than once; reassembly
# across segments would take the second for an overlap.
checks=(-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE
        -o tcp.desegment_tcp_streams:FALSE)
# What an ICMP error quotes of a segment is cut to 576 octets (RFC 1812 4.3.2.3), and tshark sums what is there.
bad='_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0 || icmp.checksum.status == 0 || (!icmp && (tcp.checksum.status == 0 || _ws.expert.severity == 8388608))'
failed=0 packets=0 runs=0
complain() { failed=$((failed + 1)); echo "tshark: $*"; }

for scenario in tests/scenarios/*.json lessons/*/scenario.json; do
    for ((seed = 1; seed <= ${SEEDS:-5}; seed++)); do
        runs=$((runs + 1))
        "$netstep" run "$scenario" --seed "$seed" --pcap "$out/run.pcapng" >"$out/run.json" ||
            { complain "$scenario seed $seed: run fails"; continue; }
        ours=$(sed -E 's/.*"packets":([0-9]+).*/\1/' "$out/run.json")
        tshark "${checks[@]}" -r "$out/run.pcapng" -T fields -e frame.number >"$out/frames" 2>"$out/errors" ||
            complain "$scenario seed $seed: $(grep -v root "$out/errors" | head -n 2)"
        theirs=$(wc -l <"$out/frames")
        [ "$ours" = "$theirs" ] || complain "$scenario seed $seed: $theirs packets read of $ours"
        packets=$((packets + theirs))
        found=$(tshark "${checks[@]}" -r "$out/run.pcapng" -Y "$bad" 2>/dev/null | head -n 3)
        [ -z "$found" ] || complain "$scenario seed $seed: $found"
    done
done
echo "tshark: $packets packets of $runs runs read, $failed failed"
[ "$failed" = 0 ] && [ "$packets" -gt 0 ]
