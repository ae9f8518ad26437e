"""Counts and short lists for whoever reads the audit, narrowed by `visible`; never contents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, QuerySet, When
from django.db.models.functions import Substr
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.accounts.models import Conflict, Grant, RoleState, RoleVersion, Scope
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.models import Checkpoint, Custody, Event
from sojourn.web.cases.models import Assessment
from sojourn.web.cases.models import Case as CaseRow
from sojourn.web.cases.states import WORKED
from sojourn.web.consent.models import Consent, ConsentStep, Override
from sojourn.web.consent.queries import is_agreed
from sojourn.web.consent.states import ConsentState, OverrideState
from sojourn.web.notes.models import Attachment, Note
from sojourn.web.oversight import rules
from sojourn.web.oversight.models import Ending, EndingState
from sojourn.web.people.models import Person
from sojourn.web.walls.standing import system


@dataclass(frozen=True)
class Held:
    """What is held, in numbers alone."""

    people: int
    erased: int
    notes: Mapping[DataClass, int]
    agreed: Mapping[DataClass, int]
    files: int
    bases: Mapping[str, int]


@dataclass(frozen=True)
class Chain:
    """How far the audit is signed, and whether somebody looked. None for what never was."""

    newest: int
    signed: Checkpoint | None
    deposited: bool
    holders: list[Custody]
    checked_at: datetime | None
    was_whole: bool | None

    @property
    def unsigned(self) -> int:
        """Events that no checkpoint covers."""
        return self.newest - (self.signed.seq if self.signed is not None else 0)


def held(by: Principal, today: date) -> Held:
    """Counts over everything in the organisations that `by` oversees. Five queries."""
    people = visible(by, Person.objects.all(), Purpose.OVERSIGHT).rows.aggregate(
        all=Count("pk"), erased=Count("pk", filter=Q(erased_at__isnull=False))
    )
    notes = _numbers(by, Note.objects.filter(person__erased_at=None))
    given = visible(by, Consent.objects.filter(state=ConsentState.GIVEN), Purpose.OVERSIGHT).rows
    given = given.filter(Q(valid_until=None) | Q(valid_until__gte=today), valid_from__lte=today)
    assessments = visible(by, Assessment.objects.filter(is_current=True), Purpose.OVERSIGHT).rows
    files = _numbers(by, Attachment.objects.filter(person__erased_at=None))
    return Held(
        people["all"] - people["erased"],
        people["erased"],
        rules.by_class(([name], n) for name, n in _counted(notes, "data_class")),
        rules.by_class(_counted(given, "data_classes")),
        files.count(),
        dict(_counted(assessments, "basis")),
    )


def ending(by: Principal, today: date) -> QuerySet[Consent]:
    """Consents in force that end soon and that no newer answer replaces, the soonest first."""
    rows = Consent.objects.filter(
        state=ConsentState.GIVEN,
        person__erased_at=None,
        valid_until__gte=today,
        valid_until__lte=today + rules.LATELY,
    )
    rows = visible(by, rows, Purpose.OVERSIGHT).rows.select_related("person", "organisation")
    return rows.order_by("valid_until", "pk")


def withdrawn(by: Principal) -> QuerySet[Consent]:
    """Consents that were taken back lately, the newest first; what was told is still kept."""
    lately = ConsentStep.objects.filter(
        consent=OuterRef("pk"),
        state=ConsentState.WITHDRAWN,
        at__gte=timezone.now() - rules.LATELY,
    )
    rows = Consent.objects.filter(
        Exists(lately), state=ConsentState.WITHDRAWN, person__erased_at=None
    )
    rows = visible(by, rows, Purpose.OVERSIGHT).rows.select_related("person", "organisation")
    return rows.order_by("-recorded_at", "pk")


def overrides(by: Principal) -> QuerySet[Override]:
    """Acts without consent lately, those that wait for a second person first."""
    rows = Override.objects.filter(asked_at__gte=timezone.now() - rules.LATELY)
    rows = visible(by, rows, Purpose.OVERSIGHT).rows
    waits = Case(When(state=OverrideState.REQUESTED, then=0), default=1)
    linked = ("person", "organisation", "asked_by", "decided_by")
    return rows.select_related(*linked).order_by(waits, "-asked_at")


def erased(by: Principal) -> QuerySet[Person]:
    """Who was erased lately, the newest first."""
    rows = Person.objects.filter(erased_at__gte=timezone.now() - rules.LATELY)
    rows = visible(by, rows, Purpose.OVERSIGHT).rows
    return rows.select_related("organisation").order_by("-erased_at")


@dataclass(frozen=True)
class Kept:
    """Somebody whose agreed time is over, which day was its last, and whether a second person was
    asked to erase it, or declined."""

    person: Person
    until: date
    waits: bool = False
    declined: bool = False


def kept_too_long(by: Principal, today: date) -> list[Kept]:
    """Whose answers are kept longer than was agreed, the longest first. Four queries.

    Left out: who was erased, whose case is worked on, who agreed anew or was asked again, whose
    consents name no time, and what is kept for a reason until a day. Nothing is erased by this.
    """
    held = Ending.objects.filter(
        person=OuterRef("person"), state=EndingState.KEPT, keep_until__gte=today
    )
    rows = _over(today).filter(~Exists(held))
    ended = _ended(visible(by, rows, Purpose.OVERSIGHT).rows)
    days = rules.kept_too_long(ended, today)
    people = Person.objects.filter(pk__in=days).select_related("organisation")
    states = dict(
        Ending.objects.filter(person__in=days).order_by("decided_at").values_list("person", "state")
    )
    kept = [
        Kept(
            person,
            days[person.pk],
            states.get(person.pk) == EndingState.ASKED,
            states.get(person.pk) == EndingState.DECLINED,
        )
        for person in people
    ]
    return sorted(kept, key=lambda each: (each.until, each.person.number))


def ends_soon(by: Principal, today: date) -> list[Kept]:
    """Whose agreed time ends within thirty days, the soonest first; those left out are as above.

    A consent that ends by its own date within them counts as if it had ended.
    """
    rows = visible(by, _over(today + rules.LATELY + _A_DAY), Purpose.OVERSIGHT).rows
    return _ending_soon(rows, today)


def ends_soon_of(by: Principal, today: date, limit: int) -> list[Kept]:
    """The same of those whose cases this principal looks after or looked after last."""
    mine = CaseRow.objects.filter(person=OuterRef("person"), worker=by.user_id)
    rows = _over(today + rules.LATELY + _A_DAY).filter(Exists(mine))
    return _ending_soon(visible(by, rows, Purpose.SUPPORT).rows, today)[:limit]


def is_over(person: Person, today: date) -> bool:
    """Whether nothing is worked on and agreed to any more about one person."""
    return _over(today).filter(person=person).exists()


def endings(by: Principal) -> QuerySet[Ending]:
    """What waits to be erased by this principal, the longest due first; nothing they asked for."""
    rows = Ending.objects.filter(state=EndingState.ASKED).exclude(decided_by=by.user_id)
    rows = visible(by, rows, Purpose.ERASURE).rows
    return rows.select_related("person", "organisation", "decided_by").order_by("due_on", "pk")


def _over(today: date) -> QuerySet[Consent]:
    over = Q(state__in=_OVER) | Q(state=ConsentState.GIVEN, valid_until__lt=today)
    rows = Consent.objects.filter(over, retention_days__isnull=False, person__erased_at=None)
    return rows.filter(
        ~is_agreed("person", today),
        ~Exists(Consent.objects.filter(person=OuterRef("person"), state=ConsentState.REQUESTED)),
        ~Exists(CaseRow.objects.filter(person=OuterRef("person"), state__in=WORKED)),
    )


_A_DAY = timedelta(days=1)
_OVER = (ConsentState.WITHDRAWN, ConsentState.EXPIRED, ConsentState.INVALIDATED)


def _ended(rows: QuerySet[Consent]) -> Iterator[rules.Ended]:
    found = rows.annotate(last=Max("steps__at")).values_list(
        "person_id", "state", "valid_until", "last", "retention_days"
    )
    return (
        rules.Ended(person_id, _ended_on(state, until, last), days or 0)
        for person_id, state, until, last, days in found
    )


def _ending_soon(rows: QuerySet[Consent], today: date) -> list[Kept]:
    ended = list(_ended(rows))
    held = Ending.objects.filter(
        person__in={each.person_id for each in ended},
        state=EndingState.KEPT,
        keep_until__gte=today,
    )
    days = rules.ends_soon(
        ended, dict(held.values_list("person").annotate(Max("keep_until"))), today
    )
    linked = ("organisation", "identity", "key")
    people = Person.objects.filter(pk__in=days).select_related(*linked)
    kept = [Kept(person, days[person.pk]) for person in people]
    return sorted(kept, key=lambda each: (each.until, each.person.number))


def _ended_on(state: str, until: date | None, last: datetime | None) -> date:
    """The day of the last step; for what its own date ends, that date."""
    by_date = state in (ConsentState.GIVEN, ConsentState.EXPIRED)
    if by_date and until is not None:
        return until
    return timezone.localtime(last).date() if last is not None else date.max


def done(by: Principal, *verbs: str) -> dict[str, int]:
    """How often these things were done lately, by verb; one query."""
    since = (timezone.now() - rules.LATELY).astimezone(UTC).isoformat()
    rows = Event.objects.filter(verb__in=verbs, at__gte=since)
    return Counter(dict(_counted(visible(by, rows, Purpose.OVERSIGHT).rows, "verb")))


def signs(by: Principal) -> list[rules.Sign]:
    """Unusual reading of the last days; one query, over reads alone."""
    since = (timezone.now() - rules.READING).astimezone(UTC).isoformat()
    rows = Event.objects.filter(verb__in=("read", "find"), at__gte=since, actor_id__isnull=False)
    named = Conflict.objects.filter(user=OuterRef("actor_id"), case_id=OuterRef("case_id"))
    days = (
        visible(by, rows, Purpose.OVERSIGHT)
        .rows.annotate(day=Substr("at", 1, 10), own=Exists(named))
        .values("actor_id", "actor_name", "day")
        .annotate(
            files=Count("person_id", distinct=True, filter=Q(verb="read")),
            searches=Count("seq", filter=Q(verb="find")),
            own_reads=Count("seq", filter=Q(verb="read", own=True)),
        )
        .order_by()
    )
    return rules.unusual(
        rules.Day(
            row["actor_name"],
            row["day"],
            row["files"],
            row["searches"],
            row["own_reads"],
        )
        for row in days
    )


def wide(by: Principal) -> QuerySet[Grant]:
    """Roles in force that open every file of an organisation, or of its branches too, by name."""
    today = timezone.localdate()
    rows = Grant.objects.filter(
        revoked_at=None,
        holder__is_active=True,
        scope__in=(Scope.ORGANISATION, Scope.BRANCHES),
        valid_from__lte=today,
    ).exclude(valid_until__lt=today)
    rows = visible(by, rows, Purpose.OVERSIGHT).rows.select_related("holder", "organisation")
    return rows.order_by(F("valid_until").asc(nulls_first=True), "holder__name", "pk")


def roles_to_confirm(by: Principal) -> int:
    """How many changes of roles wait for a data protection officer."""
    rows = RoleVersion.objects.filter(state=RoleState.WAITING)
    return visible(by, rows, Purpose.OVERSIGHT).rows.count()


def chain(by: Principal) -> Chain:
    """How far the audit is signed, who holds that, and when somebody looked."""
    with system("how far the chain goes"):  # a number, over all organisations
        newest = Event.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    signed = Checkpoint.objects.order_by("-seq", "-pk").first()
    holders = visible(by, Custody.objects.all(), Purpose.OVERSIGHT).rows
    looked = visible(by, Event.objects.filter(verb="check_audit"), Purpose.OVERSIGHT).rows
    last = looked.order_by("-at").values_list("at", "fields_changed").first()
    return Chain(
        newest,
        signed,
        bool(settings.AUDIT_DEPOSIT),
        list(holders.select_related("checkpoint").order_by("-pk")[:5]),
        datetime.fromisoformat(last[0]) if last is not None else None,
        bool(last[1]["whole"][1]) if last is not None else None,
    )


def _counted(rows: QuerySet[Any], column: str) -> Iterator[tuple[Any, int]]:
    found = rows.order_by().values_list(column).annotate(n=Count("pk"))
    return ((value, int(n)) for value, n in found)


def _numbers(by: Principal, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows to count and for nothing else: a door by class would leave those without a class of
    their own nothing to count."""
    return rows.filter(organisation__in=by.whole(Verb.OVERSEE))
