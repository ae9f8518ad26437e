"""Invented answers are asked as the form asks, allowed by it, and the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sojourn import catalogue
from sojourn.engines import record
from sojourn.engines.simulation import Simulation
from sojourn.framework import Missing, Within
from sojourn.framework.model import Framework
from sojourn.language import load_framework, read_answers
from sojourn.standards import runs, simulated
from sojourn.standards.tables import open_source
from tests.generative.frameworks import frameworks

FORM = """
settings: {form_id: small, version: '1'}
framework: [{key: reference_date, value: day}]
survey:
- {type: today, name: day}
- {type: select_one yn, name: consent, label: Consent}
- {type: begin_group, name: all, relevant: "${consent} = 'yes'"}
- {type: date, name: born, label: Born, constraint: '. <= ${day}'}
- type: integer
  name: days
  label: Days
  constraint: '. >= 0 and . <= 7'
  missing: '99=does_not_know'
- {type: select_multiple needs, name: needs, label: Needs}
- {type: text, name: what, label: What, relevant: "${needs} != '' or selected(${needs}, 'water')"}
- {type: integer, name: people, label: People, constraint: '. >= 0 and . <= 4'}
- {type: begin_repeat, name: member, repeat_count: '${people}', relevant: '${people} > 0'}
- {type: integer, name: age, label: Age, constraint: '. >= 0'}
- {type: calculate, name: small, calculation: 'if(${age} < 5, 1, 0)'}
- {type: select_one yn, name: fed, label: Fed, relevant: '${small} = 1'}
- {type: end_repeat}
- {type: end_group}
choices:
- {list_name: yn, name: yes, label: Yes}
- {list_name: yn, name: no, label: No}
- {list_name: needs, name: none_of_these, label: None}
- {list_name: needs, name: water, label: Water}
- {list_name: needs, name: food, label: Food}
factors:
- {name: hungry, label: H, level: household, effect: risk, nature: situational, rule: '${days} > 3'}
- name: minor
  label: M
  level: individual
  effect: risk
  nature: embodied
  rule: age(${born}) < 18
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Framework:
    path = tmp_path_factory.mktemp("form") / "small.yaml"
    path.write_text(FORM)
    return load_framework(path)


@pytest.mark.parametrize("name", catalogue.ids())
@pytest.mark.parametrize("complete", [False, True])
def test_what_we_ship_reads_its_invented_answers_without_one_unusable_cell(
    name: str, complete: bool, tmp_path: Path
) -> None:
    framework = catalogue.load(name)
    simulated.write(simulated.simulate(framework, 60, seed=7, complete=complete), tmp_path / "in")
    source = open_source(tmp_path / "in", framework)
    summary = runs.run(framework, source, tmp_path / "out.csv")
    assert (summary.units, summary.unusable, summary.stray_rows) == (60, 0, {})
    assert not summary.not_asked


@settings(max_examples=60)
@given(framework=frameworks(), seed=st.integers(0, 99))
def test_answers_to_any_form_keep_its_constraints(framework: Framework, seed: int) -> None:
    for unit in Simulation(framework, seed=seed).units(3):
        answers = read_answers(framework, unit.cells, unit.rosters, unit.within)
        assert record.without_broken(framework, answers) == answers


def test_the_first_units_of_many_are_those_of_few(small: Framework) -> None:
    few, many = (list(Simulation(small, seed=3).units(n)) for n in (20, 50))
    assert few == many[:20]
    assert few != list(Simulation(small, seed=4).units(20))


def test_only_what_the_form_asks_is_answered(small: Framework) -> None:
    units = list(Simulation(small, complete=True).units(300))
    refused = [unit for unit in units if unit.cells["consent"] == "no"]
    assert 0 < len(refused) < 100
    assert all(set(unit.cells) == {"day", "consent"} for unit in refused)
    asked = [unit for unit in units if unit.cells["consent"] == "yes"]
    assert all(len(u.rosters.get("member", ())) == int(u.cells["people"]) for u in asked)
    members = [row for unit in asked for row in unit.rosters.get("member", ())]
    assert all(("fed" in row) == (int(row["age"]) < 5) for row in members)
    assert not any("none_of_these " in unit.cells["needs"] for unit in asked)


def test_answers_lie_on_both_sides_of_each_cut_off(small: Framework) -> None:
    found = [
        record.assess(small, read_answers(small, unit.cells, unit.rosters))
        for unit in Simulation(small).units(100)
    ]
    for factor in small.factors:
        assert len({one.factor(factor.name).state for one in found}) == 3


def test_some_do_not_know_unless_all_is_to_be_answered(small: Framework) -> None:
    def unknown(complete: bool) -> int:
        units = Simulation(small, complete=complete).units(300)
        answers = [read_answers(small, unit.cells).get("days") for unit in units]
        return answers.count(Missing.DOES_NOT_KNOW)

    assert 0 < unknown(complete=False) < 30
    assert unknown(complete=True) == 0


def test_a_cut_off_beyond_all_calendars_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "far.yaml").write_text(FORM.replace("age(${born}) < 18", "age(${born}) < 99999999"))
    far = load_framework(tmp_path / "far.yaml")
    assert len(list(Simulation(far, complete=True).units(20))) == 20


NESTED = """
settings: {form_id: road, version: '1'}
survey:
- {type: select_one yn, name: alone, label: Alone}
- {type: begin_repeat, name: member, label: Member}
- {type: integer, name: age, label: Age, constraint: '. >= 0 and . <= 90'}
- {type: integer, name: legs, label: Legs, constraint: '. >= 0 and . <= 3'}
- {type: begin_repeat, name: leg, label: Leg, repeat_count: '${legs}', relevant: '${age} > 9'}
- {type: integer, name: days, label: Days, constraint: '. >= 1 and . <= 30'}
- {type: select_one yn, name: helped, label: Helped, relevant: "${age} < 18 and ${alone} = 'yes'"}
- {type: end_repeat}
- {type: calculate, name: long, calculation: 'sum(${days})'}
- {type: end_repeat}
choices:
- {list_name: yn, name: yes, label: Yes}
- {list_name: yn, name: no, label: No}
factors:
- name: f
  label: F
  level: household
  effect: risk
  nature: situational
  rule: any(${member}[${age} < 18 and sum(${days}) > 20])
- name: g
  label: G
  level: household
  effect: risk
  nature: situational
  rule: count(${leg}[${days} > 20 and ${helped} = 'no' and ${alone} = 'yes']) >= 1
"""


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Framework:
    path = tmp_path_factory.mktemp("form") / "road.yaml"
    path.write_text(NESTED)
    return load_framework(path)


def test_a_repeat_in_a_repeat_is_asked_for_each_row_as_the_form_says(road: Framework) -> None:
    asked = 0
    for unit in Simulation(road, complete=True).units(100):
        members = unit.rosters["member"]
        owners = unit.within["leg"].rows if "leg" in unit.within else ()
        for at, member in enumerate(members):
            own = [unit.rosters["leg"][n] for n, owner in enumerate(owners) if owner == at]
            assert len(own) == (int(member["legs"]) if int(member["age"]) > 9 else 0)
            assert int(member["long"]) == sum(int(leg["days"]) for leg in own)
            is_asked = int(member["age"]) < 18 and unit.cells["alone"] == "yes"
            assert all(("helped" in leg) == is_asked for leg in own)
            asked += is_asked
    assert asked


@pytest.mark.parametrize("engine", ["polars", "record"])
def test_invented_tables_say_which_rows_belong_together(
    road: Framework, tmp_path: Path, engine: str
) -> None:
    simulated.write(simulated.simulate(road, 80, seed=2), tmp_path / "in")
    source = open_source(tmp_path / "in", road)
    assert source.linked_by["leg"].own == ("id", "member_key")
    summary = runs.run(road, source, tmp_path / "out.parquet", engine=engine)
    assert (summary.unusable, summary.stray_rows) == (0, {})
    found = pl.read_parquet(tmp_path / "out.parquet")
    units = Simulation(road, seed=2).units(80)
    # In tables, who was not asked for any leg has no row.
    none = {"leg": Within("member", ())}
    answers = (
        read_answers(road, u.cells, {"leg": (), **u.rosters}, {**none, **u.within}) for u in units
    )
    wanted = [record.assess(road, one) for one in answers]
    for name in ("f", "g"):
        states = {True: "present", False: "absent", None: "unknown"}
        assert [states[cell] for cell in found[name]] == [w.factor(name).state for w in wanted]
        assert len(set(found[name])) > 1
