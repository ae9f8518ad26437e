"""Papers for the person: in their language, and with nothing that they should not carry."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from sojourn.framework import DataClass
from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.models import Scope
from sojourn.web.audit.models import Event
from sojourn.web.consent import actions as consents
from sojourn.web.glass.actions import open_file
from sojourn.web.glass.models import Reason
from sojourn.web.people import actions as people
from sojourn.web.plans import actions as plans
from sojourn.web.plans.actions import Wish
from tests.web.conftest import SECRETS, World, asked

GOAL = "somewhere far from him"


@pytest.fixture
def planned(world: World) -> World:
    """Amina's plan: a bed, a doctor, and a step about what she fears there."""
    world.assess(
        world.case,
        {"stage": "transit", "sleeps_safely": "no", "is_ill": "yes", "fears_return": "yes"},
        name="salma",
    )
    plan = plans.begin(case=world.case, by=world.by("salma"))
    for need, response in (
        ("nowhere_safe", "bed_tonight"),
        ("illness", ""),
        ("fear_of_return", "asylum_route"),
    ):
        wish = Wish(
            need=need,
            response=response,
            goal=GOAL if response == "bed_tonight" else f"goal about {need}",
            horizon="immediate",
            due=timezone.localdate(),
            owner_organisation=world.harbour,
            owner=world.users["bilal"],
        )
        plans.add_item(plan=plan, wish=wish, by=world.by("salma"))
    return world


def printed(world: World, url: str, who: str = "bilal", **chosen: str) -> str:
    """The text of a paper, in one line; letters of Arabic in their plain form."""
    sent = {"language": "en", "words": "full", "is_safe": "yes", **chosen}
    response = world.client(who).post(url, sent)
    assert response.status_code == 200, response.content.decode()
    assert response["Content-Disposition"] == 'attachment; filename="paper.pdf"'
    reader = PdfReader(BytesIO(response.content))
    assert world.harbour.name not in str(reader.metadata)
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def plan_url(world: World) -> str:
    return reverse("printing:plan", args=[world.case.pk])


def consent_url(world: World) -> str:
    consent = world.case.person.consents.latest("recorded_at")
    return reverse("printing:consent", args=[world.case.person_id, consent.pk])


@pytest.mark.parametrize(
    ("language", "plan", "agreement"),
    [
        ("en", "Find a bed tonight", "Health and body"),
        ("fr", "Trouver un lit ce soir", "Santé et corps"),
        ("es", "Su plan", "Salud y cuerpo"),
    ],
)
def test_papers_speak_the_chosen_language(
    language: str, plan: str, agreement: str, planned: World
) -> None:
    words = "plain" if language == "es" else "full"
    assert plan in printed(planned, plan_url(planned), language=language, words=words)
    assert agreement in printed(planned, consent_url(planned), language=language)


def test_arabic_is_set_from_the_right_in_letters_that_can_be_read_aloud(planned: World) -> None:
    sent = {"language": "ar", "words": "plain", "is_safe": "yes"}
    content = planned.client("bilal").post(plan_url(planned), sent).content
    reader = PdfReader(BytesIO(content))
    text = reader.pages[0].extract_text()
    assert "صنعنا" in text or "صنعنا"[::-1] in text
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "ar"
    assert root["/StructTreeRoot"]
    resources: Any = reader.pages[0]["/Resources"]
    fonts = [str(font.get_object()["/BaseFont"]) for font in resources["/Font"].values()]
    assert any("Arabic" in name for name in fonts)


def test_a_paper_never_names_the_person_or_what_they_fear(planned: World) -> None:
    for words in ("plain", "full"):
        text = printed(planned, plan_url(planned), who="salma", words=words)
        assert "bed tonight" in text
        assert "goal about illness" in text
        assert "asylum" not in text
        assert "fear_of_return" not in text
        assert not [secret for secret in SECRETS if secret in text]


def test_what_was_taken_back_is_not_printed(planned: World) -> None:
    consents.withdraw(consent=planned.case.person.consents.get(), by=planned.by("bilal"))
    classes = [DataClass.CASE_WORK.value]
    planned.consent(planned.case, data_classes=classes)
    text = printed(planned, plan_url(planned))
    assert "bed tonight" in text
    assert "illness" not in text
    assert "Ill at present" not in text


def test_a_paper_that_is_not_safe_to_carry_tells_nothing_about_anybody(planned: World) -> None:
    for url in (plan_url(planned), consent_url(planned)):
        for words in ("plain", "full"):
            text = printed(planned, url, is_safe="no", words=words)
            told = (
                planned.harbour.name,
                "Bilal",
                GOAL,
                "illness",
                "Nowhere safe",
                "Health",
                planned.case.person.number,
            )
            assert not [word for word in told if word in text]
    assert "bed tonight" in printed(planned, plan_url(planned), is_safe="no")


def test_whether_it_is_safe_has_to_be_asked(planned: World) -> None:
    sent = {"language": "en", "words": "full"}
    response = planned.client("bilal").post(plan_url(planned), sent)
    assert response.status_code == 400
    assert "Ask the person, then choose." in response.content.decode()


def test_short_sentences_and_empty_boxes_before_an_answer(world: World) -> None:
    row = consents.ask(person=world.case.person, asked=asked(), by=world.by("bilal"))
    url = reverse("printing:consent", args=[world.case.person_id, row.pk])
    text = printed(world, url, words="plain")
    assert "You can say no. You can stop at any time. You still get help." in text
    assert "Yes, I agree" in text
    assert "No, I do not agree" in text
    text = printed(world, url.replace(str(row.pk), str(answered(world))), words="plain")
    assert "Yes, I agree" in text
    assert "No, I do not agree" not in text


def answered(world: World) -> object:
    return world.case.person.consents.earliest("recorded_at").pk


def test_printing_is_audited_before_the_paper_leaves(planned: World) -> None:
    printed(planned, plan_url(planned))
    event = Event.objects.latest("seq")
    assert (event.verb, event.channel, event.case_id) == ("print", "print", planned.case.pk)
    assert event.person_id == planned.case.person_id
    assert "status_protection" not in event.classes_shown


def test_who_opened_a_file_in_an_emergency_prints_nothing(planned: World) -> None:
    planned.join(accounts.Reach(Scope.OWN_CASES))
    open_file(
        case=planned.case,
        reason=Reason.DANGER,
        words="She called for help.",
        by=planned.by("nadia"),
    )
    assert planned.client("nadia").get(plan_url(planned)).status_code == 404


def test_nothing_is_printed_of_somebody_who_was_erased(planned: World) -> None:
    people.erase(person=planned.case.person, by=planned.by("sami"), reason="asked")
    for url in (plan_url(planned), consent_url(planned)):
        assert planned.client("bilal").get(url).status_code == 404
