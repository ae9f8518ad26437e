#!/usr/bin/env bash
# Write the locked requirements again: exact versions, hashes of every file, no place to fetch from.
# Run through `make lock`. Pass --upgrade to take newer versions within the bounds of pyproject.toml.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=${UV:-.venv/bin/uv}
compile=("$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes
  --no-emit-index-url --no-emit-find-links --no-annotate --no-header --no-config)

compile_into() { # compile_into FILE ARGUMENTS... (an existing FILE keeps its versions)
  local file=$1
  shift
  "${compile[@]}" "$@" --output-file "$file"
}

compile_into requirements/base.txt pyproject.toml requirements/build.in "$@"
compile_into requirements/dev.txt pyproject.toml requirements/build.in --extra dev \
  --constraint requirements/base.txt "$@"
compile_into requirements/node.txt requirements/node.in "$@"
compile_into requirements/attack.txt requirements/attack.in "$@"

if grep -nE '://|file:|find-links|index-url' requirements/*.txt; then
  echo "The lines above name a place to fetch from; the lock must not." >&2
  exit 1
fi
