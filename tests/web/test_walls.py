"""The register of what row-level security holds; the wall itself is in `test_second_wall`."""

from __future__ import annotations

import pytest
from django.apps import apps

from sojourn.web.accounts.roles import Verb
from sojourn.web.walls import registry
from sojourn.web.walls.registry import WALLS, Free
from sojourn.web.walls.standing import ELSEWHERE, OPENING, system


def test_every_model_has_a_policy_or_a_reason_for_none() -> None:
    assert registry.missing() == []


def test_no_line_is_about_a_model_that_is_gone() -> None:
    known = {model._meta.label_lower for model in apps.get_models()}
    assert set(WALLS) - known == set()
    assert all(wall.reason for wall in WALLS.values() if isinstance(wall, Free))


def test_a_missing_model_is_named_with_what_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    rest = {label: wall for label, wall in WALLS.items() if label != "notes.note"}
    monkeypatch.setattr(registry, "WALLS", rest)
    (said,) = registry.missing()
    assert said.startswith("notes.note (notes_note) has no line in WALLS")
    assert "ByCase()" in said


def test_a_model_about_a_case_is_never_without_a_policy() -> None:
    """What has a way to a case holds something about somebody."""
    open_ones = [
        model._meta.label_lower
        for model in apps.get_models()
        if getattr(model, "ACCESS_CASE", None) is not None
        and isinstance(WALLS[model._meta.label_lower], Free)
    ]
    assert open_ones == []


def test_of_every_verb_is_known_whether_it_opens_contents() -> None:
    assert set(Verb) == OPENING | ELSEWHERE
    assert not OPENING & ELSEWHERE


def test_work_as_the_system_has_a_reason() -> None:
    with pytest.raises(ValueError, match="reason"), system(""):
        pass
