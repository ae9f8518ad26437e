"""Registering a person: what is said of wrong entries, and where it leads."""

from __future__ import annotations

import pytest
from django.urls import reverse

from sojourn.web.people.models import Person
from tests.web.conftest import World


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"own": ""}, "This field is required"),
        ({"phone": "12"}, "7 to 15 digits"),
        ({"birth_date": "2999-01-01"}, "between 1900 and today"),
        ({"birth_date": "long ago"}, "Enter a valid date"),
        ({"language": "xx"}, "not one of the available choices"),
        ({"own": "A" * 201}, "at most 200"),
        ({"organisation": "1"}, "not a valid UUID"),
        ({"own": "Amina\x00"}, "Null characters"),
    ],
)
def test_wrong_entries_are_explained_at_the_field(
    empty: World, change: dict[str, str], words: str
) -> None:
    entry = {"own": "Amina", "organisation": str(empty.harbour.pk), **change}
    response = empty.client("bilal").post(reverse("people:register"), entry)
    assert response.status_code == 400
    assert words in response.content.decode()
    assert not Person.objects.exists()


def test_nobody_is_registered_for_a_foreign_organisation(empty: World) -> None:
    entry = {"own": "Amina", "organisation": str(empty.crossroads.pk)}
    assert empty.client("bilal").post(reverse("people:register"), entry).status_code == 400


def test_registering_opens_a_case_and_leads_on(empty: World) -> None:
    entry = {"own": "أمينة", "organisation": str(empty.harbour.pk), "phone": "+216 20 000 000"}
    response = empty.client("bilal").post(reverse("people:register"), entry, follow=True)
    page = response.content.decode()
    assert "<bdi>أمينة</bdi>" in page
    assert "+21620000000" in page
    assert "Ask for consent" in page


def test_a_name_is_text_and_nothing_else(empty: World) -> None:
    entry = {"own": "<script>alert(1)</script>", "organisation": str(empty.harbour.pk)}
    page = empty.client("bilal").post(reverse("people:register"), entry, follow=True)
    assert "<script>alert" not in page.content.decode()
