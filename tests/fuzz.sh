#!/bin/bash
# tests/fuzz.sh TARGET|all SECONDS: replays each corpus, then fuzzes for so long, with clang's
# libFuzzer, ASan and UBSan. Finds are left in build/fuzz/found/.
set -u
cd "$(dirname "$0")/.."
target=${1:-all} seconds=${2:-10}
build=build/fuzz
mkdir -p $build/found $build/logs
make --no-print-directory -j2 B=$build CC=clang OPT=-O1 \
    SANITIZE='-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined' fuzzers \
    >$build/make.log 2>&1 || { grep -vE '^  (cc|ld) ' $build/make.log | tail -n 30; exit 1; }

fuzz_one() { # fuzz_one NAME: replays the corpus, then fuzzes
    local corpus=tests/fuzz/corpus/$1 grown=$build/grown/$1
    mkdir -p "$grown"
    [ -d "$corpus" ] || corpus=$grown
    ASAN_OPTIONS=detect_leaks=1 $build/tests/fuzz/fuzz_"$1" -max_total_time="$seconds" -timeout=5 \
        -rss_limit_mb=2048 -artifact_prefix=$build/found/"$1"- -verbosity=0 "$grown" "$corpus" \
        >$build/logs/"$1" 2>&1 && return 0
    echo "fuzz: $1 failed:"
    tail -n 25 $build/logs/"$1"
    return 1
}
export -f fuzz_one
export build seconds

names=''
for source in tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c); name=${name#fuzz_}
    [ "$target" = all ] || [ "$target" = "$name" ] || continue
    names="$names $name"
done
[ -n "$names" ] || { echo "fuzz: no target $target"; exit 2; }
# Two at a time: the smallest machine that this is for has two processors.
if printf '%s\n' $names | xargs -P 2 -I{} bash -c 'fuzz_one {}'; then
    echo "fuzz:$names: ${seconds} s each, 0 failed"
else
    echo "fuzz:$names: some failed"
    exit 1
fi
