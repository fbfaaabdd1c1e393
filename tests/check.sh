#!/bin/bash
# make check: format, style and the architecture's fences, in seconds. Each finding is one line.
set -u
cd "$(dirname "$0")/.."
B=${B:-build}
failed=0 passed=0
say() { # say NAME OUTPUT: no output means the rule holds
    if [ -z "$2" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'check: %s\n%s\n' "$1" "$2" | head -n 40
    fi
}

c_files=$(git ls-files -co --exclude-standard '*.c' '*.h')

# The formatter's releases disagree about details, so one release decides: Debian 12's. With any
# other the rule is not judged, rather than judged differently on different machines.
formatter=$(clang-format --version 2>/dev/null | grep -o 'version [0-9]*' | cut -d' ' -f2)
if [ "${formatter:-0}" = 14 ]; then
    # shellcheck disable=SC2086
    say 'clang-format (make format mends it)' \
        "$(clang-format --dry-run $c_files 2>&1 | grep -E 'warning|error' | head -n 20)"
fi

say 'files: at most 600 lines' "$(for f in $c_files; do
    n=$(wc -l <"$f"); [ "$n" -le 600 ] || echo "$f: $n lines"; done)"
say 'lines: at most 100 columns, no tab, no blank at the end' \
    "$(grep -nP '^.{101,}|\t|[ ]+$' $c_files | grep -v '^tests/.*vectors' | cut -c1-120)"
say 'functions: at most 70 lines' "$(awk '
    FNR == 1 { start = 0 }
    /^[a-z].*\{$/ && /\)/ && !/^(struct|enum|union|extern)/ { start = FNR; name = $0 }
    /^[a-z].*\) \{$/ { start = FNR; name = $0 }
    /^\}/ { if (start && FNR - start > 71) printf "%s:%d: %d lines: %s\n", FILENAME, start, FNR - start - 1, name; start = 0 }
' $(git ls-files -co --exclude-standard 'engine/*.c' 'server/*.c'))"
say 'a .c includes its own header first' "$(for f in $(git ls-files -co --exclude-standard 'engine/*.c'); do
    h=${f%.c}.h; [ -f "$h" ] || continue
    first=$(grep -m1 '^#include' "$f"); want=${h#engine/}
    [ "$first" = "#include \"$want\"" ] || echo "$f: starts with $first, wants \"$want\""; done)"

# base <- wire <- sim <- stack <- routing <- apps <- engine.c, observe beside routing and apps; engine.h may be read by all of them.
say 'engine: includes go one way' "$(awk '
    BEGIN { rank["base"] = 1; rank["wire"] = 2; rank["sim"] = 3; rank["stack"] = 4; rank["routing"] = 5; rank["apps"] = rank["observe"] = 6 }
    /^#include "/ { split($2, q, "\""); split(FILENAME, p, "/"); if (!(p[2] in rank)) next
        n = split(q[2], t, "/"); if (n < 2 || !(t[1] in rank)) { if (q[2] != "engine.h") print FILENAME ": " $0; next }
        if (rank[t[1]] > rank[p[2]] || (rank[t[1]] == rank[p[2]] && t[1] != p[2]) || (p[2] == "observe" && t[1] == "routing")) print FILENAME ": " $0 }
    /^#include </ { split(FILENAME, p, "/"); if (p[1] == "engine" && $2 !~ /^<(assert|stdbool|stddef|stdint|stdlib|string|limits)\.h>$/) print FILENAME ": " $0 }
' $(git ls-files -co --exclude-standard 'engine/*.c' 'engine/*.h'))"
say 'server includes only engine.h of the engine' \
    "$(grep -nE '#include "(base|wire|sim|stack|routing|apps|observe)/' $(git ls-files -co --exclude-standard 'server/*.[ch]'))"
say 'each library has its own file' "$(for pair in 'microhttpd.h:server/http' 'libwebsockets.h:server/ws' 'jansson.h:server/json'; do
    grep -ln "<${pair%%:*}>" server/*.[ch] 2>/dev/null | grep -v "^${pair##*:}" ; done)"
say 'engine: no byte-order calls, packed structs, floats or clocks' \
    "$(grep -nE '\b(nto[hs][ls]|hto[n][ls])\b|__packed|attribute__ *\(\(packed|\b(float|double) +\*?[a-z_]+ *[=;,)[]|\btime\(|\brand\(|printf' \
        $(git ls-files -co --exclude-standard 'engine/*.[ch]') | grep -vE '^[^:]+:[0-9]+: *(/?\*|//)')"

# The strongest fence: what the built engine asks of the outside world.
if [ -f "$B/libengine.a" ]; then
    allow='^(memcpy|memset|memcmp|memmove|strlen|abort|__assert_fail|__stack_chk_fail|__mem[a-z]*_chk|_GLOBAL_OFFSET_TABLE_)$'
    defined=$(nm --defined-only "$B/libengine.a" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u)
    say 'engine: needs nothing but mem*, strlen, abort, assert' \
        "$(nm -u "$B/libengine.a" 2>/dev/null | awk '/^ +U / { print $2 }' | sort -u |
            grep -vE "$allow" | comm -23 - <(echo "$defined"))"
    # Constant tables of pointers lie in .data.rel.ro, which is read-only once it is relocated.
    say 'engine: no state outside the lab (no .data, no .bss)' "$(size -A "$B/libengine.a" 2>/dev/null |
        awk '/^[a-z_]+\.o/ { object = $1 } ($1 ~ /^\.(data|bss|tdata|tbss)$/ || $1 ~ /^\.(data|bss)\.[^r]/) && $2 > 0 { print object ": " $1 " " $2 }')"
fi

say 'RFC 9293: each requirement has its line and its test, or the reason why not' \
    "$(tests/requirements.py --check 2>&1)"
say 'the lock file names no registry' "$(grep -n '"resolved"' web/package-lock.json 2>/dev/null | head -n 3)"
say 'JSON files parse' "$(for f in $(git ls-files -co --exclude-standard '*.json'); do
    python3 -c 'import json,sys; json.load(open(sys.argv[1], encoding="utf-8"))' "$f" 2>/dev/null || echo "$f"; done)"
if [ -d web/node_modules/typescript ]; then
    say 'web: types and fences (npm run check)' "$(cd web && output=$(npm run --silent check 2>&1) ||
        echo "$output")"
fi

echo "check: $passed passed, $failed failed"
[ "$failed" = 0 ]
