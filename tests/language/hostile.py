"""Files that are made to hurt, and a reader whose memory and time are bounded."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

import openpyxl
from openpyxl.workbook import Workbook

from sojourn.language import save_framework
from sojourn.language.build import build
from sojourn.language.sheets import SheetRow, Tables
from tests.spec import form

DEEP = bool(os.environ.get("SOJOURN_DEEP"))
ENOUGH_SECONDS = 60
"""For what takes far less than one: only a hang is to be found, however busy the machine."""
ENOUGH_MEMORY = 1_500_000_000

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"

_READ = """
import resource, sys
from pathlib import Path
from typing import TypeAlias
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
from sojourn.language import FrameworkProblems, load_framework
for name in sys.argv[1:]:
    try:
        load_framework(Path(name))
        print("read")
    except FrameworkProblems as refused:
        print(str(refused).replace(chr(10), " "))
"""


def said(*paths: Path) -> list[str]:
    """What a reader with little memory and little time says of each file."""
    done = subprocess.run(
        [sys.executable, "-c", _READ.format(memory=ENOUGH_MEMORY), *map(str, paths)],
        capture_output=True,
        text=True,
        timeout=ENOUGH_SECONDS,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


def good_book(folder: Path) -> Path:
    """A workbook that is a framework."""
    rows = {
        name: [SheetRow(name, at, row) for at, row in enumerate(sheet, start=2)]
        for name, sheet in form.sheets({}).items()
    }
    path = folder / "good.xlsx"
    save_framework(build(Tables("good.yaml", rows))[0], path)
    return path


Edit: TypeAlias = Callable[[Workbook], object]


def edited(path: Path, edit: Edit) -> Path:
    """The workbook as another program writes it after a change."""
    book = openpyxl.load_workbook(path)
    edit(book)
    changed = path.with_name("edited.xlsx")
    book.save(changed)
    return changed


def with_parts(path: Path, parts: Mapping[str, bytes | Iterator[bytes]]) -> Path:
    """The workbook with some parts replaced, or added."""
    changed = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *parts]):
            content = parts.get(name)
            if content is None:
                content = old.read(name)
            if isinstance(content, bytes):
                new.writestr(name, content)
                continue
            with new.open(name, "w", force_zip64=True) as out:
                for piece in content:
                    out.write(piece)
    return changed


def replaced(path: Path, part: str, old: str, new: str) -> Path:
    """The workbook with something else in the XML of one part."""
    with zipfile.ZipFile(path) as parts:
        content = parts.read(part).decode()
    changed, count = re.subn(old, lambda _: new, content, count=1)
    assert count, f"{old} does not stand in {part}"
    return with_parts(path, {part: changed.encode()})


def repeated(begin: bytes, piece: bytes, times: int, end: bytes) -> Iterator[bytes]:
    """Much of the same."""
    yield begin
    for _ in range(times // 1000):
        yield piece * 1000
    yield end


def archive(parts: Mapping[str, bytes], kind: int = zipfile.ZIP_STORED) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", kind) as out:
        for name, part in parts.items():
            out.writestr(name, part)
    return content.getvalue()
