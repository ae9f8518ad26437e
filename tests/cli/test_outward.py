"""`sojourn export` and `import` without a token, and with words that say nothing: refused at once,
before any folder is made. What they do with one stands in tests/web/test_outward_commands.py."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Desk

OUT = ("--purpose", "support", "--why", "The night team takes over.")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("export", "people", "-o", "out.csv", *OUT), "a token is needed"),
        (("export", "people", *OUT), "-o is needed, or --dry-run"),
        (("export", "people", "-o", "out.doc", *OUT), "say the kind with --to"),
        (("export", "cases", "-o", "out.csv", "--plan", *OUT), "two tables in one .zip"),
        (("export", "cases", "-o", "out.zip", *OUT), "without it a .csv"),
        (("export", "places", "-o", "out.csv", *OUT), "'people', 'cases'"),
        (("export", "people", "-o", "small.yaml", "--to", "csv", *OUT), "is there already"),
        (("import", "people", "none.csv"), "does not exist"),
        (("import", "people", "small.yaml", "--column", "Name"), "a token is needed"),
        (("import", "undo", "12"), "is not a valid UUID"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_opened(
    words: tuple[str, ...], told: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOJOURN_TOKEN", raising=False)
    done = desk.run(*words)
    assert done.code == 2
    assert told in done.said
    assert not (desk.folder / "var").exists()
    assert desk.leftovers() == []
