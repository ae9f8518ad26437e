"""Frameworks that are made to hurt: every command does its work, or says what is wrong and where.

Texts hold what pages, Typst, terminals and spreadsheets could take for something else. Whatever
comes out holds them as text.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import time
from dataclasses import dataclass, replace
from functools import cache
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sojourn import catalogue
from sojourn.cli import main
from sojourn.language import load_framework, workbook, yaml_file
from sojourn.language.build import unkept
from sojourn.language.codebook import codebook
from sojourn.language.codebook.blocks import Codebook, Rule
from sojourn.language.said import Said
from sojourn.standards.codebooks.markdown import to_markdown
from sojourn.standards.codebooks.pdf import to_pdf
from tests.cli.conftest import FRAMEWORK
from tests.language import hostile

Rows = dict[str, list[dict[str, str]]]
ENOUGH_SECONDS = 60
"""For what takes far less than ten: only a hang is to be found, however busy the machine."""


def limits(examples: int) -> settings:
    return settings(
        max_examples=examples * (40 if hostile.DEEP else 1),
        derandomize=not hostile.DEEP,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


TEXTS = (
    "<script>zap()</script>",
    "<img src=x onerror=zap()>",
    '" onmouseover="zap()" \'',
    "</li></ul></main><iframe src=//zap>",
    "&lt;script&gt;",
    '#panic("zap")',
    ']#panic("zap")[',
    "$ #let x = y $ @zap <zap> = zap",
    "\\u{0} \\ */ //",
    "```\n# zap\n```",
    "~~~",
    "[red]zap[/red]",
    "[/]",
    "[/bold]",
    "| a | b |\n|---|---|",
    "![zap](http://zap)",
    "=1+1",
    '=HYPERLINK("http://zap","zap")',
    "+1+cmd|' /C zap'!A0",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\u202ezap\u202c",
    "\u2069\u2066zap",
    "\u200fعربي abc\u200e",
    "{a} {0} {} %s %(n)s {{ x }} {% zap %}",
    "${age} ${nothing} ${",
    "a" * 5000,
    "ع" * 3000,
    "a b " * 1500,
    "\u0300" * 200,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\ufeff",
    "\ufffe",
    "\ud800",
    "\x00",
    "\x1b[31mzap\x1b[0m",
    "\x0b",
    "null",
    "constructor",
    "__proto__",
    "1e999",
    "NaN",
    " ",
    "\u2028\u2029",
)
SPELLINGS = (
    *("order", "select", "main", "id", "_uuid", "KEY", "__class__", "name", "class", "if", "or"),
    *("a" * 400, "Ünïcödé", "con", "aux", "..", "/", "a-b", "a.b", "1a", "a b", "", "main", "Main"),
)
RULES = (
    *("${age}", "((((", "min()", "1 div 0", "${age} > 'x'", "not(", "today()", "..", ".", "and"),
    *("selected(${with}, 'zap')", "count(${member}) > 1e9", "if(1, 2, 3)", "'=1+1'", "-${age} > 1"),
    *('${safe} = "it\'s"', "${age} > 99999999999999999999", "coalesce(${age}, 1) > 0", "0.1e5"),
    *("number(${safe}) > 1", "round(${age}, 7) > 1", "date('2020-02-30') < today()", "true()"),
    *("(" * 300 + "1" + ")" * 300, "1" + " + 1" * 3000, "not(" * 90 + "${age} > 1" + ")" * 90),
)
COLUMNS_OF_TEXT = ("label", "hint", "note", "source", "actor", "service_type", "within", "domain")


@dataclass(frozen=True)
class Done:
    """How a command ended, what it said, and what it left."""

    code: object
    out: str
    err: str
    files: frozenset[str]


def listed(folder: Path) -> frozenset[str]:
    return frozenset(path.name for path in folder.iterdir())


def run(folder: Path, *arguments: str) -> Done:
    """A command in this process, in a folder."""
    before, here, argv = listed(folder), Path.cwd(), sys.argv
    out, err = io.StringIO(), io.StringIO()
    started = time.monotonic()
    os.chdir(folder)
    sys.argv = ["sojourn", *arguments]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
        code: object = 0
    except SystemExit as ended:
        code = ended.code or 0
    finally:
        os.chdir(here)
        sys.argv = argv
    assert time.monotonic() - started < ENOUGH_SECONDS
    new = listed(folder) - before
    return Done(code, out.getvalue(), err.getvalue(), new)


_PLACE = re.compile(r"sheet \w|row \d|line \d|column \w|form tools|Usage: ")


def check(done: Done, *outputs: str) -> bool:
    """Whether it was done; if not, that it was explained and left nothing."""
    told = f"{done.code}: {done.out[:500]} {done.err[:2000]}"
    assert done.code in (0, 2), told
    assert "Traceback" not in done.err, told
    if done.code == 0:
        assert done.files == frozenset(outputs), told
        return True
    assert not done.files, told
    assert _PLACE.search(done.err), told
    assert done.err.lstrip().startswith(("Error: ", "Usage: ", "Warning: ", "Note: ")), told
    assert len(done.err) < 200_000
    return False


COMMANDS: dict[str, tuple[list[str], tuple[str, ...]]] = {
    "check": (["framework", "check", "f"], ()),
    "show": (["framework", "show", "f"], ()),
    "html": (["framework", "docs", "f", "-o", "o.html"], ("o.html",)),
    "md": (["framework", "docs", "f", "-o", "o.md"], ("o.md",)),
    "pdf": (["framework", "docs", "f", "-o", "o.pdf"], ("o.pdf",)),
    "xlsx": (["framework", "export", "f", "-o", "o.xlsx"], ("o.xlsx",)),
    "yaml": (["framework", "export", "f", "-o", "o.yaml"], ("o.yaml",)),
    "xform": (["framework", "export", "f", "-o", "o.xml"], ("o.xml",)),
    "diff": (["framework", "diff", "small.yaml", "f", "-n", "3"], ()),
    "diff md": (["framework", "diff", "small.yaml", "f", "-n", "3", "-o", "o.md"], ("o.md",)),
    "diff json": (["framework", "diff", "f", "small.yaml", "-n", "3", "-o", "o.json"], ("o.json",)),
    "simulate csv": (["framework", "simulate", "f", "-n", "3", "-o", "o"], ("o",)),
    "simulate xlsx": (["framework", "simulate", "f", "-n", "3", "-o", "o.xlsx"], ("o.xlsx",)),
    "new": (["framework", "new", "f", "-o", "o.xlsx"], ("o.xlsx",)),
}
FORM = ("settings", "survey", "choices")
QUICK = [name for name in COMMANDS if name != "pdf"]


@cache
def small() -> Rows:
    return {
        name: [dict(row) for row in rows] for name, rows in load_framework(FRAMEWORK).sheets.items()
    }


@cache
def shipped(name: str) -> Rows:
    return {
        sheet: [dict(row) for row in rows] for sheet, rows in catalogue.load(name).sheets.items()
    }


@st.composite
def damaged(draw: st.DrawFn, names: tuple[str, ...] = ("small",)) -> Rows:
    """A framework with hostile texts, names and rules, rows lost, doubled and swapped."""
    name = draw(st.sampled_from(names))
    found = small() if name == "small" else shipped(name)
    sheets = {sheet: [dict(row) for row in rows] for sheet, rows in found.items()}
    for _ in range(draw(st.integers(1, 4))):
        sheet = draw(st.sampled_from(sorted(sheets)))
        rows = sheets[sheet]
        if not rows:
            continue
        at = draw(st.integers(0, len(rows) - 1))
        column = draw(st.sampled_from(sorted(rows[at])))
        match draw(st.integers(0, 9)):
            case 0:
                del rows[at]
            case 1:
                rows.append(dict(rows[at]))
            case 2:
                rows[at][draw(st.sampled_from(TEXTS))] = draw(st.sampled_from(TEXTS))
            case 3:
                rows[at]["name"] = draw(st.sampled_from(SPELLINGS))
            case 4 if "rule" in rows[at] or "when" in rows[at]:
                rows[at]["rule" if "rule" in rows[at] else "when"] = draw(st.sampled_from(RULES))
            case 5:
                text = rows[at][column]
                cut = draw(st.integers(0, len(text)))
                rows[at][column] = text[:cut] + draw(st.sampled_from(TEXTS)) + text[cut:]
            case 6:
                rows[at].pop(column)
            case 7:
                rows[at][f"label::{draw(st.sampled_from(TEXTS + SPELLINGS))}"] = "x"
            case _:
                rows[at][draw(st.sampled_from(COLUMNS_OF_TEXT))] = draw(st.sampled_from(TEXTS))
    return sheets


def put(folder: Path, sheets: Rows, ending: str) -> str:
    """The framework as a file; as YAML where no workbook can hold it."""
    (folder / "small.yaml").write_bytes(FRAMEWORK.read_bytes())
    path = folder / f"f{ending}"
    if ending == ".xlsx":
        with contextlib.suppress(Exception):  # what no workbook can hold is no case of ours
            workbook.write({n: tuple(r) for n, r in sheets.items()}, path)
            return path.name
        path.unlink(missing_ok=True)
    path = folder / "f.yaml"
    try:
        yaml_file.write({n: tuple(r) for n, r in sheets.items()}, path)
    except (UnicodeError, yaml.YAMLError):
        text = yaml.safe_dump(sheets, allow_unicode=False, sort_keys=False)
        path.write_text(text, encoding="utf-8", errors="replace")
    return path.name


def tried(sheets: Rows, command: str, ending: str) -> bool:
    """Run one command on a framework, and look at what it wrote; whether it was done."""
    arguments, outputs = COMMANDS[command]
    with TemporaryDirectory() as name:
        folder = Path(name)
        written = put(folder, sheets, ending)
        done = run(folder, *(written if part == "f" else part for part in arguments))
        if not check(done, *outputs):
            return False
        for output in outputs:
            looked_at(folder / output)
        return True


def looked_at(path: Path) -> None:
    """Whether a file holds texts as texts."""
    if path.is_dir():
        for inside in path.iterdir():
            looked_at(inside)
    elif path.suffix == ".html":
        _Page().feed(path.read_text(encoding="utf-8"))
    elif path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert not [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink]
    elif path.suffix == ".csv":
        lines = path.read_text(encoding="utf-8").splitlines()[1:]
        cells = [cell.strip('"') for line in lines for cell in line.split(",")]
        assert not [c for c in cells if c[:1] in tuple("=@+\t") or _runs(c)]
    elif path.suffix in (".yaml", ".xml", ".json", ".md"):
        assert path.read_text(encoding="utf-8")


def _runs(cell: str) -> bool:
    """Whether a cell with a minus is anything but a number or a day."""
    return cell.startswith("-") and not cell[1:].replace(".", "").isdigit()


class _Page(HTMLParser):
    """Refuses a codebook with anything in it that could run."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "img", "iframe", "object", "embed", "form", "base", "a1")
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            assert not (value or "").lower().startswith(("javascript:", "http")), value


@pytest.mark.parametrize("ending", [".yaml", ".xlsx"])
@limits(25)
@given(sheets=damaged(), command=st.sampled_from(QUICK))
def test_a_hostile_framework_is_used_or_explained(ending: str, sheets: Rows, command: str) -> None:
    tried(sheets, command, ending)


@limits(3)
@given(
    sheets=damaged(("health-access", "environment", "ipl", "fes", "mddi", "post-return")),
    command=st.sampled_from(QUICK),
)
def test_a_damaged_framework_of_the_catalogue_is_used_or_explained(
    sheets: Rows, command: str
) -> None:
    tried(sheets, command, ".yaml")


KEPT = tuple(text for text in TEXTS if not unkept(text) and text.strip())


def labelled(first: int) -> Rows:
    """The small framework with hostile texts wherever it holds text, from one of them on."""
    texts = cycle([*KEPT[first:], *KEPT[:first]])
    sheets = {sheet: [dict(row) for row in rows] for sheet, rows in small().items()}
    for sheet, columns in PLACES.items():
        for row in sheets[sheet]:
            row |= {column: next(texts) for column in columns}
    for row in sheets["survey"]:
        row["hint"] = next(texts)
    keys = ("title", "description", "source", "licence")
    sheets["framework"] = [{"key": key, "value": next(texts)} for key in keys]
    return sheets


PLACES = {
    "survey": ("label",),
    "choices": ("label",),
    "factors": ("label", "note", "source", "domain", "code"),
    "responses": ("label", "note", "source", "actor", "service_type", "within", "legal_basis"),
    "measures": ("label", "note", "source"),
}


def form_of(sheets: Rows) -> Rows:
    """Only what every form tool knows."""
    return {name: rows for name, rows in sheets.items() if name in FORM}


@pytest.mark.parametrize("command", ["html", "md", "show", "xlsx", "diff md", "new", "pdf"])
@pytest.mark.parametrize("first", [0, 9, 18, 27])
def test_a_text_is_a_text_wherever_it_stands(command: str, first: int) -> None:
    sheets = labelled(first)
    assert tried(form_of(sheets) if command == "new" else sheets, command, ".yaml")


@pytest.mark.parametrize("text", [text for text in TEXTS if text not in KEPT and text.strip()])
def test_a_text_that_cannot_be_kept_is_refused(text: str) -> None:
    sheets = {sheet: [dict(row) for row in rows] for sheet, rows in small().items()}
    sheets["factors"][0]["label"] = f"a{text}"
    assert not tried(sheets, "html", ".yaml")


@pytest.mark.parametrize("text", ["{0}", "{} {a}", "]]>", "${age}"])
def test_a_form_is_written_or_refused_whatever_its_labels_hold(text: str) -> None:
    sheets = {sheet: [dict(row) for row in rows] for sheet, rows in small().items()}
    sheets["survey"][0]["label"] = text
    tried(sheets, "xform", ".yaml")


def test_a_form_that_form_tools_refuse_is_refused_in_their_words() -> None:
    sheets = {sheet: [dict(row) for row in rows] for sheet, rows in small().items()}
    sheets["settings"][0]["name"] = "1 a"
    with TemporaryDirectory() as name:
        folder = Path(name)
        done = run(folder, "framework", "export", put(folder, sheets, ".yaml"), "-o", "o.xml")
    assert not check(done)
    assert "form tools refuse this form" in done.err


def test_a_fence_in_an_expression_does_not_end_it() -> None:
    entry = Rule(Said("x"), "'```' = 1")
    book = Codebook("t", "", "en", False, (entry,), "f", "c")
    assert "\n````\n'```' = 1\n````\n" in to_markdown(book)


def test_a_language_of_any_name_is_set() -> None:
    book = codebook(load_framework(FRAMEWORK))
    assert to_pdf(replace(book, language="x1 Ünï")).startswith(b"%PDF")


def test_invented_answers_have_a_key_that_is_no_finding() -> None:
    sheets = {sheet: [dict(row) for row in rows] for sheet, rows in small().items()}
    sheets["factors"][2]["name"] = "id"
    assert tried(sheets, "diff", ".yaml")


@limits(10)
@given(sheets=damaged(), ending=st.sampled_from([".yaml", ".xlsx"]))
def test_a_hostile_form_begins_a_framework_or_is_explained(sheets: Rows, ending: str) -> None:
    tried(form_of(sheets), "new", ending)


@pytest.mark.parametrize("code", ["=1+1", "@SUM(1)", "+1+cmd|' /C zap'!A0", "-1+1"])
def test_a_code_that_a_spreadsheet_would_run_is_refused(code: str) -> None:
    sheets = {sheet: [dict(row) for row in rows] for sheet, rows in small().items()}
    sheets["choices"].append({"list_name": "yn", "name": code, "label": "Zap"})
    with TemporaryDirectory() as name:
        done = run(Path(name), "framework", "check", put(Path(name), sheets, ".yaml"))
    assert not check(done)
    assert "takes the code" in done.err


@pytest.mark.parametrize("code", ["-99", "+1", "1.5", "a-b"])
def test_a_code_that_is_a_number_stays(code: str) -> None:
    sheets = {sheet: [dict(row) for row in rows] for sheet, rows in small().items()}
    sheets["choices"].append({"list_name": "yn", "name": code, "label": "Zap"})
    with TemporaryDirectory() as name:
        done = run(Path(name), "framework", "check", put(Path(name), sheets, ".yaml"))
    assert check(done)
