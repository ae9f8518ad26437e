"""Whatever the documentation shows can be done as it is written there.

On a page, a fenced block with `title="name"` is written to that file; `console` blocks are run, in
order, and their output compared (`...` stands for anything). A table after a line such as
"`a.xlsx`, sheet `survey`:" is typed into that workbook, below what is there. `python` blocks are
run beside the files of their page; a `text` block right after one is what it prints. In `bash`
blocks the options of our own commands must exist.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path
from urllib.parse import unquote

import click
import openpyxl
import pytest

from sojourn.cli import commands
from sojourn.framework import DataClass, RuleError
from sojourn.framework.model import MeasureKind
from sojourn.language.expressions import Scope
from sojourn.language.expressions import parse as parse_rule
from sojourn.web.accounts.roles import INCOMPATIBLE, POWERS, Role, Verb

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
FENCE = re.compile(
    r'^```(?P<kind>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL
)
SHEET = re.compile(
    r"^`(?P<book>[\w-]+\.xlsx)`, sheet `(?P<sheet>\w+)`:\n\n(?P<rows>(?:\|.*\n)+)", re.MULTILINE
)
LINK = re.compile(r"\]\((?!https?:|mailto:)(?P<target>[^)#\s]+)(?:#[^)]*)?\)")


@dataclass(frozen=True)
class Block:
    """One fenced block of a page, or a table that is a sheet. `follows`: right after the last."""

    kind: str
    title: str
    text: str
    follows: bool = False


def blocks(page: Path) -> list[Block]:
    """The blocks in the order in which a reader meets them."""
    text = page.read_text(encoding="utf-8")
    found: list[Block] = []
    end = 0
    for m in sorted([*FENCE.finditer(text), *SHEET.finditer(text)], key=re.Match.start):
        follows = not text[end : m.start()].strip()
        end = m.end()
        if m.re is SHEET:
            found.append(Block("sheet", f"{m['book']}/{m['sheet']}", m["rows"], follows))
        else:
            found.append(Block(m["kind"], m["title"] or "", m["text"], follows))
    return found


def write(block: Block, folder: Path) -> None:
    """What a reader saves or types because the page says so."""
    if block.kind == "sheet":
        book, sheet = block.title.split("/")
        type_in(folder / book, sheet, block.text)
    elif block.title:
        target = folder / block.title
        target.parent.mkdir(exist_ok=True)
        target.write_text(block.text, encoding="utf-8")


def type_in(book: Path, sheet: str, table: str) -> None:
    """Types a table into a workbook as people do: below what is there, digits as numbers."""
    workbook = openpyxl.load_workbook(book) if book.exists() else openpyxl.Workbook()
    if not book.exists():
        workbook.remove(workbook.worksheets[0])
    page = workbook[sheet] if sheet in workbook.sheetnames else workbook.create_sheet(sheet)
    heading, _, *rows = [cells(line) for line in table.splitlines()]
    known = [cell.value for cell in page[1] if cell.value]
    for name in heading:
        if name not in known:
            known.append(name)
            page.cell(1, len(known), name)
    for at, row in enumerate(rows, start=page.max_row + 1):
        for name, cell in zip(heading, row, strict=True):
            if cell:
                page.cell(at, known.index(name) + 1, int(cell) if cell.isdecimal() else cell)
    workbook.save(book)


def cells(line: str) -> list[str]:
    """The cells of one line of a table, without the marks that only the page needs."""
    parts = [part.strip() for part in re.split(r"(?<!\\)\|", line)[1:-1]]
    return [part.strip("`").replace("\\|", "|") for part in parts]


def shown(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def with_block(*kinds: str) -> list[Path]:
    return [page for page in PAGES if any(block.kind in kinds for block in blocks(page))]


def run(arguments: list[str], folder: Path) -> str:
    """What a program prints, from both of its mouths. The folder is all that it knows."""
    known = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**known, "HOME": str(folder), "COLUMNS": "120", "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout


def transcript(text: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with what it is said to print."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    return [(command, output) for command, _, output in (p.partition("\n") for p in parts)]


def play(command: str, folder: Path) -> str:
    word, *arguments = shlex.split(command)
    if word == "cat":
        return "".join((folder / name).read_text(encoding="utf-8") for name in arguments)
    assert word == "sojourn", f"a console block runs only sojourn and cat, not {word}"
    return run(["-m", "sojourn", *arguments], folder)


@pytest.mark.parametrize("page", with_block("console"), ids=shown)
def test_commands_print_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    for block in blocks(page):
        write(block, tmp_path)
        if block.kind == "console":
            for command, wanted in transcript(block.text):
                got = play(command, tmp_path)
                same = OutputChecker().check_output(wanted, got, ELLIPSIS | NORMALIZE_WHITESPACE)
                assert same, f"$ {command}\n{got}\n-- but the page says --\n{wanted}"


@pytest.mark.parametrize("page", with_block("python"), ids=shown)
def test_python_examples_run(page: Path, tmp_path: Path) -> None:
    printed: str | None = None
    for block in blocks(page):
        write(block, tmp_path)
        if block.kind == "python" and not block.title:
            printed = run(["-W", "error", "-c", block.text], tmp_path)
            assert "Traceback" not in printed
        elif block.kind == "text" and block.follows and printed is not None:
            same = OutputChecker().check_output(block.text, printed, ELLIPSIS)
            assert same, f"{printed}\n-- but the page says --\n{block.text}"


def our_commands() -> list[tuple[str, str]]:
    lines = []
    for page in with_block("bash", "ini"):
        for block in blocks(page):
            for line in block.text.splitlines():
                found = re.match(r"(?:ExecStart=)?(?:\S*/)?sojourn (?P<rest>[^#]*)", line)
                if found:
                    lines.append((shown(page), found["rest"].strip()))
    return lines


@pytest.mark.parametrize(("page", "line"), our_commands())
def test_commands_in_other_blocks_exist(page: str, line: str) -> None:
    parse(commands, shlex.split(line))


def parse(command: click.Command, arguments: list[str]) -> None:
    """Raises UsageError for what the command line would not understand. Runs nothing."""
    while isinstance(command, click.Group):
        name, *arguments = arguments
        found = command.get_command(click.Context(command), name)
        assert found is not None, name
        command = found
    command.make_context(command.name, arguments)


def every_command(group: click.Group, before: str = "sojourn") -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found += every_command(command, f"{before} {name}")
        else:
            found.append((f"{before} {name}", command))
    return found


@pytest.mark.parametrize(("name", "command"), every_command(commands))
def test_every_command_and_option_is_in_the_reference(name: str, command: click.Command) -> None:
    text = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {name}\b.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, f"give {name} a heading"
    options = {opt for p in command.params if isinstance(p, click.Option) for opt in p.opts}
    items = " ".join(re.findall(r"^- .*", section[0], re.MULTILINE))
    listed = set(re.findall(r"`(--?[a-z-]+)", items))
    assert listed == options


def test_every_function_and_kind_of_measure_is_in_the_reference() -> None:
    text = (DOCS / "reference" / "framework-file.md").read_text(encoding="utf-8")
    with pytest.raises(RuleError) as told:
        parse_rule("nothing()", Scope())
    functions = str(told.value).partition("There are: ")[2].split(", ")
    assert len(functions) > 15
    rows = "\n".join(re.findall(r"^\| .*", text, re.MULTILINE))
    assert not [name for name in functions if f"`{name}(" not in rows]
    assert not [kind for kind in MeasureKind if not re.search(rf"\[.*`{kind}`.*\]\(language", rows)]


def test_every_role_and_class_is_in_the_reference() -> None:
    text = (DOCS / "reference" / "data-classes-and-roles.md").read_text(encoding="utf-8")
    assert all(f"| `{data_class}` |" in text for data_class in DataClass)
    rows = dict(re.findall(r"^\| `(\w+)` \|((?: \w* ?\|)+)", text, re.MULTILINE))
    verbs = [Verb.FIND, Verb.READ, Verb.WRITE, Verb.APPROVE, Verb.ERASE, Verb.EXPORT]
    verbs += [Verb.SECOND, Verb.CONFIGURE, Verb.AUDIT, Verb.OVERSEE, Verb.SUPERVISE]
    for role in Role:
        said = [cell.strip() == "yes" for cell in rows[role.value].split("|")[: len(verbs)]]
        assert said == [verb in POWERS[role].verbs for verb in verbs], role


def test_what_excludes_one_another_is_as_the_reference_says() -> None:
    assert set(INCOMPATIBLE) == {
        (Verb.CONFIGURE, Verb.READ),
        (Verb.CONFIGURE, Verb.AUDIT),
        (Verb.AUDIT, Verb.WRITE),
        (Verb.AUDIT, Verb.APPROVE),
        (Verb.AUDIT, Verb.SUPERVISE),
    }


def test_every_failure_that_is_known_has_the_test_that_is_named() -> None:
    page = (DOCS / "explanation" / "failures-elsewhere.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", page)
    assert len(named) >= 24
    for file, test in named:
        assert f"def {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), test


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = [unquote(match["target"]) for match in LINK.finditer(text)]
    assert not [target for target in targets if not (page.parent / target).exists()]


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert not [
        name
        for page in DOCS.rglob("*.md")
        if (name := page.relative_to(DOCS).as_posix()) not in navigation
    ]


def test_every_picture_is_used() -> None:
    texts = " ".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert not [p.name for p in (DOCS / "images").glob("*.png") if p.name not in texts]
