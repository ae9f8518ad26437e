"""The Human Trafficking Case Data Standard (HTCDS 2.0, IOM, CC BY 4.0; no endorsement).

Which of its fields we fill and read, its code lists, and between its codes and ours a crosswalk: a
table of pairs that is only ever added to. A value without a pair stops whatever was under way: it
is never guessed and never left out in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

VERSION = "2.0"
CROSSWALK = "2"
"""Raised with every pair that is added. Pairs are neither changed nor taken out."""


class UnmappedError(ValueError):
    """A value that has no counterpart. `field` is the standard's name of the field."""

    def __init__(self, field: str, value: str, allowed: Iterable[str]) -> None:
        self.field, self.value, self.allowed = field, value, tuple(allowed)
        super().__init__(f"{field}: `{value}` has no counterpart")


@dataclass(frozen=True)
class Pairs:
    """Our codes and the standard's. `also_read` are further spellings that come in."""

    out: Mapping[str, str]
    also_read: Mapping[str, str]


def _same(*codes: str) -> Pairs:
    return Pairs({code: code for code in codes}, {})


_LANGUAGES = Pairs(
    {
        "am": "amh",
        "ar": "ara",
        "bn": "ben",
        "en": "eng",
        "es": "spa",
        "fa": "fas",
        "fr": "fra",
        "ha": "hau",
        "ht": "hat",
        "ku": "kur",
        "ps": "pus",
        "pt": "por",
        "so": "som",
        "sw": "swa",
        "ti": "tir",
        "tr": "tur",
        "uk": "ukr",
        "ur": "urd",
        "wo": "wol",
    },
    {"per": "fa", "fre": "fr"},
)

CROSSWALKS: Mapping[str, Pairs] = MappingProxyType(
    {
        "prs_PrimaryLanguage": _LANGUAGES,
        # Another answer has no pair: none of the standard's further codes says what it says.
        "prs_Gender": Pairs({"female": "Feminine", "male": "Masculine"}, {}),
        "cas_Status": Pairs(
            {
                "open": "Active",
                "following_up": "FollowUp",
                "closed": "Closed",
                "closed_elsewhere": "ClosedReferred",
            },
            {},
        ),
        "vic_MethodsOfControl": _same(
            "PhysicalThreats",
            "ThreatsLawEnforcement",
            "ThreatensChildrenFamily",
            "DebtBondage",
            "FalsePromises",
            "PhysicalAbuse",
            "SexualAbuse",
            "TakesEarnings",
            "RestrictsFinancialAccess",
            "RestrictsMedicalCare",
            "WithholdsNecessities",
            "PsychologicalAbuse",
            "PsychoactiveSubstance",
            "ExcessiveWorkingHours",
            "WithholdsDocuments",
            "RestrictsMovement",
            "UsesChildren",
            "Other",
        ),
        "vic_TypeOfExploitation": _same(
            "ForcedLabour",
            "SexualExploitation",
            "ChildLabour",
            "ForcedMarriage",
            "Servitude",
            "ForcedMilitaryService",
            "OrganRemoval",
            "ForcedBegging",
            "ForcedAdoption",
            "Surrogacy",
            "Other",
        ),
    }
)
"""Coded fields, and how their codes go over."""

PLAIN = (
    "prs_FirstName",
    "prs_MiddleName",
    "prs_SecondName",
    "prs_Birthdate",
    "prs_IdentityNumber",
    "prs_MobilePhone",
    "prs_HomePhone",
    "cas_CaseOwner",
)
"""Fields that hold what they hold, without codes."""

ANSWERS: Mapping[str, str] = MappingProxyType(
    {"control_means": "vic_MethodsOfControl", "purposes": "vic_TypeOfExploitation"}
)
"""Questions of the framework on forced labour whose answers go into a field of the standard."""

EMPTY = frozenset({"none"})
"""Our codes that say that there is nothing to name; the standard leaves the field empty then."""

FIELDS = (*PLAIN, *CROSSWALKS)
"""All fields that we fill or read. Others are left alone, and named where they come in."""


def to_standard(field: str, code: str) -> str:
    """Our code as the standard's. Raises UnmappedError."""
    pairs = CROSSWALKS[field].out
    if code not in pairs:
        raise UnmappedError(field, code, pairs)
    return pairs[code]


def from_standard(field: str, value: str) -> str:
    """The standard's code as ours. Raises UnmappedError."""
    pairs = CROSSWALKS[field]
    back = {theirs: ours for ours, theirs in pairs.out.items()} | dict(pairs.also_read)
    if value not in back:
        raise UnmappedError(field, value, back)
    return back[value]
