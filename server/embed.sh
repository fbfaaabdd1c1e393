#!/bin/sh
# Writes an assembler file that carries the page and the API's documents inside the program:
#     embed.sh WEBDIR TEXTDIR SCHEMADIR OPENAPI OUT.S      embed.sh --empty OUT.S
# The files are named by their absolute paths in .incbin; a compressed twin lies beside OUT.S and is
# left out where it is not smaller; NAME.br beside a file of the page (web/build.mjs writes it) is its
# Brotli form. The ETag is the content's hash. A name with a hash of eight or
# more characters before its suffix (app-3F2A9C1B.js) is immutable.
set -eu

head_of() {
    cat <<'END'
    .section .rodata
    .global embedded_files
    .global embedded_file_count
    .hidden embedded_files
    .hidden embedded_file_count
END
}
tail_of() {
    # shellcheck disable=SC2016
    printf '    .balign 8\nembedded_file_count:\n    .quad %s\n' "$1"
    printf '    .section .note.GNU-stack,"",%%progbits\n'
}

if [ "$1" = --empty ]; then
    { head_of; printf '    .balign 8\nembedded_files:\n'; tail_of 0; } >"$2"
    exit 0
fi

web=$1 text=$2 schemas=$3 openapi=$4 out=$5
packed="$out.d"
rm -rf "$packed"
mkdir -p "$packed"
packed=$(cd "$packed" && pwd)
data="$packed/data" rows="$packed/rows"
: >"$data"
: >"$rows"
count=0

type_of() {
    case $1 in
    *.html) echo 'text/html; charset=utf-8' ;;
    *.js | *.mjs) echo 'text/javascript; charset=utf-8' ;;
    *.css) echo 'text/css; charset=utf-8' ;;
    *.json) echo 'application/json' ;;
    *.ndjson) echo 'application/x-ndjson' ;;
    *.svg) echo 'image/svg+xml' ;;
    *.png) echo 'image/png' ;;
    *.ico) echo 'image/x-icon' ;;
    *.woff2) echo 'font/woff2' ;;
    *.txt) echo 'text/plain; charset=utf-8' ;;
    *.webmanifest) echo 'application/manifest+json' ;;
    *) echo 'application/octet-stream' ;;
    esac
}

# add FILE PATH: one file under one path of the service
add() {
    file=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
    hash=$(sha256sum "$file" | cut -c1-32)
    gz="$packed/$count.gz"
    gzip -9 -n -c "$file" >"$gz"
    immutable=0
    if basename "$2" | grep -Eq '[-.][A-Za-z0-9_]{8,}\.[a-z0-9]+$' &&
        basename "$2" | grep -Eq '[-.][A-Za-z0-9_]*[0-9A-Z][A-Za-z0-9_]*\.[a-z0-9]+$'; then
        immutable=1
    fi
    if [ "$(wc -c <"$gz")" -lt "$(wc -c <"$file")" ]; then
        zip=".Lz$count, .Lze$count - .Lz$count"
        printf '.Lz%s:\n    .incbin "%s"\n.Lze%s:\n' "$count" "$gz" "$count" >>"$data"
    else
        zip='0, 0'
    fi
    if [ -f "$file.br" ]; then
        brotli=".Lb$count, .Lbe$count - .Lb$count"
        printf '.Lb%s:\n    .incbin "%s"\n.Lbe%s:\n' "$count" "$file.br" "$count" >>"$data"
    else
        brotli='0, 0'
    fi
    {
        printf '.Lp%s:\n    .asciz "%s"\n' "$count" "$2"
        printf '.Lt%s:\n    .asciz "%s"\n' "$count" "$(type_of "${3:-$2}")"
        printf '.Le%s:\n    .asciz "%s"\n' "$count" "$hash"
        printf '.Lf%s:\n    .incbin "%s"\n.Lfe%s:\n' "$count" "$file" "$count"
    } >>"$data"
    printf '    .quad .Lp%s, .Lt%s, .Le%s, .Lf%s, .Lfe%s - .Lf%s, %s, %s, %s\n' \
        "$count" "$count" "$count" "$count" "$count" "$count" "$zip" "$brotli" "$immutable" >>"$rows"
    count=$((count + 1))
}

find "$web" -type f ! -name '*.map' ! -name '*.br' | LC_ALL=C sort >"$packed/list"
while IFS= read -r file; do
    add "$file" "/${file#"$web"/}"
done <"$packed/list"
for language in en zh; do
    [ -f "$text/$language.json" ] && add "$text/$language.json" "/api/text/$language" x.json
done
for schema in "$schemas"/*.json; do
    [ -f "$schema" ] && add "$schema" "/api/schemas/$(basename "$schema")"
done
add "$openapi" /api/openapi.json

{
    head_of
    cat "$data"
    # The table holds addresses, so it cannot be read-only before relocation in a PIE.
    printf '    .section .data.rel.ro,"aw"\n    .balign 8\nembedded_files:\n'
    cat "$rows"
    printf '    .section .rodata\n'
    tail_of "$count"
} >"$out"
