"""One assessment as values for somebody cleared for some classes: for the page and for the API."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from sojourn.framework import DataClass, Findings
from sojourn.web.cases import frameworks, readings
from sojourn.web.cases.answers import coded
from sojourn.web.cases.models import Assessment
from sojourn.web.cases.readings import Reading
from sojourn.web.cases.situation import Situation, build
from sojourn.web.places import words as place_words
from sojourn.web.places.models import Joined


def situation_of(
    shown: Assessment,
    before: Assessment | None,
    classes: Collection[DataClass],
    *,
    on_a_page: bool = True,
) -> Situation:
    """What the situation page lays out, compared with an assessment before where there is one."""
    framework = frameworks.by_digest(shown.framework_id)
    joined = Joined.objects.filter(assessment=shown).select_related("answers").first()
    return build(
        framework,
        Findings.from_json(shown.findings),
        classes=classes,
        stage=stage_of(shown, classes) or "",
        before=(
            (frameworks.by_digest(before.framework_id), Findings.from_json(before.findings))
            if before is not None
            else None
        ),
        previous=before,
        answered_for=(
            place_words.answered_for(framework, joined.answers, classes) if joined else ""
        ),
        rules_url=rules_url(shown),
        on_a_page=on_a_page,
    )


def readings_of(
    shown: Assessment, classes: Collection[DataClass], *, on_a_page: bool = True
) -> tuple[Reading, ...]:
    """The measures of an assessment."""
    framework = frameworks.by_digest(shown.framework_id)
    return readings.of_assessment(
        framework,
        coded(shown.answers),
        classes=classes,
        rules_url=rules_url(shown),
        on_a_page=on_a_page,
    )


def stage_of(shown: Assessment, classes: Collection[DataClass]) -> str | None:
    """The stage of the journey; None for who is not to learn where the person is, or not to see
    the answer that says so."""
    framework = frameworks.by_digest(shown.framework_id)
    asked = framework.stage_question and framework.question(framework.stage_question).data_class
    return shown.stage if {DataClass.JOURNEY, asked or DataClass.JOURNEY} <= set(classes) else None


def rules_url(shown: Assessment) -> str:
    """Where the rules of its framework are written out."""
    kept = shown.framework
    return reverse("frameworks:version", args=[kept.framework_id, kept.digest])
