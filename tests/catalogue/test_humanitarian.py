"""The humanitarian measures of the catalogue, all together."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyxform.xls2xform import convert

from sojourn import catalogue
from sojourn.engines import record
from sojourn.engines.examples import failures
from sojourn.framework.findings import State
from sojourn.language import read_answers
from tests.catalogue.humanitarian import IDS, assessed, command

LANGUAGES = {"en", "fr", "ar", "es"}
PINNED = {
    "fcs": {"fcs", "fcs_28_42"},
    "rcsi": {"rcsi"},
    "lcsi": {"lcsi"},
    "hhs": {"hhs"},
    "hdds": {"hdds"},
    "fes": {"fes"},
    "cari": {"cari", "cari_fes", "cari_ecmen"},
    "wgss": {"wgss_dis1", "wgss_dis2", "wgss_dis3", "wgss_dis4"},
    "msni": {"msni_score", "msni_in_need", "msni_in_acute_need"},
}
"""Names that scripts and spreadsheets build on."""


@pytest.mark.parametrize("name", IDS)
def test_its_examples_hold(name: str) -> None:
    framework = catalogue.load(name)
    assert len(framework.examples) >= 8
    assert failures(framework) == []


@pytest.mark.parametrize("name", IDS)
def test_it_speaks_four_languages(name: str) -> None:
    framework = catalogue.load(name)
    texts = {"title": framework.title, "description": framework.description}
    texts |= {item.name: item.label for item in framework.factors}
    texts |= {item.name: item.label for item in framework.responses}
    for question in framework.questions:
        texts[question.name] = question.label
        texts |= {f"{question.name}/{item.name}": item.label for item in question.choices}
    for measure in framework.measures:
        texts[measure.name] = measure.label
        texts |= {f"{measure.name}/{item.name}": item.label for item in measure.classes}
    missing = {name for name, text in texts.items() if set(text.by_language) != LANGUAGES}
    assert missing == set()


@pytest.mark.parametrize("name", IDS)
def test_silence_says_nothing(name: str) -> None:
    framework = catalogue.load(name)
    findings = record.assess(framework, read_answers(framework, {}, {}))
    known = [item.name for item in framework.factors]
    assert [n for n in known if findings.factor(n).state is not State.UNKNOWN] == []
    measures = [item.name for item in framework.measures]
    assert [n for n in measures if findings.measure(n).value is not None] == []
    responses = [item.name for item in framework.responses]
    assert [n for n in responses if findings.response(n).suggested is not None] == []


@pytest.mark.parametrize("name", IDS)
def test_every_measure_says_where_it_comes_from(name: str) -> None:
    framework = catalogue.load(name)
    assert all(item.source or item.basis == "proposed" for item in framework.measures)
    assert all(item.source or item.basis == "proposed" for item in framework.factors)
    assert all(item.basis == "proposed" for item in framework.responses)


@pytest.mark.parametrize("name", IDS)
def test_it_is_documented_beside_its_tables(name: str) -> None:
    folder = catalogue.path(name).parent
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert readme.startswith(f"# `{name}`: ")
    assert "| `sourced` |" in readme
    version = catalogue.load(name).version
    assert f"## {version}" in (folder / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PINNED)
def test_outputs_keep_the_names_that_others_build_on(name: str) -> None:
    framework = catalogue.load(name)
    names = {item.name for item in framework.measures}
    names |= {item.name for item in framework.factors}
    assert PINNED[name] <= names


@pytest.mark.parametrize("name", IDS)
def test_form_converts_for_phones_without_a_warning(name: str) -> None:
    ours, warnings = {"missing", "data_class", "asked_of"}, list[str]()
    sheets = {
        sheet: [
            {column: cell for column, cell in row.items() if column not in ours}
            for row in catalogue.load(name).sheets[sheet]
        ]
        for sheet in ("survey", "choices", "settings")
    }
    convert(sheets, form_name="data", validate=False, warnings=warnings)
    assert warnings == []


@pytest.mark.parametrize("name", IDS)
def test_engines_write_one_file_for_the_examples(name: str, tmp_path: Path) -> None:
    examples = catalogue.load(name).examples
    rows = [{"id": example.name, **example.answers} for example in examples]
    polars = assessed(tmp_path, name, rows)
    out = tmp_path / "record.csv"
    engine = ("--engine", "record")
    assert command("assess", name, tmp_path / "in.csv", "-o", out, *engine) == 0
    assert out.read_bytes() == (tmp_path / "out.csv").read_bytes()
    assert [row["id"] for row in polars] == [example.name for example in examples]
