"""The database itself refuses to change the terms of a consent or a row of its history.

SQLite drops triggers when a later migration makes a table anew; such a migration installs them
again.
"""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FROZEN = {
    "consent_consent": (
        "id",
        "person_id",
        "organisation_id",
        "purposes",
        "recipients",
        "data_classes",
        "notice",
        "notice_version",
        "notice_language",
        "explained",
        "understood",
        "method",
        "given_by",
        "proxy",
        "proof",
        "assent",
        "evidence",
        "controller",
        "operations",
        "jurisdiction",
        "legal_reference",
        "withdrawal",
        "retention_days",
        "renews_id",
        "valid_from",
        "valid_until",
        "recorded_at",
    ),
    "consent_consentstep": ("id", "consent_id", "state", "reason", "withheld", "at"),
}
"""What stays as it was written. Who wrote it may become unknown when an account is removed."""

_MESSAGE = "what was agreed is never changed"
_SQLITE = """
CREATE TRIGGER {table}_stays BEFORE UPDATE OF {columns} ON {table}
BEGIN SELECT RAISE(ABORT, '{message}'); END
"""
_FUNCTION = f"""
CREATE FUNCTION consent_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
_POSTGRESQL = """
CREATE TRIGGER {table}_stays BEFORE UPDATE OF {columns} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION consent_refuse()
"""


def install(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Creates the triggers; called by a migration."""
    del apps
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    if is_postgresql:
        schema_editor.execute(_FUNCTION)
    for table, columns in FROZEN.items():
        text = _POSTGRESQL if is_postgresql else _SQLITE
        schema_editor.execute(
            text.format(table=table, columns=", ".join(columns), message=_MESSAGE)
        )
