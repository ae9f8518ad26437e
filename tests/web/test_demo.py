"""The demonstration: plainly synthetic, coherent, loaded once."""

from __future__ import annotations

from random import Random

import pytest

from sojourn import catalogue
from sojourn.framework import Framework
from sojourn.language import read_value
from sojourn.language.asking import steps
from sojourn.web import demo
from sojourn.web.accounts.models import User
from sojourn.web.audit.queries import verify
from sojourn.web.cases import frameworks
from sojourn.web.cases.models import Assessment, Case, CaseStep, Episode
from sojourn.web.consent.models import Consent
from sojourn.web.demo.answers import Telling
from sojourn.web.demo.stories import STORIES, USUAL, Story
from sojourn.web.demo.world import PEOPLE
from sojourn.web.duplicates.linkage import LIKELY
from sojourn.web.duplicates.models import Pair
from sojourn.web.exports.models import Copy
from sojourn.web.kin.models import Group, Relation
from sojourn.web.notes.models import Note
from sojourn.web.people import identities
from sojourn.web.people.models import Person
from sojourn.web.plans.models import Approval, PlanItem


@pytest.fixture
def domv(monkeypatch: pytest.MonkeyPatch) -> Framework:
    framework = catalogue.load("domv")
    monkeypatch.setattr(frameworks, "current", lambda: framework)
    return framework


def test_a_small_world_is_loaded_once_and_plainly_synthetic(db: None, domv: Framework) -> None:
    assert demo.load({"HS": 9, "CL": 5})
    assert not demo.load({"HS": 9, "CL": 5})
    people = list(Person.objects.select_related("identity", "key"))
    names = [opened.names for opened in identities.open_many(people).values()]
    assert len(people) == Case.objects.count() == 14
    assert all("Demo" in (name.latin or name.own) for name in names)
    assert User.objects.count() == 6
    assert Assessment.objects.count() >= 10
    assert Consent.objects.count() == 14
    assert verify().intact


def test_copies_went_outside_and_one_has_to_come_back(db: None, domv: Framework) -> None:
    assert demo.load({"HS": 40, "CL": 1})
    states = sorted(Copy.objects.values_list("state", flat=True))
    assert states.count("recalled") == 1
    assert states.count("out") >= 1


def test_some_belong_together_and_two_files_are_alike(db: None, domv: Framework) -> None:
    assert demo.load({"HS": 9, "CL": 1})
    assert set(Group.objects.values_list("kind", flat=True)) == {"household", "boat"}
    assert Relation.objects.filter(kind="parent").count() == 2
    assert Pair.objects.get().weight > LIKELY
    people = list(Person.objects.select_related("identity", "key"))
    papers = [each for known in identities.open_many(people).values() for each in known.documents]
    assert any(each.is_kept_away for each in papers)


def test_cases_have_taken_their_course(db: None, domv: Framework) -> None:
    assert demo.load({"HS": 40, "CL": 1})
    assert {"open", "closed"} <= set(Case.objects.values_list("state", flat=True))
    assert {"assessing", "planning", "implementing"} <= set(
        Case.objects.values_list("phase", flat=True)
    )
    assert CaseStep.objects.exclude(words=b"").exists()
    assert Episode.objects.count() >= Case.objects.count()
    states = set(PlanItem.objects.values_list("state", flat=True))
    assert {"planned", "done"} <= states
    assert Note.objects.exists()
    assert {"requested", "approved"} <= set(Approval.objects.values_list("state", flat=True))


def test_the_whole_world_is_as_large_as_promised() -> None:
    assert sum(PEOPLE.values()) == 200
    assert len({login.role for login in demo.LOGINS}) == 5
    assert len({login.username for login in demo.LOGINS}) == len(demo.LOGINS) == 6
    assert len({login.organisation for login in demo.LOGINS}) == 2


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_stories_answer_with_codes_the_form_has(story: Story, domv: Framework) -> None:
    options = {**USUAL, **story.answers, **{name: (text,) for name, text in story.better.items()}}
    for name, texts in options.items():
        for text in texts:
            read_value(domv.question(name), text)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_stories_are_told_the_same_way_every_time(story: Story, domv: Framework) -> None:
    tellings = [
        Telling.begin(story, chance).answers(domv, steps(domv), chance, first=True)
        for chance in (Random(1), Random(1))  # noqa: S311 - invented lives
    ]
    assert tellings[0] == tellings[1]


def test_nothing_is_answered_that_the_form_would_not_ask(domv: Framework) -> None:
    chance = Random(2)  # noqa: S311 - invented lives
    grown = next(story for story in STORIES if story.ages[0] > 20)
    told = Telling.begin(grown, chance).answers(domv, steps(domv), chance, first=False)
    assert "child_with_whom" not in told.values
