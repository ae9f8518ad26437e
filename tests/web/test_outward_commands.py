"""`sojourn export` and `import`: as whoever a token belongs to, by the actions of the screens."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.utils import timezone
from openpyxl import load_workbook

from sojourn.cli import commands
from sojourn.framework import DataClass
from sojourn.web.accounts.models import Grant
from sojourn.web.accounts.roles import Verb
from sojourn.web.api.models import Token
from sojourn.web.audit.models import Event
from sojourn.web.exports.columns import FIXED, GROUPS
from sojourn.web.exports.models import Export, Format
from sojourn.web.imports.models import Import
from sojourn.web.people.models import Person
from tests.web.api_operations import token_for
from tests.web.conftest import AMINA, SECRETS, World

Run = Callable[..., Result]
OUT = ("--purpose", "support", "--why", "The night team takes over.")


@pytest.fixture
def run(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command as it runs in an installation that is there already, with somebody's token."""
    monkeypatch.setattr("sojourn.web.serve.prepare", lambda _home: None)

    def runs(*words: str, who: str = "sami", **token: frozenset[Verb]) -> Result:
        file = tmp_path / "token"
        file.write_text(f"{token_for(world, who, **token)}\n")  # type: ignore[arg-type]  # verbs or classes
        asked = [*words, "--token-file", str(file)]
        return CliRunner().invoke(commands, asked, standalone_mode=False)

    return runs


def refused(done: Result) -> str:
    assert done.exception is not None
    assert hasattr(done.exception, "message"), done.exception
    return str(done.exception.message)


def test_people_are_taken_out_by_name_and_the_audit_tells_of_the_token(
    run: Run, world: World, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    done = run("export", "people", "-o", str(file), *OUT)
    assert done.exception is None, done.output
    (row,) = csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
    assert (row["code"], row["name"]) == (world.case.person.number, AMINA.names.own)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    taken = Event.objects.get(verb="export")
    assert taken.channel == f"cli:{Token.objects.latest('pk').pk}"
    assert (taken.actor_name, taken.person_id) == ("Sami", world.case.person_id)
    assert Export.objects.get().ended_at is not None
    assert "1 people in it; nothing goes of 0" in done.output
    assert not [secret for secret in SECRETS if secret in done.output]


def test_cases_are_taken_out_without_names_unless_it_is_said(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    assert run("export", "cases", "-o", str(file), *OUT).exception is None
    told = json.loads(file.read_text())
    assert told["about"]["named"] == "no"
    assert not [secret for secret in SECRETS if secret in file.read_text()]
    named = tmp_path / "named.xlsx"
    assert run("export", "cases", "-o", str(named), "--named", "--plan", *OUT).exception is None
    assert load_workbook(named).sheetnames == ["data", "plan", "about"]


@pytest.mark.parametrize("kind", Format.values)
def test_every_kind_of_file_is_written(kind: str, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "out"
    assert run("export", "people", "-o", str(file), "--to", kind, *OUT).exception is None
    assert file.stat().st_size > 100


def test_a_dry_run_counts_and_takes_nothing(run: Run, world: World, tmp_path: Path) -> None:
    world.register()
    done = run("export", "people", "--dry-run", *OUT)
    assert "1 people in it; nothing goes of 1" in done.output
    assert not Event.objects.filter(verb="export").exists()
    assert not [each for each in tmp_path.iterdir() if each.name != "token"]


def test_a_file_that_is_there_stays_as_it_was(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("mine")
    assert "is there already" in refused(run("export", "people", "-o", str(file), *OUT))
    assert file.read_text() == "mine"
    assert not Export.objects.exists()


def test_what_stops_on_the_way_leaves_no_file(run: Run, world: World, tmp_path: Path) -> None:
    Person.objects.update(language="rhg")
    file = tmp_path / "out.json"
    told = refused(run("export", "people", "-o", str(file), "--to", "htcds", *OUT))
    assert "prs_PrimaryLanguage" in told
    assert not file.exists()
    assert not Event.objects.filter(verb="export").exists()
    assert Export.objects.get().ended_at is not None


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("--recipient", "legal", "--country", "fr", "--to-origin", "unsure"), "--to-origin"),
        (("--class", "sealed"), "--class"),
        (("--column", "shoe_size"), "--column"),
        (("--recipient", "friends"), "--recipient"),
    ],
)
def test_what_must_not_go_is_refused_at_its_option(
    words: tuple[str, ...], option: str, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    told = refused(
        run("export", "people", "-o", str(file), "--purpose", "referral", *OUT[2:], *words)
    )
    assert option in told
    assert not file.exists()


def test_who_may_not_take_copies_takes_none_here_either(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    for who, token in (("bilal", {}), ("sami", {"verbs": frozenset({Verb.READ})})):
        told = refused(run("export", "people", "-o", str(file), *OUT, who=who, **token))
        assert "Neither this token nor its owner's roles allow it" in told
    assert not file.exists()


def test_a_token_that_ended_opens_nothing(run: Run, world: World, tmp_path: Path) -> None:
    secret = token_for(world, "sami")
    Token.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    file = tmp_path / "old"
    file.write_text(secret)
    words = ["export", "people", "--dry-run", *OUT, "--token-file", str(file)]
    done = CliRunner().invoke(commands, words, standalone_mode=False)
    assert "not in force" in refused(done)


def test_several_organisations_ask_which(run: Run, world: World, tmp_path: Path) -> None:
    Grant.objects.create(
        holder=world.users["sami"],
        role="supervisor",
        organisation=world.crossroads,
        valid_from=timezone.localdate(),
    )
    words = ("export", "people", "--dry-run", *OUT)
    told = refused(run(*words))
    assert all(each.code in told for each in (world.harbour, world.crossroads))
    assert "0 people in it" in run(*words, "--organisation", world.crossroads.code).output


def test_the_usual_columns_are_there() -> None:
    from sojourn.cli.outward import _USUAL, KINDS

    for classes, columns in _USUAL.values():
        assert set(classes) <= {each.value for each in DataClass}
        assert set(columns) <= {*FIXED, *GROUPS}
    assert set(KINDS) == set(Format.values)


# In --------------------------------------------------------------------------------------------


def table(tmp_path: Path, text: str) -> str:
    file = tmp_path / "people.csv"
    file.write_text(text)
    return str(file)


def test_a_table_is_looked_at_taken_in_and_undone(run: Run, tmp_path: Path) -> None:
    words = (table(tmp_path, "Called,Phone\nNuru New,+999 555 000 1\n"), "--column", "Called=own")
    before = Person.objects.count()
    looked = run("import", "people", *words, who="bilal")
    assert looked.exception is None, looked.output
    assert "new\t1" in looked.output
    assert (Person.objects.count(), Import.objects.count()) == (before, 0)
    done = run("import", "people", *words, "--apply", who="bilal")
    assert Person.objects.count() == before + 1
    assert Event.objects.get(verb="take_in").channel.startswith("cli:")
    made = done.output.rpartition("import\t")[2].strip()
    assert made in run("import", "list", who="bilal").output
    assert "There is no such import of yours" in refused(run("import", "undo", made, who="salma"))
    assert "0 rows stay" in run("import", "undo", made, who="bilal").output
    assert Person.objects.count() == before


def test_one_wrong_row_stops_all_unless_it_is_to_be_left_out(run: Run, tmp_path: Path) -> None:
    words = (table(tmp_path, "Name,Phone\nNuru New,+999 555 000 1\nYusuf New,12\n"), "--apply")
    before = Person.objects.count()
    done = run("import", "people", *words, who="bilal")
    assert "Rows that cannot be taken in: 1. Nothing was written." in refused(done)
    assert "Row 3, Phone: Write 7 to 15 digits" in done.output
    assert (Person.objects.count(), Import.objects.count()) == (before, 0)
    assert run("import", "people", *words, "--leave-out", who="bilal").exception is None
    assert Person.objects.count() == before + 1


def test_one_problem_of_many_rows_is_told_once(run: Run, tmp_path: Path) -> None:
    text = "Name,Phone\n" + "".join(f"Nuru {at},12\n" for at in range(9))
    done = run("import", "people", table(tmp_path, text), "--apply", who="bilal")
    assert "Rows 2, 3, 4, 5, 6 and 4 more, Phone: Write 7 to 15 digits" in done.output


def test_what_is_no_table_or_says_nothing_of_names_leaves_nothing(run: Run, tmp_path: Path) -> None:
    for text, words, told in (
        ("", (), "empty"),
        ("Shoe\n41\n", (), "Say which column holds the names"),
        ("Name\nNuru\n", ("--column", "Shoe=own"), "has no column Shoe"),
        ("Name\nNuru\n", ("--column", "Name=shoe"), "HEADING=FIELD"),
        ("Name\nNuru\n", ("--agreed-on", "2026-01-05"), "--evidence"),
    ):
        done = run("import", "people", table(tmp_path, text), *words, who="bilal")
        assert told in refused(done)
        assert not Import.objects.exists()


def test_a_token_without_who_people_are_takes_nobody_in(run: Run, tmp_path: Path) -> None:
    narrow = {"classes": frozenset({DataClass.CASE_WORK})}
    words = ("import", "people", table(tmp_path, "Name\nNuru\n"))
    assert "who somebody is" in refused(run(*words, who="bilal", **narrow))


def test_a_token_writes_no_answers_that_it_was_not_made_for(run: Run, tmp_path: Path) -> None:
    text = "Name,is_ill,has_friend\nNuru,yes,no\n"
    agreed = (
        *(
            "--agreed-on",
            "2026-01-05",
            "--purpose",
            "assessment",
            "--class",
            "case_work,body_health",
        ),
        *("--explained", "read_aloud", "--method", "signed", "--evidence", "folder 12"),
    )
    words = ("import", "people", table(tmp_path, text), *agreed)
    held = frozenset({DataClass.IDENTITY, DataClass.CONTACT_PLACE, DataClass.CASE_WORK})
    done = run(*words, who="bilal", classes=held)
    assert "Row 2, is_ill: This token does not write answers of this kind" in done.output
    assert "has_friend" not in done.output
    assert "new\t1" in run(*words, who="bilal").output
