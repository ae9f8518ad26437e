"""One cast for all tests of the web application.

Amina is the person whose file it is; Bilal is her case worker at Harbour, Salma the protection
officer there, Sami the supervisor, Dana the administrator, Emil the data protection officer, Ana
the analyst. Chiara is a case worker of another organisation, Crossroads.
"""

from __future__ import annotations

import base64
import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import encrypt
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone, translation
from pytest_django import DjangoDbBlocker
from pytest_django import Settings as SettingsWrapper
from whitenoise.middleware import WhiteNoiseMiddleware

from sojourn.framework import Answers, DataClass, Framework
from sojourn.language import load_framework, read_answers
from sojourn.language.build import build
from sojourn.language.sheets import SheetRow, Tables
from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM, Principal, principal_for
from sojourn.web.accounts.models import Grant, Organisation, Scope, User
from sojourn.web.accounts.roles import Role
from sojourn.web.cases import actions as cases
from sojourn.web.cases import frameworks
from sojourn.web.cases.models import Assessment, Case, LegalBasis
from sojourn.web.consent import actions as consents
from sojourn.web.consent.actions import Asked
from sojourn.web.consent.models import Consent
from sojourn.web.glass.actions import open_file
from sojourn.web.glass.models import Reason
from sojourn.web.people.actions import Newcomer
from sojourn.web.people.rules import Document, IdentityData, Names
from sojourn.web.programmes import actions as programmes
from sojourn.web.translations import compile_all
from sojourn.web.walls.standing import become_system
from tests.web.layers import Layers, wanted

# Only PostgreSQL has row-level security; there these tests are never left out.
collect_ignore = [] if os.environ.get("DATABASE_URL") else ["test_second_wall.py"]

os.environ["SOJOURN_MASTER_KEY"] = base64.urlsafe_b64encode(
    b"a key for tests, 32 bytes long.."
).decode()

WALL = 7 if os.environ.get("DATABASE_URL") else 0
"""What a page costs more on PostgreSQL, in a test, however many rows it shows: a part of the test's
transaction begins and ends (2; BEGIN and COMMIT elsewhere), the database is told who asks and, as
the test goes on, who asked before (2); the audit says that it reads the chain, locks it, and says
that it has ended (3)."""

# What a test reads and writes itself is no request; requests of its clients stand for who asks.
become_system("tests")

AMINA = IdentityData(
    Names("أمينة السرّ", "Amina Secretname"),
    "+999000111222",
    (Document("PASS 77-ZX"),),
    "1999-03-04",
)
SECRETS = ("Amina", "Secretname", "أمينة", "999000111222", "77-ZX", "PASS77ZX", "1999-03-04")
ANSWERS = {"stage": "transit", "sleeps_safely": "no", "has_friend": "yes", "is_ill": "dk"}


@dataclass
class World:
    """Two organisations, their people, and Amina's file."""

    harbour: Organisation
    crossroads: Organisation
    users: dict[str, User]
    framework: Framework
    apps: dict[str, str]
    case: Case = field(init=False)
    sessions: dict[str, str] = field(default_factory=dict)

    def by(self, name: str) -> Principal:
        return principal_for(self.users[name])

    def client(self, name: str) -> Client:
        client = Client(raise_request_exception=False)
        if name in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[name]
        else:
            client.force_login(self.users[name])
        return client

    def stay_signed_in(self, names: Iterable[str]) -> None:
        """Signs in once for all clients that follow: signing in takes longer than most pages."""
        for name in names:
            cookies = self.client(name).cookies
            self.sessions[name] = cookies[settings.SESSION_COOKIE_NAME].value

    def code(self, name: str) -> str:
        """What the app of a user shows now."""
        return code_now(self.apps[name])

    def join(
        self,
        reach: accounts.Reach,
        role: str = Role.CASE_WORKER,
        organisation: Organisation | None = None,
        name: str = "nadia",
    ) -> User:
        """Nadia, who has no grants of her own in the cast, with one more."""
        user, is_new = User.objects.get_or_create(username=name, name=name.title())
        if is_new:
            self.apps[name] = give_app(user)
            self.users[name] = user
        accounts.grant(
            holder=user,
            role=role,
            organisation=organisation or self.harbour,
            reach=reach,
            by=SYSTEM,
        )
        return user

    def register(self, name: str = "bilal", identity: IdentityData = AMINA, count: int = 1) -> Case:
        by = self.by(name)
        organisation = Organisation.objects.get(pk=by.grants[0].organisation_id)
        found = cases.open_files(
            organisation=organisation, newcomers=[Newcomer(identity, "ar")] * count, by=by
        )
        return found[0]

    def consent(self, case: Case, name: str = "bilal", **terms: object) -> Consent:
        consent = consents.ask(person=case.person, asked=asked(**terms), by=self.by(name))
        consents.answer(consent=consent, given=True, by=self.by(name))
        return consent

    def answers(self, **texts: str) -> Answers:
        return read_answers(self.framework, texts)

    def assess(
        self,
        case: Case,
        texts: Mapping[str, str] = ANSWERS,
        *,
        name: str = "bilal",
        at: datetime | None = None,
    ) -> Assessment:
        return cases.assess(
            case=case,
            framework=self.framework,
            answers=self.answers(**texts),
            made=cases.Made(LegalBasis.CONSENT, at or timezone.now()),
            by=self.by(name),
        )


def asked(**terms: object) -> Asked:
    """A usual consent, with some terms changed."""
    usual: dict[str, object] = {
        "purposes": ["assessment", "support"],
        "recipients": ["own"],
        "data_classes": [each.value for each in DataClass if each is not DataClass.SEALED],
        "notice_language": "ar",
        "explained": "read_aloud",
        "method": "spoken",
        "given_by": "self",
        "understood": True,
        "valid_from": date(2020, 1, 1),
    }
    return Asked(**{**usual, **terms})  # type: ignore[arg-type]  # a mix of kinds by design


ROLES = {
    "bilal": (Role.CASE_WORKER, "harbour"),
    "salma": (Role.PROTECTION_OFFICER, "harbour"),
    "sami": (Role.SUPERVISOR, "harbour"),
    "dana": (Role.ADMINISTRATOR, "harbour"),
    "emil": (Role.DATA_PROTECTION_OFFICER, "harbour"),
    "ana": (Role.ANALYST, "harbour"),
    "chiara": (Role.CASE_WORKER, "crossroads"),
}


@pytest.fixture(scope="session")
def framework() -> Framework:
    return load_framework(Path(__file__).parent / "framework.yaml")


def with_places(framework: Framework) -> Framework:
    """The small framework, with something that is asked of places."""
    yes_no = "select_one yn"
    labels = {"label::English (en)": "Is the clinic open", "label::Français (fr)": "Soins ouverts"}
    factor = {
        "name": "no_clinic",
        "label::English (en)": "No clinic",
        "level": "community",
        "effect": "risk",
        "nature": "structural",
        "rule": "${clinic_open} = 'no'",
    }
    more = {
        "survey": [
            {"type": "text", "name": "town", "label::English (en)": "Which town"},
            {"type": "text", "name": "month", "label::English (en)": "Which month"},
            {"type": yes_no, "name": "clinic_open", "asked_of": "place", **labels},
            {"type": "decimal", "name": "price", "asked_of": "place", **labels},
            {"type": "date", "name": "checked", "asked_of": "place", **labels},
            {"type": "select_multiple yn", "name": "other", "asked_of": "place", **labels},
            {"type": "text", "name": "told", "asked_of": "place", **labels},
        ],
        "framework": [{"key": "place", "value": "town"}, {"key": "period", "value": "month"}],
        "factors": [factor],
    }
    sheets = {
        name: [
            SheetRow(name, at, row) for at, row in enumerate((*rows, *more.get(name, ())), start=2)
        ]
        for name, rows in framework.sheets.items()
    }
    return build(Tables("places.yaml", sheets))[0]


@pytest.fixture(autouse=True)
def small_framework(monkeypatch: pytest.MonkeyPatch, framework: Framework) -> None:
    monkeypatch.setattr(frameworks, "current", lambda: framework)


PASSWORD = "a long phrase for tests"


@pytest.fixture(autouse=True)
def quick_passwords(settings: SettingsWrapper) -> None:
    """Slow hashing is right for people and a waste for tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def give_app(user: User) -> str:
    """Sets up an app with codes, as if long ago: the audit of a test does not begin with it."""
    secret: str = generate_totp_secret()
    Authenticator.objects.bulk_create(
        [Authenticator(user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(secret)})]
    )
    return secret


def code_now(secret: str) -> str:
    """What the app of that secret shows at this moment."""
    steps = list(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(secret, steps[len(steps) // 2])))


@pytest.fixture(autouse=True)
def unhurried() -> None:
    """What one test tried counts for no other one, nor the language it asked in."""
    cache.clear()
    translation.deactivate()


LAYERS = Layers()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """No test begins on a layer that it does not ask for."""
    count = wanted(item)
    if count is not None:
        LAYERS.keep(count)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """The next module begins with nothing."""
    yield
    if nextitem is None or nextitem.path != item.path:
        LAYERS.keep(0)


@pytest.fixture
def cast_layer(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, framework: Framework
) -> World:
    return LAYERS.ready(1) or LAYERS.add(lambda: cast_of(framework), django_db_blocker)


@pytest.fixture
def amina_layer(cast_layer: World, django_db_blocker: DjangoDbBlocker) -> World:
    return LAYERS.ready(2) or LAYERS.add(lambda: with_amina(cast_layer), django_db_blocker)


@pytest.fixture
def empty(cast_layer: World, db: None) -> World:
    return cast_layer


def cast_of(framework: Framework) -> World:
    """The organisations and users, and nobody's file."""
    organisations = {
        code: accounts.add_organisation(name=code.title(), code=code[:2], by=SYSTEM)
        for code in ("harbour", "crossroads")
    }
    users, apps = {}, {}
    for name, (role, code) in ROLES.items():
        user = User.objects.create_user(name, PASSWORD, name=name.title())
        accounts.grant(holder=user, role=role, organisation=organisations[code], by=SYSTEM)
        apps[name] = give_app(user)
        users[name] = user
    return World(organisations["harbour"], organisations["crossroads"], users, framework, apps)


@pytest.fixture
def world(amina_layer: World, db: None) -> World:
    return amina_layer


def with_amina(empty: World) -> World:
    """With Amina's file: registered, agreed, assessed once."""
    empty.case = empty.register()
    empty.consent(empty.case)
    empty.assess(empty.case)
    return empty


@contextmanager
def kept(framework: Framework, blocker: DjangoDbBlocker) -> Iterator[World]:
    """Amina's world, made once for many tests: each of them undoes only what it did itself."""
    with blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(frameworks, "current", lambda: framework)
        yield with_amina(cast_of(framework))
        transaction.set_rollback(True)


@pytest.fixture
def client_of(world: World) -> Callable[[str], Client]:
    return world.client


@pytest.fixture(scope="session", autouse=True)
def static_files_found_once() -> Iterator[None]:
    """Each client of a test would look through them all again."""
    found: dict[str, object] = {}
    look = WhiteNoiseMiddleware.add_files_from_finders

    def once(self: WhiteNoiseMiddleware) -> None:
        if not found:
            look(self)
            found.update(self.files)
        self.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def words() -> None:
    """Translations are made from their source where that is newer."""
    compile_all()


NARROW = (Scope.OWN_CASES, Scope.TEAM, Scope.PROGRAMME, Scope.AREA, Scope.NAMED_CASES)


def reach_of(scope: Scope, organisation: Organisation) -> accounts.Reach:
    """A reach for some cases of an organisation, of which there is none yet."""
    if scope is Scope.TEAM:
        team = accounts.add_team(organisation=organisation, name="Night", by=SYSTEM)
        return accounts.Reach(scope, team)
    if scope is Scope.PROGRAMME:
        made = programmes.add(organisation=organisation, code="night", name="Night", by=SYSTEM)
        return accounts.Reach(scope, programme=made)
    if scope is Scope.AREA:
        return accounts.Reach(scope, area="XX01")
    named = frozenset({uuid.uuid4()} if scope is Scope.NAMED_CASES else ())
    return accounts.Reach(scope, cases=named)


def put_into(case: Case, given: Grant) -> None:
    """Makes a case one that a grant for some cases reaches."""
    given.named_cases.update(case_id=case.pk)
    Case.objects.filter(pk=case.pk).update(
        team=given.team,
        programme=given.programme,
        area=f"{given.area}/XX0102" if given.area else "",
        worker=given.holder,
    )


@pytest.fixture
def staffed(world: World) -> World:
    return staff(world)


def staff(world: World) -> World:
    """With Nadia and Noor, who have cases of their own alone; Noor opened Amina's file."""
    for name in ("nadia", "noor"):
        world.join(accounts.Reach(Scope.OWN_CASES), name=name)
    words = "She called for help."
    open_file(case=world.case, reason=Reason.DANGER, words=words, by=world.by("noor"))
    return world
