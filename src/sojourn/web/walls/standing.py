"""Who the database takes the application to be, in one transaction.

A request stands for one principal: what its grants reach is told to the database with settings that
end with the transaction (`SET LOCAL`), so that a connection used again brings nothing along. Where
nothing was told, the policies show no row. Work that no principal does (commands, jobs, migrations,
the chain of the audit) is done as the system, which has to be said with a reason each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from sojourn.web.accounts.roles import Verb

if TYPE_CHECKING:
    from sojourn.web.accounts.access import Principal

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
ELSEWHERE = frozenset({Verb.FIND, Verb.CONFIGURE, Verb.AUDIT})
"""What opens no contents. A verb that is in neither set opens nothing behind the wall."""

Keys = Mapping[str, str]
NOBODY: Keys = {
    "system": "",
    "person": "",  # the user who asks
    "index": "",  # organisations of whose files one may know
    "audits": "",  # organisations of which one reads the audit
    "finds": "",  # organisations in whose files one works or finds
    "whole": "",  # organisations of which every file is open
    "own": "",  # organisations of which one's own cases are open
    "teams": "",  # teams of which the cases are open
    "cases": "",  # single cases that are open
    "conflicts": "",  # cases that stay closed, whatever else is open
    "conflict_people": "",  # the people in them
}
"""All settings, each empty."""

_state: ContextVar[Keys] = ContextVar("sojourn_wall", default=NOBODY)


def is_built() -> bool:
    """Whether this database has such a wall at all."""
    return connection.vendor == "postgresql"


@contextmanager
def system(why: str) -> Iterator[None]:
    """Work that no principal does, with its reason in a word or two: every row is reached."""
    if not why:
        raise ValueError("Work as the system needs a reason.")
    if not is_built():
        yield
        return
    before = _state.get()
    _change({**before, "system": why}, only=("system",))
    try:
        yield
    finally:
        _change(before, only=("system",))


def become_system(why: str) -> None:
    """The same for the rest of a command. Requests in this process stand for themselves."""
    if is_built():
        _change({**_state.get(), "system": why}, only=("system",))


@contextmanager
def standing(principal: Principal) -> Iterator[None]:
    """One transaction in which the database shows what this principal's grants reach, no more."""
    if not is_built():
        yield
        return
    before, goes_on = _state.get(), connection.in_atomic_block
    try:
        with transaction.atomic():
            stand(principal)
            yield
    finally:
        if goes_on:  # a test's transaction; elsewhere the settings ended with their own
            _change(before)
        else:
            _state.set(before)


def stand(principal: Principal) -> None:
    """Another principal for the rest of this transaction: whom a ticket or a token names."""
    if is_built():
        _change(_keys(principal))


def wall(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Each request is one transaction that stands for who asks.

    An answer that says "an error" has kept nothing.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        from sojourn.web.accounts.access import principal_of

        if not is_built():
            return get_response(request)
        principal = principal_of(request)
        with standing(principal):
            response = get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            # What is read while it is sent is read after the transaction above.
            response.streaming_content = _sent(principal, response.streaming_content)
        return response

    return middleware


def again(sender: object, connection: Any, **more: object) -> None:  # noqa: ARG001 - a signal's
    """A connection made while the system works begins as the system; called for each new one."""
    why = _state.get()["system"]
    if connection.vendor == "postgresql" and why:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('sojourn.system', %s, false)", [why])


def _sent(principal: Principal, chunks: Iterable[bytes]) -> Iterator[bytes]:
    with standing(principal):
        yield from chunks


def _change(keys: Keys, only: Iterable[str] = tuple(NOBODY)) -> None:
    """Tells the database; a connection that is not open yet is told when it is (`again`)."""
    _state.set(keys)
    raw = connection.connection
    if raw is None or raw.closed:
        return
    if raw.info.transaction_status.name == "INERROR":
        return  # rolling back brings the settings from before
    names = list(only)
    calls = ", ".join("set_config(%s, %s, %s)" for _ in names)
    values: list[object] = []
    for name in names:
        values += [PREFIX + name, keys[name], connection.in_atomic_block]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", values)  # noqa: S608 - placeholders only


def _keys(principal: Principal) -> Keys:
    """What the grants of a principal reach, as the policies read it."""
    opens = [g for g in principal.grants if g.power.verbs & OPENING]
    finds = [g for g in principal.grants if g.power.verbs & (OPENING | {Verb.FIND})]
    narrow = [g for g in opens if g.is_narrow]
    audits = [g for g in principal.grants if Verb.AUDIT in g.power.verbs]
    return {
        "system": "",
        "person": "" if principal.user_id is None else str(principal.user_id),
        "index": _listed(each for g in (*finds, *audits) for each in g.organisations),
        "audits": _listed(each for g in audits for each in g.organisations),
        "finds": _listed(each for g in finds for each in g.organisations),
        "whole": _listed(each for g in opens if not g.is_narrow for each in g.organisations),
        "own": _listed(g.organisation_id for g in narrow if g.scope == "own_cases"),
        "teams": _listed(g.team_id for g in narrow if g.team_id is not None),
        "cases": _listed(each for g in narrow for each in g.cases),
        "conflicts": _listed(principal.conflicts),
        "conflict_people": _listed(_people_of(principal)),
    }


def _people_of(principal: Principal) -> Iterable[object]:
    if not principal.conflicts:
        return ()
    with system("conflicts of interest"):
        rows = apps.get_model("cases.Case")._default_manager.filter(pk__in=principal.conflicts)
        return list(rows.values_list("person_id", flat=True))


def _listed(ids: Iterable[object]) -> str:
    """An array as PostgreSQL writes it."""
    return "{" + ",".join(sorted({str(each) for each in ids})) + "}"
