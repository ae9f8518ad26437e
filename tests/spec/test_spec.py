"""Every page of the manual, on every engine."""

from __future__ import annotations

import pytest

from tests.spec.harness import ENGINES, expected, run
from tests.spec.model import Spec
from tests.spec.toc import CHAPTERS

PAGES = [
    pytest.param(spec, engine, id=f"{chapter.title}: {spec.title}-{engine}")
    for chapter in CHAPTERS
    for spec in chapter.specs
    for engine in ENGINES
]


@pytest.mark.parametrize(("spec", "engine"), PAGES)
def test_what_the_manual_says_holds(spec: Spec, engine: str) -> None:
    assert run(spec, engine) == expected(spec)


def test_titles_are_unique() -> None:
    titles = [spec.title for chapter in CHAPTERS for spec in chapter.specs]
    assert len(titles) == len(set(titles))
