#!/usr/bin/env bash
# Kill the server in the middle of its work, and fill its disk, on both databases:
#   make endure ARGS="--writes 2000 --kills 8"
# The full disk is a small file system in memory, which takes the rights to mount one.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-.venv/bin/python}
"$python" -m tests.endurance "$@"
scripts/with_postgres.sh "$python" -m tests.endurance "$@"

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo --non-interactive "$@"; fi; }
disk=$(mktemp -d)
leave() { as_root umount "$disk" 2>/dev/null || true; rmdir "$disk"; }
trap leave EXIT
on_a_small_disk() {
  as_root mount -t tmpfs -o "size=$1,mode=1777" tmpfs "$disk"
  shift
  "$@" "$python" -m tests.endurance --small-disk "$disk"
  as_root umount "$disk"
}
on_a_small_disk 12m env
on_a_small_disk 40m scripts/with_postgres.sh
