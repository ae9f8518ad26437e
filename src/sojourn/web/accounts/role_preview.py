"""Who will see what, before a role is changed: for each holder, over everything they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_

from django.db.models import Q

from sojourn.framework import DataClass
from sojourn.web.accounts import own_roles
from sojourn.web.accounts.access import Held, held_by
from sojourn.web.accounts.models import Organisation, User
from sojourn.web.accounts.role_actions import Wish, holders, takes_another
from sojourn.web.accounts.roles import Power, Verb

Files = Callable[[Q, Q], int]


@dataclass(frozen=True)
class Change:
    """Classes that somebody sees or writes from then on, or no more, in so many files."""

    gains: bool
    writes: bool
    classes: tuple[DataClass, ...]
    files: int


@dataclass(frozen=True)
class Row:
    """What changes for one holder; nothing where other roles of theirs give it anyway."""

    name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Preview:
    """What would change. `more` and `less` are what the role itself may do from then on, or no
    more; `waits` says that the data protection officer has to confirm."""

    rows: list[Row]
    more: list[Verb]
    less: list[Verb]
    waits: bool

    @property
    def gaining(self) -> int:
        """How many people see or write more."""
        return self._count(gains=True)

    @property
    def losing(self) -> int:
        """How many people see or write less."""
        return self._count(gains=False)

    def _count(self, *, gains: bool) -> int:
        return sum(any(change.gains is gains for change in row.changes) for row in self.rows)


def preview(organisation: Organisation, wish: Wish) -> Preview:
    """What saving this would change, today. A role that nobody holds changes nothing for anybody.

    Files are counted, never shown: whoever sets up roles sees none. Equal reaches are counted once.
    """
    before = own_roles.power_in(organisation, wish.code) if wish.code else own_roles.NOTHING
    counted = _Counted(organisation)
    held = holders(organisation, wish.code) if wish.code else ()
    users = {grant.holder.pk: grant.holder for grant in held}
    return Preview(
        [
            Row(user.name, _changes(user, organisation, wish, counted))
            for user in sorted(users.values(), key=lambda each: each.name)
        ],
        [verb for verb in Verb if verb in wish.verbs - before.verbs],
        [verb for verb in Verb if verb in before.verbs - wish.verbs],
        takes_another(organisation, wish),
    )


@dataclass
class _Counted:
    """Counts of files by reach; each is asked of the database once."""

    organisation: Organisation
    known: dict[tuple[str, str], int] = field(default_factory=dict)

    def __call__(self, reached: Q, besides: Q) -> int:
        key = (str(reached), str(besides))
        if key not in self.known:
            rows = self.organisation.cases.model.objects.filter(reached)
            self.known[key] = rows.exclude(besides).count()
        return self.known[key]


def _changes(
    user: User, organisation: Organisation, wish: Wish, files: Files
) -> tuple[Change, ...]:
    now = held_by(user)
    then = [_with(held, organisation, wish) for held in now]
    found: dict[tuple[bool, bool, int], list[DataClass]] = {}
    for data_class in DataClass:
        for verb in (Verb.READ, Verb.WRITE):
            had, has = (_reach(each, verb, data_class, user.pk) for each in (now, then))
            for gains, reached, besides in ((True, has, had), (False, had, has)):
                count = files(reached, besides) if reached != besides else 0
                if count:
                    key = (gains, verb is Verb.WRITE, count)
                    found.setdefault(key, []).append(data_class)
    return tuple(
        Change(gains, writes, tuple(classes), count)
        for (gains, writes, count), classes in found.items()
    )


def _with(held: Held, organisation: Organisation, wish: Wish) -> Held:
    is_it = held.organisation_id == organisation.pk and held.role == wish.code
    return replace(held, defined=wish.power) if is_it else held


def _reach(held: Sequence[Held], verb: Verb, data_class: DataClass, user_id: int) -> Q:
    """The condition on cases in which this holder does something with this class."""
    return _any(each.on_cases(user_id) for each in held if _does(each.power, verb, data_class))


def _does(power: Power, verb: Verb, data_class: DataClass) -> bool:
    return verb in power.verbs and data_class in power.of(verb)


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, sorted(set(conditions), key=str), Q(pk__in=[]))
