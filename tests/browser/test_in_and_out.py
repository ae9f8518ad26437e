"""A paper for the person, a copy taken out, a table taken in: on large and small screens."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.checks import assert_good, picture
from tests.browser.conftest import NARROW, WIDE, Visitor

Visit = Callable[..., Visitor]
pytestmark = pytest.mark.browser

TABLE = "Name,Phone,Date of birth\nBintou Demo,+999 555 010 1,2001-02-03\nWrong Demo,12,\n"


def table(name: str) -> dict[str, object]:
    """A file as a person chooses it. Each is another one, as no file is taken in twice."""
    text = TABLE + f"{name} Demo,,\n"
    return {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}


def bring(visitor: Visitor, name: str) -> None:
    visitor.go("/imports/new/")
    assert_good(visitor)
    visitor.page.locator("input[type=file]").set_input_files(table(name))  # type: ignore[arg-type] # as described
    visitor.page.locator("input[name=basis][value=none]").check()
    visitor.page.locator(".form-actions button").click()
    visitor.settle()
    assert_good(visitor)


def test_a_table_is_looked_at_taken_in_and_undone(visit: Visit) -> None:
    bilal = visit("bilal")
    bilal.go("/people/new/")
    bilal.click("link", "Take people in from a table")
    assert_good(bilal)
    bring(bilal, "Hanna")
    picture(bilal, "import-columns", whole=True)
    bilal.click("button", "Look at every row")
    expect(bilal.page.get_by_text("7 to 15 digits")).to_be_visible()
    assert_good(bilal)
    picture(bilal, "import", whole=True)
    bilal.click("button", "Take in 2 rows")
    expect(bilal.page.get_by_text("The table was taken in.")).to_be_visible()
    bilal.go("/people/?sort=opened")
    expect(bilal.page.get_by_role("link", name="Bintou Demo")).to_be_visible()
    bilal.go("/imports/")
    bilal.page.locator(".row-link a").first.click()
    bilal.click("button", "Undo it")
    expect(bilal.page.get_by_text("It was undone.")).to_be_visible()
    assert_good(bilal)
    bilal.go("/people/?sort=opened")
    expect(bilal.page.get_by_role("link", name="Bintou Demo")).to_have_count(0)


def test_a_copy_is_prepared_and_downloaded(visit: Visit) -> None:
    sami = visit("sami")
    sami.go("/people/")
    sami.click("link", "Take data out")
    sami.click("link", "Prepare an export")
    assert_good(sami)
    sami.page.get_by_label("To go on helping, within this organisation").check()
    sami.page.get_by_label("Why, in a sentence").fill("The night team takes over these cases.")
    sami.click("button", "See what goes")
    assert_good(sami)
    picture(sami, "export", whole=True)
    with sami.page.expect_download() as waited:
        sami.page.get_by_role("link", name="Download").click()
    content = waited.value.path().read_bytes()
    assert waited.value.suggested_filename.endswith(".csv")
    assert content.startswith(b"\xef\xbb\xbfcode,state,phase")
    assert len(content.splitlines()) > 50
    assert b"Demo" not in content
    sami.page.reload()
    done, total = re.findall(r"\d+", sami.page.locator("p:has(progress)").inner_text())[:2]
    assert done == total
    assert_good(sami)


def test_a_plan_is_printed_once_it_was_asked_whether_that_is_safe(visit: Visit) -> None:
    bilal = visit("bilal")
    path = plan_with_something(bilal)
    bilal.go(path + "print/")
    assert_good(bilal)
    picture(bilal, "print", whole=True)
    bilal.click("button", "Make the paper")
    expect(bilal.page.get_by_role("alert").first).to_be_visible()
    bilal.complaints.clear()  # the browser notes every answer 400
    bilal.page.get_by_label("No, or nobody can be sure").check()
    with bilal.page.expect_download() as waited:
        bilal.page.get_by_role("button", name="Make the paper").click()
    assert waited.value.suggested_filename == "paper.pdf"
    assert waited.value.path().read_bytes().startswith(b"%PDF")


def plan_with_something(visitor: Visitor) -> str:
    """The address of the first plan there is among the newest files."""
    visitor.go("/people/")
    links = visitor.page.locator(".row-link__main a")
    for path in [links.nth(at).get_attribute("href") or "" for at in range(links.count())]:
        visitor.go(path)
        course = visitor.page.get_by_role("link", name="Course of the case")
        if not course.count():
            continue
        case = (course.first.get_attribute("href") or "").removesuffix("course/")
        visitor.go(case + "plan/")
        if visitor.page.get_by_role("link", name="Print for the person").count():
            return case + "plan/"
    raise AssertionError("no plan among the newest files")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_the_pages_fit(size: dict[str, int], language: str, visit: Visit) -> None:
    sami = visit("sami", language=language, size=size)
    name = f"{language}{size['width']}"
    for path in ("/exports/", "/exports/new/", "/imports/"):
        sami.go(path)
        assert_good(sami)
        picture(sami, f"look{path.replace('/', '-')}{name}", whole=True)
    bring(sami, name)
    picture(sami, f"look-columns-{name}", whole=True)
    sami.page.locator(".form-actions button").click()
    sami.settle()
    assert_good(sami)
    picture(sami, f"look-import-{name}", whole=True)
    sami.go(plan_with_something(visit("bilal")) + "print/")
    assert_good(sami)
    picture(sami, f"look-print-{name}", whole=True)
