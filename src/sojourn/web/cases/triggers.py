"""The database itself refuses to change kept frameworks and closed episodes."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_TABLE = "cases_keptframework"
_MESSAGE = "a kept framework is never changed"

_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{message}'); END
"""
_POSTGRESQL = (
    f"""
CREATE FUNCTION kept_framework_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_MESSAGE}'; END $$
""",
    f"""
CREATE TRIGGER {_TABLE}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {_TABLE}
FOR EACH STATEMENT EXECUTE FUNCTION kept_framework_refuse()
""",
)


_EPISODE = "cases_episode"
_CLOSED = "a closed episode is never changed"
# Who opened and who closed it are left out: deleting a user empties these two columns.
_AT_FIRST = (
    "case_id",
    "organisation_id",
    "number",
    "opened_at",
    "opened_because",
    "closed_at",
    "closed_because",
    "outcome",
    "feedback",
)
_LASTING = (*_AT_FIRST, "merged_into_id", "moved_to")


def _episode_sqlite(lasting: tuple[str, ...]) -> tuple[str, ...]:
    changed = " OR ".join(f"OLD.{each} IS NOT NEW.{each}" for each in lasting)
    return (
        f"DROP TRIGGER IF EXISTS {_EPISODE}_no_update",
        f"DROP TRIGGER IF EXISTS {_EPISODE}_no_delete",
        f"""
CREATE TRIGGER {_EPISODE}_no_update BEFORE UPDATE ON {_EPISODE}
WHEN OLD.closed_at IS NOT NULL AND ({changed})
BEGIN SELECT RAISE(ABORT, '{_CLOSED}'); END
""",
        f"""
CREATE TRIGGER {_EPISODE}_no_delete BEFORE DELETE ON {_EPISODE} WHEN OLD.closed_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, '{_CLOSED}'); END
""",
    )


def _episode_postgresql(lasting: tuple[str, ...]) -> tuple[str, ...]:
    changed = " OR ".join(f"OLD.{each} IS DISTINCT FROM NEW.{each}" for each in lasting)
    return (
        f"DROP TRIGGER IF EXISTS {_EPISODE}_stays ON {_EPISODE}",
        f"DROP TRIGGER IF EXISTS {_EPISODE}_is_kept ON {_EPISODE}",
        f"""
CREATE OR REPLACE FUNCTION closed_episode_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_CLOSED}'; END $$
""",
        f"""
CREATE TRIGGER {_EPISODE}_stays BEFORE UPDATE ON {_EPISODE} FOR EACH ROW
WHEN (OLD.closed_at IS NOT NULL AND ({changed}))
EXECUTE FUNCTION closed_episode_refuse()
""",
        f"""
CREATE TRIGGER {_EPISODE}_is_kept BEFORE DELETE ON {_EPISODE} FOR EACH ROW
WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION closed_episode_refuse()
""",
    )


def install_for_episodes(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Creates the triggers that keep closed episodes as they were at first; for a migration."""
    del apps
    _keep_episodes(schema_editor, _AT_FIRST)


def keep_where_the_work_goes_on(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Makes them keep what a closure says of another case or place too; for a migration."""
    del apps
    _keep_episodes(schema_editor, _LASTING)


def _keep_episodes(schema_editor: BaseDatabaseSchemaEditor, lasting: tuple[str, ...]) -> None:
    vendor = schema_editor.connection.vendor
    statements = _episode_postgresql if vendor == "postgresql" else _episode_sqlite
    for statement in statements(lasting):
        schema_editor.execute(statement)


def install(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Creates the triggers that keep frameworks; called by a migration."""
    del apps
    for statement in _statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def _statements(vendor: str) -> tuple[str, ...]:
    if vendor == "postgresql":
        return _POSTGRESQL
    return tuple(
        _SQLITE.format(table=_TABLE, verb=verb, message=_MESSAGE) for verb in ("UPDATE", "DELETE")
    )
