#!/usr/bin/env bash
# Guess: GNU parallel works in whatever folder its environment names, as any program does that quotes its arguments.
#
# Seen: parallel 20240222 (Debian 13) ends with status 255 before the first job when TMPDIR, PARALLEL_HOME,
# XDG_CACHE_HOME or XDG_CONFIG_DIRS has a letter outside of ASCII, a quote or a brace, although the folder exists and
# nothing is read from it; parallel 20221122 (Debian 12) works there. A home folder such as /home/größe is enough where
# TMPDIR lies below it. Who starts it for others gives it plain paths, for instance /proc/PID/fd/N.
set -euo pipefail

command -v parallel > /dev/null || { echo "skipped: parallel is not installed"; exit 0; }
version=$(parallel --version | head -n 1 | sed 's/[^0-9]//g')
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/größe"

status=0
echo "echo done" | TMPDIR="$folder/größe" PARALLEL_HOME="$folder" parallel --will-cite > "$folder/out" 2> "$folder/err" || status=$?
echo "parallel $version: status $status, output '$(cat "$folder/out")', message '$(cat "$folder/err")'"
exec 9< "$folder/größe"
plain=$(echo "echo done" | TMPDIR="/proc/$$/fd/9" PARALLEL_HOME="$folder" parallel --will-cite)
echo "the same folder by another name: output '$plain'"
[ "$plain" = "done" ]
case $version in
  20221122) [ "$status" = 0 ] ;;
  20240222) [ "$status" = 255 ] ;;
  *) echo "another version than those of Debian 12 and 13: nothing is expected" ;;
esac
