"""`python -m bench.duplicates [--people 100000]`: finding people who are on file twice.

Invented people are registered as real ones are, encrypted, into a database of its own; some of them
a second time with what goes wrong at a reception desk. Measured are the time and memory of the
search, and how many of the planted pairs it finds.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sojourn.web.people.rules import IdentityData

_FIRST = (
    "Amina Yusuf Leila Samuel Fatou Ousmane Rosa Kofi Hawa Noor Bekele Olena Rahim Grace Marie "
)
_FIRST += (
    "Idris Mohammed Ahmed Fatima Ali Maryam Hassan Ibrahim Khadija Omar Aisha Abdul Zainab Jean "
)
_FIRST += (
    "Pierre Carlos Maria Jose Ana Luis Juan Elena Ivan Natalia Viktor Tesfaye Abebe Hiwot Selam"
)
_PARTS = "ba da fo gar hal ji kam lo mar ne os pra qui ro sen ta ul vor wen xa yo zed bri cho dru"
_TWICE = 0.02
_SEED = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sojourn-bench-") as folder:
        os.environ.pop("DATABASE_URL", None)
        from sojourn.web.serve import prepare

        prepare(Path(folder))
        measure(options.people)


def measure(count: int) -> None:
    """Registers, searches and prints."""
    from sojourn.web.duplicates import finding
    from sojourn.web.duplicates.models import Pair

    chance = random.Random(_SEED)
    began = time.perf_counter()
    planted = fill(count, chance)
    filled = time.perf_counter() - began
    before = _peak()
    began = time.perf_counter()
    report = finding.find()
    took = time.perf_counter() - began
    found = {(first, second) for first, second in Pair.objects.values_list("first", "second")}
    right = len(planted & found)
    print(f"registering {report.people} people: {filled:.0f} s")
    print(f"searching: {took:.1f} s; memory {before} MB before, {_peak()} MB at most")
    print(f"pairs {report.pairs}; too common {report.too_common}")
    print(f"planted {len(planted)}, found {right}")
    likely = Pair.objects.filter(weight__gte=16).values_list("first", "second")
    sure = set(likely)
    print(f"likely {len(sure)}, of these planted {len(sure & planted)}")


def fill(count: int, chance: random.Random) -> set[tuple[object, object]]:
    """Registers people, some of them twice; the pairs of those."""
    from sojourn.web.accounts import actions as accounts
    from sojourn.web.accounts.access import SYSTEM
    from sojourn.web.people.actions import Newcomer, register

    place = accounts.add_organisation(name="Bench", code="be", by=SYSTEM)
    people = [invented(chance) for _each in range(int(count / (1 + _TWICE)))]
    again = chance.sample(range(len(people)), count - len(people))
    everybody = people + [mistaken(people[at], chance) for at in again]
    ids = []
    for start in range(0, len(everybody), 2000):
        some = [Newcomer(each) for each in everybody[start : start + 2000]]
        ids += [person.pk for person in register(organisation=place, people=some, by=SYSTEM)]
    twins = zip(again, range(len(people), len(everybody)), strict=True)
    return {tuple(sorted((ids[first], ids[second]))) for first, second in twins}  # type: ignore[misc]  # a sorted pair is a pair


def invented(chance: random.Random) -> IdentityData:
    from sojourn.web.people.rules import Document, IdentityData, Names

    parts = _PARTS.split()
    family = "".join(chance.choice(parts) for _part in range(chance.choice((2, 2, 3)))).title()
    year, month, day = chance.randint(1950, 2020), chance.randint(1, 12), chance.randint(1, 28)
    by_year = chance.random() < 0.15
    return IdentityData(
        Names(f"{chance.choice(_FIRST.split())} {family}"),
        f"+999{chance.randrange(10**9):09d}" if chance.random() < 0.5 else "",
        (Document(f"B{chance.randrange(10**7):07d}"),) if chance.random() < 0.3 else (),
        f"{year}-01-01" if by_year else f"{year}-{month:02d}-{day:02d}",
        "year" if by_year else "",
        chance.choice(("female", "male")),
        chance.choice(("SY", "AF", "ER", "SN", "UA", "VE", "ET", "NG")),
    )


def mistaken(who: IdentityData, chance: random.Random) -> IdentityData:
    """The same person, written down by somebody else."""
    from sojourn.web.people.rules import Certainty, Names

    first, family = who.names.own.split()
    name = chance.choice(
        (
            f"{first} {family}",
            f"{family} {first}",
            f"{first.replace('a', 'e', 1)} {family}",
            f"{first} {family.replace('o', 'ou')}",
            f"{first} {family[:-1]}",
        )
    )
    born, certainty = who.birth_date, who.birth_certainty
    what = chance.random()
    if what < 0.15 and not certainty and int(born[8:]) <= 12:
        born = f"{born[:4]}-{born[8:]}-{born[5:7]}"
    elif what < 0.3 and not certainty:
        born = f"{born[:8]}{chance.randint(1, 28):02d}"
    elif what < 0.4:
        born, certainty = f"{born[:4]}-01-01", Certainty.YEAR.value
    return replace(
        who,
        names=Names(name),
        birth_date=born,
        birth_certainty=certainty,
        phone=who.phone if chance.random() < 0.4 else "",
        documents=who.documents if chance.random() < 0.5 else (),
    )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
