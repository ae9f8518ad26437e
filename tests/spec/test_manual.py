"""The manual that people read is the one that is tested."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from sojourn.framework import nodes
from sojourn.framework.nodes import Node, walk
from sojourn.language.expressions import parse
from tests.spec.form import sheets
from tests.spec.harness import framework_of, scope
from tests.spec.render import render
from tests.spec.toc import CHAPTERS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "language.md"
SPECS = [spec for chapter in CHAPTERS for spec in chapter.specs]


@pytest.mark.skipif(not PAGE.parent.is_dir(), reason="installed without its documentation")
def test_the_manual_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run python -m tests.spec.render"


def test_every_kind_of_node_has_a_page() -> None:
    rules: list[Node] = [parse(spec.rule, scope()) for spec in SPECS if spec.rule]
    for spec in SPECS:
        framework = framework_of(sheets(dict(spec.sheets)))
        rules += framework.nodes
    seen = {type(node) for rule in rules for node in walk(rule)}
    assert seen == set(get_args(nodes.Node))


def test_rules_read_as_they_are_written() -> None:
    for spec in SPECS:
        if spec.rule:
            node = parse(spec.rule, scope())
            assert parse(node.text(), scope()) == node
