#!/bin/bash
# The same scenario and seed give the same octets, states and times from every compiler: each
# scenario, with seeds 1 to SEEDS, under gcc -O0, gcc -O3, clang and ASan+UBSan, and twice under the
# first. The slower builds run fewer seeds; every one that they run must agree.
#   SEEDS=100 tests/determinism.sh
set -u
cd "$(dirname "$0")/.."
seeds=${SEEDS:-100}
out=build/determinism
rm -rf "$out"
mkdir -p "$out"

build() { # build NAME VARIABLE...
    make --no-print-directory -s -j2 B="build/$1" "${@:2}" bare >/dev/null || { echo "determinism: the $1 build fails"; exit 1; }
}
build o0 OPT=-O0
build o3 OPT=-O3
build clang CC=clang OPT=-O1
build asan OPT=-O1 SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined'

# Writes "SCENARIO SEED HASH HASH_ALL" for seeds FROM to TO, in this order on every build.
hashes() { # hashes BINARY FROM TO
    for scenario in tests/scenarios/*.json; do
        for ((seed = $2; seed <= $3; seed++)); do
            summary=$("$1" run "$scenario" --seed "$seed") || { echo "$scenario $seed fails"; continue; }
            [[ $summary =~ \"hash\":\"([0-9a-f]+)\",\"hash_all\":\"([0-9a-f]+)\" ]]
            echo "${scenario##*/} $seed ${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
        done
    done
}
slow=$(((seeds + 9) / 10))
hashes build/o3/netstep-bare 1 "$seeds" >"$out/o3" &
hashes build/clang/netstep-bare 1 "$seeds" >"$out/clang" &
wait
hashes build/o0/netstep-bare 1 "$slow" >"$out/o0" &
hashes build/asan/netstep-bare 1 "$slow" >"$out/asan" 2>"$out/asan.log" &
hashes build/o3/netstep-bare 1 "$slow" >"$out/again" &
wait
awk -v slow="$slow" '$2 <= slow' "$out/o3" >"$out/o3.slow"

failed=0
agree() { # agree NAME FILE FILE
    if ! difference=$(diff "$2" "$3"); then
        failed=$((failed + 1))
        echo "determinism: $1 differs:"
        head -n 6 <<<"$difference"
    fi
}
agree 'clang from gcc -O3' "$out/o3" "$out/clang"
agree 'gcc -O0 from gcc -O3' "$out/o3.slow" "$out/o0"
agree 'ASan from gcc -O3' "$out/o3.slow" "$out/asan"
agree 'a second run from the first' "$out/o3.slow" "$out/again"
grep -h fails "$out"/{o3,clang,o0,asan} && failed=$((failed + 1))

# Another seed must give another run wherever chance has a part.
for scenario in loss_1mb lossy_both; do
    n=$(awk -v s="$scenario.json" '$1 == s { print $3 }' "$out/o3" | sort -u | wc -l)
    [ "$n" = "$seeds" ] || { failed=$((failed + 1)); echo "determinism: $scenario: $n hashes for $seeds seeds"; }
done
echo "determinism: $(wc -l <"$out/o3") runs with seeds 1 to $seeds, $failed failed"
[ "$failed" = 0 ]
