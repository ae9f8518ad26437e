"""The page of the manual about the catalogue is what the frameworks say."""

from __future__ import annotations

from sojourn import catalogue
from tests.catalogue.render import PAGE, render


def test_the_page_is_written_from_the_frameworks() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run python -m tests.catalogue.render"


def test_every_framework_has_its_section() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in catalogue.ids() if f"## `{name}` {{ #{name} }}" not in page] == []
