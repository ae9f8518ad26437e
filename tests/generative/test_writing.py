"""What is written reads back: rules as their own text, frameworks in either kind of file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from sojourn.engines import record
from sojourn.framework.findings import Findings
from sojourn.framework.model import DIRECTION_TYPE, Effect, Framework, MeasureKind, Sheet
from sojourn.framework.nodes import BooleanLiteral, FactorRef, Node
from sojourn.framework.types import BOOLEAN
from sojourn.language import load_framework, load_tables, save_framework, workbook, yaml_file
from sojourn.language.expressions import RowRef, Scope, parse
from tests.generative.frameworks import frameworks
from tests.generative.test_engines import answers_of, tables


def _scope(framework: Framework) -> Scope:
    refs: dict[str, RowRef] = {
        f.name: FactorRef(f.name, DIRECTION_TYPE if f.effect is Effect.CONTEXT else BOOLEAN)
        for f in framework.factors
    }
    for measure in framework.measures:
        refs |= {measure.name: measure.ref, f"{measure.name}__class": measure.class_ref}
    return Scope(
        {q.name: q.ref for q in framework.questions},
        {q.name: q.missing_codes for q in framework.questions},
        framework.parents,
        row=refs.get,
    )


def _written(framework: Framework) -> list[tuple[Node, str | None]]:
    """The expressions that somebody wrote, each with the repeat it stands in."""
    found: list[tuple[Node, str | None]] = []
    for factor in framework.factors:
        found += [(node, None) for node in (factor.rule, factor.weight, factor.urgent)]
    found += [(response.when, None) for response in framework.responses]
    expressions = [m for m in framework.measures if m.kind is MeasureKind.EXPRESSION]
    return found + [(measure.node, measure.of) for measure in expressions]


@given(framework=frameworks())
def test_a_rule_reads_back_from_its_own_text(framework: Framework) -> None:
    scope = _scope(framework)
    for node, inside in _written(framework):
        if not isinstance(node, BooleanLiteral):
            assert parse(node.text(), replace(scope, inside=inside)) == node


@settings(max_examples=25)
@given(framework=frameworks())
def test_files_of_either_kind_hold_the_same_framework(framework: Framework) -> None:
    with TemporaryDirectory() as folder:
        kept = framework
        for name in ("one.yaml", "two.xlsx", "three.yaml"):
            save_framework(kept, Path(folder) / name)
            kept = load_framework(Path(folder) / name)
            assert kept.digest == framework.digest
            assert kept.factors == framework.factors
            assert kept.measures == framework.measures
            assert kept.rosters == framework.rosters
            assert kept.sheets["decisions"] == framework.sheets["decisions"]


@settings(max_examples=25)
@given(data=st.data())
def test_findings_read_back_from_their_json(data: st.DataObject) -> None:
    framework = data.draw(frameworks())
    given_tables = data.draw(tables(framework))
    for unit in range(given_tables.units):
        findings = record.assess(framework, answers_of(framework, given_tables, unit))
        assert Findings.from_json(findings.to_json()) == findings


_KEPT = st.characters(
    exclude_categories=["Cs", "Cc"], include_characters="\n\t", exclude_characters="\ufffe\uffff"
)
_ODD_TEXT = st.text(_KEPT, min_size=1, max_size=8) | st.sampled_from(
    ["=1+1", "08", "1.10", "1e5", "yes", "~", "null", " a ", "_x0041_", "2024-05-01", "a\nb", "{x}"]
)


@given(texts=st.lists(_ODD_TEXT, min_size=1, max_size=4))
def test_any_text_of_a_cell_survives_both_kinds_of_file(texts: list[str]) -> None:
    sheets: dict[str, Sheet] = {"survey": tuple({"type": "note", "label": t} for t in texts)}
    with TemporaryDirectory() as folder:
        for name, write in (("one.yaml", yaml_file.write), ("two.xlsx", workbook.write)):
            write(sheets, Path(folder) / name)
            assert load_tables(Path(folder) / name).plain() == sheets
