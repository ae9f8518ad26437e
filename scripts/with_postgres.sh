#!/usr/bin/env bash
# Run a command with DATABASE_URL naming a PostgreSQL of its own, which is gone afterwards:
#   scripts/with_postgres.sh make test ARGS=tests/web
# It lives in a new folder, is reached through a socket there, and listens on no port.
set -euo pipefail

# Debian keeps the programs out of PATH; where initdb is in it, it may be a link.
initdb=$(command -v initdb || find /usr/lib/postgresql -name initdb 2>/dev/null | sort -V | tail -1 || true)
programs=${initdb:+$(dirname "$(readlink -f "$initdb")")}
if [ -z "$programs" ]; then
  echo "PostgreSQL is not on this machine (Debian, Ubuntu: apt-get install postgresql)." >&2
  exit 1
fi

folder=$(mktemp -d)
# The server refuses to run as root.
if [ "$(id -u)" = 0 ]; then
  chown postgres "$folder"
  as_owner() { su postgres -s /bin/bash -c "cd / && $*"; }
else
  as_owner() { bash -c "$*"; }
fi
stop() {
  as_owner "'$programs/pg_ctl' -D '$folder/data' -m immediate stop" >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT

as_owner "'$programs/initdb' -D '$folder/data' -A trust -U owner -E UTF8 --no-sync" >/dev/null
as_owner "'$programs/pg_ctl' -D '$folder/data' -l '$folder/log' -w \
  -o \"-k '$folder' -c listen_addresses='' -c fsync=off\" start" >/dev/null
# The application is nobody special here, as it should be anywhere: row-level security holds for it.
as_owner "'$programs/createuser' -h '$folder' -U owner --createdb sojourn"
as_owner "'$programs/createdb' -h '$folder' -U owner -O sojourn sojourn"
chmod 755 "$folder"

DATABASE_URL="postgresql://sojourn@/sojourn?host=$folder" "$@"
