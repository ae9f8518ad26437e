#!/usr/bin/env bash
# Succeed when this machine has npm and a Node of at least 20.19, which the frontend's tools need.
set -euo pipefail
command -v npm >/dev/null && command -v node >/dev/null || exit 1
IFS=. read -r major minor _ <<<"$(node --version | tr -d v)"
((major > 20 || (major == 20 && minor >= 19)))
