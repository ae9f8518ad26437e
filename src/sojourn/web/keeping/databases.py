"""A copy of the database at one moment, and putting one back.

SQLite copies itself, without what was erased in its free pages. PostgreSQL is copied by its own
programs, which get the password through their environment and never on a command line.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from sojourn.web.keeping.archive import ArchiveError

SQLITE, POSTGRESQL = "sqlite", "postgresql"
FILES = {SQLITE: "sojourn.sqlite3", POSTGRESQL: "sojourn.dump"}
"""What the copy is called in an archive."""


def kind() -> str:
    """Which database this installation uses."""
    return SQLITE if connection.vendor == "sqlite" else POSTGRESQL


def copy_into(folder: Path) -> None:
    """Writes a copy of the database as it is now; others go on working. Raises ArchiveError."""
    target = folder / FILES[kind()]
    if kind() == SQLITE:
        _copy_sqlite(Path(str(settings.DATABASES["default"]["NAME"])), target)
    else:
        # Row-level security stays on, and this connection says that it is the system's: a role that
        # goes around it is not needed.
        _run(
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            "--enable-row-security",
            f"--file={target}",
        )


def put_back(folder: Path, database: str) -> None:
    """Puts a copy into the place of an empty database. Raises ArchiveError."""
    if database != kind():
        raise ArchiveError(
            f"This backup is of a {database} database, but this installation uses {kind()}. Set or "
            "remove DATABASE_URL so that they are the same."
        )
    source = folder / FILES[database]
    if database == SQLITE:
        check_sqlite(source)
        target = Path(str(settings.DATABASES["default"]["NAME"]))
        shutil.move(source, target.with_suffix(".part"))
        target.with_suffix(".part").replace(target)
    else:
        _run(
            "pg_restore",
            "--exit-on-error",
            "--single-transaction",
            "--no-owner",
            "--no-privileges",
            f"--dbname={_settings()['NAME']}",
            str(source),
        )


def is_empty() -> bool:
    """Whether there is no database yet, or one without tables."""
    if kind() == SQLITE:
        return not Path(str(settings.DATABASES["default"]["NAME"])).exists()
    return not connection.introspection.table_names()


def check_sqlite(path: Path) -> None:
    """Lets SQLite read all of its file. Raises ArchiveError where something does not fit."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            found = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
            loose = database.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError:
        raise ArchiveError("The database in it is damaged.") from None
    if found != "ok":
        raise ArchiveError("The database is damaged: its pages do not fit together.")
    if loose is not None:
        raise ArchiveError(f"The database is damaged: rows of {loose[0]} point at nothing.")


def _copy_sqlite(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source, timeout=60, isolation_level=None)) as database:
            database.execute("VACUUM INTO ?", [str(target)])
    except sqlite3.Error as error:
        why = "no space is left on the disk" if "full" in str(error) else type(error).__name__
        raise ArchiveError(f"The database could not be copied: {why}.") from None


def _run(program: str, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise ArchiveError(f"{program} is needed for this; install the client of PostgreSQL.")
    environment = {**os.environ, **_environment(_settings())}
    command: Sequence[str] = [program, "--no-password", *arguments]
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs, no shell
        command, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        # What the program says may quote rows.
        raise ArchiveError(f"{program} ended with {done.returncode}; the server's log says why.")


def _settings() -> Mapping[str, Any]:
    return connection.settings_dict


def _environment(found: Mapping[str, Any]) -> dict[str, str]:
    wanted = {
        "PGHOST": found["OPTIONS"].get("host") or found["HOST"],
        "PGPORT": found["OPTIONS"].get("port") or found["PORT"],
        "PGUSER": found["USER"],
        "PGPASSWORD": found["PASSWORD"],
        "PGDATABASE": found["NAME"],
        "PGSSLMODE": found["OPTIONS"].get("sslmode"),
        "PGOPTIONS": "-c sojourn.system=backup",
    }
    return {name: str(value) for name, value in wanted.items() if value}
