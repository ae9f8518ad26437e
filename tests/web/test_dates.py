"""Dates are written in the reader's language, and none is taken for another day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import formats, translation

DAY = datetime(2026, 5, 4, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    "form", ["DATE_FORMAT", "DATETIME_FORMAT", "SHORT_DATE_FORMAT", "SHORT_DATETIME_FORMAT"]
)
def test_the_month_is_a_word(form: str, language: str) -> None:
    with translation.override(language):
        written = formats.date_format(DAY, form)
    assert {"en": "May", "ar": "مايو"}[language] in written
    assert "/" not in written


def test_an_arabic_time_has_the_arabic_half_of_the_day() -> None:
    with translation.override("ar"):
        assert formats.date_format(DAY, "SHORT_DATETIME_FORMAT") == "4 مايو، 2026، 4:30 م"
