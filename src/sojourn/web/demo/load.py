"""Loading the demonstration, once, through the same actions as real work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from random import Random

from django.db import transaction
from django.utils import timezone

from sojourn import catalogue
from sojourn.framework import DataClass
from sojourn.language.asking import Step, steps
from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM, Principal, principal_for
from sojourn.web.accounts.models import Organisation, User
from sojourn.web.accounts.roles import Verb
from sojourn.web.cases import actions as cases
from sojourn.web.cases.models import Case, LegalBasis
from sojourn.web.consent import actions as consents
from sojourn.web.consent.actions import Asked
from sojourn.web.consent.models import Consent
from sojourn.web.demo.answers import Telling
from sojourn.web.demo.copies import pass_on
from sojourn.web.demo.course import decide_some, live_on
from sojourn.web.demo.journeys import tell_some
from sojourn.web.demo.kin import bring_together
from sojourn.web.demo.places import answer_for_places, at_a_place
from sojourn.web.demo.programmes import put_into_programmes
from sojourn.web.demo.stories import STORIES, Story
from sojourn.web.demo.world import DEMO, FIRST_NAMES, LOGINS, ORGANISATIONS, PEOPLE
from sojourn.web.people.actions import Newcomer
from sojourn.web.people.rules import Document, IdentityData, Names

FRAMEWORK = "domv"
"""The one whose questions the stories answer, whatever new assessments use."""

_SEED = 20_26
_SPREAD_DAYS = 120

_ANSWERS = ("given",) * 17 + ("refused", "requested", "expired")
_CONSENT_CLASSES = (  # some leave out the first one
    DataClass.THIRD_PARTY.value,
    *(each.value for each in DataClass if each not in (DataClass.THIRD_PARTY, DataClass.SEALED)),
)


def is_loaded() -> bool:
    """Whether this database holds the demonstration."""
    return Organisation.objects.filter(name__in=ORGANISATIONS.values()).exists()


@transaction.atomic
def load(people: dict[str, int] | None = None) -> bool:
    """Loads the demonstration; False where it is there already.

    `people` says how many for each organisation's code (the whole world by default).
    """
    if is_loaded():
        return False
    chance = Random(_SEED)  # noqa: S311 - invented lives, no secrets
    organisations = {
        code: accounts.add_organisation(name=name, code=code, by=SYSTEM)
        for code, name in ORGANISATIONS.items()
    }
    users = _users(organisations)
    deciders = [user for user in users if user.may(Verb.APPROVE)]
    stories = _stories(chance)
    number = 0
    for code, organisation in organisations.items():
        helpers = _helpers(users, organisation)
        answer_for_places(catalogue.load(FRAMEWORK), organisation, helpers[0])
        for _each in range((people or PEOPLE)[code]):
            number += 1
            _Life(number, next(stories), chance, chance.choice(helpers), organisation).live()
    shelter = organisations["HS"]
    bring_together(shelter, _helpers(users, shelter)[0])
    pass_on(shelter, next(by for by in deciders if shelter.pk in by.organisations(Verb.EXPORT)))
    decide_some(deciders, Random(_SEED))  # noqa: S311 - invented lives
    put_into_programmes(organisations["HS"], _helpers(users, organisations["HS"])[0])
    return True


@dataclass
class _Life:
    """What happened with one invented person."""

    number: int
    story: Story
    chance: Random
    helper: Principal
    organisation: Organisation

    def live(self) -> None:
        """Registers them, asks for consent, assesses as often as the story has it."""
        moments = self._moments()
        case = self._register(moments[0])
        answer = self.chance.choice(_ANSWERS)
        consent = self._consent(case, answer, moments[0])
        if answer == "given":
            self._assess(case, moments)
            tell_some(case, number=self.number, helper=self.helper)
        self._what_follows(case, consent, answer)
        if answer == "given" and not case.is_urgent:
            live_on(case, number=self.number, helper=self.helper, since=moments[-1])

    def _moments(self) -> list[datetime]:
        """One to three moments at office hours, the last ones some weeks apart."""
        count = self.chance.choice((1, 1, 2, 2, 2, 3))
        ago = 0.2 + _SPREAD_DAYS * self.chance.random() ** 2  # more of them are recent
        days = sorted(ago + step * self.chance.uniform(20, 60) for step in range(count))
        moments = [timezone.now() - timedelta(days=day) for day in reversed(days)]
        return [moment.replace(minute=15 * self.chance.randrange(4)) for moment in moments]

    def _register(self, at: datetime) -> Case:
        first, own, language = self.chance.choice(FIRST_NAMES)
        own = f"{DEMO[language]} {own}" if own else ""
        latin = f"Demo {first} {self.number:03d}"
        year = at.year - self.chance.randint(*self.story.ages)
        identity = IdentityData(
            names=Names(f"{own} {self.number:03d}" if own else latin, latin if own else ""),
            phone=f"+999000{self.number:05d}" if self.chance.random() < 0.7 else "",
            documents=(Document(f"DEMO-{self.number:06d}"),) if self.chance.random() < 0.5 else (),
            birth_date=f"{year}-01-01",
        )
        (case,) = cases.open_files(
            organisation=self.organisation,
            newcomers=[Newcomer(identity, language)],
            by=self.helper,
            at=at,
        )
        return case

    def _consent(self, case: Case, answer: str, at: datetime) -> Consent:
        child = self.story.ages[1] < 18
        guarded = child and self.chance.random() < 0.4
        consent = consents.ask(
            person=case.person,
            asked=Asked(
                purposes=["assessment", "support", *self._some(["referral", "statistics"])],
                recipients=["own", *self._some(["health", "legal", "shelter", "social"])],
                data_classes=_CONSENT_CLASSES[self.chance.choice((1, 0, 0)) :],
                notice_language=case.person.language or "en",
                explained=self.chance.choice(("read_aloud", "interpreter", "pictures")),
                method=self.chance.choice(("spoken", "signed", "thumbprint")),
                given_by="guardian" if guarded else "self",
                proxy=f"Demo Guardian {self.number:03d}" if guarded else "",
                proof="authority" if guarded else "",
                assent="agrees" if guarded else "",
                understood=True,
                valid_from=at.date(),
                valid_until=self._until(answer, at),
            ),
            by=self.helper,
            at=at,
        )
        if answer != "requested":
            consents.answer(consent=consent, given=answer != "refused", by=self.helper, at=at)
        return consent

    def _until(self, answer: str, at: datetime) -> date | None:
        today = timezone.localdate()
        if answer == "expired":
            return max(at.date(), today - timedelta(days=1))
        return at.date() + timedelta(days=365) if self.chance.random() < 0.6 else None

    def _assess(self, case: Case, moments: list[datetime]) -> None:
        framework = catalogue.load(FRAMEWORK)
        telling = Telling.begin(self.story, self.chance)
        for turn, at in enumerate(moments):
            if turn:
                telling.improve(self.chance)
            cases.assess(
                case=case,
                framework=framework,
                answers=at_a_place(
                    framework,
                    telling.answers(framework, _form(), self.chance, first=turn == 0),
                    self.organisation.code,
                    self.number,
                ),
                made=cases.Made(LegalBasis.CONSENT, at),
                by=self.helper,
            )

    def _what_follows(self, case: Case, consent: Consent, answer: str) -> None:
        """Most cases have a day ahead; some wait too long; a few take their consent back."""
        today = timezone.localdate()
        if case.review_on is not None and case.review_on < today and self.chance.random() < 0.92:
            ahead = self.chance.randint(0, 4 if case.is_urgent else 40)
            cases.set_review(case=case, on=today + timedelta(days=ahead), by=self.helper)
        if answer == "given" and self.chance.random() < 0.04:
            consents.withdraw(consent=consent, by=self.helper)

    def _some(self, options: list[str]) -> list[str]:
        return [option for option in options if self.chance.random() < 0.6]


@cache
def _form() -> tuple[Step, ...]:
    """What the form asks, read once for everybody."""
    return steps(catalogue.load(FRAMEWORK))


def _users(organisations: dict[str, Organisation]) -> list[Principal]:
    found = []
    for login in LOGINS:
        organisation = organisations[login.organisation]
        user: User = accounts.add_user(
            username=login.username,
            name=login.name,
            password=login.password,
            organisation=organisation,
            by=SYSTEM,
        )
        accounts.grant(holder=user, role=login.role, organisation=organisation, by=SYSTEM)
        found.append(principal_for(user))
    return found


def _helpers(users: list[Principal], organisation: Organisation) -> list[Principal]:
    """Who carries cases: supervisors do so only where nobody else does."""
    writers = [user for user in users if organisation.pk in user.organisations(Verb.WRITE)]
    return [user for user in writers if not user.may(Verb.APPROVE)] or writers


def _stories(chance: Random) -> Iterator[Story]:
    """Stories in the shares they have, in an order that does not show them."""
    while True:
        deck = [story for story in STORIES for _copy in range(story.share)]
        chance.shuffle(deck)
        yield from deck
