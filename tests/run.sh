#!/bin/bash
# make test: builds everything again with sanitizers, then every kind of test, and counts them.
#   tests/run.sh [PART...]   parts: check units packetdrill determinism transfers schemas lessons interop fuzz web browser
set -u
cd "$(dirname "$0")/.."
passed=0 failed=0 skipped=0
began=$SECONDS
make_() {
    mkdir -p build
    make --no-print-directory -j2 "$@" >build/make.log 2>&1 && return 0
    grep -vE '^  (cc|ld) ' build/make.log | tail -n 40
    return 1
}
note() { printf '\n== %s (at %d s)\n' "$1" $((SECONDS - began)); }
count() { # count NAME STATUS
    if [ "$2" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $1"; fi
}
wanted() { [ ${#parts[@]} = 0 ] || [[ " ${parts[*]} " == *" $1 "* ]]; }
node_tests() { # node's test runner: its own count goes into ours, its words are shown when it fails
    local output status n
    output=$(cd web && "$@" 2>&1); status=$?
    n=$(grep -oE '^# pass [0-9]+' <<<"$output" | grep -oE '[0-9]+' | paste -sd+ | bc)
    passed=$((passed + ${n:-0}))
    echo "${n:-0} passed"
    [ $status = 0 ] && [ "${n:-0}" -gt 0 ] && return
    # What failed, in the runner's words; all of it when the runner said nothing of the kind.
    grep -A 25 '^ *not ok' <<<"$output" | head -n 160 | grep . || tail -n 60 <<<"$output"
    count "$*" 1
}
parts=("$@")

note 'build: gcc'
make_ program || { echo 'the program does not build'; exit 1; }
export NETSTEP=$PWD/build/netstep

if wanted check; then
    note 'check: format, style, fences'
    tests/check.sh; count check $?
fi

if wanted units; then
    note 'build: clang (warnings are errors), then the tests with AddressSanitizer and UBSan'
    make_ B=build/clang CC=clang OPT=-O1 engine; count 'clang build of the engine' $?
    export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
    make_ B=build/asan OPT=-O1 SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined' units
    count 'build of the unit tests' $?
    note 'unit tests, dialogues, packet scripts'
    # Two at a time: the smallest machine that this is for has two processors.
    ls tests/{base,wire,sim,stack,stack/ip,stack/tcp,routing,apps,server}/test_*.c | sed 's/\.c$//' | xargs -P 2 -I{} sh -c \
        'timeout 300 build/asan/{} >build/asan/{}.log 2>&1; echo $? >build/asan/{}.status'
    for source in tests/{base,wire,sim,stack,stack/ip,stack/tcp,routing,apps,server}/test_*.c; do
        log=build/asan/${source%.c}.log status=$(cat build/asan/"${source%.c}".status)
        passed=$((passed + $(grep -cE '^\[       OK \]' "$log")))
        if [ "$status" != 0 ]; then
            f=$(grep -cE '^\[  FAILED  \] [^:]*$' "$log")
            failed=$((failed + (f > 0 ? f : 1)))
            echo "FAILED: $source (status $status)"; tail -n 40 "$log"
        fi
    done
fi

if wanted packetdrill; then
    note "packetdrill's interface, by a driver and scripts of our own (AddressSanitizer, UBSan)"
    make_ B=build/asan OPT=-O1 SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined' \
        packetdrill-driver; count 'build of the driver' $?
    drill=$(build/asan/packetdrill-driver build/asan/libnetstep-packetdrill.so \
        tests/packetdrill/scripts/*.test)
    passed=$((passed + $(grep -oE '^[0-9]+ passed' <<<"$drill" | cut -d' ' -f1)))
    failed=$((failed + $(grep -oE '[0-9]+ failed$' <<<"$drill" | cut -d' ' -f1)))
    echo "$drill"
fi

if wanted determinism; then
    note 'determinism: one hash per seed, with -O0, -O3, clang and ASan; beside it tshark on what we write'
    tests/tshark.sh >build/tshark.log 2>&1 & judge=$!
    tests/determinism.sh; count determinism $?
    wait $judge; count tshark $?
    cat build/tshark.log
fi
if wanted transfers; then
    note 'transfers: 42 links of 0 to 30 % loss, 10 MiB each; then 1 MiB over 1,000 bad links'
    make_ benches; count 'build of the transfers and benches' $?
    build/tests/load/transfers grid; count 'transfers grid' $?
    build/tests/load/transfers seeds 1000; count 'transfers seeds' $?
fi
if wanted schemas; then
    note 'schemas: every line that we write, against what is published'
    tests/schemas.py; count schemas $?
fi
if wanted lessons; then
    note 'lessons, headless'
    build/netstep check; count lessons $?
fi
if wanted interop; then
    note "interop: beside a Linux kernel, judged by the distribution's tools"
    talk=$(tests/interop/test.py); status=$?
    echo "$talk"
    last=$(tail -n 1 <<<"$talk")
    passed=$((passed + $(grep -oE '^[0-9]+ passed' <<<"$last" | cut -d' ' -f1 | grep . || echo 0)))
    failed=$((failed + $(grep -oE '[0-9]+ failed' <<<"$last" | cut -d' ' -f1 | grep . || echo 0)))
    skipped=$((skipped + $(grep -oE '[0-9]+ skipped' <<<"$last" | cut -d' ' -f1 | grep . || echo 0)))
    grep -qE '^[0-9]+ passed' <<<"$last" || count interop "$status"
fi
if wanted fuzz; then
    note 'fuzz: corpora, then a few seconds each'
    tests/fuzz.sh all "${FUZZ_SECONDS:-10}"; count fuzz $?
fi
if wanted web; then
    note 'web: unit tests'
    node_tests npm test --silent
fi
if wanted browser; then
    note 'web: in headless Chromium'
    node_tests npm run --silent test:browser
fi

printf '\n%d s\n' $((SECONDS - began))
echo "$passed passed, $failed failed$([ $skipped = 0 ] || echo ", $skipped skipped")"
[ "$failed" = 0 ]
