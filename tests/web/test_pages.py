"""What holds for every page: languages, errors, policy, number of queries."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext
from pytest_django import DjangoDbBlocker

from sojourn.framework import Framework
from sojourn.web.caseload.handing import Given, Terms, hand_over
from sojourn.web.cases import actions as cases
from sojourn.web.cases.models import Case, LegalBasis
from sojourn.web.duplicates import actions as duplicates
from sojourn.web.exports import actions as exports
from sojourn.web.exports import copies
from sojourn.web.exports.models import Copy
from sojourn.web.field import actions as field
from sojourn.web.followup import actions as followup
from sojourn.web.incidents import actions as incidents
from sojourn.web.incidents.actions import Described
from sojourn.web.journeys import actions as journeys
from sojourn.web.journeys.rules import Stay
from sojourn.web.kin import actions as kin
from sojourn.web.kin.rules import Direction, GroupKind, RelationKind
from sojourn.web.notes import actions as notes
from sojourn.web.people.rules import IdentityData, Names
from sojourn.web.plans import actions as plans
from sojourn.web.plans import approvals
from sojourn.web.plans.models import Approval
from sojourn.web.programmes import actions as programmes
from sojourn.web.translations import LOCALE
from tests.web.conftest import AMINA, SECRETS, WALL, World, kept, staff
from tests.web.layers import copied
from tests.web.test_copies import passed_on
from tests.web.test_exports import USUAL
from tests.web.test_imports import brought, looked
from tests.web.test_incidents import A_THREAT
from tests.web.test_interests import submitted
from tests.web.test_notes import PNG
from tests.web.test_webhooks import webhook

Urls = dict[str, Callable[[World], str]]
PAGES: Urls = {
    "day": lambda _w: reverse("home:day"),
    "people": lambda _w: reverse("people:list"),
    "narrowed": lambda _w: reverse("people:list") + "?state=all&who=me&marks=review&sort=oldest",
    "calendar": lambda _w: reverse("caseload:calendar"),
    "hand over": lambda w: reverse("caseload:hand_over", args=[w.users["bilal"].pk]),
    "hand over one": lambda w: reverse("caseload:hand_over_one", args=[w.case.pk]),
    "handed over": lambda w: reverse("caseload:handed_over", args=[_handed(w)]),
    "copies": lambda w: reverse("copies:list", args=[_passed_on(w).person_id]),
    "copy": lambda w: reverse("copies:act", args=[*_copy(w), "tell_recipient"]),
    "kept copy": lambda w: reverse("copies:act", args=[*_copy(w), "note_kept"]),
    "follow-up": lambda w: reverse("followup:list", args=[w.case.pk]),
    "contact": lambda w: reverse("followup:act", args=[w.case.pk, _contact(w), "finish"]),
    "wishes": lambda w: reverse("followup:wishes", args=[w.case.pk]),
    "register": lambda _w: reverse("people:register"),
    "person": lambda w: reverse("people:person", args=[w.case.person_id]),
    "correct": lambda w: reverse("people:correct", args=[w.case.person_id]),
    "names": lambda w: reverse("people:names", args=[w.case.person_id]),
    "documents": lambda w: reverse("people:documents", args=[w.case.person_id]),
    "relate": lambda w: reverse("kin:relate", args=[w.case.person_id]),
    "relation": lambda w: reverse("kin:relation", args=_related(w)),
    "new group": lambda w: reverse("kin:new_group", args=[w.case.person_id]),
    "groups": lambda w: reverse("kin:groups", args=_grouped(w)[:0]),
    "group": lambda w: reverse("kin:group", args=_grouped(w)),
    "change group": lambda w: reverse("kin:change_group", args=_grouped(w)),
    "join": lambda w: reverse("kin:join", args=_grouped(w)),
    "member": lambda w: reverse(
        "kin:member", args=[*_grouped(w), w.case.person.memberships.get().pk]
    ),
    "twice": lambda w: reverse("duplicates:queue", args=_paired(w)[:0]),
    "pair": lambda w: reverse("duplicates:pair", args=_paired(w)),
    "suggest": lambda w: reverse("duplicates:suggest", args=[w.case.person_id]),
    "looks": lambda w: reverse("people:looks", args=[w.case.person_id]),
    "consent": lambda w: reverse("consent:new", args=[w.case.person_id]),
    "situation": lambda w: reverse("cases:situation", args=_travelled(w)[:1]),
    "course": lambda w: reverse("cases:course", args=[w.case.pk]),
    "act": lambda w: reverse("cases:act", args=[w.case.pk, "close"]),
    "differences": lambda w: reverse("cases:differences", args=_differing(w)),
    "who": lambda w: reverse("reach:who", args=[w.case.pk]),
    "notes": lambda w: reverse("notes:list", args=_noted(w)),
    "note": lambda w: reverse("notes:add", args=[w.case.pk]),
    "change note": lambda w: reverse("notes:change", args=[*_noted(w), w.case.notes.get().pk]),
    "incidents": lambda w: reverse("incidents:list", args=_harmed(w)[:1]),
    "incident": lambda w: reverse("incidents:add", args=[w.case.pk]),
    "change incident": lambda w: reverse("incidents:change", args=_harmed(w)),
    "actor": lambda w: reverse("incidents:name_actor", args=_harmed(w)),
    "take incident back": lambda w: reverse("incidents:take_back", args=_harmed(w)),
    "journey": lambda w: reverse("journeys:journey", args=_travelled(w)[:1]),
    "place of the journey": lambda w: reverse("journeys:add", args=[w.case.pk]),
    "change place of the journey": lambda w: reverse("journeys:change", args=_travelled(w)),
    "remove place of the journey": lambda w: reverse("journeys:remove", args=_travelled(w)),
    "best interests": lambda w: reverse("interests:list", args=_weighed(w)[:1]),
    "procedure": lambda w: reverse("interests:procedure", args=_weighed(w)),
    "prepare": lambda w: reverse("interests:prepare", args=_weighed(w)),
    "weigh": lambda w: reverse("interests:element", args=[*_weighed(w), "safety"]),
    "way": lambda w: reverse("interests:add_way", args=_weighed(w)),
    "plan": lambda w: reverse("plans:board", args=_planned(w)),
    "plan item": lambda w: reverse("plans:item", args=[w.case.pk, _item(w)]),
    "plan step": lambda w: reverse("plans:step", args=[w.case.pk, _item(w), "finish"]),
    "add": lambda w: reverse("plans:add", args=_planned(w)),
    "print plan": lambda w: reverse("printing:plan", args=_planned(w)),
    "print consent": lambda w: reverse("printing:consent", args=_consented(w)),
    "imports": lambda _w: reverse("imports:list"),
    "new import": lambda _w: reverse("imports:new"),
    "import columns": lambda w: reverse("imports:columns", args=[brought(w).pk]),
    "import": lambda w: reverse("imports:import", args=[looked(w).pk]),
    "assess": lambda w: reverse("cases:assess", args=[w.case.pk]),
    "form": lambda w: reverse("cases:form", args=[w.case.pk, _ticket(w)]),
    "frameworks": lambda _w: reverse("frameworks:list"),
    "framework": lambda w: reverse("frameworks:page", args=[w.framework.id]),
    "version": lambda w: reverse("frameworks:version", args=[w.framework.id, w.framework.digest]),
    "try": lambda w: reverse("frameworks:try", args=[w.framework.id]),
    "compare": lambda w: reverse("frameworks:compare", args=[w.framework.id]),
}
OTHERS = {
    "decide": ("sami", lambda w: reverse("plans:decide", args=[*_planned(w), _asked(w)])),
    "team": ("sami", lambda _w: reverse("caseload:team")),
    "schedule": ("sami", lambda _w: reverse("followup:schedule")),
    "look": ("sami", lambda w: reverse("interests:look", args=_weighed(w))),
    "erase": ("sami", lambda w: reverse("people:erase", args=[w.case.person_id])),
    "exports": ("sami", lambda _w: reverse("exports:list")),
    "new export": ("sami", lambda _w: reverse("exports:new")),
    "export": ("sami", lambda w: reverse("exports:export", args=[_export(w)])),
    "members": ("dana", lambda _w: reverse("accounts:members")),
    "teams": ("dana", lambda _w: reverse("accounts:teams")),
    "programmes": ("dana", lambda _w: reverse("programmes:list")),
    "programme": ("dana", lambda w: reverse("programmes:programme", args=[_programme(w)])),
    "without a programme": ("dana", lambda w: reverse("programmes:usual", args=[w.harbour.pk])),
    "tokens": ("bilal", lambda _w: reverse("tokens:own")),
    "tokens of members": ("dana", lambda _w: reverse("tokens:managed")),
    "api reference": ("bilal", lambda _w: reverse("tokens:reference")),
    "webhooks": ("dana", lambda _w: reverse("webhooks:list")),
    "webhook": ("dana", lambda w: reverse("webhooks:subscription", args=[_message(w)[0]])),
    "message": ("dana", lambda w: reverse("webhooks:delivery", args=_message(w))),
    "roles": ("dana", lambda _w: reverse("accounts:roles")),
    "role": ("dana", lambda w: reverse("accounts:role", args=[w.harbour.pk, "case_worker"])),
    "new role": ("dana", lambda w: reverse("accounts:role_new", args=[w.harbour.pk])),
    "roles waiting": ("emil", lambda _w: reverse("accounts:roles_waiting")),
    "give": ("dana", lambda w: reverse("accounts:give", args=[w.users["bilal"].pk])),
    "emergency": ("nadia", lambda w: reverse("glass:open", args=[w.case.person_id])),
    "supervised": ("sami", lambda _w: reverse("glass:supervised")),
    "overseen": ("emil", lambda _w: reverse("glass:overseen")),
    "audit": ("emil", lambda _w: reverse("audit:log")),
    "oversight": ("emil", lambda _w: reverse("oversight:page")),
    "kept": ("emil", lambda _w: reverse("oversight:kept")),
    "decide ending": ("emil", lambda w: reverse("oversight:decide", args=[w.case.person_id])),
    "endings": ("sami", lambda _w: reverse("oversight:endings")),
    "oversight list": ("emil", lambda _w: reverse("oversight:lines", args=["overrides"])),
}
ALL = {**{name: ("bilal", url) for name, url in PAGES.items()}, **OTHERS}


LANGUAGES = ("en", "fr", "ar", "es")


@pytest.fixture(scope="module")
def made(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, framework: Framework
) -> Iterator[World]:
    with kept(framework, django_db_blocker) as world:
        yield staff(world)


@pytest.fixture
def world(db: None, made: World) -> World:
    return copied(made)


@dataclass(frozen=True)
class Page:
    """One page as its reader gets it in each language."""

    name: str
    responses: Mapping[str, Any]

    @property
    def text(self) -> str:
        return str(self.responses["en"].content.decode())


@pytest.fixture(scope="module", params=ALL)
def page(request: pytest.FixtureRequest, made: World, django_db_blocker: DjangoDbBlocker) -> Page:
    """Asked for once in each language; what all pages promise is looked up in that."""
    who, url = ALL[request.param]
    with django_db_blocker.unblock(), transaction.atomic():
        world = copied(made)
        address, client = url(world), world.client(who)
        responses = {
            language: client.get(address, headers={"Accept-Language": language})
            for language in LANGUAGES
        }
        transaction.set_rollback(True)
    return Page(request.param, responses)


def _ticket(world: World) -> object:
    by = world.by("bilal")
    return field.open_form(case=world.case, basis=LegalBasis.CONSENT, by=by).pk


def _handed(world: World) -> object:
    given = [Given(world.case, world.users["salma"])]
    (made,) = hand_over(given=given, terms=Terms("away"), by=world.by("bilal"))
    return made.pk


def _passed_on(world: World) -> Copy:
    if not Copy.objects.filter(case=world.case).exists():
        copy = passed_on(world)
        copies.forget(copy.person)
    return Copy.objects.get(case=world.case)


def _copy(world: World) -> tuple[uuid.UUID, uuid.UUID]:
    copy = _passed_on(world)
    return copy.person_id, copy.pk


def _contact(world: World) -> object:
    by = world.by("bilal")
    return followup.add(case=world.case, due=timezone.localdate(), by=by).pk


def _planned(world: World) -> list[object]:
    """The case, with a plan and something in it."""
    by = world.by("bilal")
    plan = plans.begin(case=world.case, by=by)
    wish = plans.Wish(
        need="nowhere_safe",
        response="bed_tonight",
        goal="somewhere quiet",
        horizon="immediate",
        due=timezone.localdate(),
        owner_organisation=world.harbour,
        owner=world.users["bilal"],
    )
    plans.add_item(plan=plan, wish=wish, by=by)
    approvals.ask(plan=plan, by=by)
    return [world.case.pk]


def _consented(world: World) -> list[object]:
    return [world.case.person_id, world.case.person.consents.get().pk]


def _export(world: World) -> object:
    by = world.by("sami")
    return exports.ask(organisation=world.harbour, wish=USUAL, by=by).pk


def _differing(world: World) -> list[object]:
    """The case, with two days for its next look."""
    base = Case.objects.get(pk=world.case.pk).row_version
    for who, days in (("salma", 5), ("sami", 8)):
        case = Case.objects.select_related("person__key").get(pk=world.case.pk)
        on = timezone.localdate() + timedelta(days=days)
        cases.set_review(case=case, on=on, by=world.by(who), base=base)
    return [world.case.pk]


def _message(world: World) -> list[object]:
    """A webhook of Harbour, and a message about Amina's case."""
    hook = webhook(world.harbour)
    world.consent(world.case)
    return [hook.pk, hook.deliveries.get().pk]


def _noted(world: World) -> list[object]:
    """The case, with a note and a file."""
    notes.write(
        case=world.case,
        text="a note",
        data_class="case_work",
        is_confidential=True,
        by=world.by("bilal"),
        file=notes.Upload("a.png", PNG),
    )
    return [world.case.pk]


def _related(world: World) -> list[object]:
    """Amina, and her child."""
    other = world.register(identity=IdentityData(Names("Somebody Other")))
    relation = kin.relate(
        person=world.case.person,
        other=other.person,
        is_=Direction(RelationKind.PARENT, is_inverse=True),
        known=kin.Known(),
        by=world.by("bilal"),
    )
    return [world.case.person_id, relation.pk]


def _grouped(world: World) -> list[object]:
    """A boat with Amina and her child."""
    _related(world)
    by = world.by("bilal")
    known = kin.Known()
    group = kin.make_group(kind=GroupKind.BOAT, first=world.case.person, known=known, by=by)
    other = world.case.person.relations.get().other
    kin.join(group=group, person=other, part="", known=known, by=by)
    return [group.pk]


def _paired(world: World) -> list[object]:
    """Two files that may be Amina's."""
    other = world.register(identity=AMINA)
    one = world.case.person
    return [duplicates.suggest(one=one, other=other.person, by=world.by("bilal")).pk]


def _harmed(world: World) -> list[object]:
    """The case and an incident with an alleged actor."""
    by = world.by("bilal")
    told = incidents.report(case=world.case, account=A_THREAT, is_confidential=True, by=by)
    incidents.name_actor(incident=told, described=Described("recruiter", "yes"), by=by)
    return [world.case.pk, told.pk]


def _travelled(world: World) -> list[object]:
    """The case and the first of the places where Amina was."""
    by = world.by("bilal")
    case = Case.objects.select_related("person__key").get(pk=world.case.pk)
    legs = [journeys.add(case=case, stay=Stay(each), by=by) for each in ("SD", "LY", "IT")]
    return [case.pk, legs[0].pk]


def _weighed(world: World) -> list[object]:
    """A child's case and something that has to be decided, which others look at."""
    procedure = submitted(world)
    return [procedure.case_id, procedure.pk]


def _asked(world: World) -> object:
    return Approval.objects.get(subject__case=world.case).pk


def _programme(world: World) -> int:
    by = world.by("dana")
    made = programmes.add(organisation=world.harbour, code="night", name="Night", by=by)
    return made.pk


def _item(world: World) -> object:
    _planned(world)
    return world.case.plan_items.get().pk


def test_every_page_opens_in_every_language(page: Page) -> None:
    for language, response in page.responses.items():
        text = response.content.decode()
        assert response.status_code == 200, language
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in text
        assert text.count("<h1") == (0 if page.name == "form" else 1)


def test_no_page_asks_another_host_or_runs_inline_code(page: Page) -> None:
    outside = re.findall(r"""(?:src|href|action|srcset)=["']?(?:https?:)?//[^"' >]+""", page.text)
    assert not outside
    assert not re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page.text)
    assert not re.findall(r"""\s(?:on[a-z]+|style)=["']""", page.text)
    assert "<style" not in page.text


def test_every_page_has_the_strict_policy_and_only_the_form_a_wider_one(page: Page) -> None:
    response = page.responses["en"]
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-eval'" not in policy.replace("wasm-unsafe-eval'", "")
    assert ("unsafe-inline" in policy) is (page.name == "form")
    assert ("wasm-unsafe-eval" in policy) is (page.name == "form")
    assert response["Cache-Control"] == "no-store"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"


ABOUT_NOBODY = {"frameworks", "framework", "version", "try", "compare"}
ABOUT_NOBODY |= {"tokens", "api reference"}
ABOUT_NOBODY |= {"members", "teams", "give", "audit", "overseen"}  # by roles that read no file
ABOUT_NOBODY |= {"programmes", "programme", "without a programme"}
ABOUT_NOBODY |= {"roles", "role", "new role", "roles waiting", "oversight", "oversight list"}
ABOUT_NOBODY |= {"kept", "decide ending", "tokens of members", "webhooks", "webhook", "message"}
"""Pages that say nothing about anybody, and pages of roles that read no file."""


def test_pages_about_people_can_be_left_quickly(page: Page) -> None:
    wanted = page.name not in ABOUT_NOBODY
    assert page.name == "form" or (f'action="{reverse("leave")}"' in page.text) is wanted


def test_no_address_or_title_holds_anything_personal(page: Page) -> None:
    title = re.search(r"<title>(.*?)</title>", page.text, re.DOTALL)
    assert title
    addresses = "".join(re.findall(r'(?:href|action|data-[a-z-]+url)="([^"]*)"', page.text))
    for secret in SECRETS:
        assert secret not in title[1]
        assert secret not in addresses


COUNTED = (
    *("people", "narrowed", "calendar", "team", "hand over", "follow-up", "day"),
    *("situation", "course", "person", "looks", "audit", "members"),
    *("frameworks", "framework", "version", "try", "compare"),
)


def test_the_number_of_queries_does_not_grow_with_people(world: World) -> None:
    asked = {name: (ALL[name][0], ALL[name][1](world)) for name in COUNTED}
    few = _queries(world, asked, people=4)
    many = _queries(world, asked, people=45)
    assert few == many
    assert max(many.values()) <= 33 + WALL  # my day asks most: each of its lists is one query


def _queries(world: World, asked: Mapping[str, tuple[str, str]], *, people: int) -> dict[str, int]:
    for case in world.register(count=people).organisation.cases.filter(assessed_at=None)[:people]:
        world.consent(case)
        world.assess(case)
    counts = {}
    for name, (who, url) in asked.items():
        client = world.client(who)
        client.get(url)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url).status_code == 200
        counts[name] = len(caught)
    return counts


@pytest.mark.parametrize("language", ["en", "fr", "ar", "es"])
@pytest.mark.parametrize(
    "address", ["/nowhere/", "/cases/x/", "/people/00000000-0000-0000-0000-000000000000/"]
)
def test_what_is_not_there_is_said_plainly(world: World, address: str, language: str) -> None:
    response = world.client("bilal").get(address, headers={"Accept-Language": language})
    page = response.content.decode()
    assert response.status_code == 404
    assert f'lang="{language}"' in page
    for technical in ("Traceback", "Exception", "urlpatterns", "Django"):
        assert technical not in page


def test_a_failure_shows_no_detail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from sojourn.web.people import queries

    def fail(*args: object) -> None:
        raise ValueError("Amina Secretname")

    monkeypatch.setattr(queries, "person_or_404", fail)
    url = reverse("people:person", args=[world.case.person_id])
    page = world.client("bilal").get(url)
    assert page.status_code == 500
    for technical in ("Secretname", "ValueError", "Traceback"):
        assert technical not in page.content.decode()


def test_a_form_without_its_token_is_explained(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.users["bilal"])
    response = client.post(reverse("people:register"), {"own": "Amina"})
    assert response.status_code == 403
    assert "too long" in response.content.decode()


def test_the_language_is_switched_and_kept(world: World) -> None:
    client = world.client("bilal")
    response = client.post(reverse("set_language"), {"language": "ar", "next": "/people/"})
    assert response.cookies["django_language"]["httponly"]
    assert response["Location"] == "/people/"
    assert 'dir="rtl"' in client.get("/people/").content.decode()


def test_the_language_switch_does_not_lead_elsewhere(world: World) -> None:
    where = {"language": "fr", "next": "https://elsewhere.example/"}
    response = world.client("bilal").post(reverse("set_language"), where)
    assert response["Location"] == "/"


@pytest.mark.parametrize("number", ["0", "999", "x", "-1"])
def test_odd_page_numbers_are_harmless(world: World, number: str) -> None:
    assert world.client("bilal").get(reverse("people:list"), {"page": number}).status_code == 200


@pytest.mark.parametrize("when", ["", "2001-01-01", "soon"])
def test_a_wrong_review_day_is_refused_with_words(world: World, when: str) -> None:
    url = reverse("cases:review", args=[world.case.pk])
    response = world.client("bilal").post(url, {"review_on": when}, follow=True)
    assert "Choose" in response.content.decode()


def _translated(words: str | Sequence[str] | None) -> bool:
    return bool(words) and all([words] if isinstance(words, str) else words or ())


@pytest.mark.parametrize("language", ["fr", "ar", "es"])
def test_every_word_is_translated(language: str) -> None:
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalog = read_po(file, abort_invalid=True)
    empty = [message.id for message in catalog if message.id and not _translated(message.string)]
    assert not empty
    assert not [message.id for message in catalog if message.fuzzy and message.id]


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "خطر واحد"), (2, "خطران"), (3, "3 مخاطر"), (11, "11 خطراً"), (100, "100 خطر")],
)
def test_arabic_counts_as_arabic_does(number: int, words: str) -> None:
    with translation.override("ar"):
        found = ngettext("%(n)s risk", "%(n)s risks", number)
    assert found % {"n": number} == words
