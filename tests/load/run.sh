#!/bin/bash
# The load figures of `make bench`: 200 viewers of one lab, one of them frozen for a while, and a
# quiet lab beside a broadcast storm, a flood and 200 labs.
set -eu
cd "$(dirname "$0")/../.."
exec "${B:-build}/tests/load/viewers" "$@"
