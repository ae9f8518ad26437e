"""What the situation page says, what it leaves out, and to whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from sojourn import catalogue
from sojourn.engines import record
from sojourn.framework import Answers, DataClass, Findings
from sojourn.language.build import build as build_framework
from sojourn.language.sheets import SheetRow, Tables
from sojourn.web.accounts.actions import Reach
from sojourn.web.accounts.models import Scope
from sojourn.web.accounts.roles import POWERS, Role
from sojourn.web.cases import readings
from sojourn.web.cases.situation import Reason, Situation, build
from tests.web.conftest import World

See = Callable[..., Any]
WORKER = POWERS[Role.CASE_WORKER].classes
OFFICER = POWERS[Role.PROTECTION_OFFICER].classes
AFRAID = {"stage": "transit", "sleeps_safely": "yes", "has_friend": "no", "fears_return": "yes"}


@pytest.fixture
def see(empty: World) -> See:
    def show(
        classes: frozenset[DataClass] = WORKER, before: Findings | None = None, **texts: str
    ) -> Situation:
        findings = record.assess(empty.framework, empty.answers(**texts))
        return build(
            empty.framework,
            findings,
            classes=classes,
            stage=texts.get("stage", ""),
            before=(empty.framework, before) if before else None,
        )

    return show


def _names(situation: Situation, side: str) -> set[str]:
    return {item.name for level in situation.levels for item in getattr(level, side)}


def _texts(reason: Reason) -> list[str]:
    own = [reason.text, *(f"{seen.question} {seen.answer}" for seen in reason.answers)]
    return own + [text for part in reason.parts for text in _texts(part)]


def test_risks_resources_and_unknowns_stand_at_their_level(see: See) -> None:
    found = see(stage="transit", sleeps_safely="no", has_friend="yes", is_ill="dk")
    individual, household, community, _structural = found.levels
    assert [item.name for item in individual.risks] == ["nowhere_safe"]
    assert [item.name for item in household.resources] == ["trusted_friend"]
    assert [item.why_unknown for item in individual.unknowns if item.name == "illness"] == [
        "does not know"
    ]
    assert [item.why_unknown for item in community.unknowns] == ["not asked yet"]


def test_urgent_comes_first_and_stages_show_where(see: See) -> None:
    found = see(stage="transit", sleeps_safely="no", is_ill="yes")
    assert [item.name for item in found.urgent] == ["nowhere_safe"]
    assert [stage.key for stage in found.stages if stage.state == "current"] == ["transit"]


@pytest.mark.parametrize(
    ("answer", "risks", "resources"),
    [
        ("raises", True, False),
        ("protects", False, True),
        ("both", True, True),
        ("none", False, False),
    ],
)
def test_what_depends_on_the_place_stands_where_it_works(
    see: See, answer: str, risks: bool, resources: bool
) -> None:
    found = see(gender_effect=answer)
    assert ("gender_here" in _names(found, "risks")) is risks
    assert ("gender_here" in _names(found, "resources")) is resources


def test_every_finding_opens_to_the_answer_it_rests_on(see: See) -> None:
    found = see(sleeps_safely="no")
    assert "Do you have a safe place tonight No" in _texts(found.urgent[0].because)


def test_a_response_is_walked_back_through_its_factor(see: See) -> None:
    found = see(sleeps_safely="no")
    now = found.responses[0]
    assert (now.label, now.items[0].within_text) == ("Now", "within 24 hours")
    assert _texts(now.items[0].because) == ["Nowhere safe to sleep"]


def test_a_page_leaves_the_reasons_of_a_factor_to_its_own_line(empty: World) -> None:
    findings = record.assess(empty.framework, empty.answers(stage="transit", sleeps_safely="no"))
    for on_a_page, spelled_out in ((True, False), (False, True)):
        found = build(empty.framework, findings, classes=WORKER, on_a_page=on_a_page)
        because = found.responses[0].items[0].because
        assert (because.factor, because.text) == ("nowhere_safe", "Nowhere safe to sleep")
        assert bool(because.parts) is spelled_out
        assert "Do you have a safe place tonight No" in _texts(found.urgent[0].because)


def test_signs_are_for_the_cleared_only(see: See) -> None:
    officer, worker = see(OFFICER, **AFRAID), see(WORKER, **AFRAID)
    assert {sign.name for sign in officer.signs} == {"asylum_route", "fear_of_return"}
    assert worker.signs is None
    assert see(OFFICER).signs == ()


def test_signs_stand_apart_even_for_the_cleared(see: See) -> None:
    found = see(OFFICER, **AFRAID)
    assert "fear_of_return" not in _names(found, "risks")
    assert "asylum_route" not in [item.name for group in found.responses for item in group.items]
    assert found.urgent == ()


def test_what_is_kept_apart_does_not_show_through_other_findings(see: See) -> None:
    worker = see(WORKER, **AFRAID)
    assert "alone_and_afraid" not in _names(worker, "risks")
    assert "talk_it_over" not in [item.name for group in worker.responses for item in group.items]
    assert worker.not_shown == 0
    assert "alone_and_afraid" in _names(see(OFFICER, **AFRAID), "risks")


def test_uncleared_pages_are_the_same_with_and_without_a_sign(see: See) -> None:
    calm = {**AFRAID, "fears_return": "no", "has_friend": "no"}
    assert see(WORKER, **AFRAID) == see(WORKER, **{**calm, "fears_return": "yes"})
    with_sign, without = see(WORKER, **AFRAID), see(WORKER, **calm)
    assert _names(with_sign, "risks") == _names(without, "risks")


def test_a_reason_that_holds_without_the_sign_is_still_shown(see: See) -> None:
    both = {**AFRAID, "sleeps_safely": "no"}
    found = {item.name: item for group in see(WORKER, **both).responses for item in group.items}
    assert "Nowhere safe to sleep" in _texts(found["talk_it_over"].because)
    told = " ".join(_texts(found["talk_it_over"].because)).lower()
    assert "fear" not in told
    assert "afraid" not in told


def test_other_classes_are_counted_as_not_shown(see: See) -> None:
    found = see(WORKER - {DataClass.BODY_HEALTH}, is_ill="yes")
    assert "illness" not in _names(found, "risks")
    assert found.not_shown == 1


def test_changes_since_the_assessment_before(see: See, empty: World) -> None:
    before = record.assess(empty.framework, empty.answers(sleeps_safely="no", has_friend="yes"))
    now = {"sleeps_safely": "yes", "has_friend": "yes", "is_ill": "yes", "gender_effect": "none"}
    found = see(before=before, **now)
    assert [item.name for item in found.compare.new] == ["illness"]
    assert [item.name for item in found.compare.gone] == ["nowhere_safe"]
    assert [item.name for item in found.compare.now_known] == ["gender_here"]
    assert found.compare.same_count == 1


def test_an_unknown_now_is_not_gone_as_if_it_were_over(see: See, empty: World) -> None:
    before = record.assess(empty.framework, empty.answers(sleeps_safely="no"))
    found = see(before=before, sleeps_safely="pnta")
    assert found.compare.gone == ()


def test_the_page_is_in_the_language_of_the_reader(see: See) -> None:
    with translation.override("fr"):
        found = see(sleeps_safely="no")
    assert found.urgent[0].label == "Pas de lieu sûr où dormir"
    assert "Avez-vous un lieu sûr ce soir Non" in _texts(found.urgent[0].because)


LABELS = re.compile(
    r"vulnerable|victim|illegal|irregular migrant|refugee|trafficked|high.risk|"
    r"at.risk (?:person|migrant|individual|case)|"
    r"risk (?:level|score|class)|score|profile|category of person|"
    r"vulnérable|victime|clandestin|réfugié|profil|score|víctima|refugiad|perfil|puntuación|"
    r"ضحية|ضحايا|مستضعف|غير شرعي|لاجئ",
    re.IGNORECASE,
)
DISCLAIMER = re.compile(
    r"never part of a score|jamais compté dans un score|nunca cuenta en una puntuación",
    re.IGNORECASE,
)


@pytest.mark.parametrize("language", ["en", "fr", "ar", "es"])
@pytest.mark.parametrize("who", ["bilal", "salma"])
def test_the_page_carries_no_label_on_the_person(world: World, who: str, language: str) -> None:
    world.assess(world.case, {**AFRAID, "sleeps_safely": "no", "is_ill": "yes"})
    client = world.client(who)
    page = client.get(
        reverse("cases:situation", args=[world.case.pk]), headers={"Accept-Language": language}
    ).content.decode()
    words = DISCLAIMER.sub("", re.sub(r"<[^>]*>", " ", page))
    assert not LABELS.findall(words)


def test_only_the_cleared_see_the_word_protection_on_the_page(world: World) -> None:
    world.assess(world.case, AFRAID)
    url = reverse("cases:situation", args=[world.case.pk])
    officer = world.client("salma").get(url).content.decode()
    worker = world.client("bilal").get(url).content.decode()
    assert "Explain the asylum procedure" in officer
    for hidden in ("asylum", "Afraid of", "fear going", "International protection", "Alone with"):
        assert hidden not in worker


def test_lists_do_not_betray_a_sign(world: World) -> None:
    world.assess(world.case, AFRAID)
    world.case.refresh_from_db()
    assert (world.case.is_urgent, world.case.urgent_factors) == (False, [])


def test_where_somebody_is_on_the_way_is_told_with_the_journey_alone(world: World) -> None:
    world.join(Reach(Scope.ORGANISATION), Role.HEALTH)
    pages = reverse("cases:situation", args=[world.case.pk])
    lists = f"/api/v1/cases/{world.case.pk}/assessments"
    one = f"{lists}/{world.case.assessments.get().pk}"
    for who, told in (("bilal", "transit"), ("nadia", None)):
        client = world.client(who)
        assert (b'aria-current="step"' in client.get(pages).content) is (told is not None)
        assert client.get(lists).json()["items"][0]["stage"] == told
        assert client.get(one).json()["stage"] == told
        assert bool(client.get(one).json()["stages"]) is (told is not None)


def test_an_earlier_assessment_can_be_opened_and_compared(world: World) -> None:
    first = world.case.assessments.get()
    later = timezone.now() + timedelta(days=1)
    second = world.assess(world.case, {"stage": "destination"}, at=later)
    client = world.client("bilal")
    newest = client.get(reverse("cases:situation", args=[world.case.pk]))
    assert newest.context["assessment"] == second
    assert newest.context["before"] == first
    url = reverse("cases:assessment", args=[world.case.pk, first.pk])
    assert client.get(url).context["before"] is None
    assert client.get(url, {"before": str(second.pk)}).status_code == 200
    assert client.get(url, {"before": "x"}).status_code == 404


def test_an_old_assessment_keeps_the_words_of_its_framework(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sojourn import catalogue
    from sojourn.web.cases import frameworks

    monkeypatch.setattr(frameworks, "current", lambda: catalogue.load("domv"))
    page = world.client("bilal").get(reverse("cases:situation", args=[world.case.pk]))
    assert "Nowhere safe to sleep" in page.content.decode()


def test_a_level_that_is_not_asked_about_is_not_called_free_of_risk() -> None:
    framework = catalogue.load("reach-msna-2024")
    findings = record.assess(framework, Answers())
    situation = build(framework, findings, classes=set(DataClass))
    assert {band.key: band.asked for band in situation.levels} == {
        "individual": False,
        "household": True,
        "community": True,
        "structural": True,
    }


# -- readings


def _readings(world: World, classes: frozenset[DataClass], **texts: str) -> tuple[Any, ...]:
    answers = world.answers(**texts)
    return readings.of_assessment(world.framework, answers, classes=classes)


def test_a_measure_is_read_with_its_class_how_much_is_known_and_why(empty: World) -> None:
    (strain,) = _readings(empty, WORKER, sleeps_safely="no", has_friend="no", is_ill="yes")
    assert (strain.value_text, strain.class_label) == ("2", "Much weighs")
    assert [step.label for step in strain.scale if step.is_here] == ["Much weighs"]
    assert [step.range_text for step in strain.scale] == ["up to 0", "above 0, up to 1", "above 1"]
    assert 0 < strain.known_percent < 100
    told = _texts(strain.because)
    assert "Nowhere safe to sleep" in told
    assert "Are you ill now Yes" in told


def test_a_reading_speaks_the_language_of_the_reader(empty: World) -> None:
    with translation.override("fr"):
        (strain,) = _readings(empty, WORKER, sleeps_safely="no", has_friend="no")
    assert (strain.label, strain.class_label) == ("Ce qui pèse", "Certaines choses pèsent")


def test_a_reading_is_not_known_from_silence(empty: World) -> None:
    (strain,) = _readings(empty, WORKER)
    assert (strain.value_text, strain.class_label, strain.known_percent) == ("", "", 0)


@pytest.mark.parametrize("classes", [WORKER, OFFICER])
def test_no_reading_tells_of_what_is_kept_apart(
    empty: World, classes: frozenset[DataClass]
) -> None:
    told = {"stage": "transit", "sleeps_safely": "no", "has_friend": "no"}
    signs = [_readings(empty, classes, **told, fears_return=answer) for answer in ("yes", "no")]
    assert signs[0] == signs[1] == _readings(empty, classes, **told)
    assert signs[0][0].without_some
    text = " ".join(_texts(signs[0][0].because)).lower()
    assert "fear" not in text
    assert "afraid" not in text


def test_a_reading_of_other_answers_is_not_for_those_not_cleared(empty: World) -> None:
    lesser = WORKER - {DataClass.BODY_HEALTH}
    ill = _readings(empty, lesser, has_friend="no", is_ill="yes")
    assert ill == _readings(empty, lesser, has_friend="no", is_ill="no")
    assert ill != _readings(empty, WORKER, has_friend="no", is_ill="yes")


def test_readings_stand_on_the_page_and_lead_to_their_rule(world: World) -> None:
    page = world.client("bilal").get(reverse("cases:situation", args=[world.case.pk]))
    text = page.content.decode()
    assert "Readings" in text
    assert f"/frameworks/small/{world.framework.digest}/?show=measures#measure-strain" in text
    assert "take no part in this number" in text


def test_a_rule_over_a_measure_does_not_carry_its_secret(empty: World) -> None:
    """A response that looks at a measure is hidden where the measure looks at what is hidden."""
    sheets = dict(empty.framework.sheets)
    row = {**sheets["responses"][0], "name": "look_first", "when": "${strain} > 0"}
    sheets["responses"] = (*sheets["responses"], row)
    framework = build_framework(
        Tables("small", {n: [SheetRow(n, 2, r) for r in rows] for n, rows in sheets.items()})
    )[0]
    findings = record.assess(framework, empty.answers(fears_return="yes", has_friend="no"))
    assert findings.response("look_first").suggested
    for classes, shown in ((WORKER, False), (frozenset(DataClass), True)):
        groups = build(framework, findings, classes=classes).responses
        assert any(item.name == "look_first" for g in groups for item in g.items) is shown
