"""Frameworks: the list, one framework, trying it out, two versions side by side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from sojourn.framework import Framework
from sojourn.language.labels import language_of
from sojourn.web.cases import frameworks as used
from sojourn.web.frameworks import coverage, filling, pages, queries, rules, trying, words
from sojourn.web.frameworks.filling import Given
from sojourn.web.frameworks.pages import SHOWN, Narrowing, Rows
from sojourn.web.frameworks.queries import Version
from sojourn.web.i18n import language

_LONGEST_SEARCH = 200
_MANY = 12
_WHOLE = 20
"""The longest list of factors that is sent with every rule; a longer one sends each when opened."""


@require_GET
def shelf(request: HttpRequest) -> HttpResponse:
    """Every framework, with what it holds."""
    asked = Narrowing(q=request.GET.get("q", "")[:_LONGEST_SEARCH])
    entries = [_entry(framework) for framework in queries.newest()]
    context = {
        "q": asked.q,
        "entries": [entry for entry in entries if asked.says(entry.text)],
        "total": len(entries),
        "chosen": used.current().id,
    }
    return render(request, "frameworks/list.html", context)


@require_GET
def page(request: HttpRequest, framework_id: str, digest: str | None = None) -> HttpResponse:
    """One framework, as it is now or as it was under a digest."""
    versions = queries.versions(framework_id)
    version = _version(versions, digest) if digest else versions[0]
    framework = queries.content(version)
    rows = Rows(framework)
    only = rows.factor(name) if (name := request.GET.get("factor")) else None
    if name and only is None:
        raise Http404
    # A script asks for the rule alone, as a row is opened.
    if only is not None and request.headers.get("X-Requested-With") == "fetch":
        return render(request, "frameworks/factor_rule.html", {"row": only})
    show = request.GET.get("show", "")
    show = show if show in SHOWN else _first_shown(framework)
    asked = _narrowing(request.GET)
    shown = [only] if only is not None else getattr(rows, show)(asked)
    context = {
        "framework": framework,
        "title": framework.title.get(language()) or framework.id,
        "description": framework.description.get(language()),
        "version": version,
        "versions": versions,
        "other": next((one for one in versions if one.digest != version.digest), None),
        "current": next((one for one in versions if one.is_current), None),
        "source": pages.about(framework, "source"),
        "licence": pages.about(framework, "licence"),
        "unit": words.UNITS_OF.get(framework.unit, framework.unit),
        "bases": pages.bases(framework),
        "coverage": coverage.cover(framework),
        "show": show,
        "tabs": _tabs(framework, show),
        "asked": asked,
        "narrowed": bool(asked) or only is not None,
        "options": {**pages.options(), "domain": rows.domains()},
        "rows": shown,
        "whole": len(shown) <= _WHOLE or "whole" in request.GET,
        "whole_query": f"?{urlencode({**request.GET.dict(), 'show': show, 'whole': 'yes'})}",
    }
    return render(request, "frameworks/page.html", context)


@require_http_methods(["GET", "POST"])
def attempt(request: HttpRequest, framework_id: str) -> HttpResponse:
    """The questions, and what the framework finds in answers that are kept nowhere."""
    framework = queries.shipped().get(framework_id)
    if framework is None:
        raise Http404
    sent = request.POST if request.method == "POST" else request.GET
    example = trying.example_of(framework, sent.get("example", ""))
    given = _given(framework, request.POST)
    if request.method == "GET" and example is not None:
        given = filling.given_by(example)
    rules_url = reverse("frameworks:page", args=[framework.id])
    context = {
        "framework": framework,
        "title": framework.title.get(language()) or framework.id,
        "attempt": trying.attempt(framework, given, example, rules_url),
        "examples": trying.examples(framework),
    }
    # A script asks for the findings alone, as answers change.
    live = request.headers.get("X-Requested-With") == "fetch"
    return render(request, f"frameworks/{'try_result' if live else 'try'}.html", context)


@require_GET
def compare(request: HttpRequest, framework_id: str) -> HttpResponse:
    """Two versions side by side: rows that were added, removed or changed."""
    versions = queries.versions(framework_id)
    new = _asked_for(versions, request.GET.get("new", "")) or versions[0]
    rest = [version for version in versions if version.digest != new.digest]
    old = _asked_for(versions, request.GET.get("old", "")) or (rest or versions)[0]
    changes = rules.compare(queries.content(old), queries.content(new))
    newest = queries.content(versions[0])
    context = {
        "framework_id": framework_id,
        "title": newest.title.get(language()) or framework_id,
        "versions": versions,
        "old": old,
        "new": new,
        "sheets": _by_sheet(changes),
        "counts": Counter(change.kind for change in changes),
    }
    return render(request, "frameworks/compare.html", context)


# -- what the pages need


@dataclass(frozen=True)
class _Entry:
    """A line of the list."""

    framework: Framework
    title: str
    description: str
    counts: tuple[coverage.Count, ...]
    text: str

    @property
    def short_digest(self) -> str:
        return self.framework.digest[:12]


@dataclass(frozen=True)
class _ChangedRow:
    key: str
    label: str
    new_key: str
    cells: tuple[rules.CellChange, ...]


@dataclass(frozen=True)
class _ChangedGroup:
    """The rows of a sheet that changed in one way; many new ones are folded away at first."""

    kind: str
    label: str
    rows: tuple[_ChangedRow, ...]

    @property
    def is_open(self) -> bool:
        return self.kind == "changed" or len(self.rows) <= _MANY


@dataclass(frozen=True)
class _ChangedSheet:
    key: str
    label: str
    groups: tuple[_ChangedGroup, ...]


def _entry(framework: Framework) -> _Entry:
    title = framework.title.get(language()) or framework.id
    description = framework.description.get(language())
    return _Entry(
        framework,
        title,
        description,
        coverage.totals(framework),
        " ".join((title, description, framework.id, *framework.languages.values())),
    )


def _version(versions: Sequence[Version], digest: str) -> Version:
    found = _asked_for(versions, digest)
    if found is None:
        raise Http404
    return found


def _asked_for(versions: Sequence[Version], digest: str) -> Version | None:
    return next((version for version in versions if version.digest == digest), None)


def _first_shown(framework: Framework) -> str:
    return "factors" if framework.factors else "measures"


def _narrowing(sent: QueryDict) -> Narrowing:
    return Narrowing(
        **{field.name: sent.get(field.name, "")[:_LONGEST_SEARCH] for field in fields(Narrowing)}
    )


def _tabs(framework: Framework, show: str) -> list[dict[str, object]]:
    counts = {
        "factors": len(framework.factors),
        "questions": sum(bool(question.label) for question in framework.questions),
        "responses": len(framework.responses),
        "measures": len(framework.measures),
    }
    names = {**words.SHEETS, "questions": words.SHEETS["survey"]}
    return [
        {"key": key, "label": names[key], "count": count, "is_shown": key == show}
        for key, count in counts.items()
    ]


def _texts(sent: QueryDict, place: str) -> dict[str, list[str]]:
    """What was sent for each question of a place; anything else that was sent is not looked at."""
    start = trying.PREFIX + place
    return {
        name.removeprefix(start): [str(text) for text in sent.getlist(name)]
        for name in sent
        if name.startswith(start) and ":" not in name.removeprefix(start)
    }


def _given(framework: Framework, sent: QueryDict, roster: str = "", place: str = "") -> Given:
    """What was sent for the unit or for one row, with one row more or less where that was asked."""
    rows: dict[str, list[Given]] = {}
    for inner in (one.name for one in framework.rosters if one.parent == roster):
        path = f"{place}{inner}"
        count = sent.get(f"rows:{path}", "")
        many = min(int(count), trying.MOST_ROWS) if re.fullmatch("[0-9]{1,3}", count) else 0
        own = [_given(framework, sent, inner, f"{path}:{at}:") for at in range(many)]
        remove = sent.get("remove", "").removeprefix(f"{path}:")
        if remove in {str(at) for at in range(1, many + 1)}:
            own.pop(int(remove) - 1)
        if sent.get("add") == path and many < trying.MOST_ROWS:
            own.append(Given())
        if own:
            rows[inner] = own
    return Given(_texts(sent, place), rows)


def _by_sheet(changes: Sequence[rules.RowChange]) -> list[_ChangedSheet]:
    sheets = dict.fromkeys(change.sheet for change in changes)
    return [
        _ChangedSheet(sheet, str(words.SHEETS.get(sheet, sheet)), _groups_of(sheet, changes))
        for sheet in sheets
    ]


def _groups_of(sheet: str, changes: Sequence[rules.RowChange]) -> tuple[_ChangedGroup, ...]:
    found = []
    for kind, label in words.CHANGES.items():
        rows = [_changed_row(c) for c in changes if (c.sheet, c.kind) == (sheet, kind)]
        if rows:
            found.append(_ChangedGroup(kind, str(label), tuple(rows)))
    return tuple(found)


def _changed_row(change: rules.RowChange) -> _ChangedRow:
    return _ChangedRow(change.key, _row_label(change.row), change.new_key, change.cells)


def _row_label(row: Mapping[str, str]) -> str:
    """What a row is called in the reader's language, else in the first it has."""
    labels = {column: text for column, text in row.items() if column.startswith("label")}
    here = [text for column, text in labels.items() if _language_of(column) == language()]
    return next(iter([*here, *labels.values()]), "")


def _language_of(column: str) -> str:
    found = language_of(column)
    return found[1] if found else ""
