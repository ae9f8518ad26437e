"""The database itself refuses to change or delete a framework that an assessment used."""

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


def install(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Creates the triggers; called by a migration."""
    del apps
    for statement in _statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def _statements(vendor: str) -> tuple[str, ...]:
    if vendor == "postgresql":
        return _POSTGRESQL
    return tuple(
        _SQLITE.format(table=_TABLE, verb=verb, message=_MESSAGE) for verb in ("UPDATE", "DELETE")
    )
