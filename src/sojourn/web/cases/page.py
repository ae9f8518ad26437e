"""What every page of a case shows at its top."""

from __future__ import annotations

from sojourn.web.cases.models import Case
from sojourn.web.people import identities


def about(case: Case) -> dict[str, object]:
    """The case, its person and who they are, for templates; the caller was cleared for it."""
    return {
        "case": case,
        "person": case.person,
        "identity": identities.open_many([case.person])[case.person_id],
    }
