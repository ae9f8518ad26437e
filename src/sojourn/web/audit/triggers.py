"""The database itself refuses to change or delete what the audit holds."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_TABLES = ("audit_event", "audit_seen")
_MESSAGE = "the audit is append-only"

_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{message}'); END
"""
_POSTGRESQL_FUNCTION = f"""
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_MESSAGE}'; END $$
"""
_POSTGRESQL = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
"""


def install(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Creates the triggers; called by the app's first migration."""
    del apps
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(_POSTGRESQL_FUNCTION)
    _refuse(schema_editor, _TABLES)


def install_on_checkpoints(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The same for the checkpoints, which came later."""
    del apps
    _refuse(schema_editor, ("audit_checkpoint",))


def _refuse(schema_editor: BaseDatabaseSchemaEditor, tables: Sequence[str]) -> None:
    for table in tables:
        for statement in _statements(schema_editor.connection.vendor, table):
            schema_editor.execute(statement)


def _statements(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        return [_POSTGRESQL.format(table=table)]
    return [
        _SQLITE.format(table=table, verb=verb, message=_MESSAGE) for verb in ("UPDATE", "DELETE")
    ]
