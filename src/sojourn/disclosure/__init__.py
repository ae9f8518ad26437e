"""The only door from estimates to publishable figures.

Tables go in as they were estimated (`Table`, `Release`), rules say which cells are sensitive
(`Rules`), and `release` withholds or rounds what must be, attacks what is left, and lets it out as
a `Publication`, or says why not. `microdata` reports how easily people are found in single rows.
"""

from sojourn.disclosure.door import release
from sojourn.disclosure.problems import DisclosureError
from sojourn.disclosure.publication import (
    AuditResult,
    Figure,
    Publication,
    PublishedDerived,
    PublishedTable,
    Status,
)
from sojourn.disclosure.rounding import Rounding, Way
from sojourn.disclosure.rules import (
    AllShare,
    Dominance,
    Loss,
    MinimumPeople,
    MinimumUnits,
    PPercent,
    Protection,
    Reason,
    Rule,
    Rules,
    Zeros,
)
from sojourn.disclosure.suppression import Plan, plan
from sojourn.disclosure.system import System, joined
from sojourn.disclosure.tables import (
    Cell,
    Combination,
    Derived,
    Earlier,
    Key,
    Release,
    Role,
    Table,
    Variable,
    key,
    shares,
    since,
)

__all__ = [
    "AllShare",
    "AuditResult",
    "Cell",
    "Combination",
    "Derived",
    "DisclosureError",
    "Dominance",
    "Earlier",
    "Figure",
    "Key",
    "Loss",
    "MinimumPeople",
    "MinimumUnits",
    "PPercent",
    "Plan",
    "Protection",
    "Publication",
    "PublishedDerived",
    "PublishedTable",
    "Reason",
    "Release",
    "Role",
    "Rounding",
    "Rule",
    "Rules",
    "Status",
    "System",
    "Table",
    "Variable",
    "Way",
    "Zeros",
    "joined",
    "key",
    "plan",
    "release",
    "shares",
    "since",
]
