"""Frameworks in the application: every rule can be read, old ones too, and trying keeps nothing."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from sojourn import catalogue
from sojourn.framework import Framework, Level, Stage
from sojourn.language.words import Words
from sojourn.web.audit.models import Event
from sojourn.web.cases import frameworks as used
from sojourn.web.cases.models import KeptFramework
from sojourn.web.cases.situation import Reason
from sojourn.web.frameworks import coverage, queries, rules, trying
from sojourn.web.frameworks.filling import Given, given_by
from sojourn.web.frameworks.pages import Narrowing, Rows, told
from tests.web.conftest import World

LANGUAGES = ("en", "fr", "ar", "es")


def _texts(reason: Reason) -> Iterator[str]:
    yield reason.text
    for seen in reason.answers:
        yield f"{seen.question} | {seen.answer}"
    for part in reason.parts:
        yield from _texts(part)


def _page(
    world: World, name: str, *args: str, who: str = "ana", language: str = "en", **sent: str
) -> str:
    headers = {"accept-language": language}
    response = world.client(who).get(
        reverse(f"frameworks:{name}", args=args), sent, headers=headers
    )
    assert response.status_code == 200
    return response.content.decode()


def changed(framework: Framework, version: str = "2") -> Framework:
    """The same framework with one row more, one less and one changed."""
    factors = [dict(row) for row in framework.sheets["factors"] if row["name"] != "gender_here"]
    factors[0]["rule"] = "${sleeps_safely} != 'yes'"
    factors.append({**factors[1], "name": "second_friend"})
    settings = [{**framework.sheets["settings"][0], "version": version}]
    sheets = {**framework.sheets, "factors": tuple(factors), "settings": tuple(settings)}
    return replace(framework, version=version, sheets=sheets)


# -- the list


def test_the_list_names_every_framework_with_its_version_and_digest(world: World) -> None:
    page = _page(world, "list")
    for framework_id in (*catalogue.ids(), "small"):
        framework = queries.shipped()[framework_id]
        assert f"version {framework.version}" in page
        assert framework.digest[:12] in page


def test_a_search_narrows_the_list_and_says_when_nothing_is_found(world: World) -> None:
    found = _page(world, "list", q="REACH msna")
    assert "reach-msna-2024" in found
    assert ">domv<" not in found
    assert "No framework says this" in _page(world, "list", q="no such words")


# -- one framework


@pytest.mark.parametrize("show", ["factors", "questions", "responses", "measures"])
@pytest.mark.parametrize("framework_id", catalogue.ids())
def test_every_page_of_the_catalogue_opens(world: World, framework_id: str, show: str) -> None:
    assert _page(world, "page", framework_id, show=show)


def test_a_page_shows_a_rule_as_it_is_told_everywhere() -> None:
    domv = catalogue.load("domv")
    rule = domv.factor("no_identity_document").rule
    row = Rows(domv).factor("no_identity_document")
    assert row is not None
    assert row.rule == told(Words(domv, "en").say(rule))
    (paper,) = row.rule.answers  # one line for three answers to one question
    assert paper.question.startswith("Do you hold a paper")
    assert paper.answer == (
        "one of: “It was lost or destroyed”, “Someone else took it or keeps it”, “I never had one”"
    )
    with translation.override("fr"):
        child = Rows(domv).factor("age_and_life_stage")
        assert child is not None
        texts = list(_texts(child.rule))
    assert any(text.endswith("moins de 18") for text in texts)


def test_the_coverage_counts_every_factor_at_each_of_its_stages() -> None:
    domv = catalogue.load("domv")
    found = coverage.cover(domv)
    assert sum(count.number for count in found.totals) == len(domv.factors)
    cells = [
        c for level in found.levels for row in level.rows for cell in row.cells for c in cell.counts
    ]
    assert sum(count.number for count in cells) == sum(len(f.stages) for f in domv.factors)
    assert [level.key for level in found.levels] == list(Level)


def test_a_number_of_the_coverage_leads_to_exactly_its_factors(world: World) -> None:
    domv = catalogue.load("domv")
    person = coverage.cover(domv).levels[0]
    for count in person.rows[0].cells[1].counts:
        url = f"{reverse('frameworks:page', args=['domv'])}?{count.query}"
        rows = world.client("ana").get(url).context["rows"]
        assert len(rows) == count.number
        assert {row.kind for row in rows} == {count.kind}


def test_what_is_asked_the_same_at_every_stage_has_one_column() -> None:
    found = coverage.cover(catalogue.load("reach-msna-2024"))
    assert (found.by_stage, found.stages, found.columns) == (False, (), 2)
    assert len(coverage.cover(catalogue.load("domv")).stages) == len(Stage)


def test_the_page_of_a_long_framework_is_light_and_its_rules_come_one_by_one(world: World) -> None:
    pages = [_page(world, "page", "domv", language=language) for language in LANGUAGES]
    assert max(len(page.encode()) for page in pages) < 150_000
    light = pages[0]
    assert "The rule in words" not in light
    assert light.count('id="factor-') == len(catalogue.load("domv").factors)
    client, url = world.client("ana"), reverse("frameworks:page", args=["domv"])
    one = {"factor": "ongoing_illness"}
    rule = client.get(url, one, headers={"X-Requested-With": "fetch"}).content.decode()
    assert "How long will your medicine last?" in rule
    assert "<html" not in rule
    alone = client.get(url, one).content.decode()
    assert "<html" in alone
    assert alone.count('id="factor-') == 1
    assert "How long will your medicine last?" in alone
    whole = _page(world, "page", "domv", whole="yes", effect="risk")
    assert whole.count("The rule in words") == whole.count('id="factor-')
    assert client.get(url, {"factor": "nowhere"}).status_code == 404


def test_rows_are_narrowed_by_what_is_asked_for() -> None:
    rows = Rows(catalogue.load("domv"))
    assert len(rows.factors(Narrowing(q="MEDICINE regularly"))) == 1
    assert {row.kind for row in rows.factors(Narrowing(effect="protective"))} == {"resource"}
    assert not rows.factors(Narrowing(level="nowhere"))
    assert len(rows.factors(Narrowing())) == len(rows.framework.factors)


def test_what_does_not_exist_is_not_found(world: World) -> None:
    client = world.client("ana")
    for path in ("nowhere/", "nowhere/try/", "nowhere/compare/", f"small/{'0' * 64}/", "small/x/"):
        assert client.get(f"/frameworks/{path}").status_code == 404


# -- versions


def test_an_old_finding_is_walked_back_to_its_rule(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = world.framework
    later = catalogue.load("domv")
    monkeypatch.setattr(used, "current", lambda: later)
    situation = world.client("bilal").get(reverse("cases:situation", args=[world.case.pk]))
    (rule_url,) = {
        item.rule_url
        for item in situation.context["situation"].urgent
        if item.name == "nowhere_safe"
    }
    assert rule_url == f"/frameworks/small/{before.digest}/#factor-nowhere_safe"
    page = world.client("bilal").get(rule_url.partition("#")[0]).content.decode()
    assert 'id="factor-nowhere_safe"' in page
    assert before.digest in page
    assert "as it was when assessments used it" in page


@pytest.mark.parametrize(
    "change",
    [lambda kept: kept.update(version="3"), lambda kept: kept._raw_delete(kept.db)],
    ids=["update", "delete"],
)
def test_the_database_refuses_to_change_a_kept_framework(
    world: World, change: Callable[[QuerySet[KeptFramework]], object]
) -> None:
    kept = KeptFramework.objects.filter(digest=world.framework.digest)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        change(kept)
    assert kept.get().version == "1"


def test_a_kept_framework_that_is_not_what_its_digest_says_is_refused(world: World) -> None:
    row = KeptFramework.objects.get()
    wrong = {**row.sheets, "settings": [{**row.sheets["settings"][0], "version": "9"}]}
    KeptFramework.objects.create(digest="f" * 64, framework_id="small", version="1", sheets=wrong)
    with pytest.raises(ValueError, match="does not hold what its digest says"):
        used.by_digest("f" * 64)


def test_two_contents_under_one_version_are_both_kept_and_named(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("sojourn"), "propagate", True)
    other = changed(world.framework, version="1")
    assert used.is_disputed(other)
    used.keep(other)
    assert "raise its version" in caplog.text
    assert KeptFramework.objects.filter(framework_id="small", version="1").count() == 2
    assert used.is_disputed(world.framework)
    assert "Different contents bear this version" in _page(world, "page", "small")


def test_a_framework_that_is_kept_again_is_the_same_row(world: World) -> None:
    assert used.keep(world.framework) == used.keep(world.framework)
    assert KeptFramework.objects.count() == 1
    assert not used.is_disputed(world.framework)


def test_versions_are_compared_row_by_row_and_cell_by_cell(framework: Framework) -> None:
    found = {
        (change.sheet, change.key): (change.kind, [cell.column for cell in change.cells])
        for change in rules.compare(framework, changed(framework))
    }
    assert found == {
        ("factors", "nowhere_safe"): ("changed", ["rule"]),
        ("factors", "second_friend"): ("added", []),
        ("factors", "gender_here"): ("removed", []),
        ("settings", "settings"): ("changed", ["version"]),
    }
    assert rules.compare(framework, framework) == ()


def test_the_order_of_rows_is_no_difference(framework: Framework) -> None:
    turned = {**framework.sheets, "choices": framework.sheets["choices"][::-1]}
    assert rules.compare(framework, replace(framework, sheets=turned)) == ()


def test_two_versions_stand_side_by_side(world: World) -> None:
    other = used.keep(changed(world.framework))
    page = _page(world, "compare", "small", old=world.framework.digest, new=other.digest)
    assert "<del>${sleeps_safely} = &#x27;no&#x27;</del>" in page
    assert "<ins>${sleeps_safely} != &#x27;yes&#x27;</ins>" in page
    assert "Being a woman or a man here" in page
    assert "There is only one version" in _page(world, "compare", "domv")


# -- trying out


def test_every_example_of_the_catalogue_can_be_tried_and_finds_what_it_says() -> None:
    for framework in map(catalogue.load, catalogue.ids()):
        for example in framework.examples:
            outcome = trying.attempt(framework, given_by(example), example).outcome
            absent = {item.label for item in outcome.absent}
            shown = {item.name for item in (*outcome.risks, *outcome.resources)}
            for name, expected in example.factors.items():
                factor = framework.factor(name)
                if factor.data_class in ("status_protection", "sealed"):
                    continue
                if expected in ("present", "raises", "protects", "both"):
                    assert name in shown, (framework.id, example.name, name)
                elif expected in ("absent", "none"):
                    assert factor.label.get("en") in absent, (framework.id, example.name, name)


@pytest.mark.parametrize("name", ["domv", "mpi-template", "cari"])
def test_a_reason_leads_to_a_line_of_the_same_page(world: World, name: str) -> None:
    framework = catalogue.load(name)
    for example in (framework.examples[0].name, framework.examples[2].name):
        page = _page(world, "try", name, example=example)
        ids = re.findall(r'id="([^"]+)"', page)
        led_to = re.findall(r'href="#((?:finding|reading)-[^"]+)"', page)
        assert set(led_to) <= set(ids)
        assert not {target for target in led_to if ids.count(target) > 1}
    assert led_to or name != "domv"


def test_findings_follow_what_is_posted(world: World) -> None:
    url = reverse("frameworks:try", args=["small"])
    sent = {"q-sleeps_safely": "no", "q-has_friend": "yes", "q-is_ill": "dk"}
    outcome = world.client("ana").post(url, sent).context["attempt"].outcome
    assert [item.name for item in outcome.risks] == ["nowhere_safe"]
    assert [item.name for item in outcome.resources] == ["trusted_friend"]
    assert [(item.value_text, item.class_label) for item in outcome.readings] == [
        ("0", "Little weighs")
    ]


def test_trying_keeps_and_notes_nothing(world: World, caplog: pytest.LogCaptureFixture) -> None:
    client = world.client("bilal")
    url = reverse("frameworks:try", args=["small"])
    client.get(url)
    events, session = Event.objects.count(), dict(client.session)
    with CaptureQueriesContext(connection) as caught:
        client.post(url, {"q-sleeps_safely": "no", "q-children": "31415"})
    changing = ("INSERT", "UPDATE", "DELETE")
    writes = [q["sql"] for q in caught if q["sql"].lstrip().upper().startswith(changing)]
    tables = {table for sql in writes for table in re.findall(r'"(\w+_\w+)"', sql)[:1]}
    assert tables <= {"django_session"}
    assert Event.objects.count() == events
    assert dict(client.session) == session
    assert "31415" not in caplog.text
    assert not [sql for sql in writes if "31415" in sql]


def test_what_the_form_would_not_ask_is_hidden_and_does_not_count() -> None:
    domv = catalogue.load("domv")
    texts = {"stage": ["transit"], "needs_regular_care": ["no"], "medicine_supply": ["none_left"]}
    found = trying.attempt(domv, Given(texts))
    assert "medicine_supply" not in found.asked
    texts["needs_regular_care"] = ["yes"]
    found = trying.attempt(domv, Given(texts))
    assert "medicine_supply" in found.asked
    urgent = {item.name for item in found.outcome.risks if item.urgent}
    assert "ongoing_illness" in urgent


@pytest.mark.parametrize("text", ["many", "-5", "400"])
def test_an_answer_that_cannot_be_is_named_and_not_counted(text: str) -> None:
    found = trying.attempt(catalogue.load("domv"), Given({"age": [text]}))
    (wrong,) = [field for group in found.groups for field in group.fields if field.error]
    assert (wrong.name, wrong.value) == ("age", text)
    assert found.outcome.is_empty


def test_a_script_gets_the_findings_alone(world: World) -> None:
    url = reverse("frameworks:try", args=["small"])
    headers = {"X-Requested-With": "fetch"}
    part = world.client("ana").post(url, {"q-sleeps_safely": "no"}, headers=headers)
    text = part.content.decode()
    assert "<html" not in text
    assert "Nowhere safe to sleep" in text
    assert 'data-asked="stage ' in text


def test_an_invented_person_is_loaded_by_a_link(world: World) -> None:
    example = "amina_no_safe_place_tonight"
    page = world.client("ana").get(reverse("frameworks:try", args=["domv"]), {"example": example})
    outcome = page.context["attempt"].outcome
    assert "nowhere_safe_to_sleep" in {item.name for item in outcome.risks}
    assert "Nothing is kept" in page.content.decode()


def _tried(world: World, framework: str, sent: dict[str, str]) -> trying.Attempt:
    url = reverse("frameworks:try", args=[framework])
    found = world.client("ana").post(url, sent).context["attempt"]
    assert isinstance(found, trying.Attempt)
    return found


def test_rows_of_a_repeat_are_added_answered_and_removed(world: World) -> None:
    name = "reach-msna-2024"
    assert all(not repeat.rows for repeat in _tried(world, name, {}).repeats)
    asked = {"add": "roster"}
    one = {repeat.path: repeat for repeat in _tried(world, name, asked).repeats}["roster"]
    assert [row.number for row in one.rows] == [1]
    two = {**asked, "rows:roster": "1", "q-roster:0:ind_age": "7"}
    rows = {r.path: r for r in _tried(world, name, two).repeats}["roster"].rows
    assert [[f.value for f in row.fields if f.name == "ind_age"] for row in rows] == [["7"], [""]]
    del two["add"]
    two |= {"rows:roster": "2", "remove": "roster:1"}
    rows = {r.path: r for r in _tried(world, name, two).repeats}["roster"].rows
    assert [[f.value for f in row.fields if f.name == "ind_age"] for row in rows] == [[""]]
