#!/bin/bash
# tests/fuzz.sh TARGET|all SECONDS: replays each corpus, then fuzzes for so long, with clang's
# libFuzzer, ASan and UBSan. Finds are left in build/fuzz/found/.
set -u
cd "$(dirname "$0")/.."
target=${1:-all} seconds=${2:-10}
make --no-print-directory -s -j2 B=build/fuzz CC=clang OPT=-O1 \
    SANITIZE='-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined' fuzzers || exit 1
mkdir -p build/fuzz/found
failed=0 n=0
for source in tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c); short=${name#fuzz_}
    [ "$target" = all ] || [ "$target" = "$short" ] || continue
    n=$((n + 1))
    corpus=tests/fuzz/corpus/$short
    work=build/fuzz/grown/$short
    mkdir -p "$work"
    [ -d "$corpus" ] || corpus=$work
    if ! ASAN_OPTIONS=detect_leaks=1 build/fuzz/tests/fuzz/"$name" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 \
        -artifact_prefix=build/fuzz/found/"$short"- -print_final_stats=0 -verbosity=0 "$work" "$corpus" >build/fuzz/"$short".log 2>&1; then
        failed=$((failed + 1)); echo "fuzz: $short failed:"; tail -n 25 build/fuzz/"$short".log
    fi
done
echo "fuzz: $n targets, $failed failed"
[ "$failed" = 0 ] && [ "$n" -gt 0 ]
