"""Who the database takes the application to be, in one transaction.

A request stands for one principal: what its grants reach is told to the database with settings that
end with the transaction (`SET LOCAL`), so that a connection used again brings nothing along. Where
nothing was told, the policies show no row. Work that no principal does (commands, jobs, migrations,
the chain of the audit) is done as the system, which has to be said with a reason each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.db import connection, transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from sojourn.web.accounts.roles import Verb

if TYPE_CHECKING:
    from sojourn.web.accounts.access import Principal

Next = Callable[[HttpRequest], HttpResponseBase]

PREFIX = "sojourn."
OPENING = frozenset(
    {
        Verb.READ,
        Verb.WRITE,
        Verb.APPROVE,
        Verb.ERASE,
        Verb.EXPORT,
        Verb.SECOND,
        Verb.SUPERVISE,
    }
)
"""What is done with the contents of files."""
ELSEWHERE = frozenset({Verb.FIND, Verb.CONFIGURE, Verb.AUDIT, Verb.OVERSEE})
"""What opens no contents. A verb that is in neither set opens nothing behind the wall."""

Keys = Mapping[str, str]
NOBODY: Keys = {
    "system": "",
    "person": "",  # the user who asks
    "index": "",  # organisations of whose files one may know
    "audits": "",  # organisations of which one reads the audit
    "finds": "",  # organisations in whose files one works or finds
    "whole": "",  # organisations of which every file is open, or overseen without names
    "own": "",  # organisations of which one's own cases are open
    "teams": "",  # teams of which the cases are open
    "programmes": "",  # programmes of which the cases are open
    "areas": "",  # areas of which the cases are open, each with its organisation
    "cases": "",  # single cases that are open
    "conflicts": "",  # cases that stay closed, whatever else is open
    "conflict_people": "",  # the people in them
    "conflict_groups": "",  # the households and other groups that these people belong to
}
"""All settings, each empty."""

_state: ContextVar[Keys] = ContextVar("sojourn_wall", default=NOBODY)


def is_built() -> bool:
    """Whether this database has such a wall at all."""
    return connection.vendor == "postgresql"


@contextmanager
def system(why: str) -> Iterator[None]:
    """Work that no principal does, with its reason in a word or two: every row is reached.

    One transaction, or a part of the one there is: what is said ends with it.
    """
    if not why:
        raise ValueError("Work as the system needs a reason.")
    if not is_built():
        yield
        return
    own = nullcontext() if connection.in_atomic_block else transaction.atomic()
    with _said({**_state.get(), "system": why}, own, only=("system",)):
        yield


def become_system(why: str) -> None:
    """The same for the rest of a command, with all its connections and transactions.

    Requests in this process stand for themselves.
    """
    if is_built():
        _state.set({**_state.get(), "system": why})
        if connection.connection is not None:
            again(None, connection)


@contextmanager
def standing(principal: Principal) -> Iterator[None]:
    """One transaction in which the database shows what this principal's grants reach, no more."""
    if not is_built():
        yield
        return
    with _said(_keys(principal), transaction.atomic()):
        yield


def wall(get_response: Next) -> Next:
    """Each request of somebody signed in is one transaction that stands for them.

    An answer that says "an error" has kept nothing. Requests of nobody find every held table empty;
    where something else than a session says who asks, the view stands for them itself.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        from sojourn.web.accounts.access import principal_of

        if not is_built() or not request.user.is_authenticated:
            return get_response(request)
        principal = principal_of(request)
        with standing(principal):
            response = get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            # What is read while it is sent is read after the transaction above.
            chunks = cast(Iterable[bytes], response.streaming_content)
            response.streaming_content = sent(principal, chunks)
        return response

    return middleware


def again(sender: object, connection: Any, **more: object) -> None:  # noqa: ARG001 - a signal's
    """A connection made while the system works begins as the system; called for each new one."""
    why = _state.get()["system"]
    if connection.vendor == "postgresql" and why:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('sojourn.system', %s, false)", [why])


def sent(principal: Principal, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces of an answer that are read while it is sent, as this principal."""
    with standing(principal):
        yield from chunks


@contextmanager
def _said(
    keys: Keys, part: AbstractContextManager[object], only: Iterable[str] = tuple(NOBODY)
) -> Iterator[None]:
    """Tells the database for a part of a transaction, or for all of one."""
    before, goes_on = _state.get(), connection.in_atomic_block
    if goes_on and before == keys:
        with part:  # told already
            yield
        return
    try:
        with part:
            _tell(keys, only)
            yield
    finally:
        _state.set(before)
        if goes_on:
            _tell(before, only)


def _tell(keys: Keys, names: Iterable[str]) -> None:
    _state.set(keys)
    connection.ensure_connection()
    raw = connection.connection
    broken = connection.needs_rollback or raw.info.transaction_status.name == "INERROR"
    if broken:
        return  # rolling back brings the settings from before
    values = [each for name in names for each in (PREFIX + name, keys[name])]
    calls = ", ".join("set_config(%s, %s, true)" for _ in values[::2])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", values)


def _keys(principal: Principal) -> Keys:
    """What the grants of a principal reach, as the policies read it."""
    opens = [g for g in principal.grants if g.power.verbs & OPENING]
    finds = [g for g in principal.grants if g.power.verbs & (OPENING | {Verb.FIND})]
    narrow = [g for g in opens if g.is_narrow]
    audits = [g for g in principal.grants if Verb.AUDIT in g.power.verbs]
    oversees = [g for g in principal.grants if Verb.OVERSEE in g.power.verbs]
    return {
        "system": "",
        "person": "" if principal.user_id is None else str(principal.user_id),
        "index": _listed(each for g in (*finds, *audits) for each in g.organisations),
        "audits": _listed(each for g in audits for each in g.organisations),
        "finds": _listed(each for g in finds for each in g.organisations),
        "whole": _listed(
            each for g in (*opens, *oversees) if not g.is_narrow for each in g.organisations
        ),
        "own": _listed(g.organisation_id for g in narrow if g.scope == "own_cases"),
        "teams": _listed(g.team_id for g in narrow if g.team_id is not None),
        "programmes": _listed(g.programme_id for g in narrow if g.programme_id is not None),
        "areas": _listed(f"{g.organisation_id}/{g.area}/" for g in narrow if g.area),
        "cases": _listed(each for g in narrow for each in g.cases),
        "conflicts": _listed(principal.conflicts),
        **_conflicts(principal),
    }


def _conflicts(principal: Principal) -> Keys:
    """Who and what stands behind the closed cases, which the principal could not look up."""
    if not principal.conflicts:
        return {"conflict_people": "", "conflict_groups": ""}
    with system("conflicts of interest"):
        cases = apps.get_model("cases.Case")._default_manager.filter(pk__in=principal.conflicts)
        people = list(cases.values_list("person_id", flat=True))
        belonging = apps.get_model("kin.Membership")._default_manager.filter(person__in=people)
        groups = list(belonging.values_list("group_id", flat=True))
    return {"conflict_people": _listed(people), "conflict_groups": _listed(groups)}


def _listed(ids: Iterable[object]) -> str:
    """An array as PostgreSQL writes it."""
    return "{" + ",".join(sorted({str(each) for each in ids})) + "}"
