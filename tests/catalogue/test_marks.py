"""Each factor, measure and response says on what it rests."""

from __future__ import annotations

import pytest

from sojourn import catalogue

BASES = {"sourced", "recalled", "proposed"}


@pytest.mark.parametrize("framework_id", catalogue.ids())
def test_everything_found_has_a_basis_and_what_is_not_proposed_a_source(framework_id: str) -> None:
    framework = catalogue.load(framework_id)
    marked = [(one.name, one.basis, one.source) for one in framework.factors]
    marked += [(one.name, one.basis, one.source) for one in framework.measures]
    assert [name for name, basis, source in marked if basis != "proposed" and not source] == []
    marked += [(one.name, one.basis, one.source) for one in framework.responses]
    assert [name for name, basis, _ in marked if basis not in BASES] == []
