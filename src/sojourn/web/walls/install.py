"""Keeping the policies in the database as the registry has them.

They are compared after every `migrate` and written anew where they differ, so that a changed or new
line of the registry needs no migration.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from sojourn.web.walls.registry import Policy, policies

NAME = "sojourn_wall"
_FOUND = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
       coalesce(obj_description(p.oid, 'pg_policy'), ''),
       (SELECT count(*) FROM pg_policy other WHERE other.polrelid = c.oid)
FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = %s
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
"""


@dataclass(frozen=True)
class Role:
    """As whom the application connects, and whether that goes around every policy."""

    name: str
    goes_around: bool


def after_migrate(sender: object, using: str, plan: object, **more: object) -> None:
    """Called after migrations; does nothing on a database without such policies."""
    del sender, plan, more
    if connection.vendor == "postgresql" and using == connection.alias:
        install()


def install() -> list[str]:
    """Writes the policies that are not as they should be. Answers the tables."""
    wanted = policies()
    changed = differing()
    with transaction.atomic(), connection.cursor() as cursor:
        for table in changed:
            cursor.execute("SELECT polname FROM pg_policy WHERE polrelid = %s::regclass", [table])
            there = [f'DROP POLICY "{name}" ON {table}' for (name,) in cursor.fetchall()]
            for statement in (*there, *_statements(table, wanted[table])):
                cursor.execute(statement)
    return changed


def differing() -> list[str]:
    """The tables whose policy is missing, switched off, or another one than it should be."""
    found = _found()
    return [
        table
        for table, policy in policies().items()
        if table in found and found[table] != (True, digest(policy), 1)
    ]


def role() -> Role:
    """Who the database says that we are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        name, goes_around = cursor.fetchone()
    return Role(name, goes_around)


def digest(policy: Policy) -> str:
    """What is written beside a policy in the database, to know it again."""
    return hashlib.sha256(f"{policy.shown}\0{policy.written}".encode()).hexdigest()


def _found() -> dict[str, tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_FOUND, [NAME])
        return {row[0]: tuple(row[1:]) for row in cursor.fetchall()}


def _statements(table: str, policy: Policy) -> list[str]:
    return [
        f"CREATE POLICY {NAME} ON {table} USING ({policy.shown}) WITH CHECK ({policy.written})",
        f"COMMENT ON POLICY {NAME} ON {table} IS '{digest(policy)}'",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    ]
