"""How likely it is that two records are about one person: the model of Fellegi and Sunter.

Every part of a comparison (names, date of birth, numbers …) comes out at one of a few levels. A
level weighs as much as it is more common among records of one person (`m`) than among records of
two (`u`): log2(m/u). The weights add up. They are set here and not learned, so that the same files
give the same pairs everywhere, and everybody can read why. Splink computes them, in DuckDB, in
memory only: nothing in clear is written to a disk.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log2
from types import MappingProxyType
from typing import Any

from sojourn.web.people.likeness import Traits, wider_keys_of


class Likeness(StrEnum):
    """How alike one part of two records is."""

    SAME = "same"
    SPELLING = "spelling"
    SOUND = "sound"
    CLOSE = "close"
    PART = "part"
    SWAPPED = "swapped"
    SLIP = "slip"
    YEAR = "year"
    NEAR = "near"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Level:
    """One outcome of comparing a part; `sql` is asked in the order of the levels."""

    likeness: Likeness
    sql: str
    m: float
    u: float

    @property
    def weight(self) -> float:
        """In bits: what this outcome says for (above 0) or against (below 0) one person."""
        return log2(self.m / self.u)


def _closest(column: str) -> str:
    """The likeness of the two most alike values of two lists, from 0 to 1."""
    inner = f"list_transform({column}_r, lambda b: jaro_winkler_similarity(a, b))"
    return f"list_max(list_transform({column}_l, lambda a: list_max({inner})))"


_SHARED = "list_has_any({0}_l, {0}_r)"
_SLIP_IN_A_NUMBER = (
    "list_min(list_transform(documents_l, lambda a: list_min(list_transform(documents_r, "
    "lambda b: CASE WHEN length(a) > 5 AND length(b) > 5 THEN damerau_levenshtein(a, b) "
    "ELSE 9 END)))) <= 1"
)
_WHOLE = "length(born_l) = 10 AND length(born_r) = 10"
_YEARS = "abs(CAST(born_l[1:4] AS INTEGER) - CAST(born_r[1:4] AS INTEGER))"
_SWAPPED = "born_l[1:4] = born_r[1:4] AND born_l[6:7] = born_r[9:10] AND born_l[9:10] = born_r[6:7]"

PARTS: Mapping[str, tuple[Level, ...]] = MappingProxyType(
    {
        "names": (
            Level(Likeness.SAME, _SHARED.format("names"), 0.55, 0.0002),
            Level(Likeness.SPELLING, f"{_closest('names')} >= 0.95", 0.15, 0.0004),
            Level(Likeness.SOUND, _SHARED.format("skeletons"), 0.14, 0.0008),
            Level(Likeness.CLOSE, f"{_closest('names')} >= 0.88", 0.08, 0.012),
            Level(Likeness.PART, _SHARED.format("words"), 0.05, 0.05),
            Level(Likeness.DIFFERENT, "ELSE", 0.03, 0.9366),
        ),
        "born": (
            Level(Likeness.SAME, f"{_WHOLE} AND born_l = born_r", 0.70, 0.0001),
            Level(Likeness.SWAPPED, f"{_WHOLE} AND {_SWAPPED}", 0.04, 0.0001),
            Level(
                Likeness.SLIP, f"{_WHOLE} AND damerau_levenshtein(born_l, born_r) = 1", 0.10, 0.002
            ),
            Level(Likeness.YEAR, "born_l[1:4] = born_r[1:4]", 0.10, 0.03),
            Level(Likeness.NEAR, f"NOT ({_WHOLE}) AND {_YEARS} <= 2", 0.03, 0.08),
            Level(Likeness.DIFFERENT, "ELSE", 0.03, 0.8878),
        ),
        "sex": (
            Level(Likeness.SAME, "sex_l = sex_r", 0.97, 0.5),
            Level(Likeness.DIFFERENT, "ELSE", 0.03, 0.5),
        ),
        "documents": (
            Level(Likeness.SAME, _SHARED.format("documents"), 0.60, 0.000001),
            Level(Likeness.SLIP, _SLIP_IN_A_NUMBER, 0.10, 0.0001),
            Level(Likeness.DIFFERENT, "ELSE", 0.30, 0.999899),
        ),
        "phone": (
            Level(Likeness.SAME, "phone_l = phone_r", 0.45, 0.00005),
            Level(Likeness.SLIP, "phone_l[-8:] = phone_r[-8:]", 0.05, 0.00005),
            Level(Likeness.DIFFERENT, "ELSE", 0.50, 0.9999),
        ),
        "nationality": (
            Level(Likeness.SAME, "nationality_l = nationality_r", 0.95, 0.12),
            Level(Likeness.DIFFERENT, "ELSE", 0.05, 0.88),
        ),
        "home": (
            Level(Likeness.SAME, "home_l = home_r", 0.60, 0.02),
            Level(Likeness.CLOSE, "jaro_winkler_similarity(home_l, home_r) >= 0.9", 0.15, 0.01),
            Level(Likeness.DIFFERENT, "ELSE", 0.25, 0.97),
        ),
    }
)
"""What is compared, and what each outcome weighs. Shares in each part add up to 1."""

POSSIBLE, LIKELY, VERY_LIKELY = 12.0, 16.0, 22.0
"""From which sum of weights two records are worth looking at, and how strongly that is put.

Among 100,000 people there are 5 thousand million pairs, about 2 to the power of 32; that a pair
which chance would bring together so rarely is one person is then about as likely as not at 18,
where a few in a thousand are on file twice.
"""

ANY = -1000.0
"""Below every weight: whatever comes out is wanted."""

COMMON = 250
"""What more people than this have in common says too little to compare all of them."""

_LISTS = ("names", "skeletons", "words", "documents", "keys")
_TEXTS = ("born", "sex", "phone", "nationality", "home")


@dataclass(frozen=True)
class Alike:
    """Two records, how much speaks for one person, and each part by itself."""

    first: uuid.UUID
    second: uuid.UUID
    weight: float
    parts: Mapping[str, Likeness]


@dataclass(frozen=True)
class Found:
    """Pairs from the heaviest down, and how many keys were too common to compare by."""

    pairs: list[Alike]
    too_common: int


def among(people: Mapping[uuid.UUID, Traits], *, least: float = POSSIBLE) -> Found:
    """The pairs among people that may be one person. Nobody is compared whom nothing suggests."""
    keys = {pk: wider_keys_of(found) for pk, found in people.items()}
    counted = Counter(key for some in keys.values() for key in some)
    shared = {key for key, times in counted.items() if 1 < times <= COMMON}
    rows = [(pk, found, sorted(keys[pk] & shared)) for pk, found in people.items()]
    too_common = sum(times > COMMON for times in counted.values())
    return Found(_compared([row for row in rows if row[2]], least), too_common)


def against(
    one: Traits, others: Mapping[uuid.UUID, Traits], *, least: float = POSSIBLE
) -> list[Alike]:
    """Those of others who may be `one`, who is not among them. `second` is the other."""
    newcomer = uuid.UUID(int=0)
    rows = [(pk, found, [str(pk)]) for pk, found in others.items()]
    return _compared([(newcomer, one, [str(pk) for pk in others]), *rows], least)


def _compared(rows: Sequence[tuple[uuid.UUID, Traits, Sequence[str]]], least: float) -> list[Alike]:
    if len(rows) < 2:
        return []
    import duckdb
    import pyarrow as pa
    from splink import DuckDBAPI, Linker

    with duckdb.connect(":memory:", config=_IN_MEMORY_ONLY) as connection:
        api = DuckDBAPI(connection)
        table = api.register(pa.table(_columns(rows)))
        linker = Linker(table, _settings(), log_level=logging.ERROR)
        found = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
        gammas = ", ".join(f"gamma_{part}" for part in PARTS)
        read = connection.execute(
            f"SELECT unique_id_l, unique_id_r, match_weight, {gammas} "  # noqa: S608 - own names
            f"FROM {found.physical_name} ORDER BY match_weight DESC, unique_id_l, unique_id_r"
        )
        return [_alike(row) for row in read.fetchall()]


_IN_MEMORY_ONLY: dict[str, str | bool | int | float | list[str]] = {
    "temp_directory": "",
    "memory_limit": "1GB",
    "threads": 2,
}
"""Without a folder for what does not fit, DuckDB stops rather than write names to a disk."""


def _columns(rows: Sequence[tuple[uuid.UUID, Traits, Sequence[str]]]) -> dict[str, Any]:
    columns: dict[str, list[Any]] = {"unique_id": [pk.hex for pk, _found, _keys in rows]}
    columns["keys"] = [list(keys) for _pk, _found, keys in rows]
    columns["words"] = [
        sorted({word for text in found.skeletons for word in text.split() if len(word) > 1})
        for _pk, found, _keys in rows
    ]
    for name in (*_LISTS[:2], "documents", *_TEXTS):
        values = (getattr(found, name) for _pk, found, _keys in rows)
        columns[name] = [(list(value) if name in _LISTS else value) or None for value in values]
    import pyarrow as pa

    text = pa.string()
    return {
        name: pa.array(values, pa.list_(text) if name in _LISTS else text)
        for name, values in columns.items()
    }


def _settings() -> Any:
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_comparison(part, levels) for part, levels in PARTS.items()],
        blocking_rules_to_generate_predictions=[block_on("keys", arrays_to_explode=["keys"])],
        probability_two_random_records_match=0.5,  # adds nothing: what is given out is the evidence
        retain_matching_columns=True,  # the outcome of each part comes with these only
    )


def _comparison(part: str, levels: Iterable[Level]) -> dict[str, Any]:
    null = {
        "sql_condition": f"{part}_l IS NULL OR {part}_r IS NULL",
        "label_for_charts": "unknown",
        "is_null_level": True,
    }
    rest = [
        {
            "sql_condition": level.sql,
            "label_for_charts": level.likeness.value,
            "m_probability": level.m,
            "u_probability": level.u,
        }
        for level in levels
    ]
    return {"output_column_name": part, "comparison_levels": [null, *rest]}


def _alike(row: Sequence[Any]) -> Alike:
    first, second, weight, *gammas = row
    parts = {
        part: _likeness(levels, gamma)
        for (part, levels), gamma in zip(PARTS.items(), gammas, strict=True)
    }
    return Alike(uuid.UUID(first), uuid.UUID(second), float(weight), parts)


def _likeness(levels: Sequence[Level], gamma: int) -> Likeness:
    """Splink counts the levels from the last one, 0, upwards; -1 is unknown."""
    return Likeness.UNKNOWN if gamma < 0 else levels[len(levels) - 1 - gamma].likeness
